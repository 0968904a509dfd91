// Package shop is the shop card: one connection of a Shopify shop with a Business
// Central company, and the settings of the domains that work on it. A domain brings
// its settings as a [Section]; what is here reads, checks, shows and stores them.
package shop

import (
	"encoding/json"
	"strings"
	"time"

	"backroom/shared/record"
)

// Shop is a stored shop card: the connection, and the settings of all domains as
// JSON, by their names. [Of] reads those of a section, [Shop.With] sets them; those
// that no section of this release knows are kept. A field that is missing in an
// older stored card has a working zero value. Copies share nothing that changes.
type Shop struct {
	record.Rest // the settings

	Code        string    `json:"code"`   // ours, A-Z 0-9 -
	Domain      string    `json:"domain"` // x.myshopify.com
	Enabled     bool      `json:"enabled"`
	ConnectedAt time.Time `json:"connectedAt"`
	// DisconnectedAt is when somebody disconnected the shop; zero: it is connected.
	DisconnectedAt time.Time `json:"disconnectedAt,omitzero"`
	TimeZone       string    `json:"timeZone,omitempty"` // IANA; "" is UTC
	Currency       string    `json:"currency"`           // the shop's, ISO

	Company Company `json:"company"`
}

// Company is the BC side of the connection.
type Company struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	ID          string `json:"id"` // guid
	LCY         string `json:"lcy"`
}

// Connected reports whether anything may be asked of the two sides.
func (s Shop) Connected() bool { return s.DisconnectedAt.IsZero() }

// Key is what is stored of the company goes by: environment and id, "" without an
// id. A sandbox that was copied from production has companies of the same ids. The
// tenant is left out: it has two names, its guid and its domain.
func (c Company) Key() string {
	if c.ID == "" {
		return ""
	}
	return strings.ToLower(c.Environment + "/" + c.ID)
}

// OnByDefault is a setting that is on in a card that does not say: false is on, and
// is true in JSON.
type OnByDefault bool

// On reports whether the setting is on.
func (o OnByDefault) On() bool { return !bool(o) }

// MarshalJSON writes true where the setting is on, without an error.
func (o OnByDefault) MarshalJSON() ([]byte, error) { return json.Marshal(o.On()) }

// UnmarshalJSON reads true as on; errors are those of a JSON value that is no bool.
func (o *OnByDefault) UnmarshalJSON(js []byte) error {
	var on bool
	err := json.Unmarshal(js, &on)
	*o = OnByDefault(!on)
	return err
}

// Location is the time zone, UTC when it is unset or unknown.
func (s Shop) Location() *time.Location {
	if l, err := time.LoadLocation(s.TimeZone); err == nil && s.TimeZone != "" {
		return l
	}
	return time.UTC
}

// CodeMap maps a code of Shopify to one of Business Central.
type CodeMap struct {
	From string `json:"from"`
	To   string `json:"to"`
}

package orders

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Parameters of a run of sync-orders. The filters are ANDed; an empty one lets
// everything pass. They decide when an order is imported, and again whenever it
// changes, until it has a document.
type Parameters struct {
	// From overrides where a shop without cursor starts: RFC 3339.
	From time.Time `json:"from,omitzero"`
	// Names imports exactly the orders that people call so ("#1001"), whatever
	// the filters say, now and when they change, and moves no cursor.
	Names []string `json:"names,omitempty"`
	// IDs imports orders by their id in Shopify, PlacedFrom and PlacedTo all that were
	// placed from one time to before another (zero: until now), archived ones
	// and those that changed before the cursor too. For the rest they are as Names.
	IDs        []string  `json:"ids,omitempty"`
	PlacedFrom time.Time `json:"placedFrom,omitzero"` // RFC 3339
	PlacedTo   time.Time `json:"placedTo,omitzero"`   // RFC 3339

	FinancialStatus   []string `json:"financialStatus,omitempty"`   // PAID, PENDING, …
	FulfillmentStatus []string `json:"fulfillmentStatus,omitempty"` // UNFULFILLED, FULFILLED, …
	FullyPaid         bool     `json:"fullyPaid,omitempty"`         // only orders that are
	Tags              []string `json:"tags,omitempty"`              // at least one of them
	NotTags           []string `json:"notTags,omitempty"`           // none of them
	Channels          []string `json:"channels,omitempty"`          // by the channel's name
	Countries         []string `json:"countries,omitempty"`         // of delivery, ISO 3166-1 alpha-2
	MaxRisk           string   `json:"maxRisk,omitempty"`           // NONE, LOW, MEDIUM or HIGH
	FromNumber        int64    `json:"fromNumber,omitempty"`        // first order number
	ToNumber          int64    `json:"toNumber,omitempty"`          // last order number
}

var (
	financial = []string{"AUTHORIZED", "EXPIRED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "VOIDED"}
	delivery  = []string{
		"FULFILLED", "IN_PROGRESS", "ON_HOLD", "OPEN", "PARTIALLY_FULFILLED", "PENDING_FULFILLMENT", "REQUEST_DECLINED", "RESTOCKED",
		"SCHEDULED", "UNFULFILLED",
	}
	risks = []string{"NONE", "LOW", "MEDIUM", "HIGH"}
)

// Check reports all that is wrong with the parameters, each with name, value and
// what is allowed.
func (p Parameters) Check() error {
	var errs []error
	bad := func(field string, value any, want string) {
		errs = append(errs, fmt.Errorf("%s %q: must be %s", field, fmt.Sprint(value), want))
	}
	for _, f := range []struct {
		name         string
		has, allowed []string
	}{
		{"financialStatus", p.FinancialStatus, financial}, {"fulfillmentStatus", p.FulfillmentStatus, delivery},
	} {
		for _, v := range f.has {
			if !slices.Contains(f.allowed, v) {
				bad(f.name, v, "one of "+strings.Join(f.allowed, ", "))
			}
		}
	}
	if p.MaxRisk != "" && !slices.Contains(risks, p.MaxRisk) {
		bad("maxRisk", p.MaxRisk, "one of "+strings.Join(risks, ", "))
	}
	for _, c := range p.Countries {
		if len(c) != 2 || strings.ToUpper(c) != c {
			bad("countries", c, "an ISO 3166-1 code of two capital letters, such as DE")
		}
	}
	for _, f := range []struct {
		name string
		has  []string
	}{{"tags", p.Tags}, {"notTags", p.NotTags}, {"channels", p.Channels}} {
		if slices.ContainsFunc(f.has, func(v string) bool { return strings.TrimSpace(v) == "" }) {
			bad(f.name, "", "text, for nothing has an empty one; leave the list out to let everything pass")
		}
	}
	p.checkDemand(bad)
	if p.FromNumber < 0 {
		bad("fromNumber", p.FromNumber, "an order number, or 0 for any")
	}
	if p.ToNumber < 0 || p.ToNumber > 0 && p.ToNumber < p.FromNumber {
		bad("toNumber", p.ToNumber, "fromNumber or larger, or 0 for any")
	}
	return errors.Join(errs...)
}

// only is the filters of p.
func (p Parameters) only() Parameters {
	p.From, p.Names, p.IDs, p.PlacedFrom, p.PlacedTo = time.Time{}, nil, nil, time.Time{}, time.Time{}
	return p
}

// filters is a hash of the filters alone.
func (p Parameters) filters() (string, error) {
	js, err := json.Marshal(p.only())
	if err != nil {
		return "", fmt.Errorf("parameters of %s: %w", TaskName, err)
	}
	return digest(js), nil
}

// Refuses is the filter that keeps o out, in words; "" if all let it pass.
func (p Parameters) Refuses(o Order) string {
	in := func(list []string, v string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, v) })
	}
	tagged := func(list []string) bool {
		return slices.ContainsFunc(o.Tags, func(t string) bool { return len(list) > 0 && in(list, t) })
	}
	country := ""
	if o.Shipping != nil {
		country = o.Shipping.Country
	}
	switch {
	case !in(p.FinancialStatus, o.FinancialStatus):
		return "financial status " + o.FinancialStatus
	case !in(p.FulfillmentStatus, o.FulfillmentStatus):
		return "fulfillment status " + o.FulfillmentStatus
	case p.FullyPaid && !o.FullyPaid:
		return "not fully paid"
	case len(p.Tags) > 0 && !tagged(p.Tags):
		return "none of the tags " + strings.Join(p.Tags, ", ")
	case tagged(p.NotTags):
		return "one of the tags " + strings.Join(p.NotTags, ", ")
	case !in(p.Channels, o.Channel):
		return "channel " + o.Channel
	case !in(p.Countries, country):
		return "country " + country
	case p.MaxRisk != "" && slices.Index(risks, o.Risk) > slices.Index(risks, p.MaxRisk):
		return "risk " + o.Risk
	case p.MaxRisk != "" && o.Risk == "PENDING":
		return "risk not known yet"
	case o.Number < p.FromNumber:
		return fmt.Sprintf("number below %d", p.FromNumber)
	case p.ToNumber > 0 && o.Number > p.ToNumber:
		return fmt.Sprintf("number above %d", p.ToNumber)
	}
	return ""
}

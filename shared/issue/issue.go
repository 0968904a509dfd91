// Package issue is what a merchant must know about a record that could not be
// handled: a reason from one catalogue, a sentence, and the way out.
package issue

import (
	"time"
)

// Reason is a stored reason code, of one domain, whose [Catalogue] explains it.
type Reason string

// Issue is one record's open problem. It is kept until the record is handled
// and then removed by itself.
type Issue struct {
	Shop      string    `json:"shop"`
	Kind      string    `json:"kind"`   // "order", "customer"
	Record    string    `json:"record"` // numeric Shopify id
	Name      string    `json:"name"`   // what a person calls it, "#1001"
	Reason    Reason    `json:"reason"`
	Text      string    `json:"text"`             // one sentence for the merchant, with the name of what is missing
	WayOut    string    `json:"wayOut"`           // what to do about it
	Detail    string    `json:"detail,omitempty"` // for an operator
	FirstSeen time.Time `json:"firstSeen"`
	LastSeen  time.Time `json:"lastSeen"`
	Attempts  int       `json:"attempts"` // runs that met it, the first too
	// Parts are what Text and WayOut say, for other languages; nil in what an earlier
	// release has stored.
	Parts []Part `json:"parts,omitempty"`
}

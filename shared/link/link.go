// Package link stores which Business Central record belongs to which Shopify
// object, of any kind: the BC id and number, how they were found to belong
// together, who said so and when, and a hash of what was last written.
//
// Items, by key:
//
//	SHOP#<shop>#CUST          <Shopify id>   a customer's link, where the first release put it
//	SHOP#<shop>#LINK#<kind>   <Shopify id>   a link of another kind
//	COMPANY#<company>#<kind>  <BC number>    who is linked with that record, of all shops of the company
//
// A link and what it claims in the company are written in one transaction, so
// that neither is ever without the other.
package link

import (
	"slices"
	"time"

	"backroom/shared/outbound"
	"backroom/shared/record"
)

// schema of stored links and claims: 1, since the first release.
const schema = 1

// Kind is what is linked. Its text is part of keys.
type Kind string

// Kinds of links: a Shopify customer with a BC customer; a company of the shop with the
// customer of its orders, and a location of such a company with that of its own.
const (
	Customer Kind = "customer"
	Company  Kind = "company"
	Location Kind = "company-location"
)

// How says what a link rests on. Its text is stored.
type How string

// What a link rests on. "" is a link that was stored before this was kept.
const (
	Created  How = "created" // we made the BC record for this object
	ByEmail  How = "e-mail"  // the BC record has its e-mail address
	ByPhone  How = "phone"   // the BC record has its phone number
	ByBillTo How = "bill-to" // name and address agree
	ByTax    How = "tax id"  // the BC record has its tax number
	// ByExternal: the shop has the BC record's number as the object's external id.
	ByExternal How = "external id"
	Kept       How = "kept"     // of an earlier release, looked at and found in order
	ByHand     How = "by hand"  // a person said so
	Undone     How = "unlinked" // a person took it away
	Exported   How = "exported" // we made the Shopify object for this BC record
	Gone       How = "gone"     // the Shopify object is gone: it was merged into another, or deleted
)

// Link is the stored tie between a Shopify object and a BC record, or the
// intent to create that record (SentAt is set until the outcome is known).
type Link struct {
	record.Rest

	Shop    string `json:"-"`
	Company string `json:"-"` // the company in BC, by environment and id
	Kind    Kind   `json:"-"`
	ID      string `json:"-"` // numeric Shopify id
	Version int64  `json:"-"` // 0: not stored

	Number string    `json:"number,omitempty"` // of the BC record, "" for none
	SentAt time.Time `json:"sentAt,omitzero"`
	// SentThere is SentAt by the other side's clock; zero: it is not known.
	SentThere time.Time `json:"sentThere,omitzero"`
	RecordID  string    `json:"recordID,omitempty"` // BC's id, a guid
	How       How       `json:"how,omitempty"`
	// Mark is a hash of what the Shopify object was known by when this was
	// written last, such as a customer's e-mail address; "" for nothing.
	Mark string `json:"mark,omitempty"`
	// Hash is of what was last written to the BC record, so that our own change
	// is known when it comes back; "" for nothing.
	Hash string `json:"hash,omitempty"`
	// SeenAt is when the Shopify object had changed last, by its own clock, when this
	// was brought in step with it; zero: it is not known.
	SeenAt time.Time `json:"seenAt,omitzero"`
	// Unsettled says that BC may have completed the created record by values of
	// its own, which are still to be compared.
	Unsettled bool `json:"unsettled,omitempty"`

	By    string    `json:"by,omitempty"` // a person; "" for a task
	At    time.Time `json:"at,omitzero"`  // when the number was set
	Trail []Change  `json:"trail,omitempty"`
	// Log is what has happened to the creates of a record for this object.
	Log outbound.Log `json:"log,omitempty"`

	was string // Number as it was read
}

// Change is one earlier state of a link.
type Change struct {
	Number string    `json:"number,omitempty"`
	How    How       `json:"how,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// trailLength is how many earlier states a link keeps.
const trailLength = 10

// Linked reports whether l leads to a record. An intent does not.
func (l Link) Linked() bool { return l.Number != "" && l.SentAt.IsZero() }

// To is l leading to the record of number from now on.
func (l Link) To(number string, how How, now time.Time) Link {
	if l.Number != number && l.Number != "" && l.SentAt.IsZero() {
		l.Trail = append(slices.Clone(l.Trail), Change{Number: l.Number, How: l.How, By: l.By, At: l.At})
		l.Trail = l.Trail[max(0, len(l.Trail)-trailLength):]
	}
	if l.Number != number {
		l.RecordID, l.Hash, l.Unsettled = "", "", false
	}
	if l.Number != number || l.At.IsZero() || !l.SentAt.IsZero() {
		l.At, l.By = now, ""
	}
	l.Number, l.SentAt, l.SentThere, l.How = number, time.Time{}, time.Time{}, how
	return l
}

// Intends is l with the intent, stored before the create is sent, to make the
// record of number; there is the other side's clock.
func (l Link) Intends(number string, now, there time.Time) Link {
	l = l.To(number, Created, now)
	l.SentAt, l.SentThere, l.Unsettled = now, there, true
	return l
}

// Forgotten takes an intent back whose create certainly had no effect.
func (l Link) Forgotten() Link {
	l.Number, l.SentAt, l.SentThere, l.How, l.Mark, l.Hash, l.RecordID, l.Unsettled = "", time.Time{}, time.Time{}, "", "", "", "", false
	return l
}

// Stored is l after it was put, to be put again without a read.
func (l Link) Stored() Link {
	l.Version++
	l.was = l.Number
	return l
}

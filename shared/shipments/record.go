package shipments

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"backroom/shared/outbound"
	"backroom/shared/record"
)

// State is how far a shipment is.
type State string

// The states. Their text is stored.
const (
	Open    State = "open"    // something is left to do, or to mend
	Settled State = "done"    // Shopify has it as it was posted
	Foreign State = "foreign" // of another shop of the company
)

// Record is what has become of a posted shipment. It is stored beside others of its
// order.
type Record struct {
	record.Rest

	Shop    string `json:"-"`
	Order   string `json:"-"` // id
	Number  string `json:"-"` // of the shipment
	Version int64  `json:"-"` // 0: not stored

	Name   string    `json:"name,omitempty"` // of the order
	State  State     `json:"state"`
	Posted string    `json:"posted,omitempty"`
	Stamp  time.Time `json:"stamp,omitzero"` // when the shipment had changed last, as far as it is handled
	// Parts are the fulfilments that the shipment became.
	Parts   []Part   `json:"parts,omitempty"`
	Pending *Pending `json:"pending,omitempty"` // what was sent, and is not known to have happened
	// Texts are the parcels that texts in it name, see mark; nil once all items are taken back.
	Texts []string `json:"texts,omitempty"`
	// Pickup are units that wait in fulfilment orders for pickup, by id and line item, until
	// all of such a one is shipped.
	Pickup map[string]map[string]int `json:"pickup,omitempty"`
	// Trouble is the reason of its issue, "" for none; it is tried again at NotBefore.
	Trouble   string       `json:"trouble,omitempty"`
	NotBefore time.Time    `json:"notBefore,omitzero"`
	Tries     int          `json:"tries,omitempty"`
	Log       outbound.Log `json:"log,omitempty"`
}

// Part is a fulfilment of a shipment, or a fulfilment order that was made ready.
type Part struct {
	ID        string         `json:"id"`
	Name      string         `json:"name,omitempty"`
	Ready     bool           `json:"ready,omitempty"` // ID is a fulfilment order's, made ready for pickup
	Units     map[string]int `json:"units"`           // of this shipment, by line item
	Sequences []int          `json:"sequences,omitempty"`
	Company   string         `json:"company,omitempty"`
	Parcels   []Tracking     `json:"parcels,omitempty"`   // as last sent
	Found     bool           `json:"found,omitempty"`     // somebody else has made it
	Cancelled bool           `json:"cancelled,omitempty"` // by us
}

// What may be asked of Shopify. The text is stored.
const (
	doFulfil = "fulfil"
	doCancel = "cancel"
	doTrack  = "track"
	doReady  = "ready"
)

// Pending is a change that is about to be sent, stored before it is.
type Pending struct {
	Do    string    `json:"do"`
	At    time.Time `json:"at"`
	There time.Time `json:"there,omitzero"`
	// Part is what comes of it; of cancel and track its ID is the fulfilment's.
	Part Part `json:"part"`
	// Before are the fulfilments that the order had.
	Before []string `json:"before,omitempty"`
}

// has is how many units of a line item the shipment's parts hold, cancelled ones
// apart.
func (r Record) has(item string) (n int) {
	for _, p := range r.Parts {
		if !p.Cancelled {
			n += p.Units[item]
		}
	}
	return n
}

// apply brings into r that a change of Shopify has happened.
func (r *Record) apply(do string, p Part) {
	r.Pending = nil
	r.Parts = slices.Clone(r.Parts)
	i := slices.IndexFunc(r.Parts, func(o Part) bool { return o.ID == p.ID && !o.Cancelled })
	switch {
	case do == doFulfil || do == doReady:
		r.Parts = append(r.Parts, p)
	case i < 0:
	case do == doCancel:
		r.Parts[i].Cancelled = true
	case do == doTrack:
		r.Parts[i].Parcels, r.Parts[i].Company = p.Parcels, p.Company
	}
}

// found brings into r what somebody else has done: units of a fulfilment, or that one
// of ours is cancelled as it was to become.
func (r *Record) found(p Part) {
	r.Parts = slices.Clone(r.Parts)
	i := slices.IndexFunc(r.Parts, func(o Part) bool { return o.ID == p.ID && !o.Cancelled })
	switch {
	case i >= 0 && p.Cancelled:
		r.Parts[i].Cancelled = true
	case i >= 0:
		units := maps.Clone(r.Parts[i].Units)
		for item, n := range p.Units {
			units[item] += n
		}
		r.Parts[i].Units = units
		r.Parts[i].Sequences = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Parts[i].Sequences, p.Sequences))))
	default:
		r.Parts = append(r.Parts, p)
	}
}

// compare puts shipments in the order in which they were posted. Numbers of one series
// grow.
func (r Record) compare(o Record) int {
	return cmp.Or(cmp.Compare(r.Posted, o.Posted), cmp.Compare(len(r.Number), len(o.Number)), cmp.Compare(r.Number, o.Number))
}

// parcels are the marks of the parcels that r's shipment has.
func (r Record) parcels() []string {
	marks := slices.Clone(r.Texts)
	for _, p := range r.Parts {
		for _, t := range p.Parcels {
			if !p.Cancelled {
				marks = append(marks, cmp.Or(t.Number, t.URL))
			}
		}
	}
	return marks
}

// settle says that nothing is left to do.
func (r *Record) settle() {
	r.State, r.Trouble, r.NotBefore, r.Tries = Settled, "", time.Time{}, 0
}

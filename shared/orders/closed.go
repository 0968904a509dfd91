package orders

import (
	"time"

	"backroom/shared/issue"
	"backroom/shared/money"
)

// Closed is what a person has said about an order that needs nothing more of us:
// it is [Done], with a document that a person made, or [Dismissed]. It is neither
// processed nor lost: lists, counts and whoever compares the two systems see it
// with its document or its reason.
type Closed struct {
	State   State     `json:"state"` // Done or Dismissed
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"`      // "" where nobody asked who it was
	Because string    `json:"because,omitempty"` // in the person's words
	// Document is the one of a done order, as BC had it then.
	Document *HandMade `json:"document,omitempty"`
}

// HandMade is a document in BC that a person has made for an order.
type HandMade struct {
	Type     string       `json:"type"` // "Order", "Invoice"
	ID       string       `json:"id"`   // BC guid
	Number   string       `json:"number"`
	External string       `json:"external,omitempty"` // its external document number
	Total    money.Amount `json:"total"`
}

// ClosedFacts are the facts that a change of an order is judged by once a person
// has closed it: money that went back counts too, for no credit memo follows it.
func ClosedFacts(o Order) Facts {
	f := FactsOf(o)
	f.Back = digest([]byte(moneyBack(o)))
	return f
}

// changedSince says what has changed in a closed order since f were its facts.
func (f Facts) changedSince(now Facts) []Difference {
	var changes []Difference
	if f.Print != nil && now.Print != nil {
		changes = f.Print.Changes(now.Print)
	}
	if len(changes) == 0 && f.Back != now.Back {
		changes = []Difference{{What: "money went back"}}
	}
	return changes
}

// judgeClosed says what becomes of an order that a person has closed, as it is read
// now: it stays closed, and what it has changed in since is said. One that was
// dismissed and is cancelled needs nobody.
func (k Known) judgeClosed(s Staged, o Order, changed bool, now time.Time) Staged {
	is := ClosedFacts(o)
	s.State, s.Facts = k.Closed.State, k.Facts
	if s.Facts.IsZero() { // nothing of it had been read when it was closed
		s.Facts = is
	}
	reason, changes := issue.Reason(""), s.Facts.changedSince(is)
	switch {
	case is.Cancelled && k.Closed.State == Dismissed:
	case is.Cancelled && !s.Facts.Cancelled:
		reason = CancelledAfterClosing
	case len(changes) > 0:
		reason = ChangedAfterClosing
	}
	if reason == "" {
		s.Clear = s.Clear || k.State == Conflict
		return s
	}
	s.State = Conflict
	if k.State != Conflict || changed {
		i := ConflictIssue(reason, o.ID, o.Name, Words(changes), now)
		s.Issue, s.Changes = &i, changes
	}
	return s
}

package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/table"
)

// Decision is what a person decides about an order.
type Decision string

// The decisions.
const (
	// Accept takes the difference as it is: of the totals, or between Shopify
	// and the document that was made before the change.
	Accept Decision = "accept"
	// Retry tries the order again now, whatever it was refused for: its document,
	// or the number that Shopify has not taken.
	Retry Decision = "retry"
	// Unlink forgets the document, which the person has deleted in BC, so that
	// it is made anew.
	Unlink Decision = "unlink"
	// Amend has the document of a changed order deleted, if it is a draft of which nothing is
	// shipped or invoiced, and made anew.
	Amend Decision = "amend"
	// Hold has the order wait until it is released.
	Hold Decision = "hold"
	// Release lets no gate of the card hold the order any more. What a person has put
	// on hold is for the gates to judge again.
	Release Decision = "release"
	// Done closes an order whose document the person has made by hand.
	Done Decision = "done"
	// Dismiss closes an order that is to have no document.
	Dismiss Decision = "dismiss"
	// Reopen takes Done or Dismiss back: the order wants a document again.
	Reopen Decision = "reopen"
)

// decisions are all of them.
var decisions = []Decision{Accept, Retry, Unlink, Amend, Hold, Release, Done, Dismiss, Reopen}

// Decisions are all of them, in the order in which help names them.
func Decisions() []Decision { return slices.Clone(decisions) }

// ErrNotNow means that the decision does not fit the order's state.
var ErrNotNow = errors.New("that cannot be decided about the order as it is")

// ErrChanged means that the order is not any more as who decides has seen it. It is
// an ErrNotNow.
var ErrChanged = fmt.Errorf("it has changed since it was looked at: %w", ErrNotNow)

// Wish is a decision, and what it is about.
type Wish struct {
	Decision Decision
	By       string       // who decides; "" where nobody asked who it was
	Reason   issue.Reason // that the order must wait with; "": any
	DryRun   bool         // change nothing; say whether it can be
	As       string       // the mark of the order as who decides has seen it; "": whatever it is now
	Because  string       // of Done and Dismiss: why, in the person's words
	// Document is the one of Done, as BC has it.
	Document *orders.HandMade
}

// Decided is a decision that a person has made.
type Decided struct {
	At       time.Time `json:"at"`
	Decision Decision  `json:"decision"`
	By       string    `json:"by,omitempty"`       // "" where nobody asked who it was
	Because  string    `json:"because,omitempty"`  // in the person's words
	Document string    `json:"document,omitempty"` // of Done: its number
}

// decisionsKept is how many decisions about an order are kept.
const decisionsKept = 12

// decidedNow is w as it is kept with the order.
func (s *Store) decidedNow(w Wish) Decided {
	d := Decided{At: s.Now().UTC().Truncate(time.Second), Decision: w.Decision, By: w.By, Because: w.Because}
	if w.Document != nil {
		d.Document = w.Document.Number
	}
	return d
}

// Decide stores a decision of nobody that is known; see [Store.DecideBy].
func (s *Store) Decide(ctx context.Context, shop, name string, d Decision) (View, error) {
	return s.DecideBy(ctx, shop, name, Wish{Decision: d})
}

// DecideBy stores a decision; a run of process-orders carries it out. Errors:
// ErrNotFound, ErrSeveral, ErrNotNow, and a table.ErrConflict while a run changes
// the order again and again.
func (s *Store) DecideBy(ctx context.Context, shop, name string, w Wish) (View, error) {
	for range decideTries {
		v, err := s.decided(ctx, shop, name, w)
		if !errors.Is(err, table.ErrConflict) {
			return v, err
		}
	}
	return View{}, fmt.Errorf("order %s: %w", name, moving{})
}

// decideTries bounds how often a decision is made anew about an order that a run
// changes at the same moment.
const decideTries = 5

// moving is a table.ErrConflict that stayed one, in words for a person.
type moving struct{}

func (moving) Error() string {
	return "it is being changed at this moment; nothing was decided: repeat it"
}

func (moving) Is(target error) bool { return target == table.ErrConflict }

// decided is one try of [Store.DecideBy].
func (s *Store) decided(ctx context.Context, shop, name string, w Wish) (View, error) {
	id, h, err := s.find(ctx, shop, name)
	if err != nil {
		return View{}, err
	}
	// The issue is written with the order: if that is as it was read, so is the issue.
	if w.Reason != "" || w.As != "" {
		waits, _, err := s.Issues.Get(ctx, shop, "order", id)
		if err == nil && w.As != "" && h.seenAs(waits.Reason) != w.As {
			err = fmt.Errorf("order %s: %w", h.Name, ErrChanged)
		}
		if err == nil && w.Reason != "" && waits.Reason != w.Reason {
			err = fmt.Errorf("order %s does not wait with %s any more: %w", h.Name, w.Reason, ErrNotNow)
		}
		if err != nil {
			return View{}, err
		}
	}
	ops, err := s.decide(ctx, shop, id, &h, w)
	if err != nil {
		return View{}, fmt.Errorf("order %s is %s: %s: %w", h.Name, h.State, w.Decision, err)
	}
	if w.DryRun {
		return s.view(ctx, shop, id, h)
	}
	h.Decisions = append(slices.Clone(h.Decisions), s.decidedNow(w))
	h.Decisions = h.Decisions[max(0, len(h.Decisions)-decisionsKept):]
	op, err := h.op(shop, id)
	if err != nil {
		return View{}, err
	}
	if err := s.Table.Write(ctx, append(ops, op)...); err != nil {
		return View{}, fmt.Errorf("order %s: %w", h.Name, err)
	}
	return s.view(ctx, shop, id, h)
}

func (s *Store) decide(ctx context.Context, shop, id string, h *head, w Wish) ([]table.Op, error) {
	switch d := w.Decision; {
	case d == Accept:
		return s.accept(ctx, shop, id, h)
	case d == Retry && h.State == orders.Processed && h.Refused:
		h.WriteAfter = time.Time{}
		return nil, nil
	case d == Retry && h.State == orders.Attention:
		h.State, h.Tried, h.NotBefore, h.Accepted, h.Differs = orders.Ready, "", time.Time{}, nil, nil
		return nil, nil
	case d == Unlink && h.Closed == nil && (h.State == orders.Conflict || h.State == orders.Processed):
		return h.unlink(shop, id)
	case d == Amend && h.State == orders.Conflict && h.Link != nil && h.Parts.Count > 0:
		h.Amend, h.Asked = true, true
		op, err := amendOp(shop, id)
		return []table.Op{op}, err
	case d == Hold:
		return h.holds(shop, id)
	case d == Release && h.State == orders.Held:
		h.State, h.Reason, h.Released, h.OnHold = orders.Ready, "", h.Released || !h.OnHold, false
		return nil, nil
	case d == Done || d == Dismiss:
		return s.closes(ctx, shop, id, h, w)
	case d == Reopen:
		return h.reopens(shop, id)
	case !slices.Contains(decisions, d):
		return nil, fmt.Errorf("decision %q: must be one of %s: %w", d, decisionNames(), ErrNotNow)
	}
	return nil, ErrNotNow
}

func decisionNames() string {
	names := make([]string, len(decisions))
	for i, d := range decisions {
		names[i] = string(d)
	}
	return strings.Join(names, ", ")
}

// accept takes a difference as it is.
func (s *Store) accept(ctx context.Context, shop, id string, h *head) ([]table.Op, error) {
	switch {
	case h.State == orders.Attention && h.Differs != nil:
		shown, _, err := s.Issues.Get(ctx, shop, "order", id)
		if err != nil {
			return nil, err
		}
		h.Accepted, h.AcceptedFor = h.Differs, shown.Reason
		h.State, h.Tried, h.NotBefore = orders.Ready, "", time.Time{}
		return nil, nil
	case h.State == orders.Conflict:
		c, err := s.load(ctx, shop, id, *h)
		if err != nil {
			return nil, err
		}
		v, _ := c.Sold(h.hasMemo) // what is booked by itself is no part of it
		h.State, h.Facts = orders.Processed, h.Facts.Accepted(c, v)
		if h.Closed != nil {
			h.State, h.Facts = h.Closed.State, orders.ClosedFacts(c)
		}
		h.settled()
		return []table.Op{clear(shop, id)}, nil
	}
	return nil, ErrNotNow
}

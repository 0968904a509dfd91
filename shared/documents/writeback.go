package documents

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/shopifyapi"
)

const (
	// writeSize is how many orders one request to Shopify writes to.
	writeSize = 50
	// A number that Shopify does not take is sent again after these: what was
	// refused does not change by itself, an answer that was lost comes.
	refusedAgain = 24 * time.Hour
	lostAgain    = time.Hour
)

// WriteAgain reports whether a number that Shopify has not taken is to be sent at
// now, when it was to wait until at.
func WriteAgain(at, now time.Time) bool { return clock.Due(at, now, refusedAgain) }

// writeBack puts the BC numbers into Shopify, where the shop wants that, and
// reports false when the slice's time is over before all are written. An order
// whose number is not taken keeps its document and gets an issue.
func (s *slice) writeBack(ctx context.Context) (done bool, err error) {
	if !s.card.OrderAttributesToShop || s.Request.DryRun || s.Writer == nil {
		return true, nil
	}
	w, err := s.Writer(s.Card)
	if err != nil {
		return false, err
	}
	for {
		if s.Over(s.Timeout) {
			return false, nil
		}
		todo, err := s.Staging.Unwritten(ctx, s.Request.Shop, writeSize)
		if err != nil || len(todo) == 0 {
			return true, err
		}
		s.Step()
		sets := make([]orders.Attributes, len(todo))
		for i, u := range todo {
			sets[i] = orders.Attributes{OrderID: u.ID, Set: []orders.Attr{{Key: orders.DocumentAttribute, Value: u.Number}}}
		}
		if err := s.Hold().Ensure(ctx); err != nil {
			return false, err
		}
		answers, err := set(ctx, w, sets)
		if err != nil {
			return false, err
		}
		for i, a := range answers {
			if a.Err == nil {
				todo[i].Before, todo[i].UpdatedAt = a.Before, a.UpdatedAt
				continue
			}
			todo[i].Issue, todo[i].NotBefore = s.unwritten(todo[i], a.Err)
			s.Counts.Failed++
		}
		if err := s.Staging.SaveWritten(ctx, s.Guard, s.Request.Lease, todo); err != nil {
			return false, err
		}
	}
}

// set writes attributes. An order that spoils the whole request is found by
// halving; a permission that the app lacks is what each order is refused for.
func set(ctx context.Context, w orders.Writer, sets []orders.Attributes) ([]orders.Written, error) {
	out, err := w.SetAttributes(ctx, sets)
	switch kind := fault.KindOf(err); {
	case err == nil:
		return out, nil
	case shopifyapi.Denied(err), len(sets) == 1 && (kind == fault.Rejected || kind == fault.Bug):
		out = make([]orders.Written, len(sets))
		for i, a := range sets {
			out[i] = orders.Written{OrderID: a.OrderID, Err: err}
		}
		return out, nil
	case kind == fault.Rejected, kind == fault.Bug:
		var all []orders.Written
		for half := range slices.Chunk(sets, (len(sets)+1)/2) {
			some, err := set(ctx, w, half)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	return nil, err
}

// unwritten is the issue of a number that is not in Shopify, and when to try again.
func (s *slice) unwritten(w Written, err error) (*issue.Issue, time.Time) {
	reason, wait := NumberRefused, refusedAgain
	switch fault.KindOf(err) {
	case fault.Blocked:
		reason = NumberDenied
	case fault.Unknown, fault.Transient, fault.Throttled:
		wait = lostAgain
	case fault.Rejected, fault.Bug:
	}
	name := w.Name
	if name == "" {
		name = w.ID
	}
	i := s.newIssue(Pending{Shop: w.Shop, ID: w.ID, Name: name}, reason, name)
	i.Detail = strings.TrimSpace(merchant(err) + "\n" + err.Error())
	return &i, s.Now().Add(wait)
}

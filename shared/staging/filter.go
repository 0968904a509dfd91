package staging

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/table"
)

// Filter says which orders a decision is about. The zero value of a field asks for all.
type Filter struct {
	Reason issue.Reason // that they wait with
	State  orders.State
	// UpTo is by how much the totals that were compared may differ, in their currency.
	UpTo *decimal.Decimal
	// PlacedFrom and PlacedBefore bound when they were placed.
	PlacedFrom, PlacedBefore time.Time
	Name                     string // with * for any characters; case and the first # do not count
	Customer                 string // the customer's id in Shopify, or the order's e-mail address
}

// Match is an order that a decision can be made about.
type Match struct {
	View

	As string // a mark of what it is, which a decision may be bound to
}

// Unfit is an order that a filter fits, and that cannot be decided about.
type Unfit struct {
	Name string
	Err  error // an ErrNotNow
}

// candidates are the lists of orders that a decision may fit.
func candidates(d Decision, st orders.State) []string {
	lists := []string{waiting, held, filtered, unread, conflicts, skipped, done, dismissed, unwritten}
	switch d {
	case Accept:
		lists = []string{waiting, conflicts}
	case Retry:
		lists = []string{waiting, unwritten}
	case Hold:
		lists = []string{waiting, held}
	case Dismiss:
		lists = []string{waiting, held, filtered, unread, skipped}
	case Release:
		lists = []string{held}
	case Reopen:
		lists = []string{done, dismissed, conflicts}
	case Unlink, Amend:
		lists = []string{conflicts}
	case Done:
		return nil
	}
	if st == "" {
		return lists
	}
	want := listOf(st)
	if st == orders.Processed {
		want = unwritten
	}
	return slices.DeleteFunc(lists, func(l string) bool { return l != want })
}

// The size of a part of [Store.Matching].
const (
	maxMatches  = 200
	maxExamined = 1000
)

// Matching are orders that d can be decided about and that fit f, those placed first
// in front on each list: a part of them from page on, of about 200 at most. next is
// where the part after it begins, "" after the last. Errors: table.ErrInvalid for a
// page of something else.
func (s *Store) Matching(ctx context.Context, shop string, d Decision, f Filter, page string) (ms []Match, us []Unfit, next string, err error) {
	lists := candidates(d, f.State)
	at, page, _ := strings.Cut(page, " ")
	if at != "" {
		i := slices.Index(lists, at)
		if i < 0 {
			return nil, nil, "", fmt.Errorf("staging: page of list %.20q: %w", at, table.ErrInvalid)
		}
		lists = lists[i:]
	}
	examined := 0
	for i, list := range lists {
		for {
			page, err = s.each(ctx, shop, list, page, 100, func(id string, h head) error {
				examined++
				m, fits, err := s.fits(ctx, shop, id, h, d, f)
				switch {
				case errors.Is(err, ErrNotNow):
					us = append(us, Unfit{h.Name, err})
				case err != nil:
					return err
				case fits:
					ms = append(ms, m)
				}
				return nil
			})
			if err != nil {
				return nil, nil, "", err
			}
			full := len(ms) >= maxMatches || examined >= maxExamined
			switch {
			case full && page != "":
				return ms, us, list + " " + page, nil
			case full && i+1 < len(lists):
				return ms, us, lists[i+1] + " ", nil
			}
			if page == "" {
				break
			}
		}
	}
	return ms, us, "", nil
}

// fits decides about one order. That d cannot be decided is an error where the filter
// means the order; where it means all that d fits, the order is none of these.
func (s *Store) fits(ctx context.Context, shop, id string, h head, d Decision, f Filter) (m Match, fits bool, err error) {
	if !f.fits(h) {
		return m, false, nil
	}
	if f.Customer != "" {
		if ok, err := s.isOf(ctx, shop, id, h, f.Customer); err != nil || !ok {
			return m, false, err
		}
	}
	v, err := s.view(ctx, shop, id, h)
	if err != nil {
		return m, false, err
	}
	if f.Reason != "" && (v.Issue == nil || v.Issue.Reason != f.Reason) {
		return m, false, nil
	}
	var why issue.Reason
	if v.Issue != nil {
		why = v.Issue.Reason
	}
	as, was := h.seenAs(why), h.State
	by, known := h.differsBy()
	_, err = s.decide(ctx, shop, id, &h, Wish{Decision: d})
	switch {
	case errors.Is(err, ErrNotNow) && f.Reason == "" && (d == Accept || d == Retry):
		return m, false, nil
	case err != nil:
		return m, false, fmt.Errorf("order %s is %s: %w", h.Name, was, err)
	}
	if f.UpTo != nil {
		if !known {
			return m, false, fmt.Errorf("no totals that were compared are kept of order %s; retry it to have them compared: %w", h.Name, ErrNotNow)
		}
		if by.GreaterThan(*f.UpTo) {
			return m, false, nil
		}
	}
	return Match{View: v, As: as}, true, nil
}

// seenAs is a mark of what an order is, as far as a decision is about it: a run that looks at
// it again and finds the same leaves it. why is the reason of its issue.
func (h head) seenAs(why issue.Reason) string {
	text := fmt.Sprint(h.State, h.Reason, h.Hash, h.Differs, h.Meant, h.Accepted, h.Own, h.Refused, h.Released, h.OnHold, why)
	if h.Link != nil {
		text += " " + h.Link.ID
	}
	if h.Closed != nil {
		text += " " + h.Closed.At.String()
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// fits decides by what the head alone says.
func (f Filter) fits(h head) bool {
	switch {
	case h.Version == 0,
		f.State != "" && h.State != f.State,
		!f.PlacedFrom.IsZero() && h.CreatedAt.Before(f.PlacedFrom),
		!f.PlacedBefore.IsZero() && !h.CreatedAt.Before(f.PlacedBefore),
		f.UpTo != nil && h.Differs == nil,
		f.Name != "" && !like(bare(h.Name), bare(f.Name)):
		return false
	}
	return true
}

// differsBy is by how much the totals that were compared differ; false: they are not known.
func (h head) differsBy() (decimal.Decimal, bool) {
	if h.Differs == nil || h.Meant == nil || h.Differs.Currency != h.Meant.Currency {
		return decimal.Zero, false
	}
	return h.Differs.Value.Sub(h.Meant.Value).Abs(), true
}

// isOf reports whether an order's copy names a customer.
func (s *Store) isOf(ctx context.Context, shop, id string, h head, customer string) (bool, error) {
	if h.Parts.Count == 0 {
		return false, nil
	}
	c, err := s.load(ctx, shop, id, h)
	if err != nil {
		return false, err
	}
	return c.Customer != nil && c.Customer.ID == customer || c.Email != "" && strings.EqualFold(c.Email, customer), nil
}

// like reports whether text is pattern, in which * stands for any characters.
func like(text, pattern string) bool {
	parts := strings.Split(pattern, "*")
	text, ok := strings.CutPrefix(text, parts[0])
	for i, p := range parts[1:] {
		if !ok {
			return false
		}
		if i == len(parts)-2 { // the last one ends the text
			return strings.HasSuffix(text, p)
		}
		_, text, ok = strings.Cut(text, p)
	}
	return ok && text == ""
}

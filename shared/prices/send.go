package prices

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

const (
	// inBulk is from how many requests on one bulk operation sends them all. It is about
	// seven requests, which cost no points, and takes some seconds; a request by product
	// is 10 points and a fraction of a second.
	inBulk = 20
	// perBulk is how many variants one bulk operation changes: its file may have 100 MB,
	// of which a variant takes about 150 bytes.
	perBulk = 50_000
	// perStore is how many products are sent before what was answered is stored.
	perStore = 10
)

// row is what a dry run says of a variant.
type row struct {
	Variant string `json:"variant"` // numeric Shopify id
	Item    string `json:"item"`    // number
	Name    string `json:"name"`
	Was     values `json:"was"`
	Becomes values `json:"becomes"`
}

// pending settles the bulk operation of a slice that did not see its end.
func (s *slice) pending(ctx context.Context) (bool, error) {
	if s.Request.DryRun {
		return true, nil
	}
	b, err := s.store.bulk(ctx, s.Request.Shop)
	if err != nil || b.ID == "" {
		return err == nil, err
	}
	return s.settle(ctx, b.ID, nil)
}

// settle waits for a bulk operation and notes what it has changed. cs are what was sent,
// in the order of its lines; nil where that is not known any more: what it has refused is
// sent again then, and refused again.
func (s *slice) settle(ctx context.Context, id string, cs []Changes) (bool, error) {
	b, err := s.wait(ctx, id)
	if err != nil || !b.Ended && b.Failed == "" {
		return false, err
	}
	err = s.Shop.AllChanged(ctx, b, func(line int, r RowAnswer) error {
		if cs == nil {
			return s.noteBlind(r)
		}
		if line < 0 || line >= len(cs) {
			return &fault.Error{Op: TaskName, Kind: fault.Unknown, Err: fmt.Errorf("an answer to line %d of %d", line, len(cs))}
		}
		return s.note(cs[line].Changes, r.Answered(cs[line].Changes))
	})
	if err != nil {
		return false, err
	}
	if err := s.keepPrints(ctx); err != nil {
		return false, err
	}
	if err := s.Guard.Write(ctx, s.Request.Lease, noBulk(s.Request.Shop)); err != nil {
		return false, err
	}
	if b.Failed != "" {
		return false, s.failed(b)
	}
	return true, nil
}

// noteBlind notes what a run has changed that has not told what it meant. Beside a refusal
// a row may show what was not done.
func (s *slice) noteBlind(r RowAnswer) error {
	if len(r.Refused) > 0 {
		return nil
	}
	var done []Shown
	for _, v := range r.Shown {
		if i, is := s.of[v.Variant]; is && v.Err == nil && s.goods[i].meant.agrees(shownValues(v)) {
			done = append(done, v)
		} else {
			s.saw([]Shown{v})
		}
	}
	return s.note(nil, Answered{Shown: done})
}

// todo are the changes to make, by product; and it notes what is as it should be.
func (s *slice) todo() []Changes {
	of := map[string]*Changes{}
	var products []string
	for _, p := range s.goods {
		k := s.printOf(p.Variant)
		switch s.decide(p, k) {
		case agree:
			k.Meant, k.Left, k.Reason, k.Detail = p.meant, p.meant.over(k.Shown), "", ""
			k.At = print{}.At
			s.prints.put(p.Variant, k)
			continue
		case keep:
			if k.Reason != Edited {
				k.Reason, k.Detail, k.At = Edited, "", s.Now()
				s.prints.put(p.Variant, k)
			}
			continue
		case leave:
			continue
		case send:
		}
		s.Row(row{p.Variant, p.Item, nameOf(p.Good), k.Shown, p.meant})
		if of[p.Product] == nil {
			of[p.Product], products = &Changes{Product: p.Product}, append(products, p.Product)
		}
		of[p.Product].Changes = append(of[p.Product].Changes, change(p, k))
	}
	var out []Changes
	for _, id := range products {
		for part := range slices.Chunk(of[id].Changes, PerProduct) {
			out = append(out, Changes{id, part})
		}
	}
	return out
}

// change is what is sent of a price: what nothing is said of, or is there, is left out.
func change(p priced, k print) Change {
	c := Change{Variant: p.Variant, Price: amount(p.meant.Price)}
	if p.meant.CompareAt != stays && p.meant.CompareAt != k.Shown.CompareAt {
		compareAt := amount(p.meant.CompareAt)
		c.CompareAt = &compareAt
	}
	if p.meant.Cost != "" && p.meant.Cost != k.Shown.Cost {
		cost := amount(p.meant.Cost)
		c.Cost = &cost
	}
	return c
}

// amount is a decimal of values, which this package has written.
func amount(s string) decimal.Decimal {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Zero
	}
	return d
}

// send sends what is to change.
func (s *slice) send(ctx context.Context) (bool, error) {
	cs := s.todo()
	if s.Request.DryRun {
		return true, nil
	}
	if len(cs) >= inBulk {
		done, err := s.sendInBulk(ctx, cs)
		// The places for bulk operations are others' too: without one it is done one by one,
		// if it is not too much.
		if fault.KindOf(err) != fault.Throttled || !errors.Is(err, ErrBusy) || len(cs) > 10*inBulk {
			return done, err
		}
	}
	for i, c := range cs {
		if s.Over(2 * s.Timeout) {
			return false, s.keepPrints(ctx)
		}
		s.Step()
		if err := s.Hold().Ensure(ctx); err != nil {
			return false, err
		}
		a, err := s.Shop.Change(ctx, c)
		if err == nil {
			err = s.note(c.Changes, a)
		}
		if err != nil {
			return false, errors.Join(err, s.keepPrints(ctx))
		}
		s.Progress(ctx, jobqueue.Progress{Done: i + 1, Total: len(cs), Note: "sending prices"})
		if (i+1)%perStore == 0 {
			if err := s.keepPrints(ctx); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// ErrBusy is that Shopify runs as many bulk operations as it does.
var ErrBusy = errors.New("too many bulk operations run")

// sendInBulk sends changes by bulk operations, one after the other.
func (s *slice) sendInBulk(ctx context.Context, cs []Changes) (bool, error) {
	for len(cs) > 0 {
		n, variants := 0, 0
		for n < len(cs) && variants+len(cs[n].Changes) <= perBulk {
			variants += len(cs[n].Changes)
			n++
		}
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		if err := s.Hold().Ensure(ctx); err != nil {
			return false, err
		}
		id, err := s.Shop.BeginChanges(ctx, cs[:n])
		if err != nil {
			return false, err
		}
		if err := s.Guard.Write(ctx, s.Request.Lease, bulk{ID: id, At: s.Now()}.op(s.Request.Shop)); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Updated, Note: "sending prices"})
		if done, err := s.settle(ctx, id, cs[:n]); err != nil || !done {
			return false, err
		}
		cs = cs[n:]
	}
	return true, nil
}

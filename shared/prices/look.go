package prices

import (
	"context"
	"errors"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

// byBulk is from how many variants on one bulk operation reads them all: that is four
// requests or so, and as many hundreds by id.
const byBulk = 2000

// look reads what the variants cost in the shop: all of them once a day, else those of
// which nothing is known.
func (s *slice) look(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	if at.Seen {
		return true, nil
	}
	var ids []string
	for _, g := range s.goods {
		if g.Variant > at.After && (at.All || s.printOf(g.Variant).Shown.Price == "") {
			ids = append(ids, g.Variant)
		}
	}
	if len(ids) >= byBulk {
		return s.lookInBulk(ctx)
	}
	for len(ids) > 0 {
		// A trial keeps nothing: it reads these few pages in one go.
		if s.Over(2*s.Timeout) && !s.Request.DryRun {
			return false, nil
		}
		s.Step()
		part := ids[:min(len(ids), MaxByID)]
		shown, err := s.Shop.Shown(ctx, part)
		if err != nil {
			return false, err
		}
		s.saw(shown)
		if err := s.keepPrints(ctx); err != nil {
			return false, err
		}
		ids, at.After = ids[len(part):], part[len(part)-1]
		s.Counts.Read += len(part)
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: "looking at prices"})
	}
	at.Seen = true
	return true, nil
}

func (s *slice) saw(shown []Shown) {
	for _, v := range shown {
		if _, is := s.of[v.Variant]; is {
			k := s.printOf(v.Variant)
			switch {
			case v.Err != nil:
				k.Shown, k.Reason, k.Detail = values{}, Unread, fault.Say(v.Err)
			case k.Reason == Unread:
				k.Shown, k.Reason, k.Detail = shownValues(v), "", ""
			default:
				k.Shown = shownValues(v)
			}
			s.prints.put(v.Variant, k)
		}
	}
}

// keepPrints stores the prints that have changed.
func (s *slice) keepPrints(ctx context.Context) error {
	if s.Request.DryRun {
		return nil
	}
	return s.prints.store(ctx, s.Guard, s.Request.Lease)
}

func (s *slice) lookInBulk(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	if at.Look == "" {
		id, err := s.Shop.BeginShown(ctx)
		if err != nil {
			return false, err
		}
		at.Look = id
	}
	b, err := s.wait(ctx, at.Look)
	switch {
	case err != nil:
		return false, err
	case b.Failed != "":
		at.Look = ""
		return false, s.failed(b)
	case !b.Ended:
		return false, nil
	}
	err = s.Shop.AllShown(ctx, b, func(v Shown) error {
		s.saw([]Shown{v})
		s.Counts.Read++
		return nil
	})
	if err == nil {
		err = s.keepPrints(ctx)
	}
	at.Look, at.Seen = "", err == nil
	return at.Seen, err
}

// pauses are between questions how far a bulk operation is.
var pauses = []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second}

// wait waits for a bulk operation as long as the slice lasts.
func (s *slice) wait(ctx context.Context, id string) (b Bulk, err error) {
	for n := 0; ; n++ {
		s.Step()
		pause := pauses[min(n, len(pauses)-1)]
		if err := s.Shop.Pause(ctx, pause); err != nil {
			return b, err
		}
		b, err = s.Shop.Bulk(ctx, id)
		if err != nil || b.Ended || b.Failed != "" || s.Over(2*s.Timeout+pauses[len(pauses)-1]) {
			return b, err
		}
		if err := s.Hold().Ensure(ctx); err != nil {
			return b, err
		}
	}
}

// failed is that Shopify has not carried out a bulk operation: the run is tried again.
func (s *slice) failed(b Bulk) error {
	if b.Failed == accessDenied {
		return &fault.Error{Op: TaskName, Kind: fault.Blocked, Code: b.Failed, Merchant: "The app may not change prices in Shopify; grant it the scope write_products.", Err: errFailed}
	}
	return &fault.Error{Op: TaskName, Kind: fault.Transient, Code: b.Failed, Merchant: "Shopify has not carried out the bulk operation; it is tried again.", Err: errFailed}
}

// accessDenied is how an operation ends that the app may not run.
const accessDenied = "ACCESS_DENIED"

var (
	errFailed = errors.New("the bulk operation has failed")
	errHidden = errors.New("products are hidden")
)

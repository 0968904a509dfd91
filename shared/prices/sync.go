package prices

import (
	"context"
	"slices"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	"backroom/shared/task"
)

const (
	// allEvery is how often all prices of the shop are looked at: what somebody has changed
	// there moves nothing in the company.
	allEvery = 24 * time.Hour
	// againAfter is how long a price waits that the shop has refused.
	againAfter = time.Hour
)

// position is where a run is.
type position struct {
	Began bool   `json:"began,omitempty"`
	All   bool   `json:"all,omitempty"`   // prices are looked at
	Seen  bool   `json:"seen,omitempty"`  // and have been
	Look  string `json:"look,omitempty"`  // the bulk operation that reads them
	After string `json:"after,omitempty"` // variants up to this one are looked at
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides
	store    store
	settings Settings
	prints   *prints
	goods    []priced
	of       map[string]int // goods by variant
}

// run goes on where the last slice has ended. What was sent is kept, so that a later slice
// or run compares anew and finds what is left.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	settings, err := shop.Of[Settings](sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, store: store{t.Table}, settings: settings}
	if !settings.SendPrices {
		s.Progress(ctx, jobqueue.Progress{Note: "no price is sent: sendPrices on the shop card is off"})
		return true, s.says(ctx)
	}
	if err := s.load(ctx); err != nil {
		return false, err
	}
	if len(s.goods) == 0 {
		return true, s.says(ctx)
	}
	for _, part := range []func(context.Context) (bool, error){s.pending, s.look, s.send} {
		if done, err := part(ctx); err != nil || !done {
			return false, err
		}
	}
	return true, s.end(ctx)
}

// items are the numbers that the run is limited to, nil for all.
func (s *slice) items() (numbers []string) {
	for _, n := range s.Parameters.Items {
		numbers = append(numbers, bcapi.Code(n))
	}
	return numbers
}

// load reads what the variants stand for, and makes their prices.
func (s *slice) load(ctx context.Context) error {
	code := s.Request.Shop
	goods, err := s.Links.Priced(ctx, code, s.items())
	if err != nil {
		return err
	}
	if len(goods) == 0 {
		s.prints, err = s.store.prints(ctx, code)
		return err
	}
	if !s.Checkpoint.Began {
		h, err := s.store.head(ctx, code)
		if err != nil {
			return err
		}
		since := s.Now().Sub(h.At)
		s.Checkpoint.All = s.Parameters.All || len(s.Parameters.Items) > 0 || h.At.IsZero() || since >= allEvery || since < 0
		s.Checkpoint.Began = true
	}
	profile, err := s.Shop.Profile(ctx)
	if err != nil {
		return err
	}
	if !profile.Reads {
		return &fault.Error{Op: TaskName, Kind: fault.Blocked, Code: accessDenied, Merchant: "The app may not see products in Shopify; grant it the scope read_products.", Err: errHidden}
	}
	if err := s.price(ctx, termsOf(s.Card, s.settings, profile, s.Now()), goods); err != nil {
		return err
	}
	s.prints, err = s.store.prints(ctx, code) // after the book, of which nothing is kept
	return err
}

// price makes the prices of goods. One whose item is blocked or gone is left alone:
// bringing products and items into step says so.
func (s *slice) price(ctx context.Context, terms Terms, goods []Good) error {
	p := pricingOf(terms, goods)
	if err := s.Company.Book(ctx, s.items(), p.line, p.item); err != nil {
		return err
	}
	s.goods = slices.DeleteFunc(p.goods, func(g priced) bool { return !g.known })
	s.of = make(map[string]int, len(s.goods))
	for i, g := range s.goods {
		s.of[g.Variant] = i
	}
	return nil
}

// course is what is done about a price.
type course int

const (
	leave course = iota
	agree        // it is as it should be: that is noted
	keep         // somebody has changed it in the shop, and it stays
	send
)

// decide says what is done about a price that is known of a variant.
func (s *slice) decide(p priced, k print) course {
	edited := k.Left.Price != "" && p.meant == k.Meant && k.Meant.over(k.Shown) != k.Left
	since := s.Now().Sub(k.At)
	switch {
	case p.wrong != "", k.Shown.Price == "": // without the variant there is no print of it
		return leave
	case p.meant.agrees(k.Shown):
		return agree
	case edited && s.settings.KeepEditedPrices:
		return keep
	case edited:
		return send
	case k.Left.Price != "" && p.meant == k.Meant: // the shop has it in another form
		return leave
	case k.Reason == Refused && p.meant == k.Meant && since < againAfter && since >= 0 && !s.Checkpoint.All:
		return leave
	}
	return send
}

// end notes when all was looked at, and says what is wrong.
func (s *slice) end(ctx context.Context) error {
	if s.Request.DryRun {
		return nil
	}
	if len(s.Parameters.Items) == 0 {
		s.prints.keep(func(v string) bool { _, is := s.of[v]; return is })
	}
	if err := s.prints.store(ctx, s.Guard, s.Request.Lease); err != nil {
		return err
	}
	if err := s.says(ctx); err != nil || !s.Checkpoint.All || len(s.Parameters.Items) > 0 {
		return err
	}
	return s.Guard.Write(ctx, s.Request.Lease, head{At: s.Now()}.op(s.Request.Shop))
}

// note notes what the shop has answered to changes.
func (s *slice) note(cs []Change, a Answered) error {
	for _, shown := range a.Shown {
		i, is := s.of[shown.Variant]
		if !is {
			continue
		}
		k, p := s.printOf(shown.Variant), s.goods[i]
		k.Shown = shownValues(shown)
		k.Meant, k.Left, k.Reason, k.Detail, k.At = p.meant, p.meant.over(k.Shown), "", "", time.Time{}
		k.Sent = s.Now()
		s.prints.put(shown.Variant, k)
		s.Counts.Updated++
	}
	for _, c := range cs {
		err := a.Refused[c.Variant]
		i, is := s.of[c.Variant]
		if err == nil || !is {
			continue
		}
		if kind := fault.KindOf(err); kind != fault.Rejected && kind != fault.Bug {
			return err
		}
		k := s.printOf(c.Variant)
		k.Meant, k.Left, k.Reason, k.Detail, k.At = s.goods[i].meant, values{}, Refused, fault.Say(err), s.Now()
		s.prints.put(c.Variant, k)
	}
	return nil
}

func (s *slice) printOf(variant string) print {
	k, _ := s.prints.get(variant)
	return k
}

package creditmemos

import (
	"context"
	"slices"
	"time"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/sales"
	"backroom/shared/shop"
)

// Kind of the issues about refunds.
const Kind = "refund"

const (
	pageSize   = 50 // orders whose refunds are looked at together
	saveSize   = 30 // outcomes of one transaction
	createSize = 50 // creates of one request, when the target has no opinion
	// refusedFor is how long what was refused, or came out otherwise, is not tried
	// again unchanged.
	refusedFor = time.Hour
)

// Books is the part of process-orders that makes credit memos. One serves all shops,
// and is safe for concurrent use for different ones.
type Books struct {
	Staging Staging
	Target  func(shop.Shop) (Target, error)
	Guard   jobqueue.Guard
	Now     func() time.Time
	Timeout time.Duration // of one request
	// Numbers remembers whether the series takes numbers that are not its own; nil: that
	// is found out anew in each run.
	Numbers *documents.Numbers
}

var _ documents.Refunds = (*Books)(nil)

// Sections implements documents.Refunds.
func (*Books) Sections() shop.Sections { return shop.Sections{Section} }

// Reasons implements documents.Refunds.
func (*Books) Reasons() issue.Catalogue { return Reasons }

// Kind implements documents.Refunds.
func (*Books) Kind() string { return Kind }

// booking is the work of one run's turn.
type booking struct {
	*Books
	documents.Turn
	settings  Settings
	target    Target
	there     time.Time       // the clock by which intents are judged
	include   map[string]bool // prices with tax, by customer, as memos have shown it
	automatic struct{ known, only bool }
}

// work is one refund on its way to its memo.
type work struct {
	pending Pending
	at      int // among the pending order's memos
	order   orders.Order
	refund  orders.Refund
	// customer and refs are what it is mapped with.
	customer string
	refs     documents.References
	doc      sales.Document
	print    string
	again    bool // an earlier create of it has settled without effect
	found    bool // the memo was found, not made just now
	ours     bool // found: a create of ours has made it
	got      sales.Found
	tries    int // changes made to it in this run
	remade   bool
	refused  error
}

func (w *work) memo() *Memo { return &w.pending.Memos[w.at] }

// Book implements documents.Refunds.
func (b *Books) Book(ctx context.Context, t documents.Turn, page *string) (done bool, err error) {
	if !t.Card.Books() {
		return true, nil
	}
	s := &booking{Books: b, Turn: t, include: map[string]bool{}}
	if s.settings, err = shop.Of[Settings](t.Card.Shop); err != nil {
		return false, err
	}
	if s.target, err = b.Target(t.Card.Shop); err != nil {
		return false, err
	}
	for !t.Over(b.Timeout) {
		t.Step()
		ps, next, err := b.Staging.Refunded(ctx, t.Card.Code, *page, pageSize)
		if err != nil {
			return false, err
		}
		if len(t.Orders) > 0 {
			ps = slices.DeleteFunc(ps, func(p Pending) bool { return !slices.Contains(t.Orders, p.ID) })
		}
		if ps, err = s.unsettled(ctx, ps); err != nil {
			return false, err
		}
		if err := s.page(ctx, ps); err != nil {
			return false, err
		}
		if *page = next; next == "" {
			return true, nil
		}
	}
	return false, nil
}

// page takes the refunds of orders as far as they get, one of each order at a time.
func (s *booking) page(ctx context.Context, ps []Pending) error {
	tried := map[string]bool{} // refunds, in this page
	for len(ps) > 0 {
		os, err := s.Staging.Copies(ctx, ps)
		if err != nil {
			return err
		}
		var ws []*work
		var over []Outcome
		for i, p := range ps {
			if w, ended := s.next(p, os[i], tried); w != nil {
				ws = append(ws, w)
			} else if ended {
				over = append(over, Outcome{Pending: p})
			}
		}
		if _, err := s.save(ctx, over); err != nil || len(ws) == 0 {
			return err
		}
		if ps, err = s.round(ctx, ws); err != nil {
			return err
		}
	}
	return nil
}

// next is the refund of an order that comes next, nil if there is none. What gets no
// memo is noted in p; ended reports whether anything was.
func (s *booking) next(p Pending, o orders.Order, tried map[string]bool) (w *work, ended bool) {
	for i := range p.Memos {
		m := &p.Memos[i]
		at := slices.IndexFunc(o.Refunds, func(r orders.Refund) bool { return r.ID == m.Refund })
		if m.State != Waiting || tried[m.Refund] || at < 0 {
			continue
		}
		r := o.Refunds[at]
		switch standing := o.Standing(r); {
		case m.SentAt.IsZero() && (!p.Facts.Counts(r.ID) || standing == orders.Removal):
			m.State, ended = Nothing, true
			continue
		case standing == orders.Unsettled, !r.Detailed:
			continue // until its money has arrived, or it is read
		}
		tried[m.Refund] = true
		return &work{pending: p, at: i, order: o, refund: r}, ended
	}
	return nil, ended
}

// round takes one refund of each order as far as it gets, and answers the orders as
// they are then stored.
func (s *booking) round(ctx context.Context, ws []*work) ([]Pending, error) {
	s.Counts.Read += len(ws)
	stored := map[string]Pending{}
	keep := func(ps []Pending) {
		for _, p := range ps {
			stored[p.ID] = p
		}
	}
	ready, outcomes, err := s.ready(ctx, ws)
	if err != nil {
		return nil, err
	}
	ps, err := s.save(ctx, outcomes)
	if keep(ps); err != nil || s.DryRun {
		return nil, err
	}
	again, err := s.look(ctx, ready, keep)
	for tries := 0; err == nil && len(again) > 0 && tries < 3; tries++ {
		again, err = s.createAll(ctx, again, keep)
	}
	if err != nil {
		return nil, err
	}
	var next []Pending
	for _, w := range ws {
		if p, ok := stored[w.pending.ID]; ok && p.ID != "" {
			next = append(next, p)
		}
	}
	return next, nil
}

// ready maps refunds. What cannot be mapped is an outcome.
func (s *booking) ready(ctx context.Context, ws []*work) (out []*work, outcomes []Outcome, err error) {
	if !s.DryRun {
		if err := s.Claimed(ctx); err != nil {
			return nil, nil, err
		}
	}
	if s.there, err = outbound.There(ctx, s.Clock, s.Now()); err != nil {
		return nil, nil, err
	}
	os := make([]orders.Order, len(ws))
	for i, w := range ws {
		os[i] = w.order
	}
	who, err := s.Customers(ctx, os)
	if err != nil {
		return nil, nil, err
	}
	card := cardFor(s.Card, s.settings, nil)
	refs, err := s.References(ctx, documents.Card{
		Shop: s.Card.Shop, OrderSettings: s.Card.OrderSettings, CustomerSettings: s.Card.CustomerSettings, ItemSettings: s.Card.ItemSettings,
		DocumentSettings: card.DocumentSettings, AlsoBooked: card.AlsoBooked,
	}, os)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range ws {
		c := who[w.order.ID]
		w.customer, w.refs = c.Number, refs
		problems := s.meant(w)
		if c.Reason != "" {
			problems = append([]documents.Problem{{Reason: c.Reason, Thing: c.Thing}}, problems...)
		}
		switch {
		case s.DryRun:
			s.Row(documents.Planned{Order: w.order.Name, Total: w.doc.Total.String()})
		case len(problems) > 0 && w.memo().SentAt.IsZero() && w.memo().Own == "":
			outcomes = append(outcomes, s.problems(w, problems))
		case len(w.doc.Lines) == 0 && w.memo().SentAt.IsZero():
			w.memo().State = Nothing
			w.sent()
			outcomes = append(outcomes, Outcome{Pending: w.pending, Refund: w.refund.ID})
		default:
			out = append(out, w)
		}
	}
	return out, outcomes, nil
}

// meant maps w's refund, in the currency of its order's document and with prices as
// memos of its customer have them.
func (s *booking) meant(w *work) []documents.Problem {
	card := s.Card
	switch w.pending.Currency {
	case w.order.Currency:
		card.CurrencyHandling = documents.ShopCurrency
	case w.order.PresentmentCurrency:
		card.CurrencyHandling = documents.PresentmentCurrency
	}
	var include *bool
	if i, ok := s.include[w.customer]; ok {
		include = &i
	}
	var problems []documents.Problem
	w.doc, problems = Map(card, s.settings, w.order, w.pending.Facts, w.refund, w.customer, include, w.refs)
	w.print = fingerprint(s.Card, w.doc)
	return problems
}

// createAll creates in batches of the size that the target asks for, and answers what
// is to be made again.
func (s *booking) createAll(ctx context.Context, ws []*work, keep func([]Pending)) (again []*work, err error) {
	for len(ws) > 0 {
		size := createSize
		if b, ok := s.target.(interface{ MemosPerBatch() int }); ok {
			size = b.MemosPerBatch()
		}
		n := min(len(ws), max(size, 1), saveSize)
		more, err := s.create(ctx, ws[:n], keep)
		if again = append(again, more...); err != nil {
			return again, err
		}
		ws = ws[n:]
	}
	return again, nil
}

// look decides about refunds by what BC has of them, and answers those to create. One
// that has to wait holds up no other of its order.
func (s *booking) look(ctx context.Context, ws []*work, keep func([]Pending)) (create []*work, err error) {
	if len(ws) == 0 {
		return nil, nil
	}
	numbers := make([]string, len(ws))
	for i, w := range ws {
		numbers[i] = w.doc.ExternalNumber
	}
	found, err := s.target.FindMemos(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var outcomes []Outcome
	var adopt []*work
	for _, w := range ws {
		var fs []sales.Found
		for _, f := range found {
			if refundOf(f.Header.ExternalNumber) == w.refund.ID {
				fs = append(fs, f)
			}
		}
		m := w.memo()
		switch outbound.Next(outbound.Sent(!m.SentAt.IsZero(), m.SentThere, s.there), len(fs), s.there) {
		case outbound.Create:
			if m.Tried == w.print && s.Now().Before(m.NotBefore) && m.NotBefore.Sub(s.Now()) <= differsFor {
				s.Counts.Unchanged++ // BC has refused just this, not long ago
				keep([]Pending{w.pending})
				continue
			}
			if m.Own != "" && m.SentAt.IsZero() {
				m.Own = "" // a person has deleted the draft
			}
			if ds := w.doc.Unfaithful(); len(ds) > 0 {
				outcomes = append(outcomes, s.differs(w, ds))
				continue
			}
			create = append(create, w)
		case outbound.Wait:
			s.Doubt()
			s.Counts.Skipped++
			keep([]Pending{w.pending})
			m.SentThere = outbound.Sent(true, m.SentThere, s.there)
			outcomes = append(outcomes, s.says(w, outbound.OutcomeUnknown, w.order.Name))
		case outbound.Ambiguous:
			s.Counts.Failed++
			outcomes = append(outcomes, s.says(w, TwoMemosFound, numbersOf(fs)))
		case outbound.Adopt:
			w.got, w.found = fs[0], true
			w.ours = !m.SentAt.IsZero() || m.Own == w.got.ID
			adopt = append(adopt, w)
		}
	}
	ps, err := s.save(ctx, outcomes)
	if keep(ps); err != nil {
		return nil, err
	}
	again, err := s.adopt(ctx, adopt, keep)
	return append(create, again...), err
}

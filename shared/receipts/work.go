package receipts

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

const (
	// firstWait is after how long an order is looked at again, then twice as long each
	// time, lastWait at most.
	firstWait = 15 * time.Minute
	lastWait  = 24 * time.Hour
	// saidFor is how long it is said what nobody can mend here.
	saidFor = 7 * 24 * time.Hour
)

// Row is what a run without effect says of a payment.
type Row struct {
	Order    string `json:"order"`
	Payment  string `json:"payment"`
	Number   string `json:"documentNumber"`
	Invoice  string `json:"invoice"`
	Customer string `json:"customer"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Account  string `json:"account"`
	Not      string `json:"not,omitempty"` // why it would not be suggested
}

// work is an order that is looked at.
type work struct {
	*Order

	before  []byte
	lines   []planned
	moved   bool // something has become of it
	reason  issue.Reason
	things  []string
	more    string
	cause   error
	unknown bool
	asked   bool // Business Central was asked for its invoices
}

// suggest looks at the next orders of which something is left to do.
func (s *slice) suggest(ctx context.Context) error {
	at := &s.Checkpoint
	if !s.listed {
		ms, err := s.Store.open(ctx, s.Request.Shop)
		if err != nil {
			return err
		}
		s.todo, s.listed = slices.DeleteFunc(ms, func(m mark) bool {
			return m.ID <= at.After || m.Trouble != string(GatewayUnmapped) && s.Now().Before(m.NotBefore)
		}), true
	}
	part := s.todo[:min(len(s.todo), perPage)]
	if s.todo = s.todo[len(part):]; len(part) == 0 {
		at.Phase = ended
		return nil
	}
	var os []*Order
	for _, m := range part {
		o, err := s.Store.Get(ctx, s.Request.Shop, m.ID)
		if err != nil {
			return err
		}
		if o.Version > 0 {
			os = append(os, o)
		}
	}
	if err := s.work(ctx, os); err != nil {
		return err
	}
	at.After = part[len(part)-1].ID
	return nil
}

// work gets orders on: it looks at their lines, plans others, and sends those.
func (s *slice) work(ctx context.Context, os []*Order) error {
	ws := make([]*work, len(os))
	for i, o := range os {
		js, err := json.Marshal(o)
		if err != nil {
			return err
		}
		ws[i] = &work{Order: o, before: js}
	}
	if err := s.settle(ctx, ws); err != nil {
		return err
	}
	if err := s.plan(ctx, ws); err != nil {
		return err
	}
	if s.Request.DryRun {
		s.rows(ws)
		return nil
	}
	if err := s.send(ctx, ws); err != nil {
		return err
	}
	for _, w := range ws {
		if err := s.finish(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// settle looks at the lines that may still be posted.
func (s *slice) settle(ctx context.Context, ws []*work) error {
	var of []*Line
	var numbers []string
	for _, w := range ws {
		for _, l := range w.Lines {
			if l.open() {
				of, numbers = append(of, l), append(numbers, l.Number)
			}
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	bs, err := s.find(ctx, of)
	if err != nil {
		return err
	}
	seen, err := s.Company.Look(ctx, bs, numbers)
	if err != nil {
		return err
	}
	there, err := outbound.There(ctx, s.Company, s.Now())
	if err != nil {
		return err
	}
	for _, w := range ws {
		w.Lines = slices.DeleteFunc(w.Lines, func(l *Line) bool {
			return l.open() && !s.become(w, l, next(l, seen[l.Number], there))
		})
	}
	return nil
}

// become notes what has become of a line, and reports whether it stays.
func (s *slice) become(w *work, l *Line, do step) bool {
	switch do {
	case keep:
		l.Stage, l.SentAt, l.SentThere = Suggested, time.Time{}, time.Time{}
	case booked:
		l.Stage, l.SentAt, l.SentThere, w.moved = Booked, time.Time{}, time.Time{}, true
		s.Counts.Updated++
		w.Log = w.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidFind, Says: "posted as " + l.Number})
	case await:
		w.unknown = true
	case gone:
		l.Stage, w.moved = Gone, true
		w.reason, w.things = LineGone, append(w.things, w.called())
		w.more = l.Number
	case forget:
		w.moved = true
		return false
	}
	return true
}

// find is the batches of lines, each once, as they are there.
func (s *slice) find(ctx context.Context, ls []*Line) (bs []Batch, err error) {
	var ask []Batch
	seen := map[string]bool{}
	for _, l := range ls {
		want := batchOf(s.Request.Shop, l)
		if seen[want.Code] {
			continue
		}
		seen[want.Code] = true
		if b, ok := s.batches[want.Code]; ok {
			bs = append(bs, b)
		} else {
			ask = append(ask, want)
		}
	}
	if len(ask) == 0 {
		return bs, nil
	}
	got, err := s.Company.Batches(ctx, ask)
	if err != nil {
		return nil, err
	}
	for _, b := range got {
		s.batches[b.Code] = b
	}
	return append(bs, got...), nil
}

// plan says which lines orders lack, of those that are invoiced.
func (s *slice) plan(ctx context.Context, ws []*work) error {
	docs := make([]Document, len(ws))
	var ask []Document
	for i, w := range ws {
		if w.unknown || w.lined() {
			continue
		}
		d, ok, err := s.Documents.Document(ctx, s.Request.Shop, w.ID)
		if err != nil {
			return err
		}
		if docs[i], w.asked = d, ok; ok {
			ask = append(ask, d)
		}
	}
	if len(ask) == 0 || s.set.SuggestPaymentsFrom == "" {
		return nil
	}
	is, err := s.Company.Invoices(ctx, ask)
	if err != nil {
		return err
	}
	for i, w := range ws {
		var of []Invoice
		for _, v := range is {
			if docs[i].ID != "" && v.Document == docs[i].ID {
				v.Currency, v.Card = s.ISO(cmp.Or(v.Currency, s.lcy())), s.ISO(cmp.Or(v.Card, s.lcy()))
				of = append(of, v)
			}
		}
		slices.SortFunc(of, func(a, b Invoice) int { return strings.Compare(a.Number, b.Number) })
		lines, lacks := plan(w.Order, of, s.set, s.day)
		w.lines = lines
		for _, l := range lacks {
			if w.reason == "" || w.reason == l.reason {
				w.reason, w.things, w.more = l.reason, []string{w.called()}, join(w.more, l.thing)
			}
		}
	}
	return nil
}

// lcy is the local currency of the company, as far as the card knows it.
func (s *slice) lcy() string { return cmp.Or(s.Card.Company.LCY, s.Card.Currency) }

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// rows adds what would be suggested to the report of a run without effect.
func (s *slice) rows(ws []*work) {
	for _, w := range ws {
		for _, l := range w.lines {
			s.Counts.Created++
			s.Row(Row{Order: w.Name, Payment: l.Payment, Number: l.Number, Invoice: l.Invoice, Customer: l.customer, Amount: l.Amount.String(), Currency: l.Currency, Account: l.Account})
		}
		if w.reason != "" {
			s.Counts.Failed++
			s.Row(Row{Order: w.Name, Not: w.issue().Text})
		}
	}
}

// issue is what is wrong with an order; without a reason nothing is.
func (w *work) issue() issue.Issue {
	if w.reason == "" {
		return issue.Issue{}
	}
	if w.reason == outbound.OutcomeUnknown {
		return outbound.Reasons.New(w.reason, w.called())
	}
	part := issue.Part{Reason: w.reason, Things: []string{w.called()}, More: w.more}
	if e := fault.Of(w.cause); part.More == "" && e.Merchant != "" {
		part.More = strings.TrimRight(e.Merchant, ". ")
	}
	i := Reasons.Of(part)
	if w.cause != nil {
		i.Detail = w.cause.Error()
	}
	return i
}

// stillGone has it said for a while that a person has deleted a line: what else there is of
// the order goes on meanwhile.
func (w *work) stillGone(now time.Time) {
	switch {
	case w.reason == LineGone:
		w.SaidUntil = now.Add(saidFor)
	case w.reason != "" || w.Trouble != string(LineGone) || !now.Before(w.SaidUntil):
		w.SaidUntil = time.Time{}
	default:
		w.reason, w.things = LineGone, []string{w.called()}
		for _, l := range w.Lines {
			if l.Stage == Gone {
				w.more = l.Number
			}
		}
	}
}

// finish stores an order with its issue, and when it is looked at again.
func (s *slice) finish(ctx context.Context, w *work) error {
	if w.unknown && w.reason == "" {
		w.reason = outbound.OutcomeUnknown
	}
	settled := w.settled()
	w.stillGone(s.Now())
	if w.reason == "" && w.tooMuch() && (w.waits() || w.Trouble != string(PaidBack)) {
		w.reason = PaidBack
	}
	open := !settled
	if w.reason != "" && w.reason != outbound.OutcomeUnknown && (w.reason != LineGone || w.moved) {
		s.Counts.Failed++
	}
	if w.moved {
		w.Tries = 0
	}
	switch {
	case w.reason == LineGone && settled:
		open, w.NotBefore = true, w.SaidUntil
	case w.reason == PaidBack && settled:
		open, w.NotBefore = true, s.Now().Add(saidFor)
	case settled, w.waits(), !w.asked && w.young(s.Now()): // for a person, whose posting is seen by the next run, or for a document
		w.NotBefore, w.Tries = time.Time{}, 0
	default:
		w.NotBefore = s.Now().Add(min(firstWait<<min(w.Tries, 10), lastWait))
		w.Tries++
	}
	had := w.Trouble
	w.Trouble = string(w.reason)
	js, err := json.Marshal(w.Order)
	if err != nil || string(js) == string(w.before) {
		return err
	}
	ops := w.ops(open)
	switch {
	case w.reason != "":
		i := w.issue()
		if len(w.Log) > 0 {
			i.Detail = strings.TrimLeft(i.Detail+"\n"+w.Log.String(), "\n")
		}
		op, err := s.Issues.Put(ctx, s.Issue(IssueKind, w.ID, w.Name, i))
		if err != nil {
			return err
		}
		ops = append(ops, op)
	case had != "":
		ops = append(ops, issue.Clear(s.Request.Shop, IssueKind, w.ID))
	}
	return s.write(ctx, ops...)
}

// tooMuch reports whether more is in lines than was paid and not given back.
func (o *Order) tooMuch() bool {
	if len(o.Lines) == 0 {
		return false
	}
	over, ok := o.over(o.Lines, o.Lines[0].Currency)
	return ok && over.IsPositive()
}

// young reports whether somebody has paid lately.
func (o *Order) young(now time.Time) bool {
	return slices.ContainsFunc(o.Payments, func(p Payment) bool { return now.Sub(p.At) < lastWait })
}

// keep stores orders, whose versions are then those that are stored.
func (s *slice) keep(ctx context.Context, ws []*work) error {
	var ops []table.Op
	var done []*Order
	for _, w := range ws {
		if !slices.Contains(done, w.Order) {
			done, ops = append(done, w.Order), append(ops, w.ops(true)...)
		}
	}
	if err := s.write(ctx, ops...); err != nil {
		return err
	}
	for _, o := range done {
		o.Version++
	}
	return nil
}

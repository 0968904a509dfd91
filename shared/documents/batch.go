package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// transaction is how many outcomes one transaction stores.
const transaction = 45

// work is one order on its way to a document.
type work struct {
	pending Pending
	order   orders.Order
	doc     sales.Document
	print   string // fingerprint of order and settings
	whole   bool   // order is as it was sold: refunds are undone
	// anew is the document with prices that hold tax, or do not.
	anew func(include bool) (sales.Document, bool)
	// barred is why no document may be made of the order as it is now. One that
	// an earlier create has made is linked all the same.
	barred []Problem
	found  bool // the document was found, not created just now
	ours   bool // found: the document comes from a create of this order
	again  bool // an earlier create of it has settled without effect

	got sales.Found // the document, once there is one
	// parts are invoices that name got's number as their order's: got was posted in
	// part, or another document that had the number was posted whole.
	parts  []Invoice
	mended // what was done about it
}

// batch takes the orders of ps as far as they get: what BC has of them is looked
// for before anything is made.
func (s *slice) batch(ctx context.Context, ps []Pending) error {
	ws, err := s.ready(ctx, ps)
	if err != nil || s.Request.DryRun || len(ws) == 0 {
		return err
	}
	found, err := s.find(ctx, ws)
	if err != nil {
		return err
	}
	var next steps
	for _, w := range ws {
		s.decide(w, found[w.order.ID], &next)
	}
	if _, err := s.save(ctx, next.outcomes); err != nil {
		return err
	}
	again, err := s.adopt(ctx, next.adopt)
	if err != nil {
		return err
	}
	create, err := s.fresh(ctx, next.create)
	if err != nil {
		return err
	}
	return s.createAll(ctx, append(again, create...))
}

// ready loads the orders of ps that are still to be looked at, and maps them
// under a claim, by BC's time of now.
func (s *slice) ready(ctx context.Context, ps []Pending) ([]work, error) {
	if slices.ContainsFunc(ps, func(p Pending) bool { return !p.SentAt.IsZero() }) {
		if err := s.listen(ctx); err != nil {
			return nil, err
		}
	}
	s.Counts.Read += len(ps)
	ps, err := s.stillHeld(ctx, ps)
	if err == nil {
		ps, err = s.look(ctx, ps)
	}
	if err != nil || len(ps) == 0 {
		return nil, err
	}
	os, err := s.Staging.Load(ctx, ps)
	if err != nil {
		return nil, err
	}
	if ps, os, err = s.hold(ctx, ps, os); err != nil || len(ps) == 0 {
		return nil, err
	}
	if !s.Request.DryRun {
		if err := s.claimed(ctx); err != nil {
			return nil, err
		}
		if err := s.listen(ctx); err != nil {
			return nil, err
		}
	}
	return s.mapAll(ctx, ps, os)
}

// steps are what is done next about the orders of a batch.
type steps struct {
	adopt, create []work
	outcomes      []Outcome // of those about which nothing is sent
}

// decide adds to next what is done about w, of which BC has f.
func (s *slice) decide(w work, f documentsFound, next *steps) {
	switch outbound.Next(s.sent(w.pending), f.count(), s.there) {
	case outbound.Create:
		s.decideCreate(w, next)
	case outbound.Wait:
		s.claim.doubt = true
		// To wait is no failure of this run: enough of them would use up its attempts.
		i := s.newIssue(w.pending, outbound.OutcomeUnknown, w.order.Name)
		s.Counts.Skipped++
		next.outcomes = append(next.outcomes, Outcome{Pending: w.pending, Issue: &i, Unknown: true, SentThere: s.sent(w.pending)})
	case outbound.Ambiguous:
		next.outcomes = append(next.outcomes, s.issue(w.pending, TwoDocumentsFound, f.numbers(), s.unsettled(w.pending)))
	case outbound.Adopt:
		s.decideAdopt(w, f, next)
	}
}

// decideCreate adds w, of which BC has nothing, to those that get a document,
// unless something is against it.
func (s *slice) decideCreate(w work, next *steps) {
	switch {
	case len(w.barred) > 0:
		next.outcomes = append(next.outcomes, s.problems(w.pending, w.barred))
	case w.pending.Tried == w.print && w.pending.tooEarly(s.Now()):
		s.Counts.Unchanged++ // BC has refused just this before, and nothing has changed
	case !w.pending.agreed() && len(w.doc.Unfaithful()) > 0:
		next.outcomes = append(next.outcomes, s.unfaithful(w))
	default:
		next.create = append(next.create, w)
	}
}

// decideAdopt adds w to those whose document f is looked at. Of one that is
// posted, or unmoved since a person was to look at it, nothing is to be read.
func (s *slice) decideAdopt(w work, f documentsFound, next *steps) {
	w.found = true
	f = f.drafts(w)
	if len(f.orders) == 0 {
		w.note(called(sales.Invoice, f.invoices[0].Number), s.Now())
		next.outcomes = append(next.outcomes, s.posted(w, f.invoices))
		return
	}
	w.got, w.parts = f.orders[0], f.parts
	w.note(called(w.got.Header.Kind, w.got.Header.Number), s.Now())
	w.ours = !w.pending.SentAt.IsZero() || w.pending.Own == w.got.ID
	if s.unmoved(w) {
		s.Counts.Unchanged++ // a person is still to look at it
		return
	}
	next.adopt = append(next.adopt, w)
}

// note says in the log that a document is found.
func (w *work) note(document string, now time.Time) {
	w.pending.Log = w.pending.Log.With(outbound.Event{At: now, Did: outbound.DidFind, Says: document})
}

// createAll creates in batches of the size that the target asks for. What
// has to be made again is created once more, after all others.
func (s *slice) createAll(ctx context.Context, ws []work) error {
	for len(ws) > 0 {
		size := createSize
		if b, ok := s.target.Documents.(interface{ OrdersPerBatch() int }); ok {
			size = b.OrdersPerBatch()
		}
		n := min(len(ws), max(size, 1), transaction)
		again, err := s.create(ctx, ws[:n])
		if err != nil {
			return err
		}
		ws = append(ws[n:], again...)
	}
	return nil
}

// unsettled reports whether a create of p may still take effect.
func (s *slice) unsettled(p Pending) bool {
	return outbound.Next(s.sent(p), 0, s.there) == outbound.Wait
}

// listen takes the time by which the intents of a page are judged, before anything
// of them is looked up.
func (s *slice) listen(ctx context.Context) (err error) {
	s.there, err = outbound.There(ctx, s.target.Clock, s.Now())
	return err
}

// sent is when the create of p that may still take effect was sent, by the clock
// of s.there.
func (s *slice) sent(p Pending) time.Time {
	return outbound.Sent(!p.SentAt.IsZero(), p.SentThere, s.there)
}

// tooEarly reports whether the try that p was refused for is not to be repeated at
// now. What waits for a change has a time far ahead; what waits for an hour and has
// one days ahead was refused while the clock was wrong.
func (p Pending) tooEarly(now time.Time) bool {
	return !clock.Due(p.NotBefore, now, refusedFor) || p.NotBefore.Sub(now) > differsFor/2
}

// mapAll maps orders to documents. Those that get none become issues, unless
// an earlier create of theirs has still to be looked for.
func (s *slice) mapAll(ctx context.Context, ps []Pending, os []orders.Order) ([]work, error) {
	// No customer is made of an order that is barred, and nothing is read for it
	// unless a document of it may exist.
	var open, mapped []orders.Order
	wholes := make([]bool, len(os))
	for i, o := range os {
		os[i], wholes[i] = s.sold(ps[i], o)
		o = os[i]
		bar := s.bar(ps[i], o)
		if bar == "" {
			open = append(open, o)
		}
		if bar == "" || !ps[i].SentAt.IsZero() || ps[i].Own != "" {
			mapped = append(mapped, o)
		}
	}
	before := s.claim.doubt
	s.claim.doubt = true // until it is known what has become of the customers
	who, err := s.customers.Resolve(ctx, s.Request.Lease, s.card.customers(), open, s.Request.DryRun)
	if err != nil {
		return nil, err
	}
	s.claim.doubt = before
	for _, c := range who {
		s.claim.doubt = s.claim.doubt || c.Reason == outbound.OutcomeUnknown
	}
	refs, err := s.reader.load(ctx, s.card, mapped)
	if err != nil {
		return nil, err
	}
	var ws []work
	var outcomes []Outcome
	for i, o := range os {
		c := who[o.ID]
		card := s.guessed(o, c.Number)
		doc, problems := Map(card, o, c.Number, refs)
		doc = complete(card, o.Name, doc)
		if c.Reason != "" {
			problems = append([]Problem{{c.Reason, c.Thing}}, problems...)
		}
		if bar := s.bar(ps[i], o); bar != "" {
			problems = []Problem{{bar, o.Name}}
		}
		switch {
		case s.Request.DryRun:
			s.plan(ps[i], o, doc, problems)
		case len(problems) > 0 && ps[i].SentAt.IsZero() && ps[i].Own == "":
			out := s.problems(ps[i], problems)
			if problems[0].Reason == RefundBeforeProcessing {
				out.Differs = &doc.Total // what is left, which a person may accept
			}
			outcomes = append(outcomes, out)
		default:
			ws = append(ws, work{
				pending: ps[i], order: o, doc: doc, print: fingerprint(s.card, doc, ps[i].Accepted), whole: wholes[i], barred: problems,
				anew: s.card.anew(o, c.Number, refs),
			})
		}
	}
	_, err = s.save(ctx, outcomes)
	return ws, err
}

func (s *slice) plan(p Pending, o orders.Order, doc sales.Document, problems []Problem) {
	pl := Planned{Order: o.Name, Total: doc.Total.String()}
	if len(problems) == 0 {
		if s.full < reportDocuments {
			s.full++
			pl.Document = planned(doc)
		}
		s.Counts.Created++
	} else {
		i := s.problems(p, problems).Issue
		pl.Problems = []issue.Issue{*i}
	}
	s.Row(pl)
}

// reportDocuments is how many documents the report of a dry run has in full; of
// further orders it has the totals.
const reportDocuments = 200

// fingerprint is of what would be sent, and of what its total is held against:
// the same try fails for the same reason until BC changes.
func fingerprint(card Card, d sales.Document, accepted *money.Amount) string {
	js, err := json.Marshal([]any{d, card.RoundingAccount, card.Tolerance, accepted})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(js)
	return hex.EncodeToString(sum[:12])
}

// documentsFound is what BC has under one external number: orders, invoices that
// name none of these orders, and parts, which do.
type documentsFound struct {
	orders   []sales.Found
	invoices []Invoice
	parts    []Invoice
}

// count is the number of documents; an order that was posted in parts and is
// gone has left several invoices and counts once.
func (f documentsFound) count() int {
	n := len(f.orders)
	seen := map[string]bool{}
	for _, i := range f.invoices {
		if i.OrderNumber == "" || !seen[i.OrderNumber] {
			n++
		}
		seen[i.OrderNumber] = true
	}
	return n
}

func (f documentsFound) numbers() string {
	var ns []string
	for _, o := range f.orders {
		ns = append(ns, called(o.Header.Kind, o.Header.Number))
	}
	for _, i := range f.invoices {
		ns = append(ns, called(sales.Invoice, i.Number))
	}
	return strings.Join(ns, ", ")
}

// find looks every order up, also those without an intent: a store that was
// lost or restored must not lead to second documents. The answer is by order id.
func (s *slice) find(ctx context.Context, ws []work) (map[string]documentsFound, error) {
	var numbers []string
	for _, w := range ws {
		for _, n := range []string{w.doc.ExternalNumber, w.doc.EarlierNumber} {
			if n != "" {
				numbers = append(numbers, n)
			}
		}
	}
	docs, invoices, err := s.target.Documents.FindDocuments(ctx, numbers)
	if err != nil {
		return nil, err
	}
	found := map[string]documentsFound{}
	for _, d := range docs {
		id := orderOf(d.Header.ExternalNumber)
		f := found[id]
		f.orders = append(f.orders, d)
		found[id] = f
	}
	for _, i := range invoices {
		// An order that was posted in part has invoices and still is the order's document.
		id := orderOf(i.ExternalNumber)
		f := found[id]
		if slices.ContainsFunc(f.orders, func(d sales.Found) bool { return strings.EqualFold(d.Header.Number, i.OrderNumber) }) {
			f.parts = append(f.parts, i)
		} else {
			f.invoices = append(f.invoices, i)
		}
		found[id] = f
	}
	return found, nil
}

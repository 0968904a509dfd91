package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/intent"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// Task is process-orders. One Task serves all shops; Run is safe for
// concurrent use for different shops.
type Task struct {
	Card    func(ctx context.Context, shop string) (shop.Shop, error)
	Target  func(shop.Shop) (Target, error)
	Writer  func(shop.Shop) (orders.Writer, error)
	Staging Staging
	Links   *customers.Links
	Guard   jobqueue.Guard
	Now     func() time.Time
	// Timeout is the longest that one request to BC is waited for. No create
	// starts unless the lease outlives it.
	Timeout time.Duration
	// Spent is what the shop's clients have used so far; nil: not counted.
	Spent func(shop string) (requests, points int)
}

var _ jobqueue.Task = (*Task)(nil)

// Parameters of a run.
type Parameters struct {
	// Orders limits the run to these Shopify ids; empty: all that wait.
	Orders []string `json:"orders,omitempty"`
}

// pageSize is how many orders are worked on together: 100 external numbers are
// four GETs of 25, one $batch.
const pageSize = 100

// createSize is how many creates share one request when the target has no opinion.
const createSize = 50

type checkpoint struct {
	Page string `json:"page,omitempty"`
	Next int    `json:"next,omitempty"` // position in Parameters.Orders
}

// Run implements jobqueue.Task.
func (t *Task) Run(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	var p Parameters
	if err := strict(r.Parameters, &p); err != nil {
		return jobqueue.Result{}, &fault.Error{Op: "process-orders", Kind: fault.Rejected, Err: fmt.Errorf("parameters: %w", err)}
	}
	var cp checkpoint
	if err := strict(r.Checkpoint, &cp); err != nil {
		return jobqueue.Result{}, &fault.Error{Op: "process-orders", Kind: fault.Bug, Err: fmt.Errorf("checkpoint: %w", err)}
	}
	card, err := t.Card(ctx, r.Shop)
	if err != nil {
		return jobqueue.Result{}, err
	}
	target, err := t.Target(card)
	if err != nil {
		return jobqueue.Result{}, err
	}
	s := &slice{
		Task: t, request: r, card: card, target: target,
		reader:    reader{target: target},
		customers: t.resolver(target),
	}
	before, points := t.spent(r.Shop)
	done, err := s.walk(ctx, p, &cp)
	after, pointsAfter := t.spent(r.Shop)
	s.counts.Requests, s.counts.Points = after-before, pointsAfter-points
	if err != nil {
		return jobqueue.Result{}, err
	}
	res := jobqueue.Result{Done: done, Counts: s.counts, Progress: jobqueue.Progress{Done: s.counts.Read, Note: "creating sales orders"}}
	if !done {
		if res.Checkpoint, err = json.Marshal(cp); err != nil {
			return jobqueue.Result{}, err
		}
	}
	if r.DryRun {
		if res.Report, err = json.Marshal(s.report); err != nil {
			return jobqueue.Result{}, err
		}
	}
	return res, nil
}

func (t *Task) resolver(target Target) *customers.Resolver {
	return &customers.Resolver{
		Target: target, Links: t.Links, Guard: t.Guard, Now: t.Now, Timeout: t.Timeout,
		Naming: customers.Naming{Name: Name, County: County, Country: Country},
	}
}

func (t *Task) spent(shop string) (requests, points int) {
	if t.Spent == nil {
		return 0, 0
	}
	return t.Spent(shop)
}

func strict(data json.RawMessage, v any) error {
	if len(data) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// slice is the work of one invocation.
type slice struct {
	*Task
	request   jobqueue.Request
	card      shop.Shop
	target    Target
	reader    reader
	customers *customers.Resolver
	counts    jobqueue.Counts
	report    []Planned
}

// Planned is one document of a dry run.
type Planned struct {
	Order    string             `json:"order"`
	Document *entity.SalesOrder `json:"document,omitempty"`
	Total    string             `json:"total,omitempty"`
	Problems []issue.Issue      `json:"problems,omitempty"`
}

// walk works through pages of pending orders until there are no more, or the
// slice's time is over, and reports which.
func (s *slice) walk(ctx context.Context, p Parameters, cp *checkpoint) (done bool, err error) {
	for n := 0; ; n++ {
		// A page may take several requests; the soft stop leaves room for all.
		if n > 0 && (s.Now().Add(s.Timeout).After(s.request.Deadline) || s.request.MaxPages > 0 && n >= s.request.MaxPages) {
			return false, nil
		}
		ps, next, err := s.page(ctx, p, cp)
		if err != nil {
			return false, err
		}
		if err := s.batch(ctx, ps); err != nil {
			return false, err
		}
		s.Guard.Progress(ctx, s.request, jobqueue.Progress{Done: s.counts.Read, Note: "creating sales orders"})
		if cp.Page = next; next == "" && cp.Next >= len(p.Orders) {
			return true, s.writeBack(ctx)
		}
	}
}

func (s *slice) page(ctx context.Context, p Parameters, cp *checkpoint) ([]Pending, string, error) {
	if len(p.Orders) == 0 {
		return s.Staging.Pending(ctx, s.request.Shop, cp.Page, pageSize)
	}
	var ps []Pending
	for ; cp.Next < len(p.Orders) && len(ps) < pageSize; cp.Next++ {
		one, ok, err := s.Staging.PendingByID(ctx, s.request.Shop, p.Orders[cp.Next])
		if err != nil {
			return nil, "", err
		}
		if ok {
			ps = append(ps, one)
		}
	}
	return ps, "", nil
}

// work is one order on its way to a document.
type work struct {
	pending Pending
	order   orders.Order
	doc     Document
	print   string // fingerprint of order and settings
}

func (s *slice) batch(ctx context.Context, ps []Pending) error {
	if len(ps) == 0 {
		return nil
	}
	os, err := s.Staging.Load(ctx, ps)
	if err != nil {
		return err
	}
	s.counts.Read += len(ps)
	ws, err := s.mapAll(ctx, ps, os)
	if err != nil || s.request.DryRun || len(ws) == 0 {
		return err
	}
	found, err := s.find(ctx, ws)
	if err != nil {
		return err
	}
	var adopt, create []work
	var outcomes []Outcome
	for _, w := range ws {
		f := found[strings.ToUpper(w.doc.Order.ExternalDocumentNumber)]
		switch intent.Next(w.pending.SentAt, len(f.orders)+len(f.invoices), s.Now()) {
		case intent.Create:
			if w.pending.Tried == w.print && s.Now().Before(w.pending.NotBefore) && w.pending.Accepted == nil {
				s.counts.Unchanged++ // BC has refused just this before, and nothing has changed
				continue
			}
			create = append(create, w)
		case intent.Wait:
			outcomes = append(outcomes, s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true))
		case intent.Ambiguous:
			outcomes = append(outcomes, s.issue(w.pending, issue.TwoDocumentsFound, numbers(f), w.pending.SentAt.IsZero()))
		case intent.Adopt:
			if len(f.invoices) == 1 {
				outcomes = append(outcomes, s.posted(w, f.invoices[0]))
				continue
			}
			if !Agrees(s.card, w.doc, f.orders[0]) {
				outcomes = append(outcomes, s.issue(w.pending, issue.AdoptedContentDiffers, f.orders[0].Number, true))
				continue
			}
			w.doc.Order.ID, w.doc.Order.Number = f.orders[0].ID, f.orders[0].Number
			w.doc.Order.TotalAmountIncludingTax = f.orders[0].TotalAmountIncludingTax
			adopt = append(adopt, w)
		}
	}
	if _, err := s.save(ctx, outcomes); err != nil {
		return err
	}
	if err := s.settle(ctx, adopt, "adopted"); err != nil {
		return err
	}
	size := createSize
	for len(create) > 0 {
		if b, ok := s.target.(interface{ BatchSize() int }); ok {
			size = b.BatchSize()
		}
		n := min(len(create), max(size, 1), 45) // a transaction stores at most 45 outcomes
		if err := s.create(ctx, create[:n]); err != nil {
			return err
		}
		create = create[n:]
	}
	return nil
}

// mapAll maps orders to documents; those that cannot be mapped become issues.
func (s *slice) mapAll(ctx context.Context, ps []Pending, os []orders.Order) ([]work, error) {
	who, err := s.customers.Resolve(ctx, s.request.Lease, s.card, os, s.request.DryRun)
	if err != nil {
		return nil, err
	}
	refs, err := s.reader.load(ctx, s.card, os)
	if err != nil {
		return nil, err
	}
	var ws []work
	var outcomes []Outcome
	for i, o := range os {
		c := who[o.ID]
		doc, problems := Map(s.card, o, c.Number, refs)
		if c.Reason != "" {
			problems = append([]Problem{{c.Reason, c.Thing}}, problems...)
		}
		if s.request.DryRun {
			s.plan(ps[i], o, doc, problems)
			continue
		}
		if len(problems) > 0 {
			// A customer still on its way does not undo an intent of the order.
			outcomes = append(outcomes, s.problems(ps[i], problems))
			continue
		}
		ws = append(ws, work{pending: ps[i], order: o, doc: doc, print: fingerprint(s.card, doc)})
	}
	_, err = s.save(ctx, outcomes)
	return ws, err
}

func (s *slice) plan(p Pending, o orders.Order, doc Document, problems []Problem) {
	pl := Planned{Order: o.Name, Total: doc.Expected.String()}
	if len(problems) == 0 {
		pl.Document = &doc.Order
		s.counts.Created++
	} else {
		s.counts.Failed++
	}
	for _, pr := range problems {
		pl.Problems = append(pl.Problems, s.newIssue(p, pr.Reason, pr.Thing))
	}
	s.report = append(s.report, pl)
}

// fingerprint is of what would be sent: the same document is refused for the
// same reason until BC changes.
func fingerprint(card shop.Shop, d Document) string {
	js, err := json.Marshal([]any{d.Order, d.Expected, card.RoundingAccount, card.Tolerance})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(js)
	return hex.EncodeToString(sum[:12])
}

type documentsFound struct {
	orders   []entity.SalesOrder
	invoices []entity.SalesInvoice
}

func numbers(f documentsFound) string {
	var ns []string
	for _, o := range f.orders {
		ns = append(ns, "order "+o.Number)
	}
	for _, i := range f.invoices {
		ns = append(ns, "invoice "+i.Number)
	}
	return strings.Join(ns, ", ")
}

// find looks every order up, also those without an intent: a store that was
// lost or restored must not lead to second documents.
func (s *slice) find(ctx context.Context, ws []work) (map[string]documentsFound, error) {
	ext := make([]string, len(ws))
	for i, w := range ws {
		ext[i] = w.doc.Order.ExternalDocumentNumber
	}
	so, si, err := s.target.FindDocuments(ctx, ext)
	if err != nil {
		return nil, err
	}
	found := map[string]documentsFound{}
	for _, o := range so {
		k := strings.ToUpper(o.ExternalDocumentNumber)
		f := found[k]
		f.orders = append(f.orders, o)
		found[k] = f
	}
	for _, i := range si {
		// An order that was posted in parts has invoices and still is the order's document.
		k := strings.ToUpper(i.ExternalDocumentNumber)
		f := found[k]
		if len(f.orders) == 0 && len(f.invoices) == 0 {
			f.invoices = append(f.invoices, i)
		}
		found[k] = f
	}
	return found, nil
}

func (s *slice) posted(w work, inv entity.SalesInvoice) Outcome {
	total, err := money.Parse(first(string(inv.TotalAmountIncludingTax), "0"))
	if err != nil {
		return s.issue(w.pending, issue.AdoptedContentDiffers, inv.Number, true)
	}
	s.counts.Updated++
	return Outcome{Pending: w.pending, Link: &Link{
		Type: "Invoice", ID: inv.ID, Number: inv.Number, Total: money.Amount{Value: total, Currency: w.doc.Expected.Currency}, Lines: w.doc.Lines,
	}}
}

// create sends one batch: intents first, and nothing unless the lease outlives
// the request.
func (s *slice) create(ctx context.Context, ws []work) error {
	lease, cancelled, err := s.Guard.Renew(ctx, s.request.Lease)
	if err != nil {
		return err
	}
	s.request.Lease = lease
	if cancelled {
		return context.Canceled
	}
	now := s.Now()
	intents := make([]Outcome, len(ws))
	docs := make([]entity.SalesOrder, len(ws))
	for i, w := range ws {
		intents[i] = Outcome{Pending: w.pending, SentAt: now}
		docs[i] = w.doc.Order
	}
	stored, err := s.save(ctx, intents)
	if err != nil {
		return err
	}
	for i := range ws {
		ws[i].pending = stored[i]
	}
	if !intent.MaySend(s.Now(), lease.Until, s.Timeout) {
		return fmt.Errorf("process-orders: slept past the lease before a create: %w", jobqueue.ErrFenced)
	}
	answers, callErr := s.target.CreateSalesOrders(ctx, docs)
	var created []work
	var outcomes []Outcome
	for i, w := range ws {
		err := callErr
		if err == nil {
			err = answers[i].Err
		}
		switch kind := fault.KindOf(err); {
		case err == nil:
			w.doc.Order.ID, w.doc.Order.Number = answers[i].Entity.ID, answers[i].Entity.Number
			w.doc.Order.TotalAmountIncludingTax = answers[i].Entity.TotalAmountIncludingTax
			created = append(created, w)
		case kind == fault.Unknown || code(err) == "Internal_EntityWithSameKeyExists":
			outcomes = append(outcomes, s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true))
		case callErr != nil || kind == fault.Throttled || kind == fault.Transient:
			outcomes = append(outcomes, Outcome{Pending: w.pending, Withdrawn: true})
			if callErr == nil {
				s.counts.Failed++
				s.counts.SystemFailed++
			}
		default:
			o := s.issue(w.pending, issue.DocumentRefused, merchant(err), false)
			o.Issue.Detail = err.Error()
			o.Tried, o.NotBefore = w.print, s.Now().Add(time.Hour)
			outcomes = append(outcomes, o)
		}
	}
	if _, err := s.save(ctx, outcomes); err != nil {
		return err
	}
	if err := s.settle(ctx, created, ""); err != nil {
		return err
	}
	if fault.KindOf(callErr) == fault.Unknown {
		return nil // each is marked, the others of the run go on
	}
	return callErr
}

// settle compares totals of documents that exist, and links, rounds or deletes.
func (s *slice) settle(ctx context.Context, ws []work, adopted string) error {
	var outcomes []Outcome
	var round []work
	var lines []LineFor
	for _, w := range ws {
		v, diff, err := Compare(s.card, w.doc, w.doc.Order)
		switch {
		case err != nil:
			return &fault.Error{Op: "process-orders", Kind: fault.Bug, Err: err}
		case v == Roundable:
			round = append(round, w)
			lines = append(lines, LineFor{OrderID: w.doc.Order.ID, Line: RoundingLine(s.card, diff)})
		default:
			outcomes = append(outcomes, s.verdict(ctx, w, v, adopted))
		}
	}
	for len(round) > 0 {
		n := min(len(round), 45)
		answers, err := s.target.AddLines(ctx, lines[:n])
		if err != nil {
			return err // the intents stay; the next run adopts
		}
		for i, w := range round[:n] {
			if answers[i].Err != nil {
				outcomes = append(outcomes, s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true))
				continue
			}
			w.doc.Order.TotalAmountIncludingTax = answers[i].Entity.TotalAmountIncludingTax
			v, _, err := Compare(s.card, w.doc, w.doc.Order)
			if err != nil {
				return &fault.Error{Op: "process-orders", Kind: fault.Bug, Err: err}
			}
			if v == Roundable { // the line did not settle it, for example because BC taxed it
				v = Differs
			}
			outcomes = append(outcomes, s.verdict(ctx, w, v, adopted))
		}
		round, lines = round[n:], lines[n:]
	}
	_, err := s.save(ctx, outcomes)
	return err
}

func (s *slice) verdict(ctx context.Context, w work, v Verdict, adopted string) Outcome {
	total, err := money.Parse(first(string(w.doc.Order.TotalAmountIncludingTax), "0"))
	if err != nil {
		return s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true)
	}
	got := money.Amount{Value: total, Currency: w.doc.Expected.Currency}
	if a := w.pending.Accepted; v == Equal || a != nil && a.Value.Equal(got.Value) {
		if adopted != "" {
			s.counts.Updated++
		} else {
			s.counts.Created++
		}
		return Outcome{Pending: w.pending, Link: &Link{Type: "Order", ID: w.doc.Order.ID, Number: w.doc.Order.Number, Total: got, Lines: w.doc.Lines}}
	}
	if err := s.target.DeleteSalesOrder(ctx, w.doc.Order.ID); err != nil {
		// It stays in BC; the intent stays too, so the next run finds it and tries again.
		o := s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true)
		o.Issue.Detail = err.Error()
		return o
	}
	o := s.issue(w.pending, issue.TotalDiffers, fmt.Sprintf("%s in Shopify, %s in Business Central", w.doc.Expected, got), false)
	o.Tried, o.NotBefore = w.print, s.Now().Add(10*365*24*time.Hour) // until the order, the settings or a person change it
	return o
}

// save stores outcomes, at most 45 a transaction.
func (s *slice) save(ctx context.Context, os []Outcome) ([]Pending, error) {
	var all []Pending
	for len(os) > 0 {
		n := min(len(os), 45)
		ps, err := s.Staging.Save(ctx, s.Guard, s.request.Lease, os[:n])
		if errors.Is(err, table.ErrConflict) {
			return nil, &fault.Error{Op: "process-orders", Kind: fault.Transient, Err: fmt.Errorf("an order changed while it was processed: %w", err)}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, ps...)
		os = os[n:]
	}
	return all, nil
}

func (s *slice) newIssue(p Pending, r issue.Reason, thing string) issue.Issue {
	i := issue.New(r, thing)
	i.Shop, i.Kind, i.Record, i.Name = p.Shop, "order", p.ID, p.Name
	i.FirstSeen, i.LastSeen = s.Now(), s.Now()
	return i
}

func (s *slice) issue(p Pending, r issue.Reason, thing string, unknown bool) Outcome {
	s.counts.Failed++
	if r == issue.OutcomeUnknown {
		s.counts.SystemFailed++
	}
	i := s.newIssue(p, r, thing)
	return Outcome{Pending: p, Issue: &i, Unknown: unknown}
}

// problems makes one issue of all that is missing: the first gives the reason.
func (s *slice) problems(p Pending, problems []Problem) Outcome {
	things := []string{problems[0].Thing}
	var others []string
	for _, pr := range problems[1:] {
		if pr.Reason == problems[0].Reason {
			things = append(things, pr.Thing)
			continue
		}
		others = append(others, issue.New(pr.Reason, pr.Thing).Text)
	}
	o := s.issue(p, problems[0].Reason, strings.Join(things, ", "), !p.SentAt.IsZero())
	o.Issue.Detail = strings.Join(others, " ")
	return o
}

func code(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Code
	}
	return ""
}

func merchant(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return e.Merchant
	}
	return err.Error()
}

// writeBack puts the BC numbers into Shopify, where the shop wants that.
func (s *slice) writeBack(ctx context.Context) error {
	if !s.card.OrderAttributesToShop || s.request.DryRun || s.Writer == nil {
		return nil
	}
	w, err := s.Writer(s.card)
	if err != nil {
		return err
	}
	for {
		todo, err := s.Staging.Unwritten(ctx, s.request.Shop, 45)
		if err != nil || len(todo) == 0 {
			return err
		}
		sets := make([]orders.Attributes, len(todo))
		for i, u := range todo {
			sets[i] = orders.Attributes{OrderID: u.ID, Set: []orders.Attr{{Key: "BC Doc. No.", Value: u.Number}}}
		}
		answers, err := w.SetAttributes(ctx, sets)
		if err != nil {
			return err
		}
		var done []Written
		for i, a := range answers {
			if a.Err == nil {
				todo[i].UpdatedAt = a.UpdatedAt
				done = append(done, todo[i])
			}
		}
		if len(done) == 0 {
			return nil // tried again by the next run
		}
		if err := s.Staging.SaveWritten(ctx, s.Guard, s.request.Lease, done); err != nil {
			return err
		}
		if len(done) < len(todo) {
			return nil
		}
	}
}

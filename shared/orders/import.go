package orders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	"backroom/shared/table"
)

const (
	// overlap is how far the search index may trail the orders themselves.
	overlap = 10 * time.Minute
	// maxObjects is Shopify's limit of objects a list can be walked through.
	maxObjects = 25_000
	// detailsSize is how many orders are read and stored together.
	detailsSize = 100
	// maxReport bounds the report of a dry run.
	maxReport = 500
)

// Import is sync-orders. One Import serves all shops; Run is safe for
// concurrent use for different shops.
type Import struct {
	Card   func(ctx context.Context, shop string) (shop.Shop, error)
	Source func(shop.Shop) (Source, error)
	Stage  Stage
	Guard  jobqueue.Guard
	Now    func() time.Time
	// Spent is what the shop's client has used so far; nil: not counted.
	Spent func(shop string) (requests, points int)
	// MaxObjects is how many orders a window may have; 0 is Shopify's limit.
	MaxObjects int
}

var _ jobqueue.Task = (*Import)(nil)

// position is where a walk is: inside a window, at a page of it.
type position struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
	Page string    `json:"page,omitempty"`
	// Split says that To was chosen to keep the window small: another follows.
	Split bool `json:"split,omitempty"`
	Done  int  `json:"done,omitempty"`
}

func (p position) window() Window { return Window{From: p.From, To: p.To} }

// Planned is what a dry run says about one order.
type Planned struct {
	Order  string `json:"order"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// Run implements jobqueue.Task.
func (t *Import) Run(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	p, err := ParseParameters(r.Parameters)
	if err != nil {
		return jobqueue.Result{}, &fault.Error{Op: "sync-orders", Kind: fault.Rejected, Merchant: "The job's parameters are wrong: " + err.Error(), Err: err}
	}
	var pos position
	if len(r.Checkpoint) > 0 {
		if err := json.Unmarshal(r.Checkpoint, &pos); err != nil {
			return jobqueue.Result{}, &fault.Error{Op: "sync-orders", Kind: fault.Bug, Err: fmt.Errorf("checkpoint: %w", err)}
		}
	}
	card, err := t.Card(ctx, r.Shop)
	if err != nil {
		return jobqueue.Result{}, err
	}
	source, err := t.Source(card)
	if err != nil {
		return jobqueue.Result{}, err
	}
	s := &importing{Import: t, request: r, card: card, source: source, parameters: p}
	requests, points := t.spent(r.Shop)
	done := true
	if len(p.Names) > 0 {
		err = s.byName(ctx)
	} else {
		done, err = s.walk(ctx, &pos)
	}
	after, pointsAfter := t.spent(r.Shop)
	s.counts.Requests, s.counts.Points = after-requests, pointsAfter-points
	if err != nil {
		// What is done is done: a slice that was only throttled goes on here.
		res := jobqueue.Result{Counts: s.counts}
		if !pos.From.IsZero() {
			var e error
			if res.Checkpoint, e = json.Marshal(pos); e != nil {
				return res, errors.Join(err, e)
			}
		}
		return res, err
	}
	res := jobqueue.Result{Done: done, Counts: s.counts, Progress: jobqueue.Progress{Done: pos.Done, Note: "importing orders"}}
	if r.DryRun {
		if res.Report, err = json.Marshal(s.report); err != nil {
			return jobqueue.Result{}, err
		}
	}
	if !done {
		res.Checkpoint, err = json.Marshal(pos)
		return res, err
	}
	if !r.DryRun {
		waiting, err := t.Stage.Waiting(ctx, r.Shop, card.OrderAttributesToShop)
		if err != nil {
			return jobqueue.Result{}, err
		}
		if waiting {
			res.FollowUps = []string{"process-orders"}
		}
	}
	return res, nil
}

func (t *Import) spent(shop string) (requests, points int) {
	if t.Spent == nil {
		return 0, 0
	}
	return t.Spent(shop)
}

func (t *Import) maxObjects() int {
	if t.MaxObjects > 0 {
		return t.MaxObjects
	}
	return maxObjects
}

// importing is the work of one invocation.
type importing struct {
	*Import
	request    jobqueue.Request
	card       shop.Shop
	source     Source
	parameters Parameters
	counts     jobqueue.Counts
	report     []Planned
}

func (s *importing) byName(ctx context.Context) error {
	var ids []string
	for _, name := range s.parameters.Names {
		found, err := s.source.OrderByName(ctx, name)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			err := fmt.Errorf("names %q: the shop has no order of that name that the app may read", name)
			return &fault.Error{Op: "sync-orders", Kind: fault.Rejected, Merchant: "There is no order " + name + " in Shopify.", Err: err}
		}
		for _, id := range found {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return s.take(ctx, ids, time.Time{})
}

// walk goes through the orders that changed since the cursor, window by
// window, and reports whether it came to the end.
func (s *importing) walk(ctx context.Context, pos *position) (bool, error) {
	if pos.From.IsZero() {
		unread, err := s.Stage.Unread(ctx, s.request.Shop)
		if err != nil {
			return false, err
		}
		if err := s.take(ctx, unread, time.Time{}); err != nil {
			return false, err
		}
		if err := s.refilter(ctx); err != nil {
			return false, err
		}
		if err := s.begin(ctx, pos); err != nil {
			return false, err
		}
	}
	for n := 0; ; n++ {
		// A page may take a minute of waiting for points.
		if n > 0 && (s.Now().Add(time.Minute).After(s.request.Deadline) || s.request.MaxPages > 0 && n >= s.request.MaxPages) {
			return false, nil
		}
		page, err := s.source.Changed(ctx, pos.window(), pos.Page)
		if err != nil {
			return false, err
		}
		if err := s.page(ctx, page.Orders); err != nil {
			return false, err
		}
		pos.Done += len(page.Orders)
		s.Guard.Progress(ctx, s.request, jobqueue.Progress{Done: pos.Done, Note: "importing orders"})
		if pos.Page = page.Next; pos.Page != "" {
			continue
		}
		if !pos.Split {
			return true, nil
		}
		if err := s.narrow(ctx, pos, pos.To); err != nil {
			return false, err
		}
	}
}

// begin finds the first window.
func (s *importing) begin(ctx context.Context, pos *position) error {
	cursor, err := s.Stage.Cursor(ctx, s.request.Shop)
	if err != nil {
		return err
	}
	from := cursor.UpTo.Add(-overlap)
	if cursor.UpTo.IsZero() {
		for _, t := range []time.Time{s.parameters.From, s.card.ImportFrom, s.card.ConnectedAt} {
			if from = t; !t.IsZero() {
				break
			}
		}
	}
	return s.narrow(ctx, pos, from)
}

// refilter judges the orders that are kept out again, when the filters are
// not those that kept them out.
func (s *importing) refilter(ctx context.Context) error {
	filters, err := s.parameters.filters()
	if err != nil {
		return err
	}
	cursor, err := s.Stage.Cursor(ctx, s.request.Shop)
	if err != nil || cursor.Filters == filters || s.request.DryRun {
		return err
	}
	for page := ""; ; {
		ks, os, next, err := s.Stage.Filtered(ctx, s.request.Shop, page, detailsSize)
		if err != nil {
			return err
		}
		var staged []Staged
		for i, o := range os {
			g := decide(s.parameters, ks[i], o, ks[i].Hash, s.Now())
			if g.UpdatedAt = ks[i].UpdatedAt; g.State != Filtered {
				staged = append(staged, g)
			}
		}
		if err := s.Stage.Put(ctx, s.Guard, s.request.Lease, s.request.Shop, staged, time.Time{}); err != nil {
			return err
		}
		s.counts.Created += len(staged)
		if page = next; page == "" {
			return s.Stage.SetFilters(ctx, s.Guard, s.request.Lease, s.request.Shop, filters)
		}
	}
}

// narrow makes the window that starts at from small enough to be walked.
func (s *importing) narrow(ctx context.Context, pos *position, from time.Time) error {
	*pos = position{From: from, Done: pos.Done}
	width := s.Now().Sub(from)
	for {
		n, err := s.source.CountChanged(ctx, pos.window(), s.maxObjects())
		if err != nil {
			return err
		}
		if n < s.maxObjects() {
			return nil
		}
		if width /= 2; width < time.Second {
			err := fmt.Errorf("%d orders or more were updated in one second, at %v; Shopify lists at most %d", n, from, s.maxObjects())
			return &fault.Error{Op: "sync-orders", Kind: fault.Bug, Err: err}
		}
		pos.To, pos.Split = from.Add(width).Truncate(time.Second).Add(time.Second), true
	}
}

// page takes in what a page lists, and moves the cursor behind it.
func (s *importing) page(ctx context.Context, changed []Changed) error {
	for part := range slices.Chunk(changed, detailsSize) {
		ids := make([]string, len(part))
		for i, c := range part {
			ids[i] = c.ID
		}
		known, err := s.Stage.Known(ctx, s.request.Shop, ids)
		if err != nil {
			return err
		}
		var need []Known
		for i, c := range part {
			// What the list says is compared with what is stored: an order that is
			// stored as it is, by the overlap or our own write, is not read again.
			if k := known[i]; k.Version == 0 || k.State == Unread || c.UpdatedAt.After(k.UpdatedAt) {
				need = append(need, k)
				continue
			}
			s.counts.Read++
			s.counts.Unchanged++
		}
		if err := s.read(ctx, need, part[len(part)-1].UpdatedAt); err != nil {
			return err
		}
	}
	return nil
}

func (s *importing) take(ctx context.Context, ids []string, upTo time.Time) error {
	for part := range slices.Chunk(ids, detailsSize) {
		known, err := s.Stage.Known(ctx, s.request.Shop, part)
		if err != nil {
			return err
		}
		if err := s.read(ctx, known, upTo); err != nil {
			return err
		}
	}
	return nil
}

// read reads orders and stores what becomes of them.
func (s *importing) read(ctx context.Context, ks []Known, upTo time.Time) error {
	s.counts.Read += len(ks)
	staged, err := s.details(ctx, ks)
	if err != nil {
		return err
	}
	if s.request.DryRun {
		for _, g := range staged {
			s.count(g)
			if len(s.report) < maxReport {
				s.report = append(s.report, Planned{Order: name(g), State: g.State, Reason: g.Reason})
			}
		}
		return nil
	}
	err = s.Stage.Put(ctx, s.Guard, s.request.Lease, s.request.Shop, staged, upTo)
	if errors.Is(err, table.ErrConflict) {
		return &fault.Error{Op: "sync-orders", Kind: fault.Transient, Err: fmt.Errorf("an order was processed while it was imported: %w", err)}
	}
	if err != nil {
		return err
	}
	for _, g := range staged {
		s.count(g)
	}
	return nil
}

func name(g Staged) string {
	if g.Order != nil {
		return g.Order.Name
	}
	return g.Known.Name
}

func (s *importing) count(g Staged) {
	switch {
	case g.State == Unread:
		s.counts.Failed++
		s.counts.SystemFailed++
	case g.Order == nil:
		s.counts.Unchanged++
	case g.State == Filtered:
		s.counts.Skipped++
	case g.Known.Version == 0 || g.Known.State == Filtered || g.Known.State == Unread:
		s.counts.Created++
	default:
		s.counts.Updated++
	}
}

// details reads the orders. One that makes the whole answer unreadable is
// found by halving, and set aside; the others go on.
func (s *importing) details(ctx context.Context, ks []Known) ([]Staged, error) {
	if len(ks) == 0 {
		return nil, nil
	}
	ids := make([]string, len(ks))
	for i, k := range ks {
		ids[i] = k.ID
	}
	os, err := s.source.Orders(ctx, ids)
	switch kind := fault.KindOf(err); {
	case kind == fault.Bug && len(ks) > 1:
		a, err := s.details(ctx, ks[:len(ks)/2])
		if err != nil {
			return nil, err
		}
		b, err := s.details(ctx, ks[len(ks)/2:])
		return append(a, b...), err
	case kind == fault.Bug:
		return []Staged{s.unread(ks[0], err)}, nil
	case err != nil:
		return nil, err
	}
	byID := map[string]Order{}
	for _, o := range os {
		byID[o.ID] = o
	}
	var out []Staged
	for _, k := range ks {
		o, ok := byID[k.ID]
		if !ok {
			continue // deleted since, or not ours to read any more
		}
		hash, err := o.Hash()
		if err != nil {
			out = append(out, s.unread(k, err))
			continue
		}
		out = append(out, decide(s.parameters, k, o, hash, s.Now()))
	}
	return out, nil
}

// unread sets an order aside that cannot be read, so that the cursor may pass
// it without losing it.
func (s *importing) unread(k Known, cause error) Staged {
	if k.Name == "" {
		k.Name = "Order " + k.ID
	}
	i := issue.New(issue.OrderUnreadable, k.Name)
	i.Kind, i.Record, i.Name, i.Detail = "order", k.ID, k.Name, cause.Error()
	i.FirstSeen, i.LastSeen = s.Now(), s.Now()
	g := Staged{Known: k, State: Unread, UpdatedAt: k.UpdatedAt, Hash: k.Hash, Issue: &i}
	if k.Version > 0 && k.State != Unread {
		g.State = k.State // what is stored stays usable; the next change is read again
	}
	return g
}

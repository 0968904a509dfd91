package completeness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

const (
	// settle is how old something is before it is asked for: the tasks have their turn
	// first, and the index of the shop trails.
	settle = time.Hour
	// byPages is below how many orders a window is read in pages, else by exports.
	byPages = 10_000
	// perExport is about how many orders one export holds; maxOrders is how many a window
	// may.
	perExport, maxOrders = 50_000, 5_000_000
	// perJudge is how many orders are read whole together; maxDoubts how many are.
	perJudge, maxDoubts = 50, 5_000
	// poll is how long an export is waited for before it is asked about again.
	poll = 5 * time.Second
	// near is how far from a part of a window an order may have been placed whose
	// document is dated in it.
	near = 48 * time.Hour
	// later is for how many days after a part its credit memos are read in one go; those
	// of later refunds are looked up one by one.
	later = 60
)

// phase is what a run does. Its text is stored.
type phase string

const (
	again    phase = "again"    // looks at the differences that are known
	matching phase = "matching" // matches a part of the window
	repaying phase = "repaying" // looks at older orders that were refunded
	ended    phase = "ended"
)

// position is where a run is. It is stored.
type position struct {
	Phase phase     `json:"phase,omitempty"`
	From  time.Time `json:"from,omitzero"` // of the window, and of what is left of it
	To    time.Time `json:"to,omitzero"`
	Since time.Time `json:"since,omitzero"` // where the window began
	// Part is how many days of it are matched together; 0: all, in pages.
	Part   int    `json:"part,omitempty"`
	Export string `json:"export,omitempty"` // that runs
	Failed int    `json:"failed,omitempty"` // exports of this part that have failed
	Page   string `json:"page,omitempty"`   // of refunded orders
	// Doubts are what is to be judged, one by one, before anything else.
	Doubts []doubt `json:"doubts,omitempty"`
	Left   int     `json:"left,omitempty"` // beyond maxDoubts
	Tally  Tally   `json:"tally"`
}

// doubt is a record to judge: an order's id, or "R" and a refund's; External is what a
// document is called that claims to be of it.
type doubt struct {
	ID       string `json:"id"`
	External string `json:"external,omitempty"`
}

// Tally counts orders by what became of them.
type Tally struct {
	Sound   int            `json:"sound,omitempty"`
	Reasons map[string]int `json:"reasons,omitempty"` // of those that have one
	Differ  int            `json:"differ,omitempty"`
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides

	card   goesBy
	around affixes
	shared bool
	// horizon is the time before which the app sees no orders; zero: it sees all.
	horizon time.Time
	zone    *time.Location
	known   map[string][][2]string // kinds and records of the issues, by order; nil: not read yet
}

func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (done bool, err error) {
	s := &slice{Task: t, Slice: sl, Sides: sides, zone: sl.Card.Location()}
	if s.card, err = cardOf(sl.Card); err != nil {
		return false, err
	}
	if s.around.prefix, s.around.suffix, err = sides.Profile.Affixes(ctx); err != nil {
		return false, err
	}
	if s.horizon, err = sides.Profile.Horizon(ctx); err != nil {
		return false, err
	}
	if t.Shared != nil {
		if s.shared, err = t.Shared(ctx, sl.Card); err != nil {
			return false, err
		}
	}
	if s.Checkpoint.Phase == "" {
		if err := s.begin(ctx); err != nil {
			return false, err
		}
	}
	for s.Checkpoint.Phase != ended || len(s.Checkpoint.Doubts) > 0 {
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		s.Step()
		if err := s.step(ctx); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: s.Checkpoint.Tally.note(s.Checkpoint.Left)})
	}
	return true, nil
}

// begin sets the window out.
func (s *slice) begin(ctx context.Context) error {
	at := &s.Checkpoint
	at.From, at.To = s.window()
	if at.From.Before(s.horizon) {
		if s.Parameters.From != "" {
			return &fault.Error{
				Op: TaskName, Kind: fault.Rejected, Err: errors.New("the window begins before what the app may read"),
				Merchant: "Orders that were placed before " + s.horizon.UTC().Format(time.DateOnly) + " are hidden from the app: grant it read_all_orders, or begin later.",
			}
		}
		at.From = s.horizon
	}
	at.Since, at.Phase = at.From, again
	known, err := s.Store.issues(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	if len(s.Parameters.Accept) > 0 {
		at.Phase = ended
		return s.accept(known)
	}
	for _, i := range known {
		at.doubt(doubtOf(i))
	}
	return nil
}

// window is the run's part of time: whole days of the shop up to an hour ago, from the
// first import on.
func (s *slice) window() (from, to time.Time) {
	now := s.Now()
	to = now.Add(-settle)
	day := func(text string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, text, s.zone)
		if err != nil {
			return time.Time{}
		}
		return t
	}
	if s.Parameters.From != "" {
		from = day(s.Parameters.From)
		if s.Parameters.To != "" {
			if end := day(s.Parameters.To).AddDate(0, 0, 1); end.Before(to) {
				to = end
			}
		}
	} else {
		y, m, d := now.In(s.zone).Date()
		from = time.Date(y, m, d-cmp.Or(s.Parameters.Days, defaultDays)+1, 0, 0, 0, 0, s.zone)
	}
	if from.Before(s.card.Since) {
		from = s.card.Since
	}
	return from.UTC(), to.UTC()
}

// doubt adds a record to judge, once.
func (p *position) doubt(d doubt) {
	switch {
	case slices.ContainsFunc(p.Doubts, func(o doubt) bool { return o.ID == d.ID }):
	case len(p.Doubts) >= maxDoubts:
		p.Left++
	default:
		p.Doubts = append(p.Doubts, d)
	}
}

// accept has the records judged that the run is to accept. What is no difference cannot
// be accepted.
func (s *slice) accept(known []issue.Issue) error {
	for _, name := range s.Parameters.Accept {
		found := false
		for _, i := range known {
			if means(name, i.Name, i.Record) {
				s.Checkpoint.doubt(doubtOf(i))
				found = true
			}
		}
		if !found {
			return &fault.Error{
				Op: TaskName, Kind: fault.Rejected, Err: fmt.Errorf("accept %q: no issue", name),
				Merchant: "The proof has found no difference of " + name + " that could be accepted.",
			}
		}
	}
	return nil
}

// doubtOf is the record of an issue.
func doubtOf(i issue.Issue) doubt {
	id, _, _ := strings.Cut(i.Record, "-")
	return doubt{ID: id, External: cmp.Or(i.Detail, i.Name)}
}

// step is one step of the run.
func (s *slice) step(ctx context.Context) error {
	at := &s.Checkpoint
	if len(at.Doubts) > 0 {
		n := min(len(at.Doubts), perJudge)
		if err := s.judge(ctx, at.Doubts[:n], at.Phase != again); err != nil {
			return err
		}
		at.Doubts = at.Doubts[n:]
		return nil
	}
	switch at.Phase {
	case again:
		return s.plan(ctx)
	case matching:
		return s.part(ctx)
	case repaying:
		return s.repaid(ctx)
	case ended:
	}
	return nil
}

// plan decides how the window is read.
func (s *slice) plan(ctx context.Context) error {
	at := &s.Checkpoint
	if at.Phase = ended; !at.From.Before(at.To) {
		return nil
	}
	n, err := s.Shop.Placed(ctx, at.From, at.To, maxOrders+1)
	if err != nil {
		return err
	}
	if n > maxOrders {
		return &fault.Error{
			Op: TaskName, Kind: fault.Rejected, Err: fmt.Errorf("%d orders or more", n),
			Merchant: fmt.Sprintf("The window has more than %d orders: prove it in parts, by from and to.", maxOrders),
		}
	}
	at.Phase, at.Part = matching, 0
	if n >= byPages {
		days := int(at.To.Sub(at.From)/(24*time.Hour)) + 1
		at.Part = max(1, perExport*days/n)
	}
	return nil
}

// end is where the part that begins at from ends.
func (s *slice) end(from time.Time) time.Time {
	at := s.Checkpoint
	if at.Part == 0 {
		return at.To
	}
	y, m, d := from.In(s.zone).Date()
	if end := time.Date(y, m, d+at.Part, 0, 0, 0, 0, s.zone).UTC(); end.Before(at.To) {
		return end
	}
	return at.To
}

// part matches the next part of the window.
func (s *slice) part(ctx context.Context) error {
	at := &s.Checkpoint
	l, to := NewLedger(s.around.prefix, s.around.suffix, s.card.Books), s.end(at.From)
	if err := s.load(ctx, l, at.From, to); err != nil {
		return err
	}
	l.Close()
	if err := s.book(ctx, l, at.From, to); err != nil {
		return err
	}
	d := l.Doubts()
	at.Tally.Sound += d.Sound
	at.Tally.reason("it needs no document", d.Needless)
	s.Counts.Read += l.Len()
	s.Counts.Unchanged += d.Sound
	s.Counts.Skipped += d.Needless
	for _, id := range d.Orders {
		at.doubt(doubt{ID: id})
	}
	if err := s.strangers(ctx, d, at.From, to); err != nil {
		return err
	}
	if at.From, at.Export, at.Failed = to, "", 0; !to.Before(at.To) {
		at.Phase = repaying
	}
	return nil
}

// load reads the orders of a part.
func (s *slice) load(ctx context.Context, l *Ledger, from, to time.Time) error {
	if s.Checkpoint.Part > 0 {
		return s.export(ctx, l, from, to)
	}
	page := ""
	for {
		ids, next, err := s.Shop.Page(ctx, from, to, page)
		if err != nil {
			return err
		}
		os, err := s.Heads.Orders(ctx, ids)
		if err != nil {
			return err
		}
		for _, o := range os {
			l.Add(o)
		}
		if page = next; page == "" {
			return nil
		}
	}
}

var errRuns = errors.New("the export is not ready yet")

// maxFailed is how often an export of a part may fail in a run.
const maxFailed = 3

// export reads the orders of a part that an export holds. One that runs is waited for by
// giving the run back.
func (s *slice) export(ctx context.Context, l *Ledger, from, to time.Time) error {
	at := &s.Checkpoint
	if at.Export == "" {
		id, err := s.Exports.Begin(ctx, from, to)
		if err != nil {
			return err
		}
		at.Export = id
	}
	e, err := s.Exports.Export(ctx, at.Export)
	switch {
	case err != nil:
		return err
	case e.Failed != "":
		at.Export, at.Failed = "", at.Failed+1
		if at.Failed < maxFailed {
			return waits(errors.New(e.Failed))
		}
		return &fault.Error{Op: TaskName, Kind: fault.Transient, Code: e.Failed, Err: errors.New("the export fails again and again")}
	case !e.Ended:
		return waits(errRuns)
	case e.URL == "":
		return nil
	}
	return s.Exports.Rows(ctx, e, func(o Order) error {
		l.Add(o)
		return nil
	})
}

func waits(err error) error {
	return &fault.Error{Op: TaskName, Kind: fault.Throttled, RetryAfter: poll, Err: err}
}

// book books what the company has of a part.
func (s *slice) book(ctx context.Context, l *Ledger, from, to time.Time) error {
	days := Days{From: from.In(s.zone).Format(time.DateOnly), To: to.Add(-time.Second).In(s.zone).Format(time.DateOnly)}
	err := s.Lists.Documents(ctx, days, func(d Document) error {
		d.Currency = s.card.iso(d.Currency)
		l.Document(d)
		return nil
	})
	if err != nil {
		return err
	}
	if s.card.Books {
		if err := s.Lists.Memos(ctx, days, func(d Document) error { l.Memo(d, false); return nil }); err != nil {
			return err
		}
		// Credit memos are dated by their refunds, which come later.
		after := Days{From: to.In(s.zone).Format(time.DateOnly), To: to.AddDate(0, 0, later).In(s.zone).Format(time.DateOnly)}
		if after.From <= days.To {
			after.From = nextDay(days.To)
		}
		if err := s.Lists.Memos(ctx, after, func(d Document) error { l.Memo(d, true); return nil }); err != nil {
			return err
		}
	}
	if !s.card.Fulfils {
		return nil
	}
	until := s.Now().Add(-settle)
	return s.Lists.Shipments(ctx, days, func(sh Shipment) error {
		if sh.ModifiedAt.Before(until) {
			l.Shipped(sh)
		}
		return nil
	})
}

// nextDay is the day after a date.
func nextDay(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// strangers sorts out what only the company has named: an order of another day is proved
// with its own, unless the document is dated far from it.
func (s *slice) strangers(ctx context.Context, d Doubts, from, to time.Time) error {
	at := &s.Checkpoint
	look := func(ids []string, external map[string]string, fine func(Order) bool) error {
		for part := range slices.Chunk(ids, PerRead) {
			os, err := s.Heads.Orders(ctx, part)
			if err != nil {
				return err
			}
			for _, id := range part {
				i := slices.IndexFunc(os, func(o Order) bool { return o.ID == id })
				if i < 0 || !fine(os[i]) {
					at.doubt(doubt{ID: id, External: external[id]})
				}
			}
		}
		return nil
	}
	if err := look(d.Strangers, d.External, func(o Order) bool {
		return o.CreatedAt.After(from.Add(-near)) && o.CreatedAt.Before(to.Add(near))
	}); err != nil {
		return err
	}
	if err := look(d.Shipped, d.External, func(o Order) bool { return o.Fulfilled }); err != nil {
		return err
	}
	if s.shared { // another shop's refunds are not told apart from ours
		return nil
	}
	for part := range slices.Chunk(d.Refunds, PerRead) {
		of, err := s.Heads.Refunds(ctx, part)
		if err != nil {
			return err
		}
		for _, id := range part {
			if of[id] == "" {
				at.doubt(doubt{ID: "R" + id, External: d.External["R"+id]})
			}
		}
	}
	return nil
}

// repaid looks at a page of orders that were placed before the window, and that have
// been refunded since.
func (s *slice) repaid(ctx context.Context) error {
	at := &s.Checkpoint
	if !s.card.Books || s.Parameters.From != "" {
		at.Phase = ended
		return nil
	}
	ids, next, err := s.Shop.Refunded(ctx, at.Since, at.Page)
	if err != nil {
		return err
	}
	for _, id := range ids {
		at.doubt(doubt{ID: id})
	}
	if at.Page = next; next == "" {
		at.Phase = ended
	}
	return nil
}

func (t *Tally) reason(why string, n int) {
	if n == 0 {
		return
	}
	if t.Reasons == nil {
		t.Reasons = map[string]int{}
	}
	t.Reasons[why] += n
}

// note says what came of the orders.
func (t Tally) note(left int) string {
	says := []string{fmt.Sprintf("%d agree", t.Sound)}
	var why []string
	for w := range t.Reasons {
		why = append(why, w)
	}
	slices.Sort(why)
	for _, w := range why {
		says = append(says, fmt.Sprintf("%d: %s", t.Reasons[w], w))
	}
	says = append(says, fmt.Sprintf("%d differ", t.Differ))
	if left > 0 {
		says = append(says, fmt.Sprintf("%d more were not looked at, since so many differ", left))
	}
	return strings.Join(says, "; ")
}

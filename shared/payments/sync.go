package payments

import (
	"context"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

const (
	// overlap is how far Shopify's lists may trail: what is younger is listed again.
	overlap = 10 * time.Minute
	// young is how long after its issue a payout is read again that was paid: the bank
	// may still refuse it.
	young = 30 * 24 * time.Hour
	// fresh is how young a payout is that is listed again: it has the time of its issue,
	// not of its making.
	fresh = 24 * time.Hour
	// before is how long before the shop was connected the first payouts were issued that
	// are read.
	before = 30 * 24 * time.Hour
	// perWrite is how many movements one transaction stores.
	perWrite = (table.MaxTransactionOps - 1) / 2
)

// phase is what a run does. Its text is stored.
type phase string

const (
	payouts      phase = "payouts" // pages of payouts
	balance      phase = "balance" // pages of movements
	again        phase = "again"   // what may have changed
	judging      phase = "judging" // payout by payout
	bookingPhase phase = "booking" // some at a time
	ended        phase = "ended"
)

// position is where a run is.
type position struct {
	Phase phase  `json:"phase,omitempty"`
	From  cursor `json:"from"` // of this run
	Next  cursor `json:"next"` // of the one that follows
	Page  string `json:"page,omitempty"`
	// BalancePage is where the movements go on once the payouts are read.
	BalancePage string `json:"balancePage,omitempty"`
	// PayoutMark and BalanceMark are from where the next run reads.
	PayoutMark  mark `json:"payoutMark"`
	BalanceMark mark `json:"balanceMark"`
	// All: a payout is new or has changed, so that all pending movements are read again.
	All bool `json:"all,omitempty"`
	// Turn is the pending movement up to which they were; Asked: the payouts were.
	Turn    string   `json:"turn,omitempty"`
	Asked   bool     `json:"asked,omitempty"`
	Touched []string `json:"touched,omitempty"` // payouts that have got movements
	Todo    []string `json:"todo,omitempty"`    // payouts to judge
	None    bool     `json:"none,omitempty"`    // the shop does not use Shopify Payments
	Book    []string `json:"book,omitempty"`    // payouts to book
	Rounds  int      `json:"rounds,omitempty"`  // in which the first of them were looked at
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides

	set   Settings
	facts *Facts // nil: not read yet
}

// run goes on where the last slice or, in the first, the last run has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	set, err := shop.Of[Settings](sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, set: set}
	for s.Checkpoint.Phase != ended {
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		s.Step()
		if err := s.step(ctx); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: s.note()})
	}
	return true, s.end(ctx)
}

func (s *slice) note() string {
	if s.Checkpoint.None {
		return "the shop does not use Shopify Payments"
	}
	if s.Checkpoint.Phase == bookingPhase {
		return "booking payouts"
	}
	return "reading payouts"
}

func (s *slice) step(ctx context.Context) error {
	switch s.Checkpoint.Phase {
	case "":
		return s.news(ctx)
	case payouts:
		page, err := s.Source.Payouts(ctx, s.Checkpoint.From.Payouts, s.Checkpoint.Page)
		if err != nil {
			return err
		}
		return s.payouts(ctx, page)
	case balance:
		page, err := s.Source.Balance(ctx, s.Checkpoint.From.Balance, s.Checkpoint.Page)
		if err != nil {
			return err
		}
		return s.balance(ctx, page)
	case again:
		return s.again(ctx)
	case bookingPhase:
		return s.book(ctx)
	case judging, ended:
	}
	return s.judge(ctx)
}

// news begins a run: with the first pages of what is new since the last one.
func (s *slice) news(ctx context.Context) error {
	from, err := s.Store.cursor(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	if from.Payouts == (Since{}) {
		from.Payouts = Since{From: dated(s.Card.ConnectedAt.Add(-before))}
	}
	if from.Balance == (Since{}) {
		from.Balance = Since{From: dated(s.Card.ConnectedAt.Add(-before))}
	}
	news, ok, err := s.Source.News(ctx, from.Payouts, from.Balance)
	if err != nil {
		return err
	}
	at := &s.Checkpoint
	at.From, at.Next = from, from
	if !ok {
		at.Phase, at.None = ended, true
		return nil
	}
	at.BalancePage = news.Balance.Next
	if err := s.movements(ctx, news.Balance.Movements); err != nil {
		return err
	}
	return s.payouts(ctx, news.Payouts)
}

// payouts stores a page of payouts.
func (s *slice) payouts(ctx context.Context, page PayoutPage) error {
	at := &s.Checkpoint
	for _, p := range page.Payouts {
		if err := s.seen(ctx, p); err != nil {
			return err
		}
		at.PayoutMark = at.PayoutMark.after(p.ID, s.Now().Add(-fresh).Before(p.IssuedAt))
		if later(at.From.OpenFrom, p.ID) {
			at.From.OpenFrom = p.ID
		}
	}
	if at.Phase, at.Page = payouts, page.Next; page.Next == "" {
		at.Phase, at.Page = balance, at.BalancePage
		if at.BalancePage == "" {
			at.Phase = again
		}
	}
	return nil
}

// mark is from where a list is read by the next run: the first of the last ids that are
// young, else the last one.
type mark struct {
	Young []string `json:"young,omitempty"`
	Last  string   `json:"last,omitempty"`
}

// maxYoung is how many young ones are listed again: that a list trails by more is made
// up for when their payout is complete.
const maxYoung = 200

// after is m after one more id of a list in the order of ids.
func (m mark) after(id string, young bool) mark {
	m.Last = id
	if young || len(m.Young) > 0 {
		m.Young = append(m.Young, id)
		m.Young = m.Young[max(0, len(m.Young)-maxYoung):]
	}
	return m
}

// since is where the mark is; one of a list that was empty is where the list began.
func (m mark) since(began Since) Since {
	switch {
	case len(m.Young) > 0:
		return Since{ID: m.Young[0]}
	case m.Last != "":
		return Since{ID: m.Last}
	}
	return began
}

// balance stores a page of movements.
func (s *slice) balance(ctx context.Context, page BalancePage) error {
	at := &s.Checkpoint
	if err := s.movements(ctx, page.Movements); err != nil {
		return err
	}
	if at.Page = page.Next; page.Next == "" {
		at.Phase = again
	}
	return nil
}

// seen stores a payout as Shopify has it now.
func (s *slice) seen(ctx context.Context, p Payout) error {
	s.Counts.Read++
	was, err := s.Store.Get(ctx, s.Request.Shop, p.ID)
	if err != nil {
		return err
	}
	if was.Version > 0 && was.sameCopy(p) {
		s.Counts.Unchanged++
		return nil
	}
	s.Checkpoint.All = true
	now := was
	now.IssuedAt, now.Status, now.Withdrawal, now.Trace, now.Net = p.IssuedAt, p.Status, p.Withdrawal, p.Trace, p.Net
	now.State, now.NotBefore = Open, time.Time{}
	if was.Version == 0 {
		s.Counts.Created++
		s.Row(Row{Payout: p.ID, IssuedAt: p.IssuedAt, Status: p.Status, Net: p.Net})
	} else {
		s.Counts.Updated++
	}
	return s.write(ctx, now.op())
}

// write stores under the lease; a dry run stores nothing.
func (s *slice) write(ctx context.Context, ops ...table.Op) error {
	if s.Request.DryRun || len(ops) == 0 {
		return nil
	}
	return s.Guard.Write(ctx, s.Request.Lease, ops...)
}

// movements stores a page of movements. Those that are stored as they are cost a read
// each: only the few that are listed again.
func (s *slice) movements(ctx context.Context, ts []Transaction) error {
	at := &s.Checkpoint
	var changed []Transaction
	for _, t := range ts {
		s.Counts.Read++
		at.BalanceMark = at.BalanceMark.after(t.ID, s.Now().Add(-overlap).Before(t.At))
		if t.Test || t.Type == transfer {
			s.Counts.Skipped++
			continue
		}
		if !later(t.ID, at.From.Highest) {
			was, ok, err := s.Store.movement(ctx, s.Request.Shop, t.Payout, t.ID)
			if err != nil {
				return err
			}
			if ok && was.equal(t) {
				s.Counts.Unchanged++
				continue
			}
			s.Counts.Updated++
		} else {
			s.Counts.Created++
		}
		changed = append(changed, t)
		if later(t.ID, at.Next.Highest) {
			at.Next.Highest = t.ID
		}
	}
	return s.keep(ctx, changed)
}

// keep stores movements at their places.
func (s *slice) keep(ctx context.Context, ts []Transaction) error {
	for part := range slices.Chunk(ts, perWrite) {
		var ops []table.Op
		for _, t := range part {
			if at := &s.Checkpoint; t.Payout != "" && !slices.Contains(at.Touched, t.Payout) {
				at.Touched = append(at.Touched, t.Payout)
			}
			ops = append(ops, t.ops(s.Request.Shop)...)
		}
		if err := s.write(ctx, ops...); err != nil {
			return err
		}
	}
	return nil
}

// again reads what may have changed: payouts that are on their way or young, and
// pending movements, some in turn, or all of those of earlier runs once a payout has
// changed.
func (s *slice) again(ctx context.Context) error {
	at := &s.Checkpoint
	ps, err := s.Store.since(ctx, s.Request.Shop, at.From.OpenFrom)
	if err != nil {
		return err
	}
	open, err := s.Store.Movements(ctx, s.Request.Shop, "")
	if err != nil {
		return err
	}
	var ids []string
	if !at.Asked {
		if ids = s.changing(ps); !at.All {
			at.Turn = at.From.Turn
		}
	}
	turn, more := s.turn(open, MaxAgain-len(ids))
	all := at.All
	if len(ids)+len(turn) > 0 {
		gotPayouts, got, err := s.Source.Again(ctx, ids, turn)
		if err != nil {
			return err
		}
		for _, p := range gotPayouts {
			if err := s.seen(ctx, p); err != nil {
				return err
			}
		}
		if err := s.reread(ctx, open, got); err != nil {
			return err
		}
	}
	at.Asked = true
	switch {
	case at.All && !all:
		at.Turn = "" // all of them now
		return nil
	case len(turn) > 0:
		at.Turn = turn[len(turn)-1]
	}
	if more && at.All {
		return nil
	}
	if at.Next.Turn = at.Turn; !more {
		at.Next.Turn = "" // the first again
	}
	s.toJudge(ps)
	return nil
}

// changing are the payouts that may change.
func (s *slice) changing(ps []Payout) (ids []string) {
	for _, p := range ps {
		if len(ids) < MaxAgain/2 && (!p.Final() || p.Trouble != "" || s.Now().Sub(p.IssuedAt) < young) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// turn are the next pending movements to read again, of earlier runs, and whether
// there are more.
func (s *slice) turn(open []Transaction, n int) (ids []string, more bool) {
	for _, t := range open {
		if !later(t.ID, s.Checkpoint.Turn) || later(t.ID, s.Checkpoint.From.Highest) {
			continue
		}
		if len(ids) == n {
			return ids, true
		}
		ids = append(ids, t.ID)
	}
	return ids, false
}

// reread stores the movements that have changed since they were pending.
func (s *slice) reread(ctx context.Context, open, got []Transaction) error {
	was := map[string]Transaction{}
	for _, t := range open {
		was[t.ID] = t
	}
	var changed []Transaction
	for _, t := range got {
		s.Counts.Read++
		if t.equal(was[t.ID]) {
			s.Counts.Unchanged++
			continue
		}
		s.Counts.Updated++
		changed = append(changed, t)
	}
	if len(changed) > 0 {
		s.Checkpoint.All = true // the others may have, too
	}
	return s.keep(ctx, changed)
}

// toJudge notes which payouts are judged: the oldest first.
func (s *slice) toJudge(ps []Payout) {
	at := &s.Checkpoint
	at.Phase, at.Todo = judging, nil
	for _, p := range slices.Backward(ps) {
		if p.State == Open || slices.Contains(at.Touched, p.ID) || p.Trouble != "" {
			at.Todo = append(at.Todo, p.ID)
		}
	}
	at.Next.OpenFrom = at.From.OpenFrom
}

// end stores how far the run has come.
func (s *slice) end(ctx context.Context) error {
	at := &s.Checkpoint
	if s.Request.DryRun || at.None {
		return nil
	}
	next := at.Next
	next.Payouts, next.Balance = at.PayoutMark.since(at.From.Payouts), at.BalanceMark.since(at.From.Balance)
	ps, err := s.Store.since(ctx, s.Request.Shop, at.From.OpenFrom)
	if err != nil {
		return err
	}
	for _, p := range slices.Backward(ps) {
		if next.OpenFrom = p.ID; p.State == Open || s.Now().Sub(p.IssuedAt) < young {
			break
		}
	}
	if next.BookFrom, err = s.bookNext(ctx); err != nil {
		return err
	}
	next.BookSince = s.set.PostPayoutsFrom
	was, err := s.Store.cursor(ctx, s.Request.Shop)
	if err != nil || next.same(was) {
		return err
	}
	return s.write(ctx, record.Put(cursorKey(s.Request.Shop), schema, &next, table.Always))
}

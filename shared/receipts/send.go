package receipts

import (
	"context"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// line is a line on its way.
type line struct {
	*work
	planned

	journal string
}

// send makes the lines that orders lack. Those whose batch cannot be had wait.
func (s *slice) send(ctx context.Context, ws []*work) error {
	var of []*Line
	for _, w := range ws {
		for _, p := range w.lines {
			of = append(of, p.Line)
		}
	}
	if len(of) == 0 {
		return nil
	}
	bs, err := s.find(ctx, of)
	if err != nil {
		return err
	}
	failed, err := s.make(ctx, bs)
	if err != nil {
		return err
	}
	var ls []*line
	for _, w := range ws {
		for _, p := range w.lines {
			want := batchOf(s.Request.Shop, p.Line)
			b := s.batches[want.Code]
			switch {
			case b.ID == "" && failed[b.Code] != nil:
				w.fails(AccountRefused, p.Account, failed[b.Code])
			case b.ID == "":
				s.Counts.Failed++
				s.Counts.SystemFailed++
			case b.Name != want.Name:
				w.fails(JournalTaken, b.Code, nil)
			default:
				ls = append(ls, &line{w, p, b.ID})
			}
		}
	}
	if len(ls) == 0 {
		return nil
	}
	return outbound.Creates[*line, string]{Hold: s.Hold(), Records: &lines{s}, Clock: s.Company}.Create(ctx, ls)
}

// make makes the batches that are missing; failed are those that BC refuses, by code. A batch is
// made once whatever happens: its code is its key.
func (s *slice) make(ctx context.Context, bs []Batch) (failed map[string]error, err error) {
	failed = map[string]error{}
	missing := slices.DeleteFunc(slices.Clone(bs), func(b Batch) bool { return b.ID != "" })
	if len(missing) == 0 {
		return failed, nil
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return nil, err
	}
	made, err := s.Company.Make(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i, m := range made {
		switch {
		case m.Err == nil:
			s.batches[missing[i].Code] = m.Entity
		case outbound.Kind(m.Err) == fault.Rejected:
			failed[missing[i].Code] = m.Err
		}
	}
	return failed, nil
}

func (w *work) fails(reason issue.Reason, more string, cause error) {
	w.reason, w.things, w.more, w.cause = reason, []string{w.called()}, more, cause
}

// lines are lines of batches that are made. They implement outbound.Records.
type lines struct{ *slice }

// keepAll stores the orders of ls.
func (r *lines) keepAll(ctx context.Context, ls []*line) error {
	ws := make([]*work, len(ls))
	for i, l := range ls {
		ws[i] = l.work
	}
	return r.keep(ctx, ws)
}

// Intend implements outbound.Records, as do the three below.
func (r *lines) Intend(ctx context.Context, ls []*line, i outbound.Intent) ([]*line, error) {
	for _, l := range ls {
		l.Stage, l.SentAt, l.SentThere = Creating, i.At, i.There
		l.Lines = append(l.Lines, l.Line)
	}
	return ls, r.keepAll(ctx, ls)
}

func (r *lines) Send(ctx context.Context, ls []*line) ([]outbound.Created[string], error) {
	ss := make([]Suggestion, len(ls))
	for i, l := range ls {
		ss[i] = Suggestion{Line: l.Line, Journal: l.journal, Customer: l.customer, Order: l.Name, Gateway: l.gateway}
	}
	return r.Company.Suggest(ctx, ss)
}

func (r *lines) Withdraw(ctx context.Context, ls []*line) error {
	for _, l := range ls {
		l.drop()
	}
	return r.keepAll(ctx, ls)
}

// drop takes a line out of its order.
func (l *line) drop() {
	l.Lines = slices.DeleteFunc(l.Lines, func(x *Line) bool { return x == l.Line })
}

func (r *lines) Answered(ctx context.Context, as []outbound.Answer[*line, string]) error {
	ls := make([]*line, len(as))
	for i, a := range as {
		l := a.Item
		ls[i] = l
		l.Log = l.Log.With(a.Log...)
		switch a.Verdict {
		case outbound.Made:
			l.Stage, l.SentAt, l.SentThere, l.moved = Suggested, time.Time{}, time.Time{}, true
			r.Counts.Created++
		case outbound.Lost:
			l.unknown, l.cause = true, a.Err
		case outbound.Refused:
			l.drop()
			l.fails(Refused, "", a.Err)
		case outbound.Unsent, outbound.Taken: // another line has taken its place meanwhile
			l.drop()
			if !a.Whole {
				r.Counts.Failed++
				r.Counts.SystemFailed++
			}
		}
	}
	return r.keepAll(ctx, ls)
}

package jobqueuetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// fault takes the armed fault of one of the kinds that strikes p, "" if none does.
func (w *world) fault(p *proc, kinds ...string) string {
	for i, f := range w.armed {
		if (f.who == "" || f.who == p.class) && slices.Contains(kinds, f.kind) {
			w.armed = slices.Delete(w.armed, i, i+1)
			w.strike(0)
			w.note("FAULT %s at %s", f.kind, p.name)
			return f.kind
		}
	}
	return ""
}

func (p *proc) die() {
	p.dead = true
	p.w.note("%s dies", p.name)
}

// simTable is the table as one process sees it.
type simTable struct{ p *proc }

var _ table.Table = simTable{}

func (t simTable) read() error {
	if t.p.dead {
		return errSimDead
	}
	if t.p.w.chance(25) {
		if err := t.p.point(); err != nil {
			return err
		}
	}
	if t.p.w.fault(t.p, "read-fails") != "" {
		return errSimFault
	}
	return nil
}

func (t simTable) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if err := t.read(); err != nil {
		return table.Item{}, err
	}
	return t.p.w.table.Get(ctx, k)
}

func (t simTable) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := t.read(); err != nil {
		return table.Page{}, err
	}
	return t.p.w.table.Query(ctx, q)
}

func (t simTable) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	if err := t.read(); err != nil {
		return table.Page{}, err
	}
	return t.p.w.table.Index(ctx, q)
}

// Write fails as writes do: before or after it took effect, with or without
// saying so, with the end of the process, or with its effect much later.
func (t simTable) Write(_ context.Context, ops ...table.Op) error {
	w := t.p.w
	if err := t.p.point(); err != nil {
		return err
	}
	if w.fault(t.p, "stall") != "" || bytes.Contains(t.p.body, []byte(`"retry":`)) && w.fault(t.p, "stall-retry") != "" {
		// It has decided, and stands still for longer than its message is hidden.
		d := w.between(time.Minute, 15*time.Minute)
		w.trouble = latest(w.trouble, w.now.Add(d))
		t.p.sleep(d)
		if t.p.dead {
			return errSimDead
		}
	}
	w.stallClosing(t.p, ops)
	w.meanwhile(t.p, ops)
	if t.p.dead {
		return errSimDead
	}
	if w.lateEnd(t.p, ops) {
		if t.p.dead {
			return errSimDead
		}
		return table.ErrUnknown
	}
	switch w.fault(t.p, "write-before", "write-unknown", "write-after", "write-late", "crash-before", "crash-after") {
	case "write-before":
		return errSimFault
	case "write-unknown":
		return table.ErrUnknown
	case "write-after":
		if err := w.write(t.p, ops, false); err != nil {
			return err
		}
		return table.ErrUnknown
	case "write-late":
		w.trouble = latest(w.trouble, w.now.Add(time.Minute))
		w.after(w.between(time.Second, time.Minute), func() {
			w.note("late effect of %s", t.p.name)
			if err := w.write(t.p, ops, true); err != nil {
				w.note("late effect refused")
			}
		})
		return table.ErrUnknown
	case "crash-before":
		t.p.die()
		return errSimDead
	case "crash-after":
		err := w.write(t.p, ops, false)
		t.p.die()
		if err == nil {
			err = errSimDead
		}
		return err
	}
	return w.write(t.p, ops, false)
}

// write has the effect, which may be late, and lets the watch see it.
func (w *world) write(p *proc, ops []table.Op, late bool) error {
	if w.sabotage != nil && w.sabotage(p, ops) {
		return nil
	}
	err := w.table.Write(w.ctx, ops...)
	switch {
	case err == nil:
		w.watch.wrote(p, ops)
	case errors.Is(err, table.ErrConflict) && !late:
		w.watch.refused(p, ops)
	}
	return err
}

// simQueue is the queue as one process sees it.
type simQueue struct{ p *proc }

var _ queue.Queue = simQueue{}

func (q simQueue) Send(ctx context.Context, group, dedup string, body []byte) error {
	if err := q.p.point(); err != nil {
		return err
	}
	switch q.p.w.fault(q.p, "send-lost", "send-unknown") {
	case "send-lost":
		return errSimFault
	case "send-unknown":
		if err := q.p.w.queue.Send(ctx, group, dedup, body); err != nil {
			return err
		}
		return queue.ErrUnknown
	}
	q.p.w.watch.sends(q.p)
	q.p.w.note("%s sends %s", q.p.name, body)
	return q.p.w.queue.Send(ctx, group, dedup, body)
}

func (q simQueue) Receive(ctx context.Context, n int, visibility, _ time.Duration) ([]queue.Message, error) {
	if err := q.p.point(); err != nil {
		return nil, err
	}
	ms, err := q.p.w.queue.Receive(ctx, n, visibility, 0)
	if len(ms) > 0 && q.p.w.unheard(ms[0]) {
		return nil, nil
	}
	if q.p.exposed = false; len(ms) > 0 {
		q.p.receipt, q.p.body, q.p.began, q.p.yielded = ms[0].Receipt, ms[0].Body, q.p.w.steps, false
		q.p.w.note("%s receives %s (%d)", q.p.name, ms[0].Body, ms[0].Receives)
		q.p.w.watch.received(ms[0])
	}
	return ms, err
}

func (q simQueue) Extend(ctx context.Context, receipt string, d time.Duration) error {
	if err := q.p.point(); err != nil {
		return err
	}
	if q.p.exposed {
		return nil
	}
	q.p.w.watch.givesBack(q.p, d)
	if q.p.w.fault(q.p, "visible") != "" {
		// The message comes back while its dispatcher thinks that it is hidden.
		return q.p.w.queue.Extend(ctx, receipt, 0)
	}
	return q.p.w.queue.Extend(ctx, receipt, d)
}

func (q simQueue) Delete(ctx context.Context, receipt string) error {
	if err := q.p.point(); err != nil {
		return err
	}
	q.p.w.watch.acknowledges(q.p)
	if q.p.w.fault(q.p, "send-lost") != "" {
		return errSimFault
	}
	return q.p.w.queue.Delete(ctx, receipt)
}

// simSchedules is the clock's book as one process sees it.
type simSchedules struct{ p *proc }

var _ schedule.Schedules = simSchedules{}

func (s simSchedules) Every(ctx context.Context, name string, r schedule.Recurrence, t schedule.Target) error {
	if err := s.p.point(); err != nil {
		return err
	}
	return s.p.w.schedules.Every(ctx, name, r, t)
}

func (s simSchedules) At(ctx context.Context, name string, at time.Time, t schedule.Target) error {
	if err := s.p.point(); err != nil {
		return err
	}
	if s.p.w.fault(s.p, "arm-fails") != "" {
		return errSimFault
	}
	s.p.w.watch.sends(s.p)
	s.p.w.watch.arms(t)
	s.p.w.note("%s arms %s", s.p.name, name)
	return s.p.w.schedules.At(ctx, name, at, t)
}

func (s simSchedules) Delete(ctx context.Context, name string) error {
	if err := s.p.point(); err != nil {
		return err
	}
	return s.p.w.schedules.Delete(ctx, name)
}

func (s simSchedules) Get(ctx context.Context, name string) (schedule.Schedule, error) {
	if err := s.p.point(); err != nil {
		return schedule.Schedule{}, err
	}
	return s.p.w.schedules.Get(ctx, name)
}

// clockQueue is the queue as the clock of schedules sees it: a firing may be
// delivered a second time when the queue does not know it any more.
type clockQueue struct {
	queue.Queue

	w *world
}

func (q clockQueue) Send(ctx context.Context, group, dedup string, body []byte) error {
	if !q.w.calm && len(q.w.armed) > 0 {
		for i, f := range q.w.armed {
			if f.kind != "tick-twice" {
				continue
			}
			q.w.armed = slices.Delete(q.w.armed, i, i+1)
			q.w.strike(0)
			q.w.note("FAULT tick-twice of %s", body)
			q.w.after(queue.DedupWindow+q.w.between(time.Second, 5*time.Minute), func() {
				if err := q.Queue.Send(ctx, group, dedup, body); err != nil {
					panic(err)
				}
			})
			break
		}
	}
	return q.Queue.Send(ctx, group, dedup, body)
}

// simText is a short text of a value, for the history.
func simText(v any) string {
	js, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(js)
}

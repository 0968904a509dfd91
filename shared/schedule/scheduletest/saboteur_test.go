package scheduletest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/schedule/scheduletest"
	"backroom/shared/testclock"
)

// open gives a harness over memory, with the book and the queue wrapped.
func open(book func(schedule.Schedules) schedule.Schedules, out func(queue.Queue) queue.Queue, ticks int) scheduletest.Harness {
	c := testclock.New(scheduletest.Start)
	q := queue.Queue(memory.NewQueue(c.Now))
	if out != nil {
		q = out(q)
	}
	s := memory.NewSchedules(c.Now, q)
	h := scheduletest.OnClock(c, s, q, func(ctx context.Context) error {
		_, err := s.Tick(ctx)
		return err
	})
	if book != nil {
		h.Schedules = book(s)
	}
	down := h.Down
	h.Down = func(t contract.T, d time.Duration) {
		for range ticks + 1 { // a good one fires when it is up again only
			down(t, d/time.Duration(ticks+1))
		}
	}
	return h
}

func TestMemory(t *testing.T) {
	scheduletest.Run(t, func(*testing.T) scheduletest.Harness { return open(nil, nil, 0) })
}

type saboteur struct {
	schedule.Schedules
	every  func(ctx context.Context, good schedule.Schedules, name string, r schedule.Recurrence, t schedule.Target) error
	at     func(ctx context.Context, good schedule.Schedules, name string, at time.Time, t schedule.Target) error
	remove func(ctx context.Context, good schedule.Schedules, name string) error
}

func (s saboteur) Every(ctx context.Context, name string, r schedule.Recurrence, t schedule.Target) error {
	if s.every == nil {
		return s.Schedules.Every(ctx, name, r, t)
	}
	return s.every(ctx, s.Schedules, name, r, t)
}

func (s saboteur) At(ctx context.Context, name string, at time.Time, t schedule.Target) error {
	if s.at == nil {
		return s.Schedules.At(ctx, name, at, t)
	}
	return s.at(ctx, s.Schedules, name, at, t)
}

func (s saboteur) Delete(ctx context.Context, name string) error {
	if s.remove == nil {
		return s.Schedules.Delete(ctx, name)
	}
	return s.remove(ctx, s.Schedules, name)
}

// twice sends everything a second time, with another body.
type twice struct{ queue.Queue }

func (q twice) Send(ctx context.Context, group, dedup string, body []byte) error {
	return errors.Join(q.Queue.Send(ctx, group, dedup, body), q.Queue.Send(ctx, group, dedup, append(body, ' ')))
}

func TestEverySaboteurIsNoticed(t *testing.T) {
	tests := []struct {
		name  string
		bad   saboteur
		out   func(queue.Queue) queue.Queue
		ticks int
	}{
		{name: "two bodies for one firing", out: func(q queue.Queue) queue.Queue { return twice{q} }},
		{name: "every missed slot fires", ticks: 9},
		{name: "placeholder not replaced", bad: saboteur{at: func(ctx context.Context, good schedule.Schedules, name string, at time.Time, t schedule.Target) error {
			t.Body = strings.ReplaceAll(t.Body, "<", "\\u003c")
			return good.At(ctx, name, at, t)
		}}},
		{name: "at overwrites", bad: saboteur{at: func(ctx context.Context, good schedule.Schedules, name string, at time.Time, t schedule.Target) error {
			return errors.Join(good.Delete(ctx, name), good.At(ctx, name, at, t))
		}}},
		{name: "a one-time schedule stays", bad: saboteur{at: func(ctx context.Context, good schedule.Schedules, name string, at time.Time, t schedule.Target) error {
			return good.Every(ctx, name, schedule.Recurrence{Rate: 12 * time.Hour, Anchor: at}, t)
		}}},
		{name: "at in the past never fires", bad: saboteur{at: func(ctx context.Context, good schedule.Schedules, name string, at time.Time, t schedule.Target) error {
			if at.Before(scheduletest.Start) {
				return nil
			}
			return good.At(ctx, name, at, t)
		}}},
		{name: "delete ignored", bad: saboteur{remove: func(context.Context, schedule.Schedules, string) error { return nil }}},
		{name: "replacing keeps the old", bad: saboteur{every: func(ctx context.Context, good schedule.Schedules, name string, r schedule.Recurrence, t schedule.Target) error {
			if _, err := good.Get(ctx, name); err == nil {
				return nil
			}
			return good.Every(ctx, name, r, t)
		}}},
		{name: "zone ignored", bad: saboteur{every: func(ctx context.Context, good schedule.Schedules, name string, r schedule.Recurrence, t schedule.Target) error {
			r.Zone = time.UTC
			return good.Every(ctx, name, r, t)
		}}},
		{name: "anchor ignored", bad: saboteur{every: func(ctx context.Context, good schedule.Schedules, name string, r schedule.Recurrence, t schedule.Target) error {
			if r.Rate > 0 {
				r.Anchor = scheduletest.Start
			}
			return good.Every(ctx, name, r, t)
		}}},
		{name: "invalid accepted", bad: saboteur{every: func(ctx context.Context, good schedule.Schedules, name string, r schedule.Recurrence, t schedule.Target) error {
			if err := good.Every(ctx, name, r, t); !errors.Is(err, schedule.ErrInvalid) {
				return err
			}
			return nil
		}}},
		{name: "group lost", bad: saboteur{at: func(ctx context.Context, good schedule.Schedules, name string, at time.Time, t schedule.Target) error {
			if t.Group != "" {
				t.Group = "default"
			}
			return good.At(ctx, name, at, t)
		}}},
	}
	var failed []string
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			failed = append(failed, contract.MustFail(t, scheduletest.Cases, func(*testing.T) scheduletest.Harness {
				return open(func(s schedule.Schedules) schedule.Schedules { tt.bad.Schedules = s; return tt.bad }, tt.out, tt.ticks)
			})...)
		})
	}
	contract.Sabotaged(t, scheduletest.Cases, failed)
}

package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/queue"
	"backroom/shared/schedule"
)

// Schedules is a schedule.Schedules in memory: call Tick to let it fire. Safe
// for concurrent use.
type Schedules struct {
	now   func() time.Time
	queue queue.Queue

	mu   sync.Mutex
	byID map[string]planned
	last time.Time // what the clock showed last
}

type planned struct {
	schedule.Schedule
	next time.Time
}

var _ schedule.Schedules = (*Schedules)(nil)

// NewSchedules makes an empty book of schedules that send to q.
func NewSchedules(now func() time.Time, q queue.Queue) *Schedules {
	return &Schedules{now: now, queue: q, byID: map[string]planned{}}
}

// Every implements schedule.Schedules.
func (s *Schedules) Every(_ context.Context, name string, r schedule.Recurrence, t schedule.Target) error {
	return s.put(schedule.Schedule{Name: name, Recurrence: r, Target: t})
}

// At implements schedule.Schedules.
func (s *Schedules) At(_ context.Context, name string, at time.Time, t schedule.Target) error {
	return s.put(schedule.Schedule{Name: name, At: at, Target: t})
}

func (s *Schedules) put(sc schedule.Schedule) error {
	if err := sc.Validate(); err != nil {
		return fmt.Errorf("schedule %s: %w", sc.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byID[sc.Name]; ok && !sc.At.IsZero() {
		return nil
	}
	next, ok := sc.First(s.now())
	if !ok {
		return fmt.Errorf("schedule %s: Cron %q names no date that ever comes: %w", sc.Name, sc.Recurrence.Cron, schedule.ErrInvalid)
	}
	s.byID[sc.Name] = planned{sc, next}
	return nil
}

// Delete implements schedule.Schedules.
func (s *Schedules) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, name)
	return nil
}

// Get implements schedule.Schedules.
func (s *Schedules) Get(_ context.Context, name string) (schedule.Schedule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.byID[name]
	if !ok {
		return schedule.Schedule{}, fmt.Errorf("schedule %s: %w", name, schedule.ErrNotFound)
	}
	return p.Schedule, nil
}

// Next is the time of the next firing, and false if there is none.
func (s *Schedules) Next() (at time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.byID {
		if !ok || p.next.Before(at) {
			at, ok = p.next, true
		}
	}
	return at, ok
}

// Tick fires what is due and answers how much that was.
func (s *Schedules) Tick(ctx context.Context) (fired int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if clock.Ahead(s.last, now) > 0 {
		for name, p := range s.byID {
			p.next = p.Right(p.next, now)
			s.byID[name] = p
		}
	}
	s.last = now
	for _, name := range slices.Sorted(maps.Keys(s.byID)) { // in an order that can be repeated
		p := s.byID[name]
		fire, following, due, last := p.Due(p.next, now)
		if !due {
			continue
		}
		if err := s.queue.Send(ctx, p.Target.Group, "", p.Target.BodyAt(fire)); err != nil {
			return fired, fmt.Errorf("schedule %s: %w", name, err)
		}
		fired++
		if last {
			delete(s.byID, name)
			continue
		}
		p.next = following
		s.byID[name] = p
	}
	return fired, nil
}

package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/queue"
	"backroom/shared/schedule"
)

// Schedules is a durable schedule.Schedules in a file. Run lets it fire.
type Schedules struct {
	db    *DB
	queue queue.Queue

	mu   sync.Mutex
	last time.Time // what the clock showed at the last Tick; zero: none yet
	wake chan struct{}
}

var _ schedule.Schedules = (*Schedules)(nil)

// Schedules gives the file's schedules, which send to q.
func (db *DB) Schedules(q queue.Queue) *Schedules {
	return &Schedules{db: db, queue: q, wake: make(chan struct{}, 1)}
}

// spec is how a schedule is stored.
type spec struct {
	Rate   int64  `json:"rate,omitempty"` // seconds
	Cron   string `json:"cron,omitempty"`
	Anchor int64  `json:"anchor,omitempty"` // Unix seconds
	Zone   string `json:"zone,omitempty"`
	At     int64  `json:"at,omitempty"` // Unix milliseconds
	Group  string `json:"group"`
	Body   string `json:"body"`
}

// Every implements schedule.Schedules.
func (s *Schedules) Every(ctx context.Context, name string, r schedule.Recurrence, t schedule.Target) error {
	return s.put(ctx, schedule.Schedule{Name: name, Recurrence: r, Target: t}, `INSERT INTO schedules (name, spec, next) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next = excluded.next`)
}

// At implements schedule.Schedules.
func (s *Schedules) At(ctx context.Context, name string, at time.Time, t schedule.Target) error {
	return s.put(ctx, schedule.Schedule{Name: name, At: at, Target: t}, `INSERT INTO schedules (name, spec, next) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`)
}

func (s *Schedules) put(ctx context.Context, sc schedule.Schedule, stmt string) error {
	if err := sc.Validate(); err != nil {
		return fmt.Errorf("schedule %s: %w", sc.Name, err)
	}
	next, ok := sc.First(s.db.now())
	if !ok {
		return fmt.Errorf("schedule %s: Cron %q names no date that ever comes: %w", sc.Name, sc.Recurrence.Cron, schedule.ErrInvalid)
	}
	sp := spec{Rate: int64(sc.Recurrence.Rate / time.Second), Cron: sc.Recurrence.Cron, Group: sc.Target.Group, Body: sc.Target.Body}
	if z := sc.Recurrence.Zone; z != nil {
		sp.Zone = z.String()
	}
	if a := sc.Recurrence.Anchor; !a.IsZero() {
		sp.Anchor = a.Unix()
	}
	if !sc.At.IsZero() {
		sp.At = sc.At.UnixMilli()
	}
	js, err := json.Marshal(sp)
	if err != nil {
		return fmt.Errorf("schedule %s: %w", sc.Name, err)
	}
	err = s.db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, stmt, sc.Name, js, next.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("schedule %s: %w", sc.Name, err)
	}
	s.changed()
	return nil
}

func (s *Schedules) changed() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func read(name string, js []byte) (schedule.Schedule, error) {
	var sp spec
	if err := json.Unmarshal(js, &sp); err != nil {
		return schedule.Schedule{}, fmt.Errorf("schedule %s: %w", name, err)
	}
	sc := schedule.Schedule{Name: name, Target: schedule.Target{Group: sp.Group, Body: sp.Body}}
	if sp.At != 0 {
		sc.At = time.UnixMilli(sp.At).UTC()
		return sc, nil
	}
	sc.Recurrence = schedule.Recurrence{Rate: time.Duration(sp.Rate) * time.Second, Cron: sp.Cron}
	if sp.Anchor != 0 {
		sc.Recurrence.Anchor = time.Unix(sp.Anchor, 0).UTC()
	}
	if sp.Zone != "" {
		zone, err := time.LoadLocation(sp.Zone)
		if err != nil {
			return schedule.Schedule{}, fmt.Errorf("schedule %s: %w", name, err)
		}
		sc.Recurrence.Zone = zone
	}
	return sc, nil
}

// Delete implements schedule.Schedules.
func (s *Schedules) Delete(ctx context.Context, name string) error {
	err := s.db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM schedules WHERE name = ?`, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("schedule %s: %w", name, err)
	}
	return nil
}

// Get implements schedule.Schedules.
func (s *Schedules) Get(ctx context.Context, name string) (schedule.Schedule, error) {
	var js []byte
	err := s.db.reader.QueryRowContext(ctx, `SELECT spec FROM schedules WHERE name = ?`, name).Scan(&js)
	if errors.Is(err, sql.ErrNoRows) {
		err = schedule.ErrNotFound
	}
	if err != nil {
		return schedule.Schedule{}, fmt.Errorf("schedule %s: %w", name, s.db.named(err))
	}
	return read(name, js)
}

// Tick fires what is due and answers how much that was. The message is sent
// before the firing is recorded: a crash between sends the same body again.
func (s *Schedules) Tick(ctx context.Context) (fired int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.db.now()
	if s.last.IsZero() || clock.Ahead(s.last, now) > 0 {
		if err := s.right(ctx, now); err != nil {
			return 0, err
		}
	}
	s.last = now
	due, err := s.rows(ctx, dueRows, now)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		fire, following, ok, last := d.Due(d.next, now)
		if !ok {
			continue
		}
		if err := s.queue.Send(ctx, d.Target.Group, "", d.Target.BodyAt(fire)); err != nil {
			return fired, fmt.Errorf("schedule %s: %w", d.Name, err)
		}
		fired++
		// Only if it is still the schedule that fired: it may have been replaced.
		err := s.db.write(ctx, func(tx *sql.Tx) error {
			if last {
				_, err := tx.ExecContext(ctx, `DELETE FROM schedules WHERE name = ? AND next = ?`, d.Name, d.next.UnixMilli())
				return err
			}
			_, err := tx.ExecContext(ctx, `UPDATE schedules SET next = ? WHERE name = ? AND next = ?`, following.UnixMilli(), d.Name, d.next.UnixMilli())
			return err
		})
		if err != nil {
			return fired, fmt.Errorf("schedule %s: %w", d.Name, err)
		}
	}
	return fired, nil
}

// row is a schedule with its next firing.
type row struct {
	schedule.Schedule

	next time.Time
}

// What rows reads at a time.
const (
	dueRows   = `SELECT name, spec, next FROM schedules WHERE next <= ? ORDER BY next`
	laterRows = `SELECT name, spec, next FROM schedules WHERE next > ? ORDER BY next`
)

func (s *Schedules) rows(ctx context.Context, query string, now time.Time) ([]row, error) {
	rows, err := s.db.reader.QueryContext(ctx, query, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("schedules: %w", s.db.named(err))
	}
	var out []row
	for rows.Next() {
		var name string
		var js []byte
		var next int64
		if err := rows.Scan(&name, &js, &next); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		sc, err := read(name, js)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		out = append(out, row{sc, time.UnixMilli(next).UTC()})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("schedules: %w", s.db.named(err))
	}
	return out, nil
}

// right has recurring schedules fire next when they should as of now: the clock
// may have been ahead when they fired last.
func (s *Schedules) right(ctx context.Context, now time.Time) error {
	later, err := s.rows(ctx, laterRows, now)
	if err != nil {
		return err
	}
	for _, r := range later {
		next := r.Right(r.next, now)
		if next.Equal(r.next) {
			continue
		}
		err := s.db.write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE schedules SET next = ? WHERE name = ? AND next = ?`, next.UnixMilli(), r.Name, r.next.UnixMilli())
			return err
		})
		if err != nil {
			return fmt.Errorf("schedule %s: %w", r.Name, err)
		}
	}
	return nil
}

// Next is the time of the next firing, and false if there is none.
func (s *Schedules) Next(ctx context.Context) (time.Time, bool, error) {
	var next sql.NullInt64
	if err := s.db.reader.QueryRowContext(ctx, `SELECT min(next) FROM schedules`).Scan(&next); err != nil {
		return time.Time{}, false, fmt.Errorf("schedules: %w", s.db.named(err))
	}
	return time.UnixMilli(next.Int64).UTC(), next.Valid, nil
}

// Run fires what is due, as it becomes due, until ctx ends. It answers the
// error that stopped it, nil when that was ctx.
func (s *Schedules) Run(ctx context.Context) error {
	for {
		_, err := s.Tick(ctx)
		var next time.Time
		var ok bool
		if err == nil {
			next, ok, err = s.Next(ctx)
		}
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return nil
		case err != nil:
			return err
		}
		// Wall clocks are set and laptops sleep: look at least once a minute.
		wait := time.Minute
		if ok {
			wait = min(wait, max(next.Sub(s.db.now()), 0))
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

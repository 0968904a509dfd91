package jobstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"backroom/shared/table"
)

// PauseSeen is how long it takes at most until every process heeds a pause or
// its end: the item that says so is read no more often than this, so that it
// costs next to nothing per run.
const PauseSeen = 10 * time.Second

// Everything stands for all shops, where a pause asks for a shop.
const Everything = ""

// Pause is why nothing starts.
type Pause struct {
	Reason string    `json:"reason,omitempty"`
	Since  time.Time `json:"since"`
	// All says that it is of all shops; it is not stored.
	All bool `json:"-"`
}

// control is the item of all pauses: PK CONTROL, SK PAUSES.
type control struct {
	Version int64            `json:"-"`
	All     *Pause           `json:"all,omitempty"`
	Shops   map[string]Pause `json:"shops,omitempty"`
}

// of is the pause that a shop is under.
func (c control) of(shop string) (Pause, bool) {
	if c.All != nil {
		p := *c.All
		p.All = true
		return p, true
	}
	p, ok := c.Shops[shop]
	return p, ok
}

// pauses is what a process knows of the control item.
type pauses struct {
	mu   sync.Mutex
	read time.Time
	seen control
}

func (s *Store) control(ctx context.Context) (c control, err error) {
	if c.Version, err = s.get(ctx, controlKey(), &c); err != nil {
		err = fmt.Errorf("jobqueue: pauses: %w", err)
	}
	return c, err
}

// Paused is the pause that a shop is under, as of the last PauseSeen.
func (s *Store) Paused(ctx context.Context, shop string) (Pause, bool, error) {
	now := s.Now()
	s.pauses.mu.Lock()
	seen, age := s.pauses.seen, now.Sub(s.pauses.read)
	fresh := !s.pauses.read.IsZero() && age >= 0 && age < PauseSeen
	s.pauses.mu.Unlock()
	if !fresh {
		return s.PausedNow(ctx, shop)
	}
	p, ok := seen.of(shop)
	return p, ok, nil
}

// PausedNow is the pause that a shop is under as it is stored, for a person.
func (s *Store) PausedNow(ctx context.Context, shop string) (Pause, bool, error) {
	now := s.Now()
	c, err := s.control(ctx)
	if err != nil {
		return Pause{}, false, err
	}
	s.pauses.mu.Lock()
	s.pauses.seen, s.pauses.read = c, now
	s.pauses.mu.Unlock()
	p, ok := c.of(shop)
	return p, ok, nil
}

// Pause keeps everything of a shop, or of all with Everything, from starting
// until it is resumed. What is triggered meanwhile is skipped, not stored up;
// runs in process go on to their end. Pausing again changes the reason.
func (s *Store) Pause(ctx context.Context, shop, reason string) error {
	return s.change(ctx, func(c *control) bool {
		p := Pause{Reason: reason, Since: s.Now().UTC()}
		if shop == Everything {
			c.All = &p
			return true
		}
		c.Shops = maps.Clone(c.Shops)
		if c.Shops == nil {
			c.Shops = map[string]Pause{}
		}
		c.Shops[shop] = p
		return true
	})
}

// Resume ends the pause of a shop, or with Everything the one of all: shops
// that were paused by themselves stay so. It reports whether there was one.
func (s *Store) Resume(ctx context.Context, shop string) (was bool, err error) {
	err = s.change(ctx, func(c *control) bool {
		if shop == Everything {
			has := c.All != nil
			was, c.All = was || has, nil
			return has
		}
		_, has := c.Shops[shop]
		was = was || has // the write before may have worked
		c.Shops = maps.Clone(c.Shops)
		delete(c.Shops, shop)
		return has
	})
	return was, err
}

// change edits the control item by one conditional write, none if edit
// says that there is nothing to write. Repeating a change is safe.
func (s *Store) change(ctx context.Context, edit func(*control) bool) error {
	var last error
	for range MaxTries {
		c, err := s.control(ctx)
		if err != nil || !edit(&c) {
			return err
		}
		err = s.Table.Write(ctx, put(controlKey(), c.Version, c))
		if errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrUnknown) {
			last = err
			continue
		}
		if err == nil {
			s.pauses.mu.Lock()
			s.pauses.read = time.Time{} // this process heeds it at once
			s.pauses.mu.Unlock()
		}
		return err
	}
	return fmt.Errorf("jobqueue: pauses: %w", NotWritten(last))
}

// Package faulty makes the writes of a process fail, one at a time: before
// they take effect, after, or late, when the caller has long given up. Tests
// of crashes are made of it.
package faulty

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"backroom/shared/queue"
	"backroom/shared/table"
)

// Mode is how a write fails.
type Mode string

// The modes.
const (
	Before Mode = "before" // it has no effect
	After  Mode = "after"  // it has its effect, and the answer is lost
	Late   Mode = "late"   // the caller is given up on now, the effect comes Delay later
	Half   Mode = "half"   // half of it has its effect, of what has no halves nothing, and the answer is lost
)

// ErrDead answers every call of a process that is gone.
var ErrDead = errors.New("faulty: the process is gone")

// errBefore is the failure of a write that certainly had no effect.
var errBefore = errors.New("faulty: the write failed before it took effect")

// Injector counts the writes of one process, whatever they go to, and makes
// one of them fail. Safe for concurrent use.
type Injector struct {
	Now   func() time.Time
	Delay time.Duration // of late effects

	mu     sync.Mutex
	writes int
	at     int
	mode   Mode
	dies   bool
	dead   bool
	struck bool
	late   []effect
}

type effect struct {
	at time.Time
	do func()
}

// Arm makes the n-th write from now fail, n from 1; with dies the process is
// gone from then on.
func (i *Injector) Arm(n int, mode Mode, dies bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.writes, i.at, i.mode, i.dies, i.dead, i.struck = 0, n, mode, dies, false, false
}

// Revive is a new process in the place of the one that is gone.
func (i *Injector) Revive() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.at, i.dead = 0, false
}

// Writes is how many there were since Arm, Dead whether the process is gone,
// Struck whether the write has failed.
func (i *Injector) Writes() int { i.mu.Lock(); defer i.mu.Unlock(); return i.writes }

// Dead reports whether the process is gone.
func (i *Injector) Dead() bool { i.mu.Lock(); defer i.mu.Unlock(); return i.dead }

// Struck reports whether the armed write has failed.
func (i *Injector) Struck() bool { i.mu.Lock(); defer i.mu.Unlock(); return i.struck }

// Pending is the number of late effects still to come.
func (i *Injector) Pending() int { i.mu.Lock(); defer i.mu.Unlock(); return len(i.late) }

// RunDue lets the late effects come whose time it is.
func (i *Injector) RunDue() {
	i.mu.Lock()
	now := i.Now()
	var due []effect
	rest := i.late[:0]
	for _, e := range i.late {
		if now.Before(e.at) {
			rest = append(rest, e)
		} else {
			due = append(due, e)
		}
	}
	i.late = rest
	i.mu.Unlock()
	for _, e := range due {
		e.do()
	}
}

// Write makes one write, of whatever kind, or fails it. do has the effect, half the
// half of it; nil: there are no halves. unknown is told when the answer is lost.
func (i *Injector) Write(do, half func() error, unknown error) error {
	i.mu.Lock()
	if i.dead {
		i.mu.Unlock()
		return ErrDead
	}
	i.writes++
	if i.writes != i.at {
		i.mu.Unlock()
		return do()
	}
	i.struck, i.dead = true, i.dies
	mode := i.mode
	if mode == Late {
		i.late = append(i.late, effect{i.Now().Add(i.Delay), func() { _ = do() }})
	}
	i.mu.Unlock()
	switch mode {
	case Before:
		return errBefore
	case After:
		if err := do(); err != nil {
			return err // it was refused, and the answer does not matter
		}
	case Half:
		if half != nil {
			_ = half()
		}
	case Late:
	}
	return unknown
}

func (i *Injector) read() error {
	if i.Dead() {
		return ErrDead
	}
	return nil
}

// Table is a table whose writes may fail.
type Table struct {
	Inner    table.Table
	Injector *Injector
}

var _ table.Table = Table{}

// Get implements table.Table.
func (t Table) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if err := t.Injector.read(); err != nil {
		return table.Item{}, err
	}
	return t.Inner.Get(ctx, k)
}

// Query implements table.Table.
func (t Table) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := t.Injector.read(); err != nil {
		return table.Page{}, err
	}
	return t.Inner.Query(ctx, q)
}

// Index implements table.Table.
func (t Table) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	if err := t.Injector.read(); err != nil {
		return table.Page{}, err
	}
	return t.Inner.Index(ctx, q)
}

// Write implements table.Table.
func (t Table) Write(ctx context.Context, ops ...table.Op) error {
	ctx = context.WithoutCancel(ctx)
	return t.Injector.Write(func() error { return t.Inner.Write(ctx, ops...) }, nil, table.ErrUnknown)
}

// Queue is a queue whose writes may fail.
type Queue struct {
	Inner    queue.Queue
	Injector *Injector
}

var _ queue.Queue = Queue{}

// Send implements queue.Queue.
func (q Queue) Send(ctx context.Context, group, dedup string, body []byte) error {
	ctx = context.WithoutCancel(ctx)
	return q.Injector.Write(func() error { return q.Inner.Send(ctx, group, dedup, body) }, nil, queue.ErrUnknown)
}

// Receive implements queue.Queue.
func (q Queue) Receive(ctx context.Context, maxMessages int, visibility, wait time.Duration) ([]queue.Message, error) {
	if err := q.Injector.read(); err != nil {
		return nil, err
	}
	return q.Inner.Receive(ctx, maxMessages, visibility, wait)
}

// Extend implements queue.Queue.
func (q Queue) Extend(ctx context.Context, receipt string, d time.Duration) error {
	ctx = context.WithoutCancel(ctx)
	return q.Injector.Write(func() error { return q.Inner.Extend(ctx, receipt, d) }, nil, queue.ErrUnknown)
}

// Delete implements queue.Queue.
func (q Queue) Delete(ctx context.Context, receipt string) error {
	ctx = context.WithoutCancel(ctx)
	return q.Injector.Write(func() error { return q.Inner.Delete(ctx, receipt) }, nil, queue.ErrUnknown)
}

// Transport is a connection whose writing requests may fail.
type Transport struct {
	Inner    http.RoundTripper
	Injector *Injector
	// Writes reports whether a request writes.
	Writes func(r *http.Request, body []byte) bool
	// Halve is the body of half of what a request asks for; nil, and an empty one:
	// requests have no halves.
	Halve func(r *http.Request, body []byte) []byte
}

// errLost is a connection that broke: the request may have taken effect.
var errLost = errors.New("faulty: connection lost")

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.Injector.read(); err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err == nil {
			err = r.Body.Close()
		}
		if err != nil {
			return nil, err
		}
	}
	send := func(body []byte) (*http.Response, error) {
		c := r.Clone(context.WithoutCancel(r.Context()))
		c.Body, c.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return t.Inner.RoundTrip(c)
	}
	if !t.Writes(r, body) {
		return send(body)
	}
	half := func() error {
		if t.Halve == nil {
			return nil
		}
		part := t.Halve(r, body)
		if len(part) == 0 {
			return nil
		}
		resp, err := send(part)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	var resp *http.Response
	err := t.Injector.Write(func() error {
		var err error
		resp, err = send(body) //nolint:bodyclose // the caller closes it
		return err
	}, half, errLost)
	if err != nil {
		if resp != nil {
			err = errors.Join(err, resp.Body.Close())
		}
		return nil, err
	}
	return resp, nil
}

package memory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/queue"
)

// Queue is a queue.Queue in memory. Safe for concurrent use.
type Queue struct {
	now func() time.Time

	mu     sync.Mutex
	groups map[string]*group
	byID   map[string]*message // by receipt
	dedup  map[[2]string]time.Time
	known  [][2]string // the keys of dedup, oldest first
	seq    int
	last   time.Time     // what the clock showed last
	wake   chan struct{} // closed and replaced when something may have become visible
}

type group struct{ messages []*message }

type message struct {
	queue.Message
	seq      int
	visible  time.Time
	received time.Time
}

var (
	_ queue.Queue   = (*Queue)(nil)
	_ queue.Counter = (*Queue)(nil)
)

// NewQueue makes an empty queue that reads the time from now.
func NewQueue(now func() time.Time) *Queue {
	return &Queue{now: now, groups: map[string]*group{}, byID: map[string]*message{}, dedup: map[[2]string]time.Time{}, wake: make(chan struct{})}
}

// Send implements queue.Queue.
func (q *Queue) Send(ctx context.Context, grp, dedup string, body []byte) error {
	if err := queue.CheckSend(grp, dedup, body); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.right()
	for len(q.known) > 0 && !now.Before(q.dedup[q.known[0]].Add(queue.DedupWindow)) {
		delete(q.dedup, q.known[0])
		q.known = q.known[1:]
	}
	k := [2]string{grp, queue.DedupID(dedup, body)}
	if _, ok := q.dedup[k]; ok {
		return nil
	}
	q.dedup[k] = now
	q.known = append(q.known, k)
	q.seq++
	g := q.groups[grp]
	if g == nil {
		g = &group{}
		q.groups[grp] = g
	}
	g.messages = append(g.messages, &message{
		Message: queue.Message{ID: "m" + strconv.Itoa(q.seq), Group: grp, Body: slices.Clone(body), Sent: now},
		seq:     q.seq, visible: now,
	})
	q.wakeAll()
	return nil
}

func (q *Queue) wakeAll() {
	close(q.wake)
	q.wake = make(chan struct{})
}

// Receive implements queue.Queue.
func (q *Queue) Receive(ctx context.Context, maxMessages int, visibility, wait time.Duration) ([]queue.Message, error) {
	if err := queue.CheckReceive(maxMessages, visibility); err != nil {
		return nil, err
	}
	return queue.Wait(ctx, wait, func() ([]queue.Message, <-chan struct{}, time.Duration, error) {
		q.mu.Lock()
		defer q.mu.Unlock()
		ms, next := q.take(maxMessages, visibility)
		return ms, q.wake, next, nil
	})
}

// right is the clock's time. If it was set back since it was last read, what was
// measured by it moves with it: a message is hidden for as long as it was to be.
func (q *Queue) right() time.Time {
	now := q.now()
	back := clock.Ahead(q.last, now)
	q.last = now
	if back == 0 {
		return now
	}
	for _, g := range q.groups {
		for _, m := range g.messages {
			m.visible, m.received, m.Sent = m.visible.Add(-back), clock.Past(m.received, now), clock.Past(m.Sent, now)
		}
	}
	for k, at := range q.dedup {
		q.dedup[k] = clock.Past(at, now)
	}
	return now
}

// take hides and gives visible messages, heads of free groups first come first
// served, and answers how long until the next one may become visible (0: unknown).
func (q *Queue) take(maxMessages int, visibility time.Duration) (out []queue.Message, next time.Duration) {
	now := q.right()
	var free []*group
	for _, g := range q.groups {
		if len(g.messages) == 0 {
			continue
		}
		hidden := false
		for _, m := range g.messages {
			if d := m.visible.Sub(now); d > 0 {
				hidden = true
				if next == 0 || d < next {
					next = d
				}
			}
		}
		if !hidden {
			free = append(free, g)
		}
	}
	// Whose head has waited longest: one that was given back is behind the others.
	slices.SortFunc(free, func(a, b *group) int {
		if c := a.messages[0].visible.Compare(b.messages[0].visible); c != 0 {
			return c
		}
		return a.messages[0].seq - b.messages[0].seq
	})
	for _, g := range free {
		for _, m := range g.messages {
			if len(out) == maxMessages {
				return out, next
			}
			delete(q.byID, m.Receipt)
			m.Receives++
			m.Receipt = fmt.Sprintf("%s-%d", m.ID, m.Receives)
			m.received, m.visible = now, now.Add(visibility)
			q.byID[m.Receipt] = m
			c := m.Message
			c.Body = slices.Clone(m.Body)
			out = append(out, c)
		}
	}
	return out, next
}

// current is the message whose latest receive, still running, has the receipt.
func (q *Queue) current(receipt string) (*message, error) {
	m := q.byID[receipt]
	if m == nil || !m.visible.After(q.right()) {
		return nil, fmt.Errorf("queue: %w", queue.ErrStaleReceipt)
	}
	return m, nil
}

// Extend implements queue.Queue.
func (q *Queue) Extend(_ context.Context, receipt string, d time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	m, err := q.current(receipt)
	if err != nil {
		return err
	}
	now := q.now()
	if err := queue.CheckExtend(m.received, now, d); err != nil {
		return err
	}
	m.visible = now.Add(d)
	q.wakeAll()
	return nil
}

// Delete implements queue.Queue.
func (q *Queue) Delete(_ context.Context, receipt string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	m, err := q.current(receipt)
	if err != nil {
		return err
	}
	delete(q.byID, receipt)
	g := q.groups[m.Group]
	g.messages = slices.DeleteFunc(g.messages, func(x *message) bool { return x == m })
	if len(g.messages) == 0 {
		delete(q.groups, m.Group)
	}
	q.wakeAll()
	return nil
}

// Waiting implements queue.Counter: the groups whose head could be received now.
func (q *Queue) Waiting(context.Context) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, n := q.right(), 0
	for _, g := range q.groups {
		if len(g.messages) > 0 && !slices.ContainsFunc(g.messages, func(m *message) bool { return m.visible.After(now) }) {
			n++
		}
	}
	return n, nil
}

// Len is the number of messages, in flight ones included.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, g := range q.groups {
		n += len(g.messages)
	}
	return n
}

// Package queuetest is the contract suite of queue.Queue: every adapter passes
// it, every saboteur in its own tests fails it.
package queuetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/queue"
)

// Harness is an empty queue and a way to let time pass: on a clock of the
// test's, or by waiting.
type Harness struct {
	Queue   queue.Queue
	Advance func(time.Duration)
}

// Run checks the whole contract. open gives a fresh, empty queue each time.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	contract.Run(t, Cases, open)
}

// Cases are the promises of the contract.
var Cases = []contract.Case[Harness]{
	{Name: "messages of a group come in order, one at a time (I1, I7)", Check: order},
	{Name: "groups do not wait for each other (I1)", Check: independent},
	{Name: "a message comes again when its visibility ends (I4)", Check: visibility},
	{Name: "giving back keeps the head of the group (I7)", Check: giveBack},
	{Name: "extend holds the message and its group (I3, I9)", Check: extend},
	{Name: "a stale receipt has no effect (I8)", Check: stale},
	{Name: "a receipt is over once the message came again (I8)", Check: superseded},
	{Name: "receives are counted", Check: receives},
	{Name: "duplicates are dropped for five minutes (I12)", Check: dedup},
	{Name: "the body stands in for a deduplication id (I12)", Check: contentDedup},
	{Name: "duplicates are dropped after the first is deleted (I12)", Check: dedupAfterDelete},
	{Name: "deduplication is per group", Check: dedupPerGroup},
	{Name: "the limits hold", Check: limits},
	{Name: "twelve hours since the receive are the end", Check: twelveHours},
	{Name: "a batch holds a group's messages in order", Check: batch},
	{Name: "receive waits for a send", Check: waits},
	{Name: "a queue that counts knows whether a message waits", Check: counts},
	{Name: "many consumers: no group twice at once, nothing lost (I1)", Check: consumers},
}

func send(t contract.T, h Harness, group, dedup, body string) {
	t.Helper()
	if err := h.Queue.Send(t.Context(), group, dedup, []byte(body)); err != nil {
		t.Fatalf("Send(%s, %s): %v", group, body, err)
	}
}

const minute = time.Minute

func counts(t contract.T, h Harness) {
	q, ok := h.Queue.(queue.Counter)
	if !ok {
		return
	}
	waiting := func(what string, some bool) {
		t.Helper()
		if n, err := q.Waiting(t.Context()); err != nil || n > 0 != some {
			t.Errorf("%s: %d messages wait, %v", what, n, err)
		}
	}
	waiting("at first", false)
	send(t, h, "g", "", "1")
	waiting("after a send", true)
	if ms, err := h.Queue.Receive(t.Context(), 1, minute, 0); err != nil || len(ms) != 1 {
		t.Fatalf("Receive: %d messages, %v", len(ms), err)
	}
	waiting("in flight", false)
}

func receive(t contract.T, h Harness, n int) []queue.Message {
	t.Helper()
	ms, err := h.Queue.Receive(t.Context(), n, minute, 0)
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	return ms
}

func wantNone(t contract.T, h Harness) {
	t.Helper()
	if ms := receive(t, h, queue.MaxReceive); len(ms) > 0 {
		t.Fatalf("received %v, want nothing", ms)
	}
}

func one(t contract.T, h Harness, body string) queue.Message {
	t.Helper()
	ms := receive(t, h, 1)
	if len(ms) != 1 || string(ms[0].Body) != body {
		t.Fatalf("received %v, want %q", ms, body)
	}
	return ms[0]
}

func remove(t contract.T, h Harness, m queue.Message) {
	t.Helper()
	if err := h.Queue.Delete(t.Context(), m.Receipt); err != nil {
		t.Fatalf("Delete(%s): %v", m.Body, err)
	}
}

func hold(t contract.T, h Harness, m queue.Message, d time.Duration) {
	t.Helper()
	if err := h.Queue.Extend(t.Context(), m.Receipt, d); err != nil {
		t.Fatalf("Extend(%s, %v): %v", m.Body, d, err)
	}
}

func wantStale(t contract.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, queue.ErrStaleReceipt) {
		t.Errorf("%s: %v, want ErrStaleReceipt", what, err)
	}
}

func order(t contract.T, h Harness) {
	wantNone(t, h)
	for _, b := range []string{"1", "2", "3"} {
		send(t, h, "g", "", b)
	}
	for _, b := range []string{"1", "2", "3"} {
		m := one(t, h, b)
		wantNone(t, h) // the group is in flight
		remove(t, h, m)
	}
	wantNone(t, h)
}

func independent(t contract.T, h Harness) {
	send(t, h, "a", "", "a1")
	send(t, h, "a", "", "a2")
	send(t, h, "b", "", "b1")
	a := one(t, h, "a1")
	b := one(t, h, "b1")
	wantNone(t, h)
	remove(t, h, b)
	send(t, h, "b", "", "b2")
	one(t, h, "b2")
	remove(t, h, a)
	one(t, h, "a2")
}

func visibility(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	send(t, h, "g", "", "2")
	m := one(t, h, "1")
	h.Advance(minute - time.Second)
	wantNone(t, h)
	h.Advance(time.Second)
	if again := one(t, h, "1"); again.ID != m.ID || again.Receipt == m.Receipt {
		t.Errorf("the second delivery has id %s and receipt %s, the first %s and %s", again.ID, again.Receipt, m.ID, m.Receipt)
	}
}

func giveBack(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	send(t, h, "g", "", "2")
	m := one(t, h, "1")
	hold(t, h, m, 0)
	wantStale(t, "delete after giving back", h.Queue.Delete(t.Context(), m.Receipt))
	m = one(t, h, "1")
	remove(t, h, m)
	one(t, h, "2")
}

func extend(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	send(t, h, "g", "", "2")
	m := one(t, h, "1")
	h.Advance(50 * time.Second)
	hold(t, h, m, 2*minute)
	h.Advance(119 * time.Second)
	wantNone(t, h)
	hold(t, h, m, 10*time.Second) // also shorter
	h.Advance(10 * time.Second)
	one(t, h, "1")
}

func stale(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	m := one(t, h, "1")
	h.Advance(minute)
	wantStale(t, "extend after the end", h.Queue.Extend(t.Context(), m.Receipt, minute))
	wantStale(t, "delete after the end", h.Queue.Delete(t.Context(), m.Receipt))
	m = one(t, h, "1")
	remove(t, h, m)
	wantStale(t, "delete twice", h.Queue.Delete(t.Context(), m.Receipt))
	wantStale(t, "extend what is gone", h.Queue.Extend(t.Context(), m.Receipt, minute))
	wantStale(t, "a made-up receipt", h.Queue.Delete(t.Context(), "none"))
	wantNone(t, h)
}

func superseded(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	old := one(t, h, "1")
	h.Advance(minute)
	m := one(t, h, "1")
	wantStale(t, "delete by the earlier receiver", h.Queue.Delete(t.Context(), old.Receipt))
	wantStale(t, "giving back by the earlier receiver", h.Queue.Extend(t.Context(), old.Receipt, 0))
	wantNone(t, h) // still the second receiver's
	remove(t, h, m)
}

func receives(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	for n := 1; n <= 4; n++ {
		m := one(t, h, "1")
		if m.Receives != n {
			t.Errorf("delivery %d says it is number %d", n, m.Receives)
		}
		hold(t, h, m, 0)
	}
}

func dedup(t contract.T, h Harness) {
	send(t, h, "g", "x", "1")
	send(t, h, "g", "x", "another body")
	h.Advance(queue.DedupWindow - time.Second)
	send(t, h, "g", "x", "1")
	remove(t, h, one(t, h, "1"))
	wantNone(t, h)
	h.Advance(time.Second)
	send(t, h, "g", "x", "2")
	one(t, h, "2")
}

func contentDedup(t contract.T, h Harness) {
	send(t, h, "g", "", "same")
	send(t, h, "g", "", "same")
	send(t, h, "g", "id", "same") // an explicit id counts instead of the body
	remove(t, h, one(t, h, "same"))
	remove(t, h, one(t, h, "same"))
	wantNone(t, h)
}

func dedupAfterDelete(t contract.T, h Harness) {
	send(t, h, "g", "x", "1")
	remove(t, h, one(t, h, "1"))
	send(t, h, "g", "x", "1")
	wantNone(t, h)
}

func dedupPerGroup(t contract.T, h Harness) {
	send(t, h, "a", "x", "1")
	send(t, h, "b", "x", "1")
	if n := len(receive(t, h, 10)); n != 2 {
		t.Errorf("%d messages, want one in each group", n)
	}
}

func limits(t contract.T, h Harness) {
	ctx := t.Context()
	invalid := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", what, err)
		}
	}
	invalid("no group", h.Queue.Send(ctx, "", "", []byte("x")))
	invalid("long group", h.Queue.Send(ctx, strings.Repeat("g", 129), "", []byte("x")))
	invalid("long deduplication id", h.Queue.Send(ctx, "g", strings.Repeat("d", 129), []byte("x")))
	invalid("empty body", h.Queue.Send(ctx, "g", "", nil))
	invalid("a byte too much", h.Queue.Send(ctx, "g", "", make([]byte, queue.MaxBodyBytes+1)))
	_, err := h.Queue.Receive(ctx, 11, minute, 0)
	invalid("eleven messages", err)
	_, err = h.Queue.Receive(ctx, 1, queue.MaxVisibility+time.Second, 0)
	invalid("over twelve hours", err)
	wantNone(t, h)
	if err := h.Queue.Send(ctx, strings.Repeat("g", 128), strings.Repeat("d", 128), bytes.Repeat([]byte("x"), queue.MaxBodyBytes)); err != nil {
		t.Errorf("a message at the limits: %v", err)
	}
}

func twelveHours(t contract.T, h Harness) {
	send(t, h, "g", "", "1")
	m := one(t, h, "1")
	hold(t, h, m, 11*time.Hour)
	h.Advance(10 * time.Hour)
	if err := h.Queue.Extend(t.Context(), m.Receipt, 2*time.Hour+time.Second); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("past twelve hours: %v, want ErrInvalid", err)
	}
	hold(t, h, m, 2*time.Hour)
}

func batch(t contract.T, h Harness) {
	for i := range 12 {
		send(t, h, "g", "", fmt.Sprintf("%02d", i))
	}
	ms := receive(t, h, 10)
	for i, m := range ms {
		if string(m.Body) != fmt.Sprintf("%02d", i) {
			t.Errorf("message %d is %s", i, m.Body)
		}
	}
	if len(ms) == 0 || len(ms) > 10 {
		t.Errorf("%d messages", len(ms))
	}
	wantNone(t, h)
}

func waits(t contract.T, h Harness) {
	got := make(chan []queue.Message, 1)
	errs := make(chan error, 1)
	go func() {
		ms, err := h.Queue.Receive(t.Context(), 1, minute, 20*time.Second)
		errs <- err
		got <- ms
	}()
	send(t, h, "g", "", "1")
	if err := <-errs; err != nil {
		t.Fatalf("Receive: %v", err)
	}
	if ms := <-got; len(ms) != 1 || string(ms[0].Body) != "1" {
		t.Errorf("received %v", ms)
	}
}

func consumers(t contract.T, h Harness) {
	const groups, each, workers = 5, 8, 6
	for i := range each {
		for g := range groups {
			send(t, h, fmt.Sprint("g", g), "", fmt.Sprintf("%d of %d", i, g))
		}
	}
	c := consumed{busy: map[string]bool{}, seen: map[string][]string{}}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for tries := groups * each * 50; tries > 0 && c.count() < groups*each; tries-- {
				if err := c.one(t, h); err != nil {
					c.complain(err.Error())
					return
				}
			}
		})
	}
	wg.Wait()
	for _, b := range c.bad {
		t.Errorf("%s", b)
	}
	for g := range groups {
		got := c.seen[fmt.Sprint("g", g)]
		if len(got) != each || !slices.IsSorted(got) {
			t.Errorf("group %d gave %v", g, got)
		}
	}
}

// consumed is what consumers that work side by side have received.
type consumed struct {
	mu   sync.Mutex
	n    int
	busy map[string]bool     // groups of messages in somebody's hands
	seen map[string][]string // bodies by group
	bad  []string
}

func (c *consumed) complain(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bad = append(c.bad, what)
}

func (c *consumed) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// one receives a message, if there is one, and deletes it.
func (c *consumed) one(t contract.T, h Harness) error {
	ms, err := h.Queue.Receive(t.Context(), 1, minute, 0)
	if err != nil || len(ms) == 0 {
		return err
	}
	m := ms[0]
	c.take(m)
	// Others come between: they must not be given this group.
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[m.Group] = false
	return h.Queue.Delete(t.Context(), m.Receipt)
}

// take notes m, and that its group is in somebody's hands.
func (c *consumed) take(m queue.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[m.Group] {
		c.bad = append(c.bad, m.Group+" is held twice")
	}
	c.busy[m.Group] = true
	c.seen[m.Group] = append(c.seen[m.Group], string(m.Body))
	c.n++
}

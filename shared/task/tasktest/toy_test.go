package tasktest_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/table"
	"backroom/shared/task/tasktest"
)

// record is what the toy reads: it makes a thing of each.
type record struct {
	ID      int
	Version int // of the source's last change
	Bad     bool
}

// toyWorld is a source of records and the other side with their things.
type toyWorld struct {
	k       *tasktest.Kit
	records []record
	things  map[int]int // how many of each record
	flaw    string
}

func openToy(flaw string) func(*tasktest.Kit, int, int) tasktest.World {
	return func(k *tasktest.Kit, n, bad int) tasktest.World {
		w := &toyWorld{k: k, things: map[int]int{}, flaw: flaw}
		for i := range n {
			w.records = append(w.records, record{ID: i, Version: i + 1, Bad: i == bad})
		}
		return w
	}
}

func (w *toyWorld) Task() jobqueue.Task { return &toy{toyWorld: w, store: w.k.Table()} }

func (w *toyWorld) Holds() map[int][]string {
	h := map[int][]string{}
	for i, n := range w.things {
		for range n {
			thing := fmt.Sprintf("thing of %d", i)
			if w.flaw == "differs by chance" {
				thing = rand.Text()
			}
			h[i] = append(h[i], thing)
		}
	}
	return h
}

func (w *toyWorld) change(i int) {
	r := w.records[i]
	r.Version = w.records[len(w.records)-1].Version + 1
	w.records = append(slices.Delete(w.records, i, i+1), r)
}

func (w *toyWorld) Heal() {
	for i := range w.records {
		w.records[i].Bad = false
	}
}

func (w *toyWorld) Echo() {
	for range w.records {
		w.change(0)
	}
}

// toy is a task with all that a task has: a paged source, a cursor, creates with
// intents, records that cannot be read. A flaw makes it wrong in one way.
type toy struct {
	*toyWorld
	store   table.Table
	request jobqueue.Request
	counts  jobqueue.Counts
	memory  cursor // the checkpoint knows it, and only a flaw asks here
}

// state is what is stored of a record.
type state struct {
	Sent time.Time
	Done bool
	Seen int // the version that was looked at
}

// cursor is how far the source is read, and what before that is still to do.
type cursor struct {
	UpTo int   `json:"upTo"`
	Left []int `json:"left"`
}

const toyPage = 3

func key(sk string) table.Key { return table.Key{PK: "TOY", SK: sk} }

func (t *toy) load(ctx context.Context, sk string, v any) error {
	it, err := t.store.Get(ctx, key(sk))
	if errors.Is(err, table.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(it.Data, v)
}

func put(sk string, v any) jobqueue.TableOp {
	js, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return table.Put(table.Item{Key: key(sk), Data: js}, table.Always)
}

func (t *toy) write(ctx context.Context, ops ...jobqueue.TableOp) error {
	if t.flaw == "writes without its lease" {
		return t.store.Write(ctx, ops...)
	}
	return t.k.Guard().Write(ctx, t.request.Lease, ops...)
}

// Run implements jobqueue.Task. Its checkpoint is the cursor as it will be.
func (t *toy) Run(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	t.request, t.counts = r, jobqueue.Counts{}
	if t.flaw == "does nothing" {
		return jobqueue.Result{Done: true}, nil
	}
	var stored cursor
	if err := t.load(ctx, "cursor", &stored); err != nil {
		return jobqueue.Result{}, err
	}
	at := stored
	if len(r.Checkpoint) > 0 && t.flaw != "begins anew" {
		if err := json.Unmarshal(r.Checkpoint, &at); err != nil {
			return jobqueue.Result{}, err
		}
	}
	if t.flaw == "knows where it is by heart" {
		at = t.memory
	}
	done, err := t.pages(ctx, &at, len(r.Checkpoint) == 0)
	if done && err == nil && !r.DryRun && (at.UpTo != stored.UpTo || !slices.Equal(at.Left, stored.Left)) {
		err = t.write(ctx, put("cursor", at))
	}
	t.memory = at
	js, _ := json.Marshal(at)
	res := jobqueue.Result{Done: done && err == nil, Counts: t.counts, Checkpoint: js}
	if t.flaw == "forgets where it was throttled" && err != nil {
		res.Checkpoint = []byte(`{}`)
	}
	if r.DryRun {
		res.Report = []byte(`["things"]`)
	}
	if t.flaw == "writes at each run" && res.Done && !r.DryRun || t.flaw == "writes in a dry run" && r.DryRun {
		err = errors.Join(err, t.write(ctx, put("ran", r.Run)))
	}
	return res, err
}

// pages works through pages, the first of which has what is left of earlier runs too.
func (t *toy) pages(ctx context.Context, at *cursor, first bool) (done bool, err error) {
	for n := 1; ; n++ {
		var page []record
		more := false
		if err := t.k.Call(false, func() error { page, more = t.page(*at, first && n == 1); return nil }); err != nil {
			return false, err
		}
		if t.flaw == "moves the cursor first" {
			if err := t.write(ctx, put("cursor", at.behind(page, nil))); err != nil {
				return false, err
			}
		}
		left, err := t.work(ctx, page)
		if err != nil {
			return false, err
		}
		if t.flaw == "loses what it could not read" {
			left = nil
		}
		if *at = at.behind(page, left); !more {
			return true, nil
		}
		if t.request.MaxPages == n {
			return false, nil
		}
	}
}

// page is what has changed since, and with the first page what is left.
func (t *toy) page(c cursor, first bool) (out []record, more bool) {
	for _, r := range t.records {
		if r.Version > c.UpTo && len(out) < toyPage {
			out = append(out, r)
		}
	}
	more = len(out) == toyPage
	for _, r := range t.records {
		if first && slices.Contains(c.Left, r.ID) && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out, more
}

// behind is the cursor behind a page of which some records are left.
func (c cursor) behind(page []record, left []int) cursor {
	c.Left = slices.Clone(c.Left)
	for _, r := range page {
		c.UpTo = max(c.UpTo, r.Version)
		c.Left = slices.DeleteFunc(c.Left, func(id int) bool { return id == r.ID })
	}
	c.Left = append(c.Left, left...)
	return c
}

func (t *toy) work(ctx context.Context, page []record) (left []int, err error) {
	var create []int
	for _, r := range page {
		var s state
		if err := t.load(ctx, strconv.Itoa(r.ID), &s); err != nil {
			return nil, err
		}
		t.counts.Read++
		switch {
		case r.Bad && t.flaw == "stops at a bad record":
			return nil, errors.New("a bad record")
		case r.Bad:
			t.counts.Failed++
			left = append(left, r.ID)
			continue
		case s.Done && t.flaw == "takes its echo for a change":
			t.counts.Updated++
			continue
		case s.Done && t.flaw != "never looks":
			t.counts.Unchanged++
			continue
		}
		next, err := t.next(ctx, r.ID, s)
		switch {
		case err != nil && t.flaw == "blames the record for a refusal":
			t.counts.Failed++
			left = append(left, r.ID)
		case err != nil:
			return nil, err
		case next == outbound.Create:
			create = append(create, r.ID)
		case next == outbound.Adopt:
			if err := t.settle(ctx, r.ID, state{Done: true}); err != nil {
				return nil, err
			}
		default:
			left = append(left, r.ID)
		}
	}
	if t.request.DryRun {
		return left, nil
	}
	m := &making{toy: t}
	switch {
	case len(create) == 0:
	case t.flaw == "sends without its lease":
		err = m.anyhow(ctx, create)
	default:
		err = outbound.Creates[int, int]{
			Hold: outbound.Hold{Op: "toy", Lease: &t.request.Lease, Guard: t.k.Guard(), Now: t.k.Now, Timeout: time.Minute}, Records: m,
		}.Create(ctx, create)
		left = append(left, m.left...)
	}
	return left, err
}

// anyhow is Create without a look at lease and clock.
func (m *making) anyhow(ctx context.Context, ids []int) error {
	if _, err := m.Intend(ctx, ids, outbound.Intent{At: m.k.Now()}); err != nil {
		return err
	}
	if _, err := m.Send(ctx, ids); err != nil {
		return err
	}
	return m.each(ctx, ids, state{Done: true})
}

// next looks a thing up, and says what is to be done.
func (t *toy) next(ctx context.Context, id int, s state) (step outbound.Step, err error) {
	found := 0
	if err := t.k.Call(false, func() error { found = t.things[id]; return nil }); err != nil {
		return 0, err
	}
	switch t.flaw {
	case "never looks":
		found = 0
	case "does not wait for what it sent":
		s.Sent = time.Time{}
	}
	return outbound.Next(s.Sent, found, t.k.Now()), nil
}

func (t *toy) settle(ctx context.Context, id int, s state) error {
	if t.request.DryRun {
		return nil
	}
	return t.write(ctx, put(strconv.Itoa(id), s))
}

// making is one request that creates things.
type making struct {
	*toy
	left []int // what is to be looked for later
}

func (m *making) Intend(ctx context.Context, ids []int, i outbound.Intent) ([]int, error) {
	var ops []jobqueue.TableOp
	for _, id := range ids {
		ops = append(ops, put(strconv.Itoa(id), state{Sent: i.At}))
	}
	if m.flaw == "stores no intent" {
		return ids, nil
	}
	return ids, m.write(ctx, ops...)
}

func (m *making) Send(_ context.Context, ids []int) ([]outbound.Created[int], error) {
	of := func(ids []int) func() error {
		return func() error {
			for _, id := range ids {
				m.things[id]++
			}
			return nil
		}
	}
	err := m.k.Write(of(ids), of(ids[:len(ids)/2]))
	return slices.Repeat([]outbound.Created[int]{{}}, len(ids)), err
}

func (m *making) Withdraw(ctx context.Context, ids []int) error {
	return m.each(ctx, ids, state{})
}

func (m *making) each(ctx context.Context, ids []int, s state) error {
	for _, id := range ids {
		if err := m.settle(ctx, id, s); err != nil {
			return err
		}
	}
	return nil
}

func (m *making) Answered(ctx context.Context, as []outbound.Answer[int, int]) error {
	for _, a := range as {
		var err error
		switch a.Verdict {
		case outbound.Made:
			m.counts.Created++
			err = m.settle(ctx, a.Item, state{Done: true})
		case outbound.Lost, outbound.Taken:
			m.left = append(m.left, a.Item)
			if m.flaw == "takes a lost answer for a refusal" {
				err = m.settle(ctx, a.Item, state{})
			}
		case outbound.Unsent, outbound.Refused:
			err = m.settle(ctx, a.Item, state{})
			if outbound.Kind(a.Err) != fault.Throttled {
				m.left = append(m.left, a.Item)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

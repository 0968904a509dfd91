package jobqueuetest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/table"
)

var wholeDay = flag.Bool("day", false, "measure at full size: a day of 1,000 shops, 200 first imports on 100 slots")

// What takes time here, on the clock of the bubble.
const (
	tableCall   = 5 * time.Millisecond
	emptyRun    = 400 * time.Millisecond // most runs find nothing
	busyRun     = 6 * time.Second        // one in five
	longRun     = 30 * time.Minute       // one in 500, in slices
	longStep    = 5 * time.Second
	firesWithin = 60 * time.Second // after a schedule's time: Scheduler's precision
)

// chance is a number from 0 to n-1 that follows from what it is for.
func chance(n uint64, parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, parts...)
	x := h.Sum64()
	x ^= x >> 29 // its low bits alone depend on little
	return x % n
}

// cloud is a job queue as it is deployed, on the clock of a synctest bubble: the
// real store, dispatchers and sweep over contracts that answer late. Slots
// functions at most handle messages at the same time, each of them for itself.
type cloud struct {
	tb    testing.TB
	queue *memory.Queue
	book  *memory.Schedules
	d     *dispatch.Dispatcher
	work  sync.WaitGroup

	mu       sync.Mutex
	inside   map[string]bool // groups with a slice at work
	overlaps int
	errs     []error
}

func newCloud(tb testing.TB, regs ...jobqueue.Registration) *cloud {
	tb.Helper()
	c := &cloud{tb: tb, queue: memory.NewQueue(time.Now), inside: map[string]bool{}}
	c.book = memory.NewSchedules(time.Now, &firing{Queue: c.queue, work: &c.work})
	log := slog.New(slog.DiscardHandler)
	tasks := jobqueue.NewRegistry(regs...)
	store := jobstore.New(distant{memory.NewTable(time.Now)}, time.Now)
	c.d = dispatch.New(jobs.New(store, tasks, turns{c.queue, make(chan struct{}, 1)}, c.book, log), c.alone(mortal{dispatch.NewExecutor(tasks, store, log)}))
	return c
}

// functions handles messages in slots functions that know nothing of each other.
func (c *cloud) functions(ctx context.Context, slots int) {
	for range slots {
		c.work.Go(func() {
			for ctx.Err() == nil {
				if _, err := c.d.Next(ctx, 20*time.Second); err != nil && ctx.Err() == nil {
					c.mu.Lock()
					c.errs = append(c.errs, err)
					c.mu.Unlock()
				}
			}
		})
	}
}

// drained waits until the queue is empty.
func (c *cloud) drained(within time.Duration) {
	c.tb.Helper()
	for end := time.Now().Add(within); c.queue.Len() > 0; time.Sleep(time.Minute) {
		if time.Now().After(end) {
			c.tb.Fatalf("%d messages are still there %v after the last trigger", c.queue.Len(), within)
		}
	}
}

// check fails the test for what must never happen.
func (c *cloud) check() {
	c.tb.Helper()
	if c.overlaps > 0 {
		c.tb.Errorf("%d slices ran beside another of their category", c.overlaps)
	}
	if len(c.errs) > 0 {
		c.tb.Errorf("%d messages were not handled, the first one: %v", len(c.errs), c.errs[0])
	}
}

// distant is a table whose every call takes its time.
type distant struct{ table.Table }

func (t distant) Get(ctx context.Context, k table.Key) (table.Item, error) {
	time.Sleep(tableCall)
	return t.Table.Get(ctx, k)
}

func (t distant) Query(ctx context.Context, q table.Query) (table.Page, error) {
	time.Sleep(tableCall)
	return t.Table.Query(ctx, q)
}

func (t distant) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	time.Sleep(tableCall)
	return t.Table.Index(ctx, q)
}

func (t distant) Write(ctx context.Context, ops ...table.Op) error {
	time.Sleep(tableCall)
	return t.Table.Write(ctx, ops...)
}

// turns lets one function at a time wait for a message: a hundred that wake
// at whatever happens on the queue would do nothing else.
type turns struct {
	*memory.Queue
	turn chan struct{}
}

func (q turns) Receive(ctx context.Context, n int, visibility, wait time.Duration) ([]queue.Message, error) {
	select {
	case q.turn <- struct{}{}:
		defer func() { <-q.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return q.Queue.Receive(ctx, n, visibility, wait)
}

// firing is the queue as schedules see it: a firing arrives within a minute,
// and one in 500 a second time, when the queue has forgotten the first.
type firing struct {
	queue.Queue
	work *sync.WaitGroup
}

func (f *firing) Send(ctx context.Context, group, dedup string, body []byte) error {
	f.work.Go(func() {
		time.Sleep(time.Duration(chance(uint64(firesWithin), "fires", string(body))))
		_ = f.Queue.Send(ctx, group, dedup, body)
		if chance(500, "twice", string(body)) == 0 {
			time.Sleep(queue.DedupWindow + time.Minute)
			_ = f.Queue.Send(ctx, group, dedup, body)
		}
	})
	return nil
}

var errKilled = errors.New("killed")

// mortal loses one slice in 2,000: half of those die before they did anything,
// of the others only the answer is lost.
type mortal struct{ jobqueue.Invoker }

func (m mortal) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	switch chance(4000, r.Run, r.Lease.Fence) {
	case 0:
		return jobqueue.Result{}, errKilled
	case 1:
		if _, err := m.Invoker.Invoke(ctx, r); err != nil {
			return jobqueue.Result{}, err
		}
		return jobqueue.Result{}, errKilled
	}
	return m.Invoker.Invoke(ctx, r)
}

// alone counts slices that meet another one of their category.
func (c *cloud) alone(next jobqueue.Invoker) jobqueue.Invoker {
	return invoker(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		group := r.Lease.Scope + "#" + r.Lease.Category
		c.mu.Lock()
		if c.inside[group] {
			c.overlaps++
		}
		c.inside[group] = true
		c.mu.Unlock()
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.inside, group)
		}()
		return next.Invoke(ctx, r)
	})
}

type invoker func(context.Context, jobqueue.Request) (jobqueue.Result, error)

func (f invoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	return f(ctx, r)
}

// steps is a task's slice: steps of work until all is done or the slice is
// over. It uses all of its slice, more than real tasks do. The checkpoint is
// the work done so far.
func steps(ctx context.Context, r jobqueue.Request, all time.Duration, step func(did time.Duration) time.Duration) (jobqueue.Result, error) {
	var did time.Duration
	if r.Checkpoint != nil {
		if err := json.Unmarshal(r.Checkpoint, &did); err != nil {
			return jobqueue.Result{}, err
		}
	}
	for n := 0; did < all; n++ {
		one := min(step(did), all-did)
		if n > 0 && time.Now().Add(one).After(r.Deadline) {
			return jobqueue.Result{Checkpoint: checkpoint(did), Counts: jobqueue.Counts{Created: n}}, nil
		}
		t := time.NewTimer(one)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return jobqueue.Result{}, ctx.Err()
		}
		did += one
	}
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
}

// usual is the work of a run on an ordinary day.
func usual(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	switch n := chance(1000, "work", r.Run); {
	case n < 2:
		return steps(ctx, r, longRun, func(time.Duration) time.Duration { return longStep })
	case n < 202:
		return steps(ctx, r, busyRun, func(time.Duration) time.Duration { return busyRun })
	}
	time.Sleep(emptyRun)
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 1, Unchanged: 1}}, nil
}

// started is a run of a slot whose first slice has started.
type started struct {
	slot, claimed, at time.Time
	coalesced         int // as the run says
}

// diary is what a day's runs were.
type diary struct {
	mu   sync.Mutex
	runs map[[2]string][]started // by shop and entry
}

func (y *diary) started(r jobqueue.Run) {
	if r.Slice != 1 || r.Starts != 1 {
		return
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	k := [2]string{r.Shop, r.Entry}
	y.runs[k] = append(y.runs[k], started{r.Scheduled, r.Started, time.Now(), r.Coalesced})
}

// account is what became of an entry's slots.
type account struct{ slots, runs, coalesced, told, lost, doubled int }

func (a account) add(b account) account {
	return account{a.slots + b.slots, a.runs + b.runs, a.coalesced + b.coalesced, a.told + b.told, a.lost + b.lost, a.doubled + b.doubled}
}

// settle compares an entry's runs with the slots of its rule: first, first+every
// and so on, up to end. A slot is coalesced when a run of an earlier slot
// started after it; a run of a later one leaves it lost. The last run may stand
// for slots after the end.
func settle(runs []started, first, end time.Time, every time.Duration) (a account) {
	slices.SortStableFunc(runs, func(x, y started) int { return x.claimed.Compare(y.claimed) })
	fate := map[time.Time]int{} // runs by slot
	for _, r := range runs {
		a.runs++
		a.told += r.coalesced
		fate[r.slot.UTC()]++
	}
	last := end
	if n := len(runs); n > 0 && runs[n-1].claimed.After(end) {
		last = runs[n-1].claimed
	}
	for at := first.UTC(); !at.After(last); at = at.Add(every) {
		a.slots++
		n := fate[at]
		delete(fate, at)
		i := slices.IndexFunc(runs, func(r started) bool { return r.slot.Before(at) && !r.claimed.Before(at) })
		switch {
		case n > 1 || n == 1 && i >= 0:
			a.doubled++
		case n == 0 && i >= 0:
			a.coalesced++
		case n == 0:
			a.lost++
		}
	}
	a.doubled += len(fate) // runs of what is no slot
	return a
}

// TestDay lets shops with eight entries each live through 24 hours: two entries
// every 15 minutes, three every 30, three every 60, 17 runs an hour; their
// anchors are spread over the hour, those of one shop are the same. At full size
// there are three hours more in which all shops' slots are on the full hour.
//
// Service times: of the runs 79.8 % find nothing and take 0.4 s, 20 % take 6 s,
// 0.2 % half an hour in steps of 5 s, done in slices. A call of the table takes
// 5 ms. A schedule fires up to 60 s late, evenly spread, as Scheduler does, and
// one firing in 500 comes twice, six minutes apart. One slice in 2,000 is
// killed or its answer lost. Sweeps come every 15 minutes.
//
// Lateness is from the slot to the start of the first slice, the wait that part
// of it which begins with the firing. Nothing may be lost, run twice or overlap.
func TestDay(t *testing.T) {
	rows := []day{{name: "day", shops: 12, slots: 3, length: 24 * time.Hour, anchor: anchorOf}}
	if *wholeDay {
		rows[0].shops, rows[0].slots = 1000, 100
		rows = append(rows, day{name: "full_hour", shops: 1000, slots: 100, length: 3 * time.Hour, anchor: func(string) time.Duration { return time.Hour }})
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { synctest.Test(t, row.run) })
	}
}

type day struct {
	name         string
	shops, slots int
	length       time.Duration
	anchor       func(shop string) time.Duration // after the day's beginning
}

// mix are the entries of a shop: 17 runs an hour.
var mix = []struct {
	name, category string
	every          time.Duration
}{
	{"sync-orders", "orders", 15 * time.Minute},
	{"process-orders", "orders", 15 * time.Minute},
	{"sync-shipments", "orders", 30 * time.Minute},
	{"sync-products", "products", 30 * time.Minute},
	{"sync-images", "products", time.Hour},
	{"sync-inventory", "inventory", 30 * time.Minute},
	{"sync-customers", "customers", time.Hour},
	{"sync-payments", "payments", time.Hour},
}

func (y day) run(t *testing.T) {
	var regs []jobqueue.Registration
	for _, e := range mix {
		regs = append(regs, every(task(e.name, e.category, usual), e.every))
	}
	c := newCloud(t, regs...)
	had := &diary{runs: map[[2]string][]started{}}
	c.d.OnStart = had.started
	begin := time.Now().Add(time.Hour) // when all shops are there
	end := begin.Add(y.length)
	var codes sweep.ShopList
	for i := range y.shops {
		code := fmt.Sprintf("shop%d", i)
		codes = append(codes, code)
		if err := c.d.Jobs.Ensure(t.Context(), code, code, begin.Add(y.anchor(code))); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	c.functions(ctx, y.slots)
	var swept sweep.Swept
	var heap uint64
	sweeper := sweep.New(c.d, codes)
	sweeper.Parallel = 16
	for at := begin.Add(time.Minute); !at.After(end); at = at.Add(time.Minute) {
		time.Sleep(time.Until(at))
		if _, err := c.book.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		if at.Sub(begin)%(15*time.Minute) != 0 {
			continue
		}
		s, err := sweeper.Sweep(ctx)
		if err != nil {
			t.Fatal(err)
		}
		swept = swept.Add(s)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = max(heap, m.HeapAlloc)
	}
	time.Sleep(10 * time.Minute) // for the last firings, the second ones too
	c.drained(6 * time.Hour)
	stop()
	c.work.Wait()
	c.check()

	var total account
	var lateness, wait []time.Duration
	for _, code := range codes {
		for _, e := range mix {
			runs := had.runs[[2]string{code, e.name}]
			total = total.add(settle(runs, begin.Add(y.anchor(code)), end, e.every))
			for _, r := range runs {
				lateness = append(lateness, r.at.Sub(r.slot))
				wait = append(wait, r.at.Sub(r.slot.Add(firedAfter(code, e.name, r.slot))))
			}
		}
	}
	t.Logf("%+v, swept %+v", total, swept)
	if total.lost > 0 || total.doubled > 0 {
		t.Errorf("%d slots lost, %d doubled", total.lost, total.doubled)
	}
	if total.told != total.coalesced {
		t.Errorf("runs say that they stand for %d further slots, they do for %d", total.told, total.coalesced)
	}
	if total.runs == 0 || total.runs+total.coalesced != total.slots {
		t.Errorf("%d runs and %d coalesced slots, of %d slots", total.runs, total.coalesced, total.slots)
	}
	if !*wholeDay {
		return
	}
	show := func(name, format string, value any) { fmt.Printf(y.name+"_"+name+" "+format+"\n", value) }
	show("lateness_p50_s", "%.1f s", quantile(lateness, 0.5).Seconds())
	show("lateness_p99_s", "%.1f s", quantile(lateness, 0.99).Seconds())
	show("wait_p50_s", "%.2f s", quantile(wait, 0.5).Seconds())
	show("wait_p99_s", "%.1f s", quantile(wait, 0.99).Seconds())
	show("wait_max_s", "%.0f s", slices.Max(wait).Seconds())
	show("runs", "%d runs", total.runs)
	show("coalesced", "%d slots", total.coalesced)
	show("lost", "%d slots", total.lost)
	show("doubled", "%d slots", total.doubled)
	show("heap_peak_mb", "%d MB", heap>>20)
}

// anchorOf spreads shops over the hour, as the times at which they came do.
func anchorOf(shop string) time.Duration {
	return time.Minute * time.Duration(1+chance(60, "anchor", shop))
}

// firedAfter is how late the firing of a slot is, see [firing].
func firedAfter(shop, entry string, slot time.Time) time.Duration {
	body := fmt.Sprintf(`{"v":1,"shop":%q,"entry":%q,"trigger":"schedule","at":%q}`, shop, entry, slot.UTC().Format(time.RFC3339))
	return time.Duration(chance(uint64(firesWithin), "fires", body))
}

// quantile is the q-th of the values, 0 < q ≤ 1; it sorts them.
func quantile[T cmp.Ordered](values []T, q float64) T {
	if len(values) == 0 {
		var none T
		return none
	}
	slices.Sort(values)
	return values[min(int(q*float64(len(values))), len(values)-1)]
}

// The accounts of a day are only as good as this.
func TestSettle(t *testing.T) {
	first := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return first.Add(time.Duration(minutes) * time.Minute) }
	run := func(slot, start, coalesced int) started {
		return started{slot: at(slot), claimed: at(start), at: at(start), coalesced: coalesced}
	}
	tests := []struct {
		name string
		runs []started
		want account
	}{
		{"each slot has its run", []started{run(0, 0, 0), run(10, 11, 0), run(20, 29, 0)}, account{slots: 3, runs: 3}},
		{"a late run stands for the next slots", []started{run(0, 20, 2)}, account{slots: 3, runs: 1, coalesced: 2, told: 2}},
		{"the last one stands for a slot after the end", []started{run(0, 0, 0), run(10, 31, 2)}, account{slots: 4, runs: 2, coalesced: 2, told: 2}},
		{"a run of a later slot stands for none before", []started{run(0, 0, 0), run(20, 20, 0)}, account{slots: 3, runs: 2, lost: 1}},
		{"nothing ran", nil, account{slots: 3, lost: 3}},
		{"a slot ran twice", []started{run(0, 0, 0), run(0, 5, 0), run(10, 10, 0), run(20, 20, 0)}, account{slots: 3, runs: 4, doubled: 1}},
		{"a slot ran that another run stood for", []started{run(0, 10, 1), run(10, 12, 0), run(20, 20, 0)}, account{slots: 3, runs: 3, told: 1, doubled: 1}},
		{"a run of no slot", []started{run(0, 0, 0), run(5, 5, 0), run(10, 10, 0), run(20, 20, 0)}, account{slots: 3, runs: 4, doubled: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := settle(tt.runs, first, at(20), 10*time.Minute); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

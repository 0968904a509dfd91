package jobqueuetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/recurrence"
	"backroom/shared/table"
)

// event is something that is done to the world: a fault or a person's action.
type event struct {
	at   time.Duration
	kind string
	who  string // class of process, or entry
}

func (e event) String() string {
	return fmt.Sprintf("%-9s %s %s", e.at.Round(time.Second), e.kind, e.who)
}

var simFaults = []event{
	{kind: "write-before", who: "dispatcher"},
	{kind: "write-before", who: "task"},
	{kind: "write-unknown", who: "dispatcher"},
	{kind: "write-unknown", who: "task"},
	{kind: "write-after", who: "dispatcher"},
	{kind: "write-after", who: "task"},
	{kind: "write-after", who: "user"},
	{kind: "write-late", who: "dispatcher"},
	{kind: "write-late", who: "task"},
	{kind: "write-late", who: "user"},
	{kind: "write-after", who: "sweeper"},
	{kind: "crash-before", who: "dispatcher"},
	{kind: "crash-after", who: "dispatcher"},
	{kind: "crash-before", who: "task"},
	{kind: "crash-after", who: "task"},
	{kind: "crash-after", who: "user"},
	{kind: "crash-before", who: "sweeper"},
	{kind: "pause", who: "task"},
	{kind: "displace"},
	{kind: "pause", who: "dispatcher"},
	{kind: "visible", who: "dispatcher"},
	{kind: "visible", who: "dispatcher"},
	{kind: "stall", who: "dispatcher"},
	{kind: "stall", who: "dispatcher"},
	{kind: "stall", who: "sweeper"},
	{kind: "stall-retry", who: "dispatcher"},
	{kind: "stall-retry", who: "dispatcher"},
	{kind: "send-lost", who: "user"},
	{kind: "send-lost", who: "dispatcher"},
	{kind: "send-unknown", who: "user"},
	{kind: "tick-twice"},
	{kind: "tick-twice"},
	{kind: "tick-late"},
	{kind: "schedule-gone"},
	{kind: "arm-fails", who: "dispatcher"},
	{kind: "read-fails", who: "dispatcher"},
	{kind: "read-fails", who: "task"},
	{kind: "throttle"},
	{kind: "throttle"},
	{kind: "lost-message"},
	{kind: "doomed"},
	{kind: "deaf"},
	{kind: "abandon"},
	{kind: "late-end", who: "task"},
	{kind: "cancelled-start", who: "dispatcher"},
	{kind: "released-skip", who: "dispatcher"},
	{kind: "held-start", who: "dispatcher"},
	{kind: "box"},
	{kind: "box"},
}

const simShops = 3

// plan is what is done to the world of a seed.
func plan(seed uint64) []event {
	rng := newRand(seed, 1)
	var out []event
	at := func() time.Duration { return time.Duration(rng.Int64N(int64(simHours - 10*time.Minute))) }
	for range 46 {
		f := simFaults[rng.IntN(len(simFaults))]
		f.at = at()
		out = append(out, f)
	}
	for range 75 {
		id := simTasks[rng.IntN(len(simTasks))]
		if rng.IntN(6) == 0 {
			id = "once-" + id
		}
		out = append(out, event{at: at(), kind: simActions[rng.IntN(len(simActions))], who: fmt.Sprintf("shop%d/%s", 1+rng.IntN(simShops), id)})
	}
	return out
}

var simTasks = []string{"import", "process", "stock", "report"}

// newWorld makes the world of a seed, in which only the events happen.
func newWorld(ctx context.Context, seed uint64, events []event) *world {
	w := &world{
		ctx: ctx, seed: seed, rng: newRand(seed, 2), now: simStart, back: make(chan struct{}),
		doomed: map[string]time.Time{}, deaf: map[string]time.Time{}, did: map[string]int{},
	}
	w.lostAfter = time.Duration(8+w.rng.IntN(60)) * time.Minute
	w.echo, w.single = w.chance(20), w.chance(25)
	w.watch = newWatch(w)
	clock := func() time.Time { return w.now }
	w.table = memory.NewTable(clock)
	w.table.IndexLag = time.Duration(w.rng.IntN(3)) * time.Second
	w.queue = memory.NewQueue(clock)
	w.schedules = memory.NewSchedules(clock, clockQueue{w.queue, w})
	reg := func(name, category string) jobqueue.Registration {
		return jobqueue.Registration{Name: name, Task: jobqueue.TaskFunc(nil), Default: jobqueue.Entry{Category: category}}
	}
	w.tasks = jobqueue.NewRegistry(reg("import", "orders"), reg("process", "orders"), reg("stock", "stock"), reg("report", "misc"))
	w.settle()
	for _, e := range events {
		w.after(e.at, func() { w.happen(e) })
	}
	for i := range 3 {
		w.dispatcher(i)
	}
	w.sweeper("sweeper1", time.Minute)
	w.sweeper("sweeper2", 7*time.Minute)
	w.clock()
	return w
}

// settle gives the shops their entries: two shops share a company, and so the
// categories of its scope.
func (w *world) settle() {
	d := w.machine(&proc{w: w, name: "setup", dead: false})
	d.Jobs.Store.Table, d.Jobs.Queue, d.Jobs.Schedules = w.table, w.queue, w.schedules
	for i := range simShops {
		shop := fmt.Sprintf("shop%d", i+1)
		scope := shop
		if i < 2 {
			scope = "company"
		}
		for j, task := range simTasks {
			reg, _ := w.tasks.Get(task)
			e := jobqueue.Entry{
				Shop: shop, ID: task, Made: "settled", Task: task, Scope: scope, Category: reg.Default.Category, Status: jobqueue.Ready,
				Priority: []jobqueue.Priority{jobqueue.Low, jobqueue.Normal, jobqueue.High}[w.rng.IntN(3)], MaxAttempts: 1 + w.rng.IntN(4), RerunDelay: time.Duration(30+w.rng.IntN(90)) * time.Second, Resume: w.chance(70),
			}
			e.Rule = recurrence.Rule{
				Every:         time.Duration([]int{12, 15, 20, 30}[w.rng.IntN(4)]) * time.Minute,
				EarliestStart: simStart.Add(time.Duration(1+w.rng.IntN(9)) * time.Minute),
			}
			if j == 3 {
				switch w.rng.IntN(3) {
				case 0:
					e.Drifting = true
				case 1:
					e.IdleLimit = time.Hour
				}
			}
			if err := d.Jobs.Store.SaveEntry(w.ctx, e); err != nil {
				panic(err)
			}
			e.Version = 1
			w.watch.entries[shop+"/"+task] = e
			w.entries = append(w.entries, e)
			if err := d.Jobs.Arm(w.ctx, e, jobqueue.History{}); err != nil {
				panic(err)
			}
		}
	}
}

// store is the store as a process sees it.
func (w *world) store(p *proc) *jobstore.Store {
	s := jobstore.New(simTable{p}, p.now)
	s.Skew = 10 * time.Second
	if w.single {
		s.Skew = 0
	}
	return s
}

// machine is a dispatcher of the process's own, on its view of the world.
func (w *world) machine(p *proc) *dispatch.Dispatcher {
	log := slog.New(slog.DiscardHandler)
	store := w.store(p)
	jobs := jobs.New(store, w.tasks, simQueue{p}, simSchedules{p}, log)
	jobs.Random = w.rng.Int64N
	d := dispatch.New(jobs, simInvoker{p})
	d.SliceTime = 3 * time.Minute
	return d
}

// dispatcher works on the queue until it dies; then another takes its place.
func (w *world) dispatcher(i int) {
	w.spawn("dispatcher", fmt.Sprintf("dispatcher%d", i), func(p *proc) {
		d := w.machine(p)
		for w.down && !p.dead {
			p.sleep(time.Second)
		}
		for !p.dead {
			some, err := d.Next(w.ctx, 0)
			if err != nil && !p.dead {
				w.note("%s: %v", p.name, err)
			}
			if !some && !p.dead {
				p.sleep(w.between(time.Second, 20*time.Second))
			}
		}
		w.after(w.between(time.Second, time.Minute), func() { w.dispatcher(i) })
	})
}

func (w *world) sweeper(name string, every time.Duration) {
	w.spawn("sweeper", name, func(p *proc) {
		d := w.machine(p)
		s := sweep.New(d, sweep.ShopList{"shop1", "shop2", "shop3"})
		s.LostAfter = w.lostAfter
		for !p.dead {
			p.sleep(w.between(every*5/6, every*7/6))
			if p.dead {
				break
			}
			if w.down {
				continue
			}
			swept, err := s.Sweep(w.ctx)
			if swept.Mended() > 0 || err != nil {
				w.note("%s: %s %v", name, simText(swept), err)
			}
			w.watch.swept = w.watch.swept.Add(swept)
		}
		w.after(time.Minute, func() { w.sweeper(name, every) })
	})
}

// clock fires the schedules, within a minute after their times.
func (w *world) clock() {
	w.spawn("clock", "clock", func(p *proc) {
		for !p.dead {
			p.sleep(w.between(5*time.Second, 40*time.Second))
			if p.dead {
				return
			}
			if w.fault(p, "tick-late") != "" {
				w.trouble = latest(w.trouble, w.now.Add(10*time.Minute))
				p.sleep(w.between(time.Minute, 10*time.Minute))
				continue
			}
			if _, err := w.schedules.Tick(w.ctx); err != nil {
				panic(err)
			}
			w.watch.minute()
			w.watch.progress()
		}
	})
}

// happen does an event.
func (w *world) happen(e event) {
	if w.calm {
		return
	}
	switch e.kind {
	case "pause":
		for _, p := range w.procs {
			if p.class == e.who && (p.receipt != "" || p.group != "") && p.paused.Before(w.now) {
				p.paused = w.now.Add(w.between(time.Minute, 12*time.Minute))
				w.strike(p.paused.Sub(w.now))
				w.note("FAULT %s pauses until %s", p.name, p.paused.Sub(simStart))
				return
			}
		}
	case "schedule-gone":
		en := w.entries[w.rng.IntN(len(w.entries))]
		w.strike(0)
		w.note("FAULT schedule of %s/%s is gone", en.Shop, en.ID)
		if err := w.schedules.Delete(w.ctx, en.ScheduleName()); err != nil {
			panic(err)
		}
	case "lost-message":
		if ms, err := w.queue.Receive(w.ctx, 1, jobqueue.HoldTime, 0); err == nil && len(ms) > 0 {
			w.strike(0)
			w.note("FAULT message lost: %s", ms[0].Body)
			w.watch.purged[string(ms[0].Body)] = true
			if err := w.queue.Delete(w.ctx, ms[0].Receipt); err != nil {
				panic(err)
			}
		}
	case "doomed":
		en := w.entries[w.rng.IntN(len(w.entries))]
		w.strike(0)
		w.note("FAULT slices of %s/%s die", en.Shop, en.ID)
		w.doomed[en.Shop+"/"+en.ID] = w.now.Add(w.between(5*time.Minute, 30*time.Minute))
	case "deaf":
		en := w.entries[w.rng.IntN(len(w.entries))]
		w.strike(0)
		w.deafen(en.Group(), w.between(time.Minute, 20*time.Minute))
	case "abandon":
		w.abandon(60)
	case "displace":
		w.displace(60)
	case "box":
		if w.single && !w.down {
			w.box()
		}
	default:
		if !slices.Contains(simActions, e.kind) {
			w.armed = append(w.armed, e)
			return
		}
		if w.down {
			return // nobody answers
		}
		w.spawn("user", "user:"+e.kind, func(p *proc) { w.act(p, e) })
		if e.kind == "run-twice" {
			w.spawn("user", "user:run", func(p *proc) { w.act(p, e) })
		}
	}
}

// simInvoker runs a slice as a process of its own, and keeps the message hidden.
type simInvoker struct{ p *proc }

func (i simInvoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	p, w := i.p, i.p.w
	if err := p.point(); err != nil {
		return jobqueue.Result{}, err
	}
	if w.fault(p, "throttle") != "" {
		return jobqueue.Result{}, &fault.Error{Op: "sim", Kind: fault.Throttled, Err: errSimFault}
	}
	var res jobqueue.Result
	var err error
	answered := false
	task := w.spawn("task", fmt.Sprintf("task:%s/%s#%d", r.Shop, r.Entry, r.Slice), func(t *proc) {
		t.group, t.by = r.Lease.Scope+"#"+r.Lease.Category, p
		w.watch.starts(p, t, r)
		res, err = w.slice(t, r)
		answered = !t.dead
		t.group = ""
		if !p.done {
			p.wake = w.now.Add(time.Duration(w.rng.IntN(1000)) * time.Millisecond)
		}
	})
	q := simQueue{p}
	extend := w.now.Add(jobqueue.RenewEvery)
	for !task.done && !task.dead {
		p.sleep(extend.Sub(w.now))
		if p.dead {
			return jobqueue.Result{}, errSimDead
		}
		if !w.now.Before(extend) {
			extend = w.now.Add(jobqueue.RenewEvery)
			if err := q.Extend(ctx, p.receipt, jobqueue.HoldTime); err != nil {
				w.note("%s: %v", p.name, err)
			}
		}
	}
	if !answered {
		return jobqueue.Result{}, errSimFault
	}
	return res, err
}

var errSimCancelled = errors.New("cancelled")

// slice is the executor's protocol around a slice by chance: renewals while it
// works, its outcome durable before it is answered.
func (w *world) slice(t *proc, r jobqueue.Request) (jobqueue.Result, error) {
	store := w.store(t)
	t.renewed = r.Lease.Until.Add(-jobqueue.LeaseTime)
	res, err := guarded(func() (jobqueue.Result, error) { return w.work(t, store, r) })
	if t.dead {
		return jobqueue.Result{}, errSimDead
	}
	if errors.Is(err, jobqueue.ErrFenced) {
		return jobqueue.Result{}, err
	}
	if errors.Is(err, errSimCancelled) {
		err = &fault.Error{Op: r.Task, Kind: fault.Rejected, Code: dispatch.CodeCancelled, Err: errors.New("the run was cancelled")}
	}
	res, saveErr := store.EndSlice(w.ctx, r, res, err)
	if saveErr != nil {
		return jobqueue.Result{}, saveErr
	}
	return res, err
}

// work is what a task does: pages under its lease, with an end by chance.
func (w *world) work(t *proc, store *jobstore.Store, r jobqueue.Request) (jobqueue.Result, error) {
	var done struct {
		Pages int `json:"pages"`
	}
	if len(r.Checkpoint) > 0 {
		if err := json.Unmarshal(r.Checkpoint, &done); err != nil {
			return jobqueue.Result{}, err
		}
	}
	if until, ok := w.doomed[r.Shop+"/"+r.Entry]; ok && w.now.Before(until) && !w.calm {
		t.die()
		return jobqueue.Result{}, errSimDead
	}
	echo := w.echo && (r.Entry == "import" || r.Entry == "process")
	empty := w.chance(40) && !echo
	next := t.w.now.Add(jobqueue.RenewEvery)
	counts := jobqueue.Counts{Read: 1}
	for range 1 + w.rng.IntN(4) {
		for end := w.now.Add(w.between(time.Second, 25*time.Second)); w.now.Before(end); {
			t.sleep(min(end.Sub(w.now), max(next.Sub(w.now), 0)))
			if t.dead {
				return jobqueue.Result{}, errSimDead
			}
			if w.now.Before(next) {
				continue
			}
			next = w.now.Add(jobqueue.RenewEvery)
			asked := w.steps
			l, cancelled, err := store.Renew(w.ctx, r.Lease)
			switch {
			case errors.Is(err, jobqueue.ErrFenced):
				return jobqueue.Result{}, err
			case cancelled:
				return jobqueue.Result{}, errSimCancelled
			case err == nil:
				t.renewed = l.Until.Add(-jobqueue.LeaseTime)
				w.watch.renewed(t, r, asked)
			}
		}
		if empty {
			continue
		}
		done.Pages++
		counts.Created++
		body := fmt.Appendf(nil, `{"fence":%d,"run":%q,"pages":%d}`, r.Lease.Fence, r.Run, done.Pages)
		op := table.Put(table.Item{Key: table.Key{PK: "SCOPE#" + r.Lease.Scope, SK: "DATA#" + r.Lease.Category}, Data: body}, table.Always)
		if err := store.Write(w.ctx, r.Lease, op); err != nil {
			if errors.Is(err, jobqueue.ErrFenced) || t.dead {
				return jobqueue.Result{}, err
			}
			return jobqueue.Result{}, &fault.Error{Op: "sim", Kind: fault.Transient, Err: err}
		}
	}
	check, err := json.Marshal(done)
	if err != nil {
		return jobqueue.Result{}, err
	}
	if w.calm {
		return jobqueue.Result{Done: true, Counts: counts}, nil
	}
	switch n := w.rng.IntN(100); {
	case empty:
		return jobqueue.Result{Done: true, Counts: counts}, nil
	case n < 25:
		return jobqueue.Result{Checkpoint: check, Counts: counts}, nil
	case n < 35:
		return jobqueue.Result{Checkpoint: check}, &fault.Error{Op: "sim", Kind: fault.Throttled, RetryAfter: w.between(0, 4*time.Minute), Err: errSimFault}
	case n < 47:
		return jobqueue.Result{}, &fault.Error{Op: "sim", Kind: fault.Transient, Err: errSimFault}
	case n < 49:
		return jobqueue.Result{}, &fault.Error{Op: "sim", Kind: fault.Rejected, Err: errSimFault}
	case n < 51:
		panic("sim: a record that nobody thought of")
	case n < 53:
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 1, Failed: 1, SystemFailed: 1}}, nil
	case n < 56:
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 1, Failed: 1}}, nil
	case n < 58:
		return jobqueue.Result{Checkpoint: json.RawMessage(fmt.Sprintf(`{"pages":%d,"fill":%q}`, done.Pages, make([]byte, 8<<10))), Counts: counts}, nil
	case (n < 85 || echo) && r.Entry == "import":
		return jobqueue.Result{Done: true, Counts: counts, FollowUps: []string{"process"}}, nil
	case (n < 85 || echo) && r.Entry == "process":
		return jobqueue.Result{Done: true, Counts: counts, FollowUps: []string{"import"}}, nil
	}
	return jobqueue.Result{Done: true, Counts: counts}, nil
}

// mustGroup is the group of an entry.
func mustGroup(ctx context.Context, s *jobstore.Store, shop, id string) string {
	e, err := s.Entry(ctx, shop, id)
	if err != nil {
		return "SHOP." + shop
	}
	return e.Group()
}

package alarmsim_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"backroom/infra/alarmsim"
	"backroom/infra/plan"
	"backroom/shared/awsfault/awswire"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/memory"
	"backroom/shared/sqs"
	"backroom/shared/table"
	"backroom/shared/testclock"
	"backroom/shared/wiring"
)

const stageName = "prod"

// midnight is when each scenario's stage has been made.
var midnight = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// world is a stage whose functions run in this process, under their roles, over
// virtual hours, and what it publishes. Its shops that are well stand for more
// of their kind; tasks do as the scenario says.
type world struct {
	*testclock.Clock
	tb      testing.TB
	names   names
	rec     *alarmsim.Recording
	account *lambdafntest.Account
	refused map[string]bool // what roles did not allow of the table
	guards  map[string]*lambdafntest.Guard
	taken   map[string]bool // rights that the scenario took away

	fleet
	wells, ills []string
	anchors     []time.Time // of their imports
	registry    *jobqueue.Registry
	operator    *dispatch.Dispatcher
	dispatch    lambda.Handler
	sweeps      map[bool]lambda.Handler // of ill, and of those of well
	many        *sweep.Sweeper          // of a fleet whose well shops count more than once
	emitter     *lambdafn.Function      // the sweep's
	queues      []*alarmsim.Queue       // jobs, dead letters, dead schedules

	// does is what a run of a shop's task comes to.
	does func(r jobqueue.Request) (jobqueue.Result, error)
	faults
	first      time.Time // when the trouble was first to be seen
	rng        *rand.Rand
	fails      map[string]bool // shops of which a run failed
	share      float64         // of the shops that must fail before it is a trouble
	sliced     bool            // a slice was done that took a minute
	loses      bool            // messages of ill shops vanish, once a run has begun
	wroteBadly bool            // lines that are no metrics, because the scenario says so
	given      bool            // what was taken was given back
	trouble    time.Time       // when something kept messages waiting last
	waits      time.Duration   // for how long there are messages at each minute's end
	called     bool            // a task was called in this minute
	blocked    time.Duration   // the longest of these times, where nothing kept them waiting
}

// fleet is how many shops there are: those that are well, those that the scenario
// is about, and how many of its kind each of them stands for.
type fleet struct {
	well, wellEach, ill, illEach int
	every                        time.Duration // between their imports; 0: 10 minutes
}

func (f fleet) shops() int { return f.well*f.wellEach + f.ill*f.illEach }

// faults are what is out of order at the moment.
type faults struct {
	nothing       bool   // is there yet: no function is called
	noDelivery    bool   // the queue's mapping is disabled
	dispatchDies  bool   // at once
	dispatchHangs bool   // until its time-out
	noSchedules   bool   // firings do not reach the queue
	dropped       bool   // nor can they be set aside
	noSweep       bool   // nobody calls the sweep
	sweepDies     bool   // at once
	sweepHangs    bool   // until its time-out
	throttled     int    // reads and writes of the table, a minute
	index         string // of its index; "": of the table itself
	badLines      bool   // functions write lines that are no metrics
	noRoom        bool   // Lambda makes no more functions of tasks
	slow          bool   // every function ends ten seconds before its time-out
	loops         bool   // Lambda stops calls that it takes for a loop
	doubles       bool   // a third of what is sent is there already
	apiDies       bool   // at once
	kills         string // the function of a task that gets an ill shop
	deadLetters   int    // messages that were received a thousand times
	deadSchedules int    // firings that could not be delivered
	apiFails      int    // of 20 requests a minute
}

// stop reports whether faults keep messages waiting.
func (f faults) stop() bool { return f.noDelivery || f.dispatchDies || f.dispatchHangs || f.noRoom }

// names are those of the stage's resources.
type names struct{ table, api, jobs, dead, deadSchedules, group string }

func readStacks(tb testing.TB) *alarmsim.Stacks {
	tb.Helper()
	var parts [][]byte
	for _, part := range []string{"state", "compute"} {
		js, err := os.ReadFile(filepath.Join("..", "cdk", "testdata", stageName+"-"+part+".json"))
		if err != nil {
			tb.Fatal(err)
		}
		parts = append(parts, js)
	}
	s, err := alarmsim.Read(parts...)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func namesOf(tb testing.TB, s *alarmsim.Stacks) (n names) {
	tb.Helper()
	for _, r := range []struct {
		to          *string
		typ, ending string
	}{
		{&n.table, "AWS::DynamoDB::GlobalTable", ""},
		{&n.api, "AWS::ApiGatewayV2::Api", ""},
		{&n.group, "AWS::Scheduler::ScheduleGroup", ""},
		{&n.jobs, "AWS::SQS::Queue", "jobs.fifo"},
		{&n.dead, "AWS::SQS::Queue", "dead.fifo"},
		{&n.deadSchedules, "AWS::SQS::Queue", "dead-schedules"},
	} {
		name, err := s.Name(r.typ, r.ending)
		if err != nil && strings.HasSuffix(r.typ, "GlobalTable") {
			name, err = s.Name("AWS::DynamoDB::Table", r.ending)
		}
		if err != nil {
			tb.Fatal(err)
		}
		*r.to = name
	}
	return n
}

// log is a function's log group.
type log struct {
	w     *world
	group string
}

// Write takes one line. What a shop that stands for many says, many say.
func (l log) Write(line []byte) (int, error) {
	n := 1
	switch {
	case bytes.Contains(line, []byte(`"shop":"well-`)):
		n = l.w.wellEach
	case bytes.Contains(line, []byte(`"shop":"ill-`)):
		n = l.w.illEach
	}
	l.w.rec.Line(l.w.Now(), l.group, bytes.TrimSpace(line), n)
	return len(line), nil
}

// function makes a function of the stage, or the operator's, which may do all.
func (w *world) function(name string, items table.Table) *lambdafn.Function {
	w.tb.Helper()
	g := &lambdafntest.Guard{Role: name}
	t := roled{inner: items, w: w, role: name}
	if f, ok := plan.Deployed().Function(name); ok {
		g.Allows = rightsOf(f)
		t.allows, w.guards[name] = g.Allows, g
	}
	env := w.account.Environment()
	env["BACKROOM_STAGE"], env["BACKROOM_LOG"] = stageName, "warn"
	env["BACKROOM_EVERY"] = w.every.String()
	f, err := lambdafn.New(lambdafn.World{
		Lookup: lambdafntest.Lookup(env), AWS: g.Transport(w.account.Transport), Log: log{w, "/backroom/" + stageName + "/" + name},
		Now: w.Now, Wait: w.Wait, Retry: awswire.Config(nil).Retryer,
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	f.Table, f.Jobs.Table = t, t
	return f
}

// tasks are the registered tasks, each of which does as the scenario says.
func (w *world) tasks(o wiring.Options) wiring.Wired {
	wired := wiring.Tasks(o)
	var regs []jobqueue.Registration
	for _, reg := range wired.Tasks.All() {
		reg.Task = jobqueue.TaskFunc(func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) { return w.does(r) })
		regs = append(regs, reg)
	}
	wired.Tasks = jobqueue.NewRegistry(regs...)
	return wired
}

// succeeds is what a run comes to where nothing is wrong.
func succeeds(r jobqueue.Request) (jobqueue.Result, error) {
	res := jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1, Read: 3, Points: 20}}
	if r.Task == "sync-orders" && strings.HasPrefix(r.Shop, "ill-") {
		res.FollowUps = []string{"process-orders"}
	}
	return res, nil
}

// newWorld makes a stage with a fleet of shops.
func newWorld(tb testing.TB, fl fleet) *world {
	tb.Helper()
	fl.every = cmp.Or(fl.every, 10*time.Minute)
	w := &world{
		Clock: testclock.New(midnight), tb: tb, rec: alarmsim.NewRecording(), refused: map[string]bool{}, guards: map[string]*lambdafntest.Guard{},
		taken: map[string]bool{}, fails: map[string]bool{}, fleet: fl, rng: rand.New(rand.NewPCG(uint64(fl.shops()), 7)), does: succeeds, names: namesOf(tb, readStacks(tb)), sweeps: map[bool]lambda.Handler{},
	}
	w.account = lambdafntest.New(w.Now)
	items := memory.NewTable(w.Now)
	for _, q := range []string{w.names.jobs, w.names.dead, w.names.deadSchedules} {
		w.queues = append(w.queues, &alarmsim.Queue{Name: q})
	}
	for i := range fl.well {
		w.wells = append(w.wells, fmt.Sprintf("well-%d", i))
	}
	for i := range fl.ill {
		w.ills = append(w.ills, fmt.Sprintf("ill-%d", i))
	}
	o := w.function("operator", items)
	var err error
	w.registry = w.tasks(o.Options()).Tasks
	if w.operator, err = o.Dispatcher(w.registry); err != nil {
		tb.Fatal(err)
	}
	f := w.function("dispatch", items)
	d, err := f.Dispatcher(w.tasks(f.Options()).Tasks)
	if err != nil {
		tb.Fatal(err)
	}
	d.Jobs.Random = w.rng.Int64N
	w.dispatch = lambda.NewHandler((&sqs.Handler{Dispatcher: d, Queue: d.Jobs.Queue, Log: f.Log}).Handle)
	for _, reg := range w.registry.All() {
		f := w.function(reg.Name, items)
		h, err := f.Task(reg.Name, w.tasks(f.Options()))
		if err != nil {
			tb.Fatal(err)
		}
		w.account.Functions.Functions[lambdafntest.TaskPrefix+reg.Name] = watched{lambda.NewHandler(h), w, reg.Name}
	}
	w.makeSweep(items)
	all := slices.Concat(w.wells, w.ills)
	for i, code := range all {
		at := midnight.Add(-fl.every + time.Duration(i)*fl.every/time.Duration(len(all)))
		if err := w.operator.Jobs.Ensure(tb.Context(), code, code, at); err != nil {
			tb.Fatal(err)
		}
		w.anchors = append(w.anchors, at)
	}
	return w
}

// makeSweep makes the sweep: the function's own, and for a fleet the sweeper with
// the emitter behind it, so that what well shops count can be multiplied.
func (w *world) makeSweep(items table.Table) {
	w.tb.Helper()
	f := w.function("sweep", items)
	w.emitter = f
	tasks := w.tasks(f.Options()).Tasks
	h, err := f.Sweep(tasks, sweep.ShopList(slices.Concat(w.wells, w.ills)))
	if err != nil {
		w.tb.Fatal(err)
	}
	w.sweeps[false] = lambda.NewHandler(h)
	d, err := f.Dispatcher(tasks)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.many = sweep.New(d, sweep.ShopList(w.wells))
	w.many.Spread = 15
}

func (w *world) lambda(name string) alarmsim.Function {
	return alarmsim.Function{Name: plan.Prefix(stageName) + name}
}

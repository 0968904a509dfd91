package jobqueuetest_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

// manualBar is how soon a run that somebody asked for starts, whatever the others do.
const manualBar = 90 * time.Second

// TestManualRunsBesideFirstImports lets new shops import all they have, as many
// at once as there are slots or twice that, while people in 50 other shops press
// *Sync now*, one every few seconds, or so seldom that nobody waits when the long
// slices begin: each such run starts within 90 s.
//
// Service times: a first import has 90 minutes to 2 hours of work, a third of
// that unless at full size, in pages of 1 to 5 s, and uses every slice to its
// end; all are accepted at the same moment. A manual run takes 6 s, a call of the
// table 5 ms, and one slice in 2,000 is killed or its answer lost. Nothing may be
// lost, run twice or overlap.
//
// The queue in memory gives the message first that has waited longest; SQS
// promises no order among groups.
func TestManualRunsBesideFirstImports(t *testing.T) {
	type row struct {
		name           string
		imports, slots int
		each           time.Duration // somebody presses Sync now
		work           time.Duration // of an import, a third more at most
	}
	rows := []row{{"beside_first_imports", 20, 10, 11 * time.Second, 30 * time.Minute}}
	if *wholeDay {
		rows = []row{
			{"beside_first_imports", 200, 100, 7 * time.Second, 90 * time.Minute},
			{"beside_one_import_a_slot", 100, 100, 97 * time.Second, 90 * time.Minute},
		}
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirsts(t, row.imports, row.slots, row.each, row.work)
				waits, ran := f.run()
				t.Logf("%d manual runs in %v, %d slices of imports", len(waits), ran, f.slices)
				if most := slices.Max(waits); most > manualBar {
					t.Errorf("a manual run started after %v, want %v at most", most, manualBar)
				}
				if *wholeDay {
					fmt.Printf("manual_start_%s_p50_s %.1f s\n", row.name, quantile(waits, 0.5).Seconds())
					fmt.Printf("manual_start_%s_p99_s %.1f s\n", row.name, quantile(waits, 0.99).Seconds())
					fmt.Printf("manual_start_%s_max_s %.1f s\n", row.name, slices.Max(waits).Seconds())
				}
			})
		})
	}
}

// firsts is a cloud with first imports, and people in other shops.
type firsts struct {
	*cloud
	imports, slots int
	each           time.Duration

	mu     sync.Mutex
	starts map[string][]time.Duration // after they were accepted, of manual runs by id
	ended  int                        // imports
	slices int                        // of imports
}

const pressers = 50

func newFirsts(t *testing.T, imports, slots int, each, length time.Duration) *firsts {
	t.Helper()
	f := &firsts{imports: imports, slots: slots, each: each, starts: map[string][]time.Duration{}}
	f.cloud = newCloud(t,
		task("first-import", "orders", func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			all := length + time.Duration(chance(uint64(length/3), "import", r.Shop))
			return steps(ctx, r, all, func(did time.Duration) time.Duration {
				return time.Second + time.Duration(chance(uint64(4*time.Second), "page", r.Shop, did))
			})
		}),
		task("sync-now", "products", func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			return steps(ctx, r, busyRun, func(time.Duration) time.Duration { return busyRun })
		}))
	f.d.SliceTime = 13 * time.Minute // as deployed
	f.d.OnStart = func(r jobqueue.Run) {
		f.mu.Lock()
		defer f.mu.Unlock()
		switch {
		case r.Task == "first-import":
			f.slices++
		case r.Slice == 1 && r.Starts == 1:
			f.starts[r.ID] = append(f.starts[r.ID], time.Since(r.Accepted))
		}
	}
	f.d.OnEnd = func(r jobqueue.Run) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if r.Task == "first-import" {
			f.ended++
		}
	}
	return f
}

// run imports everything, and answers how long manual runs waited meanwhile.
func (f *firsts) run() (waits []time.Duration, ran time.Duration) {
	f.tb.Helper()
	ctx, stop := context.WithCancel(f.tb.Context())
	begin := time.Now()
	add := func(shop string) {
		if err := f.d.Jobs.Ensure(ctx, shop, shop, begin); err != nil {
			f.tb.Fatal(err)
		}
	}
	press := func(shop, entry string) jobqueue.Run {
		r, err := f.d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: entry, Trigger: jobqueue.ByHand})
		if err != nil {
			f.tb.Fatal(err)
		}
		return r
	}
	for i := range f.imports {
		add(fmt.Sprintf("new%d", i))
	}
	for i := range pressers {
		add(fmt.Sprintf("old%d", i))
	}
	var all sync.WaitGroup
	for i := range f.imports {
		all.Go(func() { press(fmt.Sprintf("new%d", i), "first-import") })
	}
	all.Wait()
	begin = time.Now()
	f.functions(ctx, f.slots)
	done := func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.ended == f.imports
	}
	asked := map[string]bool{}
	for i := 0; !done(); i++ {
		time.Sleep(f.each)
		asked[press(fmt.Sprintf("old%d", i%pressers), "sync-now").ID] = true
		if time.Since(begin) > 12*time.Hour {
			f.tb.Fatalf("%d of %d imports have ended after %v", f.ended, f.imports, time.Since(begin))
		}
	}
	ran = time.Since(begin)
	f.drained(time.Hour)
	stop()
	f.work.Wait()
	f.check()
	if f.ended != f.imports {
		f.tb.Errorf("%d imports ended, want %d", f.ended, f.imports)
	}
	for id := range asked {
		if n := len(f.starts[id]); n != 1 {
			f.tb.Errorf("manual run %s started %d times", id, n)
		}
		waits = append(waits, f.starts[id]...)
	}
	return waits, ran
}

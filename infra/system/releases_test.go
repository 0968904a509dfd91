package system_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	worlds "backroom/infra/system/world"
	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/table"
)

// later is a field of the next release, of all that it stores, sends and asks.
const later = "addedInTheNextRelease"

// withLater is a JSON object with that field.
func withLater(tb testing.TB, js []byte) []byte {
	tb.Helper()
	js = bytes.TrimSpace(js)
	if len(js) == 0 || js[0] != '{' || bytes.Contains(js, []byte(later)) {
		return js
	}
	head := fmt.Sprintf(`{%q:{"since":2}`, later)
	out := head
	if len(js) > 2 {
		out += ","
	}
	// What a task carries from slice to slice has a shape of its own.
	rest := strings.ReplaceAll(string(js[1:]), `"checkpoint":{"`, `"checkpoint":`+head+`,"`)
	return []byte(out + strings.ReplaceAll(rest, `"checkpoint":{}`, `"checkpoint":`+head+"}"))
}

// keeps reports whether a release that stores the item again must keep what it
// does not know of it: settings, and what orders and categories are.
func keeps(k table.Key) bool {
	switch {
	case strings.HasSuffix(k.PK, "#ORD"):
		return !isPart(k)
	case strings.HasPrefix(k.PK, "SCOPE#"):
		return strings.HasPrefix(k.SK, "LOCK#")
	}
	return k.SK == "CARD" || strings.HasPrefix(k.SK, "ENTRY#") || strings.HasPrefix(k.SK, "CURSOR#")
}

// isPart reports whether the item is a piece of a larger one, whose hash its head has.
func isPart(k table.Key) bool {
	return strings.Contains(k.SK, "#p") || strings.HasPrefix(k.SK, "PARTS#")
}

// kind is what the item at a key is.
func kind(k table.Key) string {
	if strings.HasSuffix(k.PK, "#ORD") {
		return "order"
	}
	name, _, _ := strings.Cut(k.SK, "#")
	return name
}

// shared counts what two releases do to the same items.
type shared struct {
	next map[table.Key]bool // the next release has stored it
	over map[string]int     // by kind: stored by this release after the next one
	read map[string]int     // by task: checkpoints of the next release that this one went on from
}

// nextTable is the table as the next release uses it.
type nextTable struct {
	*memory.Table
	tb testing.TB
	*shared
}

func (t nextTable) Write(ctx context.Context, ops ...table.Op) error {
	ops = append([]table.Op(nil), ops...)
	var keys []table.Key
	for i, op := range ops {
		var js json.RawMessage
		if op.Verb != table.VerbPut || len(op.Item.Data) == 0 || isPart(op.Item.Key) || record.Decode(op.Item.Data, 1, &js) != nil {
			continue
		}
		data, err := record.Encode(1, json.RawMessage(withLater(t.tb, js)))
		if err != nil {
			return err
		}
		ops[i].Item.Data = data
		keys = append(keys, op.Item.Key)
	}
	err := t.Table.Write(ctx, ops...)
	if err == nil {
		for _, k := range keys {
			t.next[k] = true
		}
	}
	return err
}

// thisTable is the table as this release uses it, watched.
type thisTable struct {
	*memory.Table
	*shared
}

func (t thisTable) Write(ctx context.Context, ops ...table.Op) error {
	err := t.Table.Write(ctx, ops...)
	if err == nil {
		for _, op := range ops {
			if op.Verb == table.VerbPut && t.next[op.Item.Key] {
				t.over[kind(op.Item.Key)]++
			}
		}
	}
	return err
}

// nextQueue is the queue as the next release uses it.
type nextQueue struct {
	*memory.Queue
	tb testing.TB
}

func (q nextQueue) Send(ctx context.Context, group, dedup string, body []byte) error {
	return q.Queue.Send(ctx, group, dedup, withLater(q.tb, body))
}

// either asks the task of this release or of the other one by chance, as JSON, as
// a function is asked. The first slice of each run ends early, so that every run
// is handed on.
type either struct {
	tb    testing.TB
	tasks []jobqueue.Invoker
	seed  int
	slice map[string]int // release by run
	mixed *int
	read  map[string]int // by task: checkpoints of the next release that this one went on from
	now   func() time.Time
}

func (e either) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	sum := sha256.Sum256(fmt.Append(nil, e.seed, r.Run, r.Slice))
	which := int(sum[0]) % len(e.tasks)
	if before, ok := e.slice[r.Run]; ok && before != which {
		*e.mixed++
	}
	e.slice[r.Run] = which
	if r.Slice == 1 {
		return jobqueue.Result{}, &fault.Error{Op: "test", Kind: fault.Throttled, Err: errors.New("go on in the next slice")}
	}
	if r.Slice == 2 {
		r.Deadline = e.now()
	}
	if which == 0 && bytes.Contains(r.Checkpoint, []byte(later)) {
		e.read[r.Task]++
	}
	js, err := json.Marshal(r)
	if err != nil {
		return jobqueue.Result{}, err
	}
	var asked jobqueue.Request
	if err := json.Unmarshal(withLater(e.tb, js), &asked); err != nil {
		return jobqueue.Result{}, err
	}
	res, err := e.tasks[which].Invoke(ctx, asked)
	if err != nil {
		return res, err
	}
	if js, err = json.Marshal(res); err != nil {
		return res, err
	}
	var answered jobqueue.Result
	return answered, errors.Join(err, json.Unmarshal(withLater(e.tb, js), &answered))
}

// twoReleases is a world in which this release and the next one are at work
// together, on one table and one queue.
func twoReleases(t *testing.T, seed int) (*world, *shared, *int) {
	t.Helper()
	w := newWorld(t, 0)
	s := &shared{next: map[table.Key]bool{}, over: map[string]int{}, read: map[string]int{}}
	mixed, slices := 0, map[string]int{}
	begin := func() {
		w.Process = w.open(worlds.Engine{Table: w.failing(thisTable{w.table, s}), Queue: w.Queue, Schedules: w.Schedules})
		w.beside = w.open(worlds.Engine{Table: w.failing(nextTable{w.table, t, s}), Queue: w.sending(nextQueue{w.queue, t}), Schedules: w.Schedules}).Dispatcher
		tasks := []jobqueue.Invoker{w.Dispatcher.Invoker, w.beside.Invoker}
		for _, d := range []*dispatch.Dispatcher{w.Dispatcher, w.beside} {
			d.Invoker = either{t, tasks, seed, slices, &mixed, s.read, w.Now}
		}
	}
	begin()
	w.restart = begin
	return w, s, &mixed
}

// lost are the items that the next release has stored, and that have lost its field.
func (s *shared) lost(t *testing.T, w *world) (out []string) {
	t.Helper()
	for k := range s.next {
		if !keeps(k) {
			continue
		}
		it, err := w.table.Get(t.Context(), k)
		if errors.Is(err, table.ErrNotFound) || len(it.Data) == 0 {
			continue
		}
		var js json.RawMessage
		if err == nil {
			err = record.Decode(it.Data, 1, &js)
		}
		if err != nil {
			t.Fatal(k, err)
		}
		if !bytes.Contains(js, []byte(`"`+later+`":{"since":2}`)) {
			out = append(out, k.PK+" "+k.SK)
		}
	}
	return out
}

// TestTwoReleasesOnOneTable: during an upgrade or a rollback this release and the
// next, which adds a field to all that is stored, sent and asked, take turns at
// messages, runs and tasks. Every order becomes one document, no run fails, and
// what this release stores over an item of the next one keeps what it does not know.
func TestTwoReleasesOnOneTable(t *testing.T) {
	over, read, mixed := map[string]int{}, map[string]int{}, 0
	// Which release does what is drawn: 8 worlds at least, more until each kind of
	// item was stored by both.
	wanted := []string{"order", "LOCK", "ENTRY", "CURSOR"}
	missing := func(kind string) bool { return over[kind] == 0 }
	for seed := 0; seed < 8 || seed < 40 && (slices.ContainsFunc(wanted, missing) || mixed == 0 || len(read) == 0); seed++ {
		w, s, n := twoReleases(t, seed)
		w.live(25*time.Minute, 2*time.Hour)
		// A job held by one of them is released by the other.
		for range 2 {
			if _, err := w.turn().Jobs.Hold(t.Context(), "sample", "sync-orders", "release"); err != nil {
				t.Fatal(err)
			}
			if _, err := w.turn().Jobs.Release(t.Context(), "sample", "sync-orders"); err != nil {
				t.Fatal(err)
			}
			w.turn()
		}
		w.live(25*time.Minute, 25*time.Minute)
		for _, x := range w.check() {
			t.Error(x)
		}
		log, err := w.Jobs.Store.Log(t.Context(), jobstore.LogQuery{Shop: "sample", Limit: 1000})
		if err != nil || len(log.Runs) < 2 {
			t.Fatal(len(log.Runs), err)
		}
		for _, r := range log.Runs {
			if r.Outcome != jobqueue.Succeeded && r.Outcome != jobqueue.SucceededWithIssues {
				t.Errorf("run of %s: %s %s", r.Task, r.Outcome, r.Detail)
			}
		}
		for _, k := range s.lost(t, w) {
			t.Errorf("%s has lost the field of the next release", k)
		}
		for k, n := range s.over {
			over[k] += n
		}
		for k, n := range s.read {
			read[k] += n
		}
		mixed += *n
	}
	for _, k := range wanted {
		if missing(k) {
			t.Errorf("this release has stored no %s after the next one: %v", k, over)
		}
	}
	if mixed == 0 {
		t.Error("no run had slices of both releases")
	}
	if len(read) == 0 {
		t.Error("this release has gone on from no checkpoint of the next one")
	}
	t.Logf("stored by this release after the next one: %v; %d slices by another release than the one before", over, mixed)
}

// TestTwoReleasesUnderFaults: nor does a crash in the midst of it change that.
func TestTwoReleasesUnderFaults(t *testing.T) {
	clean, _, _ := twoReleases(t, 0)
	clean.injector.Arm(0, faulty.Before, false)
	clean.live(25*time.Minute, 25*time.Minute)
	points := clean.injector.Writes()
	if points < leastPoints {
		t.Fatalf("%d writes", points)
	}
	for k, n := 0, 1; n <= points; k, n = k+1, n+max(3, stride) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			w, s, _ := twoReleases(t, n)
			w.injector.Arm(n, []faulty.Mode{faulty.Before, faulty.After, faulty.Late}[k%3], k%2 == 0)
			w.live(25*time.Minute, 2*time.Hour)
			for _, x := range append(w.check(), s.lost(t, w)...) {
				t.Error(x)
			}
		})
	}
}

package emulators_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"backroom/infra/emulators"
	"backroom/shared/dynamo"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
)

// meter asks DynamoDB for the capacity that each request has consumed, and adds
// it up together with the items: a page counts its items, a miss one, a check is
// written, as it is billed.
type meter struct {
	mu  sync.Mutex
	sum consumed
}

type consumed struct {
	read, written         int     // items
	readUnits, writeUnits float64 // capacity, indexes included
}

func (m *meter) take() consumed {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.sum
	m.sum = consumed{}
	return c
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in map[string]json.RawMessage
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	in["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
	if body, err = json.Marshal(in); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context()) // the emulator does not look at its signature
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return res, m.add(op, in, answer)
}

func (m *meter) add(op string, in map[string]json.RawMessage, answer []byte) error {
	var out struct {
		Count            int
		ConsumedCapacity json.RawMessage
	}
	if err := json.Unmarshal(answer, &out); err != nil { //nolint:musttag // the service's own names
		return err
	}
	type capacity struct{ CapacityUnits float64 }
	var each []capacity
	if len(out.ConsumedCapacity) > 0 && out.ConsumedCapacity[0] == '[' { // of a transaction, one a table
		if err := json.Unmarshal(out.ConsumedCapacity, &each); err != nil { //nolint:musttag // the service's own names
			return err
		}
	} else if len(out.ConsumedCapacity) > 0 {
		each = make([]capacity, 1)
		if err := json.Unmarshal(out.ConsumedCapacity, &each[0]); err != nil { //nolint:musttag // the service's own names
			return err
		}
	}
	units := 0.0
	for _, c := range each {
		units += c.CapacityUnits
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch op {
	case "GetItem":
		m.sum.read, m.sum.readUnits = m.sum.read+1, m.sum.readUnits+units
	case "Query":
		m.sum.read, m.sum.readUnits = m.sum.read+max(out.Count, 1), m.sum.readUnits+units
	case "PutItem", "UpdateItem", "DeleteItem":
		m.sum.written, m.sum.writeUnits = m.sum.written+1, m.sum.writeUnits+units
	case "TransactWriteItems":
		var items []json.RawMessage
		if err := json.Unmarshal(in["TransactItems"], &items); err != nil {
			return err
		}
		m.sum.written, m.sum.writeUnits = m.sum.written+len(items), m.sum.writeUnits+units
	default:
		return fmt.Errorf("no capacity is known of %s", op)
	}
	return nil
}

// TestCapacityOfRuns holds what the job queue reads and writes of a run on
// DynamoDB to its bars, and prints the capacity that DynamoDB says it has
// consumed. What a task reads and writes of its own is its own.
func TestCapacityOfRuns(t *testing.T) {
	server, err := emulators.DynamoDB(t.Context())
	config := config(started(t, server, err).URL)
	plain, m := dynamodb.NewFromConfig(config), &meter{}
	config.HTTPClient = &http.Client{Transport: m}
	metered := dynamodb.NewFromConfig(config)

	created := jobqueue.Counts{Read: 3, Created: 3}
	work := jobqueue.Result{Done: true, Counts: created, FollowUps: []string{"process-orders"}}
	slices := func(n int) func(jobqueue.Request) jobqueue.Result {
		return func(q jobqueue.Request) jobqueue.Result {
			return jobqueue.Result{Done: q.Slice == n, Counts: created, Checkpoint: json.RawMessage(fmt.Sprint(q.Slice))}
		}
	}
	always := func(r jobqueue.Result) func(jobqueue.Request) jobqueue.Result {
		return func(jobqueue.Request) jobqueue.Result { return r }
	}
	for _, c := range []struct {
		name          string
		hand          bool // asked for by a person, else a slot
		before        int  // slices of it that are not measured
		result        func(jobqueue.Request) jobqueue.Result
		read, written int // items, at most
	}{
		{"empty_run", false, 0, always(jobqueue.Result{Done: true}), 3, 2},
		{"busy_run", false, 0, always(work), 4, 8},
		{"manual_run", true, 0, always(work), 4, 8},
		{"further_slice", false, 1, slices(9), 2, 4},
		{"last_slice", false, 2, slices(3), 2, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
			clock := func() time.Time { return now }
			queue := memory.NewQueue(clock)
			schedules := memory.NewSchedules(clock, queue)
			reg := func(name string, every time.Duration) jobqueue.Registration {
				r := jobqueue.Registration{Name: name, Default: jobqueue.Entry{Category: "orders", MaxAttempts: 3, RerunDelay: time.Minute}}
				r.Default.Every = every
				r.Task = jobqueue.TaskFunc(func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) { return c.result(q), nil })
				return r
			}
			tasks := jobqueue.NewRegistry(reg("sync-orders", 10*time.Minute), reg("process-orders", 0))
			name := newTable(t, plain)
			log := slog.New(slog.DiscardHandler)
			store := jobstore.New(dynamo.New(metered, name), clock)
			d := dispatch.New(jobs.New(store, tasks, queue, schedules, log), dispatch.NewExecutor(tasks, store, log))
			if err := d.Jobs.Ensure(t.Context(), "acme", "acme", now.Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Minute)
			if c.hand {
				if _, err := d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: "acme", Entry: "sync-orders", Trigger: jobqueue.ByHand}); err != nil {
					t.Fatal(err)
				}
			} else if _, err := schedules.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			next := func() {
				t.Helper()
				if some, err := d.Next(t.Context(), 0); err != nil || !some {
					t.Fatalf("handled a message: %v, %v", some, err)
				}
			}
			for range c.before {
				next()
			}
			m.take()
			next()
			got := m.take()
			fmt.Printf("aws_%[1]s_read %[2]d items\naws_%[1]s_written %[3]d items\naws_%[1]s_read_capacity %.1[4]f units\naws_%[1]s_write_capacity %.1[5]f units\n",
				c.name, got.read, got.written, got.readUnits, got.writeUnits)
			if got.read > c.read || got.written > c.written {
				t.Errorf("%d items read and %d written, at most %d and %d", got.read, got.written, c.read, c.written)
			}
			if got.readUnits == 0 || got.writeUnits == 0 {
				t.Errorf("DynamoDB has not said what was consumed: %+v", got)
			}
		})
	}
}

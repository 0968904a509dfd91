package main

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/lambdainvoke"
	"backroom/shared/wiring"
)

// The sample event makes the dispatcher call the task's function, and its
// message comes again while the outcome is not known.
func TestHandlerWorksOnTheSampleEvent(t *testing.T) {
	var sample events.SQSEvent
	lambdafntest.Sample(t, "dispatch", &sample)
	if len(sample.Records) != 1 {
		t.Fatalf("%d records, the mapping's batch size is 1", len(sample.Records))
	}
	rec := sample.Records[0]
	msg, err := jobqueue.ParseMessage([]byte(rec.Body))
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, msg.At)
	if err != nil {
		t.Fatal(err)
	}
	now := at.Add(5 * time.Second)
	a := lambdafntest.New(func() time.Time { return now })
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(a.Environment()), AWS: a.Transport, Log: t.Output(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Dispatcher(wiring.Tasks(f.Options()).Tasks)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Jobs.Ensure(t.Context(), msg.Shop, msg.Shop, at); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []jobqueue.Request
	a.Functions.Functions[lambdafntest.TaskPrefix+"sync-orders"] = lambda.NewHandler(func(r jobqueue.Request) (lambdainvoke.Reply, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r)
		return lambdainvoke.Reply{}, nil
	})
	if err := a.Queue.Queue.Send(t.Context(), rec.Attributes["MessageGroupId"], "", []byte(rec.Body)); err != nil {
		t.Fatal(err)
	}
	ms, err := a.Queue.Queue.Receive(t.Context(), 1, time.Hour, 0)
	if err != nil || len(ms) != 1 {
		t.Fatal(ms, err)
	}
	sample.Records[0].ReceiptHandle = ms[0].Receipt
	js, err := json.Marshal(sample)
	if err != nil {
		t.Fatal(err)
	}
	h, err := handler(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := lambda.NewHandler(h).Invoke(t.Context(), js)
	if want := `{"batchItemFailures":[{"itemIdentifier":"` + rec.MessageId + `"}]}`; err != nil || string(out) != want {
		t.Errorf("answered %s, %v; want %s", out, err, want)
	}
	if len(asked) != 1 {
		t.Fatalf("the task's function was asked %d times", len(asked))
	}
	// A first slice has between half and the whole of a short one.
	got, slice := asked[0], asked[0].Deadline.Sub(now)
	if got.Shop != msg.Shop || got.Entry != msg.Entry || got.Task != "sync-orders" || got.Slice != 1 || slice < jobqueue.ShortSlice/2 || slice > jobqueue.ShortSlice {
		t.Errorf("the task's function was asked for slice %d of %s of %s by %s, %v long", got.Slice, got.Entry, got.Shop, got.Task, slice)
	}
}

func TestDispatchNeedsItsQueue(t *testing.T) {
	a := lambdafntest.New(time.Now)
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(a.TaskEnvironment()), AWS: a.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handler(f); err == nil {
		t.Error("it starts without a queue")
	}
}

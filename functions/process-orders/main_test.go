package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/lambdainvoke"
	"backroom/shared/table"
)

// The sample's lease is somebody else's by now: the handler runs the task, and
// answers that.
func TestHandlerWorksOnTheSampleEvent(t *testing.T) {
	var r jobqueue.Request
	js := lambdafntest.Sample(t, "process-orders", &r)
	a := lambdafntest.New(time.Now)
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(a.TaskEnvironment()), AWS: a.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	lock := table.Item{Key: table.Key{PK: "SCOPE#" + r.Lease.Scope, SK: "LOCK#" + r.Lease.Category}}
	if err := f.Table.Write(t.Context(), table.Put(lock, table.Absent)); err != nil {
		t.Fatal(err)
	}
	h, err := handler(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := lambda.NewHandler(h).Invoke(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	var reply lambdainvoke.Reply
	if err := json.Unmarshal(out, &reply); err != nil {
		t.Fatal(err)
	}
	if r.Task != "process-orders" || reply.Failure == nil || !reply.Failure.Fenced || !strings.Contains(reply.Failure.Text, r.Task) {
		t.Errorf("%s answered %s", r.Task, out)
	}
}

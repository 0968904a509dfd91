package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/jobqueue/sweep"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/shop"
	"backroom/shared/sqs/sqstest"
	"backroom/shared/wiring"
)

// The sample event has every listed shop swept: a schedule that had vanished is
// armed again, and the metrics say so.
func TestHandlerWorksOnTheSampleEvent(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	a := lambdafntest.New(func() time.Time { return now })
	var log bytes.Buffer
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(a.Environment()), AWS: a.Transport, Log: &log, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	wired := wiring.Tasks(f.Options())
	d, err := f.Dispatcher(wired.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"sample", "second"} {
		if err := wired.Cards.Put(t.Context(), shop.Shop{Code: code}); err != nil {
			t.Fatal(err)
		}
		if err := d.Jobs.Ensure(t.Context(), code, code, now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := d.Jobs.Store.Entry(t.Context(), "second", "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Jobs.Schedules.Delete(t.Context(), e.ScheduleName()); err != nil {
		t.Fatal(err)
	}
	a.Queue.SetDead(sqstest.DeadURL, 2)
	a.Queue.SetDead(sqstest.DeadSchedulesURL, 3)
	h, err := handler(f)
	if err != nil {
		t.Fatal(err)
	}
	var sample map[string]any
	js := lambdafntest.Sample(t, "sweep", &sample)
	var total sweep.Swept
	for range 20 { // the schedules take turns
		out, err := lambda.NewHandler(h).Invoke(t.Context(), js)
		var swept sweep.Swept
		if err != nil || json.Unmarshal(out, &swept) != nil || swept.Shops != 2 || swept.DeadLetters != 2 || swept.Undelivered != 3 {
			t.Fatalf("answered %s, %v", out, err)
		}
		total = total.Add(swept)
		now = now.Add(time.Minute)
		if total.Armed > 0 {
			break
		}
	}
	if total.Armed != 1 {
		t.Errorf("swept %+v", total)
	}
	if _, err := d.Jobs.Schedules.Get(t.Context(), e.ScheduleName()); err != nil {
		t.Error(err)
	}
	if !bytes.Contains(log.Bytes(), []byte(`"Mended":1`)) {
		t.Errorf("log %s", log.Bytes())
	}
}

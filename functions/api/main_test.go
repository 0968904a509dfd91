package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"backroom/functions/api/host"
	"backroom/shared/api"
	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/wiring"
)

// The sample event gives a run, which is then read.
func TestHandlerWorksOnTheSampleEvent(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	a := lambdafntest.New(now)
	open := func(env map[string]string) *lambdafn.Function {
		f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(env), AWS: a.Transport, Log: t.Output(), Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	operator := open(a.Environment())
	wired := wiring.Tasks(operator.Options())
	card, err := wired.Sections.New("sample", now())
	if err == nil {
		err = wired.Cards.Put(t.Context(), card)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := operator.Dispatcher(wired.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Jobs.Ensure(t.Context(), "sample", "sample", now()); err != nil {
		t.Fatal(err)
	}
	h, err := host.Handler(open(a.Environment()))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(e events.APIGatewayV2HTTPRequest, want int) api.Run {
		t.Helper()
		js, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out, err := lambda.NewHandler(h).Invoke(t.Context(), js)
		if err != nil {
			t.Fatal(err)
		}
		var answer events.APIGatewayV2HTTPResponse
		if err := json.Unmarshal(out, &answer); err != nil || answer.StatusCode != want {
			t.Fatalf("answered %s, %v; want %d", out, err, want)
		}
		var r api.Run
		if err := json.Unmarshal([]byte(answer.Body), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	var sample events.APIGatewayV2HTTPRequest
	lambdafntest.Sample(t, "api", &sample)
	before := a.Queue.Queue.Len() // of entries that are due
	r := ask(sample, http.StatusAccepted)
	if r.State != api.Accepted || r.Trigger != jobqueue.ByHand || r.Shop != "sample" || a.Queue.Queue.Len() != before+1 {
		t.Errorf("run %+v, %d messages", r, a.Queue.Queue.Len())
	}
	get := sample
	get.RawPath, get.Body = "/operator/v1/shops/sample/runs/"+r.ID, ""
	get.RequestContext.HTTP.Method = http.MethodGet
	if got := ask(get, http.StatusOK); got.ID != r.ID || got.State != api.Accepted {
		t.Errorf("read back %+v", got)
	}
}

func TestAPINeedsItsQueue(t *testing.T) {
	a := lambdafntest.New(time.Now)
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(a.TaskEnvironment()), AWS: a.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := host.Handler(f); err == nil || !strings.Contains(err.Error(), "BACKROOM_QUEUE_ARN") {
		t.Errorf("it starts without a queue: %v", err)
	}
}

package lambdainvoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/invokertest"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/lambdainvoke"
	"backroom/shared/lambdainvoke/lambdatest"
	"backroom/shared/memory"
)

func client(tr *awswire.Transport) *lambdainvoke.Invoker {
	return lambdainvoke.New(awslambda.NewFromConfig(awswire.Config(tr)), func(task string) string { return "backroom-" + task })
}

func open(tasks *jobqueue.Registry) invokertest.Harness {
	store := jobstore.New(memory.NewTable(time.Now), time.Now)
	executor := dispatch.NewExecutor(tasks, store, slog.New(slog.DiscardHandler))
	server := &lambdatest.Server{Functions: map[string]lambda.Handler{}}
	for _, reg := range tasks.All() {
		server.Functions["backroom-"+reg.Name] = lambda.NewHandler(lambdainvoke.Handler(executor))
	}
	var lose atomic.Bool
	tr := &awswire.Transport{Handler: server, Fault: func(string, int) awswire.Fault {
		if lose.Load() {
			return awswire.Lost
		}
		return awswire.None
	}}
	return invokertest.Harness{
		Invoker: client(tr), Store: store,
		Full: func() { server.Full.Store(true) }, LoseAnswer: func() { lose.Store(true) },
	}
}

func TestInvoker(t *testing.T) { invokertest.Run(t, open) }

func TestWhatTheCallerSees(t *testing.T) {
	crashing := lambda.NewHandler(func() error { return errors.New("Task timed out after 840.00 seconds") })
	tests := []struct {
		name  string
		task  string
		fault awswire.Fault
		kind  fault.Kind
		text  string
	}{
		{"a function that crashed may have done its work", "crashing", awswire.None, fault.Transient, "timed out"},
		{"a missing function is no throttle", "missing", awswire.None, fault.Transient, "ResourceNotFound"},
		{"500: it may run", "crashing", awswire.Before, fault.Transient, "InternalServerError"},
		{"an answer that is no answer", "odd", awswire.None, fault.Transient, "its answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := &lambdatest.Server{Functions: map[string]lambda.Handler{
				"backroom-crashing": crashing, "backroom-odd": lambda.NewHandler(func() (string, error) { return "hello", nil }),
			}}
			tr := &awswire.Transport{Handler: server, Fault: func(string, int) awswire.Fault { return tt.fault }}
			_, err := client(tr).Invoke(t.Context(), jobqueue.Request{Task: tt.task})
			if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%v of kind %q, want %q in kind %q", err, fault.KindOf(err), tt.text, tt.kind)
			}
			if n := tr.Calls("POST /2015-03-31/functions/backroom-" + tt.task + "/invocations"); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// A slice must end while its function can still store the outcome.
func TestTheFunctionsOwnTimeIsTheEarlierDeadline(t *testing.T) {
	end := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	for _, tt := range []struct{ asked, want time.Time }{
		{end.Add(-time.Minute), end.Add(-time.Minute)},
		{end.Add(time.Minute), end.Add(-15 * time.Second)},
		{time.Time{}, end.Add(-15 * time.Second)},
	} {
		var got jobqueue.Request
		var hard time.Time
		h := lambdainvoke.Handler(invoker(func(ctx context.Context, r jobqueue.Request) {
			got = r
			hard, _ = ctx.Deadline()
		}))
		js, err := json.Marshal(jobqueue.Request{Deadline: tt.asked})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lambda.NewHandler(h).Invoke(ctx, js); err != nil {
			t.Fatal(err)
		}
		if !got.Deadline.Equal(tt.want) || !hard.Equal(end.Add(-15*time.Second)) {
			t.Errorf("asked for %v: the task's deadline is %v, want %v; the context ends at %v", tt.asked, got.Deadline, tt.want, hard)
		}
	}
}

type invoker func(context.Context, jobqueue.Request)

func (i invoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	i(ctx, r)
	return jobqueue.Result{}, nil
}

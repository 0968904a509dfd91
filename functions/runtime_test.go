package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/lambdafn/lambdafntest"
)

// runtimeAPI is Lambda's Runtime API for one invocation.
type runtimeAPI struct {
	event   []byte
	asked   bool
	ended   chan struct{}
	answers chan string // path and body of what the function posts
}

func (a *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/invocation/next") && !a.asked:
		a.asked = true
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "request-1")
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-north-1:123456789012:function:backroom-test")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(15*time.Minute).UnixMilli()))
		_, _ = w.Write(a.event)
	case strings.HasSuffix(r.URL.Path, "/invocation/next"):
		<-a.ended
	default:
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		a.answers <- r.URL.Path + " " + string(body)
	}
}

// The programs themselves, as Lambda starts them, answer their sample event.
func TestProgramsAnswerTheRuntime(t *testing.T) {
	if testing.Short() {
		t.Skip("builds five programs")
	}
	tests := []struct{ name, answer string }{
		{"dispatch", `{"batchItemFailures":[{"itemIdentifier":"19dd0b57-b21e-4ac1-bd88-01bbb068cb78"}]}`}, // the receipt is nobody's
		{"sweep", `{"shops":0,`},
		{"api", `"statusCode":404`}, // there is no such job entry
		{"sync-orders", `"failure":{`},
		{"process-orders", `"failure":{`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			program := filepath.Join(t.TempDir(), "bootstrap")
			build := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-o", program, "./"+tt.name)
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			event, err := os.ReadFile(filepath.Join("..", "events", tt.name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			a := lambdafntest.New(time.Now)
			services := httptest.NewServer(a.Transport.Handler)
			defer services.Close()
			api := &runtimeAPI{event: event, ended: make(chan struct{}), answers: make(chan string, 1)}
			server := httptest.NewServer(api)
			defer server.Close()
			defer close(api.ended)
			env := a.TaskEnvironment()
			if tt.name == "dispatch" || tt.name == "sweep" || tt.name == "api" {
				env = a.Environment()
			}
			env["AWS_ENDPOINT_URL"], env["AWS_LAMBDA_RUNTIME_API"] = services.URL, strings.TrimPrefix(server.URL, "http://")
			ctx, stop := context.WithCancel(ctx)
			cmd := exec.CommandContext(ctx, program)
			for k, v := range env {
				cmd.Env = append(cmd.Env, k+"="+v)
			}
			var log strings.Builder
			cmd.Stdout, cmd.Stderr = &log, &log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			exited := make(chan error, 1)
			go func() { exited <- cmd.Wait() }()
			select {
			case got := <-api.answers:
				if !strings.HasPrefix(got, "/2018-06-01/runtime/invocation/request-1/response ") || !strings.Contains(got, tt.answer) {
					t.Errorf("answered %s", got)
				}
				stop()
				<-exited
			case err := <-exited:
				t.Errorf("ended: %v", err)
				stop()
			}
			if t.Failed() || !strings.Contains(log.String(), `"requestId":"request-1"`) && tt.name == "dispatch" {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

// A program whose settings are wrong ends before it asks for an event, with one
// line that names every one of them.
func TestAProgramSaysWhatIsWrong(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := filepath.Join(t.TempDir(), "bootstrap")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", program, "./dispatch").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tests := []struct {
		name string
		env  func(map[string]string)
		aws  func(*lambdafntest.Account) http.Handler // nil: as it should be
		want []string
	}{
		{"nothing is set", func(env map[string]string) { clear(env) }, nil, []string{"BACKROOM_TABLE is not set", "AWS_REGION is not set"}},
		{
			"values that mean nothing",
			func(env map[string]string) {
				env["BACKROOM_LOG"], env["BACKROOM_EVERY"], env["BACKROOM_QUEUE_ARN"] = "loud", "soon", "arn:aws:sqs:eu-north-1:123456789012:jobs"
			}, nil,
			[]string{"BACKROOM_LOG=", "debug, info, warn or error", "BACKROOM_EVERY=", "whole minutes", "BACKROOM_QUEUE_ARN=", "the ARN of the FIFO queue"},
		},
		{
			"a table and a queue that are not there", nil,
			func(a *lambdafntest.Account) http.Handler {
				return refuse(a, map[string]string{"GetItem": "ResourceNotFoundException", "GetQueueAttributes": "QueueDoesNotExist"})
			},
			[]string{"BACKROOM_TABLE=", "it must be a table", "BACKROOM_QUEUE_URL=", "it must be the address of a FIFO queue"},
		},
		{
			"a queue that is no FIFO queue", nil,
			func(a *lambdafntest.Account) http.Handler {
				clear(a.Queue.Attributes)
				return a.Transport.Handler
			},
			[]string{"BACKROOM_QUEUE_URL=", "it must be the address of a FIFO queue"},
		},
		{
			"a role without a right", nil,
			func(a *lambdafntest.Account) http.Handler {
				return refuse(a, map[string]string{"GetItem": "AccessDeniedException"})
			},
			[]string{"BACKROOM_TABLE=", "which the function's role may read", "AccessDeniedException"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := lambdafntest.New(time.Now)
			services := a.Transport.Handler
			if tt.aws != nil {
				services = tt.aws(a)
			}
			server := httptest.NewServer(services)
			defer server.Close()
			env := a.Environment()
			env["AWS_ENDPOINT_URL"] = server.URL
			if tt.env != nil {
				tt.env(env)
			}
			env["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:1" // who asks for an event here says so
			cmd := exec.CommandContext(t.Context(), program)
			for k, v := range env {
				cmd.Env = append(cmd.Env, k+"="+v)
			}
			out, err := cmd.CombinedOutput()
			log := string(out)
			if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() != 1 || strings.Count(log, "\n") != 1 || strings.Contains(log, "goroutine") {
				t.Fatalf("ended with %v: %s", err, log)
			}
			var line struct {
				Level string `json:"level"`
				Msg   string `json:"msg"`
				Err   string `json:"err"`
			}
			if err := json.Unmarshal(out, &line); err != nil || line.Level != "ERROR" || line.Msg != "the function cannot start" {
				t.Fatalf("%v: %s", err, log)
			}
			for _, w := range tt.want {
				if !strings.Contains(line.Err, w) {
					t.Errorf("no word of %q in: %s", w, line.Err)
				}
			}
		})
	}
}

// refuse is an account that refuses some operations.
func refuse(a *lambdafntest.Account, codes map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code, ok := codes[awswire.Operation(r)]; ok {
			awswire.Refuse(w, http.StatusBadRequest, code, "refused by the test")
			return
		}
		a.Transport.Handler.ServeHTTP(w, r)
	})
}

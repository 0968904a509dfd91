package emulators_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// function is a Lambda function: a program, and the processes that run it, one
// for each invocation at a time. A process that has answered takes the next one.
type function struct {
	t       *testing.T
	name    string
	program string
	env     map[string]string
	timeout time.Duration

	mu      sync.Mutex
	idle    []*process
	all     []*process
	invoked int
}

// process is one execution environment, with a Runtime API of its own.
type process struct {
	cmd    *exec.Cmd
	server *httptest.Server
	next   chan invocation
	answer chan answer
	exited chan struct{}
	log    *bytes.Buffer // read once exited
}

type invocation struct {
	id       string
	event    []byte
	deadline time.Time
}

// answer is what the caller of a function gets.
type answer struct {
	payload []byte
	failed  bool // X-Amz-Function-Error: the function crashed, or ran out of time
}

func crashed(kind, text string) answer {
	js, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": text})
	return answer{js, true}
}

func (f *function) start() (*process, error) {
	p := &process{next: make(chan invocation), answer: make(chan answer, 1), exited: make(chan struct{}), log: &bytes.Buffer{}}
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	p.cmd = exec.Command(f.program) //nolint:noctx // ends with the test
	for k, v := range f.env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Env = append(p.cmd.Env, "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(p.server.URL, "http://"))
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// serve is Lambda's Runtime API.
func (p *process) serve(w http.ResponseWriter, r *http.Request) {
	switch _, kind, _ := strings.Cut(r.URL.Path, "/runtime/"); kind {
	case "invocation/next":
		select {
		case i := <-p.next:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-north-1:123456789012:function:test")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(i.deadline.UnixMilli()))
			_, _ = w.Write(i.event)
		case <-p.exited:
		case <-r.Context().Done():
		}
	default:
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		p.answer <- answer{body, !strings.HasSuffix(kind, "/response")}
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
	p.server.CloseClientConnections()
	p.server.Close()
}

// invoke runs the function once.
func (f *function) invoke(event []byte) answer {
	f.mu.Lock()
	f.invoked++
	id := fmt.Sprintf("%s-%d", f.name, f.invoked)
	var p *process
	if n := len(f.idle); n > 0 {
		p, f.idle = f.idle[n-1], f.idle[:n-1]
	} else {
		var err error
		if p, err = f.start(); err != nil {
			f.mu.Unlock()
			return crashed("Runtime.InvalidEntrypoint", err.Error())
		}
		f.all = append(f.all, p)
	}
	f.mu.Unlock()
	timeout := time.NewTimer(f.timeout)
	defer timeout.Stop()
	select {
	case p.next <- invocation{id, event, time.Now().Add(f.timeout)}:
	case <-p.exited:
		return crashed("Runtime.ExitError", "Runtime exited: "+p.log.String())
	case <-timeout.C:
		p.kill()
		return crashed("Sandbox.Timedout", "no process was ready")
	}
	select {
	case a := <-p.answer:
		f.mu.Lock()
		f.idle = append(f.idle, p)
		f.mu.Unlock()
		return a
	case <-p.exited:
		return crashed("Runtime.ExitError", "RequestId: "+id+" Error: Runtime exited")
	case <-timeout.C:
		p.kill()
		return crashed("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", id, f.timeout.Seconds()))
	}
}

// signal sends a signal to all processes of the function.
func (f *function) signal(s syscall.Signal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.all {
		_ = p.cmd.Process.Signal(s)
	}
	if s == syscall.SIGKILL {
		f.idle = nil
	}
}

// stop ends all processes and, if the test has failed, shows what they said.
func (f *function) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.all {
		p.kill()
		if f.t.Failed() {
			f.t.Logf("%s:\n%s", f.name, p.log)
		}
	}
}

func (f *function) times() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.invoked
}

// lambda is Lambda's API: synchronous invocations.
type lambda struct {
	functions map[string]*function
	invoked   func(name string) // is told before a function is called; nil: nobody
}

func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/invocations")
	f := l.functions[name]
	event, err := io.ReadAll(r.Body)
	if f == nil || err != nil {
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		http.Error(w, `{"Type":"User","Message":"Function not found: `+name+`"}`, http.StatusNotFound)
		return
	}
	// A caller that is gone does not end the function.
	done := make(chan answer, 1)
	go func() { done <- f.invoke(event) }()
	if l.invoked != nil {
		l.invoked(name)
	}
	select {
	case a := <-done:
		if a.failed {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
		}
		_, _ = w.Write(a.payload)
	case <-r.Context().Done():
	}
}

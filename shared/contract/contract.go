// Package contract runs the suites of the contracts: on an adapter, where each
// case is a subtest, and on a saboteur, where at least one case must fail.
package contract

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// T is the part of *testing.T that a case uses. Safe for concurrent use, as that is.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// Case is one promise of a contract, checked on a fresh S.
type Case[S any] struct {
	Name  string
	Check func(t T, s S)
}

// Run checks every case on a fresh adapter.
func Run[S any](t *testing.T, cases []Case[S], open func(t *testing.T) S) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { c.Check(t, open(t)) })
	}
}

// MustFail checks that the suite notices a saboteur: that at least one case
// fails on it. It logs and answers the cases that do.
func MustFail[S any](t *testing.T, cases []Case[S], open func(t *testing.T) S) (failed []string) {
	t.Helper()
	for _, c := range cases {
		messages := record(t, c, open(t))
		if len(messages) > 0 {
			failed = append(failed, c.Name)
			t.Logf("caught by %q: %.120s", c.Name, messages[0])
		}
	}
	if len(failed) == 0 {
		t.Errorf("no case of the suite notices this saboteur")
	}
	return failed
}

// Sabotaged checks that each case that is named after invariants of the job
// queue, as in "giving back keeps the head of the group (I7)", has failed on
// some saboteur.
func Sabotaged[S any](t *testing.T, cases []Case[S], failed []string) {
	t.Helper()
	named := 0
	for _, c := range cases {
		if !strings.Contains(c.Name, "(I") {
			continue
		}
		if named++; !slices.Contains(failed, c.Name) {
			t.Errorf("no saboteur fails %q", c.Name)
		}
	}
	if named == 0 {
		t.Errorf("no case is named after an invariant")
	}
}

// record runs a case, and answers what it complains about.
func record[S any](t *testing.T, c Case[S], s S) []string {
	t.Helper()
	r := &recorder{ctx: t.Context()}
	done := make(chan struct{})
	go func() { // Fatalf ends the goroutine, not the test
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		c.Check(r, s)
	}()
	<-done
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.messages
}

// recorder is a T that many goroutines may report to.
type recorder struct {
	ctx context.Context

	mu       sync.Mutex
	messages []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Context() context.Context { return r.ctx }

// RunExcept is Run for an emulator that is known to differ from what it stands
// for: an excused case, with its reason, must fail, so that no excuse outlives
// what it was made for. All other cases must hold.
func RunExcept[S any](t *testing.T, cases []Case[S], open func(t *testing.T) S, excused map[string]string) {
	t.Helper()
	known := map[string]bool{}
	for _, c := range cases {
		known[c.Name] = true
		reason, ok := excused[c.Name]
		t.Run(c.Name, func(t *testing.T) {
			if !ok {
				c.Check(t, open(t))
				return
			}
			if messages := record(t, c, open(t)); len(messages) == 0 {
				t.Errorf("the emulator keeps the promise by now: the excuse (%s) can go", reason)
			} else {
				t.Logf("excused, %s: %.200s", reason, messages[0])
			}
		})
	}
	for name := range excused {
		if !known[name] {
			t.Errorf("there is no case %q to excuse", name)
		}
	}
}

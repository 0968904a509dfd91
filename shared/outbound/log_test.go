package outbound_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/outbound"
)

func TestLog(t *testing.T) {
	at := time.Date(2026, 7, 2, 10, 0, 0, 7, time.FixedZone("", 7200))
	var l outbound.Log
	for n := range 3 {
		l = l.With(outbound.Event{At: at.Add(time.Duration(n) * time.Minute), Did: outbound.DidFind, Says: "order 1"})
	}
	l = l.With(outbound.Event{At: at.Add(time.Hour), Did: outbound.DidFind, Says: "order 2"}, outbound.Event{At: at.Add(time.Hour), Did: outbound.DidSend})
	want := "2026-07-02 08:00:00 UTC  found: order 1\n2026-07-02 09:00:00 UTC  found: order 2\n2026-07-02 09:00:00 UTC  sent\n"
	if l.String() != want {
		t.Errorf("got\n%swant\n%s", l, want)
	}
	js, err := json.Marshal(l)
	if err != nil || !strings.HasPrefix(string(js), `[{"at":"2026-07-02T08:00:00Z","did":"found","says":"order 1"},`) {
		t.Errorf("%s, %v", js, err)
	}
	before := l.String()
	for n := range 20 {
		long := l.With(outbound.Event{At: at, Did: outbound.DidRefuse, Says: strings.Repeat("\u00e4", 100+n*10)})
		if got := []rune(long[len(long)-1].Says); len(got) > 120 || len(got) < 100 {
			t.Errorf("%d characters of %d", len(got), 100+n*10)
		}
	}
	if l.String() != before {
		t.Error("With has changed the log that it was called of")
	}
	for n := range 40 {
		l = l.With(outbound.Event{At: at, Did: []outbound.Did{outbound.DidSend, outbound.DidLose}[n%2]})
	}
	if len(l) != 12 || l[11].Did != outbound.DidLose || l[0].Did != outbound.DidSend {
		t.Errorf("%d events are kept:\n%s", len(l), l)
	}
}

// Each answer says when the request was sent, and what came of it.
func TestAnswersAreLogged(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, "made: no. of a"},
		{errors.New("EOF"), "no answer: EOF"},
		{rejected("Internal_EntityWithSameKeyExists"), "refused: x: rejected (Internal_EntityWithSameKeyExists): no"},
		{rejected(""), "refused: x: rejected: no"},
		{of(fault.Throttled), "withdrawn: x: throttled: no"},
	} {
		w := newWorld("a")
		w.answers["a"] = tt.err
		r := w.begin()
		c := r.creates()
		c.Name = func(number string) string { return number }
		if err := c.Create(t.Context(), w.read("a")); err != nil {
			t.Fatal(err)
		}
		// The store is a second away, and so is the other side.
		want := "2026-07-02 08:00:01 UTC  sent\n2026-07-02 08:00:02 UTC  " + tt.want + "\n"
		if r.log.String() != want {
			t.Errorf("got\n%swant\n%s", r.log, want)
		}
	}
}

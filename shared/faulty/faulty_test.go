package faulty_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/table"
	"backroom/shared/table/tabletest"
)

// A table whose injector is not armed is a table.
func TestTableUnarmed(t *testing.T) {
	tabletest.Run(t, func(*testing.T) tabletest.Harness {
		return tabletest.Harness{Table: faulty.Table{Inner: memory.NewTable(time.Now), Injector: &faulty.Injector{Now: time.Now}}}
	})
}

var modes = []struct {
	mode    faulty.Mode
	unknown bool // the caller cannot tell
	atOnce  bool // the effect is there at once
	later   bool // it comes when its time has come
}{
	{faulty.Before, false, false, false},
	{faulty.After, true, true, false},
	{faulty.Late, true, false, true},
	{faulty.Half, true, false, false}, // a transaction has no halves
}

func item(sk string) table.Item {
	return table.Item{Key: table.Key{PK: "P", SK: sk}, Data: []byte("x")}
}

func has(ctx context.Context, t *testing.T, tab table.Table, sk string) bool {
	t.Helper()
	_, err := tab.Get(ctx, table.Key{PK: "P", SK: sk})
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestTableWrites(t *testing.T) {
	for _, m := range modes {
		for _, dies := range []bool{false, true} {
			ctx := t.Context()
			now := time.Unix(0, 0)
			inner := memory.NewTable(func() time.Time { return now })
			i := &faulty.Injector{Now: func() time.Time { return now }, Delay: time.Minute}
			tab := faulty.Table{Inner: inner, Injector: i}
			i.Arm(2, m.mode, dies)
			if err := tab.Write(ctx, table.Put(item("a"), table.Absent)); err != nil || i.Struck() {
				t.Fatalf("%s: write 1: %v", m.mode, err)
			}
			err := tab.Write(ctx, table.Put(item("b"), table.Absent))
			if err == nil || errors.Is(err, table.ErrUnknown) != m.unknown || !i.Struck() || i.Writes() != 2 {
				t.Errorf("%s: write 2: %v after %d writes", m.mode, err, i.Writes())
			}
			if has(ctx, t, inner, "b") != m.atOnce {
				t.Errorf("%s: effect at once %v", m.mode, !m.atOnce)
			}
			err = tab.Write(ctx, table.Put(item("c"), table.Absent))
			_, read := tab.Get(ctx, item("a").Key)
			if errors.Is(err, faulty.ErrDead) != dies || errors.Is(read, faulty.ErrDead) != dies || i.Dead() != dies || has(ctx, t, inner, "c") == dies {
				t.Errorf("%s, dies %v: then %v and %v", m.mode, dies, err, read)
			}
			i.RunDue()
			if has(ctx, t, inner, "b") != m.atOnce {
				t.Errorf("%s: the effect came too early", m.mode)
			}
			now = now.Add(time.Minute)
			i.RunDue()
			if got, want := has(ctx, t, inner, "b"), m.atOnce || m.later; got != want || i.Pending() != 0 {
				t.Errorf("%s: effect in the end %v, %d to come", m.mode, got, i.Pending())
			}
			i.Revive()
			if err := tab.Write(ctx, table.Put(item("d"), table.Absent)); err != nil {
				t.Errorf("%s: a new process: %v", m.mode, err)
			}
		}
	}
}

// A late write is judged when it takes effect, not when it was sent.
func TestLateWriteMeetsItsCondition(t *testing.T) {
	now := time.Unix(0, 0)
	inner := memory.NewTable(func() time.Time { return now })
	i := &faulty.Injector{Now: func() time.Time { return now }}
	i.Arm(1, faulty.Late, true)
	if err := (faulty.Table{Inner: inner, Injector: i}).Write(t.Context(), table.Put(item("a"), table.Absent)); !errors.Is(err, table.ErrUnknown) {
		t.Fatal(err)
	}
	other := item("a")
	other.Data = []byte("other")
	if err := inner.Write(t.Context(), table.Put(other, table.Absent)); err != nil {
		t.Fatal(err)
	}
	i.RunDue()
	if it, err := inner.Get(t.Context(), other.Key); err != nil || string(it.Data) != "other" {
		t.Errorf("the late write took place on %q, %v", it.Data, err)
	}
}

// A write that is refused is refused, whatever becomes of its answer.
func TestRefusedWrite(t *testing.T) {
	i := &faulty.Injector{Now: time.Now}
	tab := faulty.Table{Inner: memory.NewTable(time.Now), Injector: i}
	if err := tab.Write(t.Context(), table.Put(item("a"), table.Absent)); err != nil {
		t.Fatal(err)
	}
	i.Arm(1, faulty.After, false)
	if err := tab.Write(t.Context(), table.Put(item("a"), table.Absent)); !errors.Is(err, table.ErrConflict) {
		t.Errorf("%v, want a conflict", err)
	}
}

func TestQueueSends(t *testing.T) {
	for _, m := range modes {
		ctx := t.Context()
		now := time.Unix(0, 0)
		clock := func() time.Time { return now }
		i := &faulty.Injector{Now: clock, Delay: time.Minute}
		q := faulty.Queue{Inner: memory.NewQueue(clock), Injector: i}
		i.Arm(1, m.mode, false)
		if err := q.Send(ctx, "g", "d", []byte("x")); err == nil || errors.Is(err, queue.ErrUnknown) != m.unknown {
			t.Errorf("%s: %v", m.mode, err)
		}
		now = now.Add(time.Minute)
		i.RunDue()
		ms, err := q.Receive(ctx, 1, time.Minute, 0)
		if err != nil || (len(ms) == 1) != (m.atOnce || m.later) {
			t.Errorf("%s: %d messages, %v", m.mode, len(ms), err)
		}
	}
}

type answers func(*http.Request) (*http.Response, error)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTransport(t *testing.T) {
	for _, m := range modes {
		var bodies []string
		now := time.Unix(0, 0)
		i := &faulty.Injector{Now: func() time.Time { return now }, Delay: time.Minute}
		c := http.Client{Transport: faulty.Transport{
			Injector: i,
			Inner: answers(func(r *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(r.Body)
				bodies = append(bodies, string(b))
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, err
			}),
			Writes: func(_ *http.Request, body []byte) bool { return string(body) == "write" },
		}}
		post := func(body string) error {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim.test/", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.Do(r)
			if err == nil {
				err = resp.Body.Close()
			}
			return err
		}
		i.Arm(1, m.mode, false)
		if err := post("read"); err != nil || i.Writes() != 0 {
			t.Errorf("%s: a read: %v, counted as %d writes", m.mode, err, i.Writes())
		}
		if err := post("write"); err == nil {
			t.Errorf("%s: the write succeeded", m.mode)
		}
		if (len(bodies) == 2) != m.atOnce {
			t.Errorf("%s: requests that arrived at once: %q", m.mode, bodies)
		}
		now = now.Add(time.Minute)
		i.RunDue()
		if (len(bodies) == 2) != (m.atOnce || m.later) {
			t.Errorf("%s: requests that arrived: %q", m.mode, bodies)
		}
	}
}

// Half of a request arrives, as its writer halves it; nothing of one without halves.
func TestHalfOfARequest(t *testing.T) {
	for body, want := range map[string]string{"ab": "a", "c": ""} {
		arrived := ""
		i := &faulty.Injector{Now: time.Now}
		c := http.Client{Transport: faulty.Transport{
			Injector: i, Writes: func(*http.Request, []byte) bool { return true },
			Halve: func(_ *http.Request, body []byte) []byte { return bytes.TrimSuffix(body, []byte("b"))[:len(body)/2] },
			Inner: answers(func(r *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(r.Body)
				arrived += string(b)
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, err
			}),
		}}
		i.Arm(1, faulty.Half, false)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim.test/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := c.Do(r); err == nil {
			t.Errorf("%q succeeded: %v", body, resp.Body.Close())
		}
		if arrived != want {
			t.Errorf("of %q %q arrived, want %q", body, arrived, want)
		}
	}
}

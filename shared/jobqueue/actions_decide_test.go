package jobqueue

import (
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/recurrence"
)

// TestTransitions holds every action on every status to the table that people
// read: the status it leads to, or a word of the way out.
func TestTransitions(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	own := &Run{Entry: "e"}
	statuses := map[Status]struct {
		e Entry
		c category
	}{
		Ready:     {Entry{Status: Ready}, category{}},
		InProcess: {Entry{Status: Ready}, category{Shop: "s", ID: "r", Run: own}},
		Waiting:   {Entry{Status: Ready, Queued: "q"}, category{Shop: "s", ID: "o", Run: &Run{Entry: "other"}}},
		OnHold:    {Entry{Status: OnHold, HoldReason: "stocktaking"}, category{}},
		Error:     {Entry{Status: Error}, category{}},
		Finished:  {Entry{Status: Finished}, category{}},
	}
	want := map[Action]map[Status]string{
		ToHold:   {Ready: "on hold", InProcess: "on hold", Waiting: "on hold", OnHold: "on hold", Error: "on hold", Finished: "on hold"},
		ToReady:  {Ready: "! run it now", InProcess: "! run it now", Waiting: "! run it now", OnHold: "ready", Error: "ready", Finished: "ready"},
		Restart:  {Ready: "! run it now", InProcess: "! run it now", Waiting: "! run it now", OnHold: "ready", Error: "ready", Finished: "ready"},
		RunNow:   {Ready: "ready", InProcess: "in process", Waiting: "waiting", OnHold: "! make it ready", Error: "error", Finished: "finished"},
		ToCancel: {Ready: "! hold it", InProcess: "in process", Waiting: "ready", OnHold: "! hold it", Error: "! hold it", Finished: "! hold it"},
		ToDelete: {Ready: "gone", InProcess: "! cancel its run", Waiting: "gone", OnHold: "gone", Error: "gone", Finished: "gone"},
	}
	if len(want) != len(transitions) {
		t.Errorf("%d actions, %d in the test", len(transitions), len(want))
	}
	for a, row := range transitions {
		if len(row) != len(statuses) {
			t.Errorf("%s has %d statuses of %d", a, len(row), len(statuses))
		}
		for s, at := range statuses {
			at.e.Shop, at.e.ID, at.e.Scope = "s", "e", "s"
			to, err := at.e.allowed(a, at.c, now)
			hint, refuses := strings.CutPrefix(want[a][s], "! ")
			if !refuses {
				if err != nil || string(to) != want[a][s] {
					t.Errorf("%s when %s leads to %q, %v; want %q", a, s, to, err, want[a][s])
				}
				continue
			}
			r, ok := errors.AsType[*Refusal](err)
			if !ok || r.Action != a || r.Status != s || r.Entry != "e" || !strings.Contains(err.Error(), hint) {
				t.Errorf("%s when %s: %v; want a refusal with %q", a, s, err, hint)
			}
			if errors.Is(err, ErrOnHold) != (s == OnHold) {
				t.Errorf("%s when %s: is ErrOnHold: %v", a, s, s != OnHold)
			}
		}
	}
}

func TestStandingWhereTwoThingsAreTrue(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	own := category{Shop: "s", ID: "r", Run: &Run{Entry: "e"}}
	past := recurrence.Rule{EarliestStart: now.Add(-2 * time.Hour), Expiration: now.Add(-time.Hour)}
	for _, c := range []struct {
		name string
		e    Entry
		c    category
		a    Action
		want Status
		err  string
	}{
		{"on hold while its run goes on: make it ready", Entry{Status: OnHold}, own, ToReady, Ready, ""},
		{"on hold while its run goes on: cancel", Entry{Status: OnHold}, own, ToCancel, InProcess, ""},
		{"on hold while its run goes on: delete", Entry{Status: OnHold}, own, ToDelete, "", "in process (run r)"},
		{"in Error while a run by hand goes on: delete", Entry{Status: Error}, own, ToDelete, "", "in process"},
		{"expired: make it ready", Entry{Status: Ready, Rule: past}, category{}, ToReady, "", "later expiration"},
		{"on hold and expired: make it ready", Entry{Status: OnHold, Rule: past}, category{}, ToReady, "", "later expiration"},
		{"on hold and expired: hold", Entry{Status: OnHold, Rule: past}, category{}, ToHold, OnHold, ""},
		{"a run of an entry of the same id of another shop", Entry{Status: Ready}, category{Shop: "other", ID: "r", Run: &Run{Entry: "e"}}, ToDelete, gone, ""},
	} {
		c.e.Shop, c.e.ID, c.e.Scope = "s", "e", "s"
		to, err := c.e.allowed(c.a, c.c, now)
		if to != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, to, err, c.want, c.err)
		}
	}
}

package jobs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/recurrence"
)

// TestTransitions holds every action on every status to the table that people
// read: the status it leads to, or a word of the way out.
func TestTransitions(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	own := &jobqueue.Run{Entry: "e"}
	statuses := map[jobqueue.Status]struct {
		e jobqueue.Entry
		c jobqueue.Category
	}{
		jobqueue.Ready:     {jobqueue.Entry{Status: jobqueue.Ready}, jobqueue.Category{}},
		jobqueue.InProcess: {jobqueue.Entry{Status: jobqueue.Ready}, jobqueue.Category{Shop: "s", ID: "r", Run: own}},
		jobqueue.Waiting:   {jobqueue.Entry{Status: jobqueue.Ready, Queued: "q"}, jobqueue.Category{Shop: "s", ID: "o", Run: &jobqueue.Run{Entry: "other"}}},
		jobqueue.OnHold:    {jobqueue.Entry{Status: jobqueue.OnHold, HoldReason: "stocktaking"}, jobqueue.Category{}},
		jobqueue.InError:   {jobqueue.Entry{Status: jobqueue.InError}, jobqueue.Category{}},
		jobqueue.Finished:  {jobqueue.Entry{Status: jobqueue.Finished}, jobqueue.Category{}},
	}
	want := map[Action]map[jobqueue.Status]string{
		ToHold:   {jobqueue.Ready: "on hold", jobqueue.InProcess: "on hold", jobqueue.Waiting: "on hold", jobqueue.OnHold: "on hold", jobqueue.InError: "on hold", jobqueue.Finished: "on hold"},
		ToReady:  {jobqueue.Ready: "! run it now", jobqueue.InProcess: "! run it now", jobqueue.Waiting: "! run it now", jobqueue.OnHold: "ready", jobqueue.InError: "ready", jobqueue.Finished: "ready"},
		Restart:  {jobqueue.Ready: "! run it now", jobqueue.InProcess: "! run it now", jobqueue.Waiting: "! run it now", jobqueue.OnHold: "ready", jobqueue.InError: "ready", jobqueue.Finished: "ready"},
		RunNow:   {jobqueue.Ready: "ready", jobqueue.InProcess: "in process", jobqueue.Waiting: "waiting", jobqueue.OnHold: "! make it ready", jobqueue.InError: "error", jobqueue.Finished: "finished"},
		ToCancel: {jobqueue.Ready: "! hold it", jobqueue.InProcess: "in process", jobqueue.Waiting: "ready", jobqueue.OnHold: "! hold it", jobqueue.InError: "! hold it", jobqueue.Finished: "! hold it"},
		ToDelete: {jobqueue.Ready: "gone", jobqueue.InProcess: "! cancel its run", jobqueue.Waiting: "gone", jobqueue.OnHold: "gone", jobqueue.InError: "gone", jobqueue.Finished: "gone"},
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
			to, err := allowed(at.e, a, at.c, now)
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
			if errors.Is(err, ErrOnHold) != (s == jobqueue.OnHold) {
				t.Errorf("%s when %s: is ErrOnHold: %v", a, s, s != jobqueue.OnHold)
			}
		}
	}
}

func TestStandingWhereTwoThingsAreTrue(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	own := jobqueue.Category{Shop: "s", ID: "r", Run: &jobqueue.Run{Entry: "e"}}
	past := recurrence.Rule{EarliestStart: now.Add(-2 * time.Hour), Expiration: now.Add(-time.Hour)}
	for _, c := range []struct {
		name string
		e    jobqueue.Entry
		c    jobqueue.Category
		a    Action
		want jobqueue.Status
		err  string
	}{
		{"on hold while its run goes on: make it ready", jobqueue.Entry{Status: jobqueue.OnHold}, own, ToReady, jobqueue.Ready, ""},
		{"on hold while its run goes on: cancel", jobqueue.Entry{Status: jobqueue.OnHold}, own, ToCancel, jobqueue.InProcess, ""},
		{"on hold while its run goes on: delete", jobqueue.Entry{Status: jobqueue.OnHold}, own, ToDelete, "", "in process (run r)"},
		{"in Error while a run by hand goes on: delete", jobqueue.Entry{Status: jobqueue.InError}, own, ToDelete, "", "in process"},
		{"expired: make it ready", jobqueue.Entry{Status: jobqueue.Ready, Rule: past}, jobqueue.Category{}, ToReady, "", "later expiration"},
		{"on hold and expired: make it ready", jobqueue.Entry{Status: jobqueue.OnHold, Rule: past}, jobqueue.Category{}, ToReady, "", "later expiration"},
		{"on hold and expired: hold", jobqueue.Entry{Status: jobqueue.OnHold, Rule: past}, jobqueue.Category{}, ToHold, jobqueue.OnHold, ""},
		{"a run of an entry of the same id of another shop", jobqueue.Entry{Status: jobqueue.Ready}, jobqueue.Category{Shop: "other", ID: "r", Run: &jobqueue.Run{Entry: "e"}}, ToDelete, gone, ""},
	} {
		c.e.Shop, c.e.ID, c.e.Scope = "s", "e", "s"
		to, err := allowed(c.e, c.a, c.c, now)
		if to != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, to, err, c.want, c.err)
		}
	}
}

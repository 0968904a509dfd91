package main

import (
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/jobqueue"
)

// TestOneLook: what keeps most from working decides the next step and the exit status, and an
// issue of any kind of record is something that waits.
func TestOneLook(t *testing.T) {
	running := func(c api.Cues, js ...api.Job) look {
		return look{Engine: "here", Cues: c, Jobs: js}
	}
	failed := api.Job{ID: "sync-orders", LastOutcome: jobqueue.Failed}
	records := func(kind string) api.Cues { return api.Cues{Records: map[string]int{kind: 1, "order": 0}} }
	for _, tt := range []struct {
		name   string
		look   look
		status int
		next   string
	}{
		{"all is well", running(api.Cues{Orders: map[string]int{"held": 2}, Records: map[string]int{"order": 0}}), 0, ""},
		{"an order waits", running(api.Cues{Orders: map[string]int{"attention": 1}}), statusIssues, "backroom issues"},
		{"a conflict", running(api.Cues{Orders: map[string]int{"conflict": 1}}), statusIssues, "backroom issues"},
		{"a customer's issue", running(records("customer")), statusIssues, "backroom issues"},
		{"a shipment's issue", running(records("shipment")), statusIssues, "backroom issues"},
		{"a payout's issue", running(records("payout")), statusIssues, "backroom issues"},
		{"issues beyond those counted", running(api.Cues{More: true}), statusIssues, "backroom issues"},
		{"a failed job, and issues", running(records("customer"), failed), statusFailed, "backroom runs --outcome failed,lost --limit 1, then backroom doctor"},
		{"a job in error", running(api.Cues{}, api.Job{ID: "x", Status: jobqueue.InError}), statusFailed, "backroom runs --outcome failed,lost --limit 1, then backroom doctor"},
		{"paused", running(api.Cues{Paused: true}, failed), statusNotRun, "backroom jobs resume"},
		{"no engine", look{Cues: records("customer")}, statusNotRun, "backroom serve"},
		{"disconnected, of the demo", look{Engine: "here", Shop: api.Shop{Simulated: true, DisconnectedAt: time.Unix(1, 0)}}, statusNotRun, "backroom serve --reconnect"},
	} {
		if got := tt.look.status(); got != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.status)
		}
		if got := tt.look.next(); got != tt.next {
			t.Errorf("%s: next %q, want %q", tt.name, got, tt.next)
		}
	}
}

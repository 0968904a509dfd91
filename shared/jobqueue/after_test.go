package jobqueue

import (
	"testing"
)

func TestEntryAfterARun(t *testing.T) {
	for _, tt := range []struct {
		name     string
		status   Status
		attempts int
		outcome  Outcome
		retry    bool
		want     Status
		then     int // attempts
	}{
		{"the first failure of three", Ready, 0, Failed, true, Ready, 1},
		{"the second", Ready, 1, Failed, true, Ready, 2},
		{"the third", Ready, 2, Failed, true, InError, 3},
		{"no use in trying again", Ready, 0, Failed, false, InError, 1},
		{"put on hold while it failed for good", OnHold, 2, Failed, true, OnHold, 3},
		{"put on hold while it failed as it always will", OnHold, 0, Failed, false, OnHold, 1},
		{"success ends the count", Ready, 2, Succeeded, false, Ready, 0},
		{"and the error", InError, 3, Succeeded, false, Ready, 0},
		{"success with issues too", InError, 3, SucceededWithIssues, false, Ready, 0},
		{"on hold it stays, also after a success", OnHold, 2, Succeeded, false, OnHold, 0},
		{"a lost run counts as none", Ready, 2, Lost, false, Ready, 2},
		{"nor does one that was cancelled", Ready, 2, Cancelled, false, Ready, 2},
		{"or did not start", Ready, 2, Skipped, false, Ready, 2},
		{"a lost run ends no error", InError, 3, Lost, false, InError, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Entry{Status: tt.status, Attempts: tt.attempts, MaxAttempts: 3}
			e = e.After(Run{Outcome: tt.outcome}, Ending{Outcome: tt.outcome, Retry: tt.retry})
			if e.Status != tt.want || e.Attempts != tt.then {
				t.Errorf("%s after %d attempts, want %s after %d", e.Status, e.Attempts, tt.want, tt.then)
			}
		})
	}
}

package jobqueue

import "testing"

// What the sweep counts for alarms: causes on our side only.
func TestFailing(t *testing.T) {
	tests := []struct {
		name            string
		entries         []Entry
		inError, failed int
	}{
		{"no entries", nil, 0, 0},
		{"all is well", []Entry{{Status: Ready}, {Status: OnHold}}, 0, 0},
		{"tried again by itself", []Entry{{Status: Ready, Attempts: 1, Whose: "system"}}, 0, 1},
		{"given up, our cause", []Entry{{Status: Error, Attempts: 5, Whose: "system"}, {Status: Ready}}, 1, 1},
		{"given up, the merchant's cause", []Entry{{Status: Error, Attempts: 1, Whose: "merchant"}}, 0, 0},
		{"stored before the cause was kept", []Entry{{Status: Error, Attempts: 3}}, 1, 1},
		{"nothing follows from its schedule", []Entry{{Status: Error, Whose: "system"}}, 1, 1},
		{"put in error by hand", []Entry{{Status: Error}}, 0, 0},
		{"a shop counts once", []Entry{{Status: Error, Attempts: 5, Whose: "system"}, {Status: Error, Attempts: 2, Whose: "system"}, {Status: Ready, Attempts: 1}}, 2, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if inError, failed := failing(tt.entries); inError != tt.inError || failed != tt.failed {
				t.Errorf("%d in error, %d shops failing; want %d, %d", inError, failed, tt.inError, tt.failed)
			}
		})
	}
}

// The entry remembers whose cause its last failure was, until it succeeds.
func TestWhoseIsKeptUntilItSucceeds(t *testing.T) {
	e := Entry{Status: Ready, MaxAttempts: 3}
	e = e.after(Run{Outcome: Failed}, ending{outcome: Failed, retry: true, whose: "system"})
	if e.Whose != "system" || e.Attempts != 1 {
		t.Errorf("after a failure: %+v", e)
	}
	was := e
	e = e.after(Run{Outcome: Failed}, ending{outcome: Failed, whose: "merchant"})
	if e.Whose != "merchant" || e.Status != Error || e.same(was) {
		t.Errorf("after the merchant's: %+v", e)
	}
	if e = e.after(Run{Outcome: Succeeded}, ending{outcome: Succeeded}); e.Whose != "" || e.Attempts != 0 {
		t.Errorf("after a success: %+v", e)
	}
}

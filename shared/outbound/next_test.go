package outbound

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"backroom/shared/fault"
)

func TestNext(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		sent  time.Time
		found int
		want  Step
	}{
		{"never sent, nothing there", time.Time{}, 0, Create},
		{"never sent, yet one is there", time.Time{}, 1, Adopt},
		{"sent just now, not there yet", now, 0, Wait},
		{"one second before it settles", now.Add(-Settle + time.Second), 0, Wait},
		{"settled to the second", now.Add(-Settle), 0, Create},
		{"found while still unsettled", now.Add(-time.Minute), 1, Adopt},
		{"two found", now.Add(-time.Minute), 2, Ambiguous},
		{"two found long after", now.Add(-time.Hour), 2, Ambiguous},
		{"a clock that ran ahead when it was sent", now.Add(time.Minute), 0, Wait},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Next(tt.sent, tt.found, now); got != tt.want {
				t.Errorf("Next = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestMaySendNeedsALeaseThatOutlivesTheTimeout(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if maySend(now, now.Add(100*time.Second), 100*time.Second) {
		t.Error("a lease that ends with the request is too short")
	}
	if !maySend(now, now.Add(101*time.Second), 100*time.Second) {
		t.Error("a longer lease is enough")
	}
	if maySend(now, now.Add(-time.Second), 0) {
		t.Error("a lease that is over allows nothing")
	}
}

func TestFreshLeavesTheMarginOfSettle(t *testing.T) {
	sent := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if !fresh(sent, sent) || !fresh(sent, sent.Add(SendWithin)) {
		t.Error("an intent of a moment ago may be sent")
	}
	if fresh(sent, sent.Add(SendWithin+time.Second)) {
		t.Error("a process that slept may not send")
	}
	// 8 minutes queued and 8 running, from the latest moment it may go out.
	if SendWithin+16*time.Minute >= Settle {
		t.Error("a create could take effect after it counts as not found")
	}
}

func TestSent(t *testing.T) {
	there := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		intended bool
		stored   time.Time
		want     time.Time
	}{
		{"no intent", false, there.Add(-time.Hour), time.Time{}},
		{"an intent", true, there.Add(-time.Hour), there.Add(-time.Hour)},
		{"by the host's clock alone", true, time.Time{}, there},
		{"by a server a little ahead", true, there.Add(20 * time.Second), there.Add(20 * time.Second)},
		{"by a server far ahead", true, there.Add(400 * 24 * time.Hour), there},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sent(tt.intended, tt.stored, there); !got.Equal(tt.want) {
				t.Errorf("Sent = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestKindTakesTheUnclassifiedForUnknown(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"success", nil, ""},
		{"nobody classified it", errors.New("EOF"), fault.Unknown},
		{"the caller gave up", context.DeadlineExceeded, fault.Unknown},
		{"refused", fmt.Errorf("x: %w", &fault.Error{Kind: fault.Rejected, Err: errors.New("no")}), fault.Rejected},
		{"not sent", &fault.Error{Kind: fault.Transient, Err: errors.New("no")}, fault.Transient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Kind(tt.err); got != tt.want {
				t.Errorf("Kind = %q, want %q", got, tt.want)
			}
		})
	}
}

package queuetest

import (
	"time"

	"backroom/shared/contract"
)

// SetBack checks a queue that measures by its host's clock: what was hidden or
// known while that was ahead is so for no longer once it is right. back sets the
// clock back. A queue with a clock of its own does without.
func SetBack(t contract.T, h Harness, back func(time.Duration)) {
	t.Helper()
	for _, ahead := range []time.Duration{45 * time.Minute, 400 * 24 * time.Hour} {
		h.Advance(ahead)
		send(t, h, "hidden", "h", "1")
		if ms := receive(t, h, 1); len(ms) != 1 {
			t.Fatalf("%d messages, want the one that was sent", len(ms))
		}
		send(t, h, "waits", "w", "2")
		back(ahead)
		ms := receive(t, h, 5)
		if len(ms) != 1 || ms[0].Group != "waits" {
			t.Fatalf("after %v back: %d messages, want the one that waited", ahead, len(ms))
		}
		if err := h.Queue.Extend(t.Context(), ms[0].Receipt, 2*minute); err != nil {
			t.Errorf("after %v back: extend: %v", ahead, err)
		}
		if err := h.Queue.Delete(t.Context(), ms[0].Receipt); err != nil {
			t.Errorf("after %v back: delete: %v", ahead, err)
		}
		h.Advance(minute + time.Second)
		ms = receive(t, h, 5)
		if len(ms) != 1 || ms[0].Group != "hidden" {
			t.Fatalf("after %v back and a minute: %d messages, want the one that was hidden", ahead, len(ms))
		}
		if err := h.Queue.Delete(t.Context(), ms[0].Receipt); err != nil {
			t.Errorf("after %v back: delete: %v", ahead, err)
		}
		h.Advance(5 * minute)
		send(t, h, "waits", "w", "again")
		if ms = receive(t, h, 5); len(ms) != 1 {
			t.Fatalf("after %v back: %d messages, want the one whose id is not known any more", ahead, len(ms))
		}
		if err := h.Queue.Delete(t.Context(), ms[0].Receipt); err != nil {
			t.Errorf("after %v back: delete: %v", ahead, err)
		}
		h.Advance(6 * minute)
	}
}

package businesscentral

import (
	"net/http"
	"testing"
	"time"
)

// TestServerTime: the Date of the last answer serves while it is young by our
// clock, whatever that clock shows; otherwise BC is asked.
func TestServerTime(t *testing.T) {
	there := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f := newFake(t, func(op) result {
		return result{status: http.StatusOK, body: `{"value":[]}`, header: map[string]string{"Date": there.Format(http.TimeFormat)}}
	})
	c := f.client()
	var heard time.Time
	const within = 15 * time.Second
	for _, tt := range []struct {
		name string
		step time.Duration // of our clock, before it
		asks int
	}{
		{"the first time", 0, 1},
		{"at once", 0, 0},
		{"young", within, 0},
		{"old", time.Second, 1},
		{"our clock was set ahead", 400 * 24 * time.Hour, 1},
		{"our clock was set back", -45 * time.Minute, 1},
	} {
		f.now = f.now.Add(tt.step)
		before := f.count()
		there = there.Add(time.Minute) // shown by an answer from now on
		want := heard
		if tt.asks > 0 {
			want, heard = there, there
		}
		got, err := c.ServerTime(t.Context(), within)
		if err != nil || !got.Equal(want) || f.count()-before != tt.asks {
			t.Errorf("%s: %v after %d requests, want %v after %d (%v)", tt.name, got, f.count()-before, want, tt.asks, err)
		}
	}
}

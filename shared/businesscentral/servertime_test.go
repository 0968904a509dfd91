package businesscentral_test

import (
	"net/http"
	"testing"
	"time"

	"backroom/shared/businesscentral/bctest"
)

// TestServerTime: the Date of the last answer serves while it is young by our
// clock, whatever that clock shows; otherwise BC is asked.
func TestServerTime(t *testing.T) {
	there := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f := bctest.New(t, func(bctest.Op) bctest.Result {
		return bctest.Result{Status: http.StatusOK, Body: `{"value":[]}`, Header: map[string]string{"Date": there.Format(http.TimeFormat)}}
	})
	c := company(f)
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
		f.Pass(tt.step)
		before := f.Count()
		there = there.Add(time.Minute) // shown by an answer from now on
		want := heard
		if tt.asks > 0 {
			want, heard = there, there
		}
		got, err := c.ServerTime(t.Context(), within)
		if err != nil || !got.Equal(want) || f.Count()-before != tt.asks {
			t.Errorf("%s: %v after %d requests, want %v after %d (%v)", tt.name, got, f.Count()-before, want, tt.asks, err)
		}
	}
}

package documents

import (
	"testing"
	"time"
)

// Whether an order is archived, by how Shopify shows it at that moment. What may have been
// opened by a person is never archived again.
func TestStandsOpen(t *testing.T) {
	now := time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC)
	known := now.Add(-time.Hour)
	is := OpenOrder{ID: "1", Finished: true, UpdatedAt: known}
	for _, tt := range []struct {
		name  string
		sent  time.Duration // so long ago; 0: never
		is    func(*OpenOrder)
		sends bool
		done  bool
		waits bool // it is looked at again by itself
	}{
		{name: "open as it was read", sends: true},
		{name: "closed by somebody", is: func(o *OpenOrder) { o.Closed = true }, done: true},
		{name: "gone", is: func(o *OpenOrder) { o.Missing = true }, done: true},
		{name: "not finished any more", is: func(o *OpenOrder) { o.Finished = false }},
		{name: "edited since it was read", is: func(o *OpenOrder) { o.Edited = true }},
		{name: "touched since it was read", is: func(o *OpenOrder) { o.UpdatedAt = known.Add(time.Second) }, sends: true},
		{name: "our request is under way", sent: time.Minute, waits: true},
		{name: "our request was done", sent: time.Minute, is: func(o *OpenOrder) { o.Closed = true }, done: true},
		{name: "our request has had no effect", sent: time.Hour, sends: true},
		{name: "closed by ours, and opened by a person", sent: time.Hour, is: func(o *OpenOrder) { o.UpdatedAt = known.Add(time.Minute) }, done: true},
	} {
		a := Archiving{ID: "1", Fit: true}
		if tt.sent > 0 {
			a.SentAt, a.SentThere, a.Before = now.Add(-tt.sent), now.Add(-tt.sent), known
		}
		o := is
		if tt.is != nil {
			tt.is(&o)
		}
		sends := a.standsOpen(o, now)
		if sends != tt.sends || a.Done != tt.done || a.Next.After(now) != tt.waits {
			t.Errorf("%s: sends %t, done %t, again at %v", tt.name, sends, a.Done, a.Next)
		}
		if sends && !a.Before.Equal(o.UpdatedAt) || tt.waits && a.SentAt.IsZero() || a.Done && !a.SentAt.IsZero() && !o.Missing {
			t.Errorf("%s: stored %+v", tt.name, a)
		}
	}
}

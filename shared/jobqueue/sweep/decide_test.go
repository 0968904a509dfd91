package sweep

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/jobqueue"
	"backroom/shared/queue"
)

var sweepTime = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func TestDecideRun(t *testing.T) {
	running := jobqueue.Category{Run: &jobqueue.Run{Slice: 2}, ID: "r", Owner: "o", Until: sweepTime, Fence: 3}
	ended := running
	ended.End = &jobqueue.SliceEnd{Run: "r", Slice: 2}
	stale := running
	stale.End = &jobqueue.SliceEnd{Run: "r", Slice: 1}
	for _, tt := range []struct {
		name string
		c    jobqueue.Category
		b    jobqueue.Beat
		at   time.Duration // after Until
		skew time.Duration
		want fate
	}{
		{name: "nobody holds it", c: jobqueue.Category{}, at: 24 * time.Hour, want: leave},
		{name: "the lease lives", c: running, at: -time.Second, want: leave},
		{name: "the lease has just ended, its message is on its way", c: running, at: 2 * time.Minute, want: leave},
		{name: "no message came", c: running, at: 6 * time.Minute, want: revive},
		{name: "between two tries", c: running, at: 16 * time.Minute, want: leave},
		{name: "the second try", c: running, at: 21 * time.Minute, want: revive},
		{name: "nothing for an hour", c: running, at: 61 * time.Minute, want: closeIt},
		{name: "another machine's clock may be behind", c: running, at: 61 * time.Minute, skew: 2 * time.Minute, want: leave},
		{name: "renewed for long", c: running, b: jobqueue.Beat{Fence: 3, Until: sweepTime.Add(time.Hour)}, at: 61 * time.Minute, want: leave},
		{name: "a renewal of the owner before says nothing", c: running, b: jobqueue.Beat{Fence: 2, Until: sweepTime.Add(time.Hour)}, at: 61 * time.Minute, want: closeIt},
		{name: "its outcome is there, its dispatcher may live", c: ended, at: time.Minute, want: leave},
		{name: "its outcome is there", c: ended, at: 2 * time.Minute, want: settle},
		{name: "its outcome is there, however late", c: ended, at: 24 * time.Hour, want: settle},
		{name: "the outcome of the slice before is none", c: stale, at: 61 * time.Minute, want: closeIt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			quiet := alone(tt.c, tt.b, sweepTime.Add(tt.at), tt.skew)
			if got := decideRun(tt.c, quiet, lostAfter); got != tt.want {
				t.Errorf("alone for %v: %v, want %v", quiet, got, tt.want)
			}
		})
	}
}

// TestSendNow: whenever sweeps start, and if they come each minute, what is
// missing is sent within the queue's memory of the first moment, and then at
// least hourly; and not more often than the queue tells apart five times an hour.
func TestSendNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Duration(rapid.IntRange(60, 900).Draw(t, "first")) * time.Second
		offset := time.Duration(rapid.IntRange(0, 59).Draw(t, "offset")) * time.Second
		var last time.Duration
		sent := 0
		for age := offset; age < 12*time.Hour; age += time.Minute {
			if !sendNow(age, first) {
				continue
			}
			if age < first {
				t.Fatalf("sent at %v, before %v", age, first)
			}
			if last == 0 && age >= first+time.Minute {
				t.Fatalf("first sent at %v, want within a minute of %v", age, first)
			}
			if last > 0 && age-last > time.Hour+time.Minute+first {
				t.Fatalf("nothing between %v and %v", last, age)
			}
			if last == 0 || age-last >= queue.DedupWindow {
				sent++
			}
			last = age
		}
		if sent < 12 || sent > 20 {
			t.Fatalf("%d messages in 12 hours", sent)
		}
	})
}

func TestOverdueSlot(t *testing.T) {
	hourly := jobqueue.Entry{Shop: "s", ID: "e", Status: jobqueue.Ready}
	hourly.Every, hourly.EarliestStart = time.Hour, sweepTime
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, "2026-11-23T"+s+":00Z")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	with := func(change func(*jobqueue.Entry)) jobqueue.Entry { e := hourly; change(&e); return e }
	for _, tt := range []struct {
		name string
		e    jobqueue.Entry
		st   jobqueue.History
		now  string
		want string // "": none
	}{
		{"before the first slot", hourly, jobqueue.History{}, "07:59", ""},
		{"the slot is young", hourly, jobqueue.History{}, "08:06", ""},
		{"the first slot never ran", hourly, jobqueue.History{}, "08:08", "08:00"},
		{"its run is there", hourly, jobqueue.History{CoveredUntil: at("08:00")}, "08:30", ""},
		{"the next one is missing", hourly, jobqueue.History{CoveredUntil: at("08:01")}, "09:30", "09:00"},
		{"several are missing: the earliest", hourly, jobqueue.History{CoveredUntil: at("08:01")}, "12:30", "09:00"},
		{"on hold", with(func(e *jobqueue.Entry) { e.Status = jobqueue.OnHold }), jobqueue.History{}, "12:30", ""},
		{"in error for good", with(func(e *jobqueue.Entry) { e.Status = jobqueue.InError }), jobqueue.History{}, "12:30", ""},
		{"in error until the next slot", with(func(e *jobqueue.Entry) { e.Status, e.Resume = jobqueue.InError, true }), jobqueue.History{}, "08:30", "08:00"},
		{"without a cadence", with(func(e *jobqueue.Entry) { e.Every = 0 }), jobqueue.History{}, "12:30", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			slot, ok := overdueSlot(tt.e, tt.st, at(tt.now))
			if got := slot.Format("15:04"); ok != (tt.want != "") || ok && got != tt.want {
				t.Errorf("slot %s (%v), want %q", got, ok, tt.want)
			}
		})
	}
}

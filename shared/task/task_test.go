package task_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/usage"
)

type options struct {
	Colour string `json:"colour,omitempty"`
}

// Check implements task.Checked.
func (o options) Check() error {
	if o.Colour == "mauve" {
		return errors.New(`colour "mauve": must be another`)
	}
	return nil
}

type place struct {
	Page string `json:"page,omitempty"`
}

type slice = task.Slice[options, place]

// rig is a shop with a clock, and a lease that may be lost.
type rig struct {
	now   time.Time
	table *memory.Table
	deps  task.Deps
	lost  bool
	shown []jobqueue.Progress
}

func newRig() *rig {
	r := &rig{now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return r.now }
	r.table = memory.NewTable(clock)
	r.deps = task.Deps{
		Card:  func(_ context.Context, code string) (shop.Shop, error) { return shop.Shop{Code: code}, nil },
		Guard: r, Now: clock, Timeout: time.Minute, Issues: &issue.Store{Table: r.table},
	}
	return r
}

func (r *rig) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	if r.lost {
		return jobqueue.ErrFenced
	}
	return r.table.Write(ctx, ops...)
}

func (r *rig) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	l.Until = r.now.Add(15 * time.Minute)
	return l, false, nil
}

func (r *rig) Progress(_ context.Context, _ jobqueue.Request, p jobqueue.Progress) {
	r.shown = append(r.shown, p)
}

// run makes one slice of a task whose sides are the code of its shop.
func (r *rig) run(ctx context.Context, q jobqueue.Request, work task.Work[options, place, string]) (jobqueue.Result, error) {
	q.Shop, q.Deadline = "acme", r.now.Add(10*time.Minute)
	sides := func(card shop.Shop) (string, error) { return card.Code, nil }
	return task.New("water-plants", r.deps, sides, work).Run(ctx, q)
}

func TestResult(t *testing.T) {
	full := &fault.Error{Op: "x", Kind: fault.Throttled, Err: errors.New("full")}
	for _, tt := range []struct {
		name       string
		request    jobqueue.Request
		work       func(*slice) (bool, error)
		done       bool
		checkpoint string
		read       int
		followUps  []string
		report     string
		err        error
	}{
		{name: "done", work: func(s *slice) (bool, error) {
			s.Checkpoint.Page = "2"
			s.FollowUps = []string{"next"}
			return true, nil
		}, done: true, followUps: []string{"next"}},
		{name: "goes on", work: func(s *slice) (bool, error) {
			s.Checkpoint.Page = "2"
			s.Counts.Read = 3
			s.FollowUps = []string{"next"}
			return false, nil
		}, checkpoint: `{"page":"2"}`, read: 3},
		{name: "goes on from the start", work: func(*slice) (bool, error) { return false, nil }, checkpoint: `{}`},
		{
			name: "goes on from the checkpoint", request: jobqueue.Request{Checkpoint: json.RawMessage(`{"page":"2","of":"an earlier version"}`)},
			work: func(s *slice) (bool, error) { s.Checkpoint.Page += "1"; return false, nil }, checkpoint: `{"page":"21"}`,
		},
		{name: "throttled on its way", work: func(s *slice) (bool, error) { s.Checkpoint.Page = "2"; s.Counts.Read = 3; return false, full }, checkpoint: `{"page":"2"}`, read: 3, err: full},
		{name: "throttled at the end", work: func(s *slice) (bool, error) { s.Checkpoint.Page = "2"; return true, full }, checkpoint: `{"page":"2"}`, err: full},
		{name: "throttled before anything", work: func(*slice) (bool, error) { return false, full }, err: full},
		{
			name: "dry run", request: jobqueue.Request{DryRun: true}, done: true, report: `["a",{"page":"b"}]`,
			work: func(s *slice) (bool, error) {
				s.Row("a")
				s.Row(place{"b"})
				s.FollowUps = []string{"next"}
				return true, nil
			},
		},
		{name: "no dry run has no report", work: func(s *slice) (bool, error) { s.Row("a"); return true, nil }, done: true},
		{
			name: "parameters", request: jobqueue.Request{Parameters: json.RawMessage(`{"colour":"red"}`)}, done: true, followUps: []string{"red in acme"},
			work: func(s *slice) (bool, error) {
				s.FollowUps = []string{s.Parameters.Colour + " in " + s.Card.Code}
				return true, nil
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := newRig().run(t.Context(), tt.request, func(_ context.Context, s *slice, side string) (bool, error) {
				if side != "acme" {
					t.Errorf("the sides are those of %q", side)
				}
				return tt.work(s)
			})
			if !errors.Is(err, tt.err) || res.Done != tt.done || string(res.Checkpoint) != tt.checkpoint || res.Counts.Read != tt.read ||
				!slices.Equal(res.FollowUps, tt.followUps) || string(res.Report) != tt.report {
				t.Errorf("%v; done %v from %s, %d read, then %q; report %s", err, res.Done, res.Checkpoint, res.Counts.Read, res.FollowUps, res.Report)
			}
		})
	}
}

// What a task cannot start with is said, and its work does not begin.
func TestDoesNotStart(t *testing.T) {
	gone := errors.New("gone")
	for _, tt := range []struct {
		name    string
		request jobqueue.Request
		set     func(*rig)
		kind    fault.Kind
		says    string
	}{
		{"unknown parameter", jobqueue.Request{Parameters: json.RawMessage(`{"color":"red"}`)}, nil, fault.Rejected, "color"},
		{"parameter of another type", jobqueue.Request{Parameters: json.RawMessage(`{"colour":1}`)}, nil, fault.Rejected, "colour"},
		{"a value that cannot be", jobqueue.Request{Parameters: json.RawMessage(`{"colour":"mauve"}`)}, nil, fault.Rejected, `parameters of water-plants: colour "mauve"`},
		{"checkpoint", jobqueue.Request{Checkpoint: json.RawMessage(`[1]`)}, nil, fault.Bug, "checkpoint"},
		{"card", jobqueue.Request{}, func(r *rig) {
			r.deps.Card = func(context.Context, string) (shop.Shop, error) { return shop.Shop{}, gone }
		}, fault.KindOf(gone), "gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig()
			if tt.set != nil {
				tt.set(r)
			}
			_, err := r.run(t.Context(), tt.request, func(context.Context, *slice, string) (bool, error) {
				t.Error("it has begun")
				return true, nil
			})
			if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("%v", err)
			}
			if f, ok := errors.AsType[*fault.Error](err); ok && tt.kind == fault.Rejected && !strings.Contains(f.Merchant, tt.says) {
				t.Errorf("the merchant is told %q", f.Merchant)
			}
		})
	}
	r := newRig()
	connect := func(shop.Shop) (string, error) { return "", gone }
	_, err := task.New("water-plants", r.deps, connect, func(context.Context, *slice, string) (bool, error) { return true, nil }).Run(t.Context(), jobqueue.Request{})
	if !errors.Is(err, gone) {
		t.Errorf("a side that cannot be reached: %v", err)
	}
}

// The schema refuses what a run would refuse.
func TestSchema(t *testing.T) {
	s := task.Schema("water-plants", options{Colour: "green"})
	for given, want := range map[string]string{``: `{"colour":"green"}`, `{"colour":"red"}`: `{"colour":"red"}`, `{"colour":"mauve"}`: "", `{"color":"red"}`: ""} {
		got, wrong := s.Fill(json.RawMessage(given))
		if (len(wrong) == 0) != (want != "") || want != "" && string(got) != want {
			t.Errorf("%s is %s, %v", given, got, wrong)
		}
	}
}

// Each slice counts what it has used, and so does who is above it.
func TestUsage(t *testing.T) {
	ctx, all := usage.Begin(t.Context())
	r := newRig()
	for range 2 {
		res, err := r.run(ctx, jobqueue.Request{}, func(ctx context.Context, _ *slice, _ string) (bool, error) {
			usage.Add(ctx, usage.Count{ShopifyRequests: 2, ShopifyPoints: 30, BCRequests: 1})
			return true, nil
		})
		if err != nil || res.Counts.Requests != 3 || res.Counts.Points != 30 {
			t.Errorf("%v, counted %+v", err, res.Counts)
		}
	}
	if n := all.Count(); n.Requests() != 6 || n.ShopifyPoints != 60 {
		t.Errorf("above them %+v", n)
	}
}

func TestOver(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps int
		pages int
		room  time.Duration
		want  bool
	}{
		{"the first step is always made", 0, 1, time.Hour, false},
		{"there is room", 1, 0, 10 * time.Minute, false},
		{"there is not", 1, 0, 10*time.Minute + 1, true},
		{"as many as it may", 2, 2, 0, true},
		{"one less", 1, 2, 0, false},
	} {
		_, err := newRig().run(t.Context(), jobqueue.Request{MaxPages: tt.pages}, func(_ context.Context, s *slice, _ string) (bool, error) {
			for range tt.steps {
				s.Step()
			}
			if got := s.Over(tt.room); got != tt.want {
				t.Errorf("%s: over %v", tt.name, got)
			}
			return true, nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// The lease that Hold has renewed is that of the request, so that later writes are
// made under it.
func TestHoldRenewsTheLeaseOfTheRequest(t *testing.T) {
	r := newRig()
	_, err := r.run(t.Context(), jobqueue.Request{Lease: jobqueue.Lease{Until: r.now}}, func(ctx context.Context, s *slice, _ string) (bool, error) {
		if err := s.Hold().Held(); !errors.Is(err, jobqueue.ErrFenced) || !strings.Contains(err.Error(), "water-plants") {
			t.Errorf("a lease that has ended is held: %v", err)
		}
		if err := s.Hold().Ensure(ctx); err != nil || !s.Request.Lease.Until.Equal(r.now.Add(15*time.Minute)) {
			t.Errorf("%v, the lease ends at %v", err, s.Request.Lease.Until)
		}
		return true, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestProgressIsShownAndAnswered(t *testing.T) {
	r := newRig()
	p := jobqueue.Progress{Done: 3, Total: 9, Note: "watering"}
	res, err := r.run(t.Context(), jobqueue.Request{}, func(ctx context.Context, s *slice, _ string) (bool, error) {
		s.Progress(ctx, jobqueue.Progress{Done: 1})
		s.Progress(ctx, p)
		return false, nil
	})
	if err != nil || res.Progress != p || len(r.shown) != 2 || r.shown[1] != p {
		t.Errorf("%v, answered %+v, shown %+v", err, res.Progress, r.shown)
	}
}

var reasons = issue.Catalogue{
	"dry":  {Side: fault.Merchant, Text: "{} is dry.", WayOut: "Water it."},
	"dead": {Side: fault.Merchant, Text: "{} is dead.", WayOut: "Plant another."},
}

func TestSay(t *testing.T) {
	for _, tt := range []struct {
		name      string
		had, say  issue.Reason // "": nothing
		dry, lost bool
		isNew     bool
		want      issue.Reason
		err       error
	}{
		{name: "new", say: "dry", isNew: true, want: "dry"},
		{name: "known", had: "dry", say: "dry", want: "dry"},
		{name: "another reason", had: "dry", say: "dead", isNew: true, want: "dead"},
		{name: "settled", had: "dry"},
		{name: "nothing was"},
		{name: "dry run", say: "dry", dry: true},
		{name: "dry run settles nothing", had: "dry", dry: true, want: "dry"},
		{name: "lost lease", say: "dry", lost: true, isNew: true, err: jobqueue.ErrFenced},
		{name: "lost lease settles nothing", had: "dry", lost: true, want: "dry", err: jobqueue.ErrFenced},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig()
			say := func(reason issue.Reason, q jobqueue.Request) (isNew bool, err error) {
				_, runErr := r.run(t.Context(), q, func(ctx context.Context, s *slice, _ string) (bool, error) {
					var i issue.Issue
					if reason != "" {
						i = reasons.New(reason, "Fern")
					}
					isNew, err = s.Say(ctx, s.Issue("plant", "7", "Fern", i))
					return true, nil
				})
				return isNew, errors.Join(err, runErr)
			}
			if tt.had != "" {
				if _, err := say(tt.had, jobqueue.Request{}); err != nil {
					t.Fatal(err)
				}
			}
			seen := r.now
			r.now, r.lost = r.now.Add(time.Hour), tt.lost
			isNew, err := say(tt.say, jobqueue.Request{DryRun: tt.dry})
			if !errors.Is(err, tt.err) || isNew != tt.isNew {
				t.Errorf("%v, new %v", err, isNew)
			}
			i, ok, err := r.deps.Issues.Get(t.Context(), "acme", "plant", "7")
			if err != nil || ok != (tt.want != "") || i.Reason != tt.want {
				t.Errorf("%v, stored %+v", err, i)
			}
			if ok && (i.Name != "Fern" || i.Text == "" || tt.had == tt.want && !i.FirstSeen.Equal(seen)) {
				t.Errorf("stored %+v", i)
			}
		})
	}
}

func TestReportIsBounded(t *testing.T) {
	res, err := newRig().run(t.Context(), jobqueue.Request{DryRun: true}, func(_ context.Context, s *slice, _ string) (bool, error) {
		for range task.MaxRows + 5 {
			s.Row(1)
		}
		return true, nil
	})
	var rows []int
	if err != nil || json.Unmarshal(res.Report, &rows) != nil || len(rows) != task.MaxRows || res.RowsLeft != 5 {
		t.Errorf("%v, %d rows, %d left out", err, len(rows), res.RowsLeft)
	}
}

package staging_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
	"backroom/shared/testclock"
)

// heldNow are the ids of the held orders that are to be judged again.
func (r *rig) heldNow(gates string) (ids []string) {
	r.T.Helper()
	for page := ""; ; {
		ps, next, err := r.Stage.Held(r.T.Context(), "acme", gates, page, 2)
		if err != nil {
			r.T.Fatal(err)
		}
		for _, p := range ps {
			ids = append(ids, p.ID)
		}
		if page = next; page == "" {
			return ids
		}
	}
}

func (r *rig) judged(gates string) {
	r.T.Helper()
	if err := r.Stage.Judged(r.T.Context(), r.Jobs, r.Lease, "acme", gates); err != nil {
		r.T.Fatal(err)
	}
}

func (r *rig) state(name string) staging.View {
	r.T.Helper()
	v, err := r.Stage.Find(r.T.Context(), "acme", name)
	if err != nil {
		r.T.Fatal(err)
	}
	return v
}

// A held order is on the list when its time comes, and is not read for that if
// nothing has changed. One that waits for a change is not on it.
func TestHeldUntilItsTime(t *testing.T) {
	r := newRig(t, 0, 3)
	r.Run("")
	until := r.Now().Add(30 * time.Minute)
	r.outcome("5000", documents.Outcome{Held: &orders.Hold{Why: "later", Until: until}})
	r.outcome("5001", documents.Outcome{Held: &orders.Hold{Why: "it has the tag hold"}})
	r.outcome("5002", documents.Outcome{Held: &orders.Hold{Why: "much later", Until: until.Add(time.Hour)}})
	if v := r.state("#1001"); v.State != orders.Held || v.Reason != "later" || !v.HeldUntil.Equal(until) || v.Issue != nil {
		t.Errorf("people are told %+v", v)
	}
	if ids := r.heldNow(""); len(ids) > 0 {
		t.Errorf("%q are judged before their time", ids)
	}
	if res := r.Run(""); slices.Contains(res.FollowUps, documents.TaskName) {
		t.Error("process-orders follows though nothing is due")
	}
	r.At = until
	read := r.Source.Details
	if res := r.Run(""); !slices.Contains(res.FollowUps, documents.TaskName) || r.Source.Details != read {
		t.Errorf("follow-ups %q, %d orders were read for it", res.FollowUps, r.Source.Details-read)
	}
	ps, _, err := r.Stage.Held(t.Context(), "acme", "", "", 10)
	if err != nil || len(ps) != 1 || ps[0].ID != "5000" || ps[0].Held.Why != "later" || ps[0].ReadAt.Before(until) {
		t.Errorf("due are %+v, %v; want #1001, known as of the walk", ps, err)
	}
}

// When the gates change, all that is held is judged by the new ones, and once more
// when the list must show what it did not at first.
func TestOtherGatesJudgeAll(t *testing.T) {
	r := newRig(t, 20*time.Second, 3)
	r.Run("")
	r.outcome("5001", documents.Outcome{Held: &orders.Hold{Why: "a tag"}})
	r.outcome("5002", documents.Outcome{Held: &orders.Hold{Why: "later", Until: r.Now().Add(48 * time.Hour)}})
	want := []string{"5001", "5002"}
	if due, err := r.Stage.Due(t.Context(), "acme", "others"); due || err != nil {
		t.Errorf("the list shows at once what it shows after 20 seconds: %v", err)
	}
	r.judged("others")
	r.At = r.At.Add(30 * time.Second)
	if got := r.heldNow("others"); !slices.Equal(sorted(got), want) {
		t.Errorf("judged are %q soon after the gates have changed, want %q", got, want)
	}
	r.judged("others") // too early to be sure
	if r.At = r.At.Add(2 * time.Minute); len(r.heldNow("others")) != 2 {
		t.Error("they are not judged once more")
	}
	r.judged("others")
	if got := r.heldNow("others"); len(got) > 0 {
		t.Errorf("%q are judged again and again", got)
	}
	if got := r.heldNow(""); !slices.Equal(sorted(got), want) {
		t.Errorf("judged are %q when the gates are gone, want %q", got, want)
	}
}

func sorted(ids []string) []string { slices.Sort(ids); return ids }

// A change ends a hold, so that it is judged anew; a release ends it for as long as
// nothing changes that a document is made of.
func TestWhatEndsAHold(t *testing.T) {
	for _, tt := range []struct {
		name     string
		release  bool
		change   func(*orders.Order)
		state    orders.State
		released bool
	}{
		{"nothing", false, nil, orders.Held, false},
		{"a tag", false, func(o *orders.Order) { o.Tags = []string{"go"} }, orders.Ready, false},
		{"a person", true, nil, orders.Ready, true},
		{"a person, then a note", true, func(o *orders.Order) { o.Note = "ring twice" }, orders.Ready, true},
		{"a person, then another price", true, func(o *orders.Order) { o.Lines[0].UnitPrice = orderstest.Amount("4") }, orders.Ready, false},
		{"a person, then another address", true, func(o *orders.Order) { o.Shipping = &orders.Address{City: "Kiel"} }, orders.Ready, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			r.outcome("5000", documents.Outcome{Held: &orders.Hold{Why: "a tag"}})
			if tt.release {
				w := staging.Wish{Decision: staging.Release, By: "Ann"}
				if _, err := r.Stage.DecideBy(t.Context(), "acme", "#1001", w); err != nil {
					t.Fatal(err)
				}
				if ds := r.state("#1001").Decisions; len(ds) != 1 || ds[0].Decision != staging.Release || ds[0].By != "Ann" {
					t.Errorf("the trail is %+v", ds)
				}
			}
			if tt.change != nil {
				r.At = r.At.Add(time.Minute)
				r.Change(0, tt.change)
			}
			r.Run("")
			v := r.state("#1001")
			if p := r.pending("5000"); v.State != tt.state || p.Released != tt.released || (v.Reason == "") == (tt.state == orders.Held) {
				t.Errorf("it is %s (%q), released %v; want %s, %v", v.State, v.Reason, p.Released, tt.state, tt.released)
			}
		})
	}
}

// What a person has put on hold waits whatever changes in it, and is for the gates to
// judge once it is released.
func TestPutOnHold(t *testing.T) {
	for _, tt := range []struct {
		name     string
		before   documents.Outcome
		released bool // by a person, before
		want     bool // released in the end
	}{
		{"ready", documents.Outcome{}, false, false},
		{"with an issue", documents.Outcome{Issue: &issue.Issue{Shop: "acme", Kind: "order", Record: "5000", Name: "#1001", Reason: documents.DocumentRefused}}, false, false},
		{"held by a gate", documents.Outcome{Held: &orders.Hold{Why: "a tag", Until: testclock.Monday.AddDate(1, 0, 0)}}, false, false},
		{"released before", documents.Outcome{Held: &orders.Hold{Why: "a tag"}}, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			if tt.before.Issue != nil || tt.before.Held != nil {
				r.outcome("5000", tt.before)
			}
			decide := func(d staging.Decision) error {
				_, err := r.Stage.DecideBy(t.Context(), "acme", "#1001", staging.Wish{Decision: d, By: "Ann"})
				return err
			}
			if tt.released {
				if err := decide(staging.Release); err != nil {
					t.Fatal(err)
				}
			}
			if err := decide(staging.Hold); err != nil {
				t.Fatal(err)
			}
			if v := r.state("#1001"); v.State != orders.Held || v.Reason != orders.PutOnHold || !v.HeldUntil.IsZero() {
				t.Errorf("it is %s (%q) until %v", v.State, v.Reason, v.HeldUntil)
			}
			if is, err := r.Stage.Issues.List(t.Context(), "acme"); err != nil || len(is) > 0 {
				t.Errorf("its issues are %v, %v", is, err)
			}
			if err := decide(staging.Hold); !errors.Is(err, staging.ErrNotNow) {
				t.Errorf("put on hold twice: %v", err)
			}
			r.At = r.At.Add(time.Minute)
			r.Change(0, func(o *orders.Order) { o.Note = "ring twice" })
			r.Run("")
			if p := r.pending("5000"); !p.OnHold {
				t.Error("a change ends what a person has said")
			}
			r.outcome("5000", documents.Outcome{Held: &orders.Hold{Why: orders.PutOnHold}})
			if err := decide(staging.Release); err != nil {
				t.Fatal(err)
			}
			if p := r.pending("5000"); p.OnHold || p.Released != tt.want || r.state("#1001").State != orders.Ready {
				t.Errorf("on hold %v, released %v, %s", p.OnHold, p.Released, r.state("#1001").State)
			}
		})
	}
}

// What has its document, or may get it, is not put on hold.
func TestNothingToHold(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	i := documents.Explained.New(documents.TotalDiffers, "10 and 11")
	r.outcome("5000", documents.Outcome{Issue: &i, Own: "guid"})
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Hold); !errors.Is(err, staging.ErrNotNow) {
		t.Errorf("with a document that differs: %v", err)
	}
	r.outcome("5000", documents.Outcome{SentAt: r.At, SentThere: r.At})
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Hold); !errors.Is(err, staging.ErrNotNow) {
		t.Errorf("while its create is under way: %v", err)
	}
	r.Process("#1001")
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Hold); !errors.Is(err, staging.ErrNotNow) {
		t.Errorf("with its document: %v", err)
	}
}

// Only what is held can be released.
func TestNothingToRelease(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Release); err == nil {
		t.Error("a ready order was released")
	}
	r.Process("#1001")
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Release); err == nil {
		t.Error("a processed order was released")
	}
}

// Who closes an order that is on hold, and has it opened again, has it go on.
func TestClosedOnHold(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	for _, d := range []staging.Decision{staging.Hold, staging.Dismiss, staging.Reopen} {
		if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", d); err != nil {
			t.Fatal(d, err)
		}
	}
	if p := r.pending("5000"); p.OnHold {
		t.Error("it is on hold still")
	}
}

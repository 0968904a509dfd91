package refunds_test

import (
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/system/world"
	"backroom/shared/completeness"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

// found is how soon what becomes of a return is known that moves no update time: an hour,
// the next import, and the task that comes after it.
const found = time.Hour + 15*time.Minute

// Returns that begin, go on and end without moving their order's update time have their
// credit memos in time.
func TestReturnsThatMoveNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []shopify.Returning // each after what comes before it had its time
		memos string
	}{
		{"requested, then processed in two parts", []shopify.Returning{{Do: "request"}, {Do: "approve"}, {Do: "process", Quiet: true, Quantity: 1}, {Do: "process", Quiet: true, Quantity: 1}}, "30 30"},
		{"closed and opened again before", []shopify.Returning{{Do: "open"}, {Do: "close"}, {Do: "reopen"}, {Do: "process", Quiet: true}}, "60"},
		{"cancelled", []shopify.Returning{{Do: "open"}, {Do: "cancel"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := setup(true)
			w := world.New(t, set)
			w.Live(15 * time.Minute)
			o := set.Shop.Orders[0]
			s := shopOf(t, w, o)
			s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
			w.Live(90 * time.Minute)
			was := s.Order(s.id).UpdatedAt
			for _, r := range tt.steps {
				switch n := r.Quantity; {
				case r.Do == "process" && n > 0:
					r.Units = map[int64]int{s.desk: n}
				case r.Do == "open" || r.Do == "request":
					r.Units = map[int64]int{s.desk: 2}
				}
				s.must(s.ReturnOrder(s.id, r))
				w.Live(found)
			}
			if got := totals(w); got != tt.memos || said(t, w) != "" {
				t.Errorf("memos %q, want %q; %s", got, tt.memos, said(t, w))
			}
			if now := s.Order(s.id).UpdatedAt; !now.Equal(was) {
				t.Errorf("it moved from %s to %s", was, now)
			}
		})
	}
}

// A return that begins and is over between two looks, and moves nothing, is one that the
// proof names.
func TestReturnBetweenTwoLooks(t *testing.T) {
	set := setup(true)
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
	w.Live(2 * time.Hour)
	for _, r := range []shopify.Returning{{Do: "open", Units: map[int64]int{s.desk: 1}}, {Do: "process", Quiet: true}, {Do: "close"}} {
		s.must(s.ReturnOrder(s.id, r))
	}
	w.Live(found)
	if got := totals(w); got != "" {
		t.Fatalf("memos %s: nobody has looked", got)
	}
	if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: completeness.TaskName, Trigger: jobqueue.ByHand}); err != nil {
		t.Fatal(err)
	}
	w.Live(5 * time.Minute)
	if words := said(t, w); !strings.Contains(words, o.Name) || !strings.Contains(words, "credit memo") {
		t.Errorf("the proof says %q", words)
	}
}

package system_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/disputes"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/task/tasktest"
)

// complaints is a world of disputes that the bank looks at. The bad one wants evidence.
type complaints struct {
	*tasks
	of     []*data.Dispute
	wanted int64
}

func openDisputes(t *testing.T, k *tasktest.Kit, n, bad int) *complaints {
	t.Helper()
	w := &complaints{tasks: openTasks(t, k, disputes.TaskName, 1, -1)}
	s := w.Shopify.Shop("")
	for i := range n {
		d := s.AddDispute(&data.Dispute{
			Status: "UNDER_REVIEW", Amount: decimal.NewFromInt(int64(10 + i)), Currency: "EUR", Reason: "FRAUDULENT", InitiatedAt: k.Now().Add(-time.Hour),
			EvidenceDueBy: k.Now().AddDate(0, 0, 20), Order: w.shop.Orders[0].ID,
		})
		if w.of = append(w.of, d); i == bad {
			d.Status, w.wanted = "NEEDS_RESPONSE", d.ID
		}
	}
	return w
}

// Heal implements tasktest.World: the merchant answers.
func (w *complaints) Heal() {
	if err := w.Shopify.Shop("").UpdateDispute(w.wanted, func(d *data.Dispute) { d.Status = "UNDER_REVIEW" }); err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

// Echo implements tasktest.World: nothing is written to either side.
func (w *complaints) Echo() {}

// Holds implements tasktest.World.
func (w *complaints) Holds() map[int][]string {
	h := map[int][]string{}
	of := map[string]int{}
	for i, d := range w.of {
		of[fmt.Sprint(d.ID)] = i
	}
	ds, _, err := (&disputes.Store{Table: w.kit.Stored()}).List(w.kit.T.Context(), tasktest.Shop, "", 0)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, d := range ds {
		h[of[d.ID]] = append(h[of[d.ID]], fmt.Sprintf("%s of %s, order %s", d.Status, d.Amount, d.OrderName))
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[of[i.Record]] = append(h[of[i.Record]], string(i.Reason))
	}
	return h
}

// A dispute wants evidence at once, more urgently before it is due, and nothing any
// more when it was answered; what becomes of it is followed, though no list shows it.
func TestDisputesAreFollowed(t *testing.T) {
	w := worlds.New(t, worlds.Plain(begin))
	s := w.Shopify.Shop("")
	d := s.AddDispute(&data.Dispute{
		Status: "NEEDS_RESPONSE", Amount: decimal.NewFromInt(12), Currency: "EUR", Reason: "FRAUDULENT", EvidenceDueBy: begin.Add(3*24*time.Hour + 3*time.Hour), Order: w.Shopify.Shop("").Orders()[0].ID,
	})
	for _, c := range []struct {
		name, reason string
		change       func(*data.Dispute)
		requests     int
	}{
		{"new", "dispute-evidence-wanted", func(*data.Dispute) {}, 2},
		{"nothing has changed", "dispute-evidence-due-soon", func(*data.Dispute) {}, 2}, // but the time
		{"nothing at all", "dispute-evidence-due-soon", func(*data.Dispute) {}, 2},
		{"answered", "", func(d *data.Dispute) { d.Status, d.EvidenceSentOn = "UNDER_REVIEW", begin }, 2},
		{"lost", "", func(d *data.Dispute) { d.Status, d.FinalizedOn = "LOST", begin }, 2},
		{"nothing is open", "", func(*data.Dispute) {}, 1},
	} {
		if err := s.UpdateDispute(d.ID, c.change); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: disputes.TaskName, Trigger: jobqueue.ByHand}); err != nil {
			t.Fatal(err)
		}
		w.Live(time.Minute)
		said := ""
		is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range is {
			if i.Kind == "dispute" {
				said = string(i.Reason)
				if !strings.Contains(i.Text, "12.00 EUR, fraudulent") {
					t.Errorf("%s: %s", c.name, i.Text)
				}
			}
		}
		r := w.Runs(disputes.TaskName)[0]
		if said != c.reason || r.Counts.Requests != c.requests {
			t.Errorf("%s: %q by %d requests (%s)", c.name, said, r.Counts.Requests, r.Detail)
		}
		w.Advance(4 * time.Hour)
	}
	got, err := (&disputes.Store{Table: w.Table}).Get(t.Context(), w.Card.Code, fmt.Sprint(d.ID))
	if err != nil || got.Status != "LOST" || got.FinalizedOn.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

package insync_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// thing is on its way to the shop.
type thing struct {
	record insync.Record
	there  bool
	said   string
}

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// sent is the protocol of things; stored counts those that were written.
func sent(stored *int) insync.Sending[*thing, string] {
	return insync.Sending[*thing, string]{
		Now:    func() time.Time { return now },
		Record: func(w *thing) *insync.Record { return &w.record },
		Fresh:  func(w *thing) bool { return !w.there },
		Store:  func(_ context.Context, rs ...*insync.Record) error { *stored += len(rs); return nil },
		Made:   func(_ context.Context, w *thing, id string) error { w.said = "made " + id; return nil },
		Failed: func(_ context.Context, w *thing, v outbound.Verdict, err error) error {
			w.said = map[outbound.Verdict]string{outbound.Lost: "lost ", outbound.Taken: "taken ", outbound.Refused: "refused "}[v] + err.Error()
			return nil
		},
	}
}

// An intent is stored before it is sent, with what is to be made; it stays while nobody knows
// what became of it, and goes with a refusal. What was not sent is tried by the next run.
func TestIntentsOfRecords(t *testing.T) {
	at, there := now.Add(time.Second), now.Add(time.Minute)
	for _, tt := range []struct {
		name    string
		verdict outbound.Verdict
		had     issue.Reason
		says    string
		stays   bool // the intent
		next    time.Time
	}{
		{"made", outbound.Made, "", "made 7", true, at}, // whoever stores it ends the intent
		{"lost", outbound.Lost, "", "lost no", true, at},
		{"taken", outbound.Taken, "", "taken no", false, at},
		{"refused", outbound.Refused, "", "refused no", false, at},
		{"not sent", outbound.Unsent, "", "", false, now},
		{"not sent, in trouble before", outbound.Unsent, "unread", "", false, at},
	} {
		for _, exists := range []bool{false, true} {
			stored := 0
			s, w := sent(&stored), &thing{there: exists, record: insync.Record{Trouble: tt.had}}
			ws, err := s.Intend(t.Context(), []*thing{w}, outbound.Intent{At: at, There: there})
			if r := w.record; err != nil || len(ws) != 1 || stored != 1 || !r.SentAt.Equal(at) || !r.SentThere.Equal(there) || r.Add == exists || len(r.Log) != 1 {
				t.Errorf("%s: intended: %+v, %d stored, %v", tt.name, r, stored, err)
			}
			if err := s.Answered(t.Context(), []outbound.Answer[*thing, string]{{Item: w, Verdict: tt.verdict, Entity: "7", Err: errors.New("no")}}); err != nil {
				t.Fatal(err)
			}
			if r := w.record; w.said != tt.says || r.SentAt.IsZero() == tt.stays || r.SentThere.IsZero() == tt.stays || !r.NotBefore.Equal(tt.next) || !r.Open() && !exists {
				t.Errorf("%s: %q, %+v", tt.name, w.said, r)
			}
			if unsent := tt.verdict == outbound.Unsent; unsent != (stored == 2) { // the others are stored by Made and Failed
				t.Errorf("%s: %d stored", tt.name, stored)
			}
		}
	}
}

// Intents that are withdrawn go, all by one write.
func TestIntentsThatAreWithdrawn(t *testing.T) {
	stored := 0
	s, ws := sent(&stored), []*thing{{}, {there: true}}
	_, err := s.Intend(t.Context(), ws, outbound.Intent{At: now, There: now})
	if err = errors.Join(err, s.Withdraw(t.Context(), ws)); err != nil || stored != 4 {
		t.Fatalf("%d stored, %v", stored, err)
	}
	for _, w := range ws {
		if r := w.record; !r.SentAt.IsZero() || !r.SentThere.IsZero() || r.Trouble == "" || r.Waits(now) || r.Log[len(r.Log)-1].Did != outbound.DidWithdraw {
			t.Errorf("%+v", r)
		}
	}
}

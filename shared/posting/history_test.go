package posting_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/posting"
)

var (
	histories = flag.Int("histories", 120, "random histories of postings")
	seed      = flag.Uint64("seed", 1, "of the first history")
)

// rough is a kit in which answers to postings get lost: with the effect, without, or
// with half of it, and the effect may come minutes later.
type rough struct {
	*calm
	r    *rand.Rand
	late []func()
	at   []time.Time
}

func (k *rough) Write(do, half func() error) error {
	lost := &fault.Error{Op: "side", Kind: fault.Unknown, Err: errors.New("no answer")}
	switch k.r.IntN(8) {
	case 0:
		return lost
	case 1:
		_ = do()
		return lost
	case 2:
		if half != nil {
			_ = half()
		}
		return lost
	case 3:
		k.late, k.at = append(k.late, func() { _ = do() }), append(k.at, k.Now().Add(time.Duration(k.r.IntN(16))*time.Minute))
		return lost
	}
	return do()
}

// pass lets a minute pass, with what comes late.
func (k *rough) pass() {
	k.Advance(time.Minute)
	for i := 0; i < len(k.late); i++ {
		if f := k.late[i]; f != nil && !k.Now().Before(k.at[i]) {
			k.late[i] = nil
			f()
		}
	}
}

// Whatever gets lost or comes late, and whatever people post and change meanwhile: at
// rest each document is posted to its end, never more than is on it, in one invoice
// beside those of people; and of a job that only ships nothing is invoiced that people
// leave alone: what is under way posts what the lines say when it arrives, and BC sets
// them to all that remains when a person has posted a part.
func TestRandomHistories(t *testing.T) {
	for n := range uint64(*histories) {
		for _, part := range []posting.Part{posting.Both, posting.ShipOnly} {
			history(t, *seed+n, part)
		}
		if t.Failed() {
			t.Fatalf("seed %d", *seed+n)
		}
	}
}

func history(t *testing.T, seed uint64, part posting.Part) {
	t.Helper()
	w := newCalm(t, posting.Order, 4)
	c, _ := w.kit.(*calm)
	k := &rough{calm: c, r: rand.New(rand.NewPCG(seed, 7))}
	w.kit, w.company.kit = k, k
	w.blank = k.r.IntN(4) == 0
	drafts := map[string]*draft{}
	for _, d := range w.open {
		drafts[d.Number] = d
	}
	theirs := map[string]int{} // invoices that people have posted
	person := map[string]bool{}
	parameters := fmt.Sprintf(`{"post":%q,"retry":true}`, part)
	for minute := range 300 {
		k.pass()
		if d := w.open; len(d) > 0 && minute < 200 && k.r.IntN(20) == 0 {
			d := d[k.r.IntN(len(d))]
			if !person[d.Number] {
				person[d.Number] = true
				theirs[d.Number] += aPerson(w, d, k.r.IntN(2) == 0)
			}
		}
		if minute%7 == 0 {
			if w.blank && part == posting.Both { // a person fills in what is to be posted
				for _, d := range w.open {
					fill(d)
				}
			}
			w.must(t, parameters)
		}
	}
	for number, d := range drafts {
		invoices := 0
		for _, i := range w.invoices {
			if i.order == number {
				invoices++
			}
		}
		most := theirs[number]
		if part == posting.Both {
			most++
		}
		if invoices > most && (part == posting.Both || !person[number]) {
			t.Errorf("%s, %s: %d invoices, %d of them by people", part, number, invoices, theirs[number])
		}
		for _, l := range d.Lines {
			if !l.Shipped.Equal(l.Quantity) || l.Invoiced.GreaterThan(l.Shipped) || part == posting.Both && !l.Invoiced.Equal(l.Quantity) {
				t.Errorf("%s, %s: of %s are %s shipped and %s invoiced", part, number, l.Quantity, l.Shipped, l.Invoiced)
			}
		}
	}
	if is := w.issues(t); len(is) > 0 {
		t.Errorf("%s: %v", part, is)
	}
	if ps, err := (&posting.Store{Table: w.kit.Stored()}).List(t.Context(), w.card.Code, posting.Order); err != nil || len(ps) > 0 {
		t.Errorf("%s: %d postings are left, %v", part, len(ps), err)
	}
}

// aPerson posts one unit of the first line, and invoices it if asked; it answers how
// many invoices that made.
func aPerson(w *world, d *draft, invoice bool) int {
	before := len(w.invoices)
	for i := range d.Lines {
		l := &d.Lines[i]
		if l.Ship, l.Invoice = decimal.Zero, decimal.Zero; i == 0 && l.Shipped.LessThan(l.Quantity) {
			if l.Ship = one(1); invoice {
				l.Invoice = one(1)
			}
		}
	}
	_ = w.post(d.ID) // what is refused is refused
	fill(d)
	return len(w.invoices) - before
}

// fill sets that the rest of a document is to be posted.
func fill(d *draft) {
	for i := range d.Lines {
		l := &d.Lines[i]
		l.Ship, l.Invoice = l.Quantity.Sub(l.Shipped), l.Quantity.Sub(l.Invoiced)
	}
}

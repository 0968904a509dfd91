package payments

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
)

// ours is a batch of three lines, 100.00 less 3.00.
func ours() Batch {
	one := decimal.RequireFromString
	return batchOf("a.myshopify.com", "7", "", "2026-03-01", []Line{
		{Account: "5450", Amount: one("-100")}, {Account: "6630", Amount: one("3")}, {Bank: true, Account: "GIRO", Amount: one("97")},
	})
}

// there is a batch as it was made, changed by f.
func thereIs(b Batch, f func(*Found)) *Found {
	out := &Found{ID: "1", Name: b.Name}
	for i, l := range b.Lines {
		out.Lines = append(out.Lines, FoundLine{Line: l, Number: FirstLine + i, Document: b.Number, Date: b.Date})
	}
	if f != nil {
		f(out)
	}
	return out
}

// entriesOf are what posting lines leaves: the bank is on 2920.
func entriesOf(b Batch, rate string) (es []Entry) {
	by := decimal.RequireFromString(rate)
	for _, l := range b.Lines {
		account, amount := l.Account, l.Amount.Mul(by).Round(2)
		if l.Bank {
			account = "2920"
		}
		es = append(es, Entry{account, amount})
		if l.Balancing != "" {
			es = append(es, Entry{"2920", amount.Neg()})
		}
	}
	return es
}

func TestNext(t *testing.T) {
	b := ours()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	reversed := entriesOf(b, "1")
	for _, e := range entriesOf(b, "1") {
		reversed = append(reversed, Entry{e.Account, e.Amount.Neg()})
	}
	other := b // as the card says today
	other.Lines = slices.Clone(b.Lines)
	other.Lines[1].Account = "6640"
	sent := func(st Stage, ago time.Duration) Booking {
		return Booking{Stage: st, SentAt: now.Add(-ago), SentThere: now.Add(-ago), Lines: b.Lines, Date: b.Date}
	}
	for name, c := range map[string]struct {
		booking Booking
		meant   Batch
		look    Look
		want    step
		reason  issue.Reason
	}{
		"nothing is there":                 {Booking{}, b, Look{}, create, ""},
		"made":                             {sent(Made, time.Hour), b, Look{Batch: thereIs(b, nil)}, post, ""},
		"made, and gone":                   {sent(Made, time.Hour), b, Look{}, create, ""},
		"left by a run that was killed":    {Booking{}, b, Look{Batch: thereIs(b, nil)}, post, ""},
		"making it was not answered":       {sent(Creating, time.Minute), b, Look{}, await, ""},
		"nor is it there after long":       {sent(Creating, time.Hour), b, Look{}, create, ""},
		"not answered, and there":          {sent(Creating, time.Minute), b, Look{Batch: thereIs(b, nil)}, post, ""},
		"posting was not answered":         {sent(Posting, time.Minute), b, Look{Batch: thereIs(b, nil)}, await, ""},
		"nor are there entries after long": {sent(Posting, time.Hour), b, Look{Batch: thereIs(b, nil)}, post, ""},
		"posted, and the batch is gone":    {sent(Posting, time.Hour), b, Look{}, park, NotProved},
		"posted, entries to come":          {sent(Posting, time.Minute), b, Look{}, await, ""},
		"somebody else posted, elsewhere":  {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines, f.Posted = nil, true })}, park, NotProved},
		"booked":                           {sent(Posting, time.Minute), b, Look{Batch: thereIs(b, nil), Entries: entriesOf(b, "1")}, finish, ""},
		"booked before anything is known":  {Booking{}, b, Look{Entries: entriesOf(b, "1")}, finish, ""},
		"booked as it was meant then":      {sent(Posting, time.Minute), other, Look{Entries: entriesOf(b, "1")}, finish, ""},
		"booked otherwise":                 {Booking{}, other, Look{Entries: entriesOf(b, "1")}, park, BookedOtherwise},
		"booked twice":                     {sent(Posting, time.Hour), b, Look{Entries: append(entriesOf(b, "1"), entriesOf(b, "1")...)}, park, BookedOtherwise},
		"booked in part":                   {sent(Posting, time.Hour), b, Look{Batch: thereIs(b, nil), Entries: entriesOf(b, "1")[:2]}, park, BookedOtherwise},
		"booked and taken back":            {sent(Posting, time.Hour), b, Look{Batch: thereIs(b, nil), Entries: reversed}, park, BookedOtherwise},
		"batch of another":                 {Booking{}, b, Look{Batch: thereIs(b, func(f *Found) { f.Name = "Payroll" })}, park, JournalTaken},
		"the card has changed since":       {sent(Made, time.Hour), other, Look{Batch: thereIs(b, nil)}, remove, ""},
		"empty, and never posted":          {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines = nil })}, remove, ""},
		"another amount":                   {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines[0].Amount = decimal.NewFromInt(-1) })}, park, JournalChanged},
		"another day":                      {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines[2].Date = "2026-04-01" })}, park, JournalChanged},
		"another document":                 {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines[2].Document = "X" })}, park, JournalChanged},
		"a line more":                      {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines = append(f.Lines, f.Lines[0]) })}, park, JournalChanged},
		"a line less":                      {sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines = f.Lines[:2] })}, park, JournalChanged},
		"a line of a number that is not ours": {
			sent(Made, time.Hour), b, Look{Batch: thereIs(b, func(f *Found) { f.Lines[2].Number = 20_000 })}, park, JournalChanged,
		},
	} {
		if got, reason := next(c.booking, c.meant, c.look, now); got != c.want || reason != c.reason {
			t.Errorf("%s: step %d %s, want %d %s", name, got, reason, c.want, c.reason)
		}
	}
}

// Law: a journal is known by the entries that it leaves, at any rate; not by twice of
// them, nor by those of which one account has a unit for each line too much.
func TestEntriesProveJournals(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 60))
	for n := range 2000 {
		currency, rate := "EUR", "1"
		if n%2 == 1 {
			currency, rate = "USD", decimal.New(5000+r.Int64N(20000), -4).String()
		}
		b := ours()
		b.Lines = nil
		for i := range 2 + r.IntN(6) {
			l := Line{Account: string(rune('A' + i)), Amount: decimal.New(1+r.Int64N(900_00), -2)}
			if r.IntN(2) == 0 {
				l.Amount = l.Amount.Neg()
			}
			if currency == "USD" {
				l.Balancing = "DOLLAR"
			}
			b.Lines = append(b.Lines, l)
		}
		if currency == "EUR" {
			sum := decimal.Zero
			for _, l := range b.Lines {
				sum = sum.Sub(l.Amount)
			}
			b.Lines = append(b.Lines, Line{Bank: true, Account: "GIRO", Amount: sum})
		}
		es := entriesOf(b, rate)
		if !books(b.Lines, es) {
			t.Fatalf("%d: %v are not %v at %s", n, es, b.Lines, rate)
		}
		wrong := slices.Clone(es)
		by := decimal.New(int64(100*(len(b.Lines)+2)), -2) // more than what rounding explains, on both sides of it
		wrong[0].Amount = wrong[0].Amount.Add(by)
		wrong = append(wrong, Entry{"2920", by.Neg()})
		if books(b.Lines, wrong) || books(b.Lines, es[1:]) || books(b.Lines, nil) || books(nil, es) {
			t.Fatalf("%d: entries that are wrong are taken for %v", n, b.Lines)
		}
		if currency == "EUR" && books(b.Lines, append(slices.Clone(es), es...)) {
			t.Fatalf("%d: twice of %v is taken for once", n, b.Lines)
		}
	}
}

// Numbers are told from each other, and fit their fields.
func TestNumbersOfPayouts(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{"7", "8", "1234567890123", "12345678901234", "12345678901234567", "123456789012345678", "12345678901234567890"} {
		b := batchOf("a.myshopify.com", id, "", "2026-03-01", nil)
		if last := b.Code[len(b.Code)-1]; len(b.Code) > 10 || last >= '0' && last <= '9' || len(b.Number) > 20 || len([]rune(b.Name)) > 100 {
			t.Errorf("%s: %+v", id, b)
		}
		for _, key := range []string{b.Code, b.Number, batchOf("b.myshopify.com", id, "", "2026-03-01", nil).Code} {
			if was, ok := seen[key]; ok {
				t.Errorf("%s and %s are both %s", was, id, key)
			}
			seen[key] = id
		}
	}
	if got := slices.Sorted(maps.Keys(seen)); !slices.Contains(got, "PAYOUT-7") || !slices.Contains(got, "12345678901234567890") {
		t.Errorf("%v", got)
	}
}

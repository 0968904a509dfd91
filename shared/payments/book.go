package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

const (
	// perRound is how many payouts are booked together: each is posted by itself, which
	// takes seconds.
	perRound = 10
	// maxRounds is how often they are looked at in one run: made, posted, proved, with one
	// to spare for a batch that is made anew.
	maxRounds = 5
)

// JournalRow is what a run without effect says of a payout that would be booked.
type JournalRow struct {
	Payout string `json:"payout"`
	Number string `json:"documentNumber"`
	Date   string `json:"postingDate"`
	Lines  []Line `json:"lines,omitempty"`
	Not    string `json:"not,omitempty"` // why it would not be
}

// booking is a payout that is booked in this run.
type booking struct {
	Payout

	batch Batch
	found Found
	moves int
}

// day is the posting date of a payout: that of its issue where the shop is.
func (s *slice) day(p Payout) string { return p.IssuedAt.In(s.Card.Location()).Format(time.DateOnly) }

// books reports whether a payout is, or may come, to be booked.
func (s *slice) toBook(p Payout) bool {
	return s.set.PostPayoutsFrom != "" && s.day(p) >= s.set.PostPayoutsFrom && p.Booking.Stage != Booked &&
		(p.Status != Failed && p.Status != Canceled || p.Booking.Stage != "")
}

// listBookings notes which payouts are to be booked, the oldest first.
func (s *slice) listBookings(ctx context.Context) error {
	ps, err := s.Store.since(ctx, s.Request.Shop, s.bookFrom())
	if err != nil {
		return err
	}
	for _, p := range slices.Backward(ps) {
		if s.toBook(p) && p.Complete() {
			s.Checkpoint.Book = append(s.Checkpoint.Book, p.ID)
		}
	}
	return nil
}

// bookNext is bookFrom for the run that follows.
func (s *slice) bookNext(ctx context.Context) (string, error) {
	if s.set.PostPayoutsFrom == "" {
		return "", nil
	}
	ps, err := s.Store.since(ctx, s.Request.Shop, s.bookFrom())
	if err != nil || len(ps) == 0 {
		return s.bookFrom(), err
	}
	for _, p := range slices.Backward(ps) {
		if s.toBook(p) {
			return p.ID, nil
		}
	}
	return ps[0].ID, nil
}

// bookFrom is the oldest payout that may be to be booked; "" are all of them, once the
// card says another day.
func (s *slice) bookFrom() string {
	if at := s.Checkpoint.From; at.BookSince == s.set.PostPayoutsFrom {
		return at.BookFrom
	}
	return ""
}

// book gets the next payouts a step further: each of them is looked at, and what it lacks
// is sent. What is done with is not looked at again by this run.
func (s *slice) book(ctx context.Context) error {
	at := &s.Checkpoint
	ids := at.Book[:min(len(at.Book), perRound)]
	if len(ids) == 0 {
		at.Phase = ended
		return nil
	}
	ws, err := s.bookings(ctx, ids)
	if err != nil {
		return err
	}
	if ws, err = s.advance(ctx, ws); err != nil {
		return err
	}
	at.Rounds++
	var open []string
	for _, w := range ws {
		if at.Rounds < maxRounds {
			open = append(open, w.ID)
		}
	}
	if len(open) == 0 {
		at.Rounds = 0
	}
	at.Book = append(open, at.Book[len(ids):]...)
	return nil
}

// bookings reads payouts with their journals. Those that are not due, or of which the
// card lacks something, are left out.
func (s *slice) bookings(ctx context.Context, ids []string) (ws []*booking, err error) {
	for _, id := range ids {
		p, err := s.Store.Get(ctx, s.Request.Shop, id)
		if err != nil {
			return nil, err
		}
		if !s.toBook(p) || s.Now().Before(p.Booking.NotBefore) && p.Booking.Trouble != string(AccountMissing) {
			continue
		}
		if s.facts == nil {
			f, err := s.Journals.Facts(ctx)
			if err != nil {
				return nil, err
			}
			s.facts = &f
		}
		ts, err := s.Store.Movements(ctx, s.Request.Shop, id)
		if err != nil {
			return nil, err
		}
		lines, lacks := Journal(p, ts, s.set, cmp.Or(s.facts.LCY, s.Card.Company.LCY, s.Card.Currency))
		w := &booking{Payout: p, batch: batchOf(s.Request.Shop, id, s.set.PayoutJournalTemplate, s.day(p), lines), moves: len(ts)}
		switch reason, more := s.obstacle(w, lacks); {
		case reason != "":
			err = s.parkBooking(ctx, w, reason, more, nil)
		case len(lines) == 0:
			err = s.booked(ctx, w, "there is nothing to book")
		default:
			ws = append(ws, w)
		}
		if err != nil {
			return nil, err
		}
	}
	return ws, nil
}

// obstacle is why a journal cannot be booked whatever the other side has of it. One that
// was sent is looked at all the same.
func (s *slice) obstacle(w *booking, lacks []Lack) (issue.Reason, string) {
	var names []string
	for _, l := range lacks {
		names = append(names, cmp.Or(l.Kind, l.Currency))
	}
	switch bank := s.set.bankOf(w.Net.Currency); {
	case len(names) > 0:
		return AccountMissing, strings.Join(names, ", ")
	case w.Booking.Stage != "":
	case len(w.batch.Lines) == 0:
	case !has(s.facts.Banks, bank):
		return BankUnknown, bank
	case cmp.Or(s.facts.Banks[bank], s.facts.LCY) != w.Net.Currency:
		return BankCurrency, fmt.Sprintf("%s is in %s", bank, cmp.Or(s.facts.Banks[bank], s.facts.LCY))
	case s.facts.Blocked[bank]:
		return BankUnknown, bank + " is blocked"
	case s.facts.From != "" && w.batch.Date < s.facts.From, s.facts.To != "" && w.batch.Date > s.facts.To:
		return DateClosed, w.batch.Date
	}
	return "", ""
}

func has(m map[string]string, k string) bool {
	_, ok := m[k]
	return ok
}

// advance looks at bookings and does the next step of each. It answers those that are to
// be looked at again.
func (s *slice) advance(ctx context.Context, ws []*booking) (open []*booking, err error) {
	if len(ws) == 0 {
		return nil, nil
	}
	bs := make([]Batch, len(ws))
	for i, w := range ws {
		bs[i] = w.batch
	}
	looks, err := s.Journals.Look(ctx, bs)
	if err != nil {
		return nil, err
	}
	there, err := outbound.There(ctx, s.Journals, s.Now())
	if err != nil {
		return nil, err
	}
	does := map[step][]*booking{}
	for i, w := range ws {
		do, reason := next(w.Booking, w.batch, looks[i], there)
		if f := looks[i].Batch; f != nil {
			w.found = *f
		}
		if s.Request.DryRun {
			s.bookingRow(w, do, reason)
			continue
		}
		if do == park {
			if err := s.parkBooking(ctx, w, reason, "", nil); err != nil {
				return nil, err
			}
		}
		does[do] = append(does[do], w)
	}
	return s.send(ctx, does)
}

// send does what was decided, each kind of step by one request.
func (s *slice) send(ctx context.Context, does map[step][]*booking) (open []*booking, err error) {
	for _, w := range does[await] {
		if err := s.unknown(ctx, w, nil); err != nil {
			return nil, err
		}
	}
	if err := s.discard(ctx, append(does[remove], s.leftovers(does[finish])...)); err != nil {
		return nil, err
	}
	for _, w := range does[finish] {
		if err := s.booked(ctx, w, "booked as "+w.batch.Number); err != nil {
			return nil, err
		}
	}
	open = append(open, does[remove]...)
	if ws := does[create]; len(ws) > 0 {
		r := &batches{sends{slice: s}}
		c := outbound.Creates[*booking, Found]{Hold: s.Hold(), Records: r, Clock: s.Journals}
		if err := c.Create(ctx, ws); err != nil {
			return nil, err
		}
		open = append(open, r.open...)
	}
	if ws := does[post]; len(ws) > 0 {
		r := &postings{sends{slice: s}}
		a := outbound.Actions[*booking, struct{}]{Hold: s.Hold(), Records: r, Clock: s.Journals, Already: func(err error) bool { return errors.Is(err, ErrNothing) }}
		if err := a.Act(ctx, ws); err != nil {
			return nil, err
		}
		open = append(open, r.open...)
	}
	return open, nil
}

// leftovers are the batches of payouts that are booked: nobody is to post them again.
// One that somebody has changed is not ours any more.
func (s *slice) leftovers(ws []*booking) (out []*booking) {
	for _, w := range ws {
		f := w.found
		ours := f.ID != "" && f.Name == w.batch.Name
		if ours && (len(f.Lines) == 0 || f.holds(w.batch.Number, w.batch.Date, w.batch.Lines) || f.holds(w.batch.Number, w.Booking.Date, w.Booking.Lines)) {
			out = append(out, w)
		}
	}
	return out
}

// discard deletes batches. What is not deleted is seen by the next look, or stays empty.
func (s *slice) discard(ctx context.Context, ws []*booking) error {
	if len(ws) == 0 {
		return nil
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	fs := make([]Found, len(ws))
	for i, w := range ws {
		fs[i] = w.found
	}
	return s.Journals.Delete(ctx, fs)
}

func (s *slice) bookingRow(w *booking, do step, reason issue.Reason) {
	r := JournalRow{Payout: w.ID, Number: w.batch.Number, Date: w.batch.Date, Lines: w.batch.Lines}
	switch do {
	case create, post, remove:
	case finish:
		r.Not = "it is booked already"
	case await:
		r.Not = "it was sent, and what became of it is not known yet"
	case park:
		r.Not = Reasons.New(reason, w.Name()).Text
	}
	s.Row(r)
}

// booked notes that a payout is in the ledger.
func (s *slice) booked(ctx context.Context, w *booking, says string) error {
	s.Counts.Created++
	if s.Request.DryRun {
		s.Row(JournalRow{Payout: w.ID, Number: w.batch.Number, Date: w.batch.Date, Not: says})
		return nil
	}
	b := w.Booking.at(Booked)
	had := b.Trouble != ""
	b.Trouble, b.NotBefore, b.Tries, b.Movements, b.Lines, b.Date = "", time.Time{}, 0, w.moves, w.batch.Lines, w.batch.Date
	b.Log = b.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidFind, Says: says})
	w.Booking = b
	ops := []table.Op{w.op()}
	if had {
		ops = append(ops, issue.Clear(s.Request.Shop, IssueKind, w.ID))
	}
	return s.write(ctx, ops...)
}

// parkBooking stores why a payout is not booked, and when it is tried again: after an
// hour, and each time after twice as long, a day at most.
func (s *slice) parkBooking(ctx context.Context, w *booking, r issue.Reason, more string, cause error) error {
	s.Counts.Failed++
	part := issue.Part{Reason: r, Things: []string{w.Name()}, More: more}
	if e := fault.Of(cause); more == "" && e.Merchant != "" {
		part.More = strings.TrimRight(e.Merchant, ". ")
	}
	i := Reasons.Of(part)
	if s.Request.DryRun {
		s.Row(JournalRow{Payout: w.ID, Number: w.batch.Number, Date: w.batch.Date, Lines: w.batch.Lines, Not: i.Text})
		return nil
	}
	w.Booking.NotBefore = s.Now().Add(min(time.Hour<<min(w.Booking.Tries, 5), 24*time.Hour))
	w.Booking.Tries++
	return s.sayBooking(ctx, w, i, cause)
}

// unknown says that what was sent was not answered.
func (s *slice) unknown(ctx context.Context, w *booking, cause error) error {
	if w.Booking.Trouble == string(outbound.OutcomeUnknown) {
		return nil
	}
	return s.sayBooking(ctx, w, outbound.Reasons.New(outbound.OutcomeUnknown, w.Name()), cause)
}

// sayBooking stores a booking with its issue.
func (s *slice) sayBooking(ctx context.Context, w *booking, i issue.Issue, cause error) error {
	if s.Request.DryRun {
		return nil
	}
	if cause != nil {
		i.Detail = cause.Error()
	}
	if len(w.Booking.Log) > 0 {
		i.Detail = strings.TrimLeft(i.Detail+"\n"+w.Booking.Log.String(), "\n")
	}
	op, err := s.Issues.Put(ctx, s.Issue(IssueKind, w.ID, "Payout "+w.ID, i))
	if err != nil {
		return err
	}
	w.Booking.Trouble = string(i.Reason)
	if err := s.write(ctx, w.op(), op); err != nil {
		return err
	}
	w.Version++
	return nil
}

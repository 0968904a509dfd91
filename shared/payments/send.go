package payments

import (
	"context"

	"backroom/shared/outbound"
	"backroom/shared/table"
)

// sends are bookings on their way; open are those to be looked at again by this run.
type sends struct {
	*slice

	open []*booking
}

// keep stores bookings, whose versions are then those that are stored.
func (s *sends) keep(ctx context.Context, ws []*booking) error {
	ops := make([]table.Op, len(ws))
	for i, w := range ws {
		ops[i] = w.op()
	}
	if err := s.write(ctx, ops...); err != nil {
		return err
	}
	for _, w := range ws {
		w.Version++
	}
	return nil
}

// intend stores that bookings are about to be sent, with what is.
func (s *sends) intend(ctx context.Context, ws []*booking, st Stage, i outbound.Intent) ([]*booking, error) {
	for _, w := range ws {
		w.Booking.Stage, w.Booking.SentAt, w.Booking.SentThere = st, i.At, i.There
		w.Booking.Lines, w.Booking.Date = w.batch.Lines, w.batch.Date
		w.Booking.Log = w.Booking.Log.With(i.Event())
	}
	return ws, s.keep(ctx, ws)
}

// back takes bookings back to a stage at which nothing is on its way.
func (s *sends) back(ctx context.Context, ws []*booking, st Stage) error {
	for _, w := range ws {
		w.Booking = w.Booking.at(st)
	}
	return s.keep(ctx, ws)
}

// answered stores what became of one: at done if it was, at undone if certainly not.
func (s *sends) answered(ctx context.Context, w *booking, v outbound.Verdict, err error, whole bool, done, undone Stage) error {
	switch v {
	case outbound.Made, outbound.Taken:
		s.open = append(s.open, w)
		switch {
		case done == Posting: // the ledger proves it, not the answer
			return s.keep(ctx, []*booking{w})
		case v == outbound.Taken: // a look says whose it is
			done = undone
		}
		return s.back(ctx, []*booking{w}, done)
	case outbound.Lost:
		s.open = append(s.open, w)
		return s.unknown(ctx, w, err)
	case outbound.Unsent:
		if !whole {
			s.Counts.Failed++
			s.Counts.SystemFailed++
		}
	case outbound.Refused:
		w.Booking = w.Booking.at(undone)
		return s.parkBooking(ctx, w, JournalRefused, "", err)
	}
	return s.back(ctx, []*booking{w}, undone)
}

// batches are journal batches that are made. They implement outbound.Records.
type batches struct{ sends }

// Intend implements outbound.Records, as do the three below.
func (b *batches) Intend(ctx context.Context, ws []*booking, i outbound.Intent) ([]*booking, error) {
	return b.intend(ctx, ws, Creating, i)
}

func (b *batches) Send(ctx context.Context, ws []*booking) ([]outbound.Created[Found], error) {
	bs := make([]Batch, len(ws))
	for i, w := range ws {
		bs[i] = w.batch
	}
	return b.Journals.Create(ctx, bs)
}

func (b *batches) Withdraw(ctx context.Context, ws []*booking) error { return b.back(ctx, ws, "") }

func (b *batches) Answered(ctx context.Context, as []outbound.Answer[*booking, Found]) error {
	for _, a := range as {
		a.Item.Booking.Log = a.Item.Booking.Log.With(a.Log...)
		if err := b.answered(ctx, a.Item, a.Verdict, a.Err, a.Whole, Made, ""); err != nil {
			return err
		}
	}
	return nil
}

// postings are journal batches that are posted. They implement outbound.Records.
type postings struct{ sends }

// Intend implements outbound.Records, as do the three below.
func (p *postings) Intend(ctx context.Context, ws []*booking, i outbound.Intent) ([]*booking, error) {
	return p.intend(ctx, ws, Posting, i)
}

func (p *postings) Send(ctx context.Context, ws []*booking) ([]outbound.Created[struct{}], error) {
	ids := make([]string, len(ws))
	for i, w := range ws {
		ids[i] = w.found.ID
	}
	return p.Journals.Post(ctx, ids)
}

func (p *postings) Withdraw(ctx context.Context, ws []*booking) error { return p.back(ctx, ws, Made) }

func (p *postings) Answered(ctx context.Context, as []outbound.Answer[*booking, struct{}]) error {
	for _, a := range as {
		a.Item.Booking.Log = a.Item.Booking.Log.With(a.Log...)
		if err := p.answered(ctx, a.Item, a.Verdict, a.Err, a.Whole, Posting, Made); err != nil {
			return err
		}
	}
	return nil
}

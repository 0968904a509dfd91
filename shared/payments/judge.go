package payments

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/table"
)

// Row is what a run without effect says of a payout that is new.
type Row struct {
	Payout   string       `json:"payout"`
	IssuedAt time.Time    `json:"issuedAt"`
	Status   string       `json:"status"`
	Net      money.Amount `json:"net"`
}

// judge looks at the next payout: whether its movements are complete.
func (s *slice) judge(ctx context.Context) error {
	at := &s.Checkpoint
	if len(at.Todo) == 0 {
		at.Phase = ended
		if s.set.PostPayoutsFrom == "" {
			return nil
		}
		// What was read is noted first: it does not wait for Business Central.
		at.Phase = bookingPhase
		if err := s.end(ctx); err != nil {
			return err
		}
		return s.listBookings(ctx)
	}
	p, err := s.Store.Get(ctx, s.Request.Shop, at.Todo[0])
	if err != nil {
		return err
	}
	touched := slices.Contains(at.Touched, p.ID)
	if p.Version > 0 && (touched || !p.NotBefore.After(s.Now())) {
		if err := s.complete(ctx, p); err != nil {
			return err
		}
	}
	at.Todo = at.Todo[1:]
	return nil
}

// complete brings into a payout what its movements come to. Where they do not come to
// its net, Shopify is asked for all of them.
func (s *slice) complete(ctx context.Context, was Payout) error {
	p := was
	foreign, err := s.sumUp(ctx, &p)
	if err != nil {
		return err
	}
	if p.Status == Paid && (foreign != "" || !p.missing().IsZero()) {
		if err := s.gather(ctx, p.ID); err != nil {
			return err
		}
		if foreign, err = s.sumUp(ctx, &p); err != nil {
			return err
		}
	}
	i := s.verdict(&p, foreign)
	return s.put(ctx, was, p, i)
}

func (s *slice) sumUp(ctx context.Context, p *Payout) (foreign string, err error) {
	ts, err := s.Store.Movements(ctx, s.Request.Shop, p.ID)
	if err != nil {
		return "", err
	}
	return p.sums(ts), nil
}

// gather reads all movements of a payout: some may be older than the first run, or have
// been missing in the lists.
func (s *slice) gather(ctx context.Context, id string) error {
	for page := ""; ; {
		got, err := s.Source.Balance(ctx, Since{Payout: id}, page)
		if err != nil {
			return err
		}
		var ts []Transaction
		for _, t := range got.Movements {
			if !t.Test && t.Type != transfer && t.Payout == id {
				ts = append(ts, t)
			}
		}
		s.Counts.Read += len(ts)
		if err := s.keep(ctx, ts); err != nil {
			return err
		}
		if page = got.Next; page == "" {
			return nil
		}
	}
}

// verdict says what a payout lacks; an issue without reason says that it lacks nothing.
func (s *slice) verdict(p *Payout, foreign string) issue.Issue {
	var i issue.Issue
	p.State = Open
	switch missing := p.missing(); {
	case p.Status == Failed && p.Booking.Stage == Booked && s.Now().Sub(p.IssuedAt) < young:
		i = Reasons.New(FailedBooked, p.Name())
		p.State = Known
	case p.Status == Failed && s.Now().Sub(p.IssuedAt) < young:
		i = Reasons.New(PayoutFailed, p.Name())
		p.State = Known
	case p.Status == Failed, p.Status == Canceled:
		p.State = Known
	case p.Status != Paid: // on its way
	case foreign != "":
		i = Reasons.New(OtherMoney, p.Name())
		i.Detail = "transaction " + foreign
	case !missing.IsZero():
		in := func(a money.Amount) string { return a.String() }
		moved, less := money.Amount{Value: p.Moved, Currency: p.Net.Currency}, money.Amount{Value: missing, Currency: p.Net.Currency}
		i = Reasons.Of(issue.Part{
			Reason: Unbalanced, Things: []string{p.Name()},
			More: fmt.Sprintf("it is %s, they come to %s, which differs by %s", in(p.Net), in(moved), in(less)),
		})
	case p.Booking.Stage == Booked && p.Booking.Movements != p.Movements && s.Now().Sub(p.IssuedAt) < young:
		i = Reasons.New(MovedBooked, p.Name())
		p.State = Known
	default:
		p.State = Known
	}
	if p.Trouble = string(i.Reason); p.Trouble == "" {
		p.NotBefore, p.Tries = time.Time{}, 0
		return i
	}
	p.Tries++
	p.NotBefore = s.Now().Add(min(time.Hour<<min(p.Tries-1, 5), 24*time.Hour))
	s.Counts.Failed++
	return i
}

// put stores a payout under the lease, with its issue, where anything has changed.
func (s *slice) put(ctx context.Context, was, p Payout, i issue.Issue) error {
	if p.judged(was) && i.Reason == "" {
		return nil
	}
	ops := []table.Op{p.op()}
	switch {
	case i.Reason != "":
		op, err := s.Issues.Put(ctx, s.Issue(IssueKind, p.ID, "Payout "+p.ID, i))
		if err != nil {
			return err
		}
		ops = append(ops, op)
	case was.Trouble != "":
		ops = append(ops, issue.Clear(s.Request.Shop, IssueKind, p.ID))
	}
	return s.write(ctx, ops...)
}

// judged reports whether nothing has come of a look at p.
func (p Payout) judged(was Payout) bool {
	return p.State == was.State && p.Trouble == was.Trouble && p.Tries == was.Tries && p.Moved.Equal(was.Moved) && p.Movements == was.Movements &&
		slices.EqualFunc(p.Sums, was.Sums, func(a, b Sum) bool {
			return a.Kind == b.Kind && a.Count == b.Count && a.Gross.Equal(b.Gross) && a.Fee.Equal(b.Fee)
		})
}

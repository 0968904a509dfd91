package inventory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
)

// keyLife is for how long Shopify knows an idempotency key, less a margin.
const keyLife = 23 * time.Hour

// sent is a change on its way.
type sent struct {
	Change
	pair    *pair // nil: of an earlier run
	verdict outbound.Verdict
	err     error
}

// sending is the protocol of one batch: it is stored with its key before it goes out,
// and stays until its outcome is known.
type sending struct {
	*slice
	batch Batch // Key "": it is made when it is intended
}

// sends sets pairs. What is refused is said, and the others are sent again under a key
// of their own. It gives the pairs that have changed since they were read.
func (s *slice) sends(ctx context.Context, ps []*pair) (stale []*pair, err error) {
	var left []*sent
	for _, p := range ps {
		left = append(left, &sent{Change: Change{p.good.InventoryItem, p.place.LocationID, p.offers, p.from}, pair: p})
	}
	for len(left) > 0 {
		if err := s.act(ctx, &sending{slice: s}, left); err != nil {
			return nil, err
		}
		if s.lost { // asked once more at once, then by a later run
			s.lost = false
			if err := s.settle(ctx); err != nil {
				return nil, err
			}
			for _, c := range left {
				stale = append(stale, c.pair) // what became of it is read
			}
			return stale, nil
		}
		again := left[:0:0]
		for _, c := range left {
			switch code := fault.Of(c.err).Code; {
			case c.verdict == outbound.Made:
				s.Counts.Updated++
				s.mark(c.pair, "", "")
			case code == CodeOthers:
				again = append(again, c)
			case code == CodeStale:
				stale = append(stale, c.pair)
			case code == CodeLocation:
				s.places[c.Location] = LocationUnknown
				s.mark(c.pair, LocationUnknown, "")
			default:
				s.mark(c.pair, reasonOf(c.err), c.err.Error())
			}
		}
		if len(again) == len(left) {
			return nil, &fault.Error{Op: TaskName, Kind: fault.Bug, Err: fmt.Errorf("a batch is refused for none of its changes")}
		}
		left = again
	}
	return stale, nil
}

// settle sends a batch again whose outcome is not known, as it was. Its changes are
// compared anew afterwards.
func (s *slice) settle(ctx context.Context) error {
	b, ok, err := s.store.batch(ctx, s.Request.Shop)
	if err != nil || !ok || s.Request.DryRun {
		return err
	}
	if age := s.Now().Sub(b.At); age >= keyLife || age < 0 {
		// Its key is not known any more. Nothing of it can still come, and what it has
		// done is read.
		return s.Guard.Write(ctx, s.Request.Lease, noBatch(s.Request.Shop))
	}
	var cs []*sent
	for _, c := range b.Changes {
		cs = append(cs, &sent{Change: c})
	}
	if err := s.act(ctx, &sending{slice: s, batch: b}, cs); err != nil {
		return err
	}
	if s.lost {
		return unsettled()
	}
	return nil
}

func (s *slice) act(ctx context.Context, r *sending, cs []*sent) error {
	return outbound.Actions[*sent, Change]{Hold: s.Hold(), Records: r}.Act(ctx, cs)
}

// Intend implements outbound.Records, as do those below.
func (r *sending) Intend(ctx context.Context, cs []*sent, i outbound.Intent) ([]*sent, error) {
	if r.batch.Key == "" {
		r.batch = Batch{At: i.At}
		for _, c := range cs {
			r.batch.Changes = append(r.batch.Changes, c.Change)
		}
		js, err := json.Marshal(r.batch)
		if err != nil {
			return nil, err
		}
		// Of the time and all of the content: another request has another key.
		sum := sha256.Sum256(append([]byte(r.Request.Shop+" "+r.Request.Run+" "), js...))
		r.batch.Key = hex.EncodeToString(sum[:16])
	}
	return cs, r.write(ctx, r.batch)
}

func (r *sending) write(ctx context.Context, b Batch) error {
	ops := []jobqueue.TableOp{b.op(r.Request.Shop)}
	if b.Key == "" {
		ops[0] = noBatch(r.Request.Shop)
	}
	return r.Guard.Write(ctx, r.Request.Lease, ops...)
}

// Send sends the batch as it is stored.
func (r *sending) Send(ctx context.Context, _ []*sent) ([]outbound.Created[Change], error) {
	return r.Target.Set(ctx, r.batch)
}

// Withdraw forgets a batch that was not sent by this process. One of an earlier run
// stays: it was.
func (r *sending) Withdraw(ctx context.Context, cs []*sent) error {
	if len(cs) > 0 && cs[0].pair == nil {
		return nil
	}
	return r.write(ctx, Batch{})
}

// Answered notes what became of each change.
func (r *sending) Answered(ctx context.Context, as []outbound.Answer[*sent, Change]) error {
	for _, a := range as {
		a.Item.verdict, a.Item.err = a.Verdict, a.Err
		r.lost = r.lost || a.Verdict == outbound.Lost
		// A batch of before may have arrived the first time: what this attempt met says
		// nothing of that.
		r.lost = r.lost || a.Verdict == outbound.Unsent && a.Whole && a.Item.pair == nil && !known(a.Err)
	}
	if r.lost {
		return nil
	}
	return r.write(ctx, Batch{})
}

// known reports whether an error says what became of the first attempt.
func known(err error) bool { return fault.Of(err).Code == CodeFailed }

package jobs

import (
	"context"
	"errors"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// disconnected is the reason why the jobs of a disconnected shop are on hold. It is
// stored: a new connection releases what has it.
const disconnected = "the shop is disconnected"

// Disconnect holds all entries of a shop, which deletes their schedules, and asks their
// runs to stop, those in process and those that wait to start. It names the entries
// that are on hold by it, and the runs that were in process: they stop at their next
// heartbeat. Entries that somebody has held before stay held for that. It may be repeated.
func (j *Client) Disconnect(ctx context.Context, shop string) (held, ending []string, err error) {
	es, err := j.Store.Entries(ctx, shop)
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	for _, e := range es {
		var err error
		if e.Status != jobqueue.OnHold {
			_, err = j.Hold(ctx, shop, e.ID, disconnected)
		}
		var h jobqueue.History
		if err == nil {
			e, h, err = j.Store.WithHistory(ctx, shop, e.ID)
		}
		if err == nil { // its schedule goes, which no sweep would see to any more
			err = j.Arm(ctx, e, h)
		}
		if errors.Is(err, jobstore.ErrNotFound) { // deleted meanwhile
			err = nil
		}
		if errs = append(errs, err); e.HoldReason == disconnected {
			held = append(held, e.ID)
		}
	}
	running, err := j.Store.Running(ctx, shop)
	errs = append(errs, err)
	for _, r := range running {
		ending = append(ending, r.ID)
	}
	for _, e := range es {
		for _, id := range append([]string{e.Queued}, e.Wishes...) {
			if id != "" {
				errs = append(errs, j.stop(ctx, shop, id))
			}
		}
	}
	for _, id := range ending {
		errs = append(errs, j.stop(ctx, shop, id))
	}
	return held, ending, errors.Join(errs...)
}

// stop cancels a run that has not ended.
func (j *Client) stop(ctx context.Context, shop, run string) error {
	err := j.Cancel(ctx, shop, run)
	if errors.Is(err, ErrEnded) || errors.Is(err, jobstore.ErrNotFound) {
		return nil
	}
	return err
}

// Reconnect makes the entries of a shop ready that [Client.Disconnect] has held, and
// leaves the others as they are. It may be repeated.
func (j *Client) Reconnect(ctx context.Context, shop string) error {
	es, err := j.Store.Entries(ctx, shop)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range es {
		if e.Status != jobqueue.OnHold || e.HoldReason != disconnected {
			continue
		}
		_, err := j.Release(ctx, shop, e.ID)
		if _, refused := errors.AsType[*Refusal](err); refused || errors.Is(err, jobstore.ErrNotFound) {
			continue // expired, or somebody else was first
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

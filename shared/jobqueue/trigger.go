package jobqueue

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"backroom/shared/table"
)

// ErrOnHold means that the entry may not run before somebody releases it.
var ErrOnHold = errors.New("the job entry is on hold")

// Ask is a wish for one run.
type Ask struct {
	Shop, Entry string
	Trigger     Trigger // ByHand or ByWebhook
	// Parameters replace the entry's own for this run; nil: the entry's.
	Parameters json.RawMessage
	DryRun     bool
	// Repeats is the run whose input this is; Parameters that are the entry's
	// own count as none.
	Repeats string
	// With gives what is written in the same transaction as the accepted run, and
	// nowhere if the wish joins a run that waits. It is asked again after a
	// conflict, so that it reads what it depends on itself. nil: nothing.
	With func(Run) ([]table.Op, error)
}

// Trigger accepts one run of an entry: it is stored, then sent; if sending
// fails, the sweep sends it again. While an accepted run waits to start,
// another wish for the same joins it; other wishes wait, at most MaxWaiting of an
// entry. Errors: ErrNotFound, *Refusal (an ErrOnHold), *PausedError, *Busy, and
// [Problem]s joined when the task does not take the parameters.
func (d *Dispatcher) Trigger(ctx context.Context, a Ask) (Run, error) {
	var last error
	for range maxTries {
		e, err := d.Store.Entry(ctx, a.Shop, a.Entry)
		if err != nil {
			return Run{}, err
		}
		if e.Status == OnHold {
			_, err := e.allowed(RunNow, category{}, d.Store.Now())
			return Run{}, err
		}
		if p, ok, err := d.Store.PausedNow(ctx, a.Shop); err != nil {
			return Run{}, err
		} else if ok {
			return Run{}, &PausedError{Action: RunNow, Shop: a.Shop, Pause: p}
		}
		if a.Repeats != "" && string(a.Parameters) == string(e.input()) {
			a.Parameters = nil
		}
		if reg, ok := d.Tasks.Get(e.Task); ok && a.Parameters != nil {
			if _, wrong := reg.Parameters.Fill(a.Parameters); len(wrong) > 0 {
				return Run{}, joined(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), wrong)
			}
		}
		plain := a.Parameters == nil && !a.DryRun
		if plain && e.Queued != "" {
			if r, ok, err := d.waiting(ctx, e); err != nil || ok {
				return r, err
			}
		}
		r := d.accepted(e, a.Trigger, newID(d.Store.Now(), d.random))
		r.DryRun, r.Apart, r.Repeats = a.DryRun, !plain, a.Repeats
		if a.Parameters != nil {
			r.Parameters = a.Parameters
		}
		op, err := d.Store.putRun(r, true)
		if err != nil {
			return Run{}, err
		}
		ops := []table.Op{op}
		if plain {
			e.Queued = r.ID
			op, err := d.Store.putEntry(e)
			if err != nil {
				return Run{}, err
			}
			ops = append(ops, op)
		} else {
			op, err := d.wish(ctx, e, r.ID)
			if err != nil {
				return Run{}, err
			}
			ops = append(ops, op)
		}
		if a.With != nil {
			more, err := a.With(r)
			if err != nil {
				return Run{}, err
			}
			ops = append(ops, more...)
		}
		last = d.Store.Table.Write(ctx, ops...)
		switch err := last; {
		case errors.Is(err, table.ErrConflict):
			continue
		case errors.Is(err, table.ErrUnknown):
			// Stored or not: the run's own id tells.
			if _, err := d.Store.row(ctx, r.Shop, r.ID); errors.Is(err, ErrNotFound) {
				continue
			} else if err != nil {
				return Run{}, err
			}
		case err != nil:
			return Run{}, err
		}
		r.Version = 1
		d.send(ctx, e.Group(), r)
		return r, nil
	}
	return Run{}, fmt.Errorf("job entry %s of %s: %w", a.Entry, a.Shop, notWritten(last))
}

// waiting is the accepted run of e that has not started.
func (d *Dispatcher) waiting(ctx context.Context, e Entry) (Run, bool, error) {
	if e.Queued == "" {
		return Run{}, false, nil
	}
	r, err := d.Store.row(ctx, e.Shop, e.Queued)
	if errors.Is(err, ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil && r.Started.IsZero() && !r.Done() && !r.Cancel, err
}

func (d *Dispatcher) accepted(e Entry, t Trigger, id string) Run {
	now := d.Store.Now()
	return Run{Shop: e.Shop, ID: id, Entry: e.ID, Made: e.Made, Task: e.Task, Trigger: t, Scheduled: now, Accepted: now, Parameters: e.input()}
}

// send puts an accepted run on the queue. It may fail: the run is stored.
func (d *Dispatcher) send(ctx context.Context, group string, r Run) {
	if err := d.sendTo(ctx, group, r); err != nil {
		d.Log.WarnContext(ctx, "accepted run not sent yet", "run", r.ID, "err", err)
	}
}

func (d *Dispatcher) sendTo(ctx context.Context, group string, r Run) error {
	m := Message{V: 1, Shop: r.Shop, Entry: r.Entry, Trigger: r.Trigger, Run: r.ID}
	if r.Trigger == BySchedule || r.Trigger == ByRetry {
		m.At = stamp(r.Scheduled)
	}
	if r.Trigger == BySchedule {
		// As its schedule sent it: a run that found nothing to do leaves no row,
		// by which a message that names it could tell that it has ended.
		m.Run, m.Made = "", r.Made
	}
	body, err := encode(m)
	if err != nil {
		return err
	}
	return d.Queue.Send(ctx, group, r.ID, body)
}

// Resend sends the message of a run that waits for one: accepted and not
// started, or started and without a live slice. Sending too often is safe.
func (d *Dispatcher) Resend(ctx context.Context, r Run) error {
	e, err := d.Store.Entry(ctx, r.Shop, r.Entry)
	if err != nil {
		return err
	}
	return d.sendTo(ctx, e.Group(), r)
}

// Cancel asks a run to stop: at its next renewal, or before it starts. Errors:
// ErrNotFound, *NotCancelled if it has ended.
func (d *Dispatcher) Cancel(ctx context.Context, shop, run string) error {
	for range maxTries {
		r, err := d.Store.Run(ctx, shop, run)
		if err == nil && r.Done() {
			err = &NotCancelled{Shop: shop, Run: run, Outcome: r.Outcome}
		}
		if err != nil {
			return err
		}
		var op table.Op
		if r.Started.IsZero() {
			r.Cancel = true
			op, err = d.Store.putRun(r, true)
		} else {
			var e Entry
			if e, err = d.Store.Entry(ctx, shop, r.Entry); err != nil {
				return err
			}
			e.Cancelling = run
			op, err = d.Store.putEntry(e)
		}
		if err != nil {
			return err
		}
		if err := d.Store.Table.Write(ctx, op); !errors.Is(err, table.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("run %s of %s: %w", run, shop, notWritten(nil))
}

// Sweep mends what crashes leave behind: it sends accepted runs again that
// have not started, and arms missing schedules of the shops. It answers how
// much it mended.
func (d *Dispatcher) Sweep(ctx context.Context, shops ...string) (mended int, err error) {
	before := sortable(d.Store.Now().Add(-ResendAfter))
	q := table.IndexQuery{N: 2, PK: acceptedIndex}
	var errs []error
	for {
		p, err := d.Store.Table.Index(ctx, q)
		if err != nil {
			return mended, fmt.Errorf("jobqueue: sweep: %w", err)
		}
		hits, err := runs(p.Items)
		if err != nil {
			return mended, err
		}
		for _, hit := range hits {
			r, err := d.Store.row(ctx, hit.Shop, hit.ID) // the index may trail
			switch {
			case errors.Is(err, ErrNotFound):
				continue
			case err != nil:
				errs = append(errs, err)
				continue
			case r.Done() || sortable(r.Accepted) > before:
				continue
			}
			if err := d.Resend(ctx, r); err != nil {
				errs = append(errs, err)
				continue
			}
			mended++
		}
		if q.Page = p.Next; q.Page == "" {
			break
		}
	}
	for _, s := range shops {
		es, err := d.Store.Entries(ctx, s)
		errs = append(errs, err)
		for _, e := range es {
			h, err := d.Store.History(ctx, e)
			errs = append(errs, err, d.Arm(ctx, e, h))
		}
	}
	return mended, errors.Join(errs...)
}

// encode writes a message; HTML escaping would hide the time's placeholder.
func encode(m Message) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("jobqueue: message: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// newID makes an id whose text orders by time: 48 bits of milliseconds and 40
// of chance.
func newID(now time.Time, random func(int64) int64) string {
	var b [11]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	binary.BigEndian.PutUint32(b[6:10], uint32(random(1<<32))) //nolint:gosec // below 2^32
	b[10] = byte(random(256))                                  //nolint:gosec // below 256
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

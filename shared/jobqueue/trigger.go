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

	"backroom/shared/schedule"
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
}

// Trigger accepts one run of an entry: it is stored, then sent; if sending
// fails, the sweep sends it again. While an accepted run waits to start,
// another wish for the same joins it. Errors: ErrNotFound, *Refusal (an
// ErrOnHold), *PausedError, and
// [Problem]s joined when the task does not take the parameters.
func (d *Dispatcher) Trigger(ctx context.Context, a Ask) (Run, error) {
	for range maxTries {
		e, err := d.Store.definition(ctx, a.Shop, a.Entry)
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
		if a.Repeats != "" && string(a.Parameters) == string(e.Parameters) {
			a.Parameters = nil
		}
		if reg, ok := d.Tasks.Get(e.Task); ok && a.Parameters != nil {
			if _, wrong := reg.Parameters.Fill(a.Parameters); len(wrong) > 0 {
				return Run{}, joined(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), wrong)
			}
		}
		plain := a.Parameters == nil && !a.DryRun
		if plain && e.Queued != "" && !d.flaws.has(flawCoalesce) {
			r, err := d.Store.row(ctx, e.Shop, e.Queued)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return Run{}, err
			}
			if err == nil && r.Started.IsZero() && !r.Done() {
				return r, nil
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
		}
		if d.flaws.has(flawSendFirst) {
			d.send(ctx, e.Group(), r)
		}
		switch err := d.Store.Table.Write(ctx, ops...); {
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
	return Run{}, fmt.Errorf("job entry %s of %s: %w", a.Entry, a.Shop, table.ErrConflict)
}

func (d *Dispatcher) accepted(e Entry, t Trigger, id string) Run {
	now := d.Store.Now()
	return Run{Shop: e.Shop, ID: id, Entry: e.ID, Task: e.Task, Trigger: t, Scheduled: now, Accepted: now, Parameters: e.Parameters}
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
		m.At = r.Scheduled.UTC().Format(time.RFC3339)
	}
	if r.Trigger == BySchedule {
		// As its schedule sent it: a run that found nothing to do leaves no row,
		// by which a message that names it could tell that it has ended.
		m.Run = ""
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
	e, err := d.Store.definition(ctx, r.Shop, r.Entry)
	if err != nil {
		return err
	}
	return d.sendTo(ctx, e.Group(), r)
}

// Cancel asks a run to stop: at its next renewal, or before it starts. A run
// that has ended stays as it is.
func (d *Dispatcher) Cancel(ctx context.Context, shop, run string) error {
	for range maxTries {
		r, err := d.Store.Run(ctx, shop, run)
		if err != nil || r.Done() {
			return err
		}
		var op table.Op
		if r.Started.IsZero() {
			r.Cancel = true
			op, err = d.Store.putRun(r, true)
		} else {
			var e Entry
			if e, err = d.Store.definition(ctx, shop, r.Entry); err != nil {
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
	return fmt.Errorf("run %s of %s: %w", run, shop, table.ErrConflict)
}

// Save stores an entry as it was read, or a new one (Version 0), and arms its
// schedule. Errors: [Problem]s joined, all that is wrong with it, nothing
// stored; table.ErrConflict when it has changed meanwhile.
func (d *Dispatcher) Save(ctx context.Context, e Entry) (Entry, error) {
	ps := e.Problems(d.Tasks)
	if e.Version > 0 {
		was, err := d.Store.definition(ctx, e.Shop, e.ID)
		if err != nil {
			return e, err
		}
		if was.Group() != e.Group() {
			// What its runs left behind is with the category, and so may a run be.
			ps = append(ps, Problem{Field: "category", Value: e.Group(), Want: was.Group() + " as before; make a new entry for another"})
		}
		e.Forgets = was.Forgets
	}
	if len(ps) > 0 {
		return e, joined(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), ps)
	}
	if e.Version == 0 {
		c, err := d.Store.lock(ctx, e)
		if err != nil {
			return e, err
		}
		e.Forgets = ""
		e.Forgets = e.state(c).Last
	}
	if err := d.Store.SaveEntry(ctx, e); err != nil {
		return e, err
	}
	e, err := d.Store.Entry(ctx, e.Shop, e.ID)
	if err == nil {
		err = d.Arm(ctx, e)
	}
	return e, err
}

// Ensure gives a shop the job entry of every registered task that it lacks,
// with anchor as the earliest start, and arms the schedules of those that recur.
func (d *Dispatcher) Ensure(ctx context.Context, shop, scope string, anchor time.Time) error {
	for _, reg := range d.Tasks.All() {
		e, err := d.Store.Entry(ctx, shop, reg.Name)
		switch {
		case err == nil:
			err = d.Arm(ctx, e)
		case errors.Is(err, ErrNotFound):
			e = reg.Default
			e.Shop, e.ID, e.Task, e.Scope, e.Status = shop, reg.Name, reg.Name, scope, Ready
			e.EarliestStart = anchor.Truncate(time.Second) // what a message can say
			_, err = d.Save(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Arm makes the schedules of an entry, read with what its runs left behind,
// what the entry says: a recurring one for a rule with slots; a single one for
// the next time of a chained rule or of an entry for one run.
func (d *Dispatcher) Arm(ctx context.Context, e Entry) error {
	body, err := encode(Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: BySchedule, At: schedule.TimePlaceholder})
	if err != nil {
		return err
	}
	want := schedule.Target{Group: e.Group(), Body: string(body)}
	rec, grid := e.Grid()
	next, ok := e.NextRun()
	// An entry in Error keeps its schedule, for the day somebody starts it by hand.
	if off := e.Status == OnHold || e.Status == Finished || e.Status == Ready && !ok; off || !grid {
		if err := d.Schedules.Delete(ctx, e.ScheduleName()); err != nil || grid || !ok {
			return err
		}
		return d.armNext(ctx, e, next)
	}
	has, err := d.Schedules.Get(ctx, e.ScheduleName())
	switch {
	case err == nil && has.Target == want && sameRecurrence(has.Recurrence, rec):
		return nil // replacing it would forget a firing that is due
	case err != nil && !errors.Is(err, schedule.ErrNotFound):
		return err
	}
	return d.Schedules.Every(ctx, e.ScheduleName(), rec, want)
}

func sameRecurrence(a, b schedule.Recurrence) bool {
	zone := func(r schedule.Recurrence) string {
		if r.Zone == nil {
			return time.UTC.String()
		}
		return r.Zone.String()
	}
	return a.Rate == b.Rate && a.Cron == b.Cron && a.Anchor.Equal(b.Anchor) && zone(a) == zone(b)
}

// onceName is the name of the entry's schedule for one time.
func (e Entry) onceName(at time.Time) string {
	return clip(fmt.Sprintf("%s.%s.at%d", e.Shop, e.ID, at.Unix()))
}

// armNext arms one time, by a name that makes arming it twice the same as once.
func (d *Dispatcher) armNext(ctx context.Context, e Entry, at time.Time) error {
	now := d.Store.Now()
	if !e.Once && at.Before(now) && !e.Open(now) {
		// It was missed, and the window has closed since.
		next, ok := e.Next(now)
		if !ok {
			return nil
		}
		at = next
	}
	body, err := encode(Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: BySchedule, At: at.UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	return d.Schedules.At(ctx, e.onceName(at), at, schedule.Target{Group: e.Group(), Body: string(body)})
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
			errs = append(errs, d.Arm(ctx, e))
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

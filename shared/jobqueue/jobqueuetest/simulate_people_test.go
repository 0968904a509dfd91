package jobqueuetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// simActions are what people do. Those that are more interesting are there more often.
var simActions = []string{
	"run", "run", "run", "run-twice", "run-twice", "webhook", "apart", "dry", "repeat", "again", "poison", "poison-run",
	"cancel", "cancel", "cancel-entry", "hold", "hold", "release", "release-failed", "restart", "restart", "pause-shop",
	"priority", "drifting", "rule", "delete", "delete", "delete", "once", "once", "once",
}

// act is what a person does.
func (w *world) act(p *proc, ev event) {
	d := w.machine(p)
	shop, id, _ := strings.Cut(ev.who, "/")
	w.note("%s %s", p.name, ev.who)
	var err error
	switch ev.kind {
	case "hold", "release", "release-failed", "restart", "pause-shop", "cancel", "cancel-entry":
		err = w.steer(p, d, ev.kind, shop, id)
	case "priority", "drifting", "rule", "delete", "once":
		err = w.edit(p, d, ev.kind, shop, id)
	default:
		err = w.ask(p, d, ev.kind, shop, id)
	}
	if err != nil {
		w.note("%s: %v", p.name, err)
		return
	}
	w.did[ev.kind]++
}

// ask is what a person does to have something run.
func (w *world) ask(p *proc, d *dispatch.Dispatcher, what, shop, id string) error {
	ask := jobs.TriggerRequest{Shop: shop, Entry: id, Trigger: jobqueue.ByHand}
	switch what {
	case "webhook":
		ask.Trigger = jobqueue.ByWebhook
	case "dry":
		ask.DryRun = true
	case "apart":
		ask.DryRun = w.chance(20)
		ask.Parameters = json.RawMessage(`{}`)
	case "again":
		p, err := d.Jobs.Store.Log(w.ctx, jobstore.LogQuery{Shop: shop, Limit: 10})
		for _, r := range p.Runs {
			if r.Outcome == jobqueue.Failed || r.Outcome == jobqueue.Lost {
				_, err := d.Jobs.Retry(w.ctx, shop, r.ID)
				return err
			}
		}
		return err
	case "poison", "poison-run":
		return w.poison(d, what, ask)
	case "repeat":
		r, err := d.Jobs.Trigger(w.ctx, ask)
		if err != nil {
			return err
		}
		p.sleep(w.between(time.Second, 20*time.Minute))
		return d.Jobs.Resend(w.ctx, r)
	}
	_, err := d.Jobs.Trigger(w.ctx, ask)
	return err
}

// poison sends a message that makes no sense: of a run that there is not, or of
// a later version, also one that names an accepted run.
func (w *world) poison(d *dispatch.Dispatcher, what string, ask jobs.TriggerRequest) error {
	version, run := 1+w.rng.IntN(2), fmt.Sprintf("none%d", w.rng.IntN(1000))
	if what == "poison-run" {
		r, err := d.Jobs.Trigger(w.ctx, ask)
		if err != nil {
			return err
		}
		version, run = 2, r.ID
	}
	body := fmt.Appendf(nil, `{"v":%d,"shop":%q,"entry":%q,"trigger":"manual","run":%q}`, version, ask.Shop, ask.Entry, run)
	w.watch.poison[string(body)] = true
	return w.queue.Send(w.ctx, mustGroup(w.ctx, d.Jobs.Store, ask.Shop, ask.Entry), "", body)
}

// steer is what a person does by the actions of entries and runs.
func (w *world) steer(p *proc, d *dispatch.Dispatcher, what, shop, id string) error {
	switch what {
	case "hold":
		if _, err := d.Jobs.Hold(w.ctx, shop, id, "a person's"); err != nil {
			return err
		}
		p.sleep(w.between(time.Second, 40*time.Minute))
		return w.insist(p, func() error {
			_, err := d.Jobs.Release(w.ctx, shop, id)
			return err
		})
	case "release":
		_, err := d.Jobs.Release(w.ctx, shop, id)
		return err
	case "release-failed":
		_, err := d.Jobs.ReleaseFailed(w.ctx, shop)
		return err
	case "cancel":
		rs, err := d.Jobs.Store.Running(w.ctx, shop)
		if err != nil || len(rs) == 0 {
			return err
		}
		return d.Jobs.Cancel(w.ctx, shop, rs[0].ID)
	case "cancel-entry":
		_, err := d.Jobs.CancelEntry(w.ctx, shop, id)
		return err
	case "restart":
		_, held := d.Jobs.Hold(w.ctx, shop, id, "")
		p.sleep(w.between(time.Second, 5*time.Minute))
		_, err := d.Jobs.Restart(w.ctx, shop, id)
		if err != nil {
			_, released := d.Jobs.Release(w.ctx, shop, id)
			err = errors.Join(err, released)
		}
		return errors.Join(held, err)
	case "pause-shop":
		w.watch.paused[shop] = w.now.Add(simHours)
		w.after(w.between(time.Minute, 15*time.Minute), func() { // by somebody else, whom nothing happens to
			store := jobstore.New(w.table, func() time.Time { return w.now })
			if _, err := store.Resume(w.ctx, shop); err != nil {
				panic(err)
			}
			w.watch.paused[shop] = w.now.Add(2 * jobstore.PauseSeen)
		})
		return d.Jobs.Store.Pause(w.ctx, shop, "")
	}
	return nil
}

// insist does something again, once a minute, until it is done, does not apply
// any more, or its person is gone.
func (w *world) insist(p *proc, do func() error) (err error) {
	for range 20 {
		err = do()
		r, refused := errors.AsType[*jobs.Refusal](err)
		if err == nil || p.dead || errors.Is(err, jobstore.ErrNotFound) || errors.Is(err, table.ErrConflict) || refused && r.Status != jobqueue.InProcess {
			return err
		}
		p.sleep(w.between(20*time.Second, time.Minute))
	}
	return err
}

// edit is what a person does by saving and deleting entries.
func (w *world) edit(p *proc, d *dispatch.Dispatcher, what, shop, id string) error {
	if what == "once" {
		return w.once(p, d, shop, id)
	}
	e, _, err := d.Jobs.Store.WithHistory(w.ctx, shop, id)
	if err != nil {
		return err
	}
	switch what {
	case "priority":
		e.Priority = []jobqueue.Priority{jobqueue.Low, jobqueue.Normal, jobqueue.High}[w.rng.IntN(3)]
	case "drifting":
		if e.Once {
			return nil
		}
		e.Drifting, e.IdleLimit = !e.Drifting, 0
	case "rule":
		e.EarliestStart = w.now.Add(w.between(-20*time.Minute, 20*time.Minute)).Truncate(time.Second)
		if !e.Once {
			e.Every = time.Duration([]int{12, 15, 20, 30}[w.rng.IntN(4)]) * time.Minute
		}
	case "delete":
		return w.remake(p, d, e)
	}
	_, err = d.Jobs.Save(w.ctx, e)
	return err
}

// remake deletes an entry and makes another one of the same name: at once or
// later, with the same rule or one that starts anew.
func (w *world) remake(p *proc, d *dispatch.Dispatcher, was jobqueue.Entry) error {
	if err := w.insist(p, func() error { return d.Jobs.Delete(w.ctx, was.Shop, was.ID) }); err != nil {
		return err
	}
	if w.chance(50) {
		p.sleep(w.between(time.Second, 20*time.Minute))
	}
	e := jobqueue.Entry{
		Shop: was.Shop, ID: was.ID, Task: was.Task, Scope: was.Scope, Category: was.Category, Priority: was.Priority,
		Rule: was.Rule, Once: was.Once, MaxAttempts: was.MaxAttempts, RerunDelay: was.RerunDelay, Resume: was.Resume, Status: jobqueue.Ready,
	}
	if w.chance(50) {
		e.EarliestStart = w.now.Add(w.between(0, 10*time.Minute)).Truncate(time.Second)
	}
	return w.insist(p, func() error {
		_, err := d.Jobs.Save(w.ctx, e)
		return err
	})
}

// once makes an entry for one run, soon or at once, beside those that recur.
func (w *world) once(p *proc, d *dispatch.Dispatcher, shop, id string) error {
	task := strings.TrimPrefix(id, "once-")
	like, _, err := d.Jobs.Store.WithHistory(w.ctx, shop, task)
	if err != nil {
		return err
	}
	e := jobqueue.Entry{
		Shop: shop, ID: "once-" + task, Task: task, Scope: like.Scope, Category: like.Category, Priority: like.Priority,
		Once: true, MaxAttempts: 1 + w.rng.IntN(2), RerunDelay: 30 * time.Second, Status: jobqueue.Ready,
	}
	// Whole minutes are what people write, and write again.
	e.EarliestStart = w.now.Add(w.between(-2*time.Minute, 8*time.Minute)).Truncate(5 * time.Minute)
	if w.chance(20) {
		e.Expiration = w.now.Add(w.between(10*time.Minute, 40*time.Minute)).Truncate(time.Second)
	}
	return w.insist(p, func() error {
		_, err := d.Jobs.Save(w.ctx, e)
		return err
	})
}

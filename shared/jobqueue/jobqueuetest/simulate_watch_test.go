package jobqueuetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/queue"
	"backroom/shared/record"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// breach is a broken invariant.
type breach struct{ invariant, text string }

func (b *breach) String() string { return b.invariant + ": " + b.text }

// group is what is known of a category beside what is stored.
type group struct {
	c    jobqueue.Category
	held time.Time     // when its lease was taken or renewed, by the world's clock
	wait time.Duration // that it was yielded for

	moved   time.Time // when a slice last started, yielded or ended
	freed   bool      // the lease of its run was ended, and no slice has started since
	freedAt int       // the step of that
}

// watch sees every effect at the moment it happens, knows the true time, and
// says which invariant an effect breaks.
type watch struct {
	w       *world
	broken  *breach
	groups  map[string]*group
	rows    map[string]jobqueue.Run // by shop/id
	entries map[string]jobqueue.Entry
	onHold  map[string]int       // step since which an entry is on hold
	stopped map[string]int       // step since which a run is to be cancelled
	inError map[string]int       // step since which an entry is in Error
	begun   map[string]string    // logical trigger → run
	again   map[string]string    // id of a retry → the run it repeats
	armed   map[string]bool      // runs whose retry was armed
	tries   map[string]int       // starts of a slice
	ended   map[string]bool      // slices with a durable outcome
	closed  map[string]bool      // runs that ended without a row
	poison  map[string]bool      // bodies that make no sense
	purged  map[string]bool      // bodies of messages that were lost
	paused  map[string]time.Time // until when a shop may be under a pause
	waiting map[string]int       // accepted plain runs of an entry, not started
	made    map[string]int       // how often an entry of that name was made
	of      map[string]int       // run → which of them accepted it
	ready   map[string]time.Time // when an entry was last written by a person

	swept  sweep.Swept
	runs   int // that started
	slices int
	kinds  map[string]int // outcomes
}

func newWatch(w *world) *watch {
	return &watch{
		w: w, groups: map[string]*group{}, rows: map[string]jobqueue.Run{}, entries: map[string]jobqueue.Entry{}, onHold: map[string]int{},
		stopped: map[string]int{}, inError: map[string]int{}, begun: map[string]string{}, again: map[string]string{},
		armed: map[string]bool{}, tries: map[string]int{}, ended: map[string]bool{}, closed: map[string]bool{},
		poison: map[string]bool{}, purged: map[string]bool{}, waiting: map[string]int{}, paused: map[string]time.Time{}, kinds: map[string]int{},
		made: map[string]int{}, of: map[string]int{}, ready: map[string]time.Time{},
	}
}

func (v *watch) fail(invariant, format string, args ...any) {
	if v.broken == nil {
		v.broken = &breach{invariant, fmt.Sprintf(format, args...)}
		v.w.note("BROKEN %s", v.broken)
	}
}

func (v *watch) group(name string) *group {
	g := v.groups[name]
	if g == nil {
		g = &group{}
		v.groups[name] = g
	}
	return g
}

// change is one transaction.
type change struct {
	p       *proc
	locks   map[string]jobqueue.Category
	rows    map[string]jobqueue.Run
	waits   map[string]bool // rows that wait for a message
	entries map[string]jobqueue.Entry
}

func decode[T any](v *watch, data []byte, to *T) {
	if err := record.Decode(data, storedSchema, to); err != nil {
		v.fail("I6", "stored item: %v", err)
	}
}

// wrote sees a transaction that took effect.
func (v *watch) wrote(p *proc, ops []table.Op) {
	ch := change{p, map[string]jobqueue.Category{}, map[string]jobqueue.Run{}, map[string]bool{}, map[string]jobqueue.Entry{}}
	for _, op := range ops {
		if op.Verb != table.VerbPut {
			if op.Verb == table.VerbDelete && strings.HasPrefix(op.Item.SK, "ENTRY#") {
				v.deleted(op.Item.PK[5:] + "/" + op.Item.SK[6:])
			}
			continue
		}
		kind, id, _ := strings.Cut(op.Item.SK, "#")
		_, owner, _ := strings.Cut(op.Item.PK, "#")
		switch kind {
		case "LOCK":
			var c jobqueue.Category
			decode(v, op.Item.Data, &c)
			ch.locks[owner+"#"+id] = c
		case "RUN":
			r := jobqueue.Run{Shop: owner, ID: id}
			decode(v, op.Item.Data, &r)
			ch.rows[owner+"/"+id] = r
			ch.waits[owner+"/"+id] = op.Item.Index2.PK != ""
		case "ENTRY":
			e := jobqueue.Entry{Shop: owner, ID: id}
			decode(v, op.Item.Data, &e)
			ch.entries[owner+"/"+id] = e
		case "BEAT":
			if g := v.group(owner + "#" + id); p.class == "task" && g.c.Owner != "" {
				var b jobqueue.Beat
				decode(v, op.Item.Data, &b)
				g.held = taken(p, b.Until)
			}
		case "DATA":
			v.data(p, v.group(owner+"#"+id), op.Item.Data)
		}
	}
	for _, name := range sorted(ch.locks) {
		v.lock(ch, name, ch.locks[name])
	}
	for _, id := range sorted(ch.rows) {
		v.row(ch, id, ch.rows[id])
	}
	for _, id := range sorted(ch.entries) {
		v.entry(ch, id, ch.entries[id])
	}
}

// taken is when a lease until then was asked for, by the world's clock: its
// write may have taken effect later.
func taken(p *proc, until time.Time) time.Time { return until.Add(-jobqueue.LeaseTime - p.skew) }

// data is a task's guarded write.
func (v *watch) data(p *proc, g *group, data []byte) {
	var d struct {
		Fence int64  `json:"fence"`
		Run   string `json:"run"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		v.fail("I2", "%v", err)
	}
	if d.Fence != g.c.Fence || g.c.Run == nil || g.c.ID != d.Run {
		v.fail("I2", "%s wrote under fence %d of run %s, and the category is at %d of %q", p.name, d.Fence, d.Run, g.c.Fence, g.c.ID)
	}
}

func sliceName(run string, n int) string { return fmt.Sprintf("%s#%d", run, n) }

// lock is a change of a category.
func (v *watch) lock(ch change, name string, c jobqueue.Category) {
	g := v.group(name)
	was, now := g.c, v.w.now
	g.c = c
	if c.Fence < was.Fence {
		v.fail("I2", "fence of %s went from %d to %d", name, was.Fence, c.Fence)
	}
	if v.groups[name].moved = now; ch.p.class == "boot" {
		v.freed(name)
		return
	}
	g.freed = false
	outcome := was.Run != nil && was.End != nil && was.End.Run == was.ID && was.End.Slice == was.Run.Slice
	if c.Run != nil && c.End != nil && c.End.Run == c.ID {
		v.ended[sliceName(c.ID, c.End.Slice)] = true
	}
	switch {
	case c.Owner != "" && c.Owner != was.Owner:
		v.claim(ch, name, g, was, c, outcome)
		g.held, g.wait = taken(ch.p, c.Until), 0
	case c.Yields && !was.Yields:
		if c.Run.Slice != was.Run.Slice+1 || c.ID != was.ID {
			v.fail("I7", "run %s slice %d yields as run %s slice %d", was.ID, was.Run.Slice, c.ID, c.Run.Slice)
		}
		g.held, g.wait = now, max(0, c.Until.Sub(ch.p.now())-jobqueue.LeaseTime)
		ch.p.yielded = true
		v.w.note("%s: run %s of %s/%s yields, slice %d next", ch.p.name, c.ID, c.Shop, c.Run.Entry, c.Run.Slice)
	}
	if was.Run == nil || c.Run != nil && c.ID == was.ID {
		return
	}
	// The run that was in progress is there no more: it ended, or was set aside.
	id := was.Shop + "/" + was.ID
	r, has := ch.rows[id]
	switch {
	case has && (r.Done() || ch.waits[id]):
		if r.Outcome == jobqueue.Lost && now.Before(g.held.Add(g.wait+jobqueue.LeaseTime)) {
			v.fail("I5", "run %s was closed as lost while its lease lived", was.ID)
		}
	case !has && was.Run.Trigger == jobqueue.BySchedule && ch.p.class == "task" && c.Run == nil && !outcome:
		v.closed[id] = true
		v.ended[sliceName(was.ID, was.Run.Slice)] = true
		v.kinds["empty"]++
		v.w.note("%s: run %s ended, empty", ch.p.name, was.ID)
	default:
		v.fail("I6", "%s: run %s of %s left the category and its row does not say why (%v)", ch.p.name, was.ID, name, has)
	}
}

// claim is a slice that takes a category.
func (v *watch) claim(ch change, name string, g *group, was, c jobqueue.Category, outcome bool) {
	now, r := v.w.now, c.Running()
	id := r.Shop + "/" + r.ID
	v.slices++
	v.w.note("%s claims %s for run %s of %s/%s (%s) slice %d start %d", ch.p.name, name, r.ID, r.Shop, r.Entry, r.Trigger, r.Slice, r.Starts)
	if c.Fence <= was.Fence {
		v.fail("I2", "%s was taken and its fence stayed at %d", name, c.Fence)
	}
	switch {
	case was.Run == nil:
	case outcome:
		v.fail("I4", "run %s slice %d has an outcome, and run %s was started instead of recording it", was.ID, was.Run.Slice, r.ID)
	case was.Yields && was.ID != r.ID && now.Before(g.held.Add(g.wait+jobqueue.LeaseTime)):
		v.fail("I7", "run %s came in between two slices of run %s", r.ID, was.ID)
	case !was.Yields && now.Before(g.held.Add(jobqueue.LeaseTime)) && was.ID == r.ID:
		v.fail("I3", "run %s was started again while its slice lives", r.ID)
	case !was.Yields && now.Before(g.held.Add(jobqueue.LeaseTime)):
		v.fail("I1", "run %s was started while the slice of run %s lives", r.ID, was.ID)
	}
	// Its own message waits by the queue's clock, the time was told by another
	// dispatcher's: they differ by twice the skew of one at most.
	if was.Run != nil && was.Yields && was.Run.Overtook != "" && was.ID == r.ID && ch.p.now().Add(2*maxSkew).Before(was.Resume) {
		v.fail("I7", "run %s, which has overtaken others, goes on at %s; it was to wait until %s", r.ID, now.Sub(simStart), was.Resume.Sub(simStart))
	}
	if r.Apart && v.rows[id].Done() || v.rows[id].Done() || v.closed[id] {
		v.fail("I12", "run %s was started after it had ended", r.ID)
	}
	e := v.entries[r.Shop+"/"+r.Entry]
	first := was.ID != r.ID && v.rows[id].Started.IsZero()
	if !first {
		return
	}
	v.runs++
	st := was.History(e)
	key, made := id, v.made[r.Shop+"/"+r.Entry]
	if by, ok := v.of[id]; ok && by != made {
		v.fail("I14", "run %s of %s/%s started, which was accepted by an entry that is deleted", r.ID, r.Shop, r.Entry)
	}
	if e.Task == "" {
		v.fail("I14", "run %s of %s/%s started, which is deleted", r.ID, r.Shop, r.Entry)
	}
	switch r.Trigger {
	case jobqueue.BySchedule:
		key = fmt.Sprintf("%s/%s@%d#%d", r.Shop, r.Entry, r.Scheduled.Unix(), made)
		if !r.Scheduled.After(st.CoveredUntil) {
			v.fail("I15", "%s/%s ran for %s, which its run of %s had covered", r.Shop, r.Entry, r.Scheduled.Sub(simStart), st.CoveredUntil.Sub(simStart))
		}
	case jobqueue.ByRetry:
		if of := v.again[r.ID]; of == "" || of != st.Last {
			v.fail("I12", "retry %s of run %q started after run %s had", r.ID, of, st.Last)
		}
	case jobqueue.ByHand, jobqueue.ByFollowUp, jobqueue.ByWebhook:
	}
	if before := v.begun[key]; before != "" {
		v.fail("I12", "%s started run %s, and run %s before", key, r.ID, before)
	}
	v.begun[key] = r.ID
	if since, held := v.onHold[r.Shop+"/"+r.Entry]; held && since < ch.p.began {
		v.fail("I14", "run %s of %s/%s started on hold", r.ID, r.Shop, r.Entry)
	}
	if since, bad := v.inError[r.Shop+"/"+r.Entry]; bad && since < ch.p.began && r.Trigger != jobqueue.ByHand && !e.Resumes() {
		v.fail("I10", "run %s of %s/%s started by %s after the last attempt", r.ID, r.Shop, r.Entry, r.Trigger)
	}
}

// waitsToStart reports whether r was accepted and is still to start: one that was
// cancelled is not, and another may be accepted beside it.
func waitsToStart(r jobqueue.Run) bool { return r.Started.IsZero() && !r.Done() && !r.Cancel }

// row is a change of a run's row.
func (v *watch) row(ch change, id string, r jobqueue.Run) {
	was, had := v.rows[id]
	v.rows[id] = r
	if had && was.Done() && was.Outcome != r.Outcome {
		v.fail("I6", "run %s was %s and became %q", r.ID, was.Outcome, r.Outcome)
	}
	if r.Hop > jobqueue.MaxHops {
		v.fail("I18", "run %s is %d hops from the first", r.ID, r.Hop)
	}
	name := r.Shop + "/" + r.Entry
	if !had && waitsToStart(r) && !r.Apart {
		v.w.note("%s accepts run %s of %s by %s", ch.p.name, r.ID, name, r.Trigger)
		v.of[id] = v.made[name]
		if v.waiting[name]++; v.waiting[name] > 1 {
			v.fail("I13", "%d runs of %s wait to start", v.waiting[name], name)
		}
	}
	if had && !r.Apart && waitsToStart(was) && !waitsToStart(r) {
		if v.of[id] == v.made[name] {
			v.waiting[name]--
		}
	}
	if !r.Done() || was.Done() {
		return
	}
	v.kinds[string(r.Outcome)]++
	v.w.note("%s: run %s of %s %s: %s", ch.p.name, r.ID, name, r.Outcome, r.Detail)
	e, withEntry := ch.entries[name]
	switch r.Outcome {
	case jobqueue.Rejected:
		if !strings.HasPrefix(r.Detail, "message: version") && !strings.Contains(r.Detail, "run none") &&
			(r.Trigger != jobqueue.ByHand || !strings.HasSuffix(r.Detail, "does not exist")) { // a person's, who has deleted the entry
			v.fail("I11", "a message that makes sense was rejected: %s", r.Detail)
		}
	case jobqueue.Failed:
		if r.ErrorKind == fault.Throttled {
			v.fail("I9", "run %s failed for a throttle", r.ID)
		}
		if _, exists := v.entries[name]; !r.Apart && !withEntry && exists {
			v.fail("I9", "run %s failed and its entry does not count it", r.ID)
		}
		if !r.RetryAt.IsZero() {
			if !v.armed[r.ID] {
				v.fail("I10", "run %s is to be repeated, and nothing was armed", r.ID)
			}
		}
		if !r.Apart && withEntry && r.RetryAt.IsZero() && e.Status != jobqueue.InError && e.Status != jobqueue.OnHold {
			v.fail("I10", "run %s is not repeated, and its entry is %s", r.ID, e.Status)
		}
	case jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Cancelled, jobqueue.Lost, jobqueue.Skipped:
	}
}

// deleted sees an entry go. What its runs left behind is not the next one's.
func (v *watch) deleted(id string) {
	delete(v.entries, id)
	delete(v.onHold, id)
	delete(v.inError, id)
	delete(v.waiting, id)
	v.w.note("%s is deleted", id)
}

// entry is a change of an entry.
func (v *watch) entry(ch change, id string, e jobqueue.Entry) {
	was, had := v.entries[id]
	if v.entries[id] = e; !had {
		v.made[id]++
		v.w.note("%s makes %s", ch.p.name, id)
	}
	if ch.p.class == "user" {
		v.ready[id] = v.w.now
	}
	if r, ok := v.rows[e.Shop+"/"+e.Queued]; ok && !r.Started.IsZero() && r.Outcome != jobqueue.Rejected {
		v.fail("I13", "%s waits for run %s, which has started", id, e.Queued)
	}
	if e.Status == jobqueue.OnHold && was.Status != jobqueue.OnHold {
		v.onHold[id] = v.w.steps
	} else if e.Status != jobqueue.OnHold {
		delete(v.onHold, id)
	}
	if e.Cancelling != was.Cancelling && e.Cancelling != "" {
		v.stopped[e.Cancelling] = v.w.steps
	}
	if e.Status == jobqueue.InError && was.Status != jobqueue.InError {
		v.inError[id] = v.w.steps
	} else if e.Status != jobqueue.InError {
		delete(v.inError, id)
	}
	if ch.p.class == "user" {
		return
	}
	failed := false
	var kind fault.Kind
	for _, r := range ch.rows {
		if r.Shop+"/"+r.Entry == id && r.Outcome == jobqueue.Failed {
			failed, kind = true, r.ErrorKind
		}
	}
	switch {
	case e.Attempts > was.Attempts && !failed, e.Attempts > was.Attempts+1:
		v.fail("I9", "attempts of %s went from %d to %d without a failed run", id, was.Attempts, e.Attempts)
	case e.Status == jobqueue.InError && was.Status != jobqueue.InError && e.Attempts < e.MaxAttempts && kind != fault.Rejected && kind != fault.Blocked && kind != fault.Bug:
		v.fail("I10", "%s is in Error after %d of %d attempts", id, e.Attempts, e.MaxAttempts)
	case failed && e.Attempts >= e.MaxAttempts && e.Status != jobqueue.InError && e.Status != jobqueue.OnHold:
		v.fail("I10", "%s is %s after %d of %d attempts", id, e.Status, e.Attempts, e.MaxAttempts)
	}
}

// starts sees a task start a slice.
func (v *watch) starts(d, t *proc, r jobqueue.Request) {
	name := sliceName(r.Run, r.Slice)
	if v.tries[name]++; v.tries[name] > jobqueue.MaxStarts {
		v.fail("I11", "slice %d of run %s was started %d times", r.Slice, r.Run, v.tries[name])
	}
	if v.ended[name] {
		v.fail("I4", "slice %d of run %s has an outcome, and was started again", r.Slice, r.Run)
	}
	if since, ok := v.stopped[r.Run]; ok && since < d.began {
		v.fail("I14", "slice %d of run %s started after it was cancelled", r.Slice, r.Run)
	}
	if !r.Deadline.After(t.now().Add(-15 * time.Second)) {
		v.fail("I16", "slice %d of run %s has no time left", r.Slice, r.Run)
	}
	for _, o := range v.w.procs {
		if o != t && o.class == "task" && o.group == t.group && !o.dead && o.renewed.Add(jobqueue.LeaseTime).After(o.now()) && !o.renewed.IsZero() && o.paused.Before(v.w.now) && v.lives(o) {
			v.fail("I1", "%s and %s work at the same time", o.name, t.name)
		}
	}
}

// lives reports whether a task has not yet made its outcome durable.
func (v *watch) lives(o *proc) bool { return o.group != "" && !o.yielded }

// renewed sees a task renew its lease without being told to stop; it began to
// ask at a step.
func (v *watch) renewed(t *proc, r jobqueue.Request, asked int) {
	g := v.group(t.group)
	if g.c.Fence != r.Lease.Fence || g.c.ID != r.Run {
		v.fail("I5", "%s renewed a lease that run %s holds", t.name, g.c.ID)
	}
	if since, ok := v.stopped[r.Run]; ok && since < asked {
		v.fail("I14", "%s was not told that its run is to be cancelled", t.name)
	}
}

// sends sees a process send something or plan it.
func (v *watch) sends(p *proc) {
	if p.yielded && p.class == "dispatcher" {
		v.fail("I7", "%s sends a message to continue a run", p.name)
	}
}

// arms sees a retry being armed.
func (v *watch) arms(t schedule.Target) {
	if m, err := jobqueue.ParseMessage([]byte(t.Body)); err == nil && m.Retry != "" {
		v.armed[m.Retry], v.again[m.RunID()] = true, m.Retry
	}
}

func (v *watch) received(m queue.Message) {
	if v.poison[string(m.Body)] && m.Receives > 6 {
		v.fail("I11", "a message that makes no sense was delivered %d times", m.Receives)
	}
}

// acknowledges sees a dispatcher end the message in its hands.
func (v *watch) acknowledges(p *proc) {
	m, err := jobqueue.ParseMessage(p.body)
	if err != nil {
		return
	}
	id := m.Shop + "/" + m.RunID()
	e, exists := v.entries[m.Shop+"/"+m.Entry]
	g := v.group(e.Group())
	r, has := v.rows[id]
	st := g.c.History(e)
	switch {
	case !exists, v.poison[string(p.body)], m.Run == "" && m.Trigger == jobqueue.BySchedule && e.IsAnother(m.Made):
	case g.c.Run != nil && g.c.ID == m.RunID() && g.c.Shop == m.Shop:
		v.fail("I8", "the message of run %s was acknowledged while it is in progress", m.RunID())
	case has && r.Done(), v.closed[id]:
	case has:
		v.fail("I8", "the message of run %s was acknowledged, and the run has not ended", r.ID)
	case m.Run != "":
		v.fail("I8", "the message of run %s was acknowledged, and the run is not there", m.Run)
	case m.Trigger == jobqueue.BySchedule:
		at := m.ScheduledAt()
		if next, ok := e.NextRun(st); ok && at.After(st.CoveredUntil) && !at.Before(next) && e.IsSlot(at) && v.started(p, m) {
			v.fail("I8", "the slot %s of %s was acknowledged and never run", at.Sub(simStart), id)
		}
	case m.Trigger == jobqueue.ByRetry:
		if failed := v.rows[m.Shop+"/"+m.Retry]; failed.Outcome == jobqueue.Failed && st.Last == m.Retry && v.started(p, m) {
			v.fail("I8", "the retry of run %s was acknowledged and never run", m.Retry)
		}
	}
}

// started reports whether what stands against a start did not begin after the
// message was received: an entry that was on hold then, and is not now.
func (v *watch) started(p *proc, m jobqueue.Message) bool {
	if v.w.now.Before(v.paused[m.Shop]) {
		return false
	}
	e := v.entries[m.Shop+"/"+m.Entry]
	return e.Status == jobqueue.Ready && v.w.steps-p.began < 40
}

// minute looks at what should not be for long.
func (v *watch) minute() {
	for _, name := range sorted(v.groups) {
		g := v.groups[name]
		if g.c.Run != nil && v.w.now.After(g.held.Add(g.wait+jobqueue.LeaseTime+90*time.Minute)) {
			v.fail("I6", "run %s holds %s, and nobody has renewed its lease since %s", g.c.ID, name, g.held.Sub(simStart))
		}
	}
}

// final looks at a world that had time to mend everything.
func (v *watch) final() {
	w := v.w
	for _, name := range sorted(v.groups) {
		g := v.groups[name]
		if g.c.Run != nil && w.now.After(g.held.Add(g.wait+jobqueue.LeaseTime+20*time.Minute)) {
			v.fail("I5", "run %s still holds %s", g.c.ID, name)
		}
	}
	for _, id := range sorted(v.rows) {
		r := v.rows[id]
		g := v.group(v.entries[r.Shop+"/"+r.Entry].Group())
		if !r.Done() && (g.c.Run == nil || g.c.ID != r.ID) && w.now.Sub(latest(r.Accepted, r.Started)) > 2*time.Hour {
			v.fail("I8", "run %s of %s/%s was accepted or started and never ended", id, r.Shop, r.Entry)
		}
	}
	for _, id := range sorted(v.entries) {
		e := v.entries[id]
		if e.Status == jobqueue.OnHold || e.Status == jobqueue.InError && !e.Resumes() {
			continue
		}
		st := v.group(e.Group()).c.History(e)
		last := latest(latest(st.Started, v.ready[id]), e.EarliestStart)
		switch {
		case e.Once:
			if w.now.Sub(last) > 40*time.Minute && !e.Expired(w.now) {
				v.fail("I4", "%s (%s) is for one run at %s, and is still there", id, e.Status, e.EarliestStart.Sub(simStart))
			}
			continue
		case w.now.Sub(last) > max(e.Every, e.IdleLimit)+40*time.Minute:
			v.fail("I4", "%s (%s) recurs every %v, and ran last at %s", id, e.Status, e.Every, st.Started.Sub(simStart))
		}
		if _, err := w.schedules.Get(w.ctx, e.ScheduleName()); errors.Is(err, schedule.ErrNotFound) && !e.Chained() {
			v.fail("I6", "%s has no schedule", id)
		}
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

package sweep

import (
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

// failing is why e, with history h, is not served, and since
// when; "" if it is, or if nobody wants it to be. An entry of an earlier release
// knows no more than whose cause it was: it is taken for a passing one, as old
// as its last run.
func failing(e jobqueue.Entry, h jobqueue.History) (jobqueue.Cause, time.Time) {
	switch {
	case e.Status == jobqueue.OnHold, e.Status == jobqueue.Finished:
		return "", time.Time{}
	case e.Cause != "":
		return e.Cause, e.FailingSince
	case e.Status == jobqueue.InError && e.Attempts == 0 && e.Whose == fault.System:
		return jobqueue.NoNextRun, h.Ended
	case e.Attempts == 0:
		return "", time.Time{}
	}
	return jobqueue.CauseOf("", e.Whose), h.Ended
}

// spans are how old the last runs are that are judged together. A short span
// sees at once what has begun; a longer one has runs to judge where they are
// rare, or where those that failed wait for hours until they are tried again.
var spans = [...]time.Duration{3 * time.Minute, 10 * time.Minute, time.Hour, 1 << 62}

// Ends are how the last runs of shops ended, by the spans of their ages: 3
// minutes, 10, an hour, and all. Each has all of the one before.
type Ends [len(spans)]Tally

// Tally counts shops by how the last run of a task ended.
type Tally struct {
	Shops   int `json:"shops"`             // in which the task has ever ended
	Passing int `json:"passing,omitempty"` // failed for a passing cause, and has not succeeded since
	// Fresh are those of them whose failures began within the span. What fails is
	// tried again sooner than what goes well runs again, and counts in each short
	// span: its share there is larger than among all shops.
	Fresh   int `json:"fresh,omitempty"`
	Refused int `json:"refused,omitempty"` // the same, for the merchant's
	// Old are the refused that have been so for more than an hour.
	Old int `json:"old,omitempty"`
}

func (t Tally) add(o Tally) Tally {
	return Tally{t.Shops + o.Shops, t.Passing + o.Passing, t.Fresh + o.Fresh, t.Refused + o.Refused, t.Old + o.Old}
}

// either is the tally of one shop that has two entries of a task.
func (t Tally) either(o Tally) Tally {
	return Tally{max(t.Shops, o.Shops), max(t.Passing, o.Passing), max(t.Fresh, o.Fresh), max(t.Refused, o.Refused), max(t.Old, o.Old)}
}

// enough is how many shops prove something: one or two may have troubles of their own.
const enough = 3

// DownFrom is the [Ends.DownPercent] above which a side counts as down for all.
const DownFrom = 90

// all is the tally of all shops that ever ran.
func (e Ends) all() Tally { return e[len(e)-1] }

// widespread reports whether so many shops fail for a passing cause that those
// that ran last speak for the others: a twentieth of all, or ten. Where runs are
// rare, the few that fail may be all that ran for an hour.
func (e Ends) widespread() bool {
	t := e.all()
	return t.Passing >= 10 || 20*t.Passing > t.Shops
}

// FailingPercent is how many of the shops that ran fail for a passing cause: of
// all, or, if that is more and they are widespread, of those that ran in a span in
// which they began to; 0 for fewer than three shops.
func (e Ends) FailingPercent() float64 {
	most := percent(e.all().Passing, e.all().Shops)
	if !e.widespread() {
		return most
	}
	for _, t := range e {
		most = max(most, percent(t.Fresh, t.Shops))
	}
	return most
}

// DownPercent is how many fail for a passing cause of the shops that ran last, of
// which there are three at least: nearly all of them when a side is down. Shops
// that are no more than a few of all prove nothing, and a longer span is looked at.
func (e Ends) DownPercent() float64 {
	for _, t := range e {
		if p := percent(t.Passing, t.Shops); t.Shops >= enough && (p <= DownFrom || e.widespread()) {
			return p
		}
	}
	return 0
}

// RefusedPercent is how many of the shops that ran are refused for causes of
// their merchants: of all shops, or, if that is more, of those that ran last
// without the ones that have long been refused; 0 for fewer than three. Those that
// ran last count only if half of all shops have come to be refused: neighbors in
// time may be a few merchants.
func (e Ends) RefusedPercent() float64 {
	all := e.all()
	most := percent(all.Refused, all.Shops)
	if 2*(all.Refused-all.Old) < all.Shops-all.Old {
		return most
	}
	for _, t := range e {
		if t.Shops-t.Old >= enough {
			return max(most, percent(t.Refused-t.Old, t.Shops-t.Old))
		}
	}
	return most
}

func percent(part, of int) float64 {
	if part < enough {
		return 0
	}
	return 100 * float64(part) / float64(of)
}

// endsOf is how the last run of e, with history h, ended, seen at now.
func endsOf(e jobqueue.Entry, h jobqueue.History, now time.Time) (out Ends) {
	if h.Ended.IsZero() || e.Status == jobqueue.OnHold || e.Status == jobqueue.Finished {
		return out
	}
	cause, since := failing(e, h)
	t := Tally{Shops: 1}
	switch cause {
	case jobqueue.Passing:
		t.Passing = 1
	case jobqueue.TheMerchants:
		if t.Refused = 1; now.Sub(since) > time.Hour {
			t.Old = 1
		}
	case jobqueue.OurApp, jobqueue.OurBug, jobqueue.NoNextRun:
	}
	for i, span := range spans {
		if now.Sub(h.Ended) > span {
			continue
		}
		if out[i] = t; now.Sub(since) <= span {
			out[i].Fresh = t.Passing
		}
	}
	return out
}

// Bounds after which somebody is told of a shop that fails for a passing cause.
const (
	warnAfter = time.Hour
	pageAfter = 4 * time.Hour
)

// healthOf is what the entries of one shop and their categories, by group, say
// about how the shop is served at now. Nothing is expected of a shop that is paused.
func healthOf(es []jobqueue.Entry, cs map[string]jobqueue.Category, now time.Time) (out Swept) {
	out.Tasks = map[string]Ends{}
	for _, e := range es {
		h := cs[e.Group()].History(e)
		ends := out.Tasks[e.Task]
		for i, t := range endsOf(e, h, now) {
			ends[i] = ends[i].either(t)
		}
		out.Tasks[e.Task] = ends
		cause, since := failing(e, h)
		if cause == "" || cause == jobqueue.TheMerchants {
			continue
		}
		out.Failing = 1
		if e.Status == jobqueue.InError {
			out.InError++
		}
		switch {
		case cause == jobqueue.NoNextRun:
			out.Stranded++
		case cause == jobqueue.OurApp:
			out.AppRefused = 1
		case cause == jobqueue.Passing && now.Sub(since) >= pageAfter:
			out.FailingHour, out.FailingFourHours = 1, 1
		case cause == jobqueue.Passing && now.Sub(since) >= warnAfter:
			out.FailingHour = 1
		}
	}
	return out
}

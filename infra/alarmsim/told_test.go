package alarmsim_test

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/alarmsim"
	"backroom/shared/jobqueue"
)

var long = flag.Bool("long", false, "each scenario over 60 virtual hours, under all rules of evaluation")

// longHours is how long each scenario lasts where time is no matter; the trouble
// in it lasts longFactor times as long.
const (
	longHours  = 60
	longFactor = 4
)

// Times of each scenario.
const (
	starts  = 4 * time.Minute  // from the alarms to the first function
	begins  = 37 * time.Minute // from the alarms to the trouble
	forEver = 4*time.Hour + 20*time.Minute
	settles = 30 * time.Minute // after the end, nobody is to be told any more
)

// play lets a scenario happen and answers when its trouble began and ended.
func (s scenario) play(t *testing.T, f fleet) (w *world, from, to time.Time) {
	t.Helper()
	w = newWorld(t, f)
	w.faults = faults{nothing: true}
	w.live(starts)
	w.faults = faults{}
	w.live(begins - starts)
	s.begin(w)
	stop := w.Now().Add(cmp.Or(s.lasts, forEver))
	end := stop.Add(s.afterEnd + settles)
	if *long {
		if !s.exact {
			stop = w.Now().Add(longFactor * cmp.Or(s.lasts, forEver))
		}
		end = midnight.Add(longHours * time.Hour)
	}
	for w.Now().Before(stop) {
		if s.again != nil {
			s.again(w, w.Now())
		}
		w.minute()
	}
	w.faults, w.does, w.loses = faults{}, succeeds, false
	w.giveBack()
	w.live(end.Sub(w.Now()))
	if w.first.IsZero() {
		w.first = midnight.Add(begins)
	}
	return w, w.first, stop
}

// hold reports what a judgement makes of the bars.
func (s scenario) hold(out alarmsim.Judgement, from, to time.Time) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	told := map[string][]alarmsim.Message{}
	for _, m := range out.Messages {
		switch {
		case m.Refused:
			say("%s may not tell %q", m.Alarm, m.Topic)
		case m.State == alarmsim.Alarm:
			who := m.Topic[strings.LastIndex(m.Topic, "-")+1:]
			told[who] = append(told[who], m)
		}
	}
	for _, who := range []string{pages, warnings} {
		i := slices.IndexFunc(s.bars, func(b bar) bool { return b.who == who })
		for _, m := range told[who] {
			late := m.At.Sub(from).Round(time.Second)
			switch {
			case m.At.Before(midnight.Add(begins)):
				say("%s by %s %v after the first deployment: nobody is to be told", who, m.Alarm, m.At.Sub(midnight))
			case i < 0 && who == warnings && len(s.bars) > 0 && late >= 0: // whoever is paged may be warned, too
			case i < 0 && s.others && late >= 0:
			case i < 0:
				say("%s by %s after %v: nobody is to be told", who, m.Alarm, late)
			case late < s.bars[i].notYet:
				say("%s by %s after %v, before %v", who, m.Alarm, late, s.bars[i].notYet)
			case m.At.After(to.Add(max(s.afterEnd, settles))):
				say("%s by %s %v after the end", who, m.Alarm, m.At.Sub(to).Round(time.Second))
			}
		}
		if i < 0 {
			continue
		}
		switch {
		case len(told[who]) == 0:
			say("no %s, wanted within %v", who, s.bars[i].within)
		case told[who][0].At.Sub(from) > s.bars[i].within:
			say("%s after %v (%s), wanted within %v", who, told[who][0].At.Sub(from).Round(time.Second), told[who][0].Alarm, s.bars[i].within)
		case who == pages && s.once && len(told[who]) > 1:
			var names []string
			for _, m := range told[who] {
				names = append(names, fmt.Sprint(m.Alarm, " ", m.At.Sub(from).Round(time.Second)))
			}
			say("%d pages: %v", len(names), names)
		}
	}
	return problems
}

// patience is how long a message may wait whose dispatcher has died: until it
// shows again, and until the lease of its run is over.
const patience = jobqueue.HoldTime + jobqueue.LeaseTime + 90*time.Second

func judge(t *testing.T) *alarmsim.Judge {
	t.Helper()
	j, err := alarmsim.New(readStacks(t))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// silent are alarms that ring in no scenario, each with its reason.
var silent = map[string]string{
	"backroom-prod-old-messages": "a message is older than a day, and no scenario's trouble lasts so long",
}

// Each person is told in time, and of nothing else, whatever AWS does where its
// rules are not published. Functions keep to their roles, and no message is left
// behind. Each alarm rings where it should, and each of our metrics that an alarm
// reads is published with exactly those dimensions.
func TestWhoIsTold(t *testing.T) {
	j := judge(t)
	rules := alarmsim.Few()
	if *long {
		rules = alarmsim.All()
	}
	rang, published, played, turn := map[string]bool{}, map[string]bool{}, 0, 0
	for _, s := range scenarios {
		for _, f := range s.fleets {
			if turn++; turn%stride != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d of %d shops", s.name, f.ill*f.illEach, f.shops()), func(t *testing.T) {
				played++
				w, from, to := s.play(t, f)
				for _, name := range w.rec.Published() {
					published[name] = true
				}
				latest := map[string]time.Duration{}
				for _, r := range rules {
					out, err := j.Judge(w.rec, midnight, w.Now(), r)
					if err != nil {
						t.Fatal(err)
					}
					for _, c := range out.Changes {
						rang[c.Alarm] = rang[c.Alarm] || c.State == alarmsim.Alarm
					}
					for _, b := range s.bars {
						latest[b.who] = max(latest[b.who], firstOf(out, b.who).Sub(from).Round(time.Second))
					}
					if problems := s.hold(out, from, to); len(problems) > 0 {
						t.Errorf("under %+v:\n%s", r, strings.Join(problems, "\n"))
						for _, c := range out.Changes {
							t.Logf("%v %s %s", c.At.Sub(from).Round(time.Second), c.Alarm, c.State)
						}
						break
					}
				}
				if len(s.bars) > 0 {
					t.Logf("told at the latest after %v", latest)
				}
				w.orderly(t)
			})
		}
	}
	if all := len(slices.Concat(fleetsOf(scenarios)...)); played < all {
		t.Logf("%d of %d scenarios: not asked whether each alarm rings", played, all)
		return
	}
	for _, name := range j.Tells() {
		if why := silent[name]; rang[name] == (why != "") {
			t.Errorf("%s rang: %v; reason for silence: %q", name, rang[name], why)
		}
	}
	for name, alarms := range j.Reads() {
		if strings.HasPrefix(name, "Backroom ") && !published[name] {
			t.Errorf("nobody publishes %s, which %v read", name, alarms)
		}
	}
}

// firstOf is when somebody is told first; zero: never.
func firstOf(out alarmsim.Judgement, who string) (at time.Time) {
	for _, m := range out.Messages {
		if m.State == alarmsim.Alarm && strings.HasSuffix(m.Topic, "-"+who) && (at.IsZero() || m.At.Before(at)) {
			at = m.At
		}
	}
	return at
}

func fleetsOf(ss []scenario) (out [][]fleet) {
	for _, s := range ss {
		out = append(out, s.fleets)
	}
	return out
}

// orderly reports what the functions did against the rules meanwhile.
func (w *world) orderly(t *testing.T) {
	t.Helper()
	if lacked := w.lacked(); len(lacked) > 0 {
		t.Errorf("roles lack %q", lacked)
	}
	if w.blocked > patience {
		t.Errorf("messages waited for %v with nobody at work", w.blocked)
	}
	if len(w.rec.Failed) > 0 && !w.wroteBadly {
		t.Errorf("lines that are no metrics: %v", w.rec.Failed[0])
	}
}

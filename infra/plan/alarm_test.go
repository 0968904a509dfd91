package plan_test

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/plan"
	"backroom/shared/jobqueue"
	"backroom/shared/metrics"
	"backroom/shared/task"
)

// section is a part of docs/runbook.md.
type section struct {
	command string // the first thing in it
	used    bool
}

func runbook(t *testing.T) map[string]*section {
	t.Helper()
	js, err := os.ReadFile(filepath.Join("..", "..", "docs", "runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*section{}
	for part := range strings.SplitSeq(string(js), "\n## ") {
		title, text, _ := strings.Cut(part, "\n")
		if !regexp.MustCompile(`^[a-z-]+$`).MatchString(title) {
			continue // of no alarm
		}
		out[title] = &section{}
		if m := regexp.MustCompile("^\n```sh\n(.+)\n```\n").FindStringSubmatch(text); m != nil {
			out[title].command = m[1]
		}
	}
	return out
}

// TestAlarmsHaveTheirSection: each alarm has a section that begins with a command,
// and none is left of an alarm that is gone.
func TestAlarmsHaveTheirSection(t *testing.T) {
	book := runbook(t)
	look := func(name, runbook, meaning string) {
		s := book[runbook]
		if s == nil {
			t.Errorf("%s: docs/runbook.md has no section %q", name, runbook)
			return
		}
		if s.used = true; len(meaning) < 100 || len(meaning) > 1000 {
			t.Errorf("%s is described in %d characters, 100 to 1000 tell enough", name, len(meaning))
		}
	}
	p := plan.Deployed()
	for _, a := range p.Alarms("prod") {
		look(a.Name, a.Runbook, a.Meaning)
	}
	for _, a := range p.Composites() {
		look(a.Name, a.Runbook, a.Meaning)
	}
	for title, s := range book {
		if !s.used {
			t.Errorf("docs/runbook.md#%s belongs to no alarm", title)
		}
		if s.command == "" {
			t.Errorf("docs/runbook.md#%s does not begin with the first command to type", title)
		}
	}
}

// cli are the commands of AWS's program that the runbook may begin with.
var cli = []string{"aws logs tail ", "aws sqs receive-message --queue-url ", "aws sqs get-queue-attributes --queue-url ", "aws cloudwatch get-metric-statistics "}

// TestCommandsOfTheRunbook: the programs, commands, log groups, queues and log
// lines that the first commands name are there.
func TestCommandsOfTheRunbook(t *testing.T) {
	source := sources(t)
	p := plan.Deployed()
	for title, s := range runbook(t) {
		ours, isOurs := strings.CutPrefix(s.command, "bin/backroom --shop <shop> ")
		switch known := slices.ContainsFunc(cli, func(c string) bool { return strings.HasPrefix(s.command, c) }); {
		case isOurs:
			word, _, _ := strings.Cut(ours, " ")
			if !strings.Contains(source, `Use: "`+word) {
				t.Errorf("%s: backroom has no command %s", title, word)
			}
		case !known:
			t.Errorf("%s: %q is no command that is known here", title, s.command)
		}
		for _, m := range regexp.MustCompile(`/backroom/<stage>/([a-z<>-]+)`).FindAllStringSubmatch(s.command, -1) {
			if _, ok := p.Function(m[1]); !ok && !slices.Contains([]string{"<task>", "<function>", "api-access"}, m[1]) {
				t.Errorf("%s: there is no log group of %s", title, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`backroom-<stage>-([a-z.-]+)`).FindAllStringSubmatch(s.command, -1) {
			if !slices.Contains([]string{"jobs.fifo", "dead.fifo", "dead-schedules"}, m[1]) {
				t.Errorf("%s: there is no queue %s", title, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\$\.msg = "([^"]+)"`).FindAllStringSubmatch(s.command, -1) {
			if !strings.Contains(source, `"`+m[1]+`"`) {
				t.Errorf("%s: nothing writes the line %q", title, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\$\.cause = "([^"]+)"`).FindAllStringSubmatch(s.command, -1) {
			if !slices.Contains([]jobqueue.Cause{jobqueue.Passing, jobqueue.OurBug, jobqueue.OurApp, jobqueue.TheMerchants}, jobqueue.Cause(m[1])) {
				t.Errorf("%s: there is no cause %s", title, m[1])
			}
		}
	}
}

// sources is the text of the programs that run, in one.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"shared/*/*.go", "shared/*/*/*.go", "infra/local/*.go", "functions/*/*.go"} {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
	}
	return b.String()
}

// TestAlarmsCanRing: what CloudWatch takes, and what its rules of evaluation ask for.
func TestAlarmsCanRing(t *testing.T) {
	fakes := make([]task.Definition, 12)
	for i := range fakes {
		fakes[i] = task.Definition{Name: "task-" + string(rune('a'+i)), Title: "one of many"}
	}
	p := plan.Of(fakes...)
	names := map[string]plan.Alarm{}
	for _, a := range p.Alarms("prod") {
		if _, ok := names[a.Name]; ok {
			t.Errorf("%s is there twice", a.Name)
		}
		names[a.Name] = a
		if a.Periods < 1 || a.Datapoints > a.Periods || a.Metric.Period < time.Minute || time.Duration(a.Periods)*a.Metric.Period > 24*time.Hour {
			t.Errorf("%s: %d of %d periods of %v", a.Name, a.Datapoints, a.Periods, a.Metric.Period)
		}
		if n := len(a.Metric.Using); n > 10 {
			t.Errorf("%s uses %d metrics, an alarm may have ten", a.Name, n)
		}
		for id, u := range a.Metric.Using {
			if u.Period != a.Metric.Period || !strings.Contains(a.Metric.Expression, id) || !regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`).MatchString(id) {
				t.Errorf("%s: %s of %v in %q of %v", a.Name, id, u.Period, a.Metric.Expression, a.Metric.Period)
			}
		}
		// The two newest points may be missing, and count as good.
		if a.Metric.Period == time.Minute && !a.MissingRings && a.Periods < cmp.Or(a.Datapoints, a.Periods)+2 {
			t.Errorf("%s may never ring: %d of %d minutes", a.Name, a.Datapoints, a.Periods)
		}
		if a.MissingRings && a.WarmUp < time.Duration(a.Periods)*a.Metric.Period {
			t.Errorf("%s pages at the first deployment", a.Name)
		}
	}
	told := map[string]bool{}
	for _, c := range p.Composites() {
		for _, name := range append(slices.Clone(c.AnyOf), c.Unless) {
			if _, ok := names[name]; name != "" && !ok {
				t.Errorf("%s is made of %s, which is not there", c.Name, name)
			}
		}
		if _, ok := names[c.Name]; ok {
			t.Errorf("%s is a composite and an alarm", c.Name)
		}
		for _, name := range c.AnyOf {
			told[name] = true
			// What ends within the wait is never told: it must last longer.
			if a := names[name]; c.Unless != "" && time.Duration(cmp.Or(a.Datapoints, a.Periods))*a.Metric.Period <= c.Wait {
				t.Errorf("%s waits %v, and %s may be over by then", c.Name, c.Wait, name)
			}
		}
	}
	for name, a := range names {
		if (a.Tells == plan.Silent) != told[name] {
			t.Errorf("%s tells %q, and a composite tells of it: %v", name, a.Tells, told[name])
		}
	}
}

// TestWindowsReachBack: Lambda's metrics carry the time at which an invocation
// began and come when it has ended.
func TestWindowsReachBack(t *testing.T) {
	p := plan.Deployed()
	seen := 0
	for _, a := range p.Alarms("prod") {
		for _, m := range append(slices.Collect(maps.Values(a.Metric.Using)), a.Metric) {
			if m.Namespace != "AWS/Lambda" || m.Name == "Throttles" || a.Metric.Using["refused"].Name == "Throttles" {
				continue
			}
			f, ok := p.Function(strings.TrimPrefix(m.Dimensions["FunctionName"], plan.Prefix("prod")))
			if seen++; !ok || time.Duration(a.Periods)*m.Period < f.Timeout+5*time.Minute {
				t.Errorf("%s looks back %v at %s, which may take %v", a.Name, time.Duration(a.Periods)*m.Period, f.Name, f.Timeout)
			}
		}
	}
	if seen < 2*len(p.Functions) {
		t.Errorf("%d metrics of functions were looked at", seen)
	}
}

// TestAlarmsAreOnMetricsThatAreWritten: those of ours have a dimension set of the
// stage alone, or alarms break at the eleventh task.
func TestAlarmsAreOnMetricsThatAreWritten(t *testing.T) {
	written := sets(t)
	seen := 0
	for _, a := range plan.Deployed().Alarms("prod") {
		for _, m := range append(slices.Collect(maps.Values(a.Metric.Using)), a.Metric) {
			if m.Namespace != metrics.Namespace {
				continue
			}
			set := strings.Join(slices.Sorted(maps.Keys(m.Dimensions)), ",")
			if seen++; !written[m.Name+" by "+set] {
				t.Errorf("%s looks at %s by %s, which nothing writes: %q", a.Name, m.Name, set, slices.Sorted(maps.Keys(written)))
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d metrics of ours were looked at", seen)
	}
}

package mutation

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var plantedFlag = flag.Int("planted", 0, "plant so many bugs, chosen by the seed; -1: all")

// plantedDir is the folder of the bugs that are planted into the job queue.
const plantedDir = root + "/shared/jobqueue/jobqueuetest/testdata/planted"

// searched is how many histories are looked through for a bug that the history
// of its seed does not find any more.
const searched = 1000

// planting says who must notice a planted bug, and by which word.
type planting struct {
	Seed      uint64   // of the history that breaks an invariant; 0: none does
	Breaks    string   // that invariant, such as I5
	Scenarios []string // tests of one invariant that find it broken
}

// planted reads a line that mutations do not have.
func (p *planting) planted(key, value string) (err error) {
	switch key {
	case "seed":
		p.Seed, err = strconv.ParseUint(value, 10, 64)
	case "breaks":
		p.Breaks = value
	case "scenarios":
		p.Scenarios = strings.Fields(value)
	default:
		return errors.New("want decision, file, tests, run, skip, seed, breaks or scenarios")
	}
	return err
}

// check says what a planted bug lacks.
func (p planting) check() error {
	if (p.Seed > 0) != (p.Breaks != "") || p.Seed == 0 && len(p.Scenarios) == 0 {
		return errors.New("want seed and breaks, or scenarios, or all three")
	}
	return nil
}

// judges is what runs of the tests for the bugs ps: the histories of their
// seeds, and their scenarios.
func judges(ps ...mutation) limits {
	var tests, seeds []string
	for _, p := range ps {
		if tests = append(tests, p.Scenarios...); p.Seed > 0 {
			tests, seeds = append(tests, "TestSimulation"), append(seeds, strconv.FormatUint(p.Seed, 10))
		}
	}
	slices.Sort(tests)
	slices.Sort(seeds)
	l := limits{run: "^(" + strings.Join(slices.Compact(tests), "|") + ")$", all: true}
	if len(seeds) > 0 {
		l.flags = "-shrink 0 -seed " + strings.Join(slices.Compact(seeds), ",")
	}
	return l
}

// breach is the line of a history that breaks an invariant.
var breach = regexp.MustCompile(`seed (\d+)(?: breaks|:) (I\d+): .*`)

// breaches are those of what tests of a package said.
func (v verdict) breaches(invariant string) (lines []string) {
	for _, test := range slices.Sorted(maps.Keys(v.said)) {
		for _, m := range breach.FindAllStringSubmatch(v.said[test], -1) {
			if invariant == "" || m[2] == invariant {
				lines = append(lines, m[0])
			}
		}
	}
	return lines
}

// blind are the scenarios that do not say that the invariant is broken, on one
// engine or both.
func (p mutation) blind(v verdict) (out []string) {
	for _, s := range p.Scenarios {
		for _, engine := range []string{"memory", "sqlite"} {
			name := filepath.Base(p.Tests[0]) + "." + s + "/" + engine
			if !slices.Contains(v.Failed, name) || !strings.Contains(v.said[name], "the invariant is broken: ") {
				out = append(out, s+"/"+engine)
			}
		}
	}
	return out
}

func mustLoadPlanted(t *testing.T) []mutation {
	t.Helper()
	ps, err := load(plantedDir)
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// Whoever changes a guard brings along the bug that takes it away, and who
// writes a scenario says which bug it finds: one that cannot fail proves nothing.
func TestPlantedBugsFitTheCode(t *testing.T) {
	ps := mustLoadPlanted(t)
	fit(t, ps)
	left := map[string]bool{} // scenarios of no bug
	for _, p := range ps {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p.Tests[0]), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (TestI\d+\w*)\(`).FindAllSubmatch(text, -1) {
				left[string(m[1])] = true
			}
		}
	}
	if len(left) < 18 {
		t.Errorf("only the scenarios %v are there", left)
	}
	known := maps.Clone(left)
	for _, p := range ps {
		if err := p.check(); err != nil || p.Run != "" || p.Skip != "" || len(p.Tests) != 1 {
			t.Errorf("%s: %v; want one package, and neither run nor skip", p.Name, err)
		}
		for _, s := range p.Scenarios {
			if delete(left, s); !known[s] {
				t.Errorf("%s: there is no scenario %s", p.Name, s)
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("no planted bug breaks %v", slices.Sorted(maps.Keys(left)))
	}
}

// TestPlantedBugsAreFound: without a bug the invariants hold; with it, they are
// said to be broken by the history of its seed and by its scenarios.
func TestPlantedBugsAreFound(t *testing.T) {
	ps := selected(t, mustLoadPlanted(t), *plantedFlag)
	byPackage := map[string][]mutation{}
	for _, p := range ps {
		byPackage[p.Tests[0]] = append(byPackage[p.Tests[0]], p)
	}
	for pkg, some := range byPackage {
		v, err := test(t.Context(), root, "", judges(some...), []string{pkg})
		if err != nil || v.Broken != "" || len(v.Failed) > 0 {
			t.Fatalf("without a bug: %v, %v %v %v", err, v.Broken, v.Failed, v.breaches(""))
		}
	}
	unnoticed := 0
	for _, p := range ps {
		v, err := p.run(t.Context(), root, t.TempDir(), judges(p))
		if err != nil || v.Broken != "" {
			t.Errorf("%s: %v %s", p.Name, err, v.Broken)
			continue
		}
		seen := v.breaches(p.Breaks)
		if len(seen) == 0 && p.Seed > 0 {
			seen = p.search(t)
		}
		blind := p.blind(v)
		if len(seen) == 0 && p.Seed > 0 || len(blind) > 0 {
			unnoticed++
			t.Errorf("%s is not noticed: history %d breaks %v, want %s; %v say nothing: %s", p.Name, p.Seed, v.breaches(""), p.Breaks, blind, p.Decision)
			continue
		}
		fmt.Printf("found    %s by %s\n", p.Name, strings.Join(append(seen[:min(1, len(seen))], p.Scenarios...), "; "))
	}
	fmt.Printf("bugs_planted %d count\nbugs_unnoticed %d count\n", len(ps), unnoticed)
}

// search looks for a history that breaks what p breaks, as the seeds move with
// any change of the simulation, and says which.
func (p mutation) search(t *testing.T) []string {
	t.Helper()
	l := limits{run: "^TestSimulation$", flags: fmt.Sprintf("-shrink 0 -seeds %d", searched)}
	v, err := p.run(t.Context(), root, t.TempDir(), l)
	if err != nil {
		t.Errorf("%s: %v", p.Name, err)
	}
	found := v.breaches(p.Breaks)
	fmt.Printf("moved    %s: seed %d does not break %s any more: %s\n", p.Name, p.Seed, p.Breaks, strings.Join(v.breaches(""), "; "))
	return found
}

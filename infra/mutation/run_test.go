package mutation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backroom/shared/testsize"
)

var (
	runFlag  = flag.Int("mutations", 0, "apply so many mutations, chosen by the seed; -1: all")
	seedFlag = flag.Uint64("seed", 0, "of the choice; 0: a new one")
	onlyFlag = flag.String("only", "", "apply those whose names begin so")
)

// verdict is what the tests said: the tests that failed, or the build's output.
type verdict struct {
	Failed []string // "package.Test", those that ended first in front
	Broken string   // the compiler's words

	said map[string]string // what the tests of Failed printed
}

// event is a line of go test -json, as go doc test2json has it.
type event struct {
	Action      string `json:"Action"`
	Package     string `json:"Package"`
	Test        string `json:"Test"`
	Output      string `json:"Output"`
	FailedBuild string `json:"FailedBuild"`
}

// judge reads the output of go test -json.
func judge(output []byte) (verdict, error) {
	var v verdict
	running := map[string]bool{} // tests that began and did not end
	failed := map[string]bool{}
	v.said = map[string]string{}
	var built strings.Builder
	for line := range bytes.Lines(output) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return v, fmt.Errorf("go test said %q", output)
		}
		test := filepath.Base(e.Package) + "." + e.Test
		switch e.Action {
		case "build-output":
			built.WriteString(e.Output)
		case "build-fail":
			v.Broken = "it does not compile"
		case "run":
			running[test] = true
		case "output":
			v.said[test] += e.Output
		case "pass", "skip":
			delete(running, test)
			delete(v.said, test)
		case "fail":
			delete(running, test)
			switch {
			case e.FailedBuild != "":
				v.Broken = "it does not compile"
			case e.Test != "":
				// A parent fails with its subtest.
				if !slices.ContainsFunc(v.Failed, func(f string) bool { return strings.HasPrefix(f, test+"/") }) {
					v.Failed = append(v.Failed, test)
				}
				failed[e.Package] = true
			case !failed[e.Package]:
				// A crash or the time limit ends the program, whatever was running.
				crashed := slices.DeleteFunc(slices.Sorted(maps.Keys(running)), func(r string) bool {
					return !strings.HasPrefix(r, filepath.Base(e.Package)+".")
				})
				v.Failed = append(v.Failed, crashed...)
				if len(crashed) == 0 {
					return v, fmt.Errorf("%s failed without a test", e.Package)
				}
			}
		}
	}
	if v.Broken != "" {
		v.Broken += ": " + built.String()
	}
	return v, nil
}

// limits say which tests of the packages run, and how.
type limits struct {
	run, skip string
	flags     string // of the packages' own tests, between spaces
	all       bool   // tests go on after the first that fails
}

func (m mutation) limits() limits { return limits{run: m.Run, skip: m.Skip} }

// test runs packages of the module at dir under an overlay, "" for none.
func test(ctx context.Context, dir, overlay string, l limits, packages []string) (verdict, error) {
	// -vet=off: a mutation is judged by tests alone.
	args := []string{"test", "-json", "-vet=off", "-timeout", "4m"}
	if !l.all {
		args = append(args, "-failfast")
	}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	if l.run != "" {
		args = append(args, "-run", l.run)
	}
	if l.skip != "" {
		args = append(args, "-skip", l.skip)
	}
	var plain, drawing []string
	for _, p := range packages {
		draws, err := usesRapid(filepath.Join(dir, filepath.FromSlash(p)))
		if err != nil {
			return verdict{}, err
		}
		if draws {
			drawing = append(drawing, p)
		} else {
			plain = append(plain, p)
		}
	}
	if len(plain) > 0 {
		if v, err := goTest(ctx, dir, slices.Concat(args, plain, strings.Fields(l.flags))); err != nil || v.Broken != "" || len(v.Failed) > 0 {
			return v, err
		}
	}
	if len(drawing) == 0 {
		return verdict{}, nil
	}
	// rapid keeps a failing draw in the package's folder, and tries it first from then on.
	return goTest(ctx, dir, slices.Concat(args, drawing, strings.Fields(l.flags), []string{"-rapid.nofailfile"}))
}

// usesRapid reports whether the tests of a folder know rapid's flags.
func usesRapid(dir string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	for _, f := range files {
		text, readErr := os.ReadFile(f)
		if err = errors.Join(err, readErr); bytes.Contains(text, []byte(`"pgregory.net/rapid"`)) {
			return true, err
		}
	}
	return false, err
}

func goTest(ctx context.Context, dir string, args []string) (verdict, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), testsize.Variable+"="+testsize.Whole) // what no walk finds survives
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	v, e := judge(out.Bytes())
	if e != nil {
		return v, fmt.Errorf("%w\n%s", e, &complaints)
	}
	if err != nil && v.Broken == "" && len(v.Failed) == 0 {
		return v, fmt.Errorf("go test: %w\n%s", err, &complaints)
	}
	return v, nil
}

// run applies m to the module at dir, and gives what its tests say.
func (m mutation) run(ctx context.Context, dir, temp string, l limits) (verdict, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return verdict{}, err
	}
	files, err := m.files(dir)
	if err != nil {
		return verdict{}, err
	}
	replace := map[string]string{}
	for path, text := range files {
		replace[path] = filepath.Join(temp, fmt.Sprint(len(replace), filepath.Base(path)))
		err = errors.Join(err, os.WriteFile(replace[path], []byte(text), 0o600))
	}
	overlay := filepath.Join(temp, "overlay.json")
	js, jsErr := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err = errors.Join(err, jsErr, os.WriteFile(overlay, js, 0o600)); err != nil {
		return verdict{}, err
	}
	return test(ctx, dir, overlay, l, m.Tests)
}

// chosen is n mutations of all, by the seed; all of them if n is negative.
func chosen(all []mutation, n int, seed uint64) []mutation {
	if n < 0 || n >= len(all) {
		return all
	}
	var out []mutation
	for _, i := range rand.New(rand.NewPCG(seed, seed)).Perm(len(all))[:n] {
		out = append(out, all[i])
	}
	return out
}

// selected is what the flags ask for, n of them if they name none.
func selected(t *testing.T, all []mutation, n int) []mutation {
	t.Helper()
	if *onlyFlag != "" {
		return slices.DeleteFunc(all, func(m mutation) bool { return !strings.HasPrefix(m.Name, *onlyFlag) })
	}
	if n == 0 {
		t.Skip("none is asked for: make mutations and make planted apply them all")
	}
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64N(1_000_000) + 1
	}
	ms := chosen(all, n, seed)
	fmt.Printf("applied: %d of %d, seed %d\n", len(ms), len(all), seed)
	return ms
}

// The tests of a decision fail when it is changed.
func TestMutations(t *testing.T) {
	all, why := mustLoad(t)
	ms := selected(t, all, *runFlag)
	// Tests that fail anyway would kill whatever comes.
	sound := map[limits][]string{} // packages
	for _, m := range ms {
		for _, p := range m.Tests {
			if l := m.limits(); !slices.Contains(sound[l], p) {
				sound[l] = append(sound[l], p)
			}
		}
	}
	for l, packages := range sound {
		v, err := test(t.Context(), root, "", l, packages)
		if err != nil || v.Broken != "" || len(v.Failed) > 0 {
			t.Fatalf("without a mutation: %v, %v %v", err, v.Broken, v.Failed)
		}
	}
	survived := 0
	for _, m := range ms {
		v, err := m.run(t.Context(), root, t.TempDir(), m.limits())
		switch {
		case err != nil:
			t.Errorf("%s: %v", m.Name, err)
		case v.Broken != "":
			t.Errorf("%s: %s", m.Name, v.Broken)
		case len(v.Failed) > 0:
			fmt.Printf("killed   %s by %s\n", m.Name, v.Failed[0])
			if why[m.Name] != "" {
				t.Errorf("%s is killed: take it off survivors.txt", m.Name)
			}
		default:
			survived++
			fmt.Printf("survived %s: %s\n", m.Name, m.Decision)
			if why[m.Name] == "" {
				t.Errorf("no test of %s notices %s: %s", strings.Join(m.Tests, ", "), m.Name, m.Decision)
			}
		}
	}
	fmt.Printf("mutations_applied %d count\nmutations_survived %d count\n", len(ms), survived)
}

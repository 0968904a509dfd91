package mutation

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	enough       = 60 // mutations that are kept at the least
	maxSurvivors = 3
	root         = "../.."
)

// mutation is one change of one decision.
type mutation struct {
	Name     string
	Decision string // one sentence
	change
	Also     []change // what must be changed with it; most have none
	Tests    []string // packages, such as ./shared/orders
	Run      string   // as go test's -run; "" for all
	Skip     string   // as go test's -skip; "" for none
	planting          // zero in the folder mutations
}

// change is a text in a file of the module, and what takes its place.
type change struct {
	File    string // below the module's folder, slashes
	This    string
	Becomes string
}

const (
	thisMark    = "\n--- this\n"
	becomesMark = "\n--- becomes\n"
	alsoMark    = "\n--- also "
)

// read reads the two texts of a change, with their marks.
func (c *change) read(text string) (err error) {
	this, becomes, ok := strings.Cut(text, becomesMark)
	if !ok {
		return fmt.Errorf("no line %q", strings.TrimSpace(becomesMark))
	}
	c.This, c.Becomes = strings.TrimPrefix(this, "\n"), strings.TrimSuffix(becomes, "\n")
	switch {
	case c.File == "" || c.This == "":
		return errors.New("the file and the text that is replaced must be there")
	case c.This == c.Becomes:
		return errors.New("changes nothing")
	}
	return nil
}

// all are the changes of m.
func (m mutation) all() []change { return append([]change{m.change}, m.Also...) }

// parse reads a mutation's file.
func parse(name, text string) (mutation, error) {
	m := mutation{Name: name}
	head, rest, ok := strings.Cut(text, thisMark)
	if !ok {
		return m, fmt.Errorf("%s: no line %q", name, strings.TrimSpace(thisMark))
	}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "decision":
			m.Decision = value
		case "file":
			m.File = value
		case "tests":
			m.Tests = strings.Fields(value)
		case "run":
			m.Run = value
		case "skip":
			m.Skip = value
		default:
			if err := m.planted(key, value); err != nil {
				return m, fmt.Errorf("%s: line %q: %w", name, strings.TrimSpace(line), err)
			}
		}
	}
	if m.Decision == "" || len(m.Tests) == 0 {
		return m, fmt.Errorf("%s: decision and tests must be there", name)
	}
	for i, part := range strings.Split(rest, alsoMark) {
		c := change{File: m.File}
		if i > 0 {
			if c.File, part, ok = strings.Cut(part, thisMark); !ok {
				return m, fmt.Errorf("%s: no line %q", name, strings.TrimSpace(thisMark))
			}
		}
		// "\n" in front: the text that becomes may be nothing.
		if err := c.read("\n" + part); err != nil {
			return m, fmt.Errorf("%s: %w", name, err)
		}
		if i == 0 {
			m.change = c
		} else {
			m.Also = append(m.Also, c)
		}
	}
	_, errRun := regexp.Compile(m.Run)
	_, errSkip := regexp.Compile(m.Skip)
	return m, errors.Join(errRun, errSkip)
}

// applied is source with the change in it.
func (c change) applied(source string) (string, error) {
	if n := strings.Count(source, c.This); n != 1 {
		return "", fmt.Errorf("its text is in %s %d times, want once: bring it up to date with the code", c.File, n)
	}
	return strings.Replace(source, c.This, c.Becomes, 1), nil
}

// files are those that m changes in the module at dir, as they become.
func (m mutation) files(dir string) (map[string]string, error) {
	after := map[string]string{}
	for _, c := range m.all() {
		path := filepath.Join(dir, filepath.FromSlash(c.File))
		if _, ok := after[path]; !ok {
			source, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			after[path] = string(source)
		}
		text, err := c.applied(after[path])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		after[path] = text
	}
	return after, nil
}

// load reads all mutations of a folder, in the order of their names.
func load(dir string) ([]mutation, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var ms []mutation
	var errs []error
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err == nil {
			var m mutation
			m, err = parse(strings.TrimSuffix(filepath.Base(f), ".txt"), string(text))
			ms = append(ms, m)
		}
		errs = append(errs, err)
	}
	return ms, errors.Join(errs...)
}

// survivors reads which mutations no test notices, and why that is right:
// lines "name: reason". What begins with # is a comment.
func survivors(text string) (map[string]string, error) {
	why := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, ": ")
		if reason == "" {
			return nil, fmt.Errorf("survivor %s has no reason", name)
		}
		why[name] = reason
	}
	return why, nil
}

func mustLoad(t *testing.T) ([]mutation, map[string]string) {
	t.Helper()
	ms, err := load("mutations")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("survivors.txt")
	if err != nil {
		t.Fatal(err)
	}
	why, err := survivors(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return ms, why
}

// fit reports which of ms do not fit the code, or are the same change.
func fit(t *testing.T, ms []mutation) {
	t.Helper()
	changes := map[string]string{}
	for _, m := range ms {
		files, err := m.files(root)
		if err != nil {
			t.Error(err)
			continue
		}
		after := fmt.Sprint(files)
		if twin := changes[after]; twin != "" {
			t.Errorf("%s and %s are the same change", twin, m.Name)
		}
		changes[after] = m.Name
		for _, p := range m.Tests {
			if !hasTests(p) {
				t.Errorf("%s: %s has no tests", m.Name, p)
			}
		}
	}
}

// hasTests reports whether the package at pattern, or one below it where the
// pattern ends in "/...", has a test.
func hasTests(pattern string) bool {
	folder, below := strings.CutSuffix(pattern, "/...")
	top := filepath.Join(root, filepath.FromSlash(folder))
	found := false
	_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != top && !below:
			return fs.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// A pattern that names no test makes its mutations survive unseen.
func TestPatternsNameTests(t *testing.T) {
	for pattern, want := range map[string]bool{
		"./shared/businesscentral":      true,
		"./shared/businesscentral/...":  true,
		"./shared":                      false,
		"./shared/...":                  true,
		"./shared/queue":                false,
		"./shared/businesscentra":       false,
		"./shared/businesscentra/...":   false,
		"./shared/shopify/internal/...": true,
	} {
		if got := hasTests(pattern); got != want {
			t.Errorf("hasTests(%q) = %t, want %t", pattern, got, want)
		}
	}
}

// Whoever changes a mutated decision brings the mutation along.
func TestMutationsFitTheCode(t *testing.T) {
	ms, why := mustLoad(t)
	if len(ms) < enough {
		t.Errorf("%d mutations are kept, want %d", len(ms), enough)
	}
	fit(t, ms)
	names := map[string]bool{}
	for _, m := range ms {
		names[m.Name] = true
		if !reflect.DeepEqual(m.planting, planting{}) {
			t.Errorf("%s: any test may notice a mutation; %+v is for planted bugs", m.Name, m.planting)
		}
	}
	if len(why) > maxSurvivors {
		t.Errorf("%d mutations survive, at most %d may", len(why), maxSurvivors)
	}
	for name := range why {
		if !names[name] {
			t.Errorf("survivors.txt explains %s, which is no mutation", name)
		}
	}
}

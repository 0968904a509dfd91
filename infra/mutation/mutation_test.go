package mutation

import (
	"errors"
	"fmt"
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
	Decision string   // one sentence
	File     string   // below the module's folder, slashes
	Tests    []string // packages, such as ./shared/orders
	Run      string   // as go test's -run; "" for all
	Skip     string   // as go test's -skip; "" for none
	This     string
	Becomes  string
	planting // zero in the folder mutations
}

const (
	thisMark    = "\n--- this\n"
	becomesMark = "\n--- becomes\n"
)

// parse reads a mutation's file.
func parse(name, text string) (mutation, error) {
	m := mutation{Name: name}
	head, rest, ok := strings.Cut(text, thisMark)
	if !ok {
		return m, fmt.Errorf("%s: no line %q", name, strings.TrimSpace(thisMark))
	}
	// "\n" in front: the text that becomes may be nothing.
	if m.This, m.Becomes, ok = strings.Cut("\n"+rest, becomesMark); !ok {
		return m, fmt.Errorf("%s: no line %q", name, strings.TrimSpace(becomesMark))
	}
	m.This, m.Becomes = strings.TrimPrefix(m.This, "\n"), strings.TrimSuffix(m.Becomes, "\n")
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
	if m.Decision == "" || m.File == "" || len(m.Tests) == 0 || m.This == "" {
		return m, fmt.Errorf("%s: decision, file, tests and the text that is replaced must be there", name)
	}
	if m.This == m.Becomes {
		return m, fmt.Errorf("%s: changes nothing", name)
	}
	_, errRun := regexp.Compile(m.Run)
	_, errSkip := regexp.Compile(m.Skip)
	return m, errors.Join(errRun, errSkip)
}

// applied is source with the mutation in it.
func (m mutation) applied(source string) (string, error) {
	if n := strings.Count(source, m.This); n != 1 {
		return "", fmt.Errorf("%s: its text is in %s %d times, want once: bring the mutation up to date with the code", m.Name, m.File, n)
	}
	return strings.Replace(source, m.This, m.Becomes, 1), nil
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
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.File)))
		if err != nil {
			t.Error(err)
			continue
		}
		after, err := m.applied(string(source))
		if err != nil {
			t.Error(err)
			continue
		}
		if twin := changes[after]; twin != "" {
			t.Errorf("%s and %s are the same change", twin, m.Name)
		}
		changes[after] = m.Name
		for _, p := range m.Tests {
			if tests, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p), "*_test.go")); err != nil || len(tests) == 0 {
				t.Errorf("%s: %s has no tests", m.Name, p)
			}
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

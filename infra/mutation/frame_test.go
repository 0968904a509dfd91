package mutation

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const sound = `decision: A sum has both parts.
file: sum.go
tests: ./a ./b
run: ^TestSum$
skip: Slow
--- this
	return a + b
--- becomes
	return a
`

func TestParse(t *testing.T) {
	want := mutation{
		Name: "sum", Decision: "A sum has both parts.", Tests: []string{"./a", "./b"}, Run: "^TestSum$", Skip: "Slow",
		change: change{File: "sum.go", This: "\treturn a + b", Becomes: "\treturn a"},
	}
	got, err := parse("sum", sound)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if m, err := parse("sum", strings.Replace(sound, "\treturn a\n", "", 1)); err != nil || m.Becomes != "" {
		t.Errorf("a text that is taken out: %+v, %v", m, err)
	}
	two := want
	two.Also = []change{{File: "x/other.go", This: "a", Becomes: ""}}
	if m, err := parse("sum", sound+"--- also x/other.go\n--- this\na\n--- becomes\n"); err != nil || !reflect.DeepEqual(m, two) {
		t.Errorf("two changes: %+v, %v", m, err)
	}
	for name, text := range map[string]string{
		"nothing also":     sound + "--- also x/other.go\n",
		"no file also":     sound + "--- also \n--- this\na\n--- becomes\n",
		"no decision":      strings.Replace(sound, "decision: A sum has both parts.\n", "", 1),
		"no file":          strings.Replace(sound, "file: sum.go\n", "", 1),
		"no tests":         strings.Replace(sound, "tests: ./a ./b\n", "", 1),
		"no text":          strings.Replace(sound, "\treturn a + b\n", "", 1),
		"changes nothing":  strings.Replace(sound, "return a\n", "return a + b\n", 1),
		"unknown line":     "because: of that\n" + sound,
		"no first mark":    strings.Replace(sound, "--- this", "this", 1),
		"no second mark":   strings.Replace(sound, "--- becomes", "becomes", 1),
		"no regexp in run": strings.Replace(sound, "^TestSum$", "(", 1),
		"none in skip":     strings.Replace(sound, "Slow", "(", 1),
	} {
		if m, err := parse("sum", text); err == nil {
			t.Errorf("%s: got %+v, want an error", name, m)
		}
	}
}

func TestAppliedOnceOnly(t *testing.T) {
	m := change{This: "a < b", Becomes: "a <= b"}
	if got, err := m.applied("if a < b {"); err != nil || got != "if a <= b {" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, source := range []string{"if a > b {", "if a < b || a < b {"} {
		if got, err := m.applied(source); err == nil {
			t.Errorf("%q: got %q, want an error", source, got)
		}
	}
}

// What is changed twice in one file, and once in another, is applied as a whole.
func TestAppliedTogether(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.go": "1 < 2 && 3 < 4", "b.go": "5 < 6"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := mutation{change: change{"a.go", "1 < 2", "1 > 2"}, Also: []change{{"b.go", "5 < 6", ""}, {"a.go", "3 < 4", "3 > 4"}}}
	got, err := m.files(dir)
	want := map[string]string{filepath.Join(dir, "a.go"): "1 > 2 && 3 > 4", filepath.Join(dir, "b.go"): ""}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSurvivorsNeedAReason(t *testing.T) {
	why, err := survivors("# which\n\none: the other guard holds\n")
	if err != nil || !reflect.DeepEqual(why, map[string]string{"one": "the other guard holds"}) {
		t.Errorf("got %v, %v", why, err)
	}
	if why, err := survivors("one:\n"); err == nil {
		t.Errorf("got %v, want an error", why)
	}
}

func TestChosenBySeed(t *testing.T) {
	all := make([]mutation, 60)
	for i := range all {
		all[i].Name = fmt.Sprint(i)
	}
	seen := map[string]bool{}
	for seed := range uint64(100) {
		ms := chosen(all, 6, seed)
		if !reflect.DeepEqual(ms, chosen(all, 6, seed)) || len(ms) != 6 {
			t.Errorf("seed %d: got %v", seed, ms)
		}
		for _, m := range ms {
			seen[m.Name] = true
		}
	}
	if len(seen) != len(all) {
		t.Errorf("100 seeds choose %d of %d", len(seen), len(all))
	}
	if len(chosen(all, -1, 1)) != len(all) {
		t.Error("a negative number is all")
	}
}

// A module of one function and one test, that go test really runs.
func TestRunTellsWhatTheTestsSay(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module example\n\ngo 1.26\n",
		"sum.go":      "package example\n\nfunc Sum(a, b int) int { return a + b }\n\nfunc Product(a, b int) int { return a * b }\n",
		"sum_test.go": "package example\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tt.Run(\"two\", func(t *testing.T) {\n\t\tif Sum(1, 2) != 3 {\n\t\t\tt.Error()\n\t\t}\n\t})\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOWORK", "off")
	for _, tt := range []struct {
		name, this, becomes string
		failed              []string
		broken              bool
	}{
		{"noticed", "a + b", "a - b", []string{"example.TestSum/two"}, false},
		{"not noticed", "a * b", "a / b", nil, false},
		{"does not compile", "a + b", "a + c", nil, true},
		{"crashes", "return a + b", "panic(a + b)", []string{"example.TestSum/two"}, false},
		{"crashes beside the test", "return a + b", "go panic(1); select {}", []string{"example.TestSum", "example.TestSum/two"}, false},
	} {
		m := mutation{Name: tt.name, Tests: []string{"."}, change: change{File: "sum.go", This: tt.this, Becomes: tt.becomes}}
		v, err := m.run(t.Context(), dir, t.TempDir(), m.limits())
		if err != nil || !reflect.DeepEqual(v.Failed, tt.failed) || (v.Broken != "") != tt.broken {
			t.Errorf("%s: got %+v, %v", tt.name, v, err)
		}
	}
}

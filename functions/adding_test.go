package functions_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// most is how many lines of code the task of the page may have besides its mapping and its texts.
const most = 150

var (
	block   = regexp.MustCompile("(?s)\n`([a-z/_]+\\.go)`\n\n```go\n(.*?)```\n")
	imports = regexp.MustCompile(`(?s)import \(\n.*?\n\)\n`)
	word    = regexp.MustCompile(`\w`)
)

// code counts the lines of code: neither imports nor comments nor lone brackets.
func code(text string) (n int) {
	for line := range strings.Lines(imports.ReplaceAllString(text, "")) {
		if line = strings.TrimSpace(line); word.MatchString(line) && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "package ") {
			n++
		}
	}
	return n
}

// TestAddingATask builds the task of docs/adding-a-task.md from the page's code, laid
// over the module, and runs it on the embedded engine and in its function.
func TestAddingATask(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the functions' tests once more")
	}
	read := func(path ...string) string {
		text, err := os.ReadFile(filepath.Join(path...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	files := map[string]string{"functions/countries_test.go": read("testdata", "adding", "countries_test.go.txt")}
	lines := 0
	for _, m := range block.FindAllStringSubmatch(read("..", "docs", "adding-a-task.md"), -1) {
		name, text := m[1], m[2]
		switch filepath.Base(name) {
		case "mapping.go", "english.go", "french.go":
		default:
			lines += code(text)
		}
		if name == "shared/wiring/tasks.go" { // a line of it
			text = registered(t, read("..", filepath.FromSlash(name)), text)
		}
		files[name] = text
	}
	if len(files) != 9 || lines > most || lines < most/2 {
		t.Errorf("%d files, %d lines besides mapping and texts, want at most %d", len(files), lines, most)
	}
	t.Logf("%d lines besides mapping and texts", lines)
	cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-count=1", "-overlay", overlay(t, files), "-run", "^TestAddedTask", "-v", ".")
	out, err := cmd.CombinedOutput()
	for _, test := range []string{"OnTheEmbeddedEngine", "InItsFunction", "IsDeployed", "KeepsTheLaws"} {
		if !strings.Contains(string(out), "--- PASS: TestAddedTask"+test+" (") {
			t.Errorf("TestAddedTask%s has not passed", test)
		}
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// registered is the text of tasks.go with one more line among the definitions.
func registered(t *testing.T, text, line string) string {
	t.Helper()
	const last, first = "		docs.Definition(),\n", "import (\n"
	if strings.Count(text, last) != 1 || !strings.Contains(text, first) {
		t.Fatal("shared/wiring/tasks.go does not register documents as this test knows it")
	}
	text = strings.Replace(text, last, last+line, 1)
	return strings.Replace(text, first, first+"\t\"backroom/shared/countries\"\n", 1)
}

// overlay writes files, by path from the root of the module, and says where go test
// finds them.
func overlay(t *testing.T, files map[string]string) string {
	t.Helper()
	temp, err := filepath.Abs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	write := func(path string, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		at, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		replace[at] = filepath.Join(temp, strings.ReplaceAll(name, "/", "-"))
		write(replace[at], []byte(text))
	}
	js, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(temp, "overlay.json")
	write(path, js)
	return path
}

package source

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// What the glossary says a word is called in the code is there.
func TestGlossaryNamesCode(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "glossary.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := files(t)
	packages := map[string]*spoken{}
	for dir, paths := range found {
		if strings.HasPrefix(dir, "shared/") {
			s := read(t, paths)
			packages[path.Base(dir)] = &s
		}
	}
	words := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "word" {
			continue
		}
		for word := range strings.SplitSeq(cells[1], ",") {
			if word = strings.TrimSpace(word); words[word] {
				t.Errorf("%q is explained twice", word)
			}
			words[word] = true
		}
		names := quoted.FindAllStringSubmatch(cells[3], -1)
		if len(names) == 0 {
			t.Errorf("%q has no name in the code", cells[1])
		}
		for _, m := range names {
			if !named(packages, found, m[1]) {
				t.Errorf("%q: there is no %s", strings.TrimSpace(cells[1]), m[1])
			}
		}
	}
	if len(words) < 40 {
		t.Errorf("%d words are read", len(words))
	}
}

// named reports whether "package.Name", "package.Type.Field" or a folder is there.
func named(packages map[string]*spoken, found map[string][]string, name string) bool {
	if strings.Contains(name, "/") {
		return len(found[name]) > 0
	}
	pkg, symbol, _ := strings.Cut(name, ".")
	recv, field, deep := strings.Cut(symbol, ".")
	if !deep {
		recv, field = "", symbol
	}
	return packages[pkg] != nil && packages[pkg].has(recv, field)
}

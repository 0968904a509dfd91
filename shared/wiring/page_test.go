package wiring_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the settings into docs/shop-card.md")

const (
	page      = "../../docs/shop-card.md"
	pageBegin = "<!-- settings: written by go test ./shared/wiring -run TestPageOfTheCard -update -->\n"
	pageEnd   = "<!-- end of settings -->\n"
)

// tables are all settings as the page shows them, a table for each section.
func tables(t *testing.T) string {
	t.Helper()
	shown, err := sections.Show(fresh(t))
	values := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(shown, &values)
	}
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{`""`: "blank", "false": "off", "true": "on", "[]": "no rows", "0": "0", `"0"`: "0", "null": "`null`"}
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "\n### %s\n\n| setting | what it does | a new card | the connector | example |\n|---|---|---|---|---|\n", s.Title)
		for _, d := range s.Docs {
			fresh, theirs := d.New, d.Theirs
			if fresh == "" {
				fresh = words[string(values[d.Names[0]])]
			}
			switch theirs {
			case "":
				theirs = "the same"
			case "-":
				theirs = "has none"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` |\n", strings.Join(d.Names, "`, `"), strings.ReplaceAll(d.Does, "|", `\|`), strings.ReplaceAll(fresh, "|", `\|`), strings.ReplaceAll(theirs, "|", `\|`), example(t, d))
		}
	}
	return b.String() + "\n"
}

// The page shows the settings as their sections explain them.
func TestPageOfTheCard(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), pageBegin)
	shown, after, ends := strings.Cut(rest, pageEnd)
	if !ok || !ends {
		t.Fatalf("%s has no settings between %q and %q", page, pageBegin, pageEnd)
	}
	want := tables(t)
	if *update {
		if err := os.WriteFile(page, []byte(before+pageBegin+want+pageEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if shown != want {
		t.Errorf("the page is not what the sections say: go test ./shared/wiring -run TestPageOfTheCard -update; want\n%s", want)
	}
}

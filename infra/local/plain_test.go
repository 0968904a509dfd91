package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"backroom/infra/sim/host"
)

// signs are a title that colours, names the window, clears the screen and turns
// around what comes after it.
const signs = "Red\x1b[31m \x1b]0;owned\aMug\u009b2J\u202egnp"

// Titles and names that a terminal would obey are shown escaped by every command,
// as text and as JSON, and in errors.
func TestNamesOfOthersAreShownEscaped(t *testing.T) {
	catalog := filepath.Join(t.TempDir(), "products.csv")
	csv := "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\nmug,\"" + signs + "\",Size,S,A-SKU-THAT-NO-ITEM-CAN-HAVE,9.90\n"
	if err := os.WriteFile(catalog, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	i := simulateAs(t, host.Options{Catalog: catalog})
	for _, kv := range environment(t, i, t.TempDir()) {
		if k, v, _ := strings.Cut(kv, "="); strings.HasPrefix(k, "SHOPIFY_") || strings.HasPrefix(k, "BC_") || strings.HasPrefix(k, "BACKROOM_") {
			t.Setenv(k, v)
		}
	}
	shown := 0
	for _, args := range [][]string{
		{"run", "sync-orders"},
		{"run", "process-orders"},
		{"run", "process-orders", "--dry-run"},
		{"orders"},
		{"orders", "--json"},
		{"issues"},
		{"issues", "--json"},
		{"runs"},
		{"orders", signs},
		{"run", signs},
		{"jobs", "hold", "sync-orders", "--reason", signs},
		{"jobs"},
		{"run", "sync-orders"},
	} {
		out, errs, _ := command(t, args...)
		for _, r := range out + errs {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Errorf("%q writes %U:\n%q", args, r, out+errs)
				break
			}
		}
		if strings.Contains(out+errs, `\u001b[31m`) && strings.Contains(out+errs, `\u202egnp`) {
			shown++
		} else {
			t.Logf("%q does not show the title: %.300q", args, out+errs)
		}
	}
	if shown < 7 {
		t.Errorf("the title is shown by %d commands: the test has lost its object", shown)
	}
}

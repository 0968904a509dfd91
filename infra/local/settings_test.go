package main

import (
	"strings"
	"testing"
)

// A name with a slip in it is refused by every command, with all else that is wrong.
func TestUnknownSettingsAreRefused(t *testing.T) {
	t.Setenv("BACKROOM_DATA", t.TempDir())
	t.Setenv("BC_TENNANT", "contoso.com")
	t.Setenv("BACKROOM_WORKERS", "many")
	for _, args := range [][]string{{"serve"}, {"orders"}, {"jobs"}, {"run", "sync-orders"}} {
		out, errs, status := command(t, args...)
		for _, want := range []string{"BC_TENNANT: there is no setting of that name; is it BC_TENANT?", `BACKROOM_WORKERS="many"`} {
			if status != 1 || !strings.Contains(errs, want) {
				t.Errorf("%q: %d, no word of %s in\n%s%s", args, status, want, out, errs)
			}
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backroom/shared/orders"
)

// A backup of before any document is put back after they were made: each is
// found, none is made a second time.
func TestRestoredDataMakesNothingTwice(t *testing.T) {
	bin, folder := program(t), filepath.Join(t.TempDir(), "data")
	backup := filepath.Join(t.TempDir(), "backup.db")
	v := startServed(t, bin, folder)
	if out, status := run(t, bin, folder, "backup", backup); status != 0 || !strings.Contains(out, "backroom restore") {
		t.Fatalf("backup: %d\n%s", status, out)
	}
	created, documents := v.synced(t)
	if created != 200 || documents == 0 {
		t.Fatalf("%d orders, %d documents", created, documents)
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"backup", backup}, "exists"},
		{[]string{"restore", "--yes", backup}, "a server runs"},
	} {
		if out, status := run(t, bin, folder, tt.args...); status != 1 || !strings.Contains(out, tt.says) {
			t.Errorf("%v: %d\n%s", tt.args, status, out)
		}
	}
	v.stopped(t, os.Interrupt)
	if out, status := run(t, bin, folder, "restore", backup); status != 1 || !strings.Contains(out, "--yes") {
		t.Errorf("without --yes: %d\n%s", status, out)
	}
	if out, status := run(t, bin, folder, "orders", "--limit", "1"); status != 0 || !strings.Contains(out, "#1200") {
		t.Errorf("what was refused has changed something: %d\n%s", status, out)
	}
	if out, status := run(t, bin, folder, "restore", "--yes", backup); status != 0 || !strings.Contains(out, "What was there is kept") {
		t.Fatalf("restore: %d\n%s", status, out)
	}
	v = startServed(t, bin, folder)
	_, after := v.synced(t) // or the schedule was first to read the orders anew
	if vs, _, err := v.Orders(t.Context(), orders.State(""), "", 300); err != nil || len(vs) != 200 || after != documents {
		t.Errorf("after the restore %d orders, want 200; %d documents, want %d; %v", len(vs), after, documents, err)
	}
	v.stopped(t, os.Interrupt)
}

func TestAgreed(t *testing.T) {
	for answer, want := range map[string]error{
		"y\n": nil, "YES\n": nil, " yes \r\n": nil, "y": nil, "n\n": errNotAgreed, "\n": errNotAgreed, "": errNotAgreed, "yesterday\n": errNotAgreed,
	} {
		var out bytes.Buffer
		if err := agreed(strings.NewReader(answer), &out, "Sure?"); !errors.Is(err, want) || out.String() != "Sure? [y/N] " {
			t.Errorf("%q: %v, asked %q", answer, err, out.String())
		}
	}
}

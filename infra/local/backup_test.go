package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
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
	foreign := exec.CommandContext(t.Context(), bin, "restore", "--yes", backup)
	foreign.Env = append(withoutSettings(folder), "SHOPIFY_SHOP=other.myshopify.com", "SHOPIFY_ACCESS_TOKEN=shpat_hush", "BC_TENANT=contoso.com", "BC_ENVIRONMENT=Production",
		"BC_COMPANY_ID=3cfb08df-c622-4dc2-85f2-63df7bbce911", "BC_CLIENT_ID=backroom", "BC_CLIENT_SECRET=hush")
	if out, err := foreign.CombinedOutput(); err == nil || !strings.Contains(string(out), "nothing was changed") || !strings.Contains(string(out), "SHOPIFY_SHOP") || exists(realFile(folder)) {
		t.Errorf("of another shop: %v\n%s", err, out)
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

// What somebody has to look at is logged as an error, and nothing else is.
func TestFailedRunsAreLoggedAsErrors(t *testing.T) {
	for outcome, want := range map[jobqueue.Outcome]string{
		jobqueue.Succeeded: "INFO", jobqueue.SucceededWithIssues: "INFO", jobqueue.Cancelled: "INFO", jobqueue.Skipped: "INFO",
		jobqueue.Failed: "ERROR", jobqueue.Lost: "ERROR", jobqueue.Rejected: "ERROR",
	} {
		var log bytes.Buffer
		e := &engine{log: slog.New(slog.NewTextHandler(&log, nil)), progress: map[string]jobqueue.Progress{}, started: map[string]time.Time{}}
		e.onEnd(jobqueue.Run{ID: "r", Task: "t", Outcome: outcome})
		if !strings.Contains(log.String(), "level="+want+" ") {
			t.Errorf("%s: want %s, logged %s", outcome, want, &log)
		}
	}
}

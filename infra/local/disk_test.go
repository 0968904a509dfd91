package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/sqlite"
)

func TestFailingDiskIsSaidOnce(t *testing.T) {
	var out bytes.Buffer
	plainly := slog.New(slog.NewTextHandler(&out, nil))
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d := disk{log: plainly, now: func() time.Time { return now }}
	log := slog.New(withoutDisk{plainly.Handler()}).With("shop", "sample").WithGroup("more")
	full := fmt.Errorf("%w: %w", sqlite.ErrFull, sqlite.ErrDisk)
	meets := func(err error) { // a call that fails, and whoever made it
		d.seen(err)
		log.Error("sweep", "err", fmt.Errorf("jobqueue: %w", err))
	}
	said := func(want ...string) {
		t.Helper()
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if out.Len() == 0 {
			lines = nil
		}
		if len(lines) != len(want) {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), out.String())
		}
		for i := range want {
			if !strings.Contains(lines[i], want[i]) {
				t.Errorf("%s\ndoes not say %q", lines[i], want[i])
			}
		}
		out.Reset()
	}
	d.seen(nil)
	said()
	for range 100 { // an hour of failures, with small writes that succeed between
		meets(full)
		d.seen(nil)
		now = now.Add(36 * time.Second)
	}
	said("no space left")
	log.Error("sweep", "err", errors.New("something else"))
	said("something else")
	now = now.Add(diskQuiet)
	d.seen(nil)
	d.seen(nil)
	said("is written again")
	meets(full)
	said("no space left")
}

// A request that the disk fails says so, with a status of its own.
func TestStatusOfAFailingDisk(t *testing.T) {
	for err, want := range map[error]int{
		fmt.Errorf("hold: %w, %w", sqlite.ErrFull, sqlite.ErrDisk): 507,
		fmt.Errorf("hold: %w", sqlite.ErrDisk):                     500,
	} {
		if got := api.ProblemFor(ofDisk(err)).Status; got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// watched opens a file and notes how its calls end.
func watched(t *testing.T, path string) (db *DB, failed, wrote *atomic.Int64) {
	t.Helper()
	failed, wrote = new(atomic.Int64), new(atomic.Int64)
	db, err := Open(t.Context(), path, WithOnWrite(func(err error) {
		switch {
		case err == nil:
			wrote.Add(1)
		case errors.Is(err, ErrDisk):
			failed.Add(1)
		default:
			t.Errorf("told of %v", err)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, failed, wrote
}

func TestFullDiskIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "the orders.db")
	db, failed, wrote := watched(t, path)
	limit := func(n int) {
		if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1)
	large := table.Item{Key: table.Key{PK: "p", SK: "large"}, Data: make([]byte, 100_000)}
	q := db.Queue("jobs")
	for name, err := range map[string]error{
		"Write": db.Table().Write(t.Context(), table.Put(large, table.Absent)),
		"Send":  q.Send(t.Context(), "g", "", make([]byte, 100_000)),
		"At":    db.Schedules(q).At(t.Context(), "s", time.Now(), schedule.Target{Group: "g", Body: strings.Repeat("x", 100_000)}),
	} {
		if !errors.Is(err, ErrFull) || errors.Is(err, table.ErrUnknown) || errors.Is(err, queue.ErrUnknown) ||
			!strings.Contains(err.Error(), "no space left on the disk of the data file "+path) || strings.Contains(err.Error(), "savepoint") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if failed.Load() != 3 || wrote.Load() != 0 {
		t.Errorf("told of %d failures and %d writes", failed.Load(), wrote.Load())
	}
	// What changes nothing says nothing about the disk.
	if _, err := db.Table().Purge(t.Context()); err != nil || wrote.Load() != 0 {
		t.Errorf("a purge of nothing: %v, told of %d writes", err, wrote.Load())
	}
	limit(1 << 30)
	if err := db.Table().Write(t.Context(), table.Put(large, table.Absent)); err != nil || wrote.Load() != 1 {
		t.Errorf("with room again: %v, told of %d writes", err, wrote.Load())
	}
}

// child runs a test of this package in a process of its own, which arguments
// lead to it.
func child(t *testing.T, test, env string, lead ...string) ([]byte, error) {
	t.Helper()
	args := append(lead, os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env)
	return cmd.CombinedOutput()
}

// fillUp writes until the disk fails, and answers how.
func fillUp(t *testing.T, db *DB) error {
	t.Helper()
	for i := range 10_000 {
		sk := fmt.Sprint("fill ", i)
		err := db.Table().Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "p", SK: sk}, Data: make([]byte, 3000)}, table.Absent))
		if err != nil {
			if !errors.Is(err, table.ErrUnknown) && has(t, db, sk) {
				t.Error("stored, and told that it is not")
			}
			return err
		}
	}
	t.Fatal("the disk did not fail")
	return nil
}

// A file that may not grow fails in the middle of a commit.
func TestFailingDiskIsNamed(t *testing.T) {
	if os.Getenv("SQLITE_TEST_LIMIT") == "" {
		if out, err := child(t, t.Name(), "SQLITE_TEST_LIMIT=1"); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	path := filepath.Join(t.TempDir(), "t.db")
	db, failed, _ := watched(t, path)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 500_000, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	err := fillUp(t, db)
	if !errors.Is(err, ErrDisk) || errors.Is(err, ErrFull) || !errors.Is(err, table.ErrUnknown) || !strings.Contains(err.Error(), "the disk fails to read or write the data file "+path) {
		t.Errorf("err = %v", err)
	}
	if failed.Load() == 0 {
		t.Error("nobody was told")
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := db.Table().Write(t.Context(), put("after")); err != nil || !has(t, db, "after") {
		t.Errorf("afterwards: %v", err)
	}
}

// A disk of its own that others fill up, where this system lets a test mount one.
func TestDiskThatFillsUp(t *testing.T) {
	if os.Getenv("SQLITE_TEST_DISK") == "" {
		const mount = `mount -t tmpfs -o size=2m none "$SQLITE_TEST_DISK" && cd "$SQLITE_TEST_DISK" && exec "$@"`
		out, err := child(t, t.Name(), "SQLITE_TEST_DISK="+t.TempDir(), "unshare", "-Urm", "sh", "-c", mount, "sh")
		if e, ok := errors.AsType[*exec.ExitError](err); errors.Is(err, exec.ErrNotFound) || ok && !strings.Contains(string(out), "=== RUN") {
			t.Skipf("no disk can be mounted here: %v %s", e, out)
		}
		if err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	const ballast, path = "ballast", "t.db" // in the folder where the disk is
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	db, _, _ := watched(t, path)
	if err := fillUp(t, db); !errors.Is(err, ErrFull) || errors.Is(err, table.ErrUnknown) || !strings.Contains(err.Error(), path) {
		t.Errorf("err = %v", err)
	}
	if _, err := db.Table().Query(t.Context(), table.Query{PK: "p"}); err != nil {
		t.Errorf("reading: %v", err)
	}
	if other, err := Open(t.Context(), "new.db"); !errors.Is(err, ErrFull) && !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a new file: %v", err)
		_ = other.Close()
	}
	if err := db.Backup(t.Context(), "copy.db"); !errors.Is(err, ErrFull) && !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a copy: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := db.Table().Write(t.Context(), put("after")); err != nil || !has(t, db, "after") {
		t.Errorf("with room again: %v", err)
	}
}

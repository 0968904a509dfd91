package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/shared/table"
)

var oneKey = table.Key{PK: "p", SK: "s"}

// wrote opens the file, writes value under one key, and closes it if it is told to.
func wrote(t *testing.T, path, value string, closes bool) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Table().Write(t.Context(), table.Put(table.Item{Key: oneKey, Data: []byte(value)}, table.Always)); err != nil {
		t.Fatal(err)
	}
	if !closes {
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return nil
}

func value(t *testing.T, path string) string {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	it, err := db.Table().Get(t.Context(), oneKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(it.Data)
}

func none(*DB) error { return nil }

// A copy is of the last write that was answered, though another has the file
// open and its log is not folded into it.
func TestCopyOfAFileInUse(t *testing.T) {
	folder := t.TempDir()
	path, to := filepath.Join(folder, "a b?c.db"), filepath.Join(folder, "to.db")
	db := wrote(t, path, "first", false)
	if err := Copy(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	if err := db.Table().Write(t.Context(), table.Put(table.Item{Key: oneKey, Data: []byte("second")}, table.VersionIs(1))); err != nil {
		t.Fatal(err)
	}
	if got := value(t, to); got != "first" {
		t.Errorf("the copy holds %q", got)
	}
	if err := Copy(t.Context(), path, to); !errors.Is(err, os.ErrExist) {
		t.Errorf("over another: %v", err)
	}
	if err := Copy(t.Context(), filepath.Join(folder, "none.db"), filepath.Join(folder, "no.db")); err == nil {
		t.Error("a copy of nothing")
	}
	for _, name := range []string{"none.db", "no.db"} {
		if _, err := os.Stat(filepath.Join(folder, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind: %v", name, err)
		}
	}
}

func TestRestore(t *testing.T) {
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "data.db"), filepath.Join(folder, "backup.db")
	wrote(t, path, "backed up", true)
	if err := Copy(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	// What a process that was killed leaves: a log that is not folded in.
	live := filepath.Join(folder, "live.db")
	db := wrote(t, live, "later", false)
	for _, suffix := range []string{"", "-wal"} {
		js, err := os.ReadFile(live + suffix)
		if err != nil || len(js) == 0 {
			t.Fatal(suffix, len(js), err)
		}
		if err := os.WriteFile(path+suffix, js, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	var shown string
	kept, err := Restore(t.Context(), backup, path, func(db *DB) error {
		it, err := db.Table().Get(t.Context(), oneKey)
		shown = string(it.Data)
		return err
	})
	if err != nil || shown != "backed up" {
		t.Fatalf("shown %q, %v", shown, err)
	}
	if got := value(t, path); got != "backed up" {
		t.Errorf("restored: %q", got)
	}
	if got := value(t, kept); got != "later" {
		t.Errorf("kept: %q", got)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 4 { // the file, its lock, what is kept, and the lock that the test has made there
		t.Errorf("left: %v, %v", left, err)
	}
	// Where nothing was, nothing is kept.
	fresh := filepath.Join(folder, "fresh.db")
	if kept, err := Restore(t.Context(), backup, fresh, none); err != nil || kept != "" || value(t, fresh) != "backed up" {
		t.Errorf("%q, %v", kept, err)
	}
}

// A restore that cannot be done changes nothing.
func TestRefusedRestores(t *testing.T) {
	folder := t.TempDir()
	good := filepath.Join(folder, "good.db")
	wrote(t, good, "backed up", true)
	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(folder, "newer.db")
	db := wrote(t, newer, "x", false)
	if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA user_version = %d`, len(migrations)+1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, backup string
		check        error
		want         error
	}{
		{"text", file("text.db", []byte("no database")), nil, ErrDamaged},
		{"empty", file("empty.db", nil), nil, ErrDamaged},
		{"torn off", file("torn.db", whole[:len(whole)/2]), nil, ErrDamaged},
		{"a page overwritten", file("page.db", append(append(bytes.Clone(whole[:4096]), bytes.Repeat([]byte{0xff}, 4096)...), whole[8192:]...)), nil, ErrDamaged},
		{"missing", filepath.Join(folder, "missing.db"), nil, nil},
		{"of a later release", newer, nil, ErrNewer},
		{"refused by the caller", good, context.Canceled, context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data.db")
			wrote(t, path, "as it was", true)
			kept, err := Restore(t.Context(), tt.backup, path, func(*DB) error { return tt.check })
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) || kept != "" {
				t.Errorf("kept %q: %v", kept, err)
			}
			if err != nil && tt.check == nil && !strings.Contains(err.Error(), tt.backup) {
				t.Errorf("the backup is not named: %v", err)
			}
			if got := value(t, path); got != "as it was" {
				t.Errorf("the file holds %q", got)
			}
			if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 2 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
	t.Run("in use", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data.db")
		wrote(t, path, "as it was", false)
		if _, err := Restore(t.Context(), good, path, none); !errors.Is(err, ErrInUse) {
			t.Error(err)
		}
	})
}

// Interrupted before the file is replaced, the file of before is whole, and the
// next restore works.
func TestInterruptedRestore(t *testing.T) {
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "data.db"), filepath.Join(folder, "backup.db")
	wrote(t, backup, "backed up", true)
	wrote(t, path, "as it was", true)
	if err := duplicate(backup, path+".restoring"); err != nil {
		t.Fatal(err)
	}
	kept, err := setAside(t.Context(), path, time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC))
	if err != nil || value(t, path) != "as it was" || value(t, kept) != "as it was" {
		t.Fatal(kept, err)
	}
	if _, err := Restore(t.Context(), backup, path, none); err != nil || value(t, path) != "backed up" {
		t.Error(err)
	}
}

// A damaged file is replaced, and kept with its log.
func TestRestoreOverADamagedFile(t *testing.T) {
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "data.db"), filepath.Join(folder, "backup.db")
	wrote(t, backup, "backed up", true)
	for suffix, text := range map[string]string{"": "damaged", "-wal": "its log"} {
		if err := os.WriteFile(path+suffix, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := Restore(t.Context(), backup, path, none)
	if err != nil || value(t, path) != "backed up" {
		t.Fatal(err)
	}
	for suffix, want := range map[string]string{"": "damaged", "-wal": "its log"} {
		if got, err := os.ReadFile(kept + suffix); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", kept+suffix, got, err)
		}
	}
}

// A log whose file is gone is not played into the file that is restored.
func TestRestoreWhereALogIsLeft(t *testing.T) {
	folder := t.TempDir()
	path, backup, live := filepath.Join(folder, "data.db"), filepath.Join(folder, "backup.db"), filepath.Join(folder, "live.db")
	wrote(t, backup, "backed up", true)
	wrote(t, live, "later", false)
	log, err := os.ReadFile(live + "-wal")
	if err != nil || len(log) == 0 {
		t.Fatal(len(log), err)
	}
	if err := os.WriteFile(path+"-wal", log, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), backup, path, none); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is still there: %v", err)
	}
	if got := value(t, path); got != "backed up" {
		t.Errorf("the file holds %q", got)
	}
}

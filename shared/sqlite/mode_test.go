package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backroom/shared/sqlite"
)

// modes are the files of the folder that others may read or write.
func modes(t *testing.T, folder string) (n int, others []string) {
	t.Helper()
	es, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		i, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if i.Mode().Perm()&0o077 != 0 {
			others = append(others, e.Name()+" "+i.Mode().String())
		}
	}
	return len(es), others
}

// The file, what SQLite keeps beside it and a copy are their owner's alone,
// also those that an earlier release made for all to read.
func TestFilesAreTheirOwnersAlone(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "t.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), filepath.Join(folder, "copy.db")); err != nil {
		t.Fatal(err)
	}
	if n, others := modes(t, folder); n < 3 || len(others) > 0 {
		t.Errorf("of %d files, open to others: %s", n, strings.Join(others, ", "))
	}
	if err := db.Backup(t.Context(), filepath.Join(folder, "copy.db")); err == nil {
		t.Error("a copy was overwritten")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".lock"} {
		if err := os.Chmod(name, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	open(t, path)
	if n, others := modes(t, folder); n < 3 || len(others) > 0 {
		t.Errorf("of %d files, open to others again: %s", n, strings.Join(others, ", "))
	}
}

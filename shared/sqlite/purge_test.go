package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"backroom/shared/sqlite"
	"backroom/shared/table"
)

// TestPurge: what was deleted, or written over, is neither in the file nor in its log any more; what
// is stored stays.
func TestPurge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tb := db.Table()
	put := func(sk, text string) {
		t.Helper()
		if err := tb.Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "P", SK: sk}, Data: bytes.Repeat([]byte(text), 2000)}, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	put("1", "evangeline ")
	put("2", "geheimgang ")
	put("3", "stays here ")
	put("2", "written over ")
	if err := tb.Write(t.Context(), table.Delete(table.Key{PK: "P", SK: "1"}, table.Always)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(bytesOf(t, path), []byte("evangeline")) {
		t.Error("nothing is left of it before: the test shows nothing")
	}
	if err := db.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := bytesOf(t, path)
	for _, gone := range []string{"evangeline", "geheimgang"} {
		if bytes.Contains(all, []byte(gone)) {
			t.Errorf("%s is in the file still", gone)
		}
	}
	if it, err := tb.Get(t.Context(), table.Key{PK: "P", SK: "3"}); err != nil || !bytes.HasPrefix(it.Data, []byte("stays here")) {
		t.Errorf("%.20s, %v", it.Data, err)
	}
	put("4", "and goes on")
}

// bytesOf are those of a file and its log.
func bytesOf(t *testing.T, path string) (all []byte) {
	t.Helper()
	for _, name := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(filepath.Clean(name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

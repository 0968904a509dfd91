package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"backroom/shared/queue"
	"backroom/shared/queue/queuetest"
	"backroom/shared/sqlite"
	"backroom/shared/table"
	"backroom/shared/table/tabletest"
	"backroom/shared/testclock"
)

func open(tb testing.TB, path string, opts ...sqlite.Option) *sqlite.DB {
	tb.Helper()
	db, err := sqlite.Open(tb.Context(), path, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func TestTable(t *testing.T) {
	tabletest.Run(t, func(t *testing.T) tabletest.Harness {
		t.Helper()
		return tabletest.Harness{Table: open(t, filepath.Join(t.TempDir(), "t.db")).Table()}
	})
}

func TestReopenKeepsWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c.db") // a name that needs escaping
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	k := table.Key{PK: "p", SK: "s"}
	if err := db.Table().Write(t.Context(), table.Put(table.Item{Key: k, Data: []byte("kept")}, table.Absent)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	it, err := open(t, path).Table().Get(t.Context(), k)
	if err != nil || string(it.Data) != "kept" || it.Version != 1 {
		t.Errorf("got %+v, %v", it, err)
	}
}

func TestOneProcessOwnsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	open(t, path)
	if _, err := sqlite.Open(t.Context(), path); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("err = %v, want ErrInUse", err)
	}
}

func TestFileOfANewerReleaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(t.Context(), `PRAGMA user_version = 999`); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path); !errors.Is(err, sqlite.ErrNewer) {
		t.Errorf("err = %v, want ErrNewer", err)
	}
}

func TestWriteAfterCloseIsAnError(t *testing.T) {
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	tab := db.Table()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := tab.Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "p", SK: "s"}}, table.Always)); err == nil {
		t.Error("want an error")
	}
}

func TestCancelledWriteChangesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := table.Key{PK: "p", SK: "s"}
	if err := db.Table().Write(ctx, table.Put(table.Item{Key: k}, table.Always)); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if _, err := db.Table().Get(t.Context(), k); !errors.Is(err, table.ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
}

func BenchmarkConditionalWrite(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "t.db"))
	tab := db.Table()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			it := table.Item{Key: table.Key{PK: fmt.Sprintf("%p", pb), SK: fmt.Sprint(i)}, Data: make([]byte, 500)}
			if err := tab.Write(b.Context(), table.Put(it, table.Absent)); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) queuetest.Harness {
		t.Helper()
		c := testclock.New(testclock.Monday)
		db := open(t, filepath.Join(t.TempDir(), "q.db"), sqlite.WithNow(c.Now))
		return queuetest.Harness{Queue: db.Queue("jobs"), Advance: c.Advance}
	})
}

func TestReleaseAllEndsWhatADeadProcessHeld(t *testing.T) {
	c := testclock.New(testclock.Monday)
	path := filepath.Join(t.TempDir(), "q.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.WithNow(c.Now))
	if err != nil {
		t.Fatal(err)
	}
	q := db.Queue("jobs")
	if err := q.Send(t.Context(), "g", "", []byte("1")); err != nil {
		t.Fatal(err)
	}
	held, err := q.Receive(t.Context(), 1, time.Hour, 0)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	q = open(t, path, sqlite.WithNow(c.Now)).Queue("jobs")
	if ms, err := q.Receive(t.Context(), 1, time.Hour, 0); err != nil || len(ms) != 0 {
		t.Fatalf("visibility must survive a restart: %v, %v", ms, err)
	}
	if err := q.ReleaseAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := q.Delete(t.Context(), held[0].Receipt); !errors.Is(err, queue.ErrStaleReceipt) {
		t.Errorf("err = %v, want ErrStaleReceipt", err)
	}
	ms, err := q.Receive(t.Context(), 1, time.Hour, 0)
	if err != nil || len(ms) != 1 || ms[0].Receives != 2 || ms[0].ID != held[0].ID {
		t.Errorf("got %v, %v", ms, err)
	}
}

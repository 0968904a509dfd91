package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	driver "modernc.org/sqlite"

	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/table"
	"backroom/shared/testclock"
)

func opened(t *testing.T, opts ...Option) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// failCommits makes SQLite refuse to commit while fails is true.
func failCommits(t *testing.T, db *DB) (fails *atomic.Bool) {
	t.Helper()
	fails = new(atomic.Bool)
	c, err := db.writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = c.Raw(func(c any) error {
		hooks, ok := c.(driver.HookRegisterer)
		if !ok {
			return errors.New("the driver takes no hooks")
		}
		hooks.RegisterCommitHook(func() int32 {
			if fails.Load() {
				return 1
			}
			return 0
		})
		return nil
	})
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	return fails
}

func put(sk string) table.Op {
	return table.Put(table.Item{Key: table.Key{PK: "p", SK: sk}, Data: []byte(sk)}, table.Absent)
}

func has(t *testing.T, db *DB, sk string) bool {
	t.Helper()
	_, err := db.Table().Get(t.Context(), table.Key{PK: "p", SK: sk})
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// What "survives a power loss" rests on: each connection waits for the disk.
func TestEveryConnectionWaitsForTheDisk(t *testing.T) {
	db := opened(t)
	for name, pool := range map[string]*sql.DB{"writer": db.writer, "reader": db.reader} {
		var synchronous int
		var journal string
		err := errors.Join(
			pool.QueryRowContext(t.Context(), `PRAGMA synchronous`).Scan(&synchronous),
			pool.QueryRowContext(t.Context(), `PRAGMA journal_mode`).Scan(&journal))
		if err != nil || synchronous != 2 || journal != "wal" {
			t.Errorf("%s: synchronous %d (2 is FULL), journal %s, %v", name, synchronous, journal, err)
		}
	}
}

func TestFailedCommitIsUnknownAndOver(t *testing.T) {
	db := opened(t)
	tab, q := db.Table(), db.Queue("jobs")
	s := db.Schedules(q)
	fails := failCommits(t, db)
	fails.Store(true)
	if err := tab.Write(t.Context(), put("a")); !errors.Is(err, table.ErrUnknown) {
		t.Errorf("Write: %v, want ErrUnknown", err)
	}
	if err := q.Send(t.Context(), "g", "", []byte("x")); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("Send: %v, want ErrUnknown", err)
	}
	if err := s.At(t.Context(), "s", time.Now(), schedule.Target{Group: "g", Body: "x"}); err == nil {
		t.Error("At: want an error")
	}
	if n, err := tab.Purge(t.Context()); err == nil {
		t.Errorf("Purge: %d and no error", n)
	}
	// The next transaction begins anew, whatever became of that one.
	fails.Store(false)
	if err := tab.Write(t.Context(), put("a")); err != nil || !has(t, db, "a") {
		t.Errorf("afterwards: %v", err)
	}
	if n, err := q.Len(t.Context()); err != nil || n != 0 {
		t.Errorf("%d messages of a commit that failed, %v", n, err)
	}
}

// Transactions that wait at the same time share a commit, and its failure.
func TestFailedCommitIsToldToTheWholeGroup(t *testing.T) {
	db := opened(t)
	fails := failCommits(t, db)
	fails.Store(true)
	var wg sync.WaitGroup
	var told atomic.Int64
	for i := range 20 {
		wg.Go(func() {
			if err := db.Table().Write(t.Context(), put(fmt.Sprint(i))); errors.Is(err, table.ErrUnknown) {
				told.Add(1)
			}
		})
	}
	wg.Wait()
	if n := told.Load(); n != 20 {
		t.Errorf("%d of 20 writers were told", n)
	}
}

// group runs transactions as the writer does when they wait at the same time.
func group(db *DB, js ...*job) []error {
	errs := make([]error, len(js))
	for _, j := range js {
		j.err = make(chan error, 1)
	}
	db.commit(js)
	for i, j := range js {
		errs[i] = <-j.err
	}
	return errs
}

// insert stores an item of so many bytes.
func insert(ctx context.Context, sk string, size int) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO items (pk, sk, version, data) VALUES ('p', ?, 1, zeroblob(?))`, sk, size)
		return err
	}
}

func TestMembersOfAGroupStandAlone(t *testing.T) {
	db := opened(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	refused := errors.New("refused")
	errs := group(db,
		&job{ctx: gone, do: insert(t.Context(), "whose caller has gone", 1)},
		&job{ctx: t.Context(), do: insert(t.Context(), "first", 1)},
		&job{ctx: t.Context(), do: func(tx *sql.Tx) error { return errors.Join(insert(t.Context(), "half", 1)(tx), refused) }},
		&job{ctx: t.Context(), do: insert(t.Context(), "last", 1)})
	if !errors.Is(errs[0], context.Canceled) || errs[1] != nil || !errors.Is(errs[2], refused) || errs[3] != nil {
		t.Errorf("errors: %v", errs)
	}
	for sk, want := range map[string]bool{"whose caller has gone": false, "first": true, "half": false, "last": true} {
		if got := has(t, db, sk); got != want {
			t.Errorf("%s: stored %v, want %v", sk, got, want)
		}
	}
}

// SQLite undoes the whole transaction when the disk is full, savepoints too.
func TestFullDiskIsAnErrorOfTheWholeGroup(t *testing.T) {
	db := opened(t)
	var pages int
	if err := db.writer.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 1)
	errs := group(db, &job{ctx: t.Context(), do: insert(t.Context(), "small", 1)}, &job{ctx: t.Context(), do: insert(t.Context(), "large", 1<<20)})
	for i, sk := range []string{"small", "large"} {
		if stored := has(t, db, sk); stored != (errs[i] == nil) {
			t.Errorf("%s: stored %v, told %v", sk, stored, errs[i])
		}
	}
	if errs[1] == nil {
		t.Error("a full disk was no error")
	}
	limit(1 << 30)
	if err := db.Table().Write(t.Context(), put("after")); err != nil || !has(t, db, "after") {
		t.Errorf("with room again: %v", err)
	}
}

func TestPurge(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	db := opened(t, WithNow(func() time.Time { return now }))
	expires := map[string]time.Time{
		"never":                {},
		"in a second":          now.Add(time.Second),
		"a second ago":         now.Add(-time.Second),
		"a day ago":            now.Add(-24 * time.Hour),
		"a day and 1 s ago":    now.Add(-24*time.Hour - time.Second),
		"a year ago":           now.AddDate(-1, 0, 0),
		"never, written again": {},
	}
	ops := []table.Op{table.Put(table.Item{Key: table.Key{PK: "p", SK: "never, written again"}, Expires: now.AddDate(-1, 0, 0)}, table.Always)}
	if err := db.Table().Write(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
	for sk, at := range expires {
		if err := db.Table().Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "p", SK: sk}, Expires: at}, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.Table().Purge(t.Context()); err != nil || n != 2 {
		t.Errorf("Purge = %d, %v, want 2", n, err)
	}
	for sk := range expires {
		want := sk != "a day and 1 s ago" && sk != "a year ago"
		if got := has(t, db, sk); got != want {
			t.Errorf("%s: kept %v, want %v", sk, got, want)
		}
	}
}

// The next release's file is the one that a rollback meets.
func TestFileOfTheNextReleaseIsRefusedByName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders of today.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf(`CREATE TABLE tomorrow (x); PRAGMA user_version = %d`, len(migrations)+1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), path)
	if !errors.Is(err, ErrNewer) {
		t.Fatalf("err = %v, want ErrNewer", err)
	}
	for _, part := range []string{path, fmt.Sprintf("schema %d,", len(migrations)+1), fmt.Sprintf("knows %d", len(migrations)), "start the release that wrote it"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	// It was refused as it is: the release that wrote it finds it unchanged.
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var version, tables int
	err = errors.Join(
		raw.QueryRowContext(t.Context(), `PRAGMA user_version`).Scan(&version),
		raw.QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema WHERE name = 'tomorrow'`).Scan(&tables),
		raw.Close())
	if err != nil || version != len(migrations)+1 || tables != 1 {
		t.Errorf("afterwards: schema %d, %d tables of tomorrow, %v", version, tables, err)
	}
}

// Every earlier schema is brought up to date, with what is in it.
func TestFilesOfEarlierSchemasAreBroughtUpToDate(t *testing.T) {
	for have := range len(migrations) + 1 {
		path := filepath.Join(t.TempDir(), "t.db")
		raw, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		steps := strings.Join(migrations[:have], ";") + fmt.Sprintf("; PRAGMA user_version = %d", have)
		if have > 0 {
			steps += `; INSERT INTO items (pk, sk, version, data) VALUES ('p', 'old', 7, x'')`
		}
		_, err = raw.ExecContext(t.Context(), steps)
		if err := errors.Join(err, raw.Close()); err != nil {
			t.Fatalf("schema %d: %v", have, err)
		}
		db, err := Open(t.Context(), path)
		if err != nil {
			t.Errorf("schema %d: %v", have, err)
			continue
		}
		q := db.Queue("jobs")
		err = errors.Join(
			db.Table().Write(t.Context(), put("new")),
			q.Send(t.Context(), "g", "", []byte("x")),
			db.Schedules(q).At(t.Context(), "s", time.Now(), schedule.Target{Group: "g", Body: "x"}))
		if err != nil || has(t, db, "old") != (have > 0) {
			t.Errorf("schema %d: %v; what was in it: %v", have, err, has(t, db, "old"))
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// sends is a queue that counts what is sent, and fails while err is set.
type sends struct {
	queue.Queue
	n      int
	err    error
	during func()
}

func (q *sends) Send(context.Context, string, string, []byte) error {
	if q.err != nil {
		return q.err
	}
	q.n++
	if q.during != nil {
		q.during()
	}
	return nil
}

// The message goes out before the firing is recorded: a failure between the
// two sends the same message again, which the queue keeps once.
func TestFiringIsRecordedAfterItsMessage(t *testing.T) {
	for _, once := range []bool{true, false} {
		c := testclock.New(testclock.Monday)
		db := opened(t, WithNow(c.Now))
		q := &sends{}
		s := db.Schedules(q)
		var err error
		if at, tg := c.Now().Add(time.Minute), (schedule.Target{Group: "g", Body: "x"}); once {
			err = s.At(t.Context(), "s", at, tg)
		} else {
			err = s.Every(t.Context(), "s", schedule.Recurrence{Rate: time.Hour, Anchor: at}, tg)
		}
		if err != nil {
			t.Fatal(err)
		}
		tick := func(when string, fired, sent int, fails bool) {
			t.Helper()
			n, err := s.Tick(t.Context())
			if n != fired || q.n != sent || (err != nil) != fails {
				t.Errorf("once %v, %s: %d fired, %d sent, %v, want %d and %d", once, when, n, q.n, err, fired, sent)
			}
		}
		c.Advance(2 * time.Minute)
		q.err = errors.New("no room")
		tick("not sent", 0, 0, true)
		q.err = nil
		fails := failCommits(t, db)
		fails.Store(true)
		tick("sent and not recorded", 1, 1, true)
		fails.Store(false)
		tick("sent and recorded", 1, 2, false)
		tick("afterwards", 0, 2, false)
	}
}

// A schedule that is replaced at the moment it fires is the new one afterwards.
func TestReplacedWhileItFires(t *testing.T) {
	c := testclock.New(testclock.Monday)
	db := opened(t, WithNow(c.Now))
	q := &sends{}
	s := db.Schedules(q)
	every := func(anchor time.Duration) {
		r := schedule.Recurrence{Rate: time.Hour, Anchor: testclock.Monday.Add(anchor)}
		if err := s.Every(t.Context(), "s", r, schedule.Target{Group: "g", Body: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	every(time.Minute)
	c.Advance(2 * time.Minute)
	q.during = func() { every(30 * time.Minute) }
	if n, err := s.Tick(t.Context()); err != nil || n != 1 {
		t.Fatalf("Tick = %d, %v", n, err)
	}
	want := testclock.Monday.Add(30 * time.Minute)
	if next, ok, err := s.Next(t.Context()); err != nil || !ok || !next.Equal(want) {
		t.Errorf("next %v, %v, %v, want %v", next, ok, err, want)
	}
}

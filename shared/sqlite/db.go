// Package sqlite keeps the table, the queue and the schedules of one machine
// in one SQLite file: the embedded engine's store.
//
// A call that returned without error survives a power loss (WAL with
// synchronous=FULL). One process owns a file at a time.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	lib "modernc.org/sqlite/lib"
)

// DB is an open file. Safe for concurrent use.
type DB struct {
	path   string
	now    func() time.Time
	writer *sql.DB // one connection: SQLite has one writer anyway
	reader *sql.DB
	lock   *flock.Flock

	jobs chan *job
	stop chan struct{}
	done sync.WaitGroup

	onWrite func(error)
}

// Option changes how a file is opened.
type Option func(*DB)

// WithNow sets the clock; the default is time.Now.
func WithNow(now func() time.Time) Option { return func(db *DB) { db.now = now } }

// WithOnWrite has f called after every transaction that has changed something,
// with nil, and after every call that the disk has failed, with an [ErrDisk].
// Calls may come at the same time.
func WithOnWrite(f func(error)) Option { return func(db *DB) { db.onWrite = f } }

// ErrInUse means that another process has the file open.
var ErrInUse = errors.New("already in use by another process")

// ErrNewer means that a later release wrote the file.
var ErrNewer = errors.New("written by a newer release")

// Open opens the file, or makes it, and brings its tables up to date. The
// folder must exist. Errors: ErrInUse, ErrNewer, or SQLite's own.
func Open(ctx context.Context, path string, opts ...Option) (*DB, error) {
	db := &DB{path: path, now: time.Now, jobs: make(chan *job), stop: make(chan struct{}), onWrite: func(error) {}}
	for _, o := range opts {
		o(db)
	}
	if err := db.takeLock(); err != nil {
		return nil, err
	}
	if err := private(db.path); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite.Open(%s): %w", path, err), db.Close())
	}
	if err := db.connect(ctx); err != nil {
		return nil, errors.Join(named(path, err), db.Close())
	}
	db.done.Go(db.loop)
	return db, nil
}

// takeLock locks a file beside the database. The kernel frees it when the
// process ends, however it ends.
func (db *DB) takeLock() error {
	db.lock = flock.New(filepath.Clean(db.path+".lock"), flock.SetPermissions(0o600))
	ours, err := db.lock.TryLock()
	switch {
	case err != nil:
		return fmt.Errorf("sqlite.Open(%s): %w", db.path, err)
	case !ours:
		return fmt.Errorf("sqlite.Open: %s is %w; stop that process, or use another data folder", db.path, ErrInUse)
	}
	return nil
}

// private makes the file and what SQLite keeps beside it its owner's alone: new
// ones take the mode of the file.
func private(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return err
	}
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		st, err := os.Stat(name)
		if errors.Is(err, os.ErrNotExist) || err == nil && st.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err == nil {
			err = os.Chmod(name, 0o600)
		}
		if err != nil {
			return fmt.Errorf("others may read it: %w", err)
		}
	}
	return nil
}

func (db *DB) connect(ctx context.Context) (err error) {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "secure_delete(FAST)"}, "_txlock": {"immediate"}}
	dsn := "file:" + (&url.URL{Path: db.path}).EscapedPath() + "?" + q.Encode()
	if db.writer, err = sql.Open("sqlite", dsn); err != nil {
		return fmt.Errorf("sqlite.Open(%s): %w", db.path, err)
	}
	db.writer.SetMaxOpenConns(1)
	if db.reader, err = sql.Open("sqlite", dsn+"&_pragma=query_only(1)"); err != nil {
		return fmt.Errorf("sqlite.Open(%s): %w", db.path, err)
	}
	db.reader.SetMaxOpenConns(4)
	return db.migrate(ctx)
}

// Close waits for the write under way and closes the file.
func (db *DB) Close() error {
	select {
	case <-db.stop:
	default:
		close(db.stop)
	}
	db.done.Wait()
	var errs []error
	for _, c := range []*sql.DB{db.writer, db.reader} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
		db.lock = nil
	}
	return errors.Join(errs...)
}

func (db *DB) migrate(ctx context.Context) error {
	var have int
	if err := db.writer.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&have); err != nil {
		return fmt.Errorf("sqlite.Open(%s): %w", db.path, err)
	}
	if have > len(migrations) {
		return fmt.Errorf("sqlite.Open: %s has schema %d, this release knows %d: %w; start the release that wrote it", db.path, have, len(migrations), ErrNewer)
	}
	for n := have; n < len(migrations); n++ {
		tx, err := db.writer.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("sqlite.Open(%s): %w", db.path, err)
		}
		_, err = tx.ExecContext(ctx, migrations[n]+fmt.Sprintf("; PRAGMA user_version = %d", n+1))
		if err != nil {
			return errors.Join(fmt.Errorf("sqlite.Open(%s): to schema %d: %w", db.path, n+1, err), tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("sqlite.Open(%s): to schema %d: %w", db.path, n+1, err)
		}
	}
	return nil
}

// job is one logical transaction on its way to the writer.
type job struct {
	ctx  context.Context // travels with the job to the writer
	do   func(*sql.Tx) error
	err  chan error
	fail error
}

// errUnknown marks a transaction whose commit failed: it may be written. A full
// disk is no such failure: the frame that commits does not fit, so that nothing
// of the transaction is ever read again.
var errUnknown = errors.New("commit failed")

// write runs do in a transaction. Transactions that wait at the same time
// share one commit, and so one fsync, each behind a savepoint of its own.
func (db *DB) write(ctx context.Context, do func(*sql.Tx) error) error {
	j := &job{ctx: ctx, do: do, err: make(chan error, 1)}
	select {
	case db.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.stop:
		return fmt.Errorf("sqlite: %s is closed", db.path)
	}
	return <-j.err
}

// maxGroup bounds how many transactions share a commit.
const maxGroup = 64

func (db *DB) loop() {
	for {
		select {
		case <-db.stop:
			return
		case j := <-db.jobs:
			group := []*job{j}
			for more := true; more && len(group) < maxGroup; {
				select {
				case j := <-db.jobs:
					group = append(group, j)
				default:
					more = false
				}
			}
			db.commit(group)
		}
	}
}

func (db *DB) commit(group []*job) {
	wrote, err := db.commitGroup(group)
	err = db.named(err)
	if err == nil && wrote {
		db.onWrite(nil)
	}
	for _, j := range group {
		if err != nil {
			j.err <- err
		} else {
			j.err <- db.named(j.fail)
		}
	}
}

// commitGroup reports whether the transaction has changed something.
func (db *DB) commitGroup(group []*job) (wrote bool, err error) {
	// A group must not end with one member's context, so the commit has none.
	ctx := context.WithoutCancel(group[0].ctx)
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("sqlite: %w", err)
	}
	undone := func(errs ...error) error { return errors.Join(append(errs, tx.Rollback())...) }
	var before, after int64
	const changes = `SELECT total_changes()`
	if err := tx.QueryRowContext(ctx, changes).Scan(&before); err != nil {
		return false, undone(err)
	}
	for _, j := range group {
		if j.fail = j.ctx.Err(); j.fail != nil {
			continue
		}
		if _, err := tx.ExecContext(ctx, `SAVEPOINT one`); err != nil {
			return false, undone(fmt.Errorf("sqlite: %w", err))
		}
		if j.fail = j.do(tx); j.fail != nil {
			if _, err := tx.ExecContext(ctx, `ROLLBACK TO one`); err != nil {
				return false, undone(j.fail, fmt.Errorf("sqlite: %w", err)) // a full disk has undone all
			}
		}
		if _, err := tx.ExecContext(ctx, `RELEASE one`); err != nil {
			return false, undone(fmt.Errorf("sqlite: %w", err))
		}
	}
	if err := tx.QueryRowContext(ctx, changes).Scan(&after); err != nil {
		return false, undone(err)
	}
	switch err := tx.Commit(); {
	case code(err) == lib.SQLITE_FULL:
		return false, fmt.Errorf("sqlite: %w", err)
	case err != nil:
		return false, fmt.Errorf("sqlite: %w: %w", errUnknown, err)
	}
	return after > before, nil
}

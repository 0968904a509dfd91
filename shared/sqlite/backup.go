package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// ErrDamaged means that a file is no whole data file.
var ErrDamaged = errors.New("no whole data file")

// Backup writes a compact copy of the file to path, which must not exist, while
// the file is in use. The copy is on the disk and has been read through when it
// returns; after an error there is none.
func (db *DB) Backup(ctx context.Context, path string) error {
	return copyOut(ctx, db.writer, path)
}

// Copy is [DB.Backup] of a file that another process may have open: nothing of
// the file is locked but for SQLite's read of it, and nothing is changed.
func Copy(ctx context.Context, path, to string) error {
	q := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(10000)"}}
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return fmt.Errorf("sqlite.Copy(%s): %w", path, err)
	}
	if err := copyOut(ctx, c, to); err != nil {
		return errors.Join(fmt.Errorf("sqlite.Copy(%s): %w", path, err), c.Close())
	}
	return c.Close()
}

func copyOut(ctx context.Context, from *sql.DB, path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // SQLite would let others read it
	if err != nil {
		return fmt.Errorf("sqlite.Backup(%s): %w", path, err)
	}
	if _, err = from.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		err = named(path, err)
	} else if err = f.Sync(); err == nil {
		err = whole(ctx, path)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		return syncFolder(filepath.Dir(path))
	}
	return errors.Join(fmt.Errorf("sqlite.Backup(%s): %w", path, err), os.Remove(path))
}

// whole reads a file through that nobody writes: it is [ErrDamaged], [ErrNewer]
// or can be opened.
func whole(ctx context.Context, path string) (err error) {
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}}
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var said string
	if err := c.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		return fmt.Errorf("%s is %w: %w", path, ErrDamaged, err)
	}
	var schema int
	if err := c.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&schema); err != nil {
		return fmt.Errorf("%s is %w: %w", path, ErrDamaged, err)
	}
	switch {
	case said != "ok":
		return fmt.Errorf("%s is %w: %s", path, ErrDamaged, said)
	case schema == 0:
		return fmt.Errorf("%s is %w: it has none of its tables", path, ErrDamaged)
	case schema > len(migrations):
		return fmt.Errorf("%s has schema %d, this release knows %d: %w; use the release that wrote it", path, schema, len(migrations), ErrNewer)
	}
	return nil
}

// Restore puts a copy of the backup in the place of the file at path, which no
// process may have open, and keeps what was there under the name that it
// answers, "" if nothing was. Before anything changes, the backup is read
// through and shown to check. Whenever it is interrupted, path holds the
// file of before or that of after, whole.
func Restore(ctx context.Context, backup, path string, check func(*DB) error) (kept string, err error) {
	held := &DB{path: path}
	if err := held.takeLock(); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, held.lock.Close()) }()
	if err := whole(ctx, backup); err != nil {
		return "", err
	}
	next := path + ".restoring"
	if err := removeFile(next); err != nil {
		return "", fmt.Errorf("sqlite.Restore: %w", err)
	}
	if err := duplicate(backup, next); err != nil {
		return "", fmt.Errorf("sqlite.Restore: %w", err)
	}
	defer func() { err = errors.Join(err, removeFile(next)) }()
	if err := whole(ctx, next); err != nil {
		return "", fmt.Errorf("sqlite.Restore: %w", err)
	}
	if err := shown(ctx, next, check); err != nil {
		return "", err
	}
	if kept, err = setAside(ctx, path, time.Now()); err != nil {
		return "", fmt.Errorf("sqlite.Restore: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return "", fmt.Errorf("sqlite.Restore: %w", err)
	}
	return kept, syncFolder(filepath.Dir(path))
}

// shown opens the file for check, which brings its tables up to date.
func shown(ctx context.Context, path string, check func(*DB) error) error {
	db, err := Open(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(check(db), db.Close(), removeFile(path+".lock"))
}

// setAside gives the file at path a second name and leaves it without a log of
// its own: SQLite would play the log into the file that comes in its place.
func setAside(ctx context.Context, path string, now time.Time) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", errors.Join(removeFile(path+"-wal"), removeFile(path+"-shm"))
	}
	kept := path + ".before-" + now.UTC().Format("20060102-150405")
	if err := os.Link(path, kept); err != nil {
		return "", err
	}
	if err := os.Link(path+"-wal", kept+"-wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if fold(ctx, path) == nil { // else it is damaged, and its log may be worth something to somebody
		if err := removeFile(kept + "-wal"); err != nil {
			return "", err
		}
	}
	return kept, errors.Join(removeFile(path+"-wal"), removeFile(path+"-shm"))
}

// fold writes what stands in the log into the file.
func fold(ctx context.Context, path string) (err error) {
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var busy, pages, done int
	if err := c.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done); err != nil {
		return err
	}
	if busy != 0 {
		return fmt.Errorf("%s is %w", path, ErrInUse)
	}
	return nil
}

// duplicate copies a file to a name that is free, for its owner alone.
func duplicate(from, to string) (err error) {
	in, err := os.Open(filepath.Clean(from))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(filepath.Clean(to), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

func removeFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

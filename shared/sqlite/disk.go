package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"

	driver "modernc.org/sqlite" // without cgo
	lib "modernc.org/sqlite/lib"
)

// ErrDisk means that the disk has failed a read or a write, for want of space or
// for another cause. What failed can be repeated once the cause is gone.
var ErrDisk = errors.New("the disk of the data file")

// ErrFull is an [ErrDisk] for want of space: nothing was written.
var ErrFull = errors.New("no space left")

// diskError says what the disk of a file has done, and the way out.
type diskError struct {
	path string
	full bool
	err  error // SQLite's own
}

func (e *diskError) Error() string {
	why := e.err
	if d, ok := errors.AsType[*driver.Error](e.err); ok { // without what failed after it
		why = d
	}
	if e.full {
		return fmt.Sprintf("no space left on the disk of the data file %s: free some there, and what could not be written is done by itself (%v)", e.path, why)
	}
	return fmt.Sprintf("the disk fails to read or write the data file %s: see that file, folder and disk are whole and can be written, then start again (%v)", e.path, why)
}

func (e *diskError) Unwrap() error { return e.err }

// Is makes it an [ErrDisk], and an [ErrFull] if it is one.
func (e *diskError) Is(target error) bool { return target == ErrDisk || target == ErrFull && e.full }

// code is SQLite's primary result code of an error, 0 if it is not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// named names the cause if the disk of path has failed; any other error stays.
func named(path string, err error) error {
	var full bool
	switch code(err) {
	case lib.SQLITE_FULL:
		full = true
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN: // the file of shared memory, a quota
		full = noSpace(path)
	case lib.SQLITE_READONLY, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
	default:
		return err
	}
	if errors.Is(err, ErrDisk) {
		return err
	}
	return &diskError{path: path, full: full, err: err}
}

// named is [named] for this file, and tells whoever watches the disk.
func (db *DB) named(err error) error {
	err = named(db.path, err)
	if errors.Is(err, ErrDisk) {
		db.onWrite(err)
	}
	return err
}

// noSpace reports whether the disk that path is on has no room for a page.
func noSpace(path string) bool {
	free, err := freeBytes(filepath.Dir(path))
	return err == nil && free < 64<<10
}

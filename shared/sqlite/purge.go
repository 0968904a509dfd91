package sqlite

import (
	"context"
	"fmt"
)

// Purge takes everything that was deleted off the file and its log: the file is written
// anew, and the log emptied. Meanwhile nothing else is written, and the disk must have room for
// both. What the file system keeps of files that are gone is its own.
func (db *DB) Purge(ctx context.Context) error {
	if _, err := db.writer.ExecContext(ctx, `VACUUM`); err != nil {
		return fmt.Errorf("sqlite.Purge(%s): %w", db.path, db.named(err))
	}
	var busy, pages, done int
	if err := db.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done); err != nil {
		return fmt.Errorf("sqlite.Purge(%s): %w", db.path, db.named(err))
	}
	if busy != 0 {
		return fmt.Errorf("sqlite.Purge(%s): its log is read by another process: repeat it", db.path)
	}
	return nil
}

package sqlite

// migrations bring a file from schema n to n+1. A step that was released is
// never changed; new ones are appended.
var migrations = []string{
	// 1: the table. Text is compared by its bytes (SQLite's BINARY collation),
	// as the contract orders keys; blobs would do the same but read worse.
	`CREATE TABLE items (
		pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL,
		x1pk TEXT, x1sk TEXT, x2pk TEXT, x2sk TEXT, expires INTEGER, data BLOB NOT NULL,
		PRIMARY KEY (pk, sk)) WITHOUT ROWID;
	CREATE INDEX items_x1 ON items (x1pk, x1sk, pk, sk) WHERE x1pk IS NOT NULL;
	CREATE INDEX items_x2 ON items (x2pk, x2sk, pk, sk) WHERE x2pk IS NOT NULL;
	CREATE INDEX items_expires ON items (expires) WHERE expires IS NOT NULL`,
	// 2: the queue. A group is in flight while one of its messages is hidden.
	`CREATE TABLE messages (
		seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, grp TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
		sent INTEGER NOT NULL, visible INTEGER NOT NULL, first INTEGER, receives INTEGER NOT NULL DEFAULT 0, receipt TEXT);
	CREATE INDEX messages_group ON messages (queue, grp, seq);
	CREATE UNIQUE INDEX messages_receipt ON messages (receipt) WHERE receipt IS NOT NULL;
	CREATE TABLE dedup (
		queue TEXT NOT NULL, grp TEXT NOT NULL, id TEXT NOT NULL, sent INTEGER NOT NULL,
		PRIMARY KEY (queue, grp, id)) WITHOUT ROWID;
	CREATE INDEX dedup_sent ON dedup (sent)`,
	// 3: the schedules. next is the next firing, Unix seconds; NULL: never again.
	`CREATE TABLE schedules (
		name TEXT PRIMARY KEY, spec BLOB NOT NULL, next INTEGER) WITHOUT ROWID;
	CREATE INDEX schedules_next ON schedules (next) WHERE next IS NOT NULL`,
}

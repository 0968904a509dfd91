package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"backroom/shared/clock"
	"backroom/shared/queue"
)

// Queue is a durable queue.Queue in a file. Times are kept in milliseconds.
type Queue struct {
	db   *DB
	name string

	mu   sync.Mutex
	last time.Time     // what the clock showed last
	wake chan struct{} // closed and replaced when something may have become visible
}

var (
	_ queue.Queue   = (*Queue)(nil)
	_ queue.Counter = (*Queue)(nil)
)

// Queue gives the queue called name. Waiting receives notice what goes through
// this value at once, so one process makes one value.
func (db *DB) Queue(name string) *Queue {
	return &Queue{db: db, name: name, wake: make(chan struct{})}
}

func (q *Queue) wakeAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	close(q.wake)
	q.wake = make(chan struct{})
}

func (q *Queue) waker() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.wake
}

func (q *Queue) write(ctx context.Context, op string, do func(*sql.Tx, time.Time) error) error {
	if err := q.right(ctx); err != nil {
		return fmt.Errorf("queue.%s: %w", op, err)
	}
	err := q.db.write(ctx, func(tx *sql.Tx) error { return do(tx, q.db.now()) })
	if errors.Is(err, errUnknown) {
		return fmt.Errorf("queue.%s: %w: %w", op, queue.ErrUnknown, err)
	}
	if err != nil {
		return fmt.Errorf("queue.%s: %w", op, err)
	}
	return nil
}

// Send implements queue.Queue.
func (q *Queue) Send(ctx context.Context, group, dedup string, body []byte) error {
	if err := queue.CheckSend(group, dedup, body); err != nil {
		return err
	}
	err := q.write(ctx, "Send", func(tx *sql.Tx, now time.Time) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM dedup WHERE sent <= ?`, now.Add(-queue.DedupWindow).UnixMilli()); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO dedup (queue, grp, id, sent) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			q.name, group, queue.DedupID(dedup, body), now.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO messages (queue, grp, id, body, sent, visible) VALUES (?, ?, ?, ?, ?, ?)`,
			q.name, group, uuid.NewString(), body, now.UnixMilli(), now.UnixMilli())
		return err
	})
	if err == nil {
		q.wakeAll()
	}
	return err
}

// Receive implements queue.Queue.
func (q *Queue) Receive(ctx context.Context, maxMessages int, visibility, wait time.Duration) ([]queue.Message, error) {
	if err := queue.CheckReceive(maxMessages, visibility); err != nil {
		return nil, err
	}
	return queue.Wait(ctx, wait, func() ([]queue.Message, <-chan struct{}, time.Duration, error) {
		wake := q.waker()
		ms, next, err := q.take(ctx, maxMessages, visibility)
		return ms, wake, next, err
	})
}

// take first looks without writing: an idle queue costs no fsync.
func (q *Queue) take(ctx context.Context, maxMessages int, visibility time.Duration) (out []queue.Message, next time.Duration, err error) {
	if err := q.right(ctx); err != nil {
		return nil, 0, fmt.Errorf("queue.Receive: %w", err)
	}
	now := q.db.now()
	var free int
	var hidden sql.NullInt64
	err = q.db.reader.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE v <= ?2), min(v) FILTER (WHERE v > ?2)
		FROM (SELECT max(visible) AS v FROM messages WHERE queue = ?1 GROUP BY grp)`, q.name, now.UnixMilli()).Scan(&free, &hidden)
	if err != nil {
		return nil, 0, fmt.Errorf("queue.Receive: %w", q.db.named(err))
	}
	if hidden.Valid {
		next = time.UnixMilli(hidden.Int64).Sub(now)
	}
	if free == 0 {
		return nil, next, nil
	}
	err = q.write(ctx, "Receive", func(tx *sql.Tx, now time.Time) error {
		out = nil
		rows, err := tx.QueryContext(ctx, `SELECT seq, grp, id, body, sent, receives FROM messages WHERE queue = ?1 AND grp IN
			(SELECT grp FROM messages m WHERE queue = ?1 GROUP BY grp HAVING max(visible) <= ?2
			-- whose head has waited longest: one that was given back is behind the others
			ORDER BY (SELECT visible FROM messages h WHERE h.queue = ?1 AND h.grp = m.grp ORDER BY h.seq LIMIT 1), min(seq) LIMIT ?3)
			ORDER BY min(seq) OVER (PARTITION BY grp), seq LIMIT ?3`, q.name, now.UnixMilli(), maxMessages)
		if err != nil {
			return err
		}
		var seqs []int64
		for rows.Next() {
			var m queue.Message
			var seq, sent int64
			if err := rows.Scan(&seq, &m.Group, &m.ID, &m.Body, &sent, &m.Receives); err != nil {
				return errors.Join(err, rows.Close())
			}
			m.Sent, m.Receipt = time.UnixMilli(sent).UTC(), uuid.NewString()
			m.Receives++
			out, seqs = append(out, m), append(seqs, seq)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for i, m := range out {
			if _, err := tx.ExecContext(ctx, `UPDATE messages SET receipt = ?, receives = ?, first = ?, visible = ? WHERE seq = ?`,
				m.Receipt, m.Receives, now.UnixMilli(), now.Add(visibility).UnixMilli(), seqs[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return out, next, nil
}

// Extend implements queue.Queue.
func (q *Queue) Extend(ctx context.Context, receipt string, d time.Duration) error {
	err := q.write(ctx, "Extend", func(tx *sql.Tx, now time.Time) error {
		var received int64
		err := tx.QueryRowContext(ctx, `SELECT first FROM messages WHERE receipt = ? AND queue = ? AND visible > ?`, receipt, q.name, now.UnixMilli()).Scan(&received)
		if errors.Is(err, sql.ErrNoRows) {
			return queue.ErrStaleReceipt
		}
		if err != nil {
			return err
		}
		if err := queue.CheckExtend(time.UnixMilli(received), now, d); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE messages SET visible = ? WHERE receipt = ?`, now.Add(d).UnixMilli(), receipt)
		return err
	})
	if err == nil {
		q.wakeAll()
	}
	return err
}

// Delete implements queue.Queue.
func (q *Queue) Delete(ctx context.Context, receipt string) error {
	err := q.write(ctx, "Delete", func(tx *sql.Tx, now time.Time) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM messages WHERE receipt = ? AND queue = ? AND visible > ?`, receipt, q.name, now.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(queue.ErrStaleReceipt, err)
		}
		return nil
	})
	if err == nil {
		q.wakeAll()
	}
	return err
}

// right looks whether the clock was set back since it was last read here. If so,
// what was measured by it moves with it: a message is hidden for as long as it was
// to be, and a deduplication id is known for no longer.
func (q *Queue) right(ctx context.Context) error {
	now := q.db.now()
	q.mu.Lock()
	back := clock.Ahead(q.last, now)
	if back == 0 {
		q.last = now
	}
	q.mu.Unlock()
	if back == 0 {
		return nil
	}
	err := q.db.write(ctx, func(tx *sql.Tx) error { return q.shift(ctx, tx, now, back) })
	if err == nil {
		q.mu.Lock()
		q.last = now
		q.mu.Unlock()
		q.wakeAll()
	}
	return err
}

// shift moves the queue's times back, and none of the past stays after now.
func (q *Queue) shift(ctx context.Context, tx *sql.Tx, now time.Time, back time.Duration) error {
	_, err := tx.ExecContext(ctx, `UPDATE messages SET visible = visible - ?1, first = min(first, ?2), sent = min(sent, ?2) WHERE queue = ?3`,
		back.Milliseconds(), now.UnixMilli(), q.name)
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE dedup SET sent = ?1 WHERE queue = ?2 AND sent > ?1`, now.UnixMilli(), q.name)
	}
	return err
}

// ReleaseAll makes every message in flight visible again: at start-up, when
// whoever received them is dead. Their receipts become stale.
func (q *Queue) ReleaseAll(ctx context.Context) error {
	err := q.write(ctx, "ReleaseAll", func(tx *sql.Tx, now time.Time) error {
		if _, err := tx.ExecContext(ctx, `UPDATE messages SET visible = ?1, receipt = NULL WHERE queue = ?2 AND visible > ?1`, now.UnixMilli(), q.name); err != nil {
			return err
		}
		return q.shift(ctx, tx, now, 0) // the clock may have been set back while nobody was here
	})
	if err == nil {
		q.wakeAll()
	}
	return err
}

// Waiting implements queue.Counter: the groups whose head could be received now.
func (q *Queue) Waiting(ctx context.Context) (n int, err error) {
	err = q.db.reader.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM messages WHERE queue = ? GROUP BY grp HAVING max(visible) <= ?)`,
		q.name, q.db.now().UnixMilli()).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("queue.Waiting: %w", q.db.named(err))
	}
	return n, nil
}

// Len is the number of messages, in flight ones included.
func (q *Queue) Len(ctx context.Context) (n int, err error) {
	err = q.db.reader.QueryRowContext(ctx, `SELECT count(*) FROM messages WHERE queue = ?`, q.name).Scan(&n)
	return n, q.db.named(err)
}

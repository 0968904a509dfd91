package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"backroom/shared/table"
)

// Table is the table.Table of a file.
type Table struct{ db *DB }

var _ table.Table = (*Table)(nil)

// Table gives the file's table.
func (db *DB) Table() *Table { return &Table{db: db} }

const columns = `pk, sk, version, x1pk, x1sk, x2pk, x2sk, expires, data`

// Get implements table.Table.
func (t *Table) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if err := table.CheckKey(k); err != nil {
		return table.Item{}, fmt.Errorf("table.Get: %w", err)
	}
	it, err := scan(t.db.reader.QueryRowContext(ctx, `SELECT `+columns+` FROM items WHERE pk = ? AND sk = ?`, k.PK, k.SK))
	if errors.Is(err, sql.ErrNoRows) {
		err = table.ErrNotFound
	}
	if err != nil {
		return table.Item{}, fmt.Errorf("table.Get(%s, %s): %w", k.PK, k.SK, t.db.named(err))
	}
	return it, nil
}

// Query implements table.Table.
func (t *Table) Query(ctx context.Context, q table.Query) (table.Page, error) {
	where, args := []string{"pk = ?"}, []any{q.PK}
	where, args = prefix(where, args, "sk", q.Prefix)
	order := "sk"
	if q.Page != "" {
		at, err := table.ParseToken(q.Page, 1)
		if err != nil {
			return table.Page{}, fmt.Errorf("table.Query: %w", err)
		}
		where, args = append(where, "sk "+after(q.Reverse)+" ?"), append(args, at[0])
	}
	if q.Reverse {
		order += " DESC"
	}
	return t.page(ctx, where, args, order, q.Limit, func(i table.Item) string { return table.Token(i.SK) })
}

// Index implements table.Table.
func (t *Table) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	if q.N != 1 && q.N != 2 {
		return table.Page{}, fmt.Errorf("table.Index: index %d, want 1 or 2: %w", q.N, table.ErrInvalid)
	}
	x := fmt.Sprintf("x%d", q.N)
	where, args := []string{x + "pk = ?"}, []any{q.PK}
	where, args = prefix(where, args, x+"sk", q.Prefix)
	if q.Page != "" {
		at, err := table.ParseToken(q.Page, 3)
		if err != nil {
			return table.Page{}, fmt.Errorf("table.Index: %w", err)
		}
		where, args = append(where, fmt.Sprintf("(%ssk, pk, sk) %s (?, ?, ?)", x, after(q.Reverse))), append(args, at[0], at[1], at[2])
	}
	order := x + "sk, pk, sk"
	if q.Reverse {
		order = x + "sk DESC, pk DESC, sk DESC"
	}
	return t.page(ctx, where, args, order, q.Limit, func(i table.Item) string { return table.Token(i.Index(q.N).SK, i.PK, i.SK) })
}

func after(reverse bool) string {
	if reverse {
		return "<"
	}
	return ">"
}

// prefix adds a half-open range: every text that begins with p is ≥ p and
// less than p with its last byte raised, which SQLite can look up.
func prefix(where []string, args []any, column, p string) ([]string, []any) {
	if p == "" {
		return where, args
	}
	where, args = append(where, column+" >= ?"), append(args, p)
	return append(where, "substr(CAST("+column+" AS BLOB), 1, ?) = CAST(? AS BLOB)"), append(args, len(p), p)
}

func (t *Table) page(ctx context.Context, where []string, args []any, order string, limit int, token func(table.Item) string) (p table.Page, err error) {
	q := `SELECT ` + columns + ` FROM items WHERE ` + strings.Join(where, " AND ") + ` ORDER BY ` + order //nolint:gosec // made of constants; values are arguments
	if limit > 0 {
		q += fmt.Sprintf(" LIMIT %d", limit+1)
	}
	rows, err := t.db.reader.QueryContext(ctx, q, args...)
	if err != nil {
		return table.Page{}, fmt.Errorf("table: %w", t.db.named(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	size := 0
	for rows.Next() {
		it, err := scan(rows)
		if err != nil {
			return table.Page{}, fmt.Errorf("table: %w", t.db.named(err))
		}
		size += it.Size()
		if limit > 0 && len(p.Items) == limit || size > table.MaxPageBytes && len(p.Items) > 0 {
			p.Next = token(p.Items[len(p.Items)-1])
			break
		}
		p.Items = append(p.Items, it)
	}
	return p, t.db.named(rows.Err())
}

type scanner interface{ Scan(dest ...any) error }

func scan(s scanner) (table.Item, error) {
	var it table.Item
	var x1pk, x1sk, x2pk, x2sk sql.NullString
	var expires sql.NullInt64
	if err := s.Scan(&it.PK, &it.SK, &it.Version, &x1pk, &x1sk, &x2pk, &x2sk, &expires, &it.Data); err != nil {
		return table.Item{}, err
	}
	it.Index1 = table.IndexKey{PK: x1pk.String, SK: x1sk.String}
	it.Index2 = table.IndexKey{PK: x2pk.String, SK: x2sk.String}
	if expires.Valid {
		it.Expires = time.Unix(expires.Int64, 0).UTC()
	}
	return it, nil
}

// Write implements table.Table.
func (t *Table) Write(ctx context.Context, ops ...table.Op) error {
	if err := table.CheckWrite(ops); err != nil {
		return err
	}
	err := t.db.write(ctx, func(tx *sql.Tx) error {
		for i, op := range ops {
			if err := apply(ctx, tx, op); err != nil {
				return fmt.Errorf("table.Write: operation %d on %s, %s: %w", i, op.Item.PK, op.Item.SK, err)
			}
		}
		return nil
	})
	if errors.Is(err, errUnknown) {
		return fmt.Errorf("table.Write: %w: %w", table.ErrUnknown, err)
	}
	return err
}

// apply does one operation. Each verb is one statement that carries its
// condition, so nothing is read first.
func apply(ctx context.Context, tx *sql.Tx, op table.Op) error {
	it := op.Item
	version, versioned := op.Cond.Version()
	var res sql.Result
	var err error
	switch op.Verb {
	case table.VerbPut:
		data := it.Data
		if data == nil {
			data = []byte{}
		}
		row := []any{nullable(it.Index1.PK), nullable(it.Index1.SK), nullable(it.Index2.PK), nullable(it.Index2.SK), expiry(it.Expires), data}
		const set = `version = version + 1, x1pk = ?, x1sk = ?, x2pk = ?, x2sk = ?, expires = ?, data = ?`
		const insert = `INSERT INTO items (x1pk, x1sk, x2pk, x2sk, expires, data, pk, sk, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (pk, sk) DO `
		switch {
		case versioned:
			res, err = tx.ExecContext(ctx, `UPDATE items SET `+set+` WHERE pk = ? AND sk = ? AND version = ?`, append(row, it.PK, it.SK, version)...)
		case op.Cond.IsAbsent():
			res, err = tx.ExecContext(ctx, insert+`NOTHING`, append(row, it.PK, it.SK)...)
		default:
			res, err = tx.ExecContext(ctx, insert+`UPDATE SET version = version + 1, x1pk = excluded.x1pk, x1sk = excluded.x1sk, x2pk = excluded.x2pk, x2sk = excluded.x2sk, expires = excluded.expires, data = excluded.data`, append(row, it.PK, it.SK)...)
		}
	case table.VerbDelete:
		if versioned {
			res, err = tx.ExecContext(ctx, `DELETE FROM items WHERE pk = ? AND sk = ? AND version = ?`, it.PK, it.SK, version)
			break
		}
		if op.Cond.IsAbsent() {
			return holds(ctx, tx, op)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM items WHERE pk = ? AND sk = ?`, it.PK, it.SK)
		return err
	case table.VerbCheck:
		return holds(ctx, tx, op)
	}
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(table.ErrConflict, err)
	}
	return nil
}

func holds(ctx context.Context, tx *sql.Tx, op table.Op) error {
	var current int64
	err := tx.QueryRowContext(ctx, `SELECT version FROM items WHERE pk = ? AND sk = ?`, op.Item.PK, op.Item.SK).Scan(&current)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if !op.Cond.Holds(current) {
		return table.ErrConflict
	}
	return nil
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func expiry(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

// Purge deletes what expired more than a day ago, late as on DynamoDB, and
// answers how many items that were.
func (t *Table) Purge(ctx context.Context) (n int64, err error) {
	err = t.db.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM items WHERE expires < ?`, t.db.now().Add(-24*time.Hour).Unix())
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

// Partitions are the PKs that begin with prefix and have an item with that SK,
// in order. It reads all items of these partitions: for a start, not for a run.
func (db *DB) Partitions(ctx context.Context, prefix, sk string) (pks []string, err error) {
	rows, err := db.reader.QueryContext(ctx, `SELECT pk FROM items WHERE pk >= ? AND substr(pk, 1, length(?)) = ? AND sk = ? ORDER BY pk`, prefix, prefix, prefix, sk)
	if err != nil {
		return nil, fmt.Errorf("sqlite.Partitions(%s, %s): %w", prefix, sk, db.named(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var pk string
		if err := rows.Scan(&pk); err != nil {
			return nil, fmt.Errorf("sqlite.Partitions(%s, %s): %w", prefix, sk, db.named(err))
		}
		pks = append(pks, pk)
	}
	return pks, db.named(rows.Err())
}

package businesscentral

import (
	"context"
	"net/http"
	"sync"
	"time"

	"backroom/shared/fault"
)

// returnReason is a row of customerReturnReasons: a code and a text without any
// behaviour, which serves as a mark.
type returnReason struct {
	ETag        string    `json:"@odata.etag"`
	ID          string    `json:"id"`
	Code        string    `json:"code"`
	Description string    `json:"description"`
	ModifiedAt  time.Time `json:"lastModifiedDateTime"`
}

type reasonBody struct {
	Code        string `json:"code,omitempty"`
	Description string `json:"description"`
}

// marks are rows as this client has last written them, by code.
type marks struct {
	mu   sync.Mutex
	rows map[string]returnReason
}

// take gives the row of a code once; put brings it back.
func (m *marks) take(code string) (returnReason, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.rows[code]
	delete(m.rows, code)
	return row, ok
}

func (m *marks) put(row returnReason) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = map[string]returnReason{}
	}
	m.rows[row.Code] = row
}

// Claim implements documents.Claimer. What this client has written last is
// believed at first: if somebody has written since, its ETag is refused and
// the row is read.
func (c *Client) Claim(ctx context.Context, code string, change func(says string, age time.Duration) (next string, write bool)) error {
	const op = "businesscentral.Claim"
	return c.changed(ctx, func() error {
		row, known := c.marks.take(code)
		var age time.Duration
		if !known {
			var err error
			if row, age, err = c.mark(ctx, op, code); err != nil {
				return err
			}
		}
		next, write := change(row.Description, age)
		if !write {
			return nil
		}
		a := about{op: op, write: true, record: true}
		k := call{about: a, method: http.MethodPatch, url: c.root + c.company + "customerReturnReasons(" + row.ID + ")", body: reasonBody{Description: next}, ops: 1, header: ifMatch(row.ETag)}
		if row.ID == "" {
			k.method, k.url, k.body, k.header = http.MethodPost, c.root+c.company+"customerReturnReasons", reasonBody{code, next}, nil
		}
		answer, err := c.send(ctx, k)
		if is(err, ErrExists) || is(err, ErrNotFound) { // made, or deleted, since it was read
			return &fault.Error{Op: op, Kind: fault.Transient, Err: ErrChanged}
		}
		if err != nil {
			return err
		}
		var now returnReason
		if err := unpack(a, answer, &now); err != nil {
			return err
		}
		if now.Code == code && now.Description == next && now.ETag != "" && guid.MatchString(now.ID) {
			c.marks.put(now)
		}
		return nil
	})
}

// mark reads the row of a code, zero if there is none, and how long ago it was
// written by BC's own clock.
func (c *Client) mark(ctx context.Context, op, code string) (row returnReason, age time.Duration, err error) {
	var rows page[returnReason]
	at := c.now()
	err = c.again(ctx, func() error {
		a := about{op: op, absent: sayReasons}
		body, err := c.send(ctx, call{
			about: a, method: http.MethodGet, ops: 1, date: &at,
			url: c.root + query(c.company+"customerReturnReasons", "$filter", anyOf("code", []string{code}), "$select", fields[returnReason]()),
		})
		if err != nil {
			return err
		}
		return decode(a, body, &rows)
	})
	if err != nil || len(rows.Value) == 0 {
		return returnReason{}, 0, err
	}
	if row = rows.Value[0]; !guid.MatchString(row.ID) {
		return row, 0, ours(op, "return reason id %q is not a guid", row.ID)
	}
	return row, max(at.Sub(row.ModifiedAt), 0), nil
}

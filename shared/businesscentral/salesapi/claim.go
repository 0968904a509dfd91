package salesapi

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"backroom/shared/businesscentral"
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
func (d *Documents) Claim(ctx context.Context, code string, change func(says string, age time.Duration) (next string, write bool)) error {
	const op = "businesscentral.Claim"
	return d.bc.Contend(ctx, func() error {
		row, known := d.marks.take(code)
		var age time.Duration
		if !known {
			var err error
			if row, age, err = d.mark(ctx, op, code); err != nil {
				return err
			}
		}
		next, write := change(row.Description, age)
		if !write {
			return nil
		}
		r := businesscentral.Request{
			Op: op, Method: http.MethodPatch, Path: d.bc.Path("customerReturnReasons(" + row.ID + ")"), Body: reasonBody{Description: next}, Record: true, Match: row.ETag,
		}
		if row.ID == "" {
			r.Method, r.Path, r.Body = http.MethodPost, d.bc.Path("customerReturnReasons"), reasonBody{code, next}
		}
		answer, err := d.bc.Send(ctx, r)
		if errors.Is(err, businesscentral.ErrExists) || errors.Is(err, businesscentral.ErrNotFound) { // made, or deleted, since it was read
			return &fault.Error{Op: op, Kind: fault.Transient, Err: businesscentral.ErrChanged}
		}
		if err != nil {
			return err
		}
		var now returnReason
		if err := businesscentral.Unpack(op, answer, &now); err != nil {
			return err
		}
		if now.Code == code && now.Description == next && now.ETag != "" && businesscentral.IsGUID(now.ID) {
			d.marks.put(now)
		}
		return nil
	})
}

// mark reads the row of a code, zero if there is none, and how long ago it was
// written by BC's own clock.
func (d *Documents) mark(ctx context.Context, op, code string) (row returnReason, age time.Duration, err error) {
	var rows businesscentral.Page[returnReason]
	at := d.bc.Now()
	err = d.bc.Get(ctx, businesscentral.Request{
		Op: op, Absent: businesscentral.SayReasons, Date: &at,
		Path: d.bc.Path("customerReturnReasons", "$filter", businesscentral.AnyOf("code", []string{code}), "$select", businesscentral.Fields[returnReason]()),
	}, &rows)
	if err != nil || len(rows.Value) == 0 {
		return returnReason{}, 0, err
	}
	if row = rows.Value[0]; !businesscentral.IsGUID(row.ID) {
		return row, 0, businesscentral.Bug(op, "return reason id %q is not a guid", row.ID)
	}
	return row, max(at.Sub(row.ModifiedAt), 0), nil
}

package documents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

// row is a staged order.
type row struct {
	Order       orders.Order  `json:"order"`
	State       string        `json:"state"` // "ready", "creating", "attention", "skipped", "processed"
	SentAt      time.Time     `json:"sentAt"`
	SentThere   time.Time     `json:"sentThere"`
	Tried       string        `json:"tried"`
	NotBefore   time.Time     `json:"notBefore"`
	Accepted    *money.Amount `json:"accepted"`
	AcceptedFor issue.Reason  `json:"acceptedFor"`
	Own         string        `json:"own"`
	Differs     *money.Amount `json:"differs"`
	Link        *Link         `json:"link"`
	Issue       *issue.Issue  `json:"issue"`
	ReadAt      time.Time     `json:"readAt"`
	Amend       bool          `json:"amend"`
	Asked       bool          `json:"asked"`
	Held        orders.Hold   `json:"held"`
	Released    bool          `json:"released"`
	OnHold      bool          `json:"onHold"`
	Written     bool          `json:"written"`
	Before      time.Time     `json:"before"` // of the write-back
	After       time.Time     `json:"after"`
	Log         outbound.Log  `json:"log"`

	version int64
}

// result is the row in short.
func (r row) result() string {
	switch {
	case r.State == "processed":
		return fmt.Sprintf("%s %s", r.Link.Type, r.Link.Total.Value.StringFixed(2))
	case r.State == "held":
		return "held: " + r.Held.Why
	case r.Issue != nil:
		return fmt.Sprintf("%s %s", r.State, r.Issue.Reason)
	}
	return r.State
}

func (w *world) put(os ...orders.Order) {
	w.t.Helper()
	for _, o := range os {
		r, _ := w.row(o.ID)
		r.Order = o
		if r.State == "" {
			r.State = "ready"
		}
		w.set(r)
	}
}

func (w *world) set(r row) {
	w.t.Helper()
	js, err := json.Marshal(r)
	if err == nil {
		err = w.table.Write(w.t.Context(), table.Put(table.Item{Key: rowKey(r.Order.ID), Data: js}, table.Always))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) row(id string) (row, error) { return w.read(w.t.Context(), id) }

func (w *world) read(ctx context.Context, id string) (row, error) {
	var r row
	it, err := w.table.Get(ctx, rowKey(id))
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(it.Data, &r)
	r.version = it.Version
	return r, err
}

func (w *world) result(id string) string {
	r, err := w.row(id)
	if err != nil {
		return err.Error()
	}
	return r.result()
}

func rowKey(id string) table.Key { return table.Key{PK: "STAGE", SK: id} }

// stage is a Staging over the world's table.
type stage struct{ *world }

func (r row) pending() Pending {
	return Pending{
		Shop: "MAIN", ID: r.Order.ID, Name: r.Order.Name, Version: r.version, SentAt: r.SentAt, SentThere: r.SentThere, Tried: r.Tried,
		NotBefore: r.NotBefore, Accepted: r.Accepted, AcceptedFor: r.AcceptedFor, Own: r.Own, Log: r.Log,
		ReadAt: r.ReadAt, Held: r.Held, Released: r.Released, OnHold: r.OnHold,
	}
}

func (r row) waits() bool {
	return r.State == "ready" || r.State == "creating" || r.State == "attention"
}

func (s stage) each(ctx context.Context, page string, limit int, f func(row)) (string, error) {
	p, err := s.table.Query(ctx, table.Query{PK: "STAGE", Limit: limit, Page: page})
	for _, it := range p.Items {
		r := row{version: it.Version}
		if err := json.Unmarshal(it.Data, &r); err != nil {
			return "", err
		}
		f(r)
	}
	return p.Next, err
}

func (s stage) Pending(ctx context.Context, _, page string, limit int) (ps []Pending, next string, err error) {
	s.step()
	next, err = s.each(ctx, page, limit, func(r row) {
		if r.waits() {
			ps = append(ps, r.pending())
		}
	})
	return ps, next, err
}

func (s stage) PendingByID(ctx context.Context, _, id string) (Pending, bool, error) {
	r, err := s.read(ctx, id)
	if errors.Is(err, table.ErrNotFound) {
		return Pending{}, false, nil
	}
	return r.pending(), r.waits() || r.State == "held", err
}

func (s stage) Amending(ctx context.Context, _, page string, limit int) (ps []Pending, next string, err error) {
	next, err = s.each(ctx, page, limit, func(r row) {
		if r.State == "conflict" && r.Amend {
			p := r.pending()
			p.Link, p.Asked = r.Link, r.Asked
			ps = append(ps, p)
		}
	})
	return ps, next, err
}

// Held has all that other gates have held, and what is due.
func (s stage) Held(ctx context.Context, _, gates, page string, limit int) (ps []Pending, next string, err error) {
	next, err = s.each(ctx, page, limit, func(r row) {
		if due := !r.Held.Until.IsZero() && !r.Held.Until.After(s.clock()); r.State == "held" && (due || gates != s.gates) {
			ps = append(ps, r.pending())
		}
	})
	return ps, next, err
}

func (s stage) Judged(_ context.Context, _ jobqueue.Guard, _ jobqueue.Lease, _, gates string) error {
	s.gates = gates
	return nil
}

func (s stage) Load(ctx context.Context, ps []Pending) ([]orders.Order, error) {
	var os []orders.Order
	for _, p := range ps {
		r, err := s.read(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		os = append(os, r.Order)
	}
	return os, nil
}

func (s stage) Save(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, os []Outcome) ([]Pending, error) {
	if len(os) == 0 || len(os) > 45 {
		return nil, fmt.Errorf("%d outcomes in one transaction", len(os))
	}
	var ops []table.Op
	var ps []Pending
	for _, o := range os {
		r, err := s.read(ctx, o.Pending.ID)
		if err != nil {
			return nil, err
		}
		r.become(o)
		js, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		ops = append(ops, table.Put(table.Item{Key: rowKey(o.Pending.ID), Data: js}, table.VersionIs(o.Pending.Version)))
		r.version = o.Pending.Version + 1
		ps = append(ps, r.pending())
	}
	return ps, g.Write(ctx, l, ops...)
}

func (r *row) become(o Outcome) {
	r.Log, r.Held = o.Pending.Log, orders.Hold{}
	defer func() {
		if !o.SentThere.IsZero() {
			r.SentThere = o.SentThere
		}
		if r.SentAt.IsZero() {
			r.SentThere = time.Time{}
		}
	}()
	switch {
	case o.Amended:
		r.State, r.Link, r.Amend, r.Asked, r.Issue = "ready", nil, false, false, nil
	case r.State == "conflict":
		r.Issue, r.Amend, r.Asked = o.Issue, false, false
	case o.Held != nil:
		r.State, r.Held, r.Issue = "held", *o.Held, nil
	case !o.SentAt.IsZero():
		r.State, r.SentAt = "creating", o.SentAt
	case o.Withdrawn:
		r.State, r.SentAt = "ready", time.Time{}
	case o.Link != nil:
		r.State, r.Link, r.Issue, r.SentAt, r.Differs = "processed", o.Link, nil, time.Time{}, nil
	case slices.Contains([]issue.Reason{TestOrder, Cancelled, Unconfirmed, NothingLeft}, o.Issue.Reason):
		r.State, r.Issue, r.SentAt = "skipped", o.Issue, time.Time{}
	default:
		r.State, r.Issue, r.Differs, r.Tried, r.NotBefore, r.Own = "attention", o.Issue, o.Differs, o.Tried, o.NotBefore, o.Own
		if !o.Unknown {
			r.SentAt = time.Time{}
		}
	}
}

func (s stage) Unwritten(ctx context.Context, _ string, limit int) (ws []Written, err error) {
	defer s.step()
	for page := ""; ; {
		page, err = s.each(ctx, page, 100, func(r row) {
			if r.State == "processed" && !r.Written && len(ws) < limit {
				ws = append(ws, Written{Shop: "MAIN", ID: r.Order.ID, Number: r.Link.Number})
			}
		})
		if err != nil || page == "" {
			return ws, err
		}
	}
}

func (s stage) SaveWritten(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, ws []Written) error {
	var ops []table.Op
	for _, one := range ws {
		r, err := s.read(ctx, one.ID)
		if err != nil {
			return err
		}
		r.Written, r.Before, r.After = true, one.Before, one.UpdatedAt
		js, err := json.Marshal(r)
		if err != nil {
			return err
		}
		ops = append(ops, table.Put(table.Item{Key: rowKey(one.ID), Data: js}, table.VersionIs(r.version)))
	}
	return g.Write(ctx, l, ops...)
}

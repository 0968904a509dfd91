package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/task"
)

// staged is the data file of commit 7a35f02, with orders in every state, and the
// shop that they came from, as it is read today.
type staged struct {
	orders.Source
	t      *testing.T
	at     time.Time
	store  *staging.Store
	task   *orders.Import
	lease  jobqueue.Lease
	orders map[string]orders.Order
}

const stagedShop = "acme"

func stagedBefore(t *testing.T) *staged {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backroom.db")
	copyFile(t, filepath.Join("testdata", "staged-7a35f02.db"), path)
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &staged{t: t, at: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), orders: map[string]orders.Order{}}
	now := func() time.Time { return s.at }
	s.store = &staging.Store{Table: db.Table(), Issues: &issue.Store{Table: db.Table()}, Now: now}
	guard := jobstore.New(db.Table(), now)
	s.task = &orders.Import{
		Deps: task.Deps{
			Card: func(context.Context, string) (shop.Shop, error) {
				return shop.Shop{Code: stagedShop, ConnectedAt: s.at.AddDate(0, 0, -9)}, nil
			},
			Guard: guard, Now: now, Issues: s.store.Issues,
		},
		Source: func(shop.Shop) (orders.Source, error) { return s, nil },
		Stage:  s.store,
	}
	lock := table.Key{PK: "SCOPE#" + stagedShop, SK: "LOCK#orders"}
	if err := db.Table().Write(t.Context(), table.Put(table.Item{Key: lock, Data: []byte{1}}, table.Always)); err != nil {
		t.Fatal(err)
	}
	s.lease = jobqueue.Lease{Scope: stagedShop, Category: "orders", Version: 1, Until: s.at.Add(time.Hour)}
	for _, v := range s.views() {
		s.orders[v.ID] = s.today(v)
	}
	return s
}

// today is an order as it is read now: somebody has written a note since, and
// more of it is read than before.
func (s *staged) today(v staging.View) orders.Order {
	s.t.Helper()
	// One is unreadable, and of one the copy has been dropped: they are much like the first.
	from, number := v.ID, map[string]int64{"5007": 1008, "5012": 1013}[v.ID]
	if number > 0 {
		from = "5000"
	}
	copies, err := s.store.Load(s.t.Context(), []documents.Pending{{Shop: stagedShop, ID: from}})
	if err != nil {
		s.t.Fatal(err)
	}
	o := copies[0]
	o.Lines = slices.Clone(o.Lines)
	if number > 0 {
		o.ID, o.Number, o.Name = v.ID, number, fmt.Sprintf("#%d", number)
		o.Lines[0].ID = strconv.FormatInt(number-1001, 10)
	}
	o.UpdatedAt, o.Note = s.at.Add(-time.Hour), "a note"
	o.CurrentTaxLines = o.TaxLines
	if o.Duties != nil {
		o.DutyLines = []orders.Duty{{LineID: o.Lines[0].ID, Price: *o.Duties, TaxLines: o.TaxLines}}
	}
	o.Lines[0].Location, o.Lines[0].Places = "", []orders.Place{{Location: "1", Quantity: 1}, {Location: "2", Quantity: 1}}
	return o
}

func (s *staged) views() []staging.View {
	s.t.Helper()
	vs, next, err := s.store.List(s.t.Context(), stagedShop, "", "", 0)
	if err != nil || next != "" {
		s.t.Fatal(err, next)
	}
	return vs
}

func (s *staged) states() map[string]orders.State {
	s.t.Helper()
	out := map[string]orders.State{}
	for _, v := range s.views() {
		out[v.ID] = v.State
	}
	return out
}

func (s *staged) sync() {
	s.t.Helper()
	r, err := s.task.Definition().Run.Run(s.t.Context(), jobqueue.Request{
		Shop: stagedShop, Entry: "sync-orders", Task: "sync-orders", Run: "r1", Lease: s.lease, Deadline: s.at.Add(10 * time.Minute),
		Parameters: json.RawMessage(`{"channels":["Online Store"]}`),
	})
	if err != nil || !r.Done {
		s.t.Fatalf("%+v, %v", r, err)
	}
	s.at = s.at.Add(time.Minute)
}

func (s *staged) CountChanged(context.Context, orders.Window, int) (int, error) {
	return len(s.orders), nil
}

func (s *staged) Changed(context.Context, orders.Window, string) (orders.ChangedPage, error) {
	var p orders.ChangedPage
	for _, o := range s.orders {
		p.Orders = append(p.Orders, orders.Changed{ID: o.ID, UpdatedAt: o.UpdatedAt})
	}
	return p, nil
}

func (s *staged) Orders(_ context.Context, ids []string) (orders.Read, error) {
	var out orders.Read
	for _, id := range ids {
		o, ok := s.orders[id]
		if !ok {
			return out, errors.New("no such order")
		}
		out.Orders = append(out.Orders, o)
	}
	return out, nil
}

func (s *staged) Refunds(context.Context, []orders.Order) (orders.RefundsRead, error) {
	return orders.RefundsRead{}, nil
}

func (s *staged) Clock() time.Time { return s.at }

func (s *staged) Horizon(context.Context) (time.Time, error) { return time.Time{}, nil }

// An upgrade by itself changes nothing: no order is in conflict, and decisions
// and issues stay. What changes from then on is seen.
func TestUpgradeRaisesNoConflict(t *testing.T) {
	s := stagedBefore(t)
	was := s.states()
	for _, want := range []orders.State{
		orders.Filtered, orders.Ready, orders.Creating, orders.Attention, orders.Skipped, orders.Processed, orders.Conflict, orders.Unread,
	} {
		found := false
		for _, has := range was {
			found = found || has == want
		}
		if !found {
			t.Errorf("no order of the file is %s", want)
		}
	}
	s.sync()
	want := maps.Clone(was)
	want["5007"] = orders.Ready // can be read now
	want["5005"] = orders.Ready // it changed: looked at once more
	for id, st := range s.states() {
		if st != want[id] {
			t.Errorf("order %s was %s and is %s, want %s", id, was[id], st, want[id])
		}
	}
	for id, reason := range map[string]issue.Reason{"5003": products.ItemUnmapped, "5004": documents.TotalDiffers, "5010": orders.ChangedAfterProcessing} {
		if v, err := s.store.Find(t.Context(), stagedShop, id); err != nil || v.Issue == nil || v.Issue.Reason != reason {
			t.Errorf("order %s: issue %+v, %v, want %s", id, v.Issue, err, reason)
		}
	}
	ps, _, err := s.store.Pending(t.Context(), stagedShop, "", 100)
	if err != nil || !slices.ContainsFunc(ps, func(p documents.Pending) bool {
		return p.ID == "5013" && p.Accepted != nil && p.Accepted.Value.Equal(decimal.RequireFromString("15.02"))
	}) {
		t.Errorf("the accepted difference is gone: %+v, %v", ps, err)
	}
}

func TestChangesAfterAnUpgradeAreSeen(t *testing.T) {
	change := func(f func(*orders.Order)) func(*staged) {
		return func(s *staged) {
			for _, id := range []string{"5008", "5009", "5011", "5012"} {
				o := s.orders[id]
				o.Lines = slices.Clone(o.Lines)
				f(&o)
				o.UpdatedAt = s.at
				s.orders[id] = o
			}
			s.at = s.at.Add(time.Minute)
		}
	}
	euro := func(v string) money.Bag {
		a := money.Amount{Value: decimal.RequireFromString(v), Currency: "EUR"}
		return money.Bag{Shop: a, Presentment: a}
	}
	for _, c := range []struct {
		name   string
		change func(*staged)
		// seen: where a copy is stored; whole: also where facts of that time are all
		// that is left, the copy having been dropped
		seen, whole bool
	}{
		{"nothing", func(*staged) {}, false, false},
		{"a tag", change(func(o *orders.Order) { o.Tags = []string{"x"} }), false, false},
		{"a discount", change(func(o *orders.Order) { o.Lines[0].Discounts = []money.Bag{euro("2")} }), true, false},
		{"a unit removed", change(func(o *orders.Order) { o.Lines[0].CurrentQuantity = 1 }), true, false},
		{"a unit added", change(func(o *orders.Order) { o.Lines[0].CurrentQuantity = 3 }), true, true},
		{"refunded", change(func(o *orders.Order) { o.Refunded = euro("3") }), true, false},
		{"another e-mail", change(func(o *orders.Order) { o.Email = "b@example.com" }), true, false},
	} {
		for _, synced := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				s := stagedBefore(t)
				if synced { // else the first import after the upgrade meets the change
					s.sync()
				}
				c.change(s)
				s.sync()
				for id, want := range map[string]bool{"5008": c.seen, "5009": c.seen, "5011": c.seen, "5012": c.whole || c.seen && synced} {
					if st := s.states()[id]; (st == orders.Conflict) != want {
						t.Errorf("order %s is %s, want a conflict: %t (imported before the change: %t)", id, st, want, synced)
					}
				}
			})
		}
	}
}

// inTheMidst is a folder with the data file that 7a35f02 has left in the midst of
// a run; infra/system/testdata/upgrade tells what is in it.
func inTheMidst(t *testing.T) (folder string) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "system", "testdata", "upgrade", "7a35f02", "embedded.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	folder = t.TempDir()
	if err := errors.Join(err, os.WriteFile(filepath.Join(folder, "backroom.db"), data, 0o600)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// The commands show what the file of an earlier version holds: each row of each
// list of the shop card, the jobs and whatever keeps them, and the orders.
func TestAnEarlierFileIsShown(t *testing.T) {
	folder := inTheMidst(t)
	t.Setenv("BACKROOM_DATA", folder)
	t.Setenv("BACKROOM_LISTEN", "127.0.0.1:0")
	out, errs, status := command(t, "shop", "show")
	var shown map[string]any
	if err := json.Unmarshal([]byte(out), &shown); err != nil || status != 0 {
		t.Fatalf("shop show: %d %v\n%s%s", status, err, out, errs)
	}
	for list, want := range storedLists(t, folder) {
		if len(want) == 0 || !reflect.DeepEqual(shown[list], want) {
			t.Errorf("%s is shown as %v, want %v", list, shown[list], want)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"jobs", "the list is being mended"},
		{"jobs", "once-later"},
		{"runs --limit 50", "again"},
		{"orders --limit 100", "#1330"},
		{"orders --state attention", "NEW-NOTEC-1"},
	} {
		if out, errs, status := command(t, strings.Fields(c.args)...); status != 0 || !strings.Contains(out, c.want) {
			t.Errorf("%s: %d, no word of %q in\n%s%s", c.args, status, c.want, out, errs)
		}
	}
}

// storedLists are the mapping lists of the stored card, as plain JSON.
func storedLists(t *testing.T, folder string) map[string][]any {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(folder, "backroom.db"))
	if err != nil {
		t.Fatal(err)
	}
	it, err := db.Table().Get(t.Context(), table.Key{PK: "SHOP#sample", SK: "CARD"})
	var card map[string]any
	if err == nil {
		err = record.Decode(it.Data, 1, &card)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	out := map[string][]any{}
	for _, list := range []string{"taxCodes", "locations", "shipmentMethods", "paymentTerms", "countryCustomers", "countries", "variants"} {
		rows, ok := card[list].([]any)
		if !ok {
			t.Errorf("the stored card has no %s", list)
		}
		out[list] = rows
	}
	return out
}

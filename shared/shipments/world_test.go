package shipments_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/shipments"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/testclock"
)

// world is a shop and a company as plain data, and the task between them.
type world struct {
	*testclock.Clock

	call  func(writes bool, do func() error) error // the way to the sides
	card  shop.Shop
	guard jobqueue.Guard
	table table.Table

	orders    map[string]*shipments.Order
	documents map[string]shipments.Document
	mails     map[string][]string // by order
	ships     []shipments.Shipment
	undone    []shipments.Negative
	silent    bool // the company tells no parcels
	broken    map[string]error
	refused   string // a tracking number that Shopify refuses
	elsewhere string // an order of another shop
	echoes    []shipments.Echo
	reads     int // requests for orders
	ids       int
}

// place is a Shopify location; code is what the card maps it to.
const (
	warehouse = "71"
	store     = "72"
	service   = "73"
)

func newWorld(t *testing.T, settings ...string) *world {
	t.Helper()
	w := &world{
		Clock: testclock.New(testclock.Monday), orders: map[string]*shipments.Order{}, documents: map[string]shipments.Document{}, mails: map[string][]string{},
		broken: map[string]error{}, call: func(_ bool, do func() error) error { return do() },
	}
	w.table = memory.NewTable(w.Now)
	w.guard = always{w}
	w.setCard(t, settings...)
	return w
}

func (w *world) setCard(t interface{ Fatalf(string, ...any) }, settings ...string) {
	js := `{"code":"acme","connectedAt":"2020-01-01T00:00:00Z","locations":[{"locationID":"71","code":"MAIN"},{"locationID":"72","code":"SHOP"}]` + strings.Join(append([]string{""}, settings...), ",") + `}`
	data, err := record.Encode(1, json.RawMessage(js))
	if err == nil {
		w.card = shop.Shop{}
		err = record.Decode(data, 1, &w.card)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// always is a lease that nobody takes.
type always struct{ w *world }

func (a always) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return a.w.table.Write(ctx, ops...)
}

func (a always) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	l.Until = a.w.Now().Add(15 * time.Minute)
	return l, false, nil
}

func (always) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

func (w *world) task() jobqueue.Task {
	issues := &issue.Store{Table: w.table}
	t := &shipments.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card, nil },
			Guard: w.guard, Now: w.Now, Timeout: time.Minute, Issues: issues,
		},
		Store: &shipments.Store{Table: w.table}, Orders: w,
		Connect:   func(shop.Shop) (shipments.Sides, error) { return shipments.Sides{Source: w, Target: w}, nil },
		Elsewhere: func(_ context.Context, _ shop.Shop, order string) (bool, error) { return order == w.elsewhere, nil },
	}
	return t.Definition().Run
}

// run is a whole run.
func (w *world) run(t *testing.T, change ...func(*jobqueue.Request)) jobqueue.Result {
	t.Helper()
	r := jobqueue.Request{Shop: "acme", Deadline: w.Now().Add(time.Hour), Lease: jobqueue.Lease{Until: w.Now().Add(15 * time.Minute)}}
	for _, c := range change {
		c(&r)
	}
	res, err := w.task().Run(t.Context(), r)
	if err != nil || !res.Done {
		t.Fatalf("run: %+v, %v", res, err)
	}
	return res
}

// settle runs until what is lost, held or wrong has had its turns.
func (w *world) settle(t *testing.T) {
	t.Helper()
	for range 4 {
		w.run(t)
		w.Advance(35 * time.Minute)
	}
}

func (w *world) id() string {
	w.ids++
	return strconv.Itoa(9000 + w.ids)
}

// item is a line of an order: so many units at a location.
type item struct {
	sku   string
	units int
	at    string
}

// order places an order, of which each location has a fulfilment order. Its document
// has a line for each item, from 10000 on, and a last one of shipping charges.
func (w *world) order(id string, items ...item) *shipments.Order {
	o := &shipments.Order{ID: id, Name: "#" + id[len(id)-4:], UpdatedAt: w.Now(), State: "as it was"}
	d := shipments.Document{Order: o.Name, Made: true, Number: "SO" + id, Lines: map[int]string{}, Objects: map[int]string{}}
	for i, it := range items {
		at := it.at
		if at == "" {
			at = warehouse
		}
		fo := -1
		for j := range o.ToShip {
			if o.ToShip[j].Location == at {
				fo = j
			}
		}
		if fo < 0 {
			fo = len(o.ToShip)
			o.ToShip = append(o.ToShip, shipments.FulfilmentOrder{ID: w.id(), Status: "OPEN", Request: "UNSUBMITTED", Location: at, Service: at == service, CanFulfil: true})
		}
		line := id + strconv.Itoa(i+1)
		o.ToShip[fo].Lines = append(o.ToShip[fo].Lines, shipments.OpenLine{ID: w.id(), Item: line, SKU: it.sku, Title: it.sku, Remaining: it.units})
		d.Lines[10000*(i+1)], d.Objects[10000*(i+1)] = line, it.sku
	}
	w.orders[id], w.documents[id] = o, d
	return o
}

// ship posts a shipment of units by sequences, and answers its number. All lines of
// the document are in it.
func (w *world) ship(id string, units map[int]string, texts ...string) string {
	number := fmt.Sprintf("S%03d", len(w.ships)+1)
	s := shipments.Shipment{ID: number, Number: number, External: "#" + id[len(id)-4:] + "-" + id, Posted: w.Now().Format("2006-01-02"), ModifiedAt: w.Now()}
	sequences := slices.Collect(maps.Keys(w.documents[id].Lines))
	for q := range units {
		if !slices.Contains(sequences, q) {
			sequences = append(sequences, q)
		}
	}
	slices.Sort(sequences)
	for _, q := range sequences {
		l := shipments.Line{Sequence: q, Kind: shipments.Item, Object: w.documents[id].Objects[q]}
		if u := units[q]; u != "" {
			number, object, _ := strings.Cut(u, " ")
			l.Quantity = decimal.RequireFromString(number)
			if object != "" {
				l.Object = object
			}
		}
		s.Lines = append(s.Lines, l)
	}
	s.Lines = append(s.Lines, shipments.Line{Sequence: 90000, Kind: shipments.Other, Object: "6610", Quantity: decimal.NewFromInt(1)})
	for i, text := range texts {
		text, holds, _ := strings.Cut(text, "|")
		s.Lines = append(s.Lines, shipments.Line{Sequence: 91000 + i, Kind: shipments.Text, Description: text, Description2: holds})
	}
	w.ships = append(w.ships, s)
	return number
}

func (w *world) shipment(number string) *shipments.Shipment {
	i := slices.IndexFunc(w.ships, func(s shipments.Shipment) bool { return s.Number == number })
	return &w.ships[i]
}

// undo takes lines of a shipment back. Its header's time stays.
func (w *world) undo(number string, sequences ...int) {
	s := w.shipment(number)
	for _, l := range slices.Clone(s.Lines) {
		if len(sequences) > 0 && !slices.Contains(sequences, l.Sequence) || !l.Quantity.IsPositive() || l.Kind != shipments.Item {
			continue
		}
		l.Sequence, l.Quantity = l.Sequence+5000, l.Quantity.Neg()
		s.Lines = append(s.Lines, l)
		w.undone = append(w.undone, shipments.Negative{ID: fmt.Sprint(number, l.Sequence), Shipment: number})
	}
}

// track enters a parcel on a posted shipment.
func (w *world) track(number string, p shipments.Parcel) { w.parcels(number, p) }

// parcels enters parcels on a posted shipment, in the place of those that it has.
func (w *world) parcels(number string, ps ...shipments.Parcel) {
	s := w.shipment(number)
	s.Parcels, s.ModifiedAt = ps, w.Now()
}

// fates are the fulfilments of an order, what its buyer was written and what is said
// of its shipments, in one line each.
func (w *world) fates(t *testing.T, id string) string {
	t.Helper()
	var out []string
	for _, f := range w.orders[id].Sent {
		var units []string
		for _, line := range slices.Sorted(maps.Keys(f.Units)) {
			units = append(units, fmt.Sprintf("%d*%s", f.Units[line], line[len(id):]))
		}
		s := strings.Join(units, "+") + " at " + f.Location
		for _, p := range f.Parcels {
			s += " " + strings.Join([]string{p.Company, p.Number, p.URL}, ":")
		}
		if f.Cancelled {
			s = "cancelled " + s
		}
		out = append(out, s)
	}
	out = append(out, w.mails[id]...)
	is, err := (&issue.Store{Table: w.table}).List(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range is {
		out = append(out, string(i.Reason))
		if i.Text == "" || i.WayOut == "" || !strings.Contains(i.Text, i.Record) {
			t.Errorf("issue %+v names no shipment", i)
		}
	}
	return strings.Join(out, "; ")
}

// The company.

func (w *world) Changed(_ context.Context, from time.Time, limit int) (out []shipments.Shipment, err error) {
	err = w.call(false, func() error {
		for _, s := range w.ships {
			if !s.ModifiedAt.Before(from) {
				s.Lines, s.Parcels = nil, nil
				out = append(out, s)
			}
		}
		slices.SortStableFunc(out, func(a, b shipments.Shipment) int { return a.ModifiedAt.Compare(b.ModifiedAt) })
		out = out[:min(limit, len(out))]
		return nil
	})
	return out, err
}

func (w *world) ByNumber(_ context.Context, numbers []string) (out []shipments.Shipment, err error) {
	err = w.call(false, func() error {
		for _, s := range w.ships {
			if slices.Contains(numbers, s.Number) {
				s.Lines, s.Parcels = nil, nil
				out = append(out, s)
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Complete(_ context.Context, ss []shipments.Shipment) (bool, error) {
	err := w.call(false, func() error {
		for i := range ss {
			s := w.shipment(ss[i].Number)
			if ss[i].Lines = slices.Clone(s.Lines); !w.silent {
				ss[i].Parcels = slices.Clone(s.Parcels)
			}
		}
		return nil
	})
	return !w.silent, err
}

func (w *world) Undone(context.Context, time.Time) (out []shipments.Negative, err error) {
	err = w.call(false, func() error { out = slices.Clone(w.undone); return nil })
	return out, err
}

// The shop.

func copied(o *shipments.Order) (c shipments.Order) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(o)
	if err == nil {
		err = gob.NewDecoder(&b).Decode(&c)
	}
	if err != nil {
		panic(err)
	}
	return c
}

func (w *world) Orders(_ context.Context, ids []string) (out shipments.Read, err error) {
	w.reads++
	err = w.call(false, func() error {
		if len(ids) > 250 { // as Shopify does
			return &fault.Error{Op: "test", Kind: fault.Bug, Code: "MAX_INPUT_SIZE_EXCEEDED", Err: errors.New("too many ids")}
		}
		out.Unread = map[string]error{}
		for _, id := range ids {
			switch o := w.orders[id]; {
			case w.broken[id] != nil:
				out.Unread[id] = w.broken[id]
			case o != nil:
				out.Orders = append(out.Orders, copied(o))
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Fulfil(_ context.Context, ss []shipments.Sending) (out []outbound.Created[shipments.Done], err error) {
	err = w.call(true, func() error {
		out = nil
		for _, s := range ss {
			d, err := w.fulfil(s)
			out = append(out, outbound.Created[shipments.Done]{Entity: d, Err: err})
		}
		return nil
	})
	return out, err
}

func no(text string) error {
	return &fault.Error{Op: "shopify", Kind: fault.Rejected, Code: "USER_ERROR", Err: errors.New(text)}
}

// fulfil is all or nothing, of one order and one location.
func (w *world) fulfil(s shipments.Sending) (shipments.Done, error) {
	o := w.orders[s.Order]
	f := shipments.Fulfilment{ID: w.id(), Name: fmt.Sprintf("%s-F%d", o.Name, len(o.Sent)+1), Units: map[string]int{}, Parcels: s.Parcels}
	next := copied(o)
	for _, p := range s.Parts {
		i := slices.IndexFunc(next.ToShip, func(fo shipments.FulfilmentOrder) bool { return fo.ID == p.FulfilmentOrder })
		if i < 0 || !next.ToShip[i].CanFulfil {
			return shipments.Done{}, no("Fulfillment order has an unfulfillable status")
		}
		fo := &next.ToShip[i]
		if f.Location == "" {
			f.Location = fo.Location
		}
		j := slices.IndexFunc(fo.Lines, func(l shipments.OpenLine) bool { return l.ID == p.Line })
		if f.Location != fo.Location || j < 0 || p.Units <= 0 || p.Units > fo.Lines[j].Remaining {
			return shipments.Done{}, no("Invalid fulfillment order line item quantity requested.")
		}
		fo.Lines[j].Remaining -= p.Units
		f.Units[p.Item] += p.Units
		left(fo)
	}
	for _, p := range s.Parcels {
		if p.Number == w.refused && p.Number != "" {
			return shipments.Done{}, no("trackingInfo.number: is not accepted")
		}
	}
	next.Sent = append(next.Sent, f)
	*o = next
	w.wrote(o.ID, s.Notify, "shipped "+f.Name)
	return w.changed(o, f.ID, f.Name), nil
}

// left says what can be done with a fulfilment order of which something was shipped.
func left(fo *shipments.FulfilmentOrder) {
	fo.Status, fo.CanFulfil = "CLOSED", false
	for _, l := range fo.Lines {
		if l.Remaining > 0 {
			fo.Status, fo.CanFulfil = "IN_PROGRESS", true
		}
	}
}

func (w *world) wrote(id string, notify bool, what string) {
	if notify {
		w.mails[id] = append(w.mails[id], what)
	}
}

func (w *world) changed(o *shipments.Order, id, name string) shipments.Done {
	o.UpdatedAt = w.Now()
	return shipments.Done{ID: id, Name: name, UpdatedAt: o.UpdatedAt, State: o.State}
}

func (w *world) sent(id string) (*shipments.Order, *shipments.Fulfilment) {
	for _, o := range w.orders {
		for i := range o.Sent {
			if o.Sent[i].ID == id {
				return o, &o.Sent[i]
			}
		}
	}
	return nil, nil
}

func (w *world) Cancel(_ context.Context, id string) (d shipments.Done, err error) {
	err = w.call(true, func() error {
		o, f := w.sent(id)
		w.cancel(o, f)
		d = w.changed(o, f.ID, f.Name)
		return nil
	})
	return d, err
}

// cancel opens what was shipped in a new fulfilment order.
func (w *world) cancel(o *shipments.Order, f *shipments.Fulfilment) {
	if f.Cancelled {
		return
	}
	f.Cancelled = true
	fo := shipments.FulfilmentOrder{ID: w.id(), Status: "OPEN", Location: f.Location, CanFulfil: true}
	for _, line := range slices.Sorted(maps.Keys(f.Units)) {
		sku := ""
		for _, was := range o.ToShip {
			for _, l := range was.Lines {
				if l.Item == line {
					sku = l.SKU
				}
			}
		}
		fo.Lines = append(fo.Lines, shipments.OpenLine{ID: w.id(), Item: line, SKU: sku, Remaining: f.Units[line]})
	}
	o.ToShip = append(o.ToShip, fo)
}

func (w *world) Track(_ context.Context, id string, ps []shipments.Tracking, notify bool) (d shipments.Done, err error) {
	err = w.call(true, func() error {
		o, f := w.sent(id)
		f.Parcels = ps
		w.wrote(o.ID, notify, "tracking of "+f.Name)
		d = w.changed(o, f.ID, f.Name)
		return nil
	})
	return d, err
}

func (w *world) Ready(_ context.Context, id string) (d shipments.Done, err error) {
	err = w.call(true, func() error {
		for _, o := range w.orders {
			for i := range o.ToShip {
				if fo := &o.ToShip[i]; fo.ID == id {
					if fo.Status != "OPEN" {
						return no("There are no line items to prepare")
					}
					fo.Status = "IN_PROGRESS"
					w.wrote(o.ID, true, "ready for pickup")
				}
			}
		}
		d = shipments.Done{ID: id}
		return nil
	})
	return d, err
}

// What is imported.

func (w *world) Document(_ context.Context, _, order string) (shipments.Document, bool, error) {
	d, ok := w.documents[order]
	return d, ok, nil
}

func (w *world) Echo(_ context.Context, _ jobqueue.Guard, _ jobqueue.Lease, _ string, e shipments.Echo) error {
	w.echoes = append(w.echoes, e)
	return nil
}

// lostAnswer is of a change that has happened.
var lostAnswer = &fault.Error{Op: "shopify", Kind: fault.Unknown, Err: errors.New("no answer")}

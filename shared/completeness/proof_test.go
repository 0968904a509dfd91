package completeness

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/testsize"
)

// faults are what can be wrong with one order: how, and what is said of which record.
var faults = []struct {
	name   string
	does   func(w *world, i int)
	record func(o orders.Order) string
	says   string
}{
	{"lost, and forgotten", func(w *world, i int) { w.lose(i); delete(w.fates, w.order(i).ID) }, ofItself, "proof-order-not-known"},
	{"its document lost", func(w *world, i int) { w.lose(i) }, ofItself, "proof-document-gone"},
	{"doubled", func(w *world, i int) { w.double(i, 0) }, ofItself, "proof-document-doubled"},
	{"doubled much later", func(w *world, i int) { w.double(i, -9) }, ofItself, "proof-document-doubled"},
	{"wrong total", func(w *world, i int) { w.document(i).Total = w.document(i).Total.Add(dec("0.01")) }, ofItself, "proof-total-differs"},
	{"wrong tax", func(w *world, i int) { w.document(i).Tax = w.document(i).Tax.Sub(dec("0.05")) }, ofItself, "proof-tax-differs"},
	{"not fulfilled", func(w *world, i int) { w.ship(i); delete(w.fulfilled, w.order(i).ID) }, func(o orders.Order) string { return o.ID + "-SP" + o.ID }, "proof-shipment-not-fulfilled"},
	{"no credit memo", func(w *world, i int) { w.repay(i); w.memos = w.memos[:len(w.memos)-1] }, ofItsRefund, "proof-refund-without-memo"},
	{"two credit memos", func(w *world, i int) {
		w.repay(i)
		m := w.memos[len(w.memos)-1]
		m.row.Number += "-2"
		w.memos = append(w.memos, m)
	}, ofItsRefund, "proof-memo-doubled"},
	{"a credit memo of another tax", func(w *world, i int) { w.repay(i); m := &w.memos[len(w.memos)-1].row; m.Tax = m.Tax.Sub(dec("1")) }, ofItsRefund, "proof-memo-tax-differs"},
	{"a credit memo of too little", func(w *world, i int) { w.repay(i); m := &w.memos[len(w.memos)-1].row; m.Total = m.Total.Sub(dec("1")) }, ofItsRefund, "proof-memo-differs"},
}

func ofItself(o orders.Order) string    { return o.ID }
func ofItsRefund(o orders.Order) string { return o.ID + "-R" + o.Refunds[0].ID }

// lose takes the documents of the i-th order away.
func (w *world) lose(i int) { w.documents[i].row.External, w.documents[i].row.Order = "", "" }

// double makes a second document of the i-th order, dated days later.
func (w *world) double(i, days int) {
	d := w.documents[i]
	d.row.Number, d.row.Order = d.row.Number+"-2", "S2"+d.row.Number
	d.day = w.order(i).CreatedAt.AddDate(0, 0, days).Format(time.DateOnly)
	w.documents = append(w.documents, d)
}

// Each of many orders with one thing wrong is named by it, and none of as many sound
// ones, some of which were refunded and shipped.
func TestEachFaultIsNamed(t *testing.T) {
	n := testsize.Of(1000, 200, 60)
	seed := uint64(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC).Unix())
	r := rand.New(rand.NewPCG(seed, 1))
	t.Logf("%d orders with something wrong, %d sound ones, seed %d", n, n, seed)
	w := newWorld(t)
	w.sell(2 * n)
	want := map[string]string{}
	bad := r.Perm(2 * n)[:n]
	for i := range 2 * n {
		at := slices.Index(bad, i)
		switch {
		case at >= 0:
			f := faults[at%len(faults)]
			f.does(w, i)
			want[f.record(*w.order(i))] = f.says
		case r.IntN(5) == 0:
			w.repay(i)
		case r.IntN(3) == 0:
			w.ship(i)
		}
	}
	counts, note := w.run(`{"days":40}`, false)
	if got := w.said(); !maps.Equal(got, want) {
		for rec, reason := range want {
			if got[rec] != reason {
				t.Errorf("%s: %q, want %q", rec, got[rec], reason)
			}
		}
		for rec, reason := range got {
			if want[rec] == "" {
				t.Errorf("%s is sound, and is said to be %q", rec, reason)
			}
		}
	}
	if counts.Failed != n || counts.Read != 2*n || counts.Unchanged != n {
		t.Errorf("%+v; %s", counts, note)
	}
	if whole := w.reads["whole"]; whole > n+n/10 {
		t.Errorf("%d orders were read whole, %d have something wrong", whole, n)
	}
}

// The proof does not depend on how the window is read: in pages of any size, in exports,
// step by step, and with exports that fail.
func TestHoweverItIsRead(t *testing.T) {
	prove := func(t *testing.T, does func(*world), paged bool) map[string]string {
		t.Helper()
		w := newWorld(t)
		w.sell(300)
		for i, f := range faults {
			f.does(w, 20+i*25)
		}
		does(w)
		w.run(`{"days":20}`, paged)
		return w.said()
	}
	want := prove(t, func(*world) {}, false)
	if len(want) != len(faults) {
		t.Fatalf("%v", want)
	}
	for name, tt := range map[string]struct {
		does  func(*world)
		paged bool
	}{
		"small pages":       {func(w *world) { w.page = 7 }, false},
		"step by step":      {func(*world) {}, true},
		"exports":           {func(w *world) { w.many = true }, false},
		"exports by steps":  {func(w *world) { w.many = true }, true},
		"exports that fail": {func(w *world) { w.many, w.fails = true, 2 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := prove(t, tt.does, tt.paged); !maps.Equal(got, want) {
				t.Errorf("%v\nwant %v", got, want)
			}
		})
	}
	w := newWorld(t)
	w.sell(100)
	w.many, w.fails = true, 99
	if _, _, err := w.try(`{"days":5}`, false); fault.KindOf(err) != fault.Transient {
		t.Errorf("exports that fail for ever: %v", err)
	}
}

// What is solved is not said any more, and what comes back is said again.
func TestIssuesGo(t *testing.T) {
	w := newWorld(t)
	w.sell(40)
	for i, f := range faults {
		f.does(w, i*3)
	}
	w.run(`{}`, false)
	if n := len(w.said()); n != len(faults) {
		t.Fatalf("%d issues", n)
	}
	fixed := newWorld(t)
	fixed.sell(40)
	w.orders, w.documents, w.memos, w.shipments, w.fates = fixed.orders, fixed.documents, nil, nil, fixed.fates
	counts, note := w.run(`{"days":1}`, false) // most of them were placed before
	if got := w.said(); len(got) != 0 || counts.Updated != len(faults) || counts.Failed != 0 {
		t.Errorf("%v; %+v; %s", got, counts, note)
	}
}

// What a person accepts is not said again, until it differs in another way.
func TestAccepted(t *testing.T) {
	w := newWorld(t)
	w.sell(10)
	w.document(3).Total = dec("7")
	w.run(`{}`, false)
	if _, _, err := w.try(`{"accept":["#1005"]}`, false); fault.KindOf(err) != fault.Rejected {
		t.Errorf("what differs in nothing is accepted: %v", err)
	}
	w.run(`{"accept":["1004"]}`, false)
	counts, note := w.run(`{}`, false)
	if got := w.said(); len(got) != 0 || counts.Skipped != 1 || !strings.Contains(note, "1: a person has accepted the difference") {
		t.Errorf("%v; %+v; %s", got, counts, note)
	}
	w.document(3).Total = dec("8")
	if w.run(`{}`, false); w.said()[w.order(3).ID] != string(TotalDiffers) {
		t.Errorf("%v", w.said())
	}
}

// What has a reason is counted under it, and is no difference.
func TestReasonsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.sell(8)
	states := []orders.State{orders.Held, orders.Attention, orders.Skipped, orders.Done, orders.Dismissed}
	for i, s := range states {
		w.lose(i)
		w.fates[w.order(i).ID] = Fate{Known: true, State: s}
	}
	w.order(6).Test = true
	w.lose(6)
	delete(w.fates, w.order(6).ID)
	counts, note := w.run(`{}`, false)
	if len(w.said()) != 0 || counts.Skipped != 6 || counts.Unchanged != 2 {
		t.Errorf("%v; %+v", w.said(), counts)
	}
	for _, s := range states {
		if !strings.Contains(note, "1: "+string(s)) {
			t.Errorf("%s says nothing of %s", note, s)
		}
	}
}

// What the company says is from the shop, and is not, is named; what is another shop's
// is not.
func TestWithoutItsOrder(t *testing.T) {
	day := "2026-11-27"
	invoice := func(external string) dated[Document] {
		return dated[Document]{day, Document{Kind: Invoice, Number: "X", External: external, Value: Value{Currency: "EUR", Total: dec("5")}}}
	}
	for _, tt := range []struct {
		name string
		does func(*world)
		want map[string]string
	}{
		{"an invoice", func(w *world) { w.documents = append(w.documents, invoice("#9-7000000000001")) }, map[string]string{"7000000000001": "proof-order-missing"}},
		{"a person's own invoice", func(w *world) { w.documents = append(w.documents, invoice("PO-20261127")) }, nil},
		{"another shop's", func(w *world) {
			w.foreign["7000000000001"] = true
			w.documents = append(w.documents, invoice("#9-7000000000001"))
		}, nil},
		{"a credit memo", func(w *world) {
			w.memos = append(w.memos, dated[Document]{day, Document{Kind: CreditMemo, Number: "X", External: "#9-R7000000000001"}})
		}, map[string]string{"R7000000000001": "proof-order-missing"}},
		{"a shipment", func(w *world) {
			w.shipments = append(w.shipments, dated[Shipment]{day, Shipment{Number: "X", External: "#9-7000000000001", ModifiedAt: w.now.Add(-3 * time.Hour)}})
		}, map[string]string{"7000000000001": "proof-order-missing"}},
		{"a shipment of this moment", func(w *world) {
			w.shipments = append(w.shipments, dated[Shipment]{day, Shipment{Number: "X", External: "#9-7000000000001", ModifiedAt: w.now}})
		}, nil},
		{"an older order's shipment, fulfilled", func(w *world) { w.older(); w.shipments[0].day = day }, nil},
		{"an older order's shipment, not fulfilled", func(w *world) {
			w.older()
			w.shipments[0].day = day
			delete(w.fulfilled, w.order(0).ID)
		}, map[string]string{"5000000000001-SP5000000000001": "proof-shipment-not-fulfilled"}},
		{"an older order's refund", func(w *world) {
			w.older()
			w.repay(0)
			w.order(0).UpdatedAt, w.memos[0].day = w.now.Add(-3*time.Hour), day
		}, nil},
		{"an older order's refund without credit memo", func(w *world) {
			w.older()
			w.repay(0)
			w.order(0).UpdatedAt, w.memos = w.now.Add(-3*time.Hour), nil
		}, map[string]string{"5000000000001-R9000000000001": "proof-refund-without-memo"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.sell(4)
			tt.does(w)
			for range 2 { // a second run finds what is still there
				w.run(`{"days":3}`, false)
			}
			if got := w.said(); !maps.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// older has the first order placed and shipped long before the window.
func (w *world) older() {
	w.ship(0)
	o := w.order(0)
	o.CreatedAt = o.CreatedAt.AddDate(0, 0, -50)
	o.UpdatedAt = o.CreatedAt
	w.documents[0].day = o.CreatedAt.Format(time.DateOnly)
}

func TestWindow(t *testing.T) {
	for _, tt := range []struct{ name, parameters, from, to string }{
		{"the last days", `{"days":3}`, "2026-11-26T00:00:00+01:00", "2026-11-28T02:00:00Z"},
		{"a range", `{"from":"2026-11-01","to":"2026-11-02"}`, "2026-11-01T00:00:00+01:00", "2026-11-03T00:00:00+01:00"},
		{"up to now", `{"from":"2026-11-27"}`, "2026-11-27T00:00:00+01:00", "2026-11-28T02:00:00Z"},
		{"not before the first import", `{"from":"2020-01-01"}`, "2025-11-28T03:00:00Z", "2026-11-28T02:00:00Z"},
	} {
		w := newWorld(t)
		w.card.TimeZone = "Europe/Berlin"
		w.sell(1)
		w.order(0).CreatedAt = w.now.AddDate(0, 0, -1)
		w.many = true // so that the window is asked for
		w.run(tt.parameters, false)
		first, last := w.exports["1"][0], w.exports[fmt.Sprint(w.began)][1]
		if f, l := first.Format(time.RFC3339), last.Format(time.RFC3339); !same(f, tt.from) || !same(l, tt.to) {
			t.Errorf("%s: from %s to %s, want %s, %s", tt.name, f, l, tt.from, tt.to)
		}
	}
	w := newWorld(t)
	w.horizon = w.now.AddDate(0, 0, -60)
	if _, _, err := w.try(`{"from":"2026-06-01"}`, false); fault.KindOf(err) != fault.Rejected || !strings.Contains(fault.Of(err).Merchant, "read_all_orders") {
		t.Errorf("a window that is hidden: %v", err)
	}
}

func same(a, b string) bool {
	x, _ := time.Parse(time.RFC3339, a)
	y, _ := time.Parse(time.RFC3339, b)
	return x.Equal(y)
}

func TestParameters(t *testing.T) {
	for _, tt := range []struct {
		p    Parameters
		want string
	}{
		{Parameters{Days: 14}, ""},
		{Parameters{From: "2026-07-01", To: "2026-07-01"}, ""},
		{Parameters{Accept: []string{"#1001"}}, ""},
		{Parameters{Days: -1}, "days: -1"},
		{Parameters{From: "yesterday"}, "from: \"yesterday\""},
		{Parameters{From: "2026-07-02", To: "2026-07-01"}, "to: 2026-07-01"},
		{Parameters{To: "2026-07-01"}, "with from"},
		{Parameters{From: "2026-07-01", To: "x"}, "to: \"x\""},
		{Parameters{Accept: []string{""}}, "accept"},
	} {
		if err := tt.p.Check(); err == nil != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.p, err, tt.want)
		}
	}
}

// A ledger knows nothing but totals: in the buyer's currency too, in parts, and of
// orders that come twice.
func TestLedger(t *testing.T) {
	o := Order{
		ID: "5000000000001", Name: "#1", Shop: Value{"EUR", dec("10"), dec("1.60")}, Buyer: Value{"SEK", dec("100"), dec("16")},
		Whole: Value{"EUR", dec("10"), dec("1.60")}, WholeBuyer: Value{"SEK", dec("100"), dec("16")},
	}
	doc := func(number, order, currency, total, tax string) Document {
		return Document{Kind: Invoice, Number: number, Order: order, External: "#1-5000000000001", Value: Value{currency, dec(total), dec(tax)}}
	}
	for _, tt := range []struct {
		name  string
		docs  []Document
		sound bool
	}{
		{"the shop's currency", []Document{doc("1", "S", "EUR", "10", "1.60")}, true},
		{"the buyer's currency", []Document{doc("1", "S", "SEK", "100", "16")}, true},
		{"a minor unit of tax", []Document{doc("1", "S", "EUR", "10", "1.61")}, true},
		{"more than a minor unit of tax", []Document{doc("1", "S", "EUR", "10", "1.62")}, false},
		{"a cent", []Document{doc("1", "S", "EUR", "10.01", "1.60")}, false},
		{"another currency", []Document{doc("1", "S", "DKK", "10", "1.60")}, false},
		{"two parts", []Document{doc("1", "S", "EUR", "4", "0.64"), doc("2", "S", "EUR", "6", "0.96")}, true},
		{"two parts of two orders", []Document{doc("1", "S", "EUR", "4", "0.64"), doc("2", "T", "EUR", "6", "0.96")}, false},
		{"two without an order", []Document{doc("1", "", "EUR", "4", "0.64"), doc("2", "", "EUR", "6", "0.96")}, false},
		{"none", nil, false},
	} {
		l := NewLedger("#", "", true)
		l.Add(Order{ID: "x"})
		l.Add(o)
		l.Add(o)
		l.Close()
		for _, d := range tt.docs {
			l.Document(d)
		}
		d := l.Doubts()
		if got := d.Sound == 1; got != tt.sound || l.Len() != 1 || len(d.Orders) != 1-d.Sound {
			t.Errorf("%s: %+v of %d", tt.name, d, l.Len())
		}
	}
}

// An amount is exact in eight bytes for every currency's minor unit.
func TestCents(t *testing.T) {
	for _, s := range []string{"0", "0.01", "-12.3", "99999999999.999"} {
		if got := decimal.New(int64(centsOf(dec(s))), -4); !got.Equal(dec(s)) {
			t.Errorf("%s is %s", s, got)
		}
	}
	for currency, want := range map[string]cents{"EUR": 100, "JPY": 10000, "KWD": 10} {
		if got := unit(currency); got != want {
			t.Errorf("%s: %d", currency, got)
		}
	}
}

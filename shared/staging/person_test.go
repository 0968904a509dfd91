package staging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/privacy"
	"backroom/shared/record"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// evasOrders is a shop in which Eva has bought three times: #1001 has its document, #1002 a
// document and no copy any more, #1003 waits; #1004 is Bob's, and has its document.
func evasOrders(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, 0, 4)
	for i := range 3 {
		r.Change(i, func(o *orders.Order) {
			o.Email, o.Note = "eva@example.com", "Ring at Krüger"
			o.Customer = &orders.Customer{ID: "7310120052", FirstName: "Eva", LastName: "Krüger", Email: "Eva@example.com"}
			o.Shipping = &orders.Address{FirstName: "Eva", LastName: "Krüger", Address1: "Holm 7", City: "Flensburg", Zip: "24937", Country: "DE"}
		})
	}
	r.Change(3, func(o *orders.Order) {
		o.Email, o.Customer = "bob@example.com", &orders.Customer{ID: "7310120099", FirstName: "Bob", LastName: "Berg", Email: "bob@example.com"}
	})
	r.At = r.At.Add(time.Hour)
	r.Run("")
	r.Process("#1002")
	r.At = r.At.Add(91 * 24 * time.Hour)
	r.Run("")
	r.Process("#1001")
	r.Process("#1004")
	if n := r.copies(); n != 3 {
		t.Fatalf("%d copies", n)
	}
	return r
}

func (r *rig) desk() *privacy.Desk {
	tb := r.Stage.Table
	return &privacy.Desk{Table: tb, Now: r.Now, Kinds: []privacy.Kind{{Name: "orders", Keeper: staging.People{Store: r.Stage}}}}
}

// dump is all that is stored, as text.
func (r *rig) dump() string {
	r.T.Helper()
	var b strings.Builder
	for _, pk := range []string{"SHOP#acme#ORD", "SHOP#acme#ISSUE", "SHOP#acme"} {
		for it, err := range table.All(r.T.Context(), r.Table, table.Query{PK: pk}) {
			if err != nil {
				r.T.Fatal(err)
			}
			var js json.RawMessage
			if record.Decode(it.Data, 1, &js) != nil {
				js = it.Data
			}
			b.WriteString(it.PK + " " + it.SK + " " + string(js) + "\n")
		}
	}
	return b.String()
}

var (
	eva   = privacy.Who{Customer: "7310120052"}
	hers  = []string{"Krüger", "Eva", "eva@example.com", "Holm 7", "Flensburg", "7310120052"}
	named = func(fs []privacy.Found) (names string) {
		for _, f := range fs {
			names += f.Name + " "
		}
		return strings.TrimSpace(names)
	}
)

// Who is named finds the same orders, whatever they are named by.
func TestOrdersOfAPersonAreFound(t *testing.T) {
	r := evasOrders(t)
	for _, who := range []privacy.Who{eva, {Email: "EVA@example.com"}, {Orders: []string{"5001"}, Email: "eva@example.com"}} {
		a, err := r.desk().Find(t.Context(), "acme", who, nil)
		if err != nil || !a.Done || named(a.Found) != "#1001 #1002 #1003" || a.Found[0].Has["shipping address"] != "Eva Krüger, Holm 7, 24937 Flensburg, DE" {
			t.Errorf("%+v: %+v, %v", who, a, err)
		}
	}
	a, err := r.desk().Find(t.Context(), "acme", privacy.Who{Email: "nobody@example.com"}, nil)
	if err != nil || a.Count != 0 {
		t.Errorf("nobody has %+v, %v", a, err)
	}
	if _, err := r.desk().Find(t.Context(), "acme", privacy.Who{}, nil); !errors.Is(err, privacy.ErrNobody) {
		t.Errorf("%v", err)
	}
}

// Of settled orders the buyer goes and the document stays; one that waits is left, and said to
// be. Somebody else's stays as it was. Whatever write fails, and however short the steps are, a
// repeat comes to the same.
func TestBuyersAreErased(t *testing.T) {
	for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
		for n := 0; ; n++ {
			r := evasOrders(t)
			r.Injector.Arm(n, mode, true)
			_, err := r.desk().Erase(t.Context(), "acme", eva, func() bool { return true })
			struck := r.Injector.Struck()
			if n > 0 && struck == (err == nil) && struck {
				t.Fatalf("write %d: %v", n, err)
			}
			r.Injector.Revive()
			var a privacy.Answer
			for i := 0; !a.Done; i++ {
				if a, err = r.desk().Erase(t.Context(), "acme", eva, func() bool { return i%2 == 0 }); err != nil || i > 50 {
					t.Fatalf("write %d %s: %+v, %v", n, mode, a, err)
				}
			}
			r.erased(a)
			if n > 0 && !struck {
				break
			}
		}
	}
}

func (r *rig) erased(a privacy.Answer) {
	t := r.T
	t.Helper()
	if named(a.Left) != "#1003" || !strings.Contains(a.Left[0].Why, "no document yet") {
		t.Errorf("left: %+v", a.Left)
	}
	for name, number := range map[string]string{"#1001": "SO1", "#1002": "SO1", "#1004": "SO1"} {
		if v := r.View(name); v.State != orders.Processed || v.Document == nil || v.Document.Number != number {
			t.Errorf("%s is %+v", name, v)
		}
	}
	for line := range strings.Lines(r.dump()) {
		if strings.Contains(line, "5002") {
			if strings.Contains(line, "#p1") && !strings.Contains(line, "Holm 7") {
				t.Errorf("the order that waits has lost its buyer: %s", line)
			}
			continue
		}
		for _, text := range append(hers, `address":"digest:`, `mail":"digest:`) {
			if strings.Contains(line, text) && !strings.Contains(line, "5003") {
				t.Errorf("%q is stored still: %s", text, line)
			}
		}
		if strings.Contains(line, "5003#p1") && !strings.Contains(line, "bob@example.com") {
			t.Errorf("Bob is gone: %s", line)
		}
	}
	if c := r.Load("5000"); c.Lines[0].Title != "Mug" || c.Shipping.Country != "DE" || !c.CurrentTotal.Shop.Value.Equal(orderstest.Amount("10").Shop.Value) {
		t.Errorf("the goods: %+v", c)
	}
	if strings.Contains(r.dump(), "ERASURE") {
		t.Error("the request is stored still")
	}
}

// What Shopify says of an order afterwards is no conflict when it is about the buyer, brings
// no buyer back while the order is settled, and all of it when somebody has to see to it again.
func TestAfterAnErasure(t *testing.T) {
	r := evasOrders(t)
	if a, err := r.desk().Erase(t.Context(), "acme", eva, nil); err != nil || !a.Done {
		t.Fatal(a, err)
	}
	r.At = r.At.Add(time.Hour)
	r.Change(0, func(o *orders.Order) { o.Tags = []string{"gift"} })
	r.Change(1, func(o *orders.Order) { o.Email, o.Customer, o.Shipping = "", nil, nil })
	r.Run("")
	for _, name := range []string{"#1001", "#1002"} {
		if v := r.View(name); v.State != orders.Processed || v.Issue != nil {
			t.Errorf("%s is %+v", name, v)
		}
	}
	for line := range strings.Lines(r.dump()) {
		if strings.Contains(line, "5000") && (strings.Contains(line, "Holm") || strings.Contains(line, "Krüger")) {
			t.Errorf("the buyer is back: %s", line)
		}
	}
	r.At = r.At.Add(time.Hour)
	r.Change(0, func(o *orders.Order) { o.ShippingTotal = orderstest.Amount("4.90") })
	r.Run("")
	if v, c := r.View("#1001"), r.Load("5000"); v.State != orders.Conflict || len(v.Changes) != 1 || c.Email != "eva@example.com" {
		t.Errorf("in conflict: %+v, of %q", v.Changes, c.Email)
	}
	a, err := r.desk().Erase(t.Context(), "acme", eva, nil)
	if err != nil || !bytes.Contains([]byte(named(a.Left)), []byte("#1001")) {
		t.Errorf("left: %+v, %v", a.Left, err)
	}
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
		t.Fatal(err)
	}
	if a, err = r.desk().Erase(t.Context(), "acme", eva, nil); err != nil || named(a.Left) != "#1003" {
		t.Errorf("left: %+v, %v", a.Left, err)
	}
	if p, _, err := r.Stage.PendingByID(t.Context(), "acme", "5002"); err != nil || p.ID != "5002" {
		t.Errorf("#1003 waits no more: %+v, %v", p, err)
	}
	if os, err := r.Stage.Load(t.Context(), []documents.Pending{r.pending("5002")}); err != nil || os[0].Email == "" {
		t.Errorf("%+v, %v", os, err)
	}
}

package system_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// numbered is what is read of a document, over plain HTTP.
type numbered struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	External string `json:"externalDocumentNumber"`
}

// named is a world whose first orders have these names, after its first run.
func named(t *testing.T, names []string, change func(*shop.Shop)) (*worlds.World, []*data.Order) {
	t.Helper()
	d := data.Sample(begin)
	var os []*data.Order
	for i, name := range names { // those of the sample that have nothing unusual
		o := d.Orders[[]int{0, 7, 9, 10, 17}[i]]
		o.Name = name
		os = append(os, o)
	}
	card := shop.Shop{CustomerMapping: shop.ByEmailPhone, AutoCreateUnknownCustomers: true, SKUMapping: shop.SKUItemNo}
	settings(&card)
	if change != nil {
		change(&card)
	}
	w := worlds.New(t, worlds.Setup{Begin: begin, Shop: d, Company: businesscentral.Cronus("CRONUS"), Stock: host.Stock(d), Card: card})
	w.Live(15 * time.Minute)
	return w, os
}

// fate is what became of an order.
func fate(t *testing.T, w *worlds.World, o *data.Order) staging.View {
	t.Helper()
	vs, _, err := w.Wired.Orders.List(t.Context(), worlds.Code, "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(vs, func(v staging.View) bool { return v.ID == fmt.Sprint(o.ID) })
	if i < 0 {
		t.Fatalf("order %s is not imported", o.Name)
	}
	return vs[i]
}

// A person who has only the name finds the sales order, and what is posted of
// it, by a filter that begins with it.
func TestTheNameFindsOrderShipmentAndInvoice(t *testing.T) {
	w, os := named(t, []string{"#9042", "EU-1042-X", "shop_7/a", "№ 12", "Bestellung Nr. 9042 – Ü"}, nil)
	begins := func(set, name string) []numbered {
		// BC keeps the field in upper case, as it does what a person types into a filter of it.
		filter := url.QueryEscape("startswith(externalDocumentNumber,'" + strings.ToUpper(name) + "')")
		return worlds.Read[numbered](w, set+"?$filter="+strings.ReplaceAll(filter, "+", "%20"))
	}
	for _, o := range os {
		if v := fate(t, w, o); v.State != orders.Processed {
			t.Fatalf("%s has no document: %+v", o.Name, v.Issue)
		}
		docs := begins("salesOrders", o.Name)
		if len(docs) != 1 || !strings.HasSuffix(docs[0].External, fmt.Sprintf("-%d", o.ID)) {
			t.Fatalf("%q finds %+v, want order %d", o.Name, docs, o.ID)
		}
		w.Write("POST", "salesOrders("+docs[0].ID+")/Microsoft.NAV.shipAndInvoice", "")
		for _, set := range []string{"salesInvoices", "salesShipments"} {
			if posted := begins(set, o.Name); len(posted) != 1 || posted[0].External != docs[0].External {
				t.Errorf("%q finds %+v in %s", o.Name, posted, set)
			}
		}
	}
}

// With useShopifyOrderNo the number is the name. Of two orders of one name one
// has the document, the other an issue; neither has two.
func TestTheNameAsNumber(t *testing.T) {
	w, os := named(t, []string{"#9042", "eu-7", "twice", "Twice", "a name of more than twenty characters"}, func(c *shop.Shop) { c.UseShopifyOrderNo = true })
	w.Live(50 * time.Minute) // longer than a create may take to have its effect
	byOrder := map[string][]numbered{}
	for _, d := range worlds.Read[numbered](w, "salesOrders") {
		id := d.External[strings.LastIndex(d.External, "-")+1:]
		byOrder[id] = append(byOrder[id], d)
	}
	twice := 0
	for _, o := range os {
		v, docs := fate(t, w, o), byOrder[fmt.Sprint(o.ID)]
		switch {
		case len(docs) > 1:
			t.Errorf("%s has %d documents", o.Name, len(docs))
		case v.State == orders.Processed && (len(docs) != 1 || docs[0].Number != strings.ToUpper(o.Name)):
			t.Errorf("%s has %+v", o.Name, docs)
		case v.State == orders.Processed && strings.EqualFold(o.Name, "twice"):
			twice++
		case v.State != orders.Processed && (v.Issue == nil || len(docs) > 0):
			t.Errorf("%s is %s, %+v, documents %+v", o.Name, v.State, v.Issue, docs)
		}
		if len(o.Name) > 20 && (v.Issue == nil || v.Issue.Reason != issue.OrderNumberUnusable) {
			t.Errorf("%s: %+v", o.Name, v.Issue)
		}
	}
	if twice != 1 {
		t.Errorf("%d of two orders of one name have a document", twice)
	}
}

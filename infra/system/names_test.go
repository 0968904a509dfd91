package system_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
)

// numbered is what is read of a document, over plain HTTP.
type numbered struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	External string `json:"externalDocumentNumber"`
}

// named is a world whose first orders have these names, after its first run.
func named(t *testing.T, names []string, change func(*documents.Card)) (*worlds.World, []*data.Order) {
	t.Helper()
	s := worlds.Plain(begin)
	os := s.Ordinary(len(names))
	for i, name := range names {
		os[i].Name = name
	}
	if change != nil {
		change(&s.Card)
	}
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	return w, os
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
		if v := w.Fate(o); v.State != "processed" {
			t.Fatalf("%s has no document: %+v", o.Name, v)
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
	w, os := named(t, []string{"#9042", "eu-7", "twice", "Twice", "a name of more than twenty characters"}, func(c *documents.Card) { c.UseShopifyOrderNo = true })
	w.Live(50 * time.Minute) // longer than a create may take to have its effect
	byOrder := map[string][]numbered{}
	for _, d := range worlds.Read[numbered](w, "salesOrders") {
		id := d.External[strings.LastIndex(d.External, "-")+1:]
		byOrder[id] = append(byOrder[id], d)
	}
	twice := 0
	for _, o := range os {
		v, docs := w.Fate(o), byOrder[fmt.Sprint(o.ID)]
		switch {
		case len(docs) > 1:
			t.Errorf("%s has %d documents", o.Name, len(docs))
		case v.State == "processed" && (len(docs) != 1 || docs[0].Number != strings.ToUpper(o.Name)):
			t.Errorf("%s has %+v", o.Name, docs)
		case v.State == "processed" && strings.EqualFold(o.Name, "twice"):
			twice++
		case v.State != "processed" && (v.Reason == "" || len(docs) > 0):
			t.Errorf("%s is %s, %+v, documents %+v", o.Name, v.State, v, docs)
		}
		if len(o.Name) > 20 && v.Reason != string(documents.OrderNumberUnusable) {
			t.Errorf("%s: %+v", o.Name, v)
		}
	}
	if twice != 1 {
		t.Errorf("%d of two orders of one name have a document", twice)
	}
}

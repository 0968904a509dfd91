package system_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/shop"
)

// renamed is a company with codes of its own for currencies: the local one is a
// word, and the codes of two others are each other's.
func renamed() *businesscentral.Data {
	c := businesscentral.Cronus("CRONUS")
	c.Setup.LocalCurrencyCode = "EURO"
	for i := range c.References["currencies"] {
		if r := &c.References["currencies"][i]; r.Code == "SEK" || r.Code == "DKK" {
			r.Code = map[string]string{"SEK": "DKK", "DKK": "SEK"}[r.Code]
		}
	}
	return c
}

// A company that calls currencies otherwise than ISO: orders wait with both names
// until the card maps them, the document has the company's code and people see
// Shopify's; an invoice that was posted of it is adopted in the same words.
func TestCurrencyCodesOfTheCompany(t *testing.T) {
	type document struct {
		ID       string `json:"id"`
		External string `json:"externalDocumentNumber"`
		Currency string `json:"currencyCode"`
	}
	of := func(w *worlds.World, set string, o *data.Order) []document {
		var out []document
		for _, d := range worlds.Read[document](w, set) {
			if strings.HasSuffix(d.External, fmt.Sprintf("-%d", o.ID)) {
				out = append(out, d)
			}
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		codes  []shop.CodeMap
		waits  string // what the issue names; "" is a document
		posted bool
	}{
		{"not mapped", nil, "no currency EUR.", false},
		{"mapped to what is not there", []shop.CodeMap{{From: "eur", To: "EUR2"}}, "no currency EUR2, to which currencies maps EUR.", false},
		{"mapped", []shop.CodeMap{{From: "eur", To: "Euro"}, {From: "SEK", To: "DKK"}, {From: "DKK", To: "SEK"}}, "", false},
		{"mapped and posted", []shop.CodeMap{{From: "EUR", To: "EURO"}}, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := worlds.Plain(begin)
			o := s.Ordinary(1)[0]
			s.Company, s.Card.Currencies = renamed(), tt.codes
			w := worlds.New(t, s)
			w.Live(15 * time.Minute)
			v := w.Fate(o)
			if tt.waits != "" {
				if v.State != "attention" || v.Reason != string(documents.CurrencyUnmapped) || !strings.Contains(v.Text, tt.waits) || !strings.Contains(v.WayOut, "currencies") {
					t.Errorf("%+v", v)
				}
				return
			}
			docs := of(w, "salesOrders", o)
			if v.State != "processed" || len(docs) != 1 || docs[0].Currency != "EURO" || v.Currency != "EUR" {
				t.Fatalf("%+v, documents %+v", v, docs)
			}
			if !tt.posted {
				return
			}
			w.Write("POST", "salesOrders("+docs[0].ID+")/Microsoft.NAV.shipAndInvoice", "")
			w.Decide(o, "unlink")
			w.Live(30 * time.Minute)
			v = w.Fate(o)
			invoices := of(w, "salesInvoices", o)
			if v.State != "processed" || v.Document != "Invoice" || len(of(w, "salesOrders", o)) != 0 || len(invoices) != 1 || v.Currency != "EUR" {
				t.Errorf("posted: %+v, invoices %+v", v, invoices)
			}
		})
	}
}

package salesapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/bctest"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/sales"
)

func amount(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// bodies is a fake that keeps what was sent, and answers with an order of one line.
func bodies(t *testing.T, sent *[]string) *bctest.Fake {
	t.Helper()
	return bctest.New(t, func(o bctest.Op) bctest.Result {
		*sent = append(*sent, strings.TrimSpace(o.Method+" "+strings.TrimPrefix(o.Path, "salesOrders("+bctest.OrderID+")")+" "+o.Header.Get("If-Match")+" "+o.Body))
		status := 200
		if o.Method == "POST" {
			status = 201
		}
		return bctest.Result{Status: status, Body: `{"@odata.etag":"new","id":"` + bctest.OrderID + `","status":"Draft","shipToName":"Ida","salesOrderLines":[` + wireLine + `]}`}
	})
}

const (
	lineID   = "5d2f0b1a-0000-4000-8000-00000000e001"
	wireLine = `{"@odata.etag":"l1","id":"` + lineID + `","sequence":10000,"lineType":"Item","lineObjectNumber":"A","quantity":2,"unitPrice":5,"discountAmount":0,` +
		`"taxCode":"ID19","taxPercent":19,"netAmount":8.40,"netTaxAmount":1.60,"netAmountIncludingTax":10.00,"locationId":"00000000-0000-0000-0000-000000000000"}`
)

func meantDocument() sales.Document {
	include := true
	return sales.Document{
		ExternalNumber: "#1-1", Date: "2026-07-01", Customer: "C1", Currency: "EUR", PricesIncludeTax: &include,
		SellTo: sales.Address{Line1: "Gatan 1", City: "Lund", Country: "SE"}, ShipToName: "Ida", ShipmentMethod: "m",
		Lines: []sales.Line{
			{Sequence: 10000, Kind: sales.ItemLine, Object: "A", Quantity: amount("2"), UnitPrice: amount("5"), TaxCode: "VAT19"},
			{Sequence: 20000, Kind: sales.AccountLine, Object: "6610", Quantity: amount("1"), UnitPrice: amount("3"), Discount: amount("1.5"), Description: "Shipping & more"},
			{Sequence: 30000, Kind: sales.CommentLine, Description: "c"},
		},
	}
}

// header is the fields of meantDocument that may be written at any time, in the
// order in which BC is to take them, blanks included.
const (
	names    = `"shipToName":"Ida","shipToContact":"",`
	sellTo   = `"sellToAddressLine1":"Gatan 1","sellToAddressLine2":"","sellToCountry":"SE","sellToPostCode":"","sellToCity":"Lund","sellToState":"",`
	shipTo   = `"shipToAddressLine1":"","shipToAddressLine2":"","shipToCountry":"","shipToPostCode":"","shipToCity":"","shipToState":"",`
	accounts = `{"sequence":20000,"lineType":"Account","lineObjectNumber":"6610","quantity":1,"unitPrice":3,"discountAmount":1.5,"description":"Shipping \u0026 more"}`
	items    = `{"sequence":10000,"lineType":"Item","lineObjectNumber":"A","quantity":2,"taxCode":"VAT19","unitPrice":5,"discountAmount":0}`
)

// The body keeps the order in which BC is to take the fields; blanks and zeros are sent,
// and no account line is last.
func TestBodyOfACreate(t *testing.T) {
	var sent []string
	got, err := New(bodies(t, &sent).Client()).CreateDocuments(t.Context(), []sales.Document{meantDocument()})
	if err != nil || got[0].Err != nil {
		t.Fatal(err, got)
	}
	want := `POST salesOrders  {"externalDocumentNumber":"#1-1","orderDate":"2026-07-01","customerNumber":"C1",` + names + sellTo + shipTo +
		`"currencyCode":"EUR","pricesIncludeTax":true,"shipmentMethodId":"m","discountAmount":0,"phoneNumber":"","email":"",` +
		`"salesOrderLines":[` + accounts + `,` + items + `,{"sequence":30000,"lineType":"Comment","description":"c"}]}`
	if !slices.Equal(sent, []string{want}) {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(sent, "\n"), want)
	}
	f := got[0].Entity
	l, _ := f.Line(10000)
	if f.Mark != "new" || !f.Draft || f.Header.ShipToName != "Ida" || l.Mark != "l1" || l.Location != "" || l.TaxCode != "ID19" || !l.Percent.Equal(amount("19")) || f.Total().Value.String() != "10" {
		t.Errorf("read as %+v", f)
	}
}

func TestFieldsLeftToBusinessCentralAreNotSent(t *testing.T) {
	var sent []string
	d := meantDocument()
	d.Leave = []string{"orderDate", "phoneNumber", "shipToState"}
	if _, err := New(bodies(t, &sent).Client()).CreateDocuments(t.Context(), []sales.Document{d}); err != nil {
		t.Fatal(err)
	}
	for _, name := range d.Leave {
		if strings.Contains(sent[0], `"`+name+`"`) {
			t.Errorf("%s is sent: %s", name, sent[0])
		}
	}
}

func TestChangesOfADocument(t *testing.T) {
	header := `{"orderDate":"2026-07-01",` + names + sellTo + shipTo + `"shipmentMethodId":"m",`
	line := `PATCH /salesOrderLines(` + lineID + `) l1 `
	for _, tt := range []struct {
		name string
		ch   documents.Change
		want []string
	}{
		{"the header: its own answer says it all", documents.Change{Header: true}, []string{"PATCH  old " + header + `"phoneNumber":"","email":""}`}},
		{"the header and its discount: read again", documents.Change{Header: true, Discount: true}, []string{"PATCH  old " + header + `"discountAmount":0,"phoneNumber":"","email":""}`, "GET"}},
		{"a line: price, quantity and discount together", documents.Change{Lines: []int{10000}}, []string{line + `{"quantity":2,"unitPrice":5,"discountAmount":0}`, "GET"}},
		{"a line's tax code before its price", documents.Change{Lines: []int{10000}, Taxed: []int{10000}}, []string{line + `{"quantity":2,"taxCode":"VAT19","unitPrice":5,"discountAmount":0}`, "GET"}},
		{"a line anew: emptied first", documents.Change{Anew: []int{10000}}, []string{line + `{"quantity":0}`, strings.Replace(line, "l1", "*", 1) + `{"quantity":2,"unitPrice":5,"discountAmount":0}`, "GET"}},
		{"a line to append", documents.Change{Add: []int{20000}}, []string{"POST /salesOrderLines  " + accounts, "GET"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sent []string
			f := bodies(t, &sent)
			tt.ch.Meant = meantDocument()
			tt.ch.Found = sales.Found{ID: bctest.OrderID, Mark: "old", Lines: []sales.FoundLine{{Line: sales.Line{Sequence: 10000, Description: "as found"}, ID: lineID, Mark: "l1"}}}
			got, err := New(f.Client()).ChangeDocuments(t.Context(), []documents.Change{tt.ch})
			if err != nil || got[0].Err != nil || got[0].Entity.Mark != "new" || f.Count() != 1 {
				t.Fatalf("%+v, %v after %d requests", got, err, f.Count())
			}
			if !slices.Equal(sent, tt.want) {
				t.Errorf("sent\n%s\nwant\n%s", strings.Join(sent, "\n"), strings.Join(tt.want, "\n"))
			}
			if kept := got[0].Entity.Lines[0].Description == "as found"; kept == slices.Contains(tt.want, "GET") {
				t.Errorf("lines %+v", got[0].Entity.Lines)
			}
		})
	}
}

// What becomes of a change whose operations fail in some way.
func TestChangesThatFail(t *testing.T) {
	refused := bctest.Refusal(400, "Application_DialogException", "No.")
	moved := bctest.Refusal(409, "Request_EntityChanged", "x")
	exists := bctest.Refusal(400, "Application_DialogException", "You cannot insert a line because a line already exists.")
	for _, tt := range []struct {
		name                string
		header, write, read *bctest.Result
		want                fault.Kind
		known               bool // the document as it is comes along
	}{
		{"header refused", &refused, nil, nil, fault.Rejected, false},
		{"header moved", &moved, nil, nil, fault.Transient, false},
		{"line refused", nil, &refused, nil, fault.Rejected, true},
		{"line moved", nil, &moved, nil, fault.Transient, true},
		{"line there already", nil, &exists, nil, "", true},
		{"read failed", nil, nil, &bctest.Result{Status: 500, Body: "{}"}, fault.Unknown, false},
		{"no answer to the write", nil, &bctest.Result{}, nil, fault.Unknown, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bctest.New(t, func(o bctest.Op) bctest.Result {
				switch {
				case o.Method == "PATCH" && strings.Contains(o.Path, "Lines"), o.Method == "POST":
					if tt.write != nil {
						return *tt.write
					}
				case o.Method == "PATCH":
					return *tt.header
				case tt.read != nil:
					return *tt.read
				}
				return bctest.Result{Status: 200, Body: `{"id":"` + bctest.OrderID + `"}`}
			})
			ch := documents.Change{Meant: meantDocument(), Found: sales.Found{ID: bctest.OrderID, Mark: "old"}, Header: tt.header != nil}
			if tt.header == nil {
				ch.Add = []int{20000}
			}
			got, err := New(f.Client()).ChangeDocuments(t.Context(), []documents.Change{ch})
			if err != nil || fault.KindOf(got[0].Err) != tt.want || (got[0].Entity.ID == bctest.OrderID) != tt.known {
				t.Errorf("%+v, %v, want kind %q", got, err, tt.want)
			}
		})
	}
	f := bctest.New(t, nil)
	for _, ch := range []documents.Change{
		{Found: sales.Found{ID: "x)/y"}, Header: true}, {Found: sales.Found{ID: bctest.OrderID}}, {Found: sales.Found{ID: bctest.OrderID}, Lines: []int{1}}, {Found: sales.Found{ID: bctest.OrderID}, Add: []int{1}},
	} {
		if _, err := New(f.Client()).ChangeDocuments(t.Context(), []documents.Change{ch}); fault.KindOf(err) != fault.Bug || f.Count() > 0 {
			t.Errorf("%+v: %v after %d requests", ch, err, f.Count())
		}
	}
}

// Changes of several documents keep each document's operations in one batch.
func TestChangesStayTogether(t *testing.T) {
	var sent []string
	f := bodies(t, &sent)
	var changes []documents.Change
	for range 40 {
		changes = append(changes, documents.Change{
			Meant: meantDocument(), Lines: []int{10000}, Add: []int{20000},
			Found: sales.Found{ID: bctest.OrderID, Mark: "old", Lines: []sales.FoundLine{{Line: sales.Line{Sequence: 10000}, ID: lineID, Mark: "l1"}}},
		})
	}
	got, err := New(f.Client()).ChangeDocuments(t.Context(), changes)
	if err != nil || len(got) != 40 {
		t.Fatal(err, len(got))
	}
	for _, n := range f.Batches {
		if n%3 != 0 || n > 50*2 {
			t.Errorf("batches of %v, want whole changes of 3", f.Batches)
		}
	}
	if len(sent) != 120 {
		t.Errorf("%d operations", len(sent))
	}
}

func TestReadDocuments(t *testing.T) {
	other := strings.Replace(bctest.OrderID, "d001", "d002", 1)
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if strings.Contains(o.Path, other) {
			return bctest.Refusal(404, "BadRequest_NotFound", "no")
		}
		return bctest.Result{Status: 200, Body: `{"id":"` + bctest.OrderID + `","discountAmount":1.5,"salesOrderLines":[` + wireLine + `]}`}
	})
	got, err := New(f.Client()).ReadDocuments(t.Context(), []documents.Ref{{ID: bctest.OrderID}, {ID: other}})
	if err != nil || got[0].Err != nil || got[0].Entity.Discount.String() != "1.5" || !errors.Is(got[1].Err, businesscentral.ErrNotFound) || f.Count() != 1 {
		t.Errorf("%+v, %v after %d requests", got, err, f.Count())
	}
	if _, err := New(f.Client()).ReadDocuments(t.Context(), []documents.Ref{{ID: "x"}}); fault.KindOf(err) != fault.Bug {
		t.Errorf("an id that is none: %v", err)
	}
}

func TestDeleteDocument(t *testing.T) {
	untouched := sales.Found{ID: bctest.OrderID, Mark: "a", Draft: true, Header: sales.Document{Number: "SO1"}}
	released, shipped, unmarked := untouched, untouched, untouched
	released.Draft, unmarked.Mark = false, ""
	shipped.Lines = []sales.FoundLine{{Touched: true}}
	none, one := bctest.Rows(), bctest.Rows(`{"id":"i"}`)
	for _, tt := range []struct {
		name                string
		found               sales.Found
		invoices, shipments bctest.Result
		deleted             bctest.Result
		want                fault.Kind
		sent                bool
	}{
		{"an untouched draft", untouched, none, none, bctest.Result{Status: 204}, "", true},
		{"gone", untouched, none, none, bctest.Refusal(404, "BadRequest_NotFound", "no"), "", true},
		{"released", released, none, none, bctest.Result{}, fault.Rejected, false},
		{"shipped in part", shipped, none, none, bctest.Result{}, fault.Rejected, false},
		{"an invoice under its number", untouched, one, none, bctest.Result{}, fault.Rejected, false},
		{"a shipment under its number", untouched, none, one, bctest.Result{}, fault.Rejected, false},
		{"changed since it was compared", untouched, none, none, bctest.Refusal(409, "Request_EntityChanged", "x"), fault.Transient, true},
		{"answer lost", untouched, none, none, bctest.Refusal(504, "", ""), fault.Unknown, true},
		{"invoices cannot be read", untouched, bctest.Refusal(500, "", ""), none, bctest.Result{}, fault.Transient, false},
		{"company gone", untouched, bctest.Refusal(404, "Internal_CompanyNotFound", "x"), none, bctest.Result{}, fault.Blocked, false},
		{"without a mark", unmarked, none, none, bctest.Result{}, fault.Bug, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent := false
			f := bctest.New(t, func(o bctest.Op) bctest.Result {
				switch {
				case o.Method == "DELETE" && o.Path == "salesOrders("+bctest.OrderID+")":
					sent = true
					if o.Header.Get("If-Match") != "a" {
						t.Errorf("If-Match %q, want the mark of what was compared", o.Header.Get("If-Match"))
					}
					return tt.deleted
				case o.Query.Get("$filter") != "orderNumber eq 'SO1'":
					t.Errorf("%s %s with filter %q", o.Method, o.Path, o.Query.Get("$filter"))
				case o.Path == "salesInvoices":
					return tt.invoices
				}
				return tt.shipments
			})
			err := New(f.Client()).DeleteDocument(t.Context(), tt.found)
			if fault.KindOf(err) != tt.want || sent != tt.sent {
				t.Errorf("%v, deleted %v; want %q, %v", err, sent, tt.want, tt.sent)
			}
		})
	}
}

func TestFindDocumentsIsOneRequest(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		vs := bctest.Quoted(o.Query.Get("$filter"))
		if len(vs) > 100 || !strings.HasPrefix(o.Query.Get("$filter"), "externalDocumentNumber eq '") {
			t.Errorf("filter of %d values: %s", len(vs), o.Query.Get("$filter"))
		}
		if strings.Contains(o.Query.Get("$select"), "@") || strings.Contains(o.Query.Get("$select"), "totalAmountIncludingTax") != (o.Path == "salesInvoices") {
			t.Errorf("select %s", o.Query.Get("$select"))
		}
		var out []string
		for _, v := range vs {
			switch {
			case o.Path == "salesOrders" && strings.HasPrefix(v, "1007-"):
				out = append(out, fmt.Sprintf(`{"@odata.etag":"W/\"x\"","id":"o","externalDocumentNumber":%q}`, v))
			case o.Path == "salesInvoices" && strings.HasPrefix(v, "1099-"):
				out = append(out, fmt.Sprintf(`{"id":"i","number":"PI-1","externalDocumentNumber":%q,"totalAmountIncludingTax":123456789012345.678901}`, v))
			}
		}
		return bctest.Rows(out...)
	})
	var ns []string
	for i := range 100 {
		ns = append(ns, strings.ToLower(bctest.Number(i)), bctest.Number(i)) // twice, in two spellings
	}
	c := New(f.Client())
	orders, invoices, err := c.FindDocuments(t.Context(), ns)
	if err != nil || len(orders) != 1 || len(invoices) != 1 {
		t.Fatalf("%v, %v, %v", orders, invoices, err)
	}
	if orders[0].Mark != `W/"x"` || invoices[0].Number != "PI-1" || invoices[0].Total.String() != "123456789012345.678901" {
		t.Errorf("got %+v, %+v", orders[0], invoices[0])
	}
	if f.Count() != 1 || !slices.Equal(f.Batches, []int{2}) {
		t.Errorf("%d requests, batches %v, want one of 2", f.Count(), f.Batches)
	}
}

package postingapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/bctest"
	"backroom/shared/fault"
	"backroom/shared/posting"
)

const otherID = "5d2f0b1a-0000-4000-8000-00000000d002"

const aRow = `{"@odata.etag":"W/\"1\"","id":"` + bctest.OrderID + `","number":"SO1","externalDocumentNumber":"#1001-5820001","orderDate":"2026-03-01",
	"postingDate":"0001-01-01","customerNumber":"10000","customerName":"Adatum","currencyCode":"EUR","status":"Open","totalAmountIncludingTax":12.5,
	"salesOrderLines":[{"@odata.etag":"W/\"2\"","id":"l","sequence":10000,"quantity":2,"netAmountIncludingTax":12.5,"shippedQuantity":1,"invoicedQuantity":0.5,"shipQuantity":1,"invoiceQuantity":1.5}]}`

// What is asked for is what the filters say, in what BC takes of them.
func TestList(t *testing.T) {
	var got []string
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		got = append(got, o.Path+" "+o.Query.Get("$filter"))
		return bctest.Rows()
	})
	p := New(f.Client())
	for _, q := range []struct {
		k posting.Kind
		q posting.Query
	}{
		{posting.Order, posting.Query{Drafts: true, Released: true}},
		{posting.Invoice, posting.Query{Drafts: true, From: "2026-03-01", To: "2026-03-31"}},
	} {
		if _, err := p.List(t.Context(), q.k, q.q); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"salesOrders (status eq 'Draft' or status eq 'Open')",
		"salesInvoices (status eq 'Draft') and invoiceDate ge 2026-03-01 and invoiceDate le 2026-03-31",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
}

// A document is read whole, and one that is gone is no error.
func TestLook(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		switch {
		case strings.Contains(o.Path, bctest.OrderID):
			return bctest.Result{Status: 200, Body: aRow}
		case strings.Contains(o.Path, otherID):
			return bctest.Refusal(404, "BadRequest_ResourceNotFound", "There is none.")
		case o.Path == "salesInvoices":
			return bctest.Rows(`{"number":"PSI1","orderNumber":"SO2"}`, `{"number":"PSI2","orderNumber":"so2"}`)
		}
		return bctest.Rows(`{"documentNumber":"PSI1","documentType":"Invoice"}`, `{"documentNumber":"PSI2","documentType":"Credit_x0020_Memo"}`)
	})
	looks, err := New(f.Client()).Look(t.Context(), posting.Order, []posting.Document{{ID: bctest.OrderID, Number: "SO1"}, {ID: otherID, Number: "SO2"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	half := decimal.RequireFromString
	want := []posting.Look{{Document: posting.Document{
		ID: bctest.OrderID, Mark: `W/"1"`, Number: "SO1", ExternalNumber: "#1001-5820001", Date: "2026-03-01", Customer: "10000", Name: "Adatum", Currency: "EUR",
		Status: posting.Released, Total: half("12.5"), Lines: []posting.Line{{
			ID: "l", Mark: `W/"2"`, Sequence: 10000, Quantity: half("2"), Gross: half("12.5"), Shipped: half("1"), Invoiced: half("0.5"), Ship: half("1"), Invoice: half("1.5"),
		}},
	}}, {Gone: true, Invoices: []posting.Invoiced{{Number: "PSI1", Booked: true}, {Number: "PSI2"}}}}
	if diff := cmp.Diff(want, looks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.Count() != 2 {
		t.Errorf("%d requests, want 2", f.Count())
	}
}

// Of a line the quantity to ship is written first, under the line's mark, then the one
// to invoice; then the document is read.
func TestChange(t *testing.T) {
	var got []string
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		got = append(got, fmt.Sprintf("%s %s %s %s", o.Method, strings.ReplaceAll(o.Path, bctest.OrderID, "id"), o.Header.Get("If-Match"), o.Body))
		if o.Method == "GET" {
			return bctest.Result{Status: 200, Body: aRow}
		}
		return bctest.Result{Status: 200, Body: `{"id":"x"}`}
	})
	none, two := decimal.Zero, decimal.NewFromInt(2)
	out, err := New(f.Client()).Change(t.Context(), posting.Order, []posting.Change{{
		Document: posting.Document{ID: bctest.OrderID, Mark: `W/"1"`}, Date: "2026-03-05",
		Lines: []posting.LineQuantity{{ID: "a", Mark: `W/"2"`, Ship: &none, Invoice: &two}, {ID: "b", Mark: `W/"3"`, Invoice: &none}},
	}})
	if err != nil || out[0].Err != nil || out[0].Entity.Number != "SO1" {
		t.Fatalf("%v, %+v", err, out)
	}
	want := []string{
		`PATCH salesOrders(id) W/"1" {"postingDate":"2026-03-05"}`,
		`PATCH salesOrders(id)/salesOrderLines(a) W/"2" {"shipQuantity":0}`,
		`PATCH salesOrders(id)/salesOrderLines(a) * {"invoiceQuantity":2}`,
		`PATCH salesOrders(id)/salesOrderLines(b) W/"3" {"invoiceQuantity":0}`,
		`GET salesOrders(id)  `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a refusal of a posting means: the same code is a blocked account, a missing
// setup and a document that is gone.
func TestPost(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer bctest.Result
		kind   fault.Kind
		is     error
	}{
		{"posted", bctest.Result{Status: 204}, "", nil},
		{"gone", bctest.Refusal(404, "BadRequest_ResourceNotFound", "There is no salesOrder with the id."), fault.Rejected, posting.ErrNotDraft},
		{"posted before", bctest.Refusal(400, "Application_DialogException", "The action can be applied to a draft invoice only."), fault.Rejected, posting.ErrNotDraft},
		{"blocked customer", bctest.Refusal(400, "Application_DialogException", "You cannot post this type of document when Customer 10000 is blocked."), fault.Rejected, posting.ErrBlocked},
		{"blocked account", bctest.Refusal(400, "Application_FieldValidationException", "Blocked must be equal to 'No' in G/L Account: No.=6999. Current value is 'Yes'."), fault.Rejected, posting.ErrBlocked},
		{"posting setup", bctest.Refusal(404, "Internal_RecordNotFound", "The General Posting Setup does not exist. Identification fields and values: Gen. Bus. Posting Group='EU'"), fault.Rejected, posting.ErrSetup},
		{"posting group", bctest.Refusal(400, "Application_FieldValidationException", "Gen. Prod. Posting Group must have a value in Sales Line."), fault.Rejected, posting.ErrSetup},
		{"stock", bctest.Refusal(400, "Application_DialogException", "You have insufficient quantity of Item 1896-S on inventory."), fault.Rejected, nil},
		{"locked", bctest.Refusal(400, "Application_DialogException", "The operation could not complete because a record was locked by another user."), fault.Transient, nil},
		{"cut off", bctest.Result{Status: 504}, fault.Unknown, nil},
		{"permission", bctest.Refusal(403, "Authorization_RequestDenied", "You may not."), fault.Blocked, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var paths []string
			f := bctest.New(t, func(o bctest.Op) bctest.Result {
				paths = append(paths, o.Method+" "+o.Path+o.Body)
				return tt.answer
			})
			out, err := New(f.Client()).Post(t.Context(), posting.Invoice, []posting.Document{{ID: bctest.OrderID}})
			if err != nil {
				t.Fatal(err)
			}
			if fault.KindOf(out[0].Err) != tt.kind || tt.is != nil && !errors.Is(out[0].Err, tt.is) {
				t.Errorf("%v", out[0].Err)
			}
			for _, is := range []error{posting.ErrNotDraft, posting.ErrBlocked, posting.ErrSetup} {
				if errors.Is(out[0].Err, is) && !errors.Is(tt.is, is) {
					t.Errorf("%v is %v", out[0].Err, is)
				}
			}
			if want := []string{"POST salesInvoices(" + bctest.OrderID + ")/Microsoft.NAV.post"}; !slices.Equal(paths, want) {
				t.Errorf("%q", paths)
			}
		})
	}
}

func TestRange(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result {
		return bctest.Rows(`{"allowPostingFrom":"2026-03-01","allowPostingTo":"0001-01-01"}`)
	})
	if r, err := New(f.Client()).Range(t.Context()); err != nil || r != (posting.Range{From: "2026-03-01"}) {
		t.Errorf("%+v, %v", r, err)
	}
}

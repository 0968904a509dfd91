package businesscentral

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/fault"
	"backroom/shared/bcapi"
	bc "backroom/shared/businesscentral"
	"backroom/shared/businesscentral/itemapi"
	"backroom/shared/customers"
	"backroom/shared/documents"
	kinds "backroom/shared/fault"
	"backroom/shared/sales"
	"backroom/shared/testclock"
	"backroom/shared/wiring"
)

// morning is when the simulators of these tests begin.
var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is a simulator and the real client on one clock.
type world struct {
	*Server
	clock  *testclock.Clock
	client *wiring.Company

	mu  sync.Mutex
	why string // X-Sim-Explain of the last raw request
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	w := &world{clock: testclock.New(morning)}
	o := Options{Now: w.clock.Now, Sleep: w.clock.Wait}
	for _, f := range change {
		f(&o)
	}
	var err error
	if w.Server, err = New(o); err != nil {
		t.Fatal(err)
	}
	w.client = w.newClient(t)
	return w
}

func (w *world) newClient(tb testing.TB) *wiring.Company {
	tb.Helper()
	client, err := bc.New(bc.Config{
		BaseURL: "https://bc.test/v2.0", Tenant: "contoso.com", Environment: "Production", CompanyID: w.Company("").ID(),
		ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://login.test/contoso.com/oauth2/v2.0/token",
		HTTP: w.Transport(), Now: w.clock.Now, Wait: w.clock.Wait,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return wiring.NewCompany(client)
}

func salesOrder(n int) sales.Document {
	include := true
	one := decimal.NewFromInt(1)
	return sales.Document{
		Number: fmt.Sprintf("S%d", 5820000+n), ExternalNumber: fmt.Sprintf("%d-%d", 1000+n, 5820000+n), Date: "2026-03-01",
		Customer: "10000", Currency: "EUR", PricesIncludeTax: &include, ShipToName: "Ida Ek 🚲", ShipTo: sales.Address{Country: "SE"},
		Lines: []sales.Line{
			{Sequence: 10000, Kind: sales.ItemLine, Object: "1900-S", Quantity: decimal.NewFromInt(2), UnitPrice: dec("100.00"), Discount: dec("20.00"), TaxCode: "VAT25"},
			{Sequence: 20000, Kind: sales.AccountLine, Object: AccountShipping, Quantity: one, UnitPrice: dec("49"), TaxCode: "VAT25", Description: "Standard"},
			{Sequence: 30000, Kind: sales.CommentLine, Description: "Shopify Order No.: #1001"},
		},
	}
}

func TestClientReadsSetup(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	companies, err := w.client.Companies(ctx)
	if err != nil || len(companies) != 1 || companies[0].ID != w.Company("").ID() {
		t.Fatalf("companies %v, %v", companies, err)
	}
	accounts, err := w.client.Accounts(ctx)
	if err != nil || len(accounts) != 15 || accounts[0].Number != AccountNoDirect || accounts[0].DirectPosting {
		t.Errorf("accounts %v, %v", accounts, err)
	}
	for _, set := range []string{
		"countriesRegions", "currencies", "itemCategories", "locations", "paymentMethods",
		"paymentTerms", "shipmentMethods", "taxAreas", "taxGroups", "unitsOfMeasure",
	} {
		if rows, err := w.client.References(ctx, bcapi.Set(set)); err != nil || len(rows) == 0 || rows[0].ID == "" || rows[0].Code == "" {
			t.Errorf("%s: %v, %v", set, rows, err)
		}
	}
	if lcy, err := w.client.LocalCurrency(ctx); err != nil || lcy != "EUR" {
		t.Errorf("local currency %q, %v", lcy, err)
	}
	if m := w.Meters(); m.Tokens != 1 || m.Outer != 13 || m.Inner != 13 {
		t.Errorf("meters %+v, want 1 token and 13 requests", m)
	}
}

func TestCompanionMetadata(t *testing.T) {
	const path = "/v2.0/contoso.com/Production/api/backroom/shopify/v1.0/$metadata"
	w := newWorld(t, func(o *Options) { o.Companion = []string{"shipments", "orderClaims"} })
	edmx := text(t, w.must(t, request{method: "GET", path: path, header: "Accept: application/xml"}), "text")
	for set, want := range map[string]bool{"shipments": true, "orderClaims": true, "salesPrices": false} {
		if got := strings.Contains(edmx, `<EntitySet Name="`+set+`"`); got != want {
			t.Errorf("%s is there: %t, want %t in %s", set, got, want, edmx)
		}
	}
	if status, code, _ := newWorld(t).raw(t, request{method: "GET", path: path}); status != 404 {
		t.Errorf("not installed: %d %s, want 404", status, code)
	}
}

func TestClientOverHTTP(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	defer srv.Close()
	core, err := bc.New(bc.Config{
		BaseURL: srv.URL + "/v2.0", Tenant: "contoso.com", Environment: "Production", CompanyID: s.Company("").ID(),
		ClientID: "backroom", ClientSecret: "secret", TokenURL: srv.URL + "/contoso.com/oauth2/v2.0/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := itemapi.New(core).ItemsByNumber(t.Context(), []string{"1896-s", "none"})
	if err != nil || len(got) != 1 || got[0].Number != "1896-S" || got[0].GTIN != "5701234567899" {
		t.Errorf("items %+v, %v", got, err)
	}
}

func TestClientImportsOrders(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	const n = 60
	var orders []sales.Document
	var external []string
	for i := range n {
		orders = append(orders, salesOrder(i))
		external = append(external, orders[i].ExternalNumber)
	}
	created, err := w.client.CreateDocuments(ctx, orders)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range created {
		if c.Err != nil {
			t.Fatalf("order %d: %v", i, c.Err)
		}
		o := c.Entity
		first, _ := o.Line(10000)
		second, _ := o.Line(20000)
		if o.Total().Value.String() != "229" || o.Header.Number != orders[i].Number || len(o.Lines) != 3 ||
			first.UnitPrice.String() != "100" || second.Description != "Standard" || o.Header.Currency != "EUR" || o.Mark == "" || !o.Draft {
			t.Fatalf("order %d: %+v", i, o)
		}
	}
	w.ResetMeters()
	found, invoices, err := w.client.FindDocuments(ctx, external)
	if err != nil || len(found) != n || len(invoices) != 0 {
		t.Errorf("found %d orders and %d invoices, %v", len(found), len(invoices), err)
	}
	if m := w.Meters(); m.Inner != 2 {
		t.Errorf("%d operations to find 60 documents in two sets, want 2 of up to 100 each", m.Inner)
	}
	// The same again: the numbers are taken, nothing is created.
	again, err := w.client.CreateDocuments(ctx, orders[:3])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range again {
		if !errors.Is(c.Err, bc.ErrExists) {
			t.Errorf("second create: %v, want ErrExists", c.Err)
		}
	}
	if got := len(w.Company("").SalesOrders()); got != n {
		t.Errorf("%d orders, want %d", got, n)
	}
	w.invoiceAndDelete(t, created[0].Entity, created[1].Entity)
}

// invoiceAndDelete posts one order, which becomes an invoice, and deletes another.
func (w *world) invoiceAndDelete(t *testing.T, posted, deleted sales.Found) {
	t.Helper()
	ctx := t.Context()
	if err := w.Company("").Post(posted.Header.Number); err != nil {
		t.Fatal(err)
	}
	orders, invoices, err := w.client.FindDocuments(ctx, []string{posted.Header.ExternalNumber})
	if err != nil || len(orders) != 0 || len(invoices) != 1 || invoices[0].OrderNumber != posted.Header.Number || invoices[0].Total.String() != "229" {
		t.Errorf("after posting: orders %v, invoices %+v, %v", orders, invoices, err)
	}
	if err := w.client.DeleteDocument(ctx, deleted); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := w.client.DeleteDocument(ctx, deleted); err != nil {
		t.Errorf("delete of what is gone: %v", err)
	}
	if left, _, err := w.client.FindDocuments(ctx, []string{deleted.Header.ExternalNumber}); err != nil || len(left) != 0 {
		t.Errorf("after the delete: %v, %v", left, err)
	}
}

func TestClientAddsRoundingLineOnce(t *testing.T) {
	w := newWorld(t)
	created, err := w.client.CreateDocuments(t.Context(), []sales.Document{salesOrder(1)})
	if err != nil || created[0].Err != nil {
		t.Fatal(err, created)
	}
	meant := salesOrder(1)
	meant.Lines = append(meant.Lines, sales.Line{
		Sequence: 99990000, Kind: sales.AccountLine, Object: AccountRounding, Quantity: decimal.NewFromInt(1), UnitPrice: dec("-0.01"), TaxCode: "NOVAT",
	})
	for range 2 {
		got, err := w.client.ChangeDocuments(t.Context(), []documents.Change{{Meant: meant, Found: created[0].Entity, Add: []int{99990000}}})
		if err != nil || got[0].Err != nil || got[0].Entity.Total().Value.String() != "228.99" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	lines := w.Company("").Lines(created[0].Entity.ID)
	if _, total := netSums(lines); len(lines) != 4 || !total.Equal(dec("228.99")) {
		t.Errorf("%d lines of %s, want 4 of 228.99", len(lines), total)
	}
}

func TestClientCustomers(t *testing.T) {
	for _, lower := range []bool{true, false} {
		t.Run(fmt.Sprintf("tolower %v", lower), func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.NoCaseFunctions = !lower })
			ctx := t.Context()
			created, err := w.client.CreateCustomers(ctx, []customers.Customer{
				{Number: "SH-1", DisplayName: "Ida Ek", Type: "Person", Country: "SE", Email: "Ida@Example.com"},
				{DisplayName: "By series", Country: "DE"},
				{Number: "10000", DisplayName: "Taken"},
				{DisplayName: "Nowhere", Country: "ZZ"},
			})
			if err != nil {
				t.Fatal(err)
			}
			if created[0].Err != nil || created[1].Err != nil || created[1].Entity.Number != "C00001" {
				t.Errorf("created %+v", created)
			}
			if !errors.Is(created[2].Err, bc.ErrExists) || kinds.KindOf(created[3].Err) != kinds.Rejected {
				t.Errorf("refused with %v and %v", created[2].Err, created[3].Err)
			}
			email := map[bool]string{true: "IDA@example.COM", false: "Ida@Example.com"}[lower]
			if got, err := w.client.CustomersByEmail(ctx, []string{email}); err != nil || len(got) != 1 || got[0].Number != "SH-1" {
				t.Errorf("by e-mail: %v, %v", got, err)
			}
			if got, err := w.client.CustomersByNumber(ctx, []string{"sh-1", "10000"}); err != nil || len(got) != 2 {
				t.Errorf("by number: %v, %v", got, err)
			}
			got, err := w.client.UpdateCustomer(ctx, created[0].Entity.ID, func(customers.Customer) (customers.Change, bool) {
				city := "Lund"
				return customers.Change{City: &city}, true
			})
			if err != nil || got.City != "Lund" || got.DisplayName != "Ida Ek" {
				t.Errorf("update: %+v, %v", got, err)
			}
			if _, err := w.client.CreateCustomers(ctx, []customers.Customer{{Number: "SH-2", DisplayName: "Two", Email: "a@example.com; B@Example.com"}}); err != nil {
				t.Fatal(err)
			}
			if got, err := w.client.CustomersOfSeveralEmails(ctx); err != nil || len(got) != 3 || got[2].Number != "SH-2" { // after two of CRONUS
				t.Errorf("of several addresses: %+v, %v", got, err)
			}
			if got, err := w.client.HomeCountry(ctx); err != nil || got == "" {
				t.Errorf("home country: %q, %v", got, err)
			}
			n := 0
			if err := w.client.Customers.Customers(ctx, func(customers.Customer) error { n++; return nil }); err != nil || n != cronusCustomers+3 {
				t.Errorf("%d customers, %v; want %d", n, err, cronusCustomers+3)
			}
		})
	}
}

func TestClientCatalogue(t *testing.T) {
	w := newWorld(t)
	stock := make([]Stock, 2100) // more than a page of what the client asks for
	for i := range stock {
		stock[i] = Stock{
			Number: fmt.Sprintf("SKU-%d", i), GTIN: fmt.Sprintf("40000000%05d", i), Description: "Socks", UnitPrice: decimal.RequireFromString("9.95"),
			Variants: []StockVariant{{Code: "S"}, {Code: "XL", Description: "Large"}},
		}
	}
	if err := w.Company("").AddItems(stock...); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if got, err := w.client.ItemsByGTIN(ctx, []string{"4000000000007", "4000000002099"}); err != nil || len(got) != 2 || got[0].Number != "SKU-2099" && got[0].Number != "SKU-7" {
		t.Errorf("by GTIN: %v, %v", got, err)
	}
	if got, err := w.client.VariantsByItem(ctx, []string{"SKU-7"}); err != nil || len(got) != 2 || got[1].Code != "XL" {
		t.Errorf("variants: %+v, %v", got, err)
	}
	got, err := w.client.VariantsByCode(ctx, []string{"XL"})
	if err != nil || len(got) != 2100 {
		t.Errorf("%d variants over two pages, want 2100, %v", len(got), err)
	}
	if err := w.Company("").AddItems(Stock{Number: "NEW"}, Stock{Number: "SKU-7"}); err == nil {
		t.Error("an item was stocked twice")
	}
	if got, err := w.client.ItemsByNumber(ctx, []string{"NEW"}); err != nil || len(got) != 0 {
		t.Errorf("part of a failed stocking is there: %v, %v", got, err)
	}
}

// Every way in which the answer to a batch can be lost leaves an outcome that
// is unknown, and reading shows which it was.
func TestClientFaults(t *testing.T) {
	tests := []struct {
		rule   fault.Rule
		kind   kinds.Kind
		orders int           // at once
		after  time.Duration // when late effects are there
		then   int
	}{
		{rule: fault.Rule{Mode: fault.ErrorBefore, Status: 503}, kind: kinds.Unknown},
		{rule: fault.Rule{Mode: fault.ErrorAfter, Status: 504}, kind: kinds.Unknown, orders: 2, then: 2},
		{rule: fault.Rule{Mode: fault.LostBefore}, kind: kinds.Unknown},
		{rule: fault.Rule{Mode: fault.LostAfter}, kind: kinds.Unknown, orders: 2, then: 2},
		{rule: fault.Rule{Mode: fault.Late, Delay: 7 * time.Minute}, kind: kinds.Unknown, after: 7 * time.Minute, then: 2},
		{rule: fault.Rule{Mode: fault.Throttle, RetryAfter: 3}, kind: kinds.Throttled},
	}
	for _, tt := range tests {
		t.Run(string(tt.rule.Mode), func(t *testing.T) {
			w := newWorld(t)
			tt.rule.Operation = "$batch"
			w.Faults().Add(tt.rule)
			orders := []sales.Document{salesOrder(1), salesOrder(2)}
			_, err := w.client.CreateDocuments(t.Context(), orders)
			if kinds.KindOf(err) != tt.kind {
				t.Errorf("error %v, want kind %v", err, tt.kind)
			}
			if got := len(w.Company("").SalesOrders()); got != tt.orders {
				t.Errorf("%d orders right after, want %d", got, tt.orders)
			}
			w.clock.Advance(tt.after)
			w.RunDue()
			found, _, err := w.client.FindDocuments(t.Context(), []string{orders[0].ExternalNumber, orders[1].ExternalNumber})
			if err != nil || len(found) != tt.then {
				t.Errorf("found %d, want %d, %v", len(found), tt.then, err)
			}
			for _, o := range w.Company("").SalesOrders() {
				if tt.after > 0 && !o.Modified.Equal(morning.Add(tt.after)) {
					t.Errorf("stamped %s, want the time of the late effect", o.Modified)
				}
			}
		})
	}
}

func TestClientInnerFaults(t *testing.T) {
	tests := []struct {
		rule   fault.Rule
		kind   kinds.Kind
		orders int
		later  int
	}{
		{fault.Rule{Mode: fault.ErrorBefore}, kinds.Unknown, 2, 2},
		{fault.Rule{Mode: fault.ErrorAfter, Status: 408}, kinds.Unknown, 3, 3},
		{fault.Rule{Mode: fault.ErrorBefore, Status: 400, Body: "The table was locked by another user."}, kinds.Transient, 2, 2},
		{fault.Rule{Mode: fault.LostBefore}, kinds.Unknown, 2, 2},
		{fault.Rule{Mode: fault.LostAfter}, kinds.Unknown, 3, 3},
		{fault.Rule{Mode: fault.Late, Delay: time.Minute}, kinds.Unknown, 2, 3},
		{fault.Rule{Mode: fault.Throttle}, kinds.Throttled, 2, 2},
	}
	for _, tt := range tests {
		t.Run(string(tt.rule.Mode)+" "+tt.rule.Body, func(t *testing.T) {
			w := newWorld(t)
			tt.rule.Nth = 2
			if err := w.FailInner(tt.rule); err != nil {
				t.Fatal(err)
			}
			got, err := w.client.CreateDocuments(t.Context(), []sales.Document{salesOrder(1), salesOrder(2), salesOrder(3)})
			if err != nil || got[0].Err != nil || kinds.KindOf(got[1].Err) != tt.kind || got[2].Err != nil {
				t.Errorf("%+v, %v", got, err)
			}
			if n := len(w.Company("").SalesOrders()); n != tt.orders {
				t.Errorf("%d orders, want %d", n, tt.orders)
			}
			w.clock.Advance(time.Minute)
			w.RunDue()
			if n := len(w.Company("").SalesOrders()); n != tt.later {
				t.Errorf("%d orders a minute later, want %d", n, tt.later)
			}
		})
	}
}

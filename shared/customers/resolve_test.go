package customers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// world is a company's customers and the links to them, on one virtual clock.
// Write number failAt, of the store or of BC, fails.
type world struct {
	now       time.Time
	table     *memory.Table
	customers map[string]Customer
	refuse    map[string]error // creates to refuse, by number
	whole     error            // what the next create call gives without effect
	creates   []int            // customers of each create
	scans     int              // times that all customers were read
	perBatch  int
	fills     func(*Customer) // what BC completes by itself, on each write
	updates   int
	fence     int64
	sleep     time.Duration // after the next write of the store
	timeout   time.Duration

	writes, failAt int
	when           string
	dies           bool
	lateAt         time.Time
	late           func()
}

type died struct{}

func newWorld(cs ...Customer) *world {
	w := &world{
		now: time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC), customers: map[string]Customer{}, refuse: map[string]error{},
		perBatch: 100, timeout: time.Minute,
	}
	w.table = memory.NewTable(func() time.Time { return w.now })
	for _, c := range cs {
		w.customers[c.Number] = c
	}
	return w
}

func (w *world) advance(d time.Duration) {
	w.now = w.now.Add(d)
	if w.late != nil && !w.now.Before(w.lateAt) {
		f := w.late
		w.late = nil
		f()
	}
}

func (w *world) write(effect func() error, lost error) error {
	w.writes++
	if w.writes != w.failAt {
		return effect()
	}
	switch w.when {
	case "after":
		_ = effect()
	case "late":
		w.late, w.lateAt = func() { _ = effect() }, w.now.Add(15*time.Minute)
	}
	if w.dies {
		panic(died{})
	}
	return lost
}

func (w *world) Write(ctx context.Context, l jobqueue.Lease, ops ...table.Op) error {
	err := w.write(func() error {
		if l.Fence != w.fence {
			return jobqueue.ErrFenced
		}
		return w.table.Write(ctx, ops...)
	}, table.ErrUnknown)
	w.advance(w.sleep)
	w.sleep = 0
	return err
}

func (w *world) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	if l.Fence != w.fence {
		return l, false, jobqueue.ErrFenced
	}
	l.Until = w.now.Add(15 * time.Minute)
	return l, false, nil
}

func (w *world) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

func (w *world) CustomersPerBatch() int { return w.perBatch }

func (w *world) CreateCustomers(_ context.Context, cs []Customer) (out []outbound.Created[Customer], err error) {
	w.creates = append(w.creates, len(cs))
	if w.whole != nil {
		err, w.whole = w.whole, nil
		return nil, err
	}
	err = w.write(func() error {
		out = nil
		for _, c := range cs {
			err := w.refuse[c.Number]
			if _, ok := w.customers[c.Number]; ok {
				err = &fault.Error{Kind: fault.Rejected, Code: "Internal_EntityWithSameKeyExists", Err: errors.New("exists")}
			}
			if err == nil {
				c.ID = "id-" + c.Number
				if w.fills != nil {
					w.fills(&c)
				}
				w.customers[c.Number] = c
			}
			out = append(out, outbound.Created[Customer]{Entity: c, Err: err})
		}
		return nil
	}, &fault.Error{Kind: fault.Unknown, Err: errors.New("no answer")})
	return out, err
}

func (w *world) CustomersByNumber(_ context.Context, numbers []string) (out []Customer, err error) {
	if len(numbers) == 0 || len(numbers) > 100 {
		return nil, fmt.Errorf("%d numbers", len(numbers))
	}
	for _, n := range numbers {
		if c, ok := w.customers[n]; ok {
			out = append(out, c)
		}
	}
	return out, nil
}

func (w *world) CustomersByEmail(_ context.Context, emails []string) (out []Customer, err error) {
	for _, n := range slices.Sorted(maps.Keys(w.customers)) {
		if c := w.customers[n]; slices.ContainsFunc(emails, func(e string) bool { return strings.EqualFold(e, c.Email) }) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (w *world) CustomersOfSeveralEmails(context.Context) (out []Customer, err error) {
	for _, n := range slices.Sorted(maps.Keys(w.customers)) {
		if c := w.customers[n]; strings.ContainsAny(c.Email, ";,") {
			out = append(out, c)
		}
	}
	return out, nil
}

func (w *world) HomeCountry(context.Context) (string, error) { return "SE", nil }

func (w *world) UpdateCustomer(_ context.Context, id string, change func(Customer) (Change, bool)) (Customer, error) {
	n := strings.TrimPrefix(id, "id-")
	c, ok := w.customers[n]
	if !ok {
		return c, &fault.Error{Kind: fault.Rejected, Err: fmt.Errorf("no customer of id %q", id)}
	}
	ch, ok := change(c)
	if !ok {
		return c, nil
	}
	w.updates++
	if err := w.refuse["update "+n]; err != nil {
		return c, err
	}
	err := w.write(func() error {
		for _, f := range []struct{ from, to *string }{
			{ch.DisplayName, &c.DisplayName},
			{ch.AddressLine1, &c.AddressLine1},
			{ch.AddressLine2, &c.AddressLine2},
			{ch.Country, &c.Country},
			{ch.PostalCode, &c.PostalCode},
			{ch.City, &c.City},
			{ch.State, &c.State},
			{ch.PhoneNumber, &c.PhoneNumber},
			{ch.Email, &c.Email},
		} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		w.customers[n] = c
		return nil
	}, &fault.Error{Kind: fault.Unknown, Err: errors.New("no answer")})
	return c, err
}

func (w *world) Customers(_ context.Context, each func(Customer) error) error {
	w.scans++
	for _, n := range slices.Sorted(maps.Keys(w.customers)) {
		if err := each(w.customers[n]); err != nil {
			return err
		}
	}
	return nil
}

// resolve is one run by a new owner, with a resolver that knows nothing of earlier ones.
func (w *world) resolve(t *testing.T, card Card, dry bool, os ...orders.Order) (out map[string]Resolved, err error) {
	t.Helper()
	w.fence++
	r := &Resolver{
		Target: w, Links: &link.Store{Table: w.table}, Guard: w, Now: func() time.Time { return w.now }, Timeout: w.timeout,
	}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(died); !ok {
				panic(p)
			}
			err = errors.New("died")
		}
	}()
	return r.Resolve(t.Context(), jobqueue.Lease{Fence: w.fence, Until: w.now.Add(15 * time.Minute)}, card, os, dry)
}

// bought is an order of customer 7, Eva Ek of Stockholm.
func bought(id string, mods ...func(*orders.Order)) orders.Order {
	home := orders.Address{FirstName: "Eva", LastName: "Ek", Address1: "Gatan 1", Zip: "111 22", City: "Stockholm", Country: "SE", Phone: "+46 8 999 999"}
	o := orders.Order{
		ID: id, Name: "#" + id, Shipping: &home, Billing: &home,
		Customer: &orders.Customer{ID: "7", FirstName: "Eva", LastName: "Ek", Email: "eva@example.com", Phone: "+468123456", Default: &home},
	}
	for _, m := range mods {
		m(&o)
	}
	return o
}

func without(o *orders.Order) { o.Customer = nil }

func forCompany(o *orders.Order) { o.Company = &orders.Company{ID: "5", Name: "Acme"} }

func TestResolve(t *testing.T) {
	yes := Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}
	with := func(mods ...func(*Card)) Card {
		c := yes
		for _, m := range mods {
			m(&c)
		}
		return c
	}
	never := func(c *Card) { c.AutoCreateUnknownCustomers = false }
	byDefault := func(c *Card) { c.DefaultCustomerNo = "C1" }
	billTo := func(c *Card) { c.CustomerMapping = ByBillTo }
	c1 := Customer{Number: "C1"}
	mail := Customer{Number: "C2", Email: "EVA@example.com"}
	phone := Customer{Number: "C3", PhoneNumber: "0046-8-123456"}
	address := Customer{Number: "C4", DisplayName: "eva ek", AddressLine1: "Gatan 1", PostalCode: "111 22", City: "STOCKHOLM", Country: "SE"}
	tests := []struct {
		name  string
		card  Card
		bc    []Customer
		order orders.Order
		want  Resolved
		made  bool
	}{
		{"by e-mail, ignoring case", yes, []Customer{c1, mail, phone}, bought("1"), Resolved{Number: "C2"}, false},
		{"one of two addresses", yes, []Customer{{Number: "C2", Email: "info@example.com; Eva@Example.com"}}, bought("1"), Resolved{Number: "C2"}, false},
		{"one of two addresses behind a comma", yes, []Customer{{Number: "C2", Email: "eva@example.com,info@example.com"}}, bought("1"), Resolved{Number: "C2"}, false},
		{"a part of an address", yes, []Customer{{Number: "C2", Email: "info@example.com;reva@example.com"}}, bought("1"), Resolved{Number: "S7"}, true},
		{"alone, and one of two", yes, []Customer{mail, {Number: "C9", Email: "x@example.com;eva@example.com"}}, bought("1"), Resolved{Reason: CustomerAmbiguous, Thing: "Eva Ek (Shopify customer 7): C9, C2"}, false},
		{"an order's e-mail is not its customer's", yes, []Customer{mail}, bought("1", func(o *orders.Order) { o.Email, o.Customer.Email = o.Customer.Email, "" }), Resolved{Number: "S7"}, true},
		{"an order's phone is not its customer's", yes, []Customer{phone}, bought("1", func(o *orders.Order) { o.Phone, o.Customer.Phone = o.Customer.Phone, "" }), Resolved{Number: "S7"}, true},
		{"who gets the parcel is a customer", yes, []Customer{{Number: "C8", PhoneNumber: "+46 8 999 999"}}, bought("1", func(o *orders.Order) { o.Customer.Phone = "" }), Resolved{Number: "S7"}, true},
		{"the phone of somebody with another e-mail", yes, []Customer{{Number: "C3", PhoneNumber: "+46 8 123 456", Email: "max@example.com"}}, bought("1"), Resolved{Number: "S7"}, true},
		{"by phone alone", yes, []Customer{{Number: "C3", PhoneNumber: "+46 8 123 456", Email: "max@example.com"}}, bought("1", func(o *orders.Order) { o.Customer.Email = "" }), Resolved{Number: "C3"}, false},
		{"by phone alone, and two have it", yes, []Customer{phone, {Number: "C9", PhoneNumber: "08-123 456", Email: "max@example.com"}}, bought("1", func(o *orders.Order) { o.Customer.Email = "" }), Resolved{Reason: CustomerAmbiguous, Thing: "Eva Ek (Shopify customer 7): C3, C9"}, false},
		{"by phone, national, in the customer's country", yes, []Customer{{Number: "C3", PhoneNumber: "08-123 456", Country: "SE"}}, bought("1"), Resolved{Number: "C3"}, false},
		{"by phone, national, in another country", yes, []Customer{{Number: "C3", PhoneNumber: "08-123 456", Country: "DE"}}, bought("1"), Resolved{Number: "S7"}, true},
		{"by phone, national, in the company's own country", yes, []Customer{{Number: "C3", PhoneNumber: "08-123 456"}}, bought("1"), Resolved{Number: "C3"}, false},
		{"by phone, BC's own country code", with(func(c *Card) { c.Countries = []shop.CodeMap{{From: "SE", To: "SWE"}} }), []Customer{{Number: "C3", PhoneNumber: "08-123 456", Country: "SWE"}}, bought("1"), Resolved{Number: "C3"}, false},
		{"the digits alone may be any number", yes, []Customer{{Number: "C3", PhoneNumber: "468123456"}}, bought("1"), Resolved{Number: "S7"}, true},
		{"an extension is somebody else", yes, []Customer{{Number: "C3", PhoneNumber: "+46 8 123 456 ext. 3"}}, bought("1"), Resolved{Number: "S7"}, true},
		{"our number is somebody else's", yes, []Customer{{Number: "S7", Email: "max@example.com"}}, bought("1"), Resolved{Reason: CustomerDoubtful, Thing: "S7 for Eva Ek (Shopify customer 7)"}, false},
		{"our number is somebody else's, and the buyer is another", yes, []Customer{mail, {Number: "S7", Email: "max@example.com"}}, bought("1"), Resolved{Number: "C2"}, false},
		{"for a company", yes, []Customer{mail}, bought("1", forCompany), Resolved{Reason: CompanyUnmapped, Thing: "Acme (company 5)"}, false},
		{"for a company, which has a customer", with(func(c *Card) { c.DefaultCompanyNo = "C1" }), []Customer{c1, mail}, bought("1", forCompany), Resolved{Number: "C1"}, false},
		{"for a company, in a country that has a customer", with(func(c *Card) { c.CountryCustomers = []CountryMap{{Country: "SE", CustomerNo: "C1"}} }), []Customer{c1}, bought("1", forCompany), Resolved{Reason: CompanyUnmapped, Thing: "Acme (company 5)"}, false},
		{"for a company, all else to the default", with(byDefault, func(c *Card) { c.CustomerMapping = DefaultCustomer }), []Customer{c1}, bought("1", forCompany), Resolved{Reason: CompanyUnmapped, Thing: "Acme (company 5)"}, false},
		{"by phone, however it is written", yes, []Customer{c1, phone}, bought("1"), Resolved{Number: "C3"}, false},
		{"a longer phone number is another one", yes, []Customer{{Number: "C3", PhoneNumber: "+46 8 123 4567"}}, bought("1"), Resolved{Number: "S7"}, true},
		{"two have the e-mail", yes, []Customer{mail, {Number: "C9", Email: "eva@example.com"}}, bought("1"), Resolved{Reason: CustomerAmbiguous, Thing: "Eva Ek (Shopify customer 7): C2, C9"}, false},
		{"two have the phone, none an e-mail", yes, []Customer{phone, {Number: "C9", PhoneNumber: "+46 (0)8 123 456"}}, bought("1"), Resolved{Reason: CustomerAmbiguous, Thing: "Eva Ek (Shopify customer 7): C3, C9"}, false},
		{"unknown, may be created", yes, []Customer{c1}, bought("1"), Resolved{Number: "S7"}, true},
		{"a prefix of the shop", with(func(c *Card) { c.CustomerNoPrefix = "web" }), nil, bought("1"), Resolved{Number: "WEB7"}, true},
		{"unknown, may not be created", with(never), []Customer{c1}, bought("1"), Resolved{Reason: CustomerUnmapped, Thing: "Eva Ek (Shopify customer 7)"}, false},
		{"unknown, may not be created, a default", with(never, byDefault), []Customer{c1}, bought("1"), Resolved{Number: "C1"}, false},
		{"what an earlier create has left wins over e-mail", yes, []Customer{mail, {Number: "S7"}}, bought("1"), Resolved{Number: "S7"}, false},
		{"by bill-to", with(billTo), []Customer{mail, address}, bought("1"), Resolved{Number: "C4"}, false},
		{"by bill-to, another street", with(billTo), []Customer{mail, address}, bought("1", func(o *orders.Order) {
			a := *o.Billing
			a.Address1, o.Billing = "Gatan 2", &a
		}), Resolved{Number: "S7"}, true},
		{"by bill-to, two live there", with(billTo), []Customer{address, func() Customer { c := address; c.Number = "C5"; return c }()}, bought("1"), Resolved{Reason: CustomerAmbiguous, Thing: "Eva Ek (Shopify customer 7): C4, C5"}, false},
		{"by bill-to without a name is by e-mail", with(billTo), []Customer{mail, address}, bought("1", func(o *orders.Order) { o.Billing = &orders.Address{City: "Stockholm"} }), Resolved{Number: "C2"}, false},
		{"always the default", with(byDefault, func(c *Card) { c.CustomerMapping = DefaultCustomer }), []Customer{c1, mail}, bought("1"), Resolved{Number: "C1"}, false},
		{"always the default, which is not set", with(func(c *Card) { c.CustomerMapping = DefaultCustomer }), []Customer{mail}, bought("1"), Resolved{Reason: DefaultCustomerMissing, Thing: "#1"}, false},
		{"no import of customers", with(byDefault, func(c *Card) { c.CustomerImport = ImportNone }), []Customer{c1, mail}, bought("1"), Resolved{Number: "C1"}, false},
		{"the country's customer", with(func(c *Card) { c.CountryCustomers = []CountryMap{{Country: "SE", CustomerNo: "C1"}} }), []Customer{c1, mail}, bought("1"), Resolved{Number: "C1"}, false},
		{"an order without customer", yes, nil, bought("1", without), Resolved{Reason: OrderWithoutCustomer, Thing: "#1"}, false},
		{"an order without customer, by its e-mail", yes, []Customer{mail, phone}, bought("1", without, func(o *orders.Order) { o.Email, o.Phone = " Eva@example.com", "+468123456" }), Resolved{Number: "C2"}, false},
		{"an order without customer, by its phone", yes, []Customer{phone}, bought("1", without, func(o *orders.Order) { o.Phone = "+468123456" }), Resolved{Number: "C3"}, false},
		{"an order without customer, never by an address's phone", yes, []Customer{{Number: "C8", PhoneNumber: "+46 8 999 999"}}, bought("1", without), Resolved{Reason: OrderWithoutCustomer, Thing: "#1"}, false},
		{"an order without customer, found by nothing", yes, []Customer{c1}, bought("1", without, func(o *orders.Order) { o.Email = "new@example.com" }), Resolved{Reason: OrderWithoutCustomer, Thing: "#1"}, false},
		{"an order without customer, found by nothing, a default", with(byDefault), []Customer{c1}, bought("1", without, func(o *orders.Order) { o.Email = "new@example.com" }), Resolved{Number: "C1"}, false},
		{"an order without customer, under bill-to", with(billTo), []Customer{mail, address}, bought("1", without, func(o *orders.Order) { o.Email = "eva@example.com" }), Resolved{Number: "C2"}, false},
		{"an order without customer, a default", with(byDefault), []Customer{c1}, bought("1", without), Resolved{Number: "C1"}, false},
		{"a default that BC does not have", with(byDefault), nil, bought("1", without), Resolved{Reason: CustomerMissing, Thing: "C1"}, false},
		{"blocked", with(byDefault), []Customer{{Number: "C1", Blocked: "All"}}, bought("1", without), Resolved{Reason: CustomerBlocked, Thing: "C1"}, false},
		{"found and blocked", yes, []Customer{{Number: "C2", Email: "eva@example.com", Blocked: "Ship"}}, bought("1"), Resolved{Reason: CustomerBlocked, Thing: "C2"}, false},
		{"blocked for payments only", with(byDefault), []Customer{{Number: "C1", Blocked: "Invoice"}}, bought("1", without), Resolved{Number: "C1"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, dry := range []bool{true, false} {
				w := newWorld(tt.bc...)
				before := len(w.customers)
				got, err := w.resolve(t, tt.card, dry, tt.order)
				if err != nil || got["1"] != tt.want {
					t.Fatalf("dry %t: %+v, %v, want %+v", dry, got["1"], err, tt.want)
				}
				if made := len(w.customers) > before; made != (tt.made && !dry) {
					t.Errorf("dry %t: created %t", dry, made)
				}
				if dry && w.writes > 0 {
					t.Errorf("a dry run wrote %d times", w.writes)
				}
				creates := len(w.creates)
				if again, err := w.resolve(t, tt.card, dry, tt.order); err != nil || again["1"] != tt.want || len(w.creates) != creates {
					t.Errorf("dry %t, the next run: %+v, %v, creates %v", dry, again["1"], err, w.creates)
				}
			}
		})
	}
}

func TestCreatedCustomer(t *testing.T) {
	w := newWorld()
	company := func(o *orders.Order) { a := *o.Shipping; a.Company = "Ek AB"; o.Customer.Default = &a }
	if _, err := w.resolve(t, Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}, false,
		bought("1"), bought("2", func(o *orders.Order) { o.Customer.ID, o.Customer.Email = "8", "b@example.com" }, company)); err != nil {
		t.Fatal(err)
	}
	want := Customer{
		ID: "id-S7", Number: "S7", DisplayName: "Eva Ek", Type: "Person", AddressLine1: "Gatan 1", City: "Stockholm", Country: "SE", PostalCode: "111 22",
		PhoneNumber: "+468123456", Email: "eva@example.com",
	}
	if got := w.customers["S7"]; got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := w.customers["S8"]; got.Type != "Company" || got.DisplayName != "Ek AB" {
		t.Errorf("a company: %+v", got)
	}
}

func TestOneCustomerPerShopifyCustomer(t *testing.T) {
	w := newWorld()
	w.perBatch = 30
	var os []orders.Order
	for i := range 400 {
		os = append(os, bought(fmt.Sprint(i), func(o *orders.Order) {
			o.Customer.ID, o.Customer.Email = fmt.Sprint(i%200), fmt.Sprintf("c%d@example.com", i%200)
		}))
	}
	got, err := w.resolve(t, Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}, false, os...)
	if err != nil || len(got) != 400 || len(w.customers) != 200 {
		t.Fatalf("%d answers, %d customers, %v", len(got), len(w.customers), err)
	}
	if slices.Max(w.creates) > 30 || w.scans != 1 {
		t.Errorf("creates of %v, all customers read %d times", w.creates, w.scans)
	}
	for _, o := range os {
		if got[o.ID].Number != "S"+o.Customer.ID {
			t.Fatalf("order %s: %+v", o.ID, got[o.ID])
		}
	}
}

func TestLinkWins(t *testing.T) {
	card := Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}
	w := newWorld(Customer{Number: "C2", Email: "eva@example.com"})
	if _, err := w.resolve(t, card, false, bought("1")); err != nil {
		t.Fatal(err)
	}
	w.customers["C2"] = Customer{Number: "C2", Email: "new@example.com"}
	w.customers["C3"] = Customer{Number: "C3", Email: "eva@example.com"}
	if got, err := w.resolve(t, card, false, bought("2")); err != nil || got["2"].Number != "C2" {
		t.Errorf("a changed e-mail does not move the link: %+v, %v", got, err)
	}
	delete(w.customers, "C2")
	if got, err := w.resolve(t, card, false, bought("3")); err != nil || got["3"].Number != "C3" {
		t.Errorf("a deleted customer is looked for anew: %+v, %v", got, err)
	}
}

func TestRefusedCreates(t *testing.T) {
	card := Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}
	other := bought("2", func(o *orders.Order) {
		o.Customer.ID, o.Customer.Email, o.Customer.Default, o.Shipping, o.Billing = "8", "b@example.com", nil, nil, nil
	})
	for _, tt := range []struct {
		name   string
		refuse error
		want   Resolved
		err    fault.Kind
	}{
		{"refused", &fault.Error{Kind: fault.Rejected, Merchant: "Post code is wrong.", Err: errors.New("400")}, Resolved{Reason: CustomerRefused, Thing: "Eva Ek (Shopify customer 7): Post code is wrong."}, ""},
		{"throttled", &fault.Error{Kind: fault.Throttled, Err: errors.New("429")}, Resolved{Reason: issue.SystemFailure, Thing: "Eva Ek (Shopify customer 7)"}, ""},
		{"unclassified", errors.New("EOF"), Resolved{Reason: outbound.OutcomeUnknown, Thing: "Eva Ek (Shopify customer 7)"}, ""},
		{"no permission", &fault.Error{Kind: fault.Blocked, Err: errors.New("403")}, Resolved{}, fault.Blocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.refuse["S7"] = tt.refuse
			got, err := w.resolve(t, card, false, bought("1"), other)
			if fault.KindOf(err) != tt.err || tt.err == "" && (got["1"] != tt.want || got["2"].Number != "S8") {
				t.Fatalf("%+v, %v", got, err)
			}
			delete(w.refuse, "S7")
			w.advance(outbound.Settle)
			if got, err := w.resolve(t, card, false, bought("1"), other); err != nil || got["1"].Number != "S7" || len(w.customers) != 2 {
				t.Errorf("the next run: %+v, %v", got, err)
			}
		})
	}
	t.Run("the whole call throttled", func(t *testing.T) {
		w := newWorld()
		w.whole = &fault.Error{Kind: fault.Throttled, Err: errors.New("429")}
		if _, err := w.resolve(t, card, false, bought("1")); fault.KindOf(err) != fault.Throttled {
			t.Errorf("got %v", err)
		}
		if got, err := w.resolve(t, card, false, bought("1")); err != nil || got["1"].Number != "S7" {
			t.Errorf("at once again: %+v, %v", got, err)
		}
	})
}

func TestNoCreateUnlessTheLeaseOutlivesIt(t *testing.T) {
	card := Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		sleep   time.Duration
		fenced  bool
	}{
		{"a lease shorter than the time-out", time.Hour, 0, true},
		{"slept past the lease", time.Minute, 20 * time.Minute, true},
		{"slept so long that the intent is old", time.Minute, 5 * time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.timeout, w.sleep = tt.timeout, tt.sleep
			_, err := w.resolve(t, card, false, bought("1"))
			if err == nil || errors.Is(err, jobqueue.ErrFenced) != tt.fenced || len(w.creates) != 0 {
				t.Errorf("%v, creates %v", err, w.creates)
			}
			w.timeout = time.Minute
			if tt.fenced {
				w.advance(outbound.Settle)
			}
			if got, err := w.resolve(t, card, false, bought("1")); err != nil || got["1"].Number != "S7" {
				t.Errorf("the next run: %+v, %v", got, err)
			}
		})
	}
}

// While our own create may still arrive, somebody else who fits is not taken.
func TestUnansweredCreate(t *testing.T) {
	card := Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}
	w := newWorld()
	w.failAt, w.when = 2, "before" // 1 is the intent
	unknown := Resolved{Reason: outbound.OutcomeUnknown, Thing: "Eva Ek (Shopify customer 7)"}
	if got, err := w.resolve(t, card, false, bought("1")); err != nil || got["1"] != unknown {
		t.Fatalf("%+v, %v", got, err)
	}
	w.customers["C2"] = Customer{Number: "C2", Email: "eva@example.com"}
	w.advance(outbound.Settle - time.Minute)
	if got, err := w.resolve(t, card, false, bought("1")); err != nil || got["1"] != unknown {
		t.Errorf("not settled: %+v, %v", got, err)
	}
	w.advance(time.Minute)
	if got, err := w.resolve(t, card, false, bought("1")); err != nil || got["1"].Number != "C2" || len(w.creates) != 1 {
		t.Errorf("settled: %+v, %v, creates %v", got, err, w.creates)
	}
}

// Every write fails once, in every way, with the run going on or ended there.
func TestEveryWriteFailsOnce(t *testing.T) {
	card := Card{
		Shop:             shop.Shop{Code: "MAIN"},
		CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
	}
	var os []orders.Order
	for i := range 24 {
		os = append(os, bought(fmt.Sprint(i), func(o *orders.Order) {
			o.Customer.ID, o.Customer.Email = fmt.Sprint(i%12), fmt.Sprintf("c%d@example.com", i%12)
			o.Customer.Default = nil
			o.Shipping, o.Billing = nil, nil
		}))
	}
	fresh := func() *world {
		w := newWorld(Customer{Number: "C3", Email: "c3@example.com"})
		w.perBatch = 4
		return w
	}
	clean := fresh()
	if _, err := clean.resolve(t, card, false, os...); err != nil || clean.writes < 10 {
		t.Fatalf("%d writes, %v", clean.writes, err)
	}
	t.Logf("crash-points %d", clean.writes)
	for n := 1; n <= clean.writes; n++ {
		for _, when := range []string{"before", "after", "late"} {
			for _, dies := range []bool{false, true} {
				w := fresh()
				w.failAt, w.when, w.dies = n, when, dies
				_, _ = w.resolve(t, card, false, os...) // whether it fails is its own affair
				var got map[string]Resolved
				for range 6 {
					w.advance(7 * time.Minute)
					var err error
					if got, err = w.resolve(t, card, false, os...); err != nil {
						t.Fatalf("write %d %s, dies %t: %v", n, when, dies, err)
					}
				}
				for _, o := range os {
					want := "S" + o.Customer.ID
					if o.Customer.ID == "3" {
						want = "C3"
					}
					if got[o.ID].Number != want {
						t.Errorf("write %d %s, dies %t: order %s has %+v, want %s", n, when, dies, o.ID, got[o.ID], want)
					}
				}
				if len(w.customers) != 12 {
					t.Errorf("write %d %s, dies %t: %d customers, want 12", n, when, dies, len(w.customers))
				}
			}
		}
	}
}

package documents_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	sim "backroom/infra/sim/businesscentral"
	"backroom/shared/businesscentral"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/link"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/products"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/wiring"
)

// office is a rig whose orders become documents in a simulated company. What
// the tests expect is reckoned here in cents, apart from the code under test.
type office struct {
	*orderstest.Rig
	bc    *sim.Server
	card  documents.Card
	docs  *documents.Task
	pause func() // called around every step of a process; nil: nothing
}

const (
	sales     = 12
	unmapped  = 3 // has an SKU that BC does not know
	cancelled = 5
	people    = 4
)

func cents(c int64) money.Bag { return orderstest.Amount(decimal.New(c, -2).String()) }

func total(i int) int64 { return int64(1+i%3) * (1000 + 37*int64(i)) }

func sale(i int, at time.Time) orders.Order {
	o := orderstest.Order(i, at)
	n := 1 + i%3
	o.TaxesIncluded, o.PresentmentCurrency = true, "EUR"
	o.Shipping = &orders.Address{FirstName: "Ada", LastName: "Byron", Address1: "Ring 1", City: "Bonn", Zip: "53111", Country: "DE"}
	o.Email = fmt.Sprintf("ada%d@example.com", i%people)
	o.Customer = &orders.Customer{ID: strconv.Itoa(90 + i%people), FirstName: "Ada", LastName: "Byron", Email: o.Email, Default: o.Shipping}
	o.Total, o.CurrentTotal, o.Subtotal, o.CurrentSubtotal = cents(total(i)), cents(total(i)), cents(total(i)), cents(total(i))
	tax := decimal.New(total(i), -2).Mul(decimal.RequireFromString("0.19")).Div(decimal.RequireFromString("1.19")).Round(2)
	o.Lines = []orders.Line{{
		ID: "l" + o.ID, Title: "Mug", SKU: "MUG", VariantID: "1", ProductID: "1", Quantity: n, CurrentQuantity: n, UnitPrice: cents(1000 + 37*int64(i)),
		TaxLines: []orders.TaxLine{{Title: "VAT", Rate: decimal.RequireFromString("0.19"), Price: orderstest.Amount(tax.String())}},
	}}
	switch i {
	case unmapped:
		o.Lines[0].SKU = "NONE"
	case cancelled:
		o.CancelledAt = at
	}
	return o
}

func newOffice(t *testing.T, lag time.Duration) *office {
	t.Helper()
	o := &office{Rig: orderstest.New(t, lag, 0)}
	for i := range sales {
		o.Source.Put(sale(i, orderstest.Start.Add(-time.Hour+time.Duration(i)*time.Minute)))
	}
	o.Injector.Delay = 10 * time.Minute
	var err error
	if o.bc, err = sim.New(sim.Options{Now: o.Now, Sleep: o.wait}); err != nil {
		t.Fatal(err)
	}
	company := o.bc.Companies()[0]
	if err := company.AddItems(sim.Stock{Number: "MUG", Description: "Mug", UnitPrice: decimal.NewFromInt(10), Inventory: decimal.NewFromInt(100)}); err != nil {
		t.Fatal(err)
	}
	o.card = documents.Card{
		Shop:             shop.Shop{Code: "acme", Enabled: true, ConnectedAt: orderstest.Start.Add(-24 * time.Hour), Currency: "EUR", Company: shop.Company{ID: company.ID(), Tenant: "contoso.com", Environment: "Production", LCY: "EUR"}},
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, CustomerImport: customers.WithOrderImport, AutoCreateUnknownCustomers: true},
		DocumentSettings: documents.DocumentSettings{TaxCodes: []documents.TaxCodeMap{{Rate: decimal.RequireFromString("0.19"), Code: "VAT19"}}},
		OrderSettings:    orders.OrderSettings{OrderAttributesToShop: true},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	o.Open()
	return o
}

func (o *office) wait(ctx context.Context, d time.Duration) error {
	o.At = o.At.Add(d)
	return ctx.Err()
}

func (o *office) step() {
	if f := o.pause; f != nil {
		f()
	}
}

// sleepy is a table whose caller may fall asleep before and after each write.
type sleepy struct {
	table.Table
	o *office
}

func (s sleepy) Write(ctx context.Context, ops ...table.Op) error {
	s.o.step()
	defer s.o.step()
	return s.Table.Write(ctx, ops...)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// guard is the category's lock without runs behind it.
type guard struct {
	*jobstore.Store
	now func() time.Time
}

func (g guard) Renew(ctx context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	it, err := g.Table.Get(ctx, table.Key{PK: "SCOPE#" + l.Scope, SK: "LOCK#" + l.Category})
	if err == nil && it.Version != l.Version {
		err = jobqueue.ErrFenced
	}
	l.Until = g.now().Add(jobqueue.LeaseTime)
	return l, false, err
}

// Open is a new process, which owns the category.
func (o *office) Open() {
	o.Rig.Open()
	tb := sleepy{o.Stage.Table, o}
	o.Stage.Table, o.Stage.Issues.Table, o.Jobs.Table = tb, tb, tb
	o.Import.Card = func(context.Context, string) (shop.Shop, error) { return o.card.Stored() }
	connection := faulty.Transport{Inner: o.bc.Transport(), Injector: o.Injector, Writes: func(r *http.Request, body []byte) bool {
		return !strings.Contains(r.URL.Path, "oauth2") && r.Method != http.MethodGet &&
			(!strings.HasSuffix(r.URL.Path, "$batch") || strings.Contains(string(body), `"POST"`) || strings.Contains(string(body), `"DELETE"`))
	}}
	client, err := businesscentral.New(businesscentral.Config{
		BaseURL: "https://bc.test/v2.0", Tenant: "contoso.com", Environment: "Production", CompanyID: o.card.Company.ID,
		ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://bc.test/contoso.com/oauth2/v2.0/token", Now: o.Now, Wait: o.wait,
		HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			defer o.step()
			return connection.RoundTrip(r)
		}),
	})
	if err != nil {
		o.T.Fatal(err)
	}
	company := wiring.NewCompany(client)
	o.docs = &documents.Task{
		Deps:    task.Deps{Card: o.Import.Card, Guard: guard{o.Jobs, o.Now}, Now: o.Now, Timeout: businesscentral.CallTimeout},
		Target:  func(shop.Shop) (documents.Target, error) { return company.Target(), nil },
		Writer:  func(shop.Shop) (orders.Writer, error) { return o, nil },
		Staging: o.Stage, Links: &link.Store{Table: tb},
	}
}

// SetAttributes implements orders.Writer.
func (o *office) SetAttributes(_ context.Context, sets []orders.Attributes) ([]orders.Written, error) {
	var out []orders.Written
	for _, s := range sets {
		so := o.Source.Sold[s.OrderID]
		w := orders.Written{OrderID: s.OrderID, Before: so.UpdatedAt}
		so.Attributes = slices.Clone(so.Attributes)
		for _, a := range s.Set {
			so.Attributes = append(slices.DeleteFunc(so.Attributes, func(x orders.Attr) bool { return x.Key == a.Key }), a)
		}
		so.UpdatedAt = o.At.Truncate(time.Second)
		w.UpdatedAt = so.UpdatedAt
		o.Source.Put(so)
		out = append(out, w)
	}
	return out, nil
}

// slices runs a task until it is done or fails.
func (o *office) slices(f func(jobqueue.Request) (jobqueue.Result, error)) error {
	var q jobqueue.Request
	for range 50 {
		res, err := f(q)
		if err != nil || res.Done {
			return err
		}
		q.Checkpoint = res.Checkpoint
	}
	return errors.New("the run does not end")
}

func (o *office) documents(q jobqueue.Request) (jobqueue.Result, error) {
	o.Lease.Until = o.Now().Add(jobqueue.LeaseTime)
	q.Shop, q.Task, q.Run, q.Lease, q.Deadline = "acme", "process-orders", "r2", o.Lease, o.Now().Add(10*time.Minute)
	return o.docs.Definition().Run.Run(o.T.Context(), q)
}

// work is one run of each task, each by a new owner, and some minutes.
func (o *office) work() error {
	o.Claim()
	err := o.slices(o.Slice)
	o.At = o.At.Add(30 * time.Second)
	if !o.Injector.Dead() {
		o.Claim()
		err = errors.Join(err, o.slices(o.documents))
	}
	if o.Injector.Dead() {
		o.Injector.Revive()
		o.Open()
	}
	for range 5 {
		o.At = o.At.Add(time.Minute)
		o.Injector.RunDue()
		o.bc.RunDue()
	}
	return err
}

// A person decides after the import has read what is stored, and before it writes.
func TestDecisionBeforeTheWrite(t *testing.T) {
	o := newOffice(t, 0)
	must := func() {
		t.Helper()
		if err := o.work(); err != nil {
			t.Fatal(err)
		}
	}
	must()
	o.Change(0, func(so *orders.Order) { so.ShippingTotal = orderstest.Amount("4.90") })
	must()
	if v := o.View("#1001"); v.State != orders.Conflict {
		t.Fatalf("the order is %s", v.State)
	}
	o.Change(0, func(so *orders.Order) { so.Tags = []string{"x"} })
	decided := false
	o.pause = func() {
		o.pause = nil
		_, err := o.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept)
		if decided = err == nil; !decided {
			t.Error(err)
		}
	}
	must()
	if v := o.View("#1001"); !decided || v.State != orders.Processed || v.Issue != nil {
		t.Errorf("decided %v, the order is %s with %+v", decided, v.State, v.Issue)
	}
	if made := o.bc.Companies()[0].SalesOrders(); len(made) != sales-2 {
		t.Errorf("%d documents, want %d", len(made), sales-2)
	}
}

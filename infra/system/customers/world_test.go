// Package customers_test plays whole syncs of customers against the simulators of both
// sides.
package customers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/customers"
	"backroom/shared/customersync"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

var begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// world is a world whose customers are looked at.
type world struct {
	*worlds.World
	t *testing.T
}

// setup is what a test may change of a world before it begins.
type setup struct {
	worlds.Setup
	sync customersync.Settings
}

// customerOf is a customer of the shop.
func customerOf(id int64, first, last, email string) *data.Customer {
	at := begin.Add(-48 * time.Hour)
	return &data.Customer{
		ID: id, FirstName: first, LastName: last, Email: email, CreatedAt: at, UpdatedAt: at,
		Addresses: []data.Address{{ID: id * 10, FirstName: first, LastName: last, Address1: fmt.Sprintf("Hafenstraße %d", id), City: "Kiel", Zip: "24103", Country: "DE"}},
	}
}

// open is a world with these customers of the shop, and none of its orders.
func open(t *testing.T, cs []*data.Customer, change func(*setup)) *world {
	t.Helper()
	s := setup{Setup: worlds.Plain(begin)}
	s.Shop.Customers, s.Shop.Orders, s.Shop.Companies = cs, nil, nil
	s.Shop.Shop.Scopes = append(s.Shop.Shop.Scopes, "write_customers")
	s.Card.CustomerImport, s.Card.AutoCreateUnknownCustomers, s.Card.CustomerMapping = customers.AllCustomers, true, customers.ByEmailPhone
	s.Company.PostCodes = nil
	change(&s)
	s.Settings = append(s.Settings, s.sync)
	return &world{worlds.New(t, s.Setup), t}
}

// sync runs the job once, and gives its run.
func (w *world) sync(p customersync.Parameters) jobqueue.Run {
	w.t.Helper()
	js, err := json.Marshal(p)
	if err != nil {
		w.t.Fatal(err)
	}
	before := len(w.Runs(customersync.TaskName))
	q := jobs.TriggerRequest{Shop: w.Card.Code, Entry: customersync.TaskName, Trigger: jobqueue.ByHand}
	if string(js) != "{}" {
		q.Parameters = js
	}
	if _, err := w.Jobs.Trigger(w.t.Context(), q); err != nil {
		w.t.Fatal(err)
	}
	for range 60 {
		w.Step()
		if rs := w.Runs(customersync.TaskName); len(rs) > before && !rs[0].Ended.IsZero() {
			return rs[0]
		}
		w.Advance(time.Minute)
	}
	w.t.Fatal("the run does not end")
	return jobqueue.Run{}
}

// counts is what a run has done, in short.
func counts(r jobqueue.Run) string {
	return fmt.Sprintf("%d created, %d updated, %d unchanged, %d skipped, %d failed", r.Counts.Created, r.Counts.Updated, r.Counts.Unchanged, r.Counts.Skipped, r.Counts.Failed)
}

func (w *world) shop() *shopify.Shop               { return w.Shopify.Shop("") }
func (w *world) company() *businesscentral.Company { return w.BC.Companies()[0] }

// bc is the company's customer of a number.
func (w *world) bc(number string) businesscentral.Customer {
	w.t.Helper()
	cs := w.company().Customers()
	i := slices.IndexFunc(cs, func(c businesscentral.Customer) bool { return c.Number == number })
	if i < 0 {
		w.t.Fatalf("the company has no customer %s", number)
	}
	return cs[i]
}

// wrong are the issues about customers, as "kind record reason".
func (w *world) wrong() string {
	w.t.Helper()
	is, err := w.Wired.Issues.List(w.t.Context(), w.Card.Code)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, i := range is {
		if i.Text == "" || i.WayOut == "" {
			w.t.Errorf("%s of %s says %q, %q", i.Reason, i.Record, i.Text, i.WayOut)
		}
		out = append(out, fmt.Sprintf("%s %s %s", i.Kind, i.Record, i.Reason))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func (w *world) edit(number string, f func(*businesscentral.Customer)) {
	w.t.Helper()
	if err := w.company().EditCustomer(number, f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) change(id int64, f func(*data.Customer)) {
	w.t.Helper()
	if _, err := w.shop().UpdateCustomer(id, f); err != nil {
		w.t.Fatal(err)
	}
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// paymentTerms are those of the company.
func (w *world) paymentTerms() []struct{ ID, Code string } {
	w.t.Helper()
	return worlds.Read[struct{ ID, Code string }](w.World, "paymentTerms")
}

// dry is the report of a dry run.
func (w *world) dry(p customersync.Parameters) json.RawMessage {
	w.t.Helper()
	q := jobs.TriggerRequest{Shop: w.Card.Code, Entry: customersync.TaskName, Trigger: jobqueue.ByHand, DryRun: true}
	if js, err := json.Marshal(p); err == nil && string(js) != "{}" {
		q.Parameters = js
	}
	if _, err := w.Jobs.Trigger(w.t.Context(), q); err != nil {
		w.t.Fatal(err)
	}
	before := w.company().Customers()
	for range 5 {
		w.Step()
		w.Advance(time.Minute)
	}
	if len(w.company().Customers()) != len(before) {
		w.t.Error("a dry run has made customers")
	}
	r := w.Runs(customersync.TaskName)[0]
	full, err := w.Jobs.Store.Run(w.t.Context(), w.Card.Code, r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return full.Report
}

// day lets a day pass, and starts the program anew: a token lasts for one.
func (w *world) day() {
	w.Advance(25 * time.Hour)
	w.Process = w.Open(w.Engine)
}

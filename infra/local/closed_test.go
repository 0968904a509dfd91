package main

import (
	"context"
	"testing"

	"backroom/shared/api"
	"backroom/shared/documents"
	"backroom/shared/sales"
)

// byHand makes a sales order in Business Central, as a person does there, with
// the content of another document.
func byHand(t *testing.T, e *engine, like, external string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	s := e.settings
	card, err := e.Cards.Get(ctx, e.card.Code)
	if err != nil {
		t.Fatal(err)
	}
	bc, err := s.options(e.db.Table(), e.jobs.Store).ConnectBC(card)
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := bc.DocumentsByNumber(ctx, like)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	read, err := bc.ReadDocuments(ctx, []documents.Ref{{ID: found[0].ID}})
	if err != nil || read[0].Err != nil {
		t.Fatal(read, err)
	}
	doc := sales.Document{Customer: read[0].Entity.Header.Customer, ExternalNumber: external}
	for _, l := range read[0].Entity.Lines {
		doc.Lines = append(doc.Lines, l.Line)
	}
	made, err := bc.CreateDocuments(ctx, []sales.Document{doc})
	if err != nil || made[0].Err != nil {
		t.Fatal(made, err)
	}
	return made[0].Entity.Header.Number
}

// TestManyAreDecidedByAFilter: orders that fit a filter are counted and named first,
// with what they come to, and decided about if somebody says so.
func TestManyAreDecidedByAFilter(t *testing.T) {
	person(t, 0)
	for _, s := range []said{
		{"orders accept --up-to 0.05 --dry-run", 0, []string{"0 orders can be decided about"}},
		{"orders accept --up-to some --dry-run", 1, []string{"must be an amount such as 0.05"}},
		{"orders accept", 1, []string{"name one order, or all that fit a filter"}},
		{"orders accept #1001 --name *", 1, []string{"name one order, or all that fit a filter"}},
		{"orders retry --state attention --dry-run", 0, []string{"12 orders can be decided about, of ", " together: "}},
		{"orders retry --reason item-unmapped --dry-run --json", 0, []string{`"amounts": [`, `"changed": []`}},
		{"orders dismiss --state attention --because of_the_trial", 1, []string{"nobody can be asked here: pass --yes"}},
		{"orders dismiss --state attention --because of_the_trial --yes", 0, []string{"dismiss: 12 orders."}},
		{"orders --state dismissed", 0, []string{"of the trial"}},
		{"orders reopen --state dismissed --name #1* --yes", 0, []string{"reopen: 12 orders."}},
		{"trail", 0, []string{"reopen of 12 orders", "dismiss of 12 orders"}},
	} {
		s.check(t)
	}
}

// TestOrdersAreClosedByPersons: an order whose document a person has made is closed by
// its number, which Business Central is asked for; another is dismissed; both can be
// opened again, and what was said about them is kept.
func TestOrdersAreClosedByPersons(t *testing.T) {
	e := person(t, 0)
	os, _, err := e.desk.Orders(t.Context(), "attention", "", 2)
	if err != nil || len(os) != 2 {
		t.Fatal(os, err)
	}
	done, out := os[0].Name, os[1].Name
	known, err := e.desk.Order(t.Context(), "#1001")
	if err != nil {
		t.Fatal(err)
	}
	taken := known.Order.Document.Number
	number := byHand(t, e, taken, "PHONE 7")
	for _, s := range []said{
		{"orders done " + done, 1, []string{`required flag(s) "document"`}},
		{"orders done " + done + " --document SO-NONE", 1, []string{"Business Central has no sales order or invoice SO-NONE"}},
		{"orders done " + done + " --document " + taken, 1, []string{taken + " is the document of order #1001"}},
		{"orders done " + done + " --document " + number + " --reason booked_by_Jo", 0, []string{done + ": done, with sales order " + number, `external number "PHONE 7"`}},
		{"orders " + done, 0, []string{done + " is done", "booked by Jo", number}},
		{"orders --state done", 0, []string{done, "Order " + number, "booked by Jo"}},
		{"find " + number, 0, []string{"document", done + " is done"}},
		{"orders dismiss " + out + " --reason a_trial", 0, []string{out + ": dismissed"}},
		{"orders retry " + out, 1, []string{"is dismissed"}},
		{"orders --state dismissed --json", 0, []string{`"because": "a trial"`, `"by": "person local"`}},
		{"trail", 0, []string{done + " is now done with Order " + number, out + " is now dismissed"}},
		{"orders reopen " + done, 1, []string{"nobody can be asked here: pass --yes"}},
		{"orders reopen " + out, 0, []string{out + ": ready"}},
		{"orders reopen " + done + " --yes", 0, []string{done + ": ready"}},
	} {
		s.check(t)
	}
	settled(t, e)
	for _, name := range []string{done, out} {
		if o, err := e.desk.Order(t.Context(), name); err != nil || o.Order.State != api.OrderStateAttention || o.Order.Issue.Reason == "" {
			t.Errorf("%s waits again for what it waited for: %+v, %v", name, o.Order, err)
		}
	}
}

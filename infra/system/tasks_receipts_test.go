package system_test

import (
	"fmt"
	"testing"

	"backroom/infra/sim/businesscentral"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/receipts"
	"backroom/shared/task/tasktest"
)

// paidOrders is a world of orders that are paid and invoiced. The bad one was paid by a
// gateway that the card does not know.
type paidOrders struct{ *tasks }

func openReceipts(t *testing.T, k *tasktest.Kit, n, bad int) *paidOrders {
	t.Helper()
	w := &paidOrders{openTasks(t, k, receipts.TaskName, n, bad)}
	w.play(orders.TaskName)
	w.play(documents.TaskName)
	c := w.BC.Companies()[0]
	for _, d := range c.SalesOrders() {
		if err := c.Post(d.Number); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// suggests are the card's settings by which payments are suggested; klarna is the
// gateway of the bad order.
func (w *tasks) suggests(others bool) receipts.Settings {
	s := suggests(w.kit.Now().AddDate(0, 0, -10))
	if others {
		s.PaymentAccounts = append(s.PaymentAccounts, receipts.PaymentAccount{Gateway: "*", Account: businesscentral.AccountGiftCard})
	}
	return s
}

// Heal implements tasktest.World: the card knows all gateways.
func (w *paidOrders) Heal() {
	ctx := w.kit.T.Context()
	card, err := w.Wired.Cards.Get(ctx, tasktest.Shop)
	if err == nil {
		card, err = card.With(w.suggests(true))
	}
	if err == nil {
		err = w.Wired.Cards.Put(ctx, card)
	}
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

// Echo implements tasktest.World: the other tasks see that orders were invoiced.
func (w *paidOrders) Echo() { w.play(orders.TaskName) }

// Holds implements tasktest.World: what is suggested of each order.
func (w *paidOrders) Holds() map[int][]string {
	h := map[int][]string{}
	c := w.BC.Companies()[0]
	of := map[string]int{}
	for i, o := range w.shop.Orders {
		of[o.Name] = i
		stored, err := (&receipts.Store{Table: w.kit.Stored()}).Get(w.kit.T.Context(), tasktest.Shop, fmt.Sprint(o.ID))
		if err != nil {
			w.kit.T.Fatalf("%v", err)
		}
		for _, l := range stored.Lines {
			h[i] = append(h[i], fmt.Sprintf("line %s is %s", l.Number, l.Stage))
		}
	}
	for _, b := range c.PaymentJournals() {
		h[tasktest.Common] = append(h[tasktest.Common], "batch on "+b.BalancingAccountNumber)
		for _, l := range b.Lines {
			i := of[l.ExternalDocumentNumber]
			h[i] = append(h[i], fmt.Sprintf("%s of %s for %s by %s", l.DocumentNumber, l.Amount, l.AppliesToInvoiceNumber, l.CustomerNumber))
		}
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		if i.Kind == receipts.IssueKind {
			h[of[i.Name]] = append(h[of[i.Name]], string(i.Reason))
		}
	}
	return h
}

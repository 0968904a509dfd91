package system_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/shared/completeness"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/task/tasktest"
)

// proofs is a world in which a proof has found that no order is known, and each has its
// document by now. The document of the bad one is in another currency.
type proofs struct{ *tasks }

func openProofs(t *testing.T, k *tasktest.Kit, n, bad int) *proofs {
	t.Helper()
	w := &proofs{openTasks(t, k, "", n, -1)}
	w.name = completeness.TaskName
	k.Pass(2 * time.Hour)
	w.play(w.name)
	w.play(orders.TaskName)
	w.play(documents.TaskName)
	if bad >= 0 {
		w.bad = w.shop.Orders[bad]
		w.currency("DKK")
	}
	return w
}

// currency gives the document of the bad order a currency; "" is its own.
func (w *proofs) currency(code string) {
	c := w.BC.Companies()[0]
	for _, d := range c.SalesOrders() {
		if !strings.HasSuffix(d.ExternalDocumentNumber, fmt.Sprintf("-%d", w.bad.ID)) {
			continue
		}
		if err := c.EditOrder(d.Number, func(d *businesscentral.SalesDocument) { d.CurrencyCode = code }); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
}

// Heal implements tasktest.World.
func (w *proofs) Heal() { w.currency("") }

// Echo implements tasktest.World: the other tasks run.
func (w *proofs) Echo() {
	w.play(orders.TaskName)
	w.play(documents.TaskName)
}

// Holds implements tasktest.World: what the proof says of each order.
func (w *proofs) Holds() map[int][]string {
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	h := map[int][]string{}
	for _, i := range is {
		if id, _, _ := strings.Cut(i.Record, "-"); strings.HasPrefix(i.Kind, "proof-") {
			n := w.record(id)
			h[n] = append(h[n], string(i.Reason))
		}
	}
	return h
}

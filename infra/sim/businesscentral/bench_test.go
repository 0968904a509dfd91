package businesscentral

import (
	"testing"

	"backroom/shared/sales"
	"backroom/shared/testclock"
)

// A simulator must not be what limits the speed of what is tested with it.
func BenchmarkImport(b *testing.B) {
	clock := testclock.New(morning)
	s, err := New(Options{Now: clock.Now, Limits: Limits{Requests: 1 << 40}})
	if err != nil {
		b.Fatal(err)
	}
	w := &world{Server: s, clock: clock}
	client := w.newClient(b)
	n := 0
	for b.Loop() {
		var orders []sales.Document
		var external []string
		for range 50 {
			n++
			orders = append(orders, salesOrder(n))
			external = append(external, orders[len(orders)-1].ExternalNumber)
		}
		clock.Advance(1e10)
		if _, _, err := client.FindDocuments(b.Context(), external); err != nil {
			b.Fatal(err)
		}
		clock.Advance(1e10)
		created, err := client.CreateDocuments(b.Context(), orders)
		if err != nil || created[0].Err != nil {
			b.Fatal(err, created[0].Err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "orders/s")
}

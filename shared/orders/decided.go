package orders

import (
	"slices"
	"strings"
)

// SameDecision reports whether what a person has decided about an order holds for
// it as it is now: nothing has changed that its document is made of, and no money
// went back since.
func SameDecision(then, now Order) bool {
	return len(PrintOf(then).Differences(PrintOf(now))) == 0 && moneyBack(then) == moneyBack(now)
}

// moneyBack is what was paid back of an order, or is on its way, as text.
func moneyBack(o Order) string {
	back := []string{amount(o.Refunded)}
	for _, r := range o.Refunds {
		back = append(back, "refund "+r.ID+" "+amount(r.Amount))
	}
	for _, t := range o.Transactions {
		if t.Kind == "REFUND" && !t.Test && t.Status != "FAILURE" && t.Status != "ERROR" {
			back = append(back, "transaction "+t.ID+" "+amount(t.Amount))
		}
	}
	slices.Sort(back)
	return strings.Join(back, "\n")
}

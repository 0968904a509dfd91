package receiptapi

import (
	"testing"
	"time"

	"backroom/shared/shopify/internal/gql"
)

// A transaction that Shopify gives no time of processing is of when it was created: one
// without a time would be from before any day of the card.
func TestTimeOfATransaction(t *testing.T) {
	created := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	processed := created.Add(-48 * time.Hour)
	for _, tt := range []struct {
		processed *time.Time
		want      time.Time
	}{{nil, created}, {&processed, processed}} {
		of := gql.PaidTransaction{Id: "gid://shopify/OrderTransaction/7", Kind: "SALE", Status: "SUCCESS", CreatedAt: created, ProcessedAt: tt.processed}
		of.AmountSet.ShopMoney.Amount, of.AmountSet.PresentmentMoney.Amount = "5", "5"
		o, err := orderOf(gql.PaidOrder{Id: "gid://shopify/Order/1", Transactions: []gql.PaidTransaction{of}})
		if err != nil || len(o.Payments) != 1 || !o.Payments[0].At.Equal(tt.want) {
			t.Errorf("processed %v: %+v, %v, want %s", tt.processed, o, err, tt.want)
		}
	}
}

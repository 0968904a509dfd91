package system_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/creditmemos"
	"backroom/shared/orders"
)

// The money of a refund has its credit memo once it has arrived, whatever Shopify says
// the refund comes to: what has failed credits nothing.
func TestRefundsWhoseMoneyFails(t *testing.T) {
	for _, tt := range []struct {
		status string
		want   string // total of the credit memo; "" for none
	}{{"SUCCESS", "7.5"}, {"PENDING", ""}, {"FAILURE", ""}, {"ERROR", ""}} {
		t.Run(tt.status, func(t *testing.T) {
			t.Parallel()
			s := worlds.Plain(begin)
			s.Card.RefundsAndReturns, s.Card.RoundingAccount = orders.BookRefunds, businesscentral.AccountRounding
			s.CreditMemos = creditmemos.Settings{RefundAccount: businesscentral.AccountTip, NonRestockAccount: businesscentral.AccountFee}
			o := s.Ordinary(1)[0]
			w := worlds.New(t, s)
			w.Live(15 * time.Minute)
			sum := decimal.RequireFromString("7.5")
			if _, err := w.Shopify.Shop("").RefundOrder(o.ID, data.Reversal{Amount: &data.Bag{Shop: sum, Presentment: sum}, Status: tt.status}); err != nil {
				t.Fatal(err)
			}
			w.Live(30 * time.Minute)
			type memo struct {
				ExternalDocumentNumber  string
				TotalAmountIncludingTax decimal.Decimal
			}
			var got string
			refund := w.Shopify.Shop("").Order(o.ID).Refunds[0].ID
			for _, m := range worlds.Read[memo](w, fmt.Sprintf("salesCreditMemos?$filter=endswith(externalDocumentNumber,'-R%d')", refund)) {
				got += m.TotalAmountIncludingTax.String()
			}
			if f := w.Fate(o); got != tt.want || f.State != "processed" {
				t.Errorf("a credit memo of %q, the order is %s: %s", got, f.State, f.Text)
			}
		})
	}
}

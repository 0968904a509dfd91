package receipts

import (
	"fmt"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about payments of orders. Missing fields of
// an older card have working zero values.
type Settings struct {
	// SuggestPaymentsFrom is the first day, yyyy-mm-dd, whose payments are suggested; "":
	// none are.
	SuggestPaymentsFrom string `json:"suggestPaymentsFrom,omitempty"`
	// PaymentAccounts are the G/L accounts that payments balance on.
	PaymentAccounts []PaymentAccount `json:"paymentAccounts,omitempty"`
}

// PaymentAccount is the G/L account of what is paid by a gateway.
type PaymentAccount struct {
	Gateway string `json:"gateway"` // Shopify's, such as shopify_payments or gift_card; *: all others
	Account string `json:"account"`
}

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Payments of orders", Settings{}, checkSettings,
	shop.Setting{Names: []string{"suggestPaymentsFrom"}, Does: "payments since this day (`2026-07-01`) are suggested in the customer payment journal of Business Central once their order is invoiced there; blank suggests none", Theirs: "-"},
	shop.Setting{Names: []string{"paymentAccounts"}, Does: "the G/L account that payments of a gateway balance on: `[{\"gateway\": \"shopify_payments\", \"account\": \"2340\"}, {\"gateway\": \"gift_card\", \"account\": \"5450\"}]`; `*` is all others", Theirs: "Payment method mapping"},
)

func checkSettings(c *shop.Checker, s Settings) {
	if _, err := time.Parse(time.DateOnly, s.SuggestPaymentsFrom); s.SuggestPaymentsFrom != "" && err != nil {
		c.Bad("suggestPaymentsFrom", s.SuggestPaymentsFrom, "a day such as 2026-07-01, or nothing")
	}
	c.List("paymentAccounts", len(s.PaymentAccounts), func(i int) shop.Row {
		return shop.Row{Key: strings.TrimSpace(s.PaymentAccounts[i].Gateway), KeyName: "gateway", Value: s.PaymentAccounts[i].Account, ValueName: "account"}
	})
	for i, a := range s.PaymentAccounts {
		c.Number(fmt.Sprintf("paymentAccounts[%d].account", i), a.Account)
	}
}

func (s Settings) accountOf(gateway string) string {
	others := ""
	for _, a := range s.PaymentAccounts {
		switch name := strings.TrimSpace(a.Gateway); {
		case strings.EqualFold(name, strings.TrimSpace(gateway)):
			return bcapi.Code(a.Account)
		case name == "*":
			others = bcapi.Code(a.Account)
		}
	}
	return others
}

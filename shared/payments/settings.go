package payments

import (
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about payouts. Missing fields of an older
// card have working zero values.
type Settings struct {
	// PayoutAccounts are the G/L accounts of movements.
	PayoutAccounts []PayoutAccount `json:"payoutAccounts,omitempty"`
	// PayoutBankAccounts are the bank accounts that payouts go to.
	PayoutBankAccounts []PayoutBank `json:"payoutBankAccounts,omitempty"`
	// PostPayoutsFrom is the first day, yyyy-mm-dd, whose payouts are posted to Business
	// Central; "": none are.
	PostPayoutsFrom string `json:"postPayoutsFrom,omitempty"`
	// PayoutJournalTemplate is the general journal template of their batches.
	PayoutJournalTemplate string `json:"payoutJournalTemplate,omitempty"`
}

// PayoutAccount is the G/L account of movements of a kind, or of one type of Shopify's.
type PayoutAccount struct {
	Kind    string `json:"kind"`
	Account string `json:"account"`
}

// PayoutBank is the bank account that payouts in a currency go to.
type PayoutBank struct {
	Currency string `json:"currency"` // ISO
	Account  string `json:"account"`
}

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Payouts", Settings{}, checkSettings,
	shop.Setting{Names: []string{"payoutAccounts"}, Does: "G/L accounts of what payouts consist of, by kind (`charge`, `refund`, `dispute`, `reserve`, `fee`, `shipping`, `tax`, `lending`, `transfer`, `adjustment`, `other`) or by a type of Shopify's: `[{\"kind\": \"charge\", \"account\": \"2340\"}, {\"kind\": \"fee\", \"account\": \"8710\"}]`; the journal that a payout is to be booked by is shown with them"},
	shop.Setting{Names: []string{"payoutBankAccounts"}, Does: "the bank account in Business Central that payouts in a currency go to: `[{\"currency\": \"EUR\", \"account\": \"GIRO\"}]`"},
	shop.Setting{Names: []string{"postPayoutsFrom"}, Does: "payouts issued since this day (`2026-07-01`) are posted to Business Central once they are complete, each by a journal batch of its own, under the document number `PAYOUT-<id>`; blank posts none", Theirs: "-"},
	shop.Setting{Names: []string{"payoutJournalTemplate"}, Does: "the general journal template of these batches; blank is the first one in Business Central", Theirs: "-"},
)

func checkSettings(c *shop.Checker, s Settings) {
	const code = "a number of 20 characters at most"
	seen := map[string]bool{}
	if _, err := time.Parse(time.DateOnly, s.PostPayoutsFrom); s.PostPayoutsFrom != "" && err != nil {
		c.Bad("postPayoutsFrom", s.PostPayoutsFrom, "a day such as 2026-07-01, or nothing")
	}
	if len([]rune(s.PayoutJournalTemplate)) > 10 {
		c.Bad("payoutJournalTemplate", s.PayoutJournalTemplate, "a code of 10 characters at most")
	}
	for _, a := range s.PayoutAccounts {
		switch k := strings.ToUpper(strings.TrimSpace(a.Kind)); {
		case k == "":
			c.Bad("payoutAccounts", a.Kind, "a kind of transactions, or a type of Shopify's")
		case seen[k]:
			c.Bad("payoutAccounts", a.Kind, "each kind once")
		case bcapi.Code(a.Account) == "" || len([]rune(a.Account)) > 20:
			c.Bad("payoutAccounts", a.Account, code)
		default:
			seen[k] = true
		}
	}
	for _, b := range s.PayoutBankAccounts {
		switch k := strings.ToUpper(strings.TrimSpace(b.Currency)); {
		case len(k) != 3:
			c.Bad("payoutBankAccounts", b.Currency, "a currency such as EUR")
		case seen["bank "+k]:
			c.Bad("payoutBankAccounts", b.Currency, "each currency once")
		case bcapi.Code(b.Account) == "" || len([]rune(b.Account)) > 20:
			c.Bad("payoutBankAccounts", b.Account, code)
		default:
			seen["bank "+k] = true
		}
	}
}

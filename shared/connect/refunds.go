package connect

import (
	"fmt"

	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/shop"
)

// refunds are the findings about the accounts of credit memos, where the card has
// them made.
func refunds(card documents.Card, found Found) []Finding {
	s, err := shop.Of[creditmemos.Settings](card.Shop)
	if !card.Books() || err != nil {
		return nil
	}
	var out []Finding
	for _, a := range []struct {
		setting, value, of string
		reason             issue.Reason
	}{
		{"refundAccount", s.RefundAccount, "of units that never shipped, or of money alone,", creditmemos.RefundAccountMissing},
		{"nonRestockAccount", s.NonRestockAccount, "of units that do not go back into stock", creditmemos.NonRestockAccountMissing},
	} {
		switch wrong := unusable(found, a.value); {
		case a.value == "":
			out = append(out, Finding{
				Weight: Waits, Reason: a.reason, Settings: []string{a.setting},
				Text:   fmt.Sprintf("Refunds %s will wait, because no account is set for them.", a.of),
				WayOut: fmt.Sprintf("Set %s to a G/L account that allows direct posting.", a.setting),
			})
		case found.Accounts != nil && wrong != "":
			out = append(out, Finding{
				Weight: Waits, Reason: documents.AccountUnusable, Settings: []string{a.setting},
				Text:   fmt.Sprintf("Refunds %s will wait, because account %s of %s %s.", a.of, a.value, a.setting, wrong),
				WayOut: fmt.Sprintf("Correct the account in Business Central, or set %s to another one.", a.setting),
			})
		}
	}
	return out
}

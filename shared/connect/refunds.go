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
		if a.value == "" {
			out = append(out, Finding{
				Weight: Waits, Reason: a.reason, Settings: []string{a.setting},
				Text:   fmt.Sprintf("Refunds %s will wait, because no account is set for them.", a.of),
				WayOut: fmt.Sprintf("Set %s to a G/L account that allows direct posting.", a.setting),
			})
		}
		f, wrong := unusable(found, a.setting, a.value)
		switch item, is := documents.ItemOf(a.value); {
		case wrong == "":
			continue
		case is:
			f.Text = fmt.Sprintf("Refunds %s will wait, because item %s of %s %s.", a.of, item, a.setting, wrong)
		default:
			f.Text = fmt.Sprintf("Refunds %s will wait, because account %s of %s %s.", a.of, a.value, a.setting, wrong)
		}
		out = append(out, f)
	}
	return out
}

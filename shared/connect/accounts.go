package connect

import (
	"fmt"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/products"
)

// account is a setting that names a G/L account.
type account struct {
	setting string // on the card
	value   string
	orders  string // which orders need it, as "Orders … will wait" says it
	reason  issue.Reason
}

// accountsOf are the account settings that orders may need under card.
func accountsOf(card documents.Card) []account {
	shipping := "with a shipping charge"
	for _, m := range card.ShipmentMethods {
		if m.Account != "" {
			shipping = "with a charge for a shipping method that has no account of its own"
		}
	}
	as := []account{
		{"shippingChargesAccount", card.ShippingChargesAccount, shipping, documents.ShippingAccountMissing},
		{"tipAccount", card.TipAccount, "with a tip", documents.TipAccountMissing},
		{"soldGiftCardAccount", card.SoldGiftCardAccount, "with a sold gift card", documents.GiftCardAccountMissing},
		{"cashRoundingsAccount", card.CashRoundingsAccount, "with a cash rounding", documents.CashRoundingAccountMissing},
		{"feeAccount", card.FeeAccount, "with duties or other fees", documents.FeeAccountMissing},
		{"channelTaxAccount", card.ChannelTaxAccount, "with tax that the sales channel pays", documents.ChannelTaxAccountMissing},
		{"unknownItemAccount", card.UnknownItemAccount, "with a line without product", documents.CustomLine},
	}
	if card.TaxMode == documents.SalesTax {
		as = append(as, account{"salesTaxAccount", card.SalesTaxAccount, "with sales tax", documents.SalesTaxAccountMissing})
	}
	return as
}

func accounts(card documents.Card, found Found) []Finding {
	var out []Finding
	all := accountsOf(card)
	for _, a := range all {
		if a.value == "" {
			out = append(out, Finding{
				Weight: Waits, Reason: a.reason, Settings: []string{a.setting},
				Text:   fmt.Sprintf("Orders %s will wait, because no account is set for that.", a.orders),
				WayOut: fmt.Sprintf("Set %s to a G/L account that allows direct posting.", a.setting),
			})
		}
	}
	for _, m := range card.ShipmentMethods {
		all = append(all, account{"shipmentMethods", m.Account, fmt.Sprintf("shipped by %q", m.Title), ""})
	}
	all = append(all, account{"dutiesAccount", card.DutiesAccount, "with duties", ""}, account{"roundingAccount", card.RoundingAccount, "with a rounding difference", ""})
	for _, a := range all {
		f, wrong := unusable(found, a.setting, a.value)
		switch item, is := documents.ItemOf(a.value); {
		case wrong == "":
			continue
		case is:
			f.Text = fmt.Sprintf("Orders %s will wait, because item %s of %s %s.", a.orders, item, a.setting, wrong)
		default:
			f.Text = fmt.Sprintf("Orders %s will wait, because account %s of %s %s.", a.orders, a.value, a.setting, wrong)
		}
		out = append(out, f)
	}
	return out
}

// unusable is what keeps lines from being of the account, or the item, that a setting
// names, and the finding about it without its text; "" if nothing does, or what is there
// was not read.
func unusable(found Found, setting, value string) (f Finding, wrong string) {
	f = Finding{Weight: Waits, Settings: []string{setting}}
	if item, is := documents.ItemOf(value); is {
		f.Reason = documents.ChargeItemUnusable
		f.WayOut = fmt.Sprintf("Correct the item in Business Central, or set %s to an account.", setting)
		return f, unsold(found, item)
	}
	f.Reason = documents.AccountUnusable
	f.WayOut = fmt.Sprintf("Correct the account in Business Central, or set %s to another one.", setting)
	return f, unposted(found, value)
}

// unsold is what keeps a line of a charge from being of the item, "" if nothing does.
func unsold(found Found, number string) string {
	if found.Items == nil {
		return ""
	}
	for _, i := range found.Items {
		switch {
		case !strings.EqualFold(i.Number, number):
			continue
		case i.Blocked:
			return "is blocked in Business Central"
		case i.Type == products.Inventory:
			return "is one of which stock is kept"
		}
		return ""
	}
	return "does not exist in Business Central"
}

// unposted is what keeps a line from being posted to the account, "" if nothing does.
func unposted(found Found, number string) string {
	if number == "" || found.Accounts == nil {
		return ""
	}
	for _, a := range found.Accounts {
		if !strings.EqualFold(a.Number, number) {
			continue
		}
		switch {
		case a.AccountType != bcapi.Posting:
			return "is a heading or total, not an account to post to"
		case a.Blocked:
			return "is blocked in Business Central"
		case !a.DirectPosting:
			return "does not allow direct posting"
		}
		return ""
	}
	return "does not exist in Business Central"
}

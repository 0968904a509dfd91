package data_test

import (
	"maps"
	"slices"
	"strings"

	"backroom/infra/sim/shopify/data"
)

// Each kind of order that the sample shop must have.
var kinds = map[string]func(*data.Order) bool{
	"taxes included":        func(o *data.Order) bool { return o.TaxesIncluded && len(o.TaxLines(false)) > 0 },
	"taxes not included":    func(o *data.Order) bool { return !o.TaxesIncluded && len(o.TaxLines(false)) > 0 },
	"two rates":             func(o *data.Order) bool { return len(o.TaxLines(false)) > 1 },
	"untaxed":               func(o *data.Order) bool { return len(o.TaxLines(false)) == 0 },
	"discount on a line":    func(o *data.Order) bool { return len(o.Discounts) > 0 && o.Discounts[0].Kind == "automatic" },
	"discount on the order": func(o *data.Order) bool { return len(o.DiscountCodes) > 0 },
	"two shipping lines":    func(o *data.Order) bool { return len(o.ShippingLines) == 2 },
	"tip":                   func(o *data.Order) bool { return !o.Tip.IsZero() },
	"gift card":             func(o *data.Order) bool { return o.Lines[len(o.Lines)-1].GiftCard },
	"cash rounding":         func(o *data.Order) bool { return !o.CashRounding.IsZero() },
	"Swedish buyer's money": func(o *data.Order) bool { return o.PresentmentCurrency() == "SEK" },
	"dollars":               func(o *data.Order) bool { return o.PresentmentCurrency() == "USD" },
	"point of sale":         func(o *data.Order) bool { return o.RetailLocation != 0 },
	"company":               func(o *data.Order) bool { return o.Company != nil && o.Terms != nil && !o.TaxesIncluded },
	"note":                  func(o *data.Order) bool { return o.Note != "" },
	"7 %":                   taxedAt("0.07"),
	"10 %":                  taxedAt("0.1"),
	"12 %":                  taxedAt("0.12"),
	"19 %":                  taxedAt("0.19"),
	"20 %":                  taxedAt("0.2"),
	"25 %":                  taxedAt("0.25"),
	"several locations":     func(o *data.Order) bool { return len(o.FulfillmentOrders) > 1 },
	"unmapped SKU":          func(o *data.Order) bool { return strings.HasPrefix(o.Lines[len(o.Lines)-1].SKU, "NEW-") },
	"no customer":           func(o *data.Order) bool { return o.Customer == 0 },
	"cancelled":             func(o *data.Order) bool { return !o.CancelledAt.IsZero() },
	"test":                  func(o *data.Order) bool { return o.Test },
	"edited": func(o *data.Order) bool {
		return o.Edited && !o.Totals().Price.Shop.Equal(o.Totals().CurrentPrice.Shop)
	},
	"refunded": func(o *data.Order) bool { return len(o.Refunds) > 0 && len(o.Refunds[0].Transactions) == 1 },
	"edited down before payment, recorded without money": func(o *data.Order) bool {
		s := o.Totals()
		return o.Edited && o.FinancialStatus == "PAID" && len(o.Refunds) == 1 && len(o.Refunds[0].Transactions) == 0 && s.Outstanding.IsZero() && !same(s.Price, s.CurrentPrice)
	},
	"phone with an extension": func(o *data.Order) bool { return o.Shipping != nil && strings.Contains(o.Shipping.Phone, "ext.") },
	"line split over locations": func(o *data.Order) bool {
		at := map[int64]int64{}
		for _, f := range o.FulfillmentOrders {
			for _, l := range f.Lines {
				if at[l.Line] != 0 && at[l.Line] != f.Location {
					return true
				}
				at[l.Line] = f.Location
			}
		}
		return false
	},
	"duty with a tax":      func(o *data.Order) bool { return o.Lines[0].Duty != nil && len(o.Lines[0].Duty.Taxes) > 0 },
	"channelLiable null":   anyTax(func(x data.Tax) bool { return x.LiabilityUnknown }),
	"channel's tax":        anyTax(func(x data.Tax) bool { return x.ChannelLiable }),
	"exempt":               anyTax(func(x data.Tax) bool { return x.Rate.IsZero() }),
	"two taxes on a line":  func(o *data.Order) bool { return len(o.Lines[0].Taxes) == 2 },
	"company by a contact": func(o *data.Order) bool { return o.Company != nil && o.Company.ContactID != 0 },
	"goods of a deleted product called Tip": func(o *data.Order) bool {
		l := o.Lines[len(o.Lines)-1]
		return l.Title == "Tip" && !l.Tip && l.SKU != "" && l.Variant != 0
	},
	"custom line with a SKU": func(o *data.Order) bool { l := o.Lines[len(o.Lines)-1]; return l.Variant == 0 && l.SKU != "" },
	"all lines edited away":  func(o *data.Order) bool { return o.Edited && o.Totals().CurrentPrice.IsZero() },
	"authorised": func(o *data.Order) bool {
		return o.FinancialStatus == "AUTHORIZED" && o.Transactions[0].Card != nil && len(o.Risks[0].Facts) > 0
	},
	"owed to the buyer":        func(o *data.Order) bool { return o.Totals().Outstanding.Shop.IsNegative() },
	"line added after payment": func(o *data.Order) bool { return o.FinancialStatus == "PARTIALLY_PAID" },
	"nobody's name, e-mail or phone": func(o *data.Order) bool {
		return o.Customer != 0 && o.Email == "" && o.Phone == "" && o.Shipping.FirstName+o.Shipping.LastName == ""
	},
	"a bundle": func(o *data.Order) bool {
		g := o.Lines[0].Group
		return g != nil && g.SKU != "" && o.Lines[len(o.Lines)-1].Group == g
	},
	"a bundle without SKU": func(o *data.Order) bool { g := o.Lines[0].Group; return g != nil && g.SKU == "" },
	"unconfirmed":          func(o *data.Order) bool { return o.Unconfirmed },
	"payment terms":        func(o *data.Order) bool { return o.Terms != nil && o.PONumber != "" },
}

// kindsOf adds those that show only beside the shop's other orders and customers.
func kindsOf(d *data.Data) map[string]func(*data.Order) bool {
	out := maps.Clone(kinds)
	maps.Copy(out, map[string]func(*data.Order) bool{
		"a phone that other buyers have": func(o *data.Order) bool {
			return slices.ContainsFunc(d.Orders, func(p *data.Order) bool { return o.Phone != "" && p.Phone == o.Phone && p.Email != o.Email })
		},
		"a gift for another customer, from a buyer without phone": func(o *data.Order) bool {
			return o.Phone == "" && o.Shipping != nil && o.Shipping.Phone != "" && slices.ContainsFunc(d.Customers, func(c *data.Customer) bool { return c.Phone == o.Shipping.Phone && c.ID != o.Customer })
		},
		"first address is not the default": func(o *data.Order) bool {
			i := slices.IndexFunc(d.Customers, func(c *data.Customer) bool { return c.ID == o.Customer })
			return i >= 0 && d.Customers[i].Default == 1 && o.Billing.Address1 == d.Customers[i].Addresses[1].Address1
		},
	})
	return out
}

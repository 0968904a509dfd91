package documents

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/products"
	"backroom/shared/sales"
	"backroom/shared/shop"
)

// A setting of an account may name an item instead. Earlier cards have bare numbers, so
// that those go on naming accounts.
const (
	itemPrefix   = "item:"
	chargePrefix = "charge:"
)

// ItemOf is the number of the item that a setting of an account names, and false if it
// names an account.
func ItemOf(setting string) (number string, is bool) {
	if len(setting) < len(itemPrefix) || !strings.EqualFold(setting[:len(itemPrefix)], itemPrefix) {
		return "", false
	}
	return strings.TrimSpace(setting[len(itemPrefix):]), true
}

// CheckBooked checks a setting that names an account, or an item in its place. An item
// charge is refused by name: API v2.0 cannot assign one to the lines that it is for, and
// Business Central posts no charge that is not assigned.
func CheckBooked(c *shop.Checker, field, value string) {
	number, is := ItemOf(value)
	switch {
	case strings.HasPrefix(strings.ToLower(value), chargePrefix):
		c.Bad(field, value, "the number of an account, or "+itemPrefix+" and the number of an item: Business Central's API cannot assign item charges, and posts none that is not assigned")
	case is && number == "":
		c.Bad(field, value, "followed by the number of an item, such as "+itemPrefix+"SHIPPING")
	case is:
		c.Number(field, number)
	default:
		c.Number(field, value)
	}
}

// accounts are the settings that name one by their names, in the order in which the card shows them.
func (s DocumentSettings) accounts() []struct{ name, value string } {
	return []struct{ name, value string }{
		{"shippingChargesAccount", s.ShippingChargesAccount},
		{"tipAccount", s.TipAccount},
		{"soldGiftCardAccount", s.SoldGiftCardAccount},
		{"cashRoundingsAccount", s.CashRoundingsAccount},
		{"feeAccount", s.FeeAccount},
		{"dutiesAccount", s.DutiesAccount},
		{"salesTaxAccount", s.SalesTaxAccount},
		{"channelTaxAccount", s.ChannelTaxAccount},
		{"roundingAccount", s.RoundingAccount},
		{"unknownItemAccount", s.UnknownItemAccount},
	}
}

// BookedItems are the numbers of the items that settings of accounts name, in upper case.
func (c Card) BookedItems() (numbers []string) {
	add := func(setting string) {
		if n, is := ItemOf(setting); is && !slices.Contains(numbers, strings.ToUpper(n)) {
			numbers = append(numbers, strings.ToUpper(n))
		}
	}
	for _, a := range c.accounts() {
		add(a.value)
	}
	for _, m := range c.ShipmentMethods {
		add(m.Account)
	}
	for _, n := range c.AlsoBooked {
		add(n)
	}
	return numbers
}

// toAccount is what a line is of whatever the order's line is of: the account, or the
// item, that a setting names. It checks that it can be sold or posted to.
func (m *mapper) toAccount(l *sales.Line, setting string, missing issue.Reason, text string) {
	*l = bookedOn(*l, setting)
	if setting == "" {
		m.problem(missing, text)
		return
	}
	if !l.Charge {
		if a, ok := m.refs.Accounts[strings.ToUpper(setting)]; !ok || !a.Postable() {
			m.problem(AccountUnusable, setting)
		}
		return
	}
	// Stock is kept of what goes out of a warehouse: a charge would wait for stock, and
	// for somebody to ship it.
	if i, ok := m.refs.Items.Items[l.Object]; !ok || i.Blocked || i.Type == products.Inventory {
		m.problem(ChargeItemUnusable, l.Object)
	}
}

// bookedOn is l of what a setting of an account names. A negative price is that of an
// account alone: of an item, units are taken back.
func bookedOn(l sales.Line, setting string) sales.Line {
	number, is := ItemOf(setting)
	if l.Location = ""; !is {
		l.Kind, l.Object, l.Charge = sales.AccountLine, setting, false
		return l
	}
	l.Kind, l.Object, l.Charge = sales.ItemLine, strings.ToUpper(number), true
	if l.UnitPrice.IsNegative() {
		l.UnitPrice, l.Quantity, l.Discount = l.UnitPrice.Neg(), l.Quantity.Neg(), l.Discount.Neg()
	}
	return l
}

// RoundingLine is the line of an amount, which may be negative, that takes what totals
// differ by.
func (c Card) RoundingLine(sequence int, amount decimal.Decimal) sales.Line {
	return bookedOn(sales.Line{
		Sequence: sequence, Quantity: decimal.NewFromInt(1), UnitPrice: amount, Net: amount,
		TaxCode: c.TaxCode(decimal.Zero), Description: "Rounding difference",
	}, c.RoundingAccount)
}

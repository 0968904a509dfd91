package data

import (
	"time"

	"github.com/shopspring/decimal"
)

// awkward are the sample's orders that a back office must not take for ordinary
// ones. Every order whose index ends in 7 is one, so that each test on the
// sample meets all of them:
//
//	  7  edited down to three of four units before it was paid, with a record
//	 17  a phone with an extension on the address
//	 27  one line from two locations
//	 37  duties with taxes
//	 47  taxes of which nobody says who owes them (channelLiable null)
//	 57  a company's order through its contact
//	 67  a phone …
//	 77  … that a buyer with another e-mail address gives too
//	 87  a buyer without phone, the parcel to somebody whose phone another customer has
//	 97  a buyer whose first address is not the default one
//	107  goods of a deleted product called "Tip"
//	117  a line that somebody typed in, with a SKU
//	127  all lines edited away
//	137  payment only authorised, with card details and a risk that has facts
//	147  a discount given after it was paid: the shop owes the buyer money
//	157  a line added after it was paid: partly paid
//	167  an exempt line: a tax of 0
//	177  two taxes on one line, on top of the price, to a state of America
//	187  the shop's tax and the channel's on one line
//	197  a ship-to without a name, the order without e-mail and phone
func (b *builder) awkward(i int, at time.Time, d draft) *Order {
	number := 1001 + i
	switch i {
	case 27:
		d.lines[0].quantity, d.lines[0].outlet = 5, 2
	case 57:
		d.customer = b.Customers[10]
	case 97:
		d.customer = b.Customers[9]
	case 107:
		d.lines = append(d.lines, draftLine{title: "Tip", sku: "TIP-JAR", price: cents(1990), quantity: 1, deleted: 39_999_001})
	case 117:
		d.lines = append(d.lines, draftLine{title: "Sail, made to measure", sku: "SAIL-77", price: cents(24900), quantity: 1})
	}
	if i >= 137 {
		return b.awkwardMoney(i, at, d)
	}
	switch i {
	case 7:
		d.pending = true
		d.lines[0].quantity, d.lines[0].off = 4, cents(2000)
		o := b.order(number, at, d)
		b.edit(o, Edit{Quantities: map[int64]int{o.Lines[0].ID: 3}})
		return b.paidLater(o)
	case 47:
		o := b.order(number, at, d)
		for _, l := range o.Lines {
			for j := range l.Taxes {
				l.Taxes[j].LiabilityUnknown = true
			}
		}
		return o
	case 37:
		d.included, d.pending = false, true
		o := b.order(number, at, d)
		b.duty(o, o.Lines[0], cents(900))
		b.pay(o, at)
		return o
	case 57:
		return b.byCompany(b.order(number, at, d), b.Companies[0])
	case 127:
		d.pending, d.shipping = true, nil
		o := b.order(number, at, d)
		none := map[int64]int{}
		for _, l := range o.Lines {
			none[l.ID] = 0
		}
		return b.edit(o, Edit{Quantities: none})
	}
	return b.strangely(i, b.order(number, at, d))
}

// strangely changes who the order says that it is for.
func (b *builder) strangely(i int, o *Order) *Order {
	switch i {
	case 17:
		o.Shipping.Phone, o.Billing.Phone = "+49 461 555 0123 ext. 45", "+49 461 555 0123 ext. 45"
	case 67, 77:
		phone := "+491605550067"
		o.Phone, o.Shipping.Phone, o.Billing.Phone = phone, phone, phone
	case 87:
		to := b.Customers[1].Addresses[0]
		to.ID, o.Shipping = b.next(), &to
		o.Phone, o.Billing.Phone = "", ""
	case 197:
		to := *o.Shipping
		to.ID, to.FirstName, to.LastName, to.Phone = b.next(), "", "", ""
		o.Shipping, o.Email, o.Phone, o.Billing = &to, "", "", nil
	}
	return o
}

// awkwardMoney are those of the awkward orders where money is what is awkward.
func (b *builder) awkwardMoney(i int, at time.Time, d draft) *Order {
	number := 1001 + i
	state := func(title, rate string) Tax { return Tax{Title: title, Rate: decimal.RequireFromString(rate)} }
	switch i {
	case 137:
		return b.authorised(b.order(number, at, d))
	case 147:
		o := b.order(number, at, d)
		off := cents(300)
		return b.edit(o, Edit{Discounts: []LineDiscount{{Line: o.Lines[0].ID, Title: "Kratzer", Amount: Bag{off, off}}}})
	case 157:
		o := b.order(number, at, d)
		extra := *o.Lines[0]
		extra.Quantity, extra.Allocations, extra.Taxes = 1, nil, append([]Tax{}, extra.Taxes...)
		return b.edit(o, Edit{Add: []*Line{&extra}})
	case 167:
		d.lines[0].taxes = []Tax{state("MwSt. (befreit)", "0")}
	case 177, 187:
		d.included = false
		d.lines[0].taxes = []Tax{state("Washington State Tax", "0.065"), state("King County Tax", "0.038")}
		if i == 187 {
			d.lines[0].taxes[1].ChannelLiable = true
		}
	}
	o := b.order(number, at, d)
	if i == 177 {
		o.Shipping = &Address{
			ID: b.next(), FirstName: "Grace", LastName: "Miller", Address1: "1201 3rd Avenue", Address2: "Suite 400", City: "Seattle", Zip: "98101",
			Province: "Washington", ProvinceCode: "WA", Country: "US", Phone: "+12065550100",
		}
	}
	return b.strangely(i, o)
}

// duty puts a duty with the order's tax on a line.
func (b *builder) duty(o *Order, l *Line, price decimal.Decimal) {
	rate := l.UnitPrice.Presentment.Div(l.UnitPrice.Shop)
	d := &Duty{ID: b.next(), HSCode: "611020", Origin: "TR", Price: o.Round(Bag{price, price.Mul(rate)})}
	for _, t := range l.Taxes {
		t.Price = o.taxOn(t.Rate, d.Price, l.Taxes)
		d.Taxes = append(d.Taxes, t)
	}
	l.Duty = d
}

// paidLater pays what is left of an edited order.
func (b *builder) paidLater(o *Order) *Order {
	at := o.UpdatedAt.Add(5 * time.Minute)
	o.FinancialStatus, o.UpdatedAt = "PAID", at
	o.Transactions = []*Transaction{{ID: b.next(), Kind: "SALE", Status: "SUCCESS", Gateway: "shopify_payments", Amount: o.Totals().CurrentPrice, ProcessedAt: at, Test: o.Test}}
	return o
}

// authorised makes of a payment one that is still to be captured.
func (b *builder) authorised(o *Order) *Order {
	o.FinancialStatus = "AUTHORIZED"
	t := o.Transactions[0]
	t.Kind, t.PaymentID, t.Account, t.ExpiresAt = "AUTHORIZATION", o.Name+".1", "•••• •••• •••• 4242", o.CreatedAt.AddDate(0, 0, 7)
	t.Card = &Card{Company: "Visa", Number: t.Account, Name: "Anna Schäfer", BIN: "424242", AVS: "Y", CVV: "M", Month: 4, Year: 2031, Wallet: "APPLE_PAY"}
	o.RiskRecommendation = "INVESTIGATE"
	o.Risks = []Risk{
		{Level: "MEDIUM", Facts: []RiskFact{{"The card's billing address matches.", "POSITIVE"}, {"The order was placed from another country.", "NEGATIVE"}}},
		{Level: "PENDING", Provider: "Guard"},
	}
	return o
}

// captured takes an authorised payment.
func (b *builder) captured(o *Order) *Order {
	auth, at := o.Transactions[0], o.CreatedAt.Add(2*time.Hour)
	o.Transactions = append(o.Transactions, &Transaction{
		ID: b.next(), Kind: "CAPTURE", Status: "SUCCESS", Gateway: auth.Gateway, Parent: auth.ID, Amount: auth.Amount, ProcessedAt: at, Card: auth.Card, Test: o.Test,
	})
	o.FinancialStatus, o.UpdatedAt = "PAID", at
	return o
}

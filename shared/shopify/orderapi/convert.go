package orderapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// convert is our copy of an order whose pages are complete. It fails only for
// amounts that are no decimal numbers.
func convert(o *gql.OrderContent) (orders.Order, error) {
	var c converter
	out := orders.Order{
		ID: wire.Tail(o.Id), Name: o.Name, Number: int64(o.Number),
		CreatedAt: o.CreatedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC(), ProcessedAt: o.ProcessedAt.UTC(),
		CancelledAt: asUTC(o.CancelledAt), CancelReason: text(o.CancelReason), ClosedAt: asUTC(o.ClosedAt),
		Test: o.Test, Edited: o.Edited, Confirmed: o.Confirmed, FullyPaid: o.FullyPaid,
		FinancialStatus: text(o.DisplayFinancialStatus), FulfillmentStatus: o.DisplayFulfillmentStatus, ReturnStatus: o.ReturnStatus,
		SourceName: text(o.SourceName), Channel: text(o.SourceName), PONumber: text(o.PoNumber), Note: text(o.Note),
		Tags: o.Tags, Email: text(o.Email), Phone: text(o.Phone), Risk: highestRisk(o.Risk.Assessments),
		Attributes: attributes(o.CustomAttributes),
		Currency:   o.CurrencyCode, PresentmentCurrency: o.PresentmentCurrencyCode,
		TaxesIncluded: o.TaxesIncluded, TaxExempt: o.TaxExempt,
		Shipping: address(o.ShippingAddress), Billing: address(o.BillingAddress),
		Gateways: o.PaymentGatewayNames,

		Total: c.bag(&o.TotalPriceSet), CurrentTotal: c.bag(&o.CurrentTotalPriceSet),
		Subtotal: c.bag(o.SubtotalPriceSet), CurrentSubtotal: c.bag(&o.CurrentSubtotalPriceSet),
		Discounts: c.bag(o.TotalDiscountsSet), ShippingTotal: c.bag(&o.TotalShippingPriceSet),
		Tax: c.bag(o.TotalTaxSet), CurrentTax: c.bag(&o.CurrentTotalTaxSet), Tip: c.bag(&o.TotalTipReceivedSet),
		Received: c.bag(&o.TotalReceivedSet), Refunded: c.bag(&o.TotalRefundedSet), Outstanding: c.bag(&o.TotalOutstandingSet),
		CashRounding: c.bag(&o.TotalCashRoundingAdjustment.PaymentSet),
		TaxLines:     c.taxes(o.TaxLines), CurrentTaxLines: c.taxes(o.CurrentTaxLines),
		RefundCount: len(o.Refunds),
	}
	if o.Attribution != nil {
		out.Channel = cmp.Or(o.Attribution.DisplayName, out.Channel)
	}
	if o.RetailLocation != nil {
		out.RetailLocation = wire.Tail(o.RetailLocation.Id)
	}
	if m := o.StaffMember; m != nil {
		out.Staff = &orders.Staff{ID: wire.Tail(m.Id), Name: m.Name}
	}
	out.Customer = customer(o.Customer)
	out.Company = company(o.PurchasingEntity)
	out.PaymentTerms = paymentTerms(o.PaymentTerms)
	c.lines(o, &out)
	c.charges(o, &out)
	c.payments(o, &out)
	return out, c.err
}

// lines converts what was bought, where it leaves from, and its duties.
func (c *converter) lines(o *gql.OrderContent, out *orders.Order) {
	if o.CurrentTotalDutiesSet != nil {
		d := c.bag(o.CurrentTotalDutiesSet)
		out.Duties = &d
	}
	places := newPlaces(o.FulfillmentOrders.Nodes)
	for i := range o.LineItems.Nodes {
		l := c.line(&o.LineItems.Nodes[i])
		l.Location, l.Places = places.of(l)
		l.PlacesSold = places.sold(l)
		out.Lines = append(out.Lines, l)
		for _, d := range o.LineItems.Nodes[i].Duties {
			out.DutyLines = append(out.DutyLines, c.duty(l.ID, d))
		}
	}
	markTips(out)
}

// charges converts what is paid beside the lines: fees and shipping.
func (c *converter) charges(o *gql.OrderContent, out *orders.Order) {
	for _, f := range o.AdditionalFees {
		out.Fees = append(out.Fees, orders.Fee{Name: f.Name, Price: c.bag(&f.Price), TaxLines: c.taxes(f.TaxLines)})
	}
	for _, s := range o.ShippingLines.Nodes {
		out.ShippingLines = append(out.ShippingLines, orders.ShippingLine{
			ID: wire.Tail(text(s.Id)), Title: s.Title, Code: text(s.Code), Source: text(s.Source), Removed: s.IsRemoved,
			Price: c.bag(&s.OriginalPriceSet), Discounts: c.discounts(s.DiscountAllocations), TaxLines: c.taxes(s.TaxLines),
		})
	}
}

// payments converts what was paid, and what was paid back.
func (c *converter) payments(o *gql.OrderContent, out *orders.Order) {
	for _, r := range o.Refunds {
		out.Refunds = append(out.Refunds, orders.Refund{ID: wire.Tail(r.Id), Amount: c.bag(&r.TotalRefundedSet)})
	}
	for _, t := range o.Transactions {
		out.Transactions = append(out.Transactions, orders.Transaction{
			ID: wire.Tail(t.Id), Kind: t.Kind, Status: t.Status, Test: t.Test, Gateway: text(t.Gateway),
			Amount: c.bag(&t.AmountSet), Rounding: c.bag(t.AmountRoundingSet),
		})
	}
}

// converter keeps the first error of many amounts.
type converter struct{ err error }

func (c *converter) number(s string) decimal.Decimal {
	d, err := money.Parse(s)
	if err != nil && c.err == nil {
		c.err = err
	}
	return d
}

// bag reads an amount; null is the zero bag.
func (c *converter) bag(b *wire.Bag) money.Bag {
	if b == nil {
		return money.Bag{}
	}
	return money.Bag{
		Shop:        money.Amount{Value: c.number(b.ShopMoney.Amount), Currency: b.ShopMoney.CurrencyCode},
		Presentment: money.Amount{Value: c.number(b.PresentmentMoney.Amount), Currency: b.PresentmentMoney.CurrencyCode},
	}
}

func (c *converter) discounts(list []wire.Allocation) []money.Bag {
	var out []money.Bag
	for _, a := range list {
		out = append(out, c.bag(&a.AllocatedAmountSet))
	}
	return out
}

func (c *converter) taxes(list []wire.Tax) []orders.TaxLine {
	var out []orders.TaxLine
	for _, t := range list {
		out = append(out, orders.TaxLine{
			Title: t.Title, Rate: c.rate(t), Price: c.bag(&t.PriceSet),
			ChannelLiable: t.ChannelLiable != nil && *t.ChannelLiable,
		})
	}
	return out
}

// rate reads a JSON number from its digits. Small ones come with an exponent
// ("5e-05"), which is allowed here and bounded.
func (c *converter) rate(t wire.Tax) decimal.Decimal {
	if t.Rate == nil {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(t.Rate.String())
	if err != nil || d.Exponent() < -30 || d.Exponent() > 9 {
		if c.err == nil {
			c.err = fmt.Errorf("tax rate %q of %q is out of range", shopify.Clip(t.Rate.String(), 40), t.Title)
		}
		return decimal.Zero
	}
	return d
}

func (c *converter) duty(line string, d gql.Duty) orders.Duty {
	return orders.Duty{
		LineID: line, Country: strings.ToUpper(text(d.CountryCodeOfOrigin)), Code: text(d.HarmonizedSystemCode),
		Price: c.bag(&d.Price), TaxLines: c.taxes(d.TaxLines),
	}
}

func (c *converter) line(l *gql.OrderLine) orders.Line {
	out := orders.Line{
		ID: wire.Tail(l.Id), Title: l.Title, VariantTitle: text(l.VariantTitle), SKU: text(l.Sku),
		Quantity: l.Quantity, CurrentQuantity: l.CurrentQuantity,
		GiftCard: l.IsGiftCard, Taxable: l.Taxable, RequiresShipping: l.RequiresShipping,
		UnitPrice: c.bag(&l.OriginalUnitPriceSet), Discounts: c.discounts(l.DiscountAllocations), TaxLines: c.taxes(l.TaxLines),
	}
	if l.Product != nil {
		out.ProductID = wire.Tail(l.Product.Id)
	}
	if v := l.Variant; v != nil {
		out.VariantID = wire.Tail(v.Id)
		out.Barcode = text(v.Barcode)
		out.SKU = cmp.Or(out.SKU, text(v.Sku))
	}
	if g := l.LineItemGroup; g != nil {
		out.Group = &orders.Group{ID: wire.Tail(g.Id), Title: g.Title, SKU: text(g.VariantSku), Quantity: g.Quantity}
	}
	return out
}

// risks in rising order. What is still being looked at counts more than what
// was found harmless, and so does a level that we do not know.
var risks = []string{"NONE", "LOW", "PENDING", "", "MEDIUM", "HIGH"}

func highestRisk(list []gql.RiskAssessment) string {
	level := func(s string) int {
		if i := slices.Index(risks, s); i >= 0 {
			return i
		}
		return slices.Index(risks, "")
	}
	high := ""
	for _, a := range list {
		if high == "" || level(a.RiskLevel) > level(high) {
			high = a.RiskLevel
		}
	}
	return high
}

func customer(c *gql.Customer) *orders.Customer {
	if c == nil {
		return nil
	}
	out := &orders.Customer{
		ID: wire.Tail(c.Id), FirstName: text(c.FirstName), LastName: text(c.LastName), Note: text(c.Note),
		TaxExempt: c.TaxExempt, Default: address(c.DefaultAddress),
	}
	if c.DefaultEmailAddress != nil {
		out.Email = c.DefaultEmailAddress.EmailAddress
	}
	if c.DefaultPhoneNumber != nil {
		out.Phone = c.DefaultPhoneNumber.PhoneNumber
	}
	return out
}

func company(b *wire.Buyer) *orders.Company {
	if b == nil || b.Company == nil {
		return nil
	}
	out := &orders.Company{ID: wire.Tail(b.Company.ID), Name: b.Company.Name}
	if b.Location != nil {
		out.LocationID = wire.Tail(b.Location.ID)
	}
	if b.Contact != nil {
		out.ContactID = wire.Tail(b.Contact.ID)
	}
	return out
}

func paymentTerms(p *gql.PaymentTerms) *orders.PaymentTerms {
	if p == nil {
		return nil
	}
	out := &orders.PaymentTerms{Name: p.PaymentTermsName, Type: p.PaymentTermsType}
	if p.DueInDays != nil {
		out.DueIn = *p.DueInDays
	}
	if s := p.PaymentSchedules.Nodes; len(s) == 1 {
		out.DueAt = asUTC(s[0].DueAt)
	}
	return out
}

func address(a *wire.Address) *orders.Address {
	if a == nil {
		return nil
	}
	return &orders.Address{
		FirstName: text(a.FirstName), LastName: text(a.LastName), Company: text(a.Company),
		Address1: text(a.Address1), Address2: text(a.Address2), City: text(a.City), Zip: text(a.Zip),
		Province: text(a.Province), ProvinceCode: text(a.ProvinceCode), Country: strings.ToUpper(text(a.CountryCodeV2)), Phone: text(a.Phone),
	}
}

func attributes(list []wire.Attribute) []orders.Attr {
	var out []orders.Attr
	for _, a := range list {
		out = append(out, orders.Attr{Key: a.Key, Value: text(a.Value)})
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// asUTC is t in UTC, zero for nil.
func asUTC(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

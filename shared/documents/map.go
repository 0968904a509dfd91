package documents

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/shop"
)

// Problem is why an order cannot be mapped: a reason and the name of what is missing.
type Problem struct {
	Reason issue.Reason
	Thing  string
}

// References is what mapping needs to know of the company, by code or number
// in upper case.
type References struct {
	Items           products.Catalog
	Accounts        map[string]entity.Account
	Locations       map[string]entity.Reference
	ShipmentMethods map[string]entity.Reference
	PaymentTerms    map[string]entity.Reference
	Currencies      map[string]entity.Reference
	Countries       map[string]entity.Reference
}

// Document is a sales order to create, and what it must come to.
type Document struct {
	Order    entity.SalesOrder
	Expected money.Amount // Shopify's total, cash rounding included
	Digits   int32        // minor-unit digits of Expected's currency
	// Lines maps the document line's sequence to the Shopify line item.
	Lines map[int]string
}

// Line sequences. Roundings come last, so that repeating the insert of one is
// refused by BC instead of doubling it.
const (
	sequenceStep     = 10_000
	sequenceRounding = 99_990_000
)

// Map turns an order into a sales order for customerNo. It reads nothing but
// its arguments. With problems, the document is not to be used; all of them
// are named at once.
//
// Field rules: connector-behaviour 4.2.1 and 4.2.2, as far as API v2.0 has the fields.
func Map(card shop.Shop, o orders.Order, customerNo string, refs References) (Document, []Problem) {
	m := mapper{card: card, order: o, refs: refs, lines: map[int]string{}}
	m.mode = mode(card, o)
	h := m.header(customerNo)
	if card.ShopifyOrderNoOnDocLine {
		m.comment("Shopify Order No.: " + o.Name)
	}
	if o.PONumber != "" {
		m.comment("PO No.: " + o.PONumber)
	}
	m.items()
	m.shipping()
	m.charges()
	m.taxes()
	m.rounding()
	h.Lines = m.out
	h.Fit()
	return Document{Order: h, Expected: m.expected(), Digits: m.digits(), Lines: m.lines}, m.problems
}

// ExternalNumber is what identifies an order in BC: "<order number>-<numeric
// id>", at most 35 characters of A-Z, 0-9, - and #. The id alone makes it
// unique, so it is never cut.
func ExternalNumber(o orders.Order) string {
	n := strconv.FormatInt(o.Number, 10)
	if o.Number <= 0 {
		n = notDocument.ReplaceAllString(strings.ToUpper(o.Name), "")
	}
	if room := 35 - 1 - len(o.ID); len(n) > room {
		n = n[:max(room, 0)]
	}
	return n + "-" + o.ID
}

// Number is the document number where the series allows manual ones: derived
// from the id, so that BC itself refuses a second order (C20).
func Number(o orders.Order) string { return "S" + o.ID }

var notDocument = regexp.MustCompile(`[^A-Z0-9#-]`)

// mode settles the shop's tax mode for one order.
func mode(card shop.Shop, o orders.Order) shop.TaxMode {
	if card.TaxMode != shop.TaxAuto {
		return card.TaxMode
	}
	if o.TaxesIncluded {
		return shop.VATIncluded
	}
	return shop.VATOnTop
}

type mapper struct {
	card     shop.Shop
	order    orders.Order
	refs     References
	mode     shop.TaxMode
	out      []entity.SalesOrderLine
	lines    map[int]string
	problems []Problem

	taxByTitle []titled // taxes that become account lines
}

type titled struct {
	title   string
	channel bool
	amount  decimal.Decimal
}

func (m *mapper) problem(r issue.Reason, thing string) {
	for _, p := range m.problems {
		if p.Reason == r && p.Thing == thing {
			return
		}
	}
	m.problems = append(m.problems, Problem{r, thing})
}

// pick is the amount in the document's currency.
func (m *mapper) pick(b money.Bag) decimal.Decimal { return m.amount(b).Value }

func (m *mapper) amount(b money.Bag) money.Amount {
	if m.card.CurrencyHandling == shop.PresentmentCurrency {
		return b.Presentment
	}
	return b.Shop
}

func (m *mapper) currency() string {
	if m.card.CurrencyHandling == shop.PresentmentCurrency {
		return m.order.PresentmentCurrency
	}
	return m.order.Currency
}

func (m *mapper) digits() int32 { return money.Digits(m.currency()) }

// expected is what the document must come to. An edited order counts as it is
// now; nothing else changes an order's total before refunds.
func (m *mapper) expected() money.Amount {
	total := m.order.Total
	if m.order.Edited {
		total = m.order.CurrentTotal
	}
	return money.Amount{Value: m.pick(total).Add(m.pick(m.order.CashRounding)), Currency: m.currency()}
}

func (m *mapper) header(customerNo string) entity.SalesOrder {
	o, card := m.order, m.card
	h := entity.SalesOrder{
		ExternalDocumentNumber: ExternalNumber(o),
		OrderDate:              o.CreatedAt.In(card.Location()).Format("2006-01-02"),
		CustomerNumber:         customerNo,
		PhoneNumber:            entity.Phone(first(o.Phone, phoneOf(o.Shipping), phoneOf(o.Billing))),
		Email:                  o.Email,
	}
	if card.UseShopifyOrderNo {
		h.Number = Number(o)
	}
	if m.mode != shop.SalesTax {
		include := m.mode == shop.VATIncluded
		h.PricesIncludeTax = &include
	}
	if c := strings.ToUpper(m.currency()); c != strings.ToUpper(card.Company.LCY) {
		if _, ok := m.refs.Currencies[c]; !ok {
			m.problem(issue.CurrencyUnmapped, c)
		}
		h.CurrencyCode = c
	}
	sell := o.Shipping
	if sell == nil {
		sell = o.Billing
	}
	if sell == nil && o.Customer != nil {
		sell = o.Customer.Default
	}
	if sell != nil {
		h.SellToAddressLine1, h.SellToAddressLine2 = sell.Address1, sell.Address2
		h.SellToCity, h.SellToPostCode = sell.City, sell.Zip
		h.SellToState, h.SellToCountry = m.county(*sell), m.country(*sell)
	}
	if s := o.Shipping; s != nil {
		h.ShipToName = Name(card, *s)
		h.ShipToContact = Contact(card, *s)
		h.ShipToAddressLine1, h.ShipToAddressLine2 = s.Address1, s.Address2
		h.ShipToCity, h.ShipToPostCode = s.City, s.Zip
		h.ShipToState, h.ShipToCountry = m.county(*s), m.country(*s)
	}
	h.ShipmentMethodID = m.shipmentMethod()
	h.PaymentTermsID = m.paymentTerms()
	return h
}

func (m *mapper) county(a orders.Address) string { return County(m.card, a) }

// County is the state field of an address under the shop card.
func County(card shop.Shop, a orders.Address) string {
	if card.CountySource == shop.CountyName {
		return a.Province
	}
	return a.ProvinceCode
}

func (m *mapper) country(a orders.Address) string {
	if a.Country == "" {
		return ""
	}
	c := Country(m.card, a)
	if _, ok := m.refs.Countries[c]; !ok {
		m.problem(issue.CountryUnmapped, c)
	}
	return c
}

// Country is BC's code of the address' country under the shop card.
func Country(card shop.Shop, a orders.Address) string {
	c := strings.ToUpper(a.Country)
	for _, e := range card.Countries {
		if strings.EqualFold(e.From, c) {
			return strings.ToUpper(e.To)
		}
	}
	return c
}

func (m *mapper) shipmentMethod() string {
	for _, s := range m.order.ShippingLines {
		if s.Removed {
			continue
		}
		e, ok := m.shipment(s.Title)
		if !ok || e.Code == "" {
			return ""
		}
		r, ok := m.refs.ShipmentMethods[strings.ToUpper(e.Code)]
		if !ok {
			m.problem(issue.ShipmentMethodUnmapped, e.Code)
		}
		return r.ID
	}
	return ""
}

func (m *mapper) shipment(title string) (shop.ShipmentMap, bool) {
	for _, e := range m.card.ShipmentMethods {
		if strings.EqualFold(e.Title, title) {
			return e, true
		}
	}
	return shop.ShipmentMap{}, false
}

func (m *mapper) paymentTerms() string {
	pt := m.order.PaymentTerms
	if pt == nil {
		return ""
	}
	for _, e := range m.card.PaymentTerms {
		if !strings.EqualFold(e.Type, pt.Type) || e.Name != "" && !strings.EqualFold(e.Name, pt.Name) {
			continue
		}
		r, ok := m.refs.PaymentTerms[strings.ToUpper(e.Code)]
		if !ok {
			m.problem(issue.PaymentTermsUnmapped, e.Code)
		}
		return r.ID
	}
	return ""
}

func (m *mapper) comment(text string) {
	m.add(entity.SalesOrderLine{LineType: entity.LineComment, Description: text}, "")
}

func (m *mapper) add(l entity.SalesOrderLine, lineItem string) {
	l.Sequence = sequenceStep * (len(m.out) + 1)
	if lineItem != "" {
		m.lines[l.Sequence] = lineItem
	}
	m.out = append(m.out, l)
}

func (m *mapper) items() {
	for _, l := range m.order.Lines {
		q := l.Quantity
		if m.order.Edited {
			q = l.CurrentQuantity
		}
		if q <= 0 {
			continue
		}
		p := m.price(charge{
			quantity: q, ordered: l.Quantity, unit: m.pick(l.UnitPrice), discount: m.pick(l.Discount()), taxes: l.TaxLines,
		})
		out := entity.SalesOrderLine{
			Quantity: digitsOf(decimal.NewFromInt(int64(q))), UnitPrice: digitsOf(p.unit), DiscountAmount: discount(p.discount), TaxCode: p.taxCode,
		}
		switch {
		case l.Tip:
			out.LineType, out.LineObjectNumber = entity.LineAccount, m.account(m.card.TipAccount, issue.TipAccountMissing, l.Title)
			out.Description = l.Title
		case l.GiftCard:
			out.LineType, out.LineObjectNumber = entity.LineAccount, m.account(m.card.SoldGiftCardAccount, issue.GiftCardAccountMissing, l.Title)
			out.Description = l.Title
		default:
			m.item(&out, l)
		}
		m.add(out, l.ID)
	}
	if rest := m.pick(m.order.Tip).Sub(m.tips()); rest.IsPositive() {
		m.add(m.accountLine(m.card.TipAccount, issue.TipAccountMissing, "Tip", rest, m.card.TaxCode(decimal.Zero)), "")
	}
}

// tips is what the order's tip lines come to: totalTipReceived may hold more.
func (m *mapper) tips() decimal.Decimal {
	var sum decimal.Decimal
	for _, l := range m.order.Lines {
		if l.Tip {
			sum = sum.Add(m.pick(l.UnitPrice).Mul(decimal.NewFromInt(int64(l.Quantity))))
		}
	}
	return sum
}

func (m *mapper) item(out *entity.SalesOrderLine, l orders.Line) {
	out.LineType = entity.LineItem
	if l.VariantID == "" && l.SKU == "" && m.card.UnknownItemAccount != "" { // a custom line has nothing to map
		out.LineType, out.LineObjectNumber = entity.LineAccount, m.account(m.card.UnknownItemAccount, issue.ItemUnmapped, l.Title)
		out.Description = l.Title
		return
	}
	f, miss := products.Find(m.refs.Items, products.Want(m.card, l))
	name := lineName(l)
	switch miss {
	case products.MissBlocked:
		m.problem(issue.ItemBlocked, name)
	case products.MissVariant:
		m.problem(issue.VariantUnmapped, name)
	case products.MissSeveral:
		m.problem(issue.ItemAmbiguous, fmt.Sprintf("%s, %s: %s", l.Title, f.By, strings.Join(f.Several, " and ")))
	case products.MissItem, products.MissUnnamed:
		if l.VariantID == "" && l.SKU == "" {
			m.problem(issue.CustomLine, name)
		} else {
			m.problem(issue.ItemUnmapped, name)
		}
	}
	out.LineObjectNumber, out.ItemVariantID, out.UnitOfMeasureCode = f.ItemNo, f.VariantID, f.UoM
	out.LocationID = m.location(l)
}

func lineName(l orders.Line) string {
	if l.SKU != "" {
		return fmt.Sprintf("%s (SKU %s)", l.Title, l.SKU)
	}
	return l.Title
}

func (m *mapper) location(l orders.Line) string {
	id := first(l.Location, m.card.DefaultLocationID)
	for _, e := range m.card.Locations {
		if e.LocationID != id || e.Code == "" {
			continue
		}
		r, ok := m.refs.Locations[strings.ToUpper(e.Code)]
		if !ok {
			m.problem(issue.LocationUnmapped, first(e.Name, e.Code))
		}
		return r.ID
	}
	return ""
}

func (m *mapper) shipping() {
	for _, s := range m.order.ShippingLines {
		if s.Removed || !m.pick(s.Price).IsPositive() {
			continue
		}
		p := m.price(charge{quantity: 1, ordered: 1, unit: m.pick(s.Price), discount: m.pick(s.Discount()), taxes: s.TaxLines})
		e, _ := m.shipment(s.Title)
		l := m.accountLine(first(e.Account, m.card.ShippingChargesAccount), issue.ShippingAccountMissing, s.Title, p.unit, p.taxCode)
		l.DiscountAmount = discount(p.discount)
		m.add(l, "")
	}
}

func (m *mapper) charges() {
	for _, f := range m.order.Fees {
		p := m.price(charge{quantity: 1, ordered: 1, unit: m.pick(f.Price), taxes: f.TaxLines})
		m.add(m.accountLine(m.card.FeeAccount, issue.FeeAccountMissing, f.Name, p.unit, p.taxCode), "")
	}
	if d := m.order.Duties; d != nil && m.pick(*d).IsPositive() {
		m.add(m.accountLine(m.card.FeeAccount, issue.FeeAccountMissing, "Duties", m.pick(*d), m.card.TaxCode(decimal.Zero)), "")
	}
}

// taxes books what the lines have set aside: one account line per tax title,
// tax that the channel owes apart.
func (m *mapper) taxes() {
	for _, t := range m.taxByTitle {
		if t.amount.IsZero() {
			continue
		}
		account, reason := m.card.SalesTaxAccount, issue.SalesTaxAccountMissing
		if t.channel {
			account, reason = m.card.ChannelTaxAccount, issue.ChannelTaxAccountMissing
		}
		m.add(m.accountLine(account, reason, t.title, t.amount, m.card.TaxCode(decimal.Zero)), "")
	}
}

func (m *mapper) rounding() {
	if r := m.pick(m.order.CashRounding); !r.IsZero() {
		m.add(m.accountLine(m.card.CashRoundingsAccount, issue.CashRoundingAccountMissing, "Cash rounding", r, m.card.TaxCode(decimal.Zero)), "")
	}
}

func (m *mapper) accountLine(number string, missing issue.Reason, text string, amount decimal.Decimal, taxCode string) entity.SalesOrderLine {
	return entity.SalesOrderLine{
		LineType: entity.LineAccount, LineObjectNumber: m.account(number, missing, text),
		Quantity: "1", UnitPrice: digitsOf(amount), TaxCode: taxCode, Description: text,
	}
}

// account checks that an account is set and can be posted to.
func (m *mapper) account(number string, missing issue.Reason, text string) string {
	if number == "" {
		m.problem(missing, text)
		return ""
	}
	a, ok := m.refs.Accounts[strings.ToUpper(number)]
	if !ok || a.Blocked || !a.DirectPosting || a.AccountType != "Posting" {
		m.problem(issue.AccountUnusable, number)
	}
	return number
}

// RoundingLine is the line that takes a difference within the tolerance.
func RoundingLine(card shop.Shop, difference decimal.Decimal) entity.SalesOrderLine {
	return entity.SalesOrderLine{
		Sequence: sequenceRounding, LineType: entity.LineAccount, LineObjectNumber: card.RoundingAccount,
		Quantity: "1", UnitPrice: digitsOf(difference), TaxCode: card.TaxCode(decimal.Zero), Description: "Rounding difference",
	}
}

func digitsOf(d decimal.Decimal) entity.Decimal { return entity.Decimal(d.String()) }

// discount leaves a zero discount out: sending it would run BC's discount logic.
func discount(d decimal.Decimal) entity.Decimal {
	if d.IsZero() {
		return ""
	}
	return digitsOf(d)
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func phoneOf(a *orders.Address) string {
	if a == nil {
		return ""
	}
	return a.Phone
}

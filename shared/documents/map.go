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
	"backroom/shared/sales"
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

// sequenceStep is between the sequences of the order's own lines.
const sequenceStep = 10_000

// Map turns an order into a sales order for customerNo. It reads nothing but
// its arguments. With problems, the document is not to be used; all of them
// are named at once.
//
// Field rules: connector-behaviour 4.2.1 and 4.2.2, as far as API v2.0 has the fields.
func Map(card shop.Shop, o orders.Order, customerNo string, refs References) (sales.Document, []Problem) {
	m := mapper{card: card, order: o, refs: refs}
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
	h.Taxes = sales.TaxesOf(h.Lines)
	h.Total, h.Digits = m.expected(), m.digits()
	h.Fit()
	return h, m.problems
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
	out      []sales.Line
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

func (m *mapper) header(customerNo string) sales.Document {
	o, card := m.order, m.card
	h := sales.Document{
		ExternalNumber: ExternalNumber(o),
		Date:           o.CreatedAt.In(card.Location()).Format("2006-01-02"),
		Customer:       customerNo,
		Phone:          entity.Phone(first(o.Phone, phoneOf(o.Shipping), phoneOf(o.Billing))),
		Email:          o.Email,
		Currency:       strings.ToUpper(m.currency()),
	}
	if card.UseShopifyOrderNo {
		h.Number = Number(o)
	}
	if m.mode != shop.SalesTax {
		include := m.mode == shop.VATIncluded
		h.PricesIncludeTax = &include
	}
	if _, ok := m.refs.Currencies[h.Currency]; !ok && !strings.EqualFold(h.Currency, card.Company.LCY) {
		m.problem(issue.CurrencyUnmapped, h.Currency)
	}
	ship := o.Shipping
	if ship == nil {
		ship = o.Billing
	}
	if ship == nil && o.Customer != nil {
		ship = o.Customer.Default
	}
	if ship != nil {
		h.ShipToName, h.ShipToContact = Name(card, *ship), Contact(card, *ship)
		h.ShipTo = m.address(*ship)
		h.SellTo = h.ShipTo
	}
	h.ShipmentMethod = m.shipmentMethod()
	h.PaymentTerms = m.paymentTerms()
	return h
}

func (m *mapper) address(a orders.Address) sales.Address {
	return sales.Address{
		Line1: a.Address1, Line2: a.Address2, City: a.City, PostCode: a.Zip, State: m.county(a), Country: m.country(a),
	}
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
	m.add(sales.Line{Kind: sales.CommentLine, Description: text}, "")
}

func (m *mapper) add(l sales.Line, lineItem string) {
	l.Sequence, l.Of = sequenceStep*(len(m.out)+1), lineItem
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
		out := sales.Line{Quantity: decimal.NewFromInt(int64(q))}
		p.on(&out)
		switch {
		case l.Tip:
			out.Kind, out.Object = sales.AccountLine, m.account(m.card.TipAccount, issue.TipAccountMissing, l.Title)
			out.Description = l.Title
		case l.GiftCard:
			out.Kind, out.Object = sales.AccountLine, m.account(m.card.SoldGiftCardAccount, issue.GiftCardAccountMissing, l.Title)
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

func (m *mapper) item(out *sales.Line, l orders.Line) {
	out.Kind = sales.ItemLine
	if l.VariantID == "" && l.SKU == "" && m.card.UnknownItemAccount != "" { // a custom line has nothing to map
		out.Kind, out.Object = sales.AccountLine, m.account(m.card.UnknownItemAccount, issue.ItemUnmapped, l.Title)
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
	out.Object, out.Variant, out.Unit = f.ItemNo, f.VariantID, f.UoM
	out.Location = m.location(l)
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
		p.on(&l)
		m.add(l, "")
	}
}

func (m *mapper) charges() {
	for _, f := range m.order.Fees {
		p := m.price(charge{quantity: 1, ordered: 1, unit: m.pick(f.Price), taxes: f.TaxLines})
		l := m.accountLine(m.card.FeeAccount, issue.FeeAccountMissing, f.Name, p.unit, p.taxCode)
		p.on(&l)
		m.add(l, "")
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

func (m *mapper) accountLine(number string, missing issue.Reason, text string, amount decimal.Decimal, taxCode string) sales.Line {
	return sales.Line{
		Kind: sales.AccountLine, Object: m.account(number, missing, text),
		Quantity: decimal.NewFromInt(1), UnitPrice: amount, TaxCode: taxCode, Description: text, Net: amount,
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

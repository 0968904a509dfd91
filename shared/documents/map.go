package documents

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/sales"
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
	Accounts        map[string]bcapi.Account
	Locations       map[string]bcapi.Reference
	ShipmentMethods map[string]bcapi.Reference
	PaymentTerms    map[string]bcapi.Reference
	Currencies      map[string]bcapi.Reference
	Countries       map[string]bcapi.Reference
}

// The order's own lines have sequences from sequenceBase on. BC gives the lines
// that it adds by itself (a customer's recurring lines) 10000, 20000 and so on
// before ours are inserted, and a sequence that is taken is refused. Earlier
// releases had no base.
const (
	sequenceBase = 1_000_000
	sequenceStep = 10_000
)

// Map turns an order into a sales document for customerNo. It reads nothing but
// its arguments. With problems, the document is not to be used; all of them
// are named at once. Without, its lines' net amounts and taxes come to the
// order's current total (and the rounding of its payments) to the minor unit,
// or within the card's tolerance of it where the card has a rounding account.
//
// Field rules are those of the connector, as far as API v2.0 has the fields.
func Map(card Card, o orders.Order, customerNo string, refs References) (sales.Document, []Problem) {
	m := mapper{card: card, order: o, refs: refs, mode: mode(card, o), kind: KindOf(card, o)}
	return m.document(customerNo)
}

// Booking is the account that a line goes to whatever it is of, and the reason of a
// problem if there is none.
type Booking struct {
	Account string
	Missing issue.Reason
}

// MapBooked is [Map] of a document of another kind than orders and invoices, with
// lines, by their ids, that are booked on accounts.
func MapBooked(card Card, o orders.Order, customerNo string, refs References, booked map[string]Booking) (sales.Document, []Problem) {
	m := mapper{card: card, order: o, refs: refs, mode: mode(card, o), booked: booked}
	return m.document(customerNo)
}

func (m *mapper) document(customerNo string) (sales.Document, []Problem) {
	d := m.header(customerNo)
	if m.card.ShopifyOrderNoOnDocLine {
		m.comment("Shopify Order No.: " + m.order.Name)
	}
	if m.order.PONumber != "" {
		m.comment("PO No.: " + m.order.PONumber)
	}
	charges, rest := m.charges()
	for _, c := range charges {
		m.bundle(c)
		for _, p := range m.portions(c) {
			m.line(p)
		}
	}
	m.taxes()
	m.addsUp(rest, charges)
	m.rounding()
	m.comments()
	d.Lines = m.out
	d.Taxes = sales.TaxesOf(d.Lines)
	d.Fit()
	return d, m.problems
}

// mode settles the shop's tax mode for one order.
func mode(card Card, o orders.Order) TaxMode {
	if card.TaxMode != TaxAuto {
		return card.TaxMode
	}
	if o.TaxesIncluded {
		return VATIncluded
	}
	return VATOnTop
}

type mapper struct {
	card     Card
	order    orders.Order
	refs     References
	mode     TaxMode
	kind     sales.Kind
	booked   map[string]Booking
	out      []sales.Line
	group    string // the bundle that the last line is a component of
	problems []Problem

	taxByTitle []titled // taxes that become account lines
}

type titled struct {
	title   string
	channel bool
	amount  decimal.Decimal
}

func (m *mapper) problem(r issue.Reason, thing string) {
	if p := (Problem{r, thing}); !slices.Contains(m.problems, p) {
		m.problems = append(m.problems, p)
	}
}

// pick is the amount in the document's currency.
func (m *mapper) pick(b money.Bag) decimal.Decimal {
	if m.card.CurrencyHandling == PresentmentCurrency {
		return b.Presentment.Value
	}
	return b.Shop.Value
}

func (m *mapper) currency() string {
	if m.card.CurrencyHandling == PresentmentCurrency {
		return m.order.PresentmentCurrency
	}
	return m.order.Currency
}

func (m *mapper) digits() int32 { return money.Digits(m.currency()) }

func (m *mapper) header(customerNo string) sales.Document {
	o, card := m.order, m.card
	d := sales.Document{
		Kind: m.kind, ExternalNumber: ExternalNumber(o), EarlierNumber: EarlierExternalNumber(o),
		Date:     o.CreatedAt.In(card.Location()).Format("2006-01-02"),
		Customer: customerNo, BillToCustomer: card.BillTo(o),
		Currency: card.CurrencyCode(m.currency()),
		Digits:   m.digits(),
		Total:    money.Amount{Value: m.total().Add(m.pick(o.CashRounding)), Currency: m.currency()},
	}
	if card.UseShopifyOrderNo && m.kind == sales.Order {
		n, ok := Number(o)
		if !ok {
			m.problem(OrderNumberUnusable, o.Name)
		}
		d.Number = n
	}
	if m.mode != SalesTax {
		include := m.mode == VATIncluded
		d.PricesIncludeTax = &include
	}
	if _, ok := m.refs.Currencies[d.Currency]; !ok && d.Currency != strings.ToUpper(card.Company.LCY) {
		name := d.Currency
		if !strings.EqualFold(name, m.currency()) {
			name += ", to which currencies maps " + strings.ToUpper(m.currency())
		}
		m.problem(CurrencyUnmapped, name)
	}
	m.who(&d)
	d.ShipmentMethod = m.shipmentMethod()
	d.PaymentTerms = m.paymentTerms()
	d.Salesperson = card.Salesperson(o.Staff)
	if pt := o.PaymentTerms; pt != nil && m.kind == sales.Invoice && !pt.DueAt.IsZero() {
		d.DueDate = pt.DueAt.In(card.Location()).Format("2006-01-02")
	}
	return d
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
			m.problem(ShipmentMethodUnmapped, e.Code)
		}
		return r.ID
	}
	return ""
}

func (m *mapper) shipment(title string) (ShipmentMap, bool) {
	for _, e := range m.card.ShipmentMethods {
		if strings.EqualFold(e.Title, title) {
			return e, true
		}
	}
	return ShipmentMap{}, false
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
			m.problem(PaymentTermsUnmapped, e.Code)
		}
		return r.ID
	}
	return ""
}

// comments adds what the card wants on lines at the end. A memo has no such lines.
func (m *mapper) comments() {
	if m.booked != nil {
		return
	}
	for _, l := range m.card.CommentLines {
		switch due := m.order.PaymentTerms; {
		case l == noteLine:
			for line := range strings.Lines(m.order.Note) {
				m.comment(line)
			}
		case l == dueDateLine && due != nil && !due.DueAt.IsZero():
			m.comment("Due date: " + due.DueAt.In(m.card.Location()).Format("2006-01-02"))
		}
	}
}

// comment adds as many comment lines as the text needs.
func (m *mapper) comment(text string) {
	for text = strings.TrimSpace(text); text != ""; {
		part := bcapi.Cut(text, bcapi.NameLength)
		m.add(sales.Line{Kind: sales.CommentLine, Description: strings.TrimSpace(part)})
		text = strings.TrimSpace(text[len(part):])
	}
}

func (m *mapper) add(l sales.Line) {
	l.Sequence = sequenceBase + sequenceStep*(len(m.out)+1)
	m.out = append(m.out, l)
}

// line adds the document's line of a portion, on the document's basis (prices
// with or without tax), and sets aside the taxes that become account lines.
// When the basis is the order's own, price and discount stay as Shopify has
// them; otherwise they are scaled so that the line comes to the exact amount.
func (m *mapper) line(p portion) {
	q := decimal.NewFromInt(int64(p.quantity))
	own := p.tax(false)
	l := sales.Line{Quantity: q, Net: p.net(), Location: p.location, Description: p.name}
	for _, t := range p.taxes {
		if t.channel || m.mode == SalesTax {
			m.setAside(t)
		}
	}
	if m.mode != SalesTax {
		l.Percent, l.Tax = p.percent, own
	}
	target := l.Net
	if m.mode == VATIncluded {
		target = l.Net.Add(l.Tax)
	}
	l.UnitPrice, l.Discount = sales.Rebase(q, p.unit, p.discount, target, m.digits())
	if l.Discount.IsNegative() || !l.Amount(m.digits()).Equal(target) {
		m.problem(OrderDoesNotAddUp, fmt.Sprintf("%s: %s is %s with a discount of %s and taxes of %s",
			m.order.Name, p.name, m.say(p.unit.Mul(q)), m.say(p.discount), m.say(own.Add(p.tax(true)))))
	}
	l.TaxCode = m.taxCode(l.Percent)
	if p.line != nil {
		l.Of = p.line.ID
	}
	p.target(m, &l)
	if l.Kind == sales.ItemLine && !l.Charge {
		l.Description = "" // it stays the item's
	}
	m.add(l)
}

func (m *mapper) taxCode(percent decimal.Decimal) string {
	return m.card.TaxCode(percent.Shift(-2))
}

func (m *mapper) say(v decimal.Decimal) string {
	return money.Amount{Value: v, Currency: m.currency()}.String()
}

// target is how a line of the order is booked.
func (m *mapper) target(l *orders.Line) func(*mapper, *sales.Line) {
	b, booked := m.booked[l.ID]
	switch {
	case booked:
		return func(m *mapper, to *sales.Line) { m.toAccount(to, b.Account, b.Missing, l.Title) }
	case l.Tip:
		return (*mapper).toTips
	case l.GiftCard:
		return func(m *mapper, to *sales.Line) {
			m.toAccount(to, m.card.SoldGiftCardAccount, GiftCardAccountMissing, l.Title)
		}
	}
	return func(m *mapper, to *sales.Line) { m.toItem(to, *l) }
}

func (m *mapper) toTips(l *sales.Line) {
	m.toAccount(l, m.card.TipAccount, TipAccountMissing, "Tip")
}

func (m *mapper) toFees(l *sales.Line) {
	m.toAccount(l, m.card.FeeAccount, FeeAccountMissing, l.Description)
}

func (m *mapper) toDuties(l *sales.Line) {
	m.toAccount(l, first(m.card.DutiesAccount, m.card.FeeAccount), FeeAccountMissing, dutiesName)
}

func (m *mapper) toShipping(l *sales.Line) {
	e, _ := m.shipment(l.Description)
	m.toAccount(l, first(e.Account, m.card.ShippingChargesAccount), ShippingAccountMissing, l.Description)
}

// toItem finds the item of a line. A custom line, and goods whose product is
// deleted, have no variant: what no item is known for goes to the account for
// such lines.
func (m *mapper) toItem(to *sales.Line, l orders.Line) {
	to.Kind = sales.ItemLine
	w := products.Want(m.card.ItemSettings, l)
	f, miss := products.Find(m.refs.Items, w)
	name := lineName(l)
	switch miss {
	case products.MissBlocked:
		m.problem(products.ItemBlocked, name)
	case products.MissSeveral:
		m.problem(products.ItemAmbiguous, fmt.Sprintf("%s, %s: %s", lineName(orders.Line{Title: l.Title, VariantID: l.VariantID}), f.By, strings.Join(f.Several, " and ")))
	case products.MissVariant, products.MissItem, products.MissUnnamed:
		switch {
		case l.VariantID == "" && m.card.UnknownItemAccount != "":
			m.toAccount(to, m.card.UnknownItemAccount, products.ItemUnmapped, l.Title)
			return
		case l.VariantID == "":
			m.problem(CustomLine, name)
		case miss == products.MissVariant:
			m.problem(products.VariantUnmapped, name)
		default:
			m.problem(products.ItemUnmapped, name)
		}
	}
	to.Object, to.Variant, to.Unit = f.ItemNo, f.VariantID, f.UoM
}

// lineName is what a person calls the line, with what settings know it by.
func lineName(l orders.Line) string {
	var by []string
	if l.SKU != "" {
		by = append(by, "SKU "+l.SKU)
	}
	if l.VariantID != "" {
		by = append(by, "variant "+l.VariantID)
	}
	if len(by) == 0 {
		return l.Title
	}
	return fmt.Sprintf("%s (%s)", l.Title, strings.Join(by, ", "))
}

func (m *mapper) setAside(t levied) {
	for i, s := range m.taxByTitle {
		if s.title == t.title && s.channel == t.channel {
			m.taxByTitle[i].amount = s.amount.Add(t.amount)
			return
		}
	}
	m.taxByTitle = append(m.taxByTitle, titled{t.title, t.channel, t.amount})
}

// taxes books what the lines have set aside: one account line per tax title,
// tax that the channel owes apart.
func (m *mapper) taxes() {
	for _, t := range m.taxByTitle {
		account, reason := m.card.SalesTaxAccount, SalesTaxAccountMissing
		if t.channel {
			account, reason = m.card.ChannelTaxAccount, ChannelTaxAccountMissing
		}
		m.untaxed(t.title, t.amount, account, reason)
	}
}

// addsUp holds what the order consists of against its total: rest is what it
// lacks. Within the card's tolerance a rounding line will take it: the shop's
// amounts of an order in another currency are each rounded for themselves.
func (m *mapper) addsUp(rest decimal.Decimal, cs []charge) {
	tolerated := m.card.RoundingAccount != "" && rest.Abs().LessThanOrEqual(m.card.Tolerance)
	if !rest.IsZero() && !tolerated {
		m.problem(OrderDoesNotAddUp, fmt.Sprintf("what %s consists of comes to %s, its total is %s",
			m.order.Name, m.say(m.total().Sub(rest)), m.say(m.total())))
		return
	}
	m.taxesAddUp(cs)
}

// taxesAddUp holds the taxes against the order's own sum of them, which may be
// a minor unit a tax apart. Duties' taxes may be in the sum or not.
func (m *mapper) taxesAddUp(cs []charge) {
	sum := m.currentTax()
	if sum == nil {
		return
	}
	var all, duties decimal.Decimal
	n := int64(1)
	for _, c := range cs {
		taxes := c.tax(false).Add(c.tax(true))
		all = all.Add(taxes)
		if c.name == dutiesName {
			duties = duties.Add(taxes)
		}
		n += int64(len(c.taxes))
	}
	few := sales.Minor(m.digits()).Mul(decimal.NewFromInt(n))
	if d := sum.Sub(all); d.Abs().GreaterThan(few) && d.Add(duties).Abs().GreaterThan(few) {
		m.problem(OrderDoesNotAddUp, fmt.Sprintf("the taxes of what %s consists of come to %s, its tax is %s",
			m.order.Name, m.say(all), m.say(*sum)))
	}
}

func (m *mapper) rounding() {
	m.untaxed("Cash rounding", m.pick(m.order.CashRounding), m.card.CashRoundingsAccount, CashRoundingAccountMissing)
}

// untaxed adds an account line over an amount that bears no tax; none for nothing.
func (m *mapper) untaxed(text string, amount decimal.Decimal, account string, missing issue.Reason) {
	if amount.IsZero() {
		return
	}
	l := sales.Line{Quantity: decimal.NewFromInt(1), UnitPrice: amount, Net: amount, TaxCode: m.taxCode(decimal.Zero), Description: text}
	m.toAccount(&l, account, missing, text)
	m.add(l)
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

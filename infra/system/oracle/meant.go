package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// Meant is the document that an order means. What is nil is not given by the
// order, and BC's own stands.
type Meant struct {
	Order string
	ID    int64
	// None is why the order gets no document by its nature: it is cancelled, a
	// test, or nothing is left of it. "" is that it gets one.
	None string
	// Obstacles are why no faithful document exists under the card, in a word
	// or two each. Without any, the order must get its document.
	Obstacles []string
	// Doubts are what the documentation of both APIs leaves open: the order may have its document
	// or an issue.
	Doubts []string

	Buyer    Buyer
	Currency string
	Date     string // "" where the company's set-up decides

	SellTo, ShipTo            *Address
	ShipToName, ShipToContact *string
	Phone, Email              string
	Included                  bool // prices with tax; not compared with sales tax
	ShipmentMethod, Terms     string

	// Invoice: it is a draft of an invoice, whose prices hold tax as those of who pays do.
	Invoice bool
	Due     string // when an invoice is due, "" where the order does not say

	Bundles []Bundle
	Lines   []Line
	Total   decimal.Decimal // what the buyer owes, rounding of cash included
}

// Buyer is who a document is for.
type Buyer struct {
	Number       string // the customer that it must be; "" is one made for the buyer
	Email, Phone string // of the buyer, if one is made
	May          string // a customer without e-mail who has the buyer's phone: may be the buyer
	Shopify      int64
}

// Address as documents have it.
type Address struct{ Line1, Line2, City, State, PostCode, Country string }

// Line is what is booked of one line item, shipping line, fee or tax.
type Line struct {
	Text     string
	Type     string // Item or Account
	Object   string
	Charge   bool // the item stands in the place of an account
	Quantity decimal.Decimal
	// Unit and Discount are nil where the document's prices are not on the
	// order's basis: only Net and Tax count then.
	Unit, Discount    *decimal.Decimal
	Percent, Net, Tax decimal.Decimal
	AnyPercent        bool // the amount is so small that no rate shows
	Parts             []Part

	ownGroup string // product group of the item
}

// Part is how much of a line ships from a location; several parts may be
// several lines of the document.
type Part struct {
	Location string // code
	Quantity decimal.Decimal
}

// Holdable reports whether the order must have a document.
func (m Meant) Holdable() bool { return m.None == "" && len(m.Obstacles)+len(m.Doubts) == 0 }

func (m *Meant) obstacle(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(m.Obstacles, s) {
		m.Obstacles = append(m.Obstacles, s)
	}
}

// Meant is the document that o means.
func (w *World) Meant(o *data.Order) Meant {
	m := Meant{Order: o.Name, ID: o.ID, Currency: w.currency(o), Included: o.TaxesIncluded}
	switch {
	case o.Test:
		m.None = "test"
	case !o.CancelledAt.IsZero():
		m.None = "cancelled"
	case o.Unconfirmed:
		m.None = "not confirmed"
	}
	if w.Rules.Books && m.None == "" {
		o = sold(o)
	}
	if m.None == "" && empty(o) {
		m.None = "nothing left"
	}
	if m.None != "" {
		return m
	}
	if movedMoney(o) {
		m.obstacle("refunded")
	}
	m.Invoice = w.Rules.Invoices && o.FulfillmentStatus == "FULFILLED"
	w.buyer(&m, o)
	w.addresses(&m, o)
	if !w.BCDates {
		m.Date = w.date(o.CreatedAt)
	}
	if !w.holdsCurrency(w.currencyCode(m.Currency)) {
		m.obstacle("currency")
	}
	w.mapped(&m, o)
	w.lines(&m, o)
	m.whole(o)
	m.Total = w.total(o)
	w.taxes(&m)
	return m
}

func (w *World) date(at time.Time) string {
	zone, err := time.LoadLocation(w.Rules.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format(time.DateOnly)
}

// empty: edits took away all that could be booked.
func empty(o *data.Order) bool {
	if len(o.Lines) == 0 {
		return false
	}
	for _, l := range o.Lines {
		if l.Quantity-l.Removed > 0 {
			return false
		}
	}
	for _, s := range o.ShippingLines {
		if !s.Removed && !s.Price.IsZero() {
			return false
		}
	}
	return len(o.Fees) == 0 && o.Tip.IsZero()
}

// movedMoney: a refund paid something back.
func movedMoney(o *data.Order) bool {
	for _, t := range o.Transactions {
		if t.Kind == "REFUND" && t.Status == "SUCCESS" && !t.Amount.IsZero() {
			return true
		}
	}
	return false
}

// mapped are the fields that only count where order and card give a value.
func (w *World) mapped(m *Meant, o *data.Order) {
	for _, s := range o.ShippingLines {
		if s.Removed {
			continue
		}
		if code := w.Rules.ShipmentMethods[s.Title]; code != "" {
			if m.ShipmentMethod = code; !w.has("shipmentMethods", code) {
				m.obstacle("shipment method")
			}
		}
		break
	}
	if o.Terms != nil {
		for _, s := range o.Terms.Schedules {
			m.Due = w.date(s.DueAt)
		}
		if code := w.Rules.Terms[o.Terms.Type]; code != "" {
			if m.Terms = code; !w.has("paymentTerms", code) {
				m.obstacle("payment terms")
			}
		}
	}
}

func blank(ss ...string) bool { return strings.TrimSpace(strings.Join(ss, "")) == "" }

func first(ss ...string) string {
	for _, s := range ss {
		if !blank(s) {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

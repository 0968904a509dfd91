// Package sales is the neutral sales document: what an order means as a
// document, the laws of its prices and taxes, and the comparison of what was
// meant with what the other side says, field by field. It does no I/O and knows
// no wire format.
package sales

import (
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Kind is what a document is. Its text is stored.
type Kind string

// The kinds; documents of before there were two are orders.
const (
	Order   Kind = ""
	Invoice Kind = "invoice"
)

// String is the kind's name.
func (k Kind) String() string {
	if k == Invoice {
		return "invoice"
	}
	return "order"
}

// Document is a sales document as it is meant. Amounts are in Currency. Not for
// concurrent use while it changes.
type Document struct {
	Kind           Kind   `json:",omitempty"`
	Number         string // own document number; "" leaves it to the number series
	ExternalNumber string // at most 35 characters; ends in the numeric order id
	// EarlierNumber is the external number that earlier releases gave the same
	// document: one found under it is adopted. "" or ExternalNumber: none.
	EarlierNumber string
	Date          string // yyyy-mm-dd, the order's date in the shop's time zone
	Customer      string // customer number
	// BillToCustomer is who pays instead; "" leaves that to the customer's card.
	BillToCustomer string `json:",omitempty"`
	Currency       string // the company's code, which need not be ISO's; always given, the local one too
	// PricesIncludeTax is nil where the document leaves it to the company (US and
	// Canadian sales tax).
	PricesIncludeTax *bool

	// A blank in these fields is a value.
	SellTo, ShipTo            Address
	ShipToName, ShipToContact string
	Phone, Email              string

	// Mapped fields: "" when neither the order nor the card gave a value.
	PaymentTerms, ShipmentMethod string // ids
	Salesperson                  string // code
	DueDate                      string `json:",omitempty"` // yyyy-mm-dd; of invoices alone

	// Leave names header fields that are left to Business Central: they are
	// neither sent nor compared. See Winners.
	Leave []string

	// Lines have the sequences that say where they stand. They are sent in the
	// order of Sent.
	Lines []Line
	Taxes []Tax // by percent, what the lines' taxes come to

	// Total is what the document comes to, taxes and cash rounding included. Its
	// currency is Shopify's, by ISO code.
	Total money.Amount
	// Digits is the number of minor-unit digits of the currency.
	Digits int32
}

// Address is a postal address in the fields of a document.
type Address struct {
	Line1, Line2, City, State, PostCode, Country string
}

// LineKind is what the object of a line is.
type LineKind int

// The kinds.
const (
	ItemLine LineKind = iota + 1
	AccountLine
	CommentLine
)

// String is the kind's name.
func (k LineKind) String() string {
	switch k {
	case ItemLine:
		return "Item"
	case AccountLine:
		return "Account"
	case CommentLine:
		return "Comment"
	}
	return "other"
}

// Line is one line as it is meant.
type Line struct {
	Sequence int // BC's line number: 10000, 20000, …
	Kind     LineKind
	Object   string // number of item or account
	Charge   bool   `json:",omitempty"` // an item in the place of an account
	Variant  string // id of the item variant; "" is none
	Location string // id; "" when neither order nor card gave one
	Unit     string // unit of measure code; "" is the item's own
	Quantity decimal.Decimal
	// UnitPrice is with tax when the document's prices include tax. Discount is
	// an amount for the whole line, on the same basis.
	UnitPrice, Discount decimal.Decimal
	TaxCode             string // "" when the card maps none for Percent
	Description         string

	// Percent is the tax percent that the line bears, such as 19; Net and Tax
	// are its amounts as Shopify charged them, Net after all discounts.
	Percent, Net, Tax decimal.Decimal
	// Of is the Shopify line item that the line, or a part of it, is for; "" is none.
	Of string
}

// Tax is what all lines of one percent come to.
type Tax struct {
	Percent, Net, Tax decimal.Decimal
}

// Sent is the lines in the order in which they are to be inserted. Business
// Central's stored totals do not see an account line that is inserted last, so
// account lines go first, which leaves every line in its place by sequence.
func (d Document) Sent() []Line {
	out := make([]Line, 0, len(d.Lines))
	for _, account := range []bool{true, false} {
		for _, l := range d.Lines {
			if account == (l.Kind == AccountLine) {
				out = append(out, l)
			}
		}
	}
	return out
}

// Leaves reports whether the field is left to Business Central.
func (d Document) Leaves(field string) bool { return slices.Contains(d.Leave, field) }

package sales

import (
	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Found is a document as the other side shows it.
type Found struct {
	ID   string
	Mark string // its version: a change under an old one is refused
	// Draft: nobody has released it or sent it for approval.
	Draft bool
	// Header is the document's own fields. It has no lines and no totals: the
	// header's stored totals can be stale, so nothing is decided by them.
	Header      Document
	PostingDate string
	// Discount is the document's own discount, besides those of its lines.
	Discount       decimal.Decimal
	BillToCustomer string
	BillTo         Address
	Lines          []FoundLine
}

// FoundLine is a line as the other side shows it. Its Net and Tax are the booked
// ones, after all discounts and with carried cents; its TaxCode is the one
// that its tax is grouped by, which is not the code that was written.
type FoundLine struct {
	Line
	ID      string
	Mark    string
	Gross   decimal.Decimal // booked, tax included
	Touched bool            // shipped or invoiced, in part at least
}

// Total is what the lines come to, tax included.
func (f Found) Total() money.Amount {
	sum := decimal.Zero
	for _, l := range f.Lines {
		sum = sum.Add(l.Gross)
	}
	return money.Amount{Value: sum, Currency: f.Header.Currency}
}

// Touched reports whether anything of it is shipped or invoiced.
func (f Found) Touched() bool {
	for _, l := range f.Lines {
		if l.Touched {
			return true
		}
	}
	return false
}

// Line is the line of a sequence, and false if there is none.
func (f Found) Line(sequence int) (FoundLine, bool) {
	for _, l := range f.Lines {
		if l.Sequence == sequence {
			return l, true
		}
	}
	return FoundLine{}, false
}

// WithHeader is f with the header fields of h, which was read without lines.
func (f Found) WithHeader(h Found) Found {
	h.Lines = f.Lines
	return h
}

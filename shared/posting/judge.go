package posting

import (
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/outbound"
)

// shown says what a look, made with proof, shows of a posting whose intent is stored,
// and as what it was posted. A status is no proof: the ledger's entries are, and of a
// shipment the quantities on the lines.
func (p Posting) shown(l Look) (s outbound.Shown, as string) {
	booked := l.booked()
	as = strings.Join(booked, ", ")
	switch {
	case p.Kind == Invoice && !l.Gone && (l.Status == Draft || l.Status == InReview):
		return outbound.Undone, ""
	case p.Kind == Invoice && len(booked) > 0, l.Gone && len(booked) > 0:
		return outbound.Done, as
	case p.Kind == Invoice && !l.Gone && l.Status == Released && l.Number == p.Number:
		return outbound.Undone, "" // a released draft
	case p.Kind == Invoice, l.Gone:
		return outbound.Other, ""
	}
	now := standOf(l.Document)
	switch {
	case now.equal(p.Before):
		return outbound.Undone, ""
	case now.equal(p.Before.plus(p.Asked)) && (p.Asked.Invoiced.IsZero() || len(booked) > 0):
		return outbound.Done, as
	}
	return outbound.Other, ""
}

// plan is what is to be posted of a document, or why it is not.
type plan struct {
	change Change // what is to be set before
	posts  Stand
	amount decimal.Decimal // that is invoiced, with tax
	wrong  issue.Reason    // "": nothing
	idle   bool            // nothing of what is asked for is left
}

func (p plan) changes() bool { return p.change.Date != "" || len(p.change.Lines) > 0 }

// planOf says what a run posts of a document as it stands. date is the posting date
// that it is to have, "": its own.
func planOf(k Kind, part Part, d Document, date string) (p plan) {
	p.change.Document = d
	unshipped := false
	for _, l := range d.Lines {
		unshipped = unshipped || !l.Quantity.Equal(l.Shipped)
		ship, invoice := l.Ship, l.Invoice
		switch {
		case k == Invoice:
			ship, invoice = decimal.Zero, l.Quantity
		case part == ShipOnly:
			invoice = decimal.Zero
		case part == InvoiceOnly:
			ship, invoice = decimal.Zero, l.Shipped.Sub(l.Invoiced)
		}
		if k == Order {
			if q, differs := quantityOf(l, ship, invoice); differs {
				p.change.Lines = append(p.change.Lines, q)
			}
		}
		p.posts = p.posts.plus(Stand{ship.Abs(), invoice.Abs()})
		if !l.Quantity.IsZero() {
			p.amount = p.amount.Add(l.Gross.Mul(invoice).Div(l.Quantity))
		}
	}
	p.amount = p.amount.Round(money.Digits(d.Currency))
	if date != "" && date != d.PostingDate {
		p.change.Date = date
	}
	nothing := p.posts.equal(Stand{})
	switch {
	case nothing && (part == InvoiceOnly || part == ShipOnly && !unshipped):
		p.idle = true
	case nothing:
		p.wrong = NothingToPost
	case date == "" && d.PostingDate == "":
		p.wrong = DateMissing
	case len(p.change.Lines) > MaxLines:
		p.wrong = TooManyLines
	}
	return p
}

// quantityOf is what is to be set of a line so that so much is posted of it.
func quantityOf(l Line, ship, invoice decimal.Decimal) (q LineQuantity, differs bool) {
	q = LineQuantity{ID: l.ID, Mark: l.Mark}
	if !ship.Equal(l.Ship) {
		q.Ship, q.Invoice = &ship, &invoice // the first resets the second
		return q, true
	}
	if !invoice.Equal(l.Invoice) {
		q.Invoice = &invoice
		return q, true
	}
	return q, false
}

// kept reports whether a document is what was asked for after a change.
func (p plan) kept(k Kind, part Part, d Document) issue.Reason {
	after := planOf(k, part, d, p.change.Date)
	switch {
	case after.changes() || !after.posts.equal(p.posts):
		return NotAsAsked
	case !d.gross().Equal(p.change.gross()):
		return TotalMoved
	}
	return ""
}

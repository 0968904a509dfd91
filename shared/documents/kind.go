package documents

import (
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// fulfilled is Shopify's word for an order of which everything is shipped.
const fulfilled = "FULFILLED"

// KindOf is what becomes of o: an invoice where the card wants that of orders of which
// everything is shipped, else a sales order.
func KindOf(card Card, o orders.Order) sales.Kind {
	if card.CreateInvoicesFromOrders && o.FulfillmentStatus == fulfilled {
		return sales.Invoice
	}
	return sales.Order
}

// called is what a person calls a document in a log.
func called(k sales.Kind, number string) string { return k.String() + " " + number }

// drafts is f with a draft of an invoice among the documents that are looked at whole,
// like a sales order: w is to become one, or a create of w may have made it. Any other
// invoice is one of a posted order, or a person's.
func (f documentsFound) drafts(w work) documentsFound {
	if len(f.orders) > 0 || len(f.invoices) != 1 {
		return f
	}
	i := f.invoices[0]
	ours := !w.pending.SentAt.IsZero() || w.pending.Own == i.ID
	if !i.Draft || i.OrderNumber != "" || w.doc.Kind != sales.Invoice && !ours {
		return f
	}
	f.orders = []sales.Found{{
		ID: i.ID, Mark: i.Mark, Draft: true,
		Header: sales.Document{Kind: sales.Invoice, Number: i.Number, ExternalNumber: i.ExternalNumber, Customer: i.Customer, Currency: i.Currency},
	}}
	f.invoices = nil
	return f
}

// bases are what is known of whose invoices have prices with tax: nobody can choose it,
// since it is the customer's. Not for concurrent use.
type bases struct {
	of   map[string]bool // by customer number
	last *bool           // of whatever customer; nil: nothing is known
}

// learn takes what an invoice of a customer shows.
func (b *bases) learn(customer string, include bool) {
	if b.of == nil {
		b.of = map[string]bool{}
	}
	b.of[customer], b.last = include, &include
}

// guess is what the next invoice of a customer may have, and false if nothing is known.
func (b *bases) guess(customer string) (include, known bool) {
	if include, known = b.of[customer]; !known && b.last != nil {
		include, known = *b.last, true
	}
	return include, known
}

// including is the card with a tax mode by which prices of o's document hold tax, or do
// not. Untaxed lines are the same both ways.
func (c Card) including(o orders.Order, include bool) Card {
	switch {
	case mode(c, o) == SalesTax:
	case include:
		c.TaxMode = VATIncluded
	default:
		c.TaxMode = VATOnTop
	}
	return c
}

// anew makes o's document for a customer with prices that hold tax, or do not; false:
// it cannot be made so.
func (c Card) anew(o orders.Order, customer string, refs References) func(include bool) (sales.Document, bool) {
	return func(include bool) (sales.Document, bool) {
		card := c.including(o, include)
		doc, problems := Map(card, o, customer, refs)
		return complete(card, o.Name, doc), len(problems) == 0
	}
}

// guessed is the card by which o's document for a customer is most likely right at once.
func (s *slice) guessed(o orders.Order, customer string) Card {
	if KindOf(s.card, o) != sales.Invoice {
		return s.card
	}
	if include, known := s.bases.guess(customer); known {
		return s.card.including(o, include)
	}
	return s.card
}

// onBasis brings what is meant onto the basis that the invoice w.got has. Prices of
// sales orders have the one that was meant, or are for a person to judge.
func (s *slice) onBasis(w *work) {
	is := w.got.Header.PricesIncludeTax
	if w.got.Header.Kind != sales.Invoice || is == nil {
		return
	}
	s.bases.learn(w.got.Header.Customer, *is)
	want := w.doc.PricesIncludeTax
	if want == nil || *want == *is || w.anew == nil {
		return
	}
	if doc, ok := w.anew(*is); ok {
		doc.ExternalNumber = w.doc.ExternalNumber
		w.doc = doc
	}
}

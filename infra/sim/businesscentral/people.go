package businesscentral

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// Post ships and invoices an order as its lines say, as a person in BC would.
func (c *Company) Post(number string) error {
	return c.inTransaction(setOrders, number, (*tx).postDocument)
}

// PostInvoice posts an invoice.
func (c *Company) PostInvoice(number string) error {
	return c.inTransaction(setInvoices, number, (*tx).postDocument)
}

// PostPart ships so much of an order's lines, by their sequences, and invoices
// what was shipped of it if invoice is set.
func (c *Company) PostPart(number string, ship map[int]decimal.Decimal, invoice bool) error {
	return c.inTransaction(setOrders, number, func(t *tx, d *SalesDocument) error {
		for _, old := range t.linesOf(d) {
			l := clone(old)
			l.ShipQuantity = ship[l.Sequence]
			if l.InvoiceQuantity = decimal.Zero; invoice {
				l.InvoiceQuantity = l.ShipQuantity.Add(l.ShippedQuantity).Sub(l.InvoicedQuantity)
			}
			t.put(d.lineSet(), l)
		}
		return t.postDocument(d)
	})
}

// CancelInvoice takes a posted invoice back, as a person in BC would.
func (c *Company) CancelInvoice(number string) error {
	return c.inTransaction(setInvoices, number+"\x00posted", (*tx).cancelInvoice)
}

// SendForApproval makes an order one that is in review.
func (c *Company) SendForApproval(number string) error {
	return c.EditOrder(number, func(d *SalesDocument) { d.Status = statusReview })
}

// EditInvoice changes an invoice's header: a draft's.
func (c *Company) EditInvoice(number string, f func(*SalesDocument)) error {
	return edit(c, setInvoices, number, f)
}

// FailPosting makes the next posting fail with text, after it took its numbers.
func (c *Company) FailPosting(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failPosting = text
}

// SetPostingRange sets the ledger's allowed posting dates; a zero time is open.
func (c *Company) SetPostingRange(from, to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	s := clone(c.setup)
	s.AllowPostingFrom, s.AllowPostingTo = dateOf(from), dateOf(to)
	c.setup = s
	t.put(setLedger, s)
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

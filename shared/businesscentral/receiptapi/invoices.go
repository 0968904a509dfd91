package receiptapi

import (
	"context"
	"errors"
	"net/http"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/receipts"
)

// Invoices implements receipts.Company, by two requests: the invoices, and what proves
// that they are posted, with the customers who pay. A status proves nothing.
func (r *Receipts) Invoices(ctx context.Context, ds []receipts.Document) ([]receipts.Invoice, error) {
	const op = "businesscentral.PaidInvoices"
	found, err := r.invoices(ctx, op, ds)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	numbers, payers := make([]string, len(found)), make([]string, len(found))
	for i, f := range found {
		numbers[i], payers[i] = f.Number, f.BillToCustomerNumber
	}
	ops := businesscentral.Lookups[entry](r.bc, "generalLedgerEntries", "documentNumber", businesscentral.Distinct(numbers, bcapi.Code))
	n := len(ops)
	ops = append(ops, businesscentral.Lookups[customer](r.bc, "customers", "number", businesscentral.Distinct(payers, bcapi.Code))...)
	answers, err := r.bc.Read(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	booked, cards := map[string]bool{}, map[string]string{}
	_, err = businesscentral.Collect(ctx, r.bc, op, answers[:n], func(e entry) entry {
		if e.DocumentType == typeInvoice {
			booked[bcapi.Code(e.DocumentNumber)] = true
		}
		return e
	})
	if err != nil {
		return nil, err
	}
	_, err = businesscentral.Collect(ctx, r.bc, op, answers[n:], func(c customer) customer {
		cards[bcapi.Code(c.Number)] = c.CurrencyCode
		return c
	})
	var out []receipts.Invoice
	for _, f := range found {
		if !booked[bcapi.Code(f.Number)] {
			continue
		}
		out = append(out, receipts.Invoice{
			Document: f.document, Number: f.Number, Customer: f.BillToCustomerNumber, Currency: f.CurrencyCode, Card: cards[bcapi.Code(f.BillToCustomerNumber)],
			Date: f.PostingDate, Remaining: f.RemainingAmount,
		})
	}
	return out, err
}

// invoices are those that documents may have become: those of an order, and an invoice
// that is no draft any more.
func (r *Receipts) invoices(ctx context.Context, op string, ds []receipts.Document) (out []found, err error) {
	of := map[string]string{} // the order's document, by its number
	var ops []businesscentral.Operation
	var drafts, orders []string
	for _, d := range ds {
		if !d.Invoice {
			of[bcapi.Code(d.Number)], orders = d.ID, append(orders, d.Number)
			continue
		}
		if !businesscentral.IsGUID(d.ID) {
			return nil, businesscentral.Bug(op, "document id %q is not a guid", d.ID)
		}
		drafts = append(drafts, d.ID)
		ops = append(ops, businesscentral.Operation{Method: http.MethodGet, Record: true, Path: r.bc.Path("salesInvoices("+d.ID+")", "$select", businesscentral.Fields[invoice]())})
	}
	ops = append(ops, businesscentral.Lookups[invoice](r.bc, "salesInvoices", "orderNumber", businesscentral.Distinct(orders, bcapi.Code))...)
	answers, err := r.bc.ReadEach(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		if a.Err != nil && (i >= len(drafts) || !errors.Is(a.Err, businesscentral.ErrNotFound)) {
			return nil, a.Err
		}
	}
	for i, id := range drafts {
		if answers[i].Err != nil {
			continue
		}
		var row invoice
		if err := businesscentral.Unpack(op, answers[i].Body, &row); err != nil {
			return nil, err
		}
		out = append(out, found{row, id})
	}
	_, err = businesscentral.Collect(ctx, r.bc, op, answers[len(drafts):], func(row invoice) invoice {
		if id := of[bcapi.Code(row.OrderNumber)]; id != "" {
			out = append(out, found{row, id})
		}
		return row
	})
	return out, err
}

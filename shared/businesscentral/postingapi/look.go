package postingapi

import (
	"context"
	"errors"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/posting"
)

// Look implements posting.Target. Documents, and the invoices of orders, are read in
// one request, the ledger in another.
func (p *Posting) Look(ctx context.Context, k posting.Kind, ds []posting.Document, proof bool) ([]posting.Look, error) {
	const op = "businesscentral.LookAtDocuments"
	ops := make([]businesscentral.Operation, len(ds))
	orders := make([]string, len(ds))
	for n, d := range ds {
		if !businesscentral.IsGUID(d.ID) {
			return nil, businesscentral.Bug(op, "document id %q is not a guid", d.ID)
		}
		ops[n], orders[n] = p.reading(k, d.ID), d.Number
	}
	if k == posting.Order && proof {
		ops = append(ops, businesscentral.Lookups[posted](p.bc, "salesInvoices", "orderNumber", businesscentral.Distinct(orders, bcapi.Code))...)
	}
	answers, err := p.bc.ReadEach(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	looks := make([]posting.Look, len(ds))
	for n := range ds {
		if looks[n], err = look(op, k, answers[n]); err != nil {
			return nil, err
		}
	}
	if !proof {
		return looks, nil
	}
	if err := p.become(ctx, op, k, ds, looks, answers[len(ds):]); err != nil {
		return nil, err
	}
	return looks, p.book(ctx, op, looks)
}

// look is one document. What concerns the connection, or is one request too many, is
// an error of the whole call.
func look(op string, k posting.Kind, a businesscentral.Answer) (l posting.Look, err error) {
	kind := fault.KindOf(a.Err)
	if kind == fault.Throttled || kind == fault.Blocked {
		return l, a.Err
	}
	if l.Gone = errors.Is(a.Err, businesscentral.ErrNotFound); l.Gone {
		return l, nil
	}
	if l.Err = a.Err; l.Err == nil {
		l.Document, l.Err = read(op, k, a.Body)
	}
	return l, nil
}

// become adds to looks the invoices that documents may have become: those of an order,
// and an invoice that is no draft any more.
func (p *Posting) become(ctx context.Context, op string, k posting.Kind, ds []posting.Document, looks []posting.Look, answers []businesscentral.Answer) error {
	if k == posting.Invoice {
		for n, l := range looks {
			if l.Number != "" && l.Status != posting.Draft && l.Status != posting.InReview {
				looks[n].Invoices = []posting.Invoiced{{Number: l.Number}}
			}
		}
		return nil
	}
	for _, a := range answers {
		if a.Err != nil {
			return a.Err
		}
	}
	found, err := businesscentral.Collect(ctx, p.bc, op, answers, func(r posted) posted { return r })
	if err != nil {
		return err
	}
	for n, d := range ds {
		for _, f := range found {
			if bcapi.Code(f.OrderNumber) == bcapi.Code(d.Number) {
				looks[n].Invoices = append(looks[n].Invoices, posting.Invoiced{Number: f.Number})
			}
		}
	}
	return nil
}

// book asks the ledger for the invoices of looks.
func (p *Posting) book(ctx context.Context, op string, looks []posting.Look) error {
	var numbers []string
	for _, l := range looks {
		for _, i := range l.Invoices {
			numbers = append(numbers, i.Number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	booked := map[string]bool{}
	_, err := businesscentral.Find(ctx, p.bc, op, "generalLedgerEntries", "documentNumber", businesscentral.Distinct(numbers, bcapi.Code), func(e entry) entry {
		if e.DocumentType == typeInvoice {
			booked[bcapi.Code(e.DocumentNumber)] = true
		}
		return e
	})
	for n := range looks {
		for i := range looks[n].Invoices {
			looks[n].Invoices[i].Booked = booked[bcapi.Code(looks[n].Invoices[i].Number)]
		}
	}
	return err
}

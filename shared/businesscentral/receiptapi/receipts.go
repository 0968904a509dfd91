// Package receiptapi suggests customer payments in a Business Central company, as package
// receipts asks for it.
package receiptapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/receipts"
)

// Receipts are the customer payments of a company. Safe for concurrent use.
type Receipts struct {
	bc            *businesscentral.Client
	makes, writes businesscentral.Sizes
}

var _ receipts.Company = (*Receipts)(nil)

// New makes the customer payments of c's company.
func New(c *businesscentral.Client) *Receipts { return &Receipts{bc: c} }

// ServerTime implements outbound.Clocked.
func (r *Receipts) ServerTime(ctx context.Context, within time.Duration) (time.Time, error) {
	return r.bc.ServerTime(ctx, within)
}

// set is the one of a batch, and that of its lines.
func set(b receipts.Batch) (batches, lines string) {
	if b.Back {
		return "journals", "journalLines"
	}
	return "customerPaymentJournals", "customerPayments"
}

// Batches implements receipts.Company, by one request.
func (r *Receipts) Batches(ctx context.Context, bs []receipts.Batch) ([]receipts.Batch, error) {
	const op = "businesscentral.PaymentJournals"
	ops := make([]businesscentral.Operation, len(bs))
	for i, b := range bs {
		name, _ := set(b)
		ops[i] = businesscentral.Lookups[journal](r.bc, name, "code", []string{b.Code})[0]
	}
	answers, err := r.bc.Read(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(bs)
	for i := range bs {
		_, err := businesscentral.Collect(ctx, r.bc, op, answers[i:i+1], func(j journal) journal {
			out[i].ID, out[i].Name = j.ID, j.DisplayName
			return j
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Make implements receipts.Company: a batch of payments names its account by its id.
func (r *Receipts) Make(ctx context.Context, bs []receipts.Batch) ([]outbound.Created[receipts.Batch], error) {
	const op = "businesscentral.CreatePaymentJournals"
	ids, err := r.accounts(ctx, op, bs)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[receipts.Batch], len(bs))
	var ops []businesscentral.Operation
	var at []int
	for i, b := range bs {
		id := ids[bcapi.Code(b.Account)]
		if id == "" && !b.Back {
			out[i].Err = &fault.Error{Op: op, Kind: fault.Rejected, Code: bcapi.CodeNoRelation, Err: errNoAccount}
			continue
		}
		name, _ := set(b)
		ops, at = append(ops, businesscentral.Operation{Method: http.MethodPost, Path: r.bc.Path(name), Body: journalBody{b.Code, b.Name, id}}), append(at, i)
	}
	if len(ops) == 0 {
		return out, nil
	}
	answers, err := r.bc.Write(ctx, op, &r.makes, ops)
	if err != nil {
		return nil, err
	}
	made := businesscentral.Created(op, answers, func(j journal) string { return j.ID }, func(j journal) (journal, error) { return j, nil })
	for n, m := range made {
		i := at[n]
		out[i] = outbound.Created[receipts.Batch]{Entity: bs[i], Err: m.Err}
		out[i].Entity.ID, out[i].Entity.Name = m.Entity.ID, m.Entity.DisplayName
	}
	return out, nil
}

// accounts are the ids of the accounts that batches of payments balance on, by number.
func (r *Receipts) accounts(ctx context.Context, op string, bs []receipts.Batch) (map[string]string, error) {
	var numbers []string
	for _, b := range bs {
		if !b.Back {
			numbers = append(numbers, b.Account)
		}
	}
	ids := map[string]string{}
	if len(numbers) == 0 {
		return ids, nil
	}
	_, err := businesscentral.Find(ctx, r.bc, op, "accounts", "number", businesscentral.Distinct(numbers, bcapi.Code), func(a account) account {
		ids[bcapi.Code(a.Number)] = a.ID
		return a
	})
	return ids, err
}

var errNoAccount = errors.New("no such account")

// Look implements receipts.Company, by one request: the lines are asked for before the
// ledger, so that one that is posted meanwhile is seen in one of them.
func (r *Receipts) Look(ctx context.Context, bs []receipts.Batch, numbers []string) (map[string]receipts.Seen, error) {
	const op = "businesscentral.LookAtPayments"
	numbers = businesscentral.Distinct(numbers, bcapi.Code)
	var ops []businesscentral.Operation
	for _, b := range bs {
		if b.ID == "" {
			continue
		}
		if !businesscentral.IsGUID(b.ID) {
			return nil, businesscentral.Bug(op, "journal id %q is not a guid", b.ID)
		}
		batches, lines := set(b)
		ops = append(ops, businesscentral.Lookups[payment](r.bc, batches+"("+b.ID+")/"+lines, "documentNumber", numbers)...)
	}
	n := len(ops)
	ops = append(ops, businesscentral.Lookups[entry](r.bc, "generalLedgerEntries", "documentNumber", numbers)...)
	answers, err := r.bc.Read(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	seen := map[string]receipts.Seen{}
	_, err = businesscentral.Collect(ctx, r.bc, op, answers[:n], func(p payment) payment {
		k := bcapi.Code(p.DocumentNumber)
		seen[k] = receipts.Seen{Listed: true, Booked: seen[k].Booked}
		return p
	})
	if err != nil {
		return nil, err
	}
	_, err = businesscentral.Collect(ctx, r.bc, op, answers[n:], func(e entry) entry {
		k := bcapi.Code(e.DocumentNumber)
		seen[k] = receipts.Seen{Listed: seen[k].Listed, Booked: true}
		return e
	})
	return seen, err
}

// Suggest implements receipts.Company.
func (r *Receipts) Suggest(ctx context.Context, ss []receipts.Suggestion) ([]outbound.Created[string], error) {
	const op = "businesscentral.SuggestPayments"
	ops := make([]businesscentral.Operation, len(ss))
	for i, s := range ss {
		if !businesscentral.IsGUID(s.Journal) {
			return nil, businesscentral.Bug(op, "journal id %q is not a guid", s.Journal)
		}
		batches, lines := set(receipts.Batch{Back: s.Back})
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: r.bc.Path(batches + "(" + s.Journal + ")/" + lines), Body: bodyOf(s)}
	}
	answers, err := r.bc.Write(ctx, op, &r.writes, ops)
	if err != nil {
		return nil, err
	}
	return businesscentral.Created(op, answers, func(p payment) string { return p.ID }, func(p payment) (string, error) { return p.ID, nil }), nil
}

// bodyOf is a line with every field that it would else take from the one before it.
func bodyOf(s receipts.Suggestion) any {
	if s.Back { // a line of the general journal has no type: a payment would have to be negative
		return refundBody{
			AccountType: "Customer", AccountNumber: s.Customer, PostingDate: s.Date, DocumentNumber: s.Number, ExternalDocumentNumber: bcapi.Cut(s.Order, 35),
			Amount: json.Number(s.Amount.String()), Description: bcapi.Cut("Refund of order "+s.Order, 100), Comment: bcapi.Cut(s.Gateway, 250),
			BalanceAccountType: "G_x002F_L_x0020_Account", BalancingAccountNumber: s.Account,
		}
	}
	return paymentBody{
		CustomerNumber: s.Customer, PostingDate: s.Date, DocumentNumber: s.Number, ExternalDocumentNumber: bcapi.Cut(s.Order, 35),
		Amount: json.Number(s.Amount.Neg().String()), AppliesToInvoiceNumber: s.Invoice,
		Description: bcapi.Cut("Payment of order "+s.Order, 100), Comment: bcapi.Cut(s.Gateway, 250),
	}
}

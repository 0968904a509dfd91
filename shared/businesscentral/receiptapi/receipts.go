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

const (
	setJournals = "customerPaymentJournals"
	setPayments = "customerPayments"
)

// Batches implements receipts.Company, by one request.
func (r *Receipts) Batches(ctx context.Context, bs []receipts.Batch) ([]receipts.Batch, error) {
	codes := make([]string, len(bs))
	for i, b := range bs {
		codes[i] = b.Code
	}
	found, err := businesscentral.Find(ctx, r.bc, "businesscentral.PaymentJournals", setJournals, "code", businesscentral.Distinct(codes, bcapi.Code), func(j journal) journal { return j })
	if err != nil {
		return nil, err
	}
	out := slices.Clone(bs)
	for i, b := range bs {
		if n := slices.IndexFunc(found, func(j journal) bool { return bcapi.Code(j.Code) == b.Code }); n >= 0 {
			out[i].ID, out[i].Name = found[n].ID, found[n].DisplayName
		}
	}
	return out, nil
}

// Make implements receipts.Company: a batch names its account by its id.
func (r *Receipts) Make(ctx context.Context, bs []receipts.Batch) ([]outbound.Created[receipts.Batch], error) {
	const op = "businesscentral.CreatePaymentJournals"
	numbers := make([]string, len(bs))
	for i, b := range bs {
		numbers[i] = b.Account
	}
	ids := map[string]string{}
	_, err := businesscentral.Find(ctx, r.bc, op, "accounts", "number", businesscentral.Distinct(numbers, bcapi.Code), func(a account) account {
		ids[bcapi.Code(a.Number)] = a.ID
		return a
	})
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[receipts.Batch], len(bs))
	var ops []businesscentral.Operation
	var at []int
	for i, b := range bs {
		id := ids[bcapi.Code(b.Account)]
		if id == "" {
			out[i].Err = &fault.Error{Op: op, Kind: fault.Rejected, Code: bcapi.CodeNoRelation, Err: errNoAccount}
			continue
		}
		ops, at = append(ops, businesscentral.Operation{Method: http.MethodPost, Path: r.bc.Path(setJournals), Body: journalBody{b.Code, b.Name, id}}), append(at, i)
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
		ops = append(ops, businesscentral.Lookups[payment](r.bc, setJournals+"("+b.ID+")/"+setPayments, "documentNumber", numbers)...)
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
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: r.bc.Path(setJournals + "(" + s.Journal + ")/" + setPayments), Body: bodyOf(s)}
	}
	answers, err := r.bc.Write(ctx, op, &r.writes, ops)
	if err != nil {
		return nil, err
	}
	return businesscentral.Created(op, answers, func(p payment) string { return p.ID }, func(p payment) (string, error) { return p.ID, nil }), nil
}

// bodyOf is a line with every field that it would else take from the one before it.
func bodyOf(s receipts.Suggestion) paymentBody {
	return paymentBody{
		CustomerNumber: s.Customer, PostingDate: s.Date, DocumentNumber: s.Number, ExternalDocumentNumber: bcapi.Cut(s.Order, 35),
		Amount: json.Number(s.Amount.Neg().String()), AppliesToInvoiceNumber: s.Invoice,
		Description: bcapi.Cut("Payment of order "+s.Order, 100), Comment: bcapi.Cut(s.Gateway, 250),
	}
}

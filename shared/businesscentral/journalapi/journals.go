// Package journalapi makes, reads and posts general journals of a Business Central
// company, as package payments asks for them.
package journalapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/payments"
)

// Journals are the general journals of a company. Safe for concurrent use.
type Journals struct {
	bc             *businesscentral.Client
	creates, posts businesscentral.Sizes
}

var _ payments.Journals = (*Journals)(nil)

// New makes the journals of c's company.
func New(c *businesscentral.Client) *Journals { return &Journals{bc: c} }

// ServerTime implements outbound.Clocked.
func (j *Journals) ServerTime(ctx context.Context, within time.Duration) (time.Time, error) {
	return j.bc.ServerTime(ctx, within)
}

// get reads a set.
func (j *Journals) get(set, fields string, options ...string) businesscentral.Operation {
	return businesscentral.Operation{Method: http.MethodGet, Path: j.bc.Path(set, append([]string{"$select", fields}, options...)...)}
}

// Facts implements payments.Journals, by one request.
func (j *Journals) Facts(ctx context.Context) (payments.Facts, error) {
	const op = "businesscentral.JournalFacts"
	answers, err := j.bc.Read(ctx, op, []businesscentral.Operation{
		j.get("generalLedgerSetup", businesscentral.Fields[ledgerSetup]()), j.get("bankAccounts", businesscentral.Fields[bankAccount]()),
	})
	if err != nil {
		return payments.Facts{}, err
	}
	f := payments.Facts{Banks: map[string]string{}, Blocked: map[string]bool{}}
	setups, err := businesscentral.Collect(ctx, j.bc, op, answers[:1], func(s ledgerSetup) ledgerSetup { return s })
	if err != nil {
		return f, err
	}
	if len(setups) != 1 {
		return f, businesscentral.Bug(op, "%d rows, want 1", len(setups))
	}
	f.From, f.To, f.LCY = date(setups[0].AllowPostingFrom), date(setups[0].AllowPostingTo), setups[0].LocalCurrencyCode
	_, err = businesscentral.Collect(ctx, j.bc, op, answers[1:], func(b bankAccount) bankAccount {
		number := bcapi.Code(b.Number)
		f.Banks[number], f.Blocked[number] = b.CurrencyCode, b.Blocked
		return b
	})
	return f, err
}

// Look implements payments.Journals, by one request for the batches of a page.
func (j *Journals) Look(ctx context.Context, bs []payments.Batch) ([]payments.Look, error) {
	const op = "businesscentral.LookAtJournals"
	ops := make([]businesscentral.Operation, len(bs))
	numbers := make([]string, len(bs))
	for i, b := range bs {
		filter := businesscentral.AnyOf("code", []string{b.Code})
		if b.Template != "" { // the list shows batches of the first template alone unless it is asked for
			filter = businesscentral.AnyOf("templateDisplayName", []string{bcapi.Code(b.Template)}) + " and " + filter
		}
		ops[i] = j.get("journals", businesscentral.Fields[journal](), "$filter", filter, "$expand", "journalLines($select="+businesscentral.Fields[line]()+")")
		numbers[i] = b.Number
	}
	ops = append(ops, businesscentral.Lookups[entry](j.bc, "generalLedgerEntries", "documentNumber", businesscentral.Distinct(numbers, bcapi.Code))...)
	answers, err := j.bc.Read(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	looks := make([]payments.Look, len(bs))
	for i, b := range bs {
		found, err := businesscentral.Collect(ctx, j.bc, op, answers[i:i+1], func(row journal) journal { return row })
		if err != nil {
			return nil, err
		}
		if n := slices.IndexFunc(found, func(f journal) bool { return bcapi.Code(f.Code) == b.Code }); n >= 0 {
			looks[i].Batch = found[n].found()
		}
	}
	_, err = businesscentral.Collect(ctx, j.bc, op, answers[len(bs):], func(e entry) entry {
		for i, n := range numbers {
			if bcapi.Code(e.DocumentNumber) == n {
				looks[i].Entries = append(looks[i].Entries, payments.Entry{Account: bcapi.Code(e.AccountNumber), Amount: e.DebitAmount.Sub(e.CreditAmount)})
			}
		}
		return e
	})
	return looks, err
}

// Create implements payments.Journals: each batch with its lines is one operation, of
// which BC makes all or nothing.
func (j *Journals) Create(ctx context.Context, bs []payments.Batch) ([]outbound.Created[payments.Found], error) {
	const op = "businesscentral.CreateJournals"
	ops := make([]businesscentral.Operation, len(bs))
	for i, b := range bs {
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: j.bc.Path("journals"), Body: bodyOf(b)}
	}
	answers, err := j.bc.Write(ctx, op, &j.creates, ops)
	if err != nil {
		return nil, err
	}
	return businesscentral.Created(op, answers, func(row journal) string { return row.ID },
		func(row journal) (payments.Found, error) { return *row.found(), nil }), nil
}

// Post implements payments.Journals.
func (j *Journals) Post(ctx context.Context, ids []string) ([]outbound.Created[struct{}], error) {
	const op = "businesscentral.PostJournals"
	ops := make([]businesscentral.Operation, len(ids))
	for i, id := range ids {
		if !businesscentral.IsGUID(id) {
			return nil, businesscentral.Bug(op, "journal id %q is not a guid", id)
		}
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: j.bc.Path("journals(" + id + ")/Microsoft.NAV.post"), Record: true}
	}
	answers, err := j.bc.Write(ctx, op, &j.posts, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[struct{}], len(ids))
	for i, a := range answers {
		out[i].Err = meaning(a)
	}
	return out, nil
}

// meaning is the error of an answer to a posting, with what it means in its chain.
func meaning(a businesscentral.Answer) error {
	e, ok := errors.AsType[*fault.Error](a.Err)
	if !ok || e.Kind != fault.Rejected || !errors.Is(a.Err, businesscentral.ErrNotFound) && !strings.Contains(strings.ToLower(a.Text), "nothing to post") {
		return a.Err
	}
	same := *e
	same.Err = fmt.Errorf("%w: %w", payments.ErrNothing, e.Err)
	return &same
}

// Delete implements payments.Journals. A batch that is gone, that somebody has changed,
// or whose answer is lost is none of the call.
func (j *Journals) Delete(ctx context.Context, fs []payments.Found) error {
	const op = "businesscentral.DeleteJournals"
	ops := make([]businesscentral.Operation, len(fs))
	for i, f := range fs {
		if !businesscentral.IsGUID(f.ID) {
			return businesscentral.Bug(op, "journal id %q is not a guid", f.ID)
		}
		ops[i] = businesscentral.Operation{Method: http.MethodDelete, Path: j.bc.Path("journals(" + f.ID + ")"), Record: true, Match: f.Mark}
	}
	_, err := j.bc.Write(ctx, op, &j.creates, ops)
	return err
}

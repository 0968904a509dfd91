package documents

import (
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// adopt reads the documents that were found, with their lines, and settles
// them. It answers what is to be made again.
func (s *slice) adopt(ctx context.Context, ws []work) (again []work, err error) {
	for chunk := range slices.Chunk(ws, readSize) {
		read, err := s.reread(ctx, chunk)
		if err != nil {
			return nil, err
		}
		if read, err = s.single(ctx, read); err != nil {
			return nil, err
		}
		more, err := s.settle(ctx, read)
		if err != nil {
			return nil, err
		}
		again = append(again, more...)
	}
	return again, nil
}

// single is ws without those whose number a posted document had before them: the
// number is free again once a document is posted whole. An untouched draft beside
// such an invoice is a second document. It is a person's to decide about, and is
// neither changed nor deleted.
func (s *slice) single(ctx context.Context, ws []work) (out []work, err error) {
	var outcomes []Outcome
	for _, w := range ws {
		if len(w.parts) == 0 || w.got.Touched() {
			out = append(out, w)
			continue
		}
		f := documentsFound{orders: []sales.Found{w.got}, invoices: w.parts}
		outcomes = append(outcomes, s.issue(w.pending, TwoDocumentsFound, f.numbers(), s.unsettled(w.pending)))
	}
	_, err = s.save(ctx, outcomes)
	return out, err
}

// readSize is how many documents one call reads with their lines.
const readSize = 50

// reread gives ws with their documents as they are now. Those that cannot be
// read are settled as such and left out.
func (s *slice) reread(ctx context.Context, ws []work) ([]work, error) {
	refs := make([]Ref, len(ws))
	for i, w := range ws {
		refs[i] = refOf(w.got)
	}
	answers, err := s.target.Documents.ReadDocuments(ctx, refs)
	if err != nil {
		return nil, err
	}
	var out []work
	var outcomes []Outcome
	var stop error
	for i, w := range ws {
		err := answers[i].Err
		switch outbound.Kind(err) {
		case "":
			if w.got = answers[i].Entity; madeEarlier(w.got) {
				w.doc = asEarlier(w.doc)
			}
			s.onBasis(&w)
			out = append(out, w)
		case fault.Unknown, fault.Bug: // it is there, and nobody can tell what it says
			outcomes = append(outcomes, s.unreadable(w, err))
		case fault.Blocked, fault.Throttled:
			stop = err // so would every other of this connection
		default: // gone meanwhile, or for the moment: the next run sees
			s.Counts.Skipped++
		}
	}
	if _, err := s.save(ctx, outcomes); err != nil {
		return nil, err
	}
	return out, stop
}

func (s *slice) unreadable(w work, err error) Outcome {
	o := s.issue(w.pending, issue.SystemFailure, w.order.Name, true)
	o.Own = w.own()
	o.Issue.Detail = "document " + w.got.Header.Number + ": " + err.Error()
	return o
}

// posted links an order to the invoices that its document has become. They
// cannot be changed any more: what does not agree is for a person to decide.
func (s *slice) posted(w work, is []Invoice) Outcome {
	var sum decimal.Decimal
	var wrong []string
	for _, i := range is {
		if i.Unreadable != nil {
			o := s.issue(w.pending, issue.SystemFailure, w.order.Name, s.unsettled(w.pending))
			o.Issue.Detail = "invoice " + i.Number + ": " + i.Unreadable.Error()
			return o
		}
		sum = sum.Add(i.Total)
		if w.doc.Customer != "" && !strings.EqualFold(i.Customer, w.doc.Customer) {
			wrong = append(wrong, "customerNumber is "+w.doc.Customer+" for Shopify, "+i.Customer+" in Business Central")
		}
		if c := first(i.Currency, s.card.Company.LCY); !strings.EqualFold(c, w.doc.Currency) {
			wrong = append(wrong, "currencyCode is "+w.doc.Currency+" in Shopify, "+c+" in Business Central")
		}
	}
	got := money.Amount{Value: sum, Currency: w.doc.Total.Currency}
	if len(wrong) > 0 {
		o := s.issue(w.pending, AdoptedContentDiffers, is[0].Number, s.unsettled(w.pending))
		o.Issue.Detail = strings.Join(wrong, "; ")
		return o
	}
	if !w.settles(got, sales.Rules{Tolerance: s.card.Tolerance}) {
		o := s.issue(w.pending, AdoptedContentDiffers, is[0].Number, s.unsettled(w.pending))
		o.Issue.Detail, o.Differs, o.Meant = totals(w, got), &got, &w.doc.Total
		return o
	}
	s.Counts.Updated++
	if !strings.EqualFold(is[0].ExternalNumber, w.doc.ExternalNumber) {
		w.doc = asEarlier(w.doc)
	}
	return Outcome{Pending: w.pending, Whole: w.whole, Books: s.card.Books(), Archive: s.archives(w), Link: &Link{Type: "Invoice", ID: is[0].ID, Number: is[0].Number, Total: got, Lines: linesOf(w.doc), Objects: objectsOf(w.doc)}}
}

// settles reports whether got is Shopify's total, or as near as the taxes of
// prices without tax may be, or what a person has accepted in its place.
func (w work) settles(got money.Amount, rules sales.Rules) bool {
	a := w.pending.Accepted
	return w.doc.Total.Value.Sub(got.Value).Abs().LessThanOrEqual(w.doc.Tolerated(rules)) || a != nil && a.Value.Equal(got.Value)
}

func totals(w work, got money.Amount) string {
	return w.doc.Total.String() + " in Shopify, " + got.String() + " in Business Central"
}

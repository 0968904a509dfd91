package documents

import (
	"errors"
	"slices"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// differences is what w's document differs in from what was meant.
func (s *slice) differences(w work, meant sales.Document) []sales.Difference {
	return s.compared(w, sales.Compare(meant, w.got, sales.Rules{Tolerance: s.card.Tolerance}))
}

// keep is the outcome of a document that stays although it is not what was
// meant.
func (s *slice) keep(w work, ds []sales.Difference) Outcome {
	if r := w.gone(); r != "" {
		o := s.issue(w.pending, r, w.order.Name, s.unsettled(w.pending))
		o.Own = w.own()
		return o
	}
	if w.found && !w.ours || slices.ContainsFunc(ds, func(d sales.Difference) bool { return slices.Contains(identity, d.Field) }) {
		o := s.issue(w.pending, AdoptedContentDiffers, w.got.Header.Number, s.unsettled(w.pending))
		o.Issue.Detail, o.Own = inWords(w, ds), w.own()
		got := w.total()
		o.Differs, o.Meant = &got, &w.doc.Total
		return o
	}
	o := s.differs(w, ds)
	o.Own, o.Tried, o.NotBefore = w.own(), w.print+" "+w.got.Mark, s.Now().Add(refusedFor)
	if s.patient(w) { // tried before, and not again now
		o.NotBefore = w.pending.NotBefore
	}
	return o
}

// gone is why an order whose document of ours waits should have none any more, ""
// if that is not so: it was cancelled, nothing is left of it, or money went back.
func (w work) gone() issue.Reason {
	if w.pending.Own == "" || w.pending.Own != w.got.ID || len(w.barred) == 0 {
		return ""
	}
	switch w.barred[0].Reason {
	case Cancelled:
		return orders.CancelledAfterProcessing
	case NothingLeft, RefundBeforeProcessing:
		return orders.ChangedAfterProcessing
	default:
		return ""
	}
}

// unfaithful is the outcome of an order of which no document can show the taxes
// that Shopify charged. None is made, so that no number of a series is lost,
// unless a person accepts what it would come to.
func (s *slice) unfaithful(w work) Outcome {
	o := s.issue(w.pending, DocumentDiffers, inWords(w, w.doc.Unfaithful()), false)
	o.Differs, o.Meant = &money.Amount{Value: w.doc.Foreseen(), Currency: w.doc.Total.Currency}, &w.doc.Total
	o.Tried, o.NotBefore = w.print, s.Now().Add(differsFor)
	return o
}

// differs is the issue that names what differs: the totals first, which a
// person may accept.
func (s *slice) differs(w work, ds []sales.Difference) Outcome {
	reason, thing := DocumentDiffers, inWords(w, ds)
	if i := slices.IndexFunc(ds, func(d sales.Difference) bool { return d.Field == sales.Total }); i >= 0 {
		reason, thing = TotalDiffers, totals(w, w.total())
		ds = slices.Delete(slices.Clone(ds), i, i+1)
		if len(ds) > 0 {
			thing += "; " + inWords(w, ds)
		}
	}
	got := w.total()
	o := s.issue(w.pending, reason, thing, false)
	o.Differs, o.Meant = &got, &w.doc.Total
	if w.refused != nil {
		o.Issue.Detail = w.refused.Error()
	}
	return o
}

// named is how many differences one sentence names.
const named = 5

// inWords names differences, and what BC has said to the attempt to mend them.
func inWords(w work, ds []sales.Difference) string {
	var out []string
	for i, d := range ds {
		if i == named {
			out = append(out, "and more")
			break
		}
		out = append(out, d.String())
	}
	if w.refused != nil {
		if e, ok := errors.AsType[*fault.Error](w.refused); ok && e.Merchant != "" {
			out = append(out, "Business Central says: "+strings.TrimRight(e.Merchant, "."))
		}
	}
	return strings.Join(out, "; ")
}

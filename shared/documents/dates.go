package documents

import (
	"context"

	"backroom/shared/issue"
	"backroom/shared/sales"
)

// dates is what is known of a company whose sales set-up links the order date
// of documents to their posting date: BC's date then stands whatever is sent.
// That is said once for the company, not an issue an order.
type dates struct {
	read   bool // of the store
	linked bool
	noted  bool // the company's issue is stored
	asked  bool // a change in this run has shown whether they are linked
}

// companyIssue is the kind of issues about the company itself.
const companyIssue = "company"

// follows reports whether the document's date is its posting date and not the
// order's.
func (w work) follows() bool {
	h := w.got.Header
	return h.Date != w.doc.Date && h.Date == w.got.PostingDate && !w.doc.Leaves("orderDate")
}

// unasked reports whether the first change of w will show who decides the date,
// which nobody knows yet.
func (d dates) unasked(w work) bool { return !d.linked && !d.asked && w.header == 0 && w.follows() }

// knowDates reads what earlier runs have found out, once a slice.
func (s *slice) knowDates(ctx context.Context, ws []work) error {
	if s.dates.read || s.Issues == nil || len(ws) == 0 {
		return nil
	}
	_, noted, err := s.Issues.Get(ctx, s.Request.Shop, companyIssue, s.card.Company.ID)
	if err != nil {
		return err
	}
	s.dates.read, s.dates.linked, s.dates.noted = true, noted, noted
	return nil
}

// noteDates learns from documents: one that bears its posting date although
// another one was written into it shows that the company links the two, one
// that bears the order's date beside another posting date that it does not.
func (s *slice) noteDates(ctx context.Context, ws []work) error {
	for _, w := range ws {
		switch {
		case w.header > 0 && w.follows():
			s.dates.linked = true
		case w.got.Header.Date == w.doc.Date && w.got.PostingDate != "" && w.got.PostingDate != w.doc.Date:
			s.dates.linked = false
		}
	}
	if s.Issues == nil || s.dates.linked == s.dates.noted {
		return nil
	}
	var i issue.Issue
	if s.dates.linked {
		i = Explained.New(OrderDateFollowsPosting, "company "+s.card.Company.ID)
	}
	if _, err := s.Say(ctx, s.Issue(companyIssue, s.card.Company.ID, "company", i)); err != nil {
		return err
	}
	s.dates.noted = s.dates.linked
	return nil
}

// compared is w's differences without the order date where the company decides it.
func (s *slice) compared(w work, ds []sales.Difference) []sales.Difference {
	if !s.dates.linked || !w.follows() {
		return ds
	}
	var out []sales.Difference
	for _, d := range ds {
		if d.Field != "orderDate" {
			out = append(out, d)
		}
	}
	return out
}

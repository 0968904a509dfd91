package posting

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

// work is a document that is posted in this page.
type work struct {
	Document
	rec    Posting
	plan   plan
	origin Origin
}

// Row is what a dry run says of one document.
type Row struct {
	Document    string          `json:"document"`
	Order       string          `json:"order,omitempty"` // in Shopify
	Customer    string          `json:"customer"`
	PostingDate string          `json:"postingDate,omitempty"`
	Ship        decimal.Decimal `json:"ship"` // quantities, summed up
	Invoice     decimal.Decimal `json:"invoice"`
	Total       decimal.Decimal `json:"total"`
	Currency    string          `json:"currency"`
	Not         string          `json:"not,omitempty"` // why it would not be posted
}

// TotalRow is what a dry run would invoice in a currency.
type TotalRow struct {
	Currency string `json:"currency"`
	Total
}

// decide says what is to be done about a document, and does what needs no request.
// open: it is to be posted.
func (s *slice) decide(ctx context.Context, d Document, l Look) (w work, open bool, err error) {
	rec, tried := s.known[d.ID]
	if !tried {
		rec = Posting{Shop: s.request.Shop, Kind: s.kind, ID: d.ID, Number: d.Number, External: d.ExternalNumber}
	}
	if s.kind != Invoice || rec.Sent() || len(l.booked()) == 0 { // else it was posted before
		s.counts.Read++
	}
	if l.Err != nil {
		return w, false, s.failed(ctx, work{Document: d, rec: rec}, l.Err)
	}
	w = work{Document: l.Document, rec: rec}
	if l.Gone {
		w.Document = d
	}
	if rec.Sent() {
		if !s.resume(w, l) {
			return w, false, nil
		}
	}
	switch {
	case l.Gone && rec.Sent(): // what was sent is over
		return w, false, s.park(ctx, w, Vanished, "", nil)
	case l.Gone, s.kind == Invoice && len(l.booked()) > 0: // by somebody else
		s.forget(w)
		return w, false, nil
	case !s.p.wants(w.Document):
		s.later(w)
		return w, false, nil
	}
	w.rec = w.rec.forgotten()
	return s.plan(ctx, w)
}

// vanishedFor is how long it is said of a document that it has vanished: nobody can
// mend it.
const vanishedFor = 7 * 24 * time.Hour

// resume looks at one that was sent, and reports whether it is to be decided anew.
func (s *slice) resume(w work, l Look) (open bool) {
	shown, as := w.rec.shown(l)
	switch outbound.Due(outbound.Sent(true, w.rec.SentThere, s.there), shown, s.there) {
	case outbound.Finish:
		s.finish(w, as)
	case outbound.Await:
		s.counts.Unchanged++
		s.row(w, "it was sent, and what became of it is not known yet")
	case outbound.Act:
		return true
	}
	return false
}

// plan says what is posted of a document, or why not.
func (s *slice) plan(ctx context.Context, w work) (work, bool, error) {
	var err error
	if s.Origins != nil {
		if w.origin, err = s.Origins.Origin(ctx, s.request.Shop, w.ID, w.ExternalNumber); err != nil {
			return w, false, err
		}
	}
	if s.p.OnlyShopify && w.origin.Order == "" {
		s.later(w)
		return w, false, nil
	}
	if why := w.origin.Waits; why != "" || w.Status == InReview {
		if why == "" {
			why = "it is in review"
		}
		s.counts.Skipped++
		s.row(w, why)
		s.later(w)
		return w, false, nil
	}
	w.plan = planOf(s.kind, s.p.Post, w.Document, s.p.date(s.Now(), s.card))
	if w.plan.idle {
		s.counts.Unchanged++
		return w, false, nil
	}
	wrong, thing := w.plan.wrong, ""
	if wrong == "" && w.plan.change.Date != "" {
		if err := s.knowDates(ctx); err != nil {
			return w, false, err
		}
		if !s.dates.Has(w.plan.change.Date) {
			wrong, thing = DateClosed, dated(w.plan.change.Date, w)
		}
	}
	if m := w.rec.Meant; wrong == "" && m != nil && !s.p.Retry && !w.gross().Equal(*m) {
		wrong, thing = TotalMoved, moved(w, *m)
	}
	if wrong != "" {
		return w, false, s.park(ctx, w, wrong, thing, nil)
	}
	s.row(w, "")
	return w, true, nil
}

func dated(date string, w work) string {
	return fmt.Sprintf("The posting date %s of %s", date, w.name())
}

func moved(w work, from decimal.Decimal) string {
	return fmt.Sprintf("The total of %s moved from %s to %s %s", w.name(), from.StringFixed(money.Digits(w.Currency)), w.gross().StringFixed(money.Digits(w.Currency)), w.Currency)
}

// name is what a person calls a document.
func (w work) name() string {
	if w.origin.Order != "" {
		return fmt.Sprintf("%s (%s)", w.rec.Number, w.origin.Order)
	}
	return w.rec.Number
}

func (s *slice) knowDates(ctx context.Context) error {
	if s.dates != nil {
		return nil
	}
	r, err := s.target.Range(ctx)
	if err == nil {
		s.dates = &r
	}
	return err
}

// issueKind is the kind of issues about postings of a kind.
func issueKind(k Kind) string { return string(k) + "-posting" }

// park stores why a document is not posted, and when it is tried again: after an
// hour, and each time after twice as long, a day at most.
func (s *slice) park(ctx context.Context, w work, r issue.Reason, thing string, cause error) error {
	s.counts.Failed++
	if thing == "" {
		thing = w.name()
	}
	i := Reasons.New(r, thing)
	s.row(w, i.Text)
	if s.request.DryRun {
		return nil
	}
	w.rec = w.rec.forgotten()
	w.rec.NotBefore = s.Now().Add(min(time.Hour<<min(w.rec.Tries, 5), 24*time.Hour))
	if r == Vanished {
		w.rec.NotBefore = s.Now().Add(vanishedFor)
	}
	w.rec.Tries++
	return s.say(ctx, w, i, cause)
}

// say adds to what is stored next an issue of a document beside its posting.
func (s *slice) say(ctx context.Context, w work, i issue.Issue, cause error) error {
	if cause != nil {
		i.Detail = cause.Error()
	}
	if len(w.rec.Log) > 0 {
		i.Detail += "\n" + w.rec.Log.String()
	}
	put, err := s.Issues.Put(ctx, s.Issue(issueKind(s.kind), w.ID, w.rec.Number, i))
	if err != nil {
		return err
	}
	s.store(w, put)
	return nil
}

// finish notes that a document is posted.
func (s *slice) finish(w work, as string) {
	s.counts.Updated++
	s.row(w, "it is posted already")
	if s.request.DryRun {
		return
	}
	says := "posted"
	if as != "" {
		says += " as " + as
	}
	w.rec.Log = w.rec.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidFind, Says: says})
	s.ops = append(s.ops, w.rec.posted(s.Now()))
	s.forget(w)
}

// forget drops what is stored of a document.
func (s *slice) forget(w work) {
	if w.rec.Version == 0 || s.request.DryRun {
		return
	}
	s.ops = append(s.ops, w.rec.drop(), issue.Clear(s.request.Shop, issueKind(s.kind), w.ID))
}

// later leaves a document that is none of this run's. One that has an issue is looked
// at again after an hour.
func (s *slice) later(w work) {
	if w.rec.Version == 0 || w.rec.Sent() || s.request.DryRun || s.Now().Before(w.rec.NotBefore) {
		return
	}
	w.rec.NotBefore = s.Now().Add(time.Hour)
	s.store(w)
}

// failed notes that a document could not be read: it is looked at by a later run.
func (s *slice) failed(ctx context.Context, w work, cause error) error {
	s.counts.SystemFailed++
	s.counts.Failed++
	i := Reasons.New(issue.SystemFailure, w.name())
	s.row(w, i.Text)
	if s.request.DryRun {
		return nil
	}
	return s.say(ctx, w, i, cause)
}

// store adds w's posting to what is stored next, with other operations.
func (s *slice) store(w work, more ...table.Op) {
	s.ops = append(append(s.ops, w.rec.put()), more...)
}

// flush stores what was added, in one transaction.
func (s *slice) flush(ctx context.Context) error {
	ops := s.ops
	if s.ops = nil; len(ops) == 0 {
		return nil
	}
	return s.Guard.Write(ctx, s.request.Lease, ops...)
}

// row adds a document to the report of a dry run; not: why it would not be posted.
func (s *slice) row(w work, not string) {
	if !s.request.DryRun {
		return
	}
	r := Row{
		Document: w.rec.Number, Order: w.origin.Order, Customer: w.Customer, PostingDate: cmp.Or(w.plan.change.Date, w.PostingDate),
		Ship: w.plan.posts.Shipped, Invoice: w.plan.posts.Invoiced, Total: w.plan.amount, Currency: w.Currency, Not: not,
	}
	s.Row(r)
	if not != "" {
		return
	}
	if s.at.Totals == nil {
		s.at.Totals = map[string]Total{}
	}
	sum := s.at.Totals[w.Currency]
	s.at.Totals[w.Currency] = Total{sum.Documents + 1, sum.Amount.Add(w.plan.amount)}
}

package creditmemos

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// changeTries is how often one memo is changed in one run, at most: a post code that
// BC's table knows takes two changes.
const changeTries = 4

// differsFor is how long a memo that came out otherwise is not made again unchanged.
const differsFor = 24 * time.Hour

var zero time.Time

// identity names the fields that say whose memo it is.
var identity = []string{"customerNumber", "currencyCode", sales.PricesIncludeTax}

// adopt reads memos that were found, and settles them. It answers what is to be made
// again.
func (s *booking) adopt(ctx context.Context, ws []*work, keep func([]Pending)) ([]*work, error) {
	if len(ws) == 0 {
		return nil, nil
	}
	ids := make([]string, len(ws))
	for i, w := range ws {
		ids[i] = w.got.ID
		w.memo().Log = w.memo().Log.With(outbound.Event{At: s.Now(), Did: outbound.DidFind, Says: "credit memo " + w.got.Header.Number})
	}
	answers, err := s.target.ReadMemos(ctx, ids)
	if err != nil {
		return nil, err
	}
	var read []*work
	for i, w := range ws {
		switch kind := outbound.Kind(answers[i].Err); kind {
		case "":
			w.got = answers[i].Entity
			read = append(read, w)
		case fault.Blocked, fault.Throttled:
			return nil, answers[i].Err
		default: // gone meanwhile, or nobody can tell what it says: the next run sees
			s.Counts.Skipped++
			s.Doubt()
		}
	}
	return s.settle(ctx, read, keep)
}

// settle compares memos with what they have to be, and links, mends, keeps or deletes
// them. It answers those that were deleted to be made again.
func (s *booking) settle(ctx context.Context, ws []*work, keep func([]Pending)) (again []*work, err error) {
	for _, w := range ws {
		o, remake, err := s.one(ctx, w)
		if err != nil {
			return again, err // the intents stay; the next run adopts
		}
		ps, err := s.save(ctx, []Outcome{o})
		if keep(ps); err != nil {
			return again, err
		}
		if remake && ps[0].ID != "" {
			w.pending, w.got = ps[0], sales.Found{}
			again = append(again, w)
		}
	}
	return again, nil
}

// one settles one memo. remake says that it was deleted, to be made again.
func (s *booking) one(ctx context.Context, w *work) (o Outcome, remake bool, err error) {
	for {
		s.learn(w)
		ds := s.differences(w)
		mine := (!w.found || w.ours) && w.got.Draft
		switch {
		case len(ds) == 0:
			return s.booked(w), false, nil
		case !mine:
			s.count(fault.Merchant)
			w.memo().Own = ""
			o := s.says(w, AdoptedMemoDiffers, w.got.Header.Number)
			o.Issue.Detail = inWords(w, ds)
			w.memo().SentAt, w.memo().SentThere = zero, zero
			return o, false, nil
		}
		if ch, ok := change(w, ds); ok {
			if err := s.Hold().Ensure(ctx); err != nil {
				return o, false, err
			}
			w.tries++
			got, err := s.target.ChangeMemo(ctx, ch)
			switch kind := outbound.Kind(err); kind {
			case "", fault.Transient: // somebody else is at it: it is compared as it is now
				w.got = got
				continue
			case fault.Rejected, fault.Bug:
				w.got, w.refused = got, err
				continue
			case fault.Unknown:
				s.count(fault.System)
				s.Doubt()
				return s.says(w, outbound.OutcomeUnknown, w.order.Name), false, nil
			default:
				return o, false, err
			}
		}
		return s.drop(ctx, w, ds)
	}
}

// learn takes from a memo whether its customer's prices hold tax, and maps the refund
// on that basis if it was not.
func (s *booking) learn(w *work) {
	is := w.got.Header.PricesIncludeTax
	if is == nil || w.doc.PricesIncludeTax == nil {
		return
	}
	s.include[w.customer] = *is
	if *w.doc.PricesIncludeTax != *is {
		tried := w.print
		s.meant(w)
		w.print = tried
	}
}

// differences is what the memo is not. Where a rounding account takes it, its total is
// Shopify's to the minor unit.
func (s *booking) differences(w *work) []sales.Difference {
	ds := s.compared(w)
	if len(ds) > 0 {
		return ds
	}
	left := w.doc.Total.Value.Sub(w.got.Total().Value).Round(w.doc.Digits)
	rounded := withRounding(s.Card, w.doc, left)
	if left.IsZero() || len(rounded.Lines) == len(w.doc.Lines) && rounded.Foreseen().Equal(w.doc.Foreseen()) {
		return nil
	}
	w.doc = rounded
	return s.compared(w)
}

// compared is what the memo is not, without its date if that is still the one of its posting
// after another was written: the company's sales set-up links the two, as it does those
// of all its documents.
func (s *booking) compared(w *work) []sales.Difference {
	ds := sales.Compare(w.doc, w.got, sales.Rules{Tolerance: s.Card.Tolerance})
	if w.tries == 0 || w.got.Header.Date != w.got.PostingDate {
		return ds
	}
	return slices.DeleteFunc(ds, func(d sales.Difference) bool { return d.Field == "orderDate" })
}

// change is what puts differences right, header first; false if nothing does.
func change(w *work, ds []sales.Difference) (Change, bool) {
	ch := Change{Meant: w.doc, Found: w.got}
	for _, d := range ds {
		switch d.Mend {
		case sales.ByHeader, sales.ByDiscount:
			ch.Header = true
		case sales.ByLine:
			if !slices.Contains(ch.Lines, d.Line) {
				ch.Lines = append(ch.Lines, d.Line)
			}
			if d.Field == sales.LinePercent {
				ch.Taxed = append(ch.Taxed, d.Line)
			}
		case sales.ByRemaking:
			return Change{}, false
		case sales.ByNobody:
		}
	}
	if ch.Header {
		ch.Lines, ch.Taxed = nil, nil
	}
	return ch, (ch.Header || len(ch.Lines) > 0 && len(ch.Lines) <= 40) && w.refused == nil && w.tries < changeTries
}

// drop deletes a draft that is not what was meant and cannot be made so. It is made
// again once if that may help; else a person has to look.
func (s *booking) drop(ctx context.Context, w *work, ds []sales.Difference) (o Outcome, remake bool, err error) {
	if err := s.Hold().Ensure(ctx); err != nil {
		return o, false, err
	}
	m := w.memo()
	switch err := s.target.DeleteMemo(ctx, w.got); {
	case err == nil:
	case fault.KindOf(err) == fault.Throttled, fault.KindOf(err) == fault.Blocked:
		return o, false, err
	case fault.KindOf(err) == fault.Unknown, fault.KindOf(err) == fault.Transient:
		s.count(fault.System)
		s.Doubt()
		return s.says(w, outbound.OutcomeUnknown, w.order.Name), false, nil
	default: // it has been released or posted since: it stays
		m.Own = w.got.ID
		o := s.differs(w, ds)
		return o, false, nil
	}
	m.Own = ""
	helps := slices.ContainsFunc(ds, func(d sales.Difference) bool { return d.Mend == sales.ByRemaking || slices.Contains(identity, d.Field) })
	if helps && !w.remade {
		w.remade, w.found, w.ours, w.tries = true, false, false, 0
		m.SentAt, m.SentThere = zero, zero
		m.Log = m.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidWithdraw})
		return Outcome{Pending: w.pending}, true, nil
	}
	return s.differs(w, ds), false, nil
}

// differs is the outcome of a refund whose memo would be another one.
func (s *booking) differs(w *work, ds []sales.Difference) Outcome {
	s.count(fault.Merchant)
	m := w.memo()
	m.SentAt, m.SentThere, m.Tried, m.NotBefore = zero, zero, w.print, s.Now().Add(differsFor)
	o := s.says(w, MemoDiffers, inWords(w, ds))
	if w.refused != nil {
		o.Issue.Detail = w.refused.Error()
	}
	return o
}

// booked is the outcome of a refund that has its memo.
func (s *booking) booked(w *work) Outcome {
	if w.found {
		s.Counts.Updated++
	} else {
		s.Counts.Created++
	}
	m := w.memo()
	total := w.got.Total()
	if total.Currency == "" || strings.EqualFold(total.Currency, w.doc.Currency) {
		total.Currency = w.doc.Total.Currency
	}
	late := w.sent()
	*m = Memo{Refund: m.Refund, State: Booked, ID: w.got.ID, Number: w.got.Header.Number, Total: &money.Amount{Value: total.Value, Currency: total.Currency}, Log: m.Log}
	return Outcome{Pending: w.pending, Refund: w.refund.ID, Late: late}
}

// sent notes what went out in exchange with w, as its memo has it; late is as [work.late].
func (w *work) sent() (late bool) {
	ids := ledgerAt(w.order, w.pending.Facts, w.refund.ID).exchange(w.refund.ReturnID)
	late = w.late(ids)
	w.pending.Facts = w.pending.Facts.Exchanged(w.order, w.refund, ids, late)
	return late
}

// late reports whether lines that went out with w were discounted between the refund and
// its memo: the refund is less than what came back and went out are worth now, and nothing
// in it says why. The memo comes to what was refunded, so that the discount is in no
// document.
func (w *work) late(ids []string) bool {
	short := decimal.Zero
	for _, l := range w.doc.Lines {
		if l.Of == restLine {
			short = short.Sub(l.Net).Sub(l.Tax)
		}
	}
	said := decimal.Zero
	for _, a := range w.refund.Adjustments {
		said = said.Add(a.Amount.Shop.Value)
	}
	discounted := slices.ContainsFunc(w.order.Lines, func(l orders.Line) bool {
		return slices.Contains(ids, l.ID) && !l.Discount().Shop.Value.IsZero()
	})
	return w.order.Edited && discounted && short.IsPositive() && said.IsZero()
}

// named is how many differences one sentence names.
const named = 5

func inWords(w *work, ds []sales.Difference) string {
	var out []string
	for i, d := range ds {
		if i == named {
			out = append(out, "and more")
			break
		}
		out = append(out, d.String())
	}
	if e, ok := errors.AsType[*fault.Error](w.refused); ok && e.Merchant != "" {
		out = append(out, "Business Central says: "+strings.TrimRight(e.Merchant, "."))
	}
	return strings.Join(out, "; ")
}

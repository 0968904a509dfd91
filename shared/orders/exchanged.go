package orders

import (
	"fmt"
	"slices"

	"backroom/shared/issue"
)

// WentOut is what the credit memo of a refund has of the lines that went out in exchange
// for what came back.
type WentOut struct {
	Refund string `json:"refund"`
	Return string `json:"return"`
	// Lines have the values of outWords, in that order.
	Lines []LinePrint `json:"lines,omitempty"`
}

// The words are stored by their position: new ones go last.
var outWords = []string{"quantity", "price", "discount", "tax"}

// outPrint is the print of l, a line that went out for the return.
func (r Return) outPrint(l Line) LinePrint {
	l = r.Out(l)
	return LinePrint{l.ID, []string{fmt.Sprint(l.Quantity), amount(l.UnitPrice), amount(l.Discount()), taxes(l.TaxLines)}}
}

// outPrints are the prints of lines of o, by their ids.
func (o Order) outPrints(r Return, ids []string) (out []LinePrint) {
	for _, l := range o.Lines {
		if slices.Contains(ids, l.ID) {
			out = append(out, r.outPrint(l))
		}
	}
	return out
}

// Exchanged are f once the refund r of o has its credit memo, with the lines of ids as
// going out; late: they were discounted after the refund, and the memo does not say so.
// A refund without a return has none, and is left out.
func (f Facts) Exchanged(o Order, r Refund, ids []string, late bool) Facts {
	ret := o.Return(r.ReturnID)
	if ret == nil || f.Print == nil {
		return f
	}
	p := *f.Print
	p.Out = slices.DeleteFunc(slices.Clone(p.Out), func(w WentOut) bool { return w.Refund == r.ID })
	prints := o.outPrints(*ret, ids)
	for _, l := range prints {
		if i := slices.Index(outWords, "discount"); late && movedMoney.MatchString(l.Values[i]) {
			l.Values[i] = digested + "before"
		}
	}
	p.Out = append(p.Out, WentOut{r.ID, r.ReturnID, prints})
	f.Print = &p
	return f
}

// Sent are the ids of the lines that the credit memo of a refund has as going out; false
// if that is not known.
func (f Facts) Sent(refund string) (ids []string, ok bool) {
	if f.Print == nil {
		return nil, false
	}
	for _, w := range f.Print.Out {
		if w.Refund == refund {
			for _, l := range w.Lines {
				ids = append(ids, l.ID)
			}
			return ids, true
		}
	}
	return nil, false
}

// Judge says why o would give other documents now than it has, "" if it would not, and
// what has changed: its own document of facts f, or the credit memos of its exchanges.
// The refunds that booked picks have documents of their own.
func (f Facts) Judge(o Order, booked func(Refund) bool) (issue.Reason, []Difference) {
	reason, changes := f.Update(FactsOf(f.View(o, booked)))
	out := f.exchanges(o)
	if reason == "" && len(out) > 0 {
		reason = ExchangeChanged
	}
	return reason, append(changes, out...)
}

// exchanges are the changes of lines that went out in exchange since their credit memos
// were made, and those that went out afterwards and for which no refund is left. Of memos
// of an earlier release nothing is known.
func (f Facts) exchanges(o Order) (changes []Difference) {
	if f.Print == nil {
		return nil
	}
	for _, w := range f.Print.Out {
		ret := o.Return(w.Return)
		if ret == nil {
			continue
		}
		for _, was := range w.Lines {
			i := slices.IndexFunc(o.Lines, func(l Line) bool { return l.ID == was.ID })
			if i < 0 {
				continue // Shopify keeps lines
			}
			now := ret.outPrint(o.Lines[i])
			for k := range min(len(outWords), len(was.Values), len(now.Values)) {
				changes = differ(changes, Difference{What: outWords[k], Of: fmt.Sprint("line ", i+1), Line: was.ID, Before: was.Values[k], After: now.Values[k]})
			}
		}
	}
	for i, l := range o.Lines {
		if f.lost(o, l.ID) {
			changes = append(changes, Difference{What: added, Of: fmt.Sprint("line ", i+1), Line: l.ID})
		}
	}
	return changes
}

// lost reports whether a line went out for a return of which all refunds have their
// credit memos, and none of these has it.
func (f Facts) lost(o Order, line string) bool {
	for _, ret := range o.Returns {
		if !slices.Contains(ret.Exchanged, line) {
			continue
		}
		some := false
		for _, r := range o.Refunds {
			if r.ReturnID != ret.ID || o.Standing(r) == Removal || !f.Counts(r.ID) {
				continue
			}
			ids, ok := f.Sent(r.ID)
			if !ok || slices.Contains(ids, line) {
				return false
			}
			some = true
		}
		return some
	}
	return false
}

// Accepted are facts of o after a person has accepted what it is, as v without what has
// documents of its own: what went out in exchange is right as it is now.
func (f Facts) Accepted(o, v Order) Facts {
	now := FactsOf(v)
	if f.Print == nil || len(f.Print.Out) == 0 {
		return now
	}
	p := *now.Print
	for _, w := range f.Print.Out {
		ret := o.Return(w.Return)
		if ret == nil {
			p.Out = append(p.Out, w)
			continue
		}
		ids, _ := f.Sent(w.Refund)
		for _, id := range ret.Exchanged {
			if f.lost(o, id) {
				ids = append(ids, id)
			}
		}
		p.Out = append(p.Out, WentOut{w.Refund, w.Return, o.outPrints(*ret, ids)})
	}
	now.Print = &p
	return now
}

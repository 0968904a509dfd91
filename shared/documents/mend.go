package documents

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// How often one document is changed or read again in one run, at most. A post
// code that BC's table knows takes two changes; each change of lines may move
// a carried cent.
const (
	headerTries = 3
	lineTries   = 3
	readTries   = 2
	changeLines = 40 // of one Change
)

// mended is what was done about one document in this run.
type mended struct {
	remade        bool   // deleted and created once more
	header, lines int    // changes made
	left          string // what its lines differed in before the last change of them
	reads         int    // read again because somebody else changed it
	rounded       bool   // a rounding line was appended
	spread        bool   // the lines of tax groups were written anew
	refused       error
}

// step is what comes next for one document.
type step int

const (
	stepLink   step = iota + 1 // it is what was meant, or accepted as it is
	stepKeep                   // it stays, and a person has to look at it
	stepChange                 // some of it is put right
	stepRemake                 // it is deleted and made again
	stepDrop                   // it is deleted, and a person has to look at the order
)

// identity names the fields that say whose document it is. They are right at
// creation; on a document that was found they are for a person to judge.
var identity = []string{"customerNumber", "currencyCode", sales.PricesIncludeTax}

// next decides about w. It reads nothing but its arguments and the card.
func (s *slice) next(w work) (step, Change, []sales.Difference) {
	meant := s.meant(w)
	ds := s.differences(w, meant)
	left := remainder(w)
	_, has := w.got.Line(sequenceRounding)
	// A difference that is tolerated gets its line only where the line is known to bear no tax.
	rounds := !left.IsZero() && !has && !w.rounded && roundable(s.card, left) && s.mayChange(w) &&
		(meant.Untaxed() || s.card.TaxCode(decimal.Zero) != "")
	if w.gone() != "" {
		return stepKeep, Change{}, ds
	}
	if len(ds) == 0 && !rounds {
		return stepLink, Change{}, nil
	}
	if len(w.barred) > 0 { // what it should be is not known in full
		return s.nextBarred(w), Change{}, ds
	}
	foreign := slices.ContainsFunc(ds, func(d sales.Difference) bool { return slices.Contains(identity, d.Field) })
	accepted := w.accepted() && !foreign
	if accepted && w.seen() {
		return stepLink, Change{}, nil
	}
	if !s.mayChange(w) || foreign && w.found {
		if accepted {
			return stepLink, Change{}, nil
		}
		return stepKeep, Change{}, ds
	}
	// One that BC adds a line to, or that lacks one, is not mended by the same create again.
	other := slices.ContainsFunc(ds, func(d sales.Difference) bool {
		return d.Mend == sales.ByRemaking && !added(d) || d.Field == sales.Lines
	})
	if (foreign || other && w.found) && !w.remade {
		return stepRemake, Change{}, ds
	}
	if !foreign && !other && w.refused == nil {
		if ch, ok := s.change(w, meant, ds); ok {
			return stepChange, ch, ds
		}
	}
	if accepted { // the rest is what a person has agreed to
		return stepLink, Change{}, nil
	}
	if slices.ContainsFunc(ds, func(d sales.Difference) bool { return d.Mend != sales.ByHeader && d.Field != sales.Lines }) {
		return stepDrop, Change{}, ds
	}
	return stepKeep, Change{}, ds
}

// nextBarred decides about the document of an order that gets none now. It is
// linked when it comes to Shopify's total, and never changed or deleted.
func (s *slice) nextBarred(w work) step {
	if strings.EqualFold(w.got.Header.Currency, w.doc.Currency) && w.settles(w.total(), sales.Rules{Tolerance: s.card.Tolerance}) {
		return stepLink
	}
	return stepKeep
}

// accepted reports whether a person has agreed to what the document comes to.
func (w work) accepted() bool {
	return w.pending.agreed() && w.pending.Accepted.Value.Equal(w.got.Total().Value)
}

// seen reports whether the document is the one that a person has looked at. One
// that is made after a decision is put right as far as it can be: what was
// agreed to is a total, not what BC fills in from its own tables.
func (w work) seen() bool { return w.found && w.pending.Own == w.got.ID }

// added reports whether d is that a line is missing which this program may append.
func added(d sales.Difference) bool {
	return d.Field == sales.LineObject && (d.Line == sequenceRounding || d.Line == sequenceClosing) && d.Missing()
}

// mayChange reports whether the document is ours to change: made by a create
// of this order, a draft, nothing shipped, and not waiting since it could not be mended.
func (s *slice) mayChange(w work) bool {
	if w.found && !w.ours || !w.got.Draft || w.got.Touched() {
		return false
	}
	return !w.found || !s.patient(w)
}

// patient reports whether the document could not be mended a while ago, for
// the order as it still is.
func (s *slice) patient(w work) bool {
	tried, _, _ := strings.Cut(w.pending.Tried, " ")
	return w.pending.Own != "" && tried == w.print && w.pending.tooEarly(s.Now())
}

// unmoved reports whether BC shows the document still under the version that
// could not be mended: there is nothing to read.
func (s *slice) unmoved(w work) bool {
	return s.patient(w) && w.pending.Tried == w.print+" "+w.got.Mark
}

// change is the cheapest change that puts something right: the header first,
// then lines, then a rounding line.
func (s *slice) change(w work, meant sales.Document, ds []sales.Difference) (Change, bool) {
	ch := Change{Meant: meant, Found: w.got}
	missing := false
	for _, d := range ds {
		switch d.Mend {
		case sales.ByHeader:
			ch.Header = true
		case sales.ByDiscount:
			ch.Header, ch.Discount = true, true
		case sales.ByLine:
			if d.Field == sales.LinePercent && w.lines == 0 && len(ch.Taxed) > 0 {
				continue // whether a tax code has any effect is tried on one line
			}
			if len(ch.Lines) < changeLines && !slices.Contains(ch.Lines, d.Line) {
				ch.Lines = append(ch.Lines, d.Line)
			}
			if d.Field == sales.LinePercent && slices.Contains(ch.Lines, d.Line) {
				ch.Taxed = append(ch.Taxed, d.Line)
			}
		case sales.ByRemaking:
			missing = true
		case sales.ByNobody:
		}
	}
	if ch.Header && w.header < headerTries {
		ch.Lines, ch.Taxed = nil, nil
		return ch, true
	}
	ch.Header, ch.Discount = false, false
	if len(ch.Lines) > 0 && w.lines < lineTries+len(meant.Lines)/changeLines && ofLines(ds) != w.left {
		return ch, true
	}
	ch.Lines, ch.Taxed = nil, nil
	if ch.Anew = clumped(w, ds); len(ch.Anew) > 0 {
		return ch, true
	}
	left := remainder(w)
	if _, has := w.got.Line(sequenceRounding); !missing && (has || left.IsZero() || !roundable(s.card, left)) || w.rounded {
		return Change{}, false
	}
	if !left.IsZero() && roundable(s.card, left) {
		ch.Meant = rounded(s.card, meant, left)
	}
	ch.Meant.Lines = append(slices.Clip(ch.Meant.Lines), closing(w.order.Name))
	for _, l := range ch.Meant.Lines {
		if _, has := w.got.Line(l.Sequence); !has && !slices.Contains(ch.Add, l.Sequence) {
			ch.Add = append(ch.Add, l.Sequence)
		}
	}
	return ch, true
}

// ofLines is what lines differ in: a change of them that leaves all of it as it
// was is the last one.
func ofLines(ds []sales.Difference) string {
	var b strings.Builder
	for _, d := range ds {
		if d.Mend == sales.ByLine {
			b.WriteString(d.String() + "\n")
		}
	}
	return b.String()
}

// clumped is the lines to write anew when changes of lines have left the cents of several
// lines on one of their group, or a cent too many on all of it: BC works out a line that is
// written and leaves the others. A total that differs then follows from that.
func clumped(w work, ds []sales.Difference) []int {
	if w.lines == 0 || w.spread {
		return nil
	}
	var out []int
	for _, d := range ds {
		odd, isLine := w.got.Line(d.Line)
		switch {
		case d.Field == sales.RateNet, d.Field == sales.RateTax, d.Field == sales.LineTax && isLine:
		case d.Field == sales.Total:
			continue
		default:
			return nil
		}
		for _, l := range w.got.Lines {
			together := l.Percent.String() == d.Percent
			if isLine {
				together = l.TaxCode == odd.TaxCode && l.Percent.Equal(odd.Percent)
			}
			if together && l.Kind != sales.CommentLine && !slices.Contains(out, l.Sequence) {
				out = append(out, l.Sequence)
			}
		}
	}
	if len(out) > changeLines {
		return nil
	}
	slices.Sort(out)
	return out
}

// settle compares documents with what they have to be, and links, mends, keeps or
// deletes them. It answers those that were deleted to be made again.
func (s *slice) settle(ctx context.Context, ws []work) (again []work, err error) {
	if err := s.knowDates(ctx, ws); err != nil {
		return nil, err
	}
	for len(ws) > 0 {
		if err := s.noteDates(ctx, ws); err != nil {
			return again, err
		}
		var outcomes []Outcome
		var change, remake, drop, later []work
		var changes []Change
		asking := false
		for _, w := range ws {
			do, ch, ds := s.next(w)
			if do == stepChange && s.dates.unasked(w) {
				if asking { // the answer to the first one says what is to be done about all
					later = append(later, w)
					continue
				}
				asking = true
			}
			switch do {
			case stepLink:
				outcomes = append(outcomes, s.link(w))
			case stepKeep:
				outcomes = append(outcomes, s.keep(w, ds))
			case stepChange:
				if len(ch.Lines) > 0 {
					w.left = ofLines(ds)
				}
				change, changes = append(change, w), append(changes, ch)
			case stepRemake:
				remake = append(remake, w)
			case stepDrop:
				drop = append(drop, w)
			}
		}
		// What is settled is stored before anything else can fail.
		if _, err := s.save(ctx, outcomes); err != nil {
			return again, err
		}
		moved, err := s.drop(ctx, drop)
		if err != nil {
			return again, err
		}
		gone, more, err := s.remake(ctx, remake)
		again = append(again, gone...)
		if err != nil {
			return again, err
		}
		if moved, err = s.reread(ctx, append(moved, more...)); err != nil {
			return again, err
		}
		if ws, err = s.mend(ctx, change, changes); err != nil {
			return again, err // the intents stay; the next run adopts
		}
		s.dates.asked = s.dates.asked || asking
		ws = slices.Concat(ws, moved, later)
	}
	return again, nil
}

// mend makes the changes and answers the documents as they are then. Those of
// which nothing is known are left to the next run.
func (s *slice) mend(ctx context.Context, ws []work, changes []Change) ([]work, error) {
	var out, moved []work
	for len(ws) > 0 {
		n := min(len(ws), transaction)
		if err := s.Hold().Ensure(ctx); err != nil {
			return nil, err
		}
		answers, err := s.target.Documents.ChangeDocuments(ctx, changes[:n])
		if err != nil {
			return nil, err
		}
		var outcomes []Outcome
		var stop error
		for i, w := range ws[:n] {
			w.count(changes[i])
			got, err := answers[i].Entity, answers[i].Err
			if got.ID != "" {
				w.got = got
			}
			switch kind := outbound.Kind(err); {
			case kind == "":
				out = append(out, w)
			case kind == fault.Rejected || kind == fault.Bug:
				w.refused = err
				out = append(out, w)
			case kind == fault.Transient && w.reads < readTries:
				w.reads++
				w.left = "" // nothing was changed
				moved = append(moved, w)
			case kind == fault.Transient:
				s.Counts.Skipped++ // somebody else is at it: the next run looks again
			case kind == fault.Unknown:
				outcomes = append(outcomes, s.unknown(w, err))
			default:
				stop = err
			}
		}
		if _, err := s.save(ctx, outcomes); err != nil {
			return nil, err
		}
		if stop != nil {
			return nil, stop
		}
		ws, changes = ws[n:], changes[n:]
	}
	if len(moved) > 0 {
		again, err := s.reread(ctx, moved)
		if err != nil {
			return nil, err
		}
		out = append(out, again...)
	}
	return out, nil
}

func (m *mended) count(ch Change) {
	switch {
	case ch.Header:
		m.header++
	case len(ch.Lines) > 0:
		m.lines++
	case len(ch.Anew) > 0:
		m.spread = true
	default:
		m.rounded = true
	}
}

func (s *slice) unknown(w work, err error) Outcome {
	o := s.issue(w.pending, outbound.OutcomeUnknown, w.order.Name, true)
	o.Issue.Detail, o.Own = err.Error(), w.own()
	return o
}

// own is the id of the document if a create of this order has made it.
func (w work) own() string {
	if w.found && !w.ours {
		return ""
	}
	return w.got.ID
}

func (s *slice) link(w work) Outcome {
	if w.found {
		s.Counts.Updated++
	} else {
		s.Counts.Created++
	}
	return Outcome{Pending: w.pending, Whole: w.whole, Books: s.card.Books(), Archive: s.archives(w), Link: &Link{
		Type: linkTypes[w.got.Header.Kind], ID: w.got.ID, Number: w.got.Header.Number, Total: w.total(), Mark: version(w.got), Lines: linesOf(w.doc), Objects: objectsOf(w.doc),
	}}
}

// total is what the document comes to.
func (w work) total() money.Amount {
	t := w.got.Total()
	if t.Currency == "" || strings.EqualFold(t.Currency, w.doc.Currency) {
		t.Currency = w.doc.Total.Currency // the code of Shopify, whatever the company calls it
	}
	return t
}

// remake deletes documents that only a new create can put right, and answers
// those that are gone, with their intents withdrawn, and those that somebody
// else has changed meanwhile.
func (s *slice) remake(ctx context.Context, ws []work) (gone, moved []work, err error) {
	for _, w := range ws {
		if err := s.Hold().Ensure(ctx); err != nil {
			return gone, moved, err
		}
		err := s.target.Documents.DeleteDocument(ctx, w.got)
		switch {
		case err == nil:
			stored, err := s.save(ctx, []Outcome{{Pending: w.pending, Withdrawn: true}})
			if err != nil {
				return gone, moved, err
			}
			if stored[0].ID == "" {
				continue // changed meanwhile: the next run sees it as it is then
			}
			w.pending, w.found, w.ours, w.mended = stored[0], false, false, mended{remade: true}
			w.got = sales.Found{}
			gone = append(gone, w)
		case fault.KindOf(err) == fault.Transient && w.reads < readTries:
			w.reads++
			moved = append(moved, w)
		case fault.KindOf(err) == fault.Throttled:
			return gone, moved, err // the intent stays, and the slice goes on here
		default:
			if err := s.undeleted(ctx, w, err); err != nil {
				return gone, moved, err
			}
		}
	}
	return gone, moved, nil
}

// drop deletes documents that are not what was meant and cannot be made so.
// It answers those that somebody else has changed meanwhile.
func (s *slice) drop(ctx context.Context, ws []work) (moved []work, err error) {
	var outcomes []Outcome
	var held error
	for _, w := range ws {
		if held == nil {
			held = s.Hold().Ensure(ctx)
		}
		if held != nil {
			break
		}
		_, _, ds := s.next(w)
		err := s.target.Documents.DeleteDocument(ctx, w.got)
		switch {
		case fault.KindOf(err) == fault.Throttled:
			held = err // the intent stays, and the slice goes on here
		case err == nil:
			o := s.differs(w, ds)
			// A document found later may show the order as it was then: that is no
			// reason not to try it as it is now.
			if !w.found {
				o.Tried, o.NotBefore = w.print, s.Now().Add(differsFor)
			}
			outcomes = append(outcomes, o)
		case fault.KindOf(err) == fault.Transient && w.reads < readTries:
			w.reads++
			moved = append(moved, w)
		default:
			if err := s.undeleted(ctx, w, err); err != nil {
				return nil, err
			}
		}
	}
	_, err = s.save(ctx, outcomes)
	return moved, errors.Join(held, err)
}

// undeleted stores what becomes of an order whose document could not be deleted.
func (s *slice) undeleted(ctx context.Context, w work, err error) error {
	var o Outcome
	if fault.KindOf(err) == fault.Rejected { // it is shipped: a person may accept it as it is
		_, _, ds := s.next(w)
		o = s.differs(w, ds)
		o.Own = w.own()
	} else {
		// It stays in BC; the intent stays too, so the next run finds it and tries again.
		o = s.unknown(w, err)
	}
	_, err = s.save(ctx, []Outcome{o})
	return err
}

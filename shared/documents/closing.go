package documents

import (
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/sales"
)

// The lines that this program adds to those of the order have sequences of
// their own at the end, so that repeating the insert of one is refused by
// BC instead of doubling it.
const (
	sequenceRounding = 99_990_000
	sequenceClosing  = 99_995_000
)

// complete is doc with the lines that it needs in BC: one for the rounding
// difference that BC's own roundings will leave, where the card allows it, and
// a last line that is no account line, see sales.Document.Sent.
func complete(card Card, name string, doc sales.Document) sales.Document {
	doc.Lines = slices.Clone(doc.Lines)
	doc.Taxes = slices.Clone(doc.Taxes)
	// A card is checked where it is stored: a name it has all the same leaves nothing.
	doc.Leave, _ = sales.Winners(card.BCWins)
	if r := doc.Total.Value.Sub(doc.Foreseen()); !r.IsZero() && roundable(card, r) && (doc.Untaxed() || card.TaxCode(decimal.Zero) != "") {
		doc = rounded(card, doc, r)
	}
	return closed(name, doc)
}

// closed is doc with a comment at its end if all of its lines are account lines.
func closed(name string, doc sales.Document) sales.Document {
	if len(doc.Lines) > 0 && !slices.ContainsFunc(doc.Lines, func(l sales.Line) bool { return l.Kind != sales.AccountLine }) {
		doc.Lines = append(slices.Clip(doc.Lines), closing(name))
	}
	return doc
}

func closing(name string) sales.Line {
	return sales.Line{Sequence: sequenceClosing, Kind: sales.CommentLine, Description: "Shopify order " + name}
}

// roundable reports whether a rounding line may take the difference.
func roundable(card Card, difference decimal.Decimal) bool {
	return card.RoundingAccount != "" && difference.Abs().LessThanOrEqual(card.Tolerance)
}

// rounded is doc with a rounding line of the amount, in place of the one that
// it has.
func rounded(card Card, doc sales.Document, amount decimal.Decimal) sales.Document {
	l := card.RoundingLine(sequenceRounding, amount)
	was := decimal.Zero
	lines := make([]sales.Line, 0, len(doc.Lines)+1)
	for _, o := range doc.Lines {
		if o.Sequence == sequenceRounding {
			was = o.Net
			continue
		}
		lines = append(lines, o)
	}
	at := len(lines)
	if at > 0 && lines[at-1].Sequence == sequenceClosing {
		at--
	}
	doc.Lines = slices.Insert(lines, at, l)
	doc.Taxes = slices.Clone(doc.Taxes)
	i := slices.IndexFunc(doc.Taxes, func(t sales.Tax) bool { return t.Percent.IsZero() })
	if i < 0 {
		i = len(doc.Taxes)
		doc.Taxes = append(doc.Taxes, sales.Tax{})
	}
	doc.Taxes[i].Net = doc.Taxes[i].Net.Add(amount).Sub(was)
	return doc
}

// meant is what the document has to be, seen what it is: a rounding line that
// it has takes what the other lines leave.
func (s *slice) meant(w work) sales.Document {
	_, has := w.got.Line(sequenceRounding)
	wants := slices.ContainsFunc(w.doc.Lines, func(l sales.Line) bool { return l.Sequence == sequenceRounding })
	doc := w.doc
	if has || wants {
		if left := remainder(w); roundable(s.card, left) {
			doc = rounded(s.card, doc, left)
		} else if has && !wants {
			doc = rounded(s.card, doc, decimal.Zero)
		}
	}
	if _, ok := w.got.Line(sequenceClosing); ok && !slices.ContainsFunc(doc.Lines, func(l sales.Line) bool { return l.Sequence == sequenceClosing }) {
		doc.Lines = append(slices.Clip(doc.Lines), closing(w.order.Name))
	}
	return doc
}

// remainder is what the document's lines, the rounding line left out, lack of
// Shopify's total.
func remainder(w work) decimal.Decimal {
	left := w.doc.Total.Value.Sub(w.got.Total().Value)
	if l, ok := w.got.Line(sequenceRounding); ok {
		left = left.Add(l.Gross)
	}
	return left.Round(w.doc.Digits)
}

package posting

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/outbound"
)

func n(v int64) decimal.Decimal { return decimal.NewFromInt(v) }

// lines are those of an order: quantity, shipped, invoiced, to ship, to invoice.
func lines(rows ...[5]int64) (ls []Line) {
	for i, r := range rows {
		ls = append(ls, Line{ID: string(rune('a' + i)), Quantity: n(r[0]), Gross: n(10 * r[0]), Shipped: n(r[1]), Invoiced: n(r[2]), Ship: n(r[3]), Invoice: n(r[4])})
	}
	return ls
}

// A status proves nothing: the ledger does, and what is on the lines.
func TestShown(t *testing.T) {
	p := func(k Kind, asked Stand) Posting {
		return Posting{Kind: k, Number: "D1", Before: Stand{n(1), n(0)}, Asked: asked}
	}
	both, ship := Stand{n(2), n(3)}, Stand{n(2), n(0)}
	posted := func(booked bool) []Invoiced { return []Invoiced{{"P1", booked}} }
	for _, tt := range []struct {
		name string
		p    Posting
		l    Look
		want outbound.Shown
		as   string
	}{
		{"an order as it was", p(Order, both), Look{Document: Document{Status: Draft, Lines: lines([5]int64{3, 1, 0, 2, 3})}}, outbound.Undone, ""},
		{"an order as it was, of which an invoice is in the ledger", p(Order, both), Look{Document: Document{Status: Released, Lines: lines([5]int64{3, 1, 0, 2, 3})}, Invoices: posted(true)}, outbound.Undone, ""},
		{"an order that is gone, and in the ledger", p(Order, both), Look{Gone: true, Invoices: posted(true)}, outbound.Done, "P1"},
		{"an order that is gone, and not in the ledger", p(Order, both), Look{Gone: true, Invoices: posted(false)}, outbound.Other, ""},
		{"an order that is gone, and nothing", p(Order, both), Look{Gone: true}, outbound.Other, ""},
		{"a part of it, as asked", p(Order, both), Look{Document: Document{Lines: lines([5]int64{4, 3, 3, 0, 0})}, Invoices: posted(true)}, outbound.Done, "P1"},
		{"a part of it, as asked, and not in the ledger", p(Order, both), Look{Document: Document{Lines: lines([5]int64{4, 3, 3, 0, 0})}}, outbound.Other, ""},
		{"the shipment that was asked for", p(Order, ship), Look{Document: Document{Lines: lines([5]int64{3, 3, 0, 0, 3})}}, outbound.Done, ""},
		{"the shipment, and an invoice that nobody has asked for", p(Order, ship), Look{Document: Document{Lines: lines([5]int64{4, 3, 3, 0, 0})}, Invoices: posted(true)}, outbound.Other, ""},
		{"another part, by somebody else", p(Order, ship), Look{Document: Document{Lines: lines([5]int64{3, 2, 0, 1, 2})}}, outbound.Other, ""},
		{"a draft", p(Invoice, both), Look{Document: Document{Number: "D1", Status: Draft}}, outbound.Undone, ""},
		{"a draft in review", p(Invoice, both), Look{Document: Document{Number: "D1", Status: InReview}}, outbound.Undone, ""},
		{"a draft that a person has released", p(Invoice, both), Look{Document: Document{Number: "D1", Status: Released}, Invoices: []Invoiced{{"D1", false}}}, outbound.Undone, ""},
		{"a posted invoice", p(Invoice, both), Look{Document: Document{Number: "P1", Status: Released}, Invoices: posted(true)}, outbound.Done, "P1"},
		{"one that keeps its number, in the ledger", p(Invoice, both), Look{Document: Document{Number: "D1", Status: Released}, Invoices: []Invoiced{{"D1", true}}}, outbound.Done, "D1"},
		{"a posted invoice that the ledger does not show", p(Invoice, both), Look{Document: Document{Number: "P1", Status: Released}, Invoices: posted(false)}, outbound.Other, ""},
		{"paid since", p(Invoice, both), Look{Document: Document{Number: "P1", Status: "Paid"}, Invoices: posted(true)}, outbound.Done, "P1"},
		{"an invoice that is gone", p(Invoice, both), Look{Gone: true}, outbound.Other, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, as := tt.p.shown(tt.l); got != tt.want || as != tt.as {
				t.Errorf("%d %q, want %d %q", got, as, tt.want, tt.as)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	set := func(id string, ship, invoice int64) LineQuantity {
		q := LineQuantity{ID: id}
		if ship >= 0 {
			s := n(ship)
			q.Ship = &s
		}
		i := n(invoice)
		q.Invoice = &i
		return q
	}
	const none = -1
	many := make([][5]int64, MaxLines+1)
	for i := range many {
		many[i] = [5]int64{1, 0, 0, 1, 1}
	}
	for _, tt := range []struct {
		name   string
		kind   Kind
		part   Part
		lines  []Line
		date   string
		posts  Stand
		amount int64
		set    []LineQuantity
		move   string
		wrong  issue.Reason
		idle   bool
	}{
		{"all of an order", Order, Both, lines([5]int64{2, 0, 0, 2, 2}, [5]int64{3, 0, 0, 3, 3}), "", Stand{n(5), n(5)}, 50, nil, "", "", false},
		{"what a person has set", Order, Both, lines([5]int64{2, 0, 0, 1, 0}, [5]int64{3, 0, 0, 0, 0}), "", Stand{n(1), n(0)}, 0, nil, "", "", false},
		{"a rest", Order, Both, lines([5]int64{4, 3, 1, 1, 3}), "", Stand{n(1), n(3)}, 30, nil, "", "", false},
		{"a discount on an account beside it", Order, Both, append(lines([5]int64{2, 0, 0, 2, 2}), Line{ID: "z", Quantity: n(-1), Gross: n(-5), Ship: n(-1), Invoice: n(-1)}), "", Stand{n(3), n(3)}, 15, nil, "", "", false},
		{"nothing is set to be posted", Order, Both, lines([5]int64{2, 0, 0, 0, 0}), "", Stand{}, 0, nil, "", NothingToPost, false},
		{"no lines at all", Invoice, Both, nil, "", Stand{}, 0, nil, "", NothingToPost, false},
		{"a shipment of all", Order, ShipOnly, lines([5]int64{2, 0, 0, 2, 2}, [5]int64{3, 0, 0, 3, 0}), "", Stand{n(5), n(0)}, 0, []LineQuantity{set("a", none, 0)}, "", "", false},
		{"all is shipped", Order, ShipOnly, lines([5]int64{2, 2, 0, 0, 2}), "", Stand{}, 0, []LineQuantity{set("a", none, 0)}, "", "", true},
		{"nothing is set to be shipped", Order, ShipOnly, lines([5]int64{2, 0, 0, 0, 0}, [5]int64{3, 0, 0, 0, 0}), "", Stand{}, 0, nil, "", NothingToPost, false},
		{"a part is shipped, and nothing is set of the rest", Order, ShipOnly, lines([5]int64{2, 2, 2, 0, 0}, [5]int64{3, 1, 1, 0, 0}), "", Stand{}, 0, nil, "", NothingToPost, false},
		{"what is set of a part is shipped, and nothing else", Order, ShipOnly, lines([5]int64{2, 0, 0, 0, 0}, [5]int64{3, 0, 0, 1, 1}), "", Stand{n(1), n(0)}, 0, []LineQuantity{set("b", none, 0)}, "", "", false},
		{"all of a line that takes money off is shipped", Order, ShipOnly, append(lines([5]int64{2, 2, 2, 0, 0}), Line{ID: "z", Quantity: n(-1), Gross: n(-5), Shipped: n(-1), Invoiced: n(-1)}), "", Stand{}, 0, nil, "", "", true},
		{"nothing is set, and nothing is shipped to be invoiced", Order, InvoiceOnly, lines([5]int64{2, 0, 0, 0, 0}), "", Stand{}, 0, nil, "", "", true},
		{"what is shipped is invoiced", Order, InvoiceOnly, lines([5]int64{4, 3, 1, 1, 3}), "", Stand{n(0), n(2)}, 20, []LineQuantity{set("a", 0, 2)}, "", "", false},
		{"it is set so already", Order, InvoiceOnly, lines([5]int64{4, 3, 1, 0, 2}), "", Stand{n(0), n(2)}, 20, nil, "", "", false},
		{"nothing is shipped", Order, InvoiceOnly, lines([5]int64{4, 0, 0, 4, 4}), "", Stand{}, 0, []LineQuantity{set("a", 0, 0)}, "", "", true},
		{"more lines than can be set", Order, ShipOnly, lines(many...), "", Stand{n(MaxLines + 1), n(0)}, 0, nil, "", TooManyLines, false},
		{"an invoice is posted whole", Invoice, Both, []Line{{Quantity: n(2), Gross: n(20)}, {}}, "", Stand{n(0), n(2)}, 20, nil, "", "", false},
		{"another date", Invoice, Both, []Line{{Quantity: n(2), Gross: n(20)}}, "2026-12-01", Stand{n(0), n(2)}, 20, nil, "2026-12-01", "", false},
		{"the date that it has", Invoice, Both, []Line{{Quantity: n(2), Gross: n(20)}}, "2026-11-01", Stand{n(0), n(2)}, 20, nil, "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := planOf(tt.kind, tt.part, Document{PostingDate: "2026-11-01", Lines: tt.lines}, tt.date)
			if !got.posts.equal(tt.posts) || !got.amount.Equal(n(tt.amount)) || got.change.Date != tt.move || got.wrong != tt.wrong || got.idle != tt.idle {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(tt.set, got.change.Lines); diff != "" && tt.wrong == "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
	for currency, want := range map[string]string{"EUR": "333.33", "JPY": "333", "KWD": "333.333", "": "333.33"} {
		d := Document{PostingDate: "2026-11-01", Currency: currency, Lines: []Line{{ID: "a", Quantity: n(3), Gross: n(1000), Ship: n(1), Invoice: n(1)}}}
		if got := planOf(Order, Both, d, ""); got.amount.String() != want {
			t.Errorf("a third of 1000 %s is %s, want %s", currency, got.amount, want)
		}
	}
	if got := planOf(Order, Both, Document{Lines: lines([5]int64{1, 0, 0, 1, 1})}, ""); got.wrong != DateMissing {
		t.Errorf("without a date: %+v", got)
	}
	if got := planOf(Order, Both, Document{Lines: lines([5]int64{1, 0, 0, 1, 1})}, "2026-11-02"); got.wrong != "" || got.change.Date == "" {
		t.Errorf("without a date, and the job sets it: %+v", got)
	}
}

// What BC has made of a change is what was asked for, or nothing is posted.
func TestKept(t *testing.T) {
	d := Document{PostingDate: "2026-11-01", Lines: lines([5]int64{2, 0, 0, 2, 2})}
	p := planOf(Order, ShipOnly, d, "2026-11-02")
	after := func(f func(*Document)) Document {
		n := d
		n.PostingDate, n.Lines = "2026-11-02", lines([5]int64{2, 0, 0, 2, 0})
		f(&n)
		return n
	}
	for _, tt := range []struct {
		name string
		f    func(*Document)
		want issue.Reason
	}{
		{"as asked", func(*Document) {}, ""},
		{"the date stays", func(d *Document) { d.PostingDate = "2026-11-01" }, NotAsAsked},
		{"it would be invoiced", func(d *Document) { d.Lines[0].Invoice = n(2) }, NotAsAsked},
		{"another quantity would be shipped", func(d *Document) { d.Lines[0].Ship = n(1) }, NotAsAsked},
		{"a cent has moved", func(d *Document) { d.Lines[0].Gross = decimal.RequireFromString("20.01") }, TotalMoved},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := p.kept(Order, ShipOnly, after(tt.f)); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestRange(t *testing.T) {
	for _, tt := range []struct {
		r    Range
		date string
		want bool
	}{
		{Range{}, "2026-11-01", true},
		{Range{From: "2026-11-01"}, "2026-11-01", true},
		{Range{From: "2026-11-02"}, "2026-11-01", false},
		{Range{To: "2026-11-01"}, "2026-11-01", true},
		{Range{"2026-10-01", "2026-10-31"}, "2026-11-01", false},
	} {
		if got := tt.r.Has(tt.date); got != tt.want {
			t.Errorf("%v has %s: %v", tt.r, tt.date, got)
		}
	}
}

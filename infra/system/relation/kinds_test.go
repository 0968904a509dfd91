package relation_test

import (
	"slices"

	"backroom/infra/system/oracle"
)

// kinds counts what is special about the document of an order, which is what it means.
func (t *trial) kinds(f *fate) {
	d := t.documents(f)[0]
	m := f.as(len(f.versions)-1, d)
	if m.Invoice {
		t.count[kindInvoice]++
		if d.PricesIncludeTax != m.Included && !t.drawn.Oracle.Rules.SalesTax {
			t.count[kindBasis]++
		}
	}
	if len(m.Bundles) > 0 && t.drawn.Oracle.Rules.Bundles {
		t.count[kindBundle]++
	}
	if slices.ContainsFunc(m.Lines, func(l oracle.Line) bool { return l.Charge }) {
		t.count[kindService]++
	}
}

// Kinds of documents that there must be some of, if the trials are to be worth anything.
const (
	kindInvoice = "kind: invoices"
	kindBasis   = "kind: invoices of prices on another basis than the order's"
	kindBundle  = "kind: bundles named over their components"
	kindService = "kind: items in the place of accounts"
)

// as is a version by the kind that d must be of: of the order as it was when its document
// was made. Nothing changes its kind later.
func (f *fate) as(version int, d *oracle.Document) oracle.Meant {
	m := f.versions[version]
	m.Invoice = f.versions[f.due-1].Invoice
	if !f.made && slices.ContainsFunc(f.versions[f.due-1:], func(v oracle.Meant) bool { return v.Invoice == d.Invoice }) {
		m.Invoice = d.Invoice
	}
	return m
}

// judged is what is wrong with d by a version of the order.
func (t *trial) judged(f *fate, version int, d *oracle.Document) []string {
	return t.drawn.Oracle.Judge(f.as(version, d), d, &t.found)
}

// fits: the document is of some version of the order.
func (t *trial) fits(f *fate, d *oracle.Document) bool {
	for i := range f.versions {
		if len(t.judged(f, i, d)) == 0 {
			return true
		}
	}
	return false
}

package completeness

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// Case is an order with all that both systems say of it, read by its id.
type Case struct {
	ID, Name  string
	Order     *orders.Order // nil: the shop does not have it
	Elsewhere bool          // another shop of the company has it
	Hidden    bool          // the app may not see orders as old as it may be
	Repaid    bool          // it is a refund, which the shop has
	Documents []Document
	Memos     []Document // of its refunds, and others that claim to be
	Shipments []string   // numbers
	Shipped   Goods
	Fulfilled Goods
	Fate      Fate

	external string // by which it was found
}

// Rules are what of the shop card a proof goes by.
type Rules struct {
	Books     bool // refunds get credit memos
	Tolerance decimal.Decimal
	// SalesTax: documents carry tax as a line, and bear none themselves.
	SalesTax bool
	// Since is where the first import started.
	Since time.Time
	// Fulfils: what the company ships is fulfilled in Shopify.
	Fulfils bool
}

// Difference is what of an order the two systems do not agree in.
type Difference struct {
	Kind, Record string // of its issue
	Name         string
	Reason       issue.Reason
	Thing        string
}

// Verdict is what a case comes to. Without differences it is sound; with Excuse it is,
// since somebody knows why.
type Verdict struct {
	Differences []Difference
	Excuse      string
}

// The kinds of records that issues are about.
const (
	ofOrder    = "proof-of-order"
	ofRefund   = "proof-of-refund"
	ofShipment = "proof-of-shipment"
)

// Judge says whether an order is as it has to be. It decides by what the systems say;
// what is stored excuses, where it says why.
func Judge(c Case, r Rules) Verdict {
	j := judging{Case: c, rules: r}
	if c.Order == nil {
		j.gone()
		return j.out
	}
	j.documents()
	if len(j.out.Differences) == 0 && j.out.Excuse == "" {
		j.amounts()
	}
	j.shipments()
	return j.out
}

type judging struct {
	Case

	rules Rules
	out   Verdict
}

func (j *judging) differ(kind, record string, reason issue.Reason, format string, args ...any) {
	j.out.Differences = append(j.out.Differences, Difference{Kind: kind, Record: record, Name: j.Name, Reason: reason, Thing: fmt.Sprintf(format, args...)})
}

func (j *judging) excuse(why string) {
	if j.out.Excuse == "" {
		j.out.Excuse = why
	}
}

// gone is of documents whose order the shop does not have.
func (j *judging) gone() {
	claims := slices.Concat(j.Documents, j.Memos)
	if len(claims) == 0 && len(j.Shipments) == 0 {
		return
	}
	switch {
	case j.Repaid:
		return
	case j.Elsewhere:
		j.excuse("it is another shop's")
		return
	case j.Hidden && len(j.Documents) == 0:
		j.excuse("older orders are hidden from the app")
		return
	}
	names := namesOf(claims)
	for _, s := range j.Shipments {
		names = append(names, "shipment "+s)
	}
	j.differ(ofOrder, j.ID, OrderMissing, "%s", strings.Join(names, "; "))
}

func namesOf(ds []Document) (names []string) {
	for _, d := range ds {
		names = append(names, string(d.Kind)+" "+d.Number)
	}
	return names
}

// documents judges how many documents the order has.
func (j *judging) documents() {
	live := j.live()
	var groups []string
	for _, d := range live {
		if g := GroupOf(d); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	switch n := len(groups); {
	case n > 1:
		j.differ(ofOrder, j.ID, Doubled, "%s: %s", j.Name, strings.Join(namesOf(live), "; "))
	case n == 0:
		j.undocumented()
	}
}

// live are the documents that stand.
func (j *judging) live() (out []Document) {
	for _, d := range j.Documents {
		if !d.Void {
			out = append(out, d)
		}
	}
	return out
}

func (j *judging) undocumented() {
	o, f := j.Order, j.Fate
	needless := o.Test || !o.Confirmed || !o.CancelledAt.IsZero()
	switch {
	case !f.Known && needless:
		j.excuse("it needs no document")
	case !f.Known && o.CreatedAt.Before(j.rules.Since):
		j.excuse("it was placed before the first import")
	case !f.Known:
		j.differ(ofOrder, j.ID, NotKnown, "%s", j.Name)
	case f.State == orders.Processed || f.State == orders.Conflict:
		j.differ(ofOrder, j.ID, DocumentGone, "%s: %s", j.Name, f.Document)
	default:
		j.excuse(string(f.State))
	}
}

// amounts judges totals and taxes of the document and the credit memos.
func (j *judging) amounts() {
	doc := j.sum()
	booked := map[string]bool{}
	for _, r := range j.Order.Refunds {
		booked[r.ID] = j.memo(r)
	}
	full, ok := j.Order.Sold(func(orders.Refund) bool { return true })
	left, ok2 := j.Order.Sold(func(r orders.Refund) bool { return booked[r.ID] })
	if !ok || !ok2 {
		full, left = *j.Order, *j.Order
	}
	differs := j.compare(doc, left)
	if differs == nil {
		return // what has no credit memo is not in the document either
	}
	if ofFull := j.compare(doc, full); ofFull == nil {
		j.unbooked(booked)
		return
	} else if len(booked) > 0 {
		differs = ofFull
	}
	j.different(doc, differs)
}

// different says in what the document differs, unless that is known already.
func (j *judging) different(doc Document, d *Difference) {
	f := j.Fate
	switch {
	case f.State == orders.Conflict:
		j.excuse("it was changed in Shopify since")
	case f.State == orders.Done || f.State == orders.Dismissed:
		j.excuse("a person has handled it")
	case f.Known && f.State != orders.Processed:
		j.excuse(string(f.State))
	case f.Accepted != nil && f.Accepted.Value.Equal(doc.Total):
		j.excuse("a person has accepted the difference")
	default:
		j.out.Differences = append(j.out.Differences, *d)
	}
}

// sum is the document that all live ones are together: of a sales order what its lines
// come to, else of all invoices that were posted from it.
func (j *judging) sum() Document {
	live := j.live()
	if i := slices.IndexFunc(live, func(d Document) bool { return d.Kind == SalesOrder }); i >= 0 {
		return live[i]
	}
	doc := live[0]
	for _, d := range live[1:] {
		doc.Total, doc.Tax = doc.Total.Add(d.Total), doc.Tax.Add(d.Tax)
	}
	return doc
}

// compare is in what doc differs from what an order comes to, nil in nothing.
func (j *judging) compare(doc Document, o orders.Order) *Difference {
	pick := func(b money.Bag) money.Amount { return b.Shop }
	if doc.Currency != o.Currency {
		pick = func(b money.Bag) money.Amount { return b.Presentment }
	}
	meant := money.Amount{Value: pick(o.CurrentTotal).Value.Add(pick(o.CashRounding).Value), Currency: pick(o.CurrentTotal).Currency}
	if doc.Currency != meant.Currency {
		return j.say(TotalDiffers, meant, money.Amount{Value: doc.Total, Currency: doc.Currency})
	}
	taxed := sales.Document{Digits: money.Digits(doc.Currency)}
	var channel decimal.Decimal
	for _, t := range o.CurrentTaxLines {
		if t.ChannelLiable {
			channel = channel.Add(pick(t.Price).Value)
		}
		percent := t.Rate.Shift(2)
		if !slices.ContainsFunc(taxed.Taxes, func(x sales.Tax) bool { return x.Percent.Equal(percent) }) {
			taxed.Taxes = append(taxed.Taxes, sales.Tax{Percent: percent})
		}
	}
	rules := sales.Rules{Tolerance: j.rules.Tolerance}
	allowedTax := decimal.Max(taxed.Tolerated(rules), decimal.New(1, -taxed.Digits)).Mul(decimal.NewFromInt(int64(len(j.live()))))
	taxed.PricesIncludeTax = &doc.Inclusive
	// Each invoice of a part is rounded by itself.
	allowed := taxed.Tolerated(rules).Add(decimal.New(int64(len(j.live())-1), -taxed.Digits))
	if meant.Value.Sub(doc.Total).Abs().GreaterThan(allowed) {
		return j.say(TotalDiffers, meant, money.Amount{Value: doc.Total, Currency: doc.Currency})
	}
	tax := pick(o.CurrentTax)
	if j.rules.SalesTax {
		return nil // the tax is a line of the document, and in its total
	}
	for _, might := range []decimal.Decimal{tax.Value, tax.Value.Sub(channel)} {
		if might.Sub(doc.Tax).Abs().LessThanOrEqual(allowedTax) {
			return nil
		}
	}
	return j.say(TaxDiffers, tax, money.Amount{Value: doc.Tax, Currency: doc.Currency})
}

func (j *judging) say(r issue.Reason, meant, found money.Amount) *Difference {
	return &Difference{Kind: ofOrder, Record: j.ID, Name: j.Name, Reason: r, Thing: fmt.Sprintf("%s: %s in Shopify, %s in Business Central", j.Name, meant, found)}
}

// memo judges the credit memo of a refund, and reports whether it has one.
func (j *judging) memo(r orders.Refund) bool {
	var of []Document
	for _, m := range j.Memos {
		if !m.Void && refundOf(m.External) == r.ID {
			of = append(of, m)
		}
	}
	if len(of) == 0 {
		return false
	}
	amount := r.Amount.Shop
	if of[0].Currency != j.Order.Currency {
		amount = r.Amount.Presentment
	}
	switch {
	case len(of) > 1:
		j.differ(ofRefund, r.ID, MemoDoubled, "%s: %s", j.Name, strings.Join(namesOf(of), "; "))
	case amount.Value.IsZero() && r.ReturnID != "":
		// An exchange that is not paid yet comes to what is owed.
	case amount.Value.Sub(of[0].Total).Abs().GreaterThan(decimal.Max(j.rules.Tolerance, decimal.New(1, -money.Digits(amount.Currency)))):
		j.differ(ofRefund, r.ID, MemoDiffers, "%s: %s in Shopify, %s in Business Central", j.Name, amount, money.Amount{Value: of[0].Total, Currency: of[0].Currency})
	default:
		j.memoTax(r, of[0])
	}
	return true
}

// memoTax judges the tax of a credit memo: that of the units and the shipping that went
// back. What is beyond them bears none. The taxes of exchanged goods are not told apart.
func (j *judging) memoTax(r orders.Refund, memo Document) {
	if j.rules.SalesTax || !r.Detailed || r.ReturnID != "" {
		return
	}
	sum := money.Bag{}
	for _, l := range r.Lines {
		sum = sum.Add(l.Tax)
	}
	for _, l := range r.Shipping {
		sum = sum.Add(l.Tax)
	}
	tax := money.Amount{Value: sum.Shop.Value, Currency: memo.Currency}
	if memo.Currency != j.Order.Currency {
		tax.Value = sum.Presentment.Value
	}
	var channel bool
	rates := map[string]bool{}
	for _, t := range j.Order.TaxLines {
		rates[t.Rate.String()], channel = true, channel || t.ChannelLiable
	}
	allowed := decimal.Max(j.rules.Tolerance, decimal.New(1, -money.Digits(memo.Currency))).Mul(decimal.NewFromInt(int64(max(len(rates), 1))))
	if !channel && len(r.Duties) == 0 && tax.Value.Sub(memo.Tax).Abs().GreaterThan(allowed) {
		j.differ(ofRefund, r.ID, MemoTaxDiffers, "%s: %s in Shopify, %s in Business Central", j.Name, tax, money.Amount{Value: memo.Tax, Currency: memo.Currency})
	}
}

// refundOf is the id of the refund that an external document number ends in.
func refundOf(external string) string {
	_, id, _ := cutLast(external, "-R")
	return id
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// unbooked judges refunds without credit memo of an order whose document is of all that
// was sold.
func (j *judging) unbooked(booked map[string]bool) {
	for _, r := range j.Order.Refunds {
		standing := j.Order.Standing(r)
		f, known := j.Fate.Refunds[r.ID]
		switch {
		case booked[r.ID] || standing == orders.Removal:
		case !j.rules.Books:
			j.excuse("refunds are not booked")
		case standing == orders.Unsettled:
			j.excuse("the money of a refund is on its way")
		case known && f.Waits:
			j.excuse("a refund waits for its credit memo")
		case j.Fate.State == orders.Done || j.Fate.State == orders.Dismissed:
			j.excuse("a person has handled it")
		case known && !f.Needs && r.Amount.Shop.Value.IsZero():
			j.excuse("a refund without money")
		default:
			j.differ(ofRefund, r.ID, RefundUnbooked, "%s: %s", j.Name, r.Amount.Shop)
		}
	}
}

// shipments judges whether all that was shipped is fulfilled.
func (j *judging) shipments() {
	shipped, sent := j.Shipped.sum(), j.Fulfilled.sum()
	what := ""
	if !shipped.GreaterThan(sent) {
		if what = j.unsent(); what == "" {
			return
		}
		shipped, sent, what = j.Shipped[what], j.Fulfilled[what], " of "+what
	}
	if !j.rules.Fulfils {
		return
	}
	for _, s := range j.Shipments {
		if _, known := j.Fate.Shipments[s]; known {
			j.excuse("a shipment waits")
			return
		}
	}
	last := j.Shipments[len(j.Shipments)-1]
	j.differ(ofShipment, last, NotFulfilled, "%s: %s units%s in %s, %s in Shopify", j.Name, shipped, what, strings.Join(j.Shipments, ", "), sent)
}

// unsent is an item of which more was shipped than was fulfilled of the lines that have
// its number as their SKU, "" for none. Other goods that somebody has fulfilled by hand
// do not stand in for it.
func (j *judging) unsent() string {
	for _, code := range slices.Sorted(maps.Keys(j.Shipped)) {
		of := func(l orders.Line) bool { return code != "" && bcapi.Code(l.SKU) == code }
		if j.Shipped[code].GreaterThan(j.Fulfilled[code].Add(j.Fulfilled[""])) && slices.ContainsFunc(j.Order.Lines, of) {
			return code
		}
	}
	return ""
}

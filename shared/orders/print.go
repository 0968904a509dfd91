package orders

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Print is what a document is made of, short enough to be kept with the order
// for ever: every value of a copy that a document follows from. Amounts and
// quantities are kept as a person reads them, all else that is about a person
// or long as a digest.
//
// Left out is what an order may change in without its document being wrong:
// note, tags, attributes, payment and fulfilment (the place that a line ships
// from too), and what is not the order's at all: the customer's account, and the
// catalogue's product, variant, SKU and bar code, which a line cannot change.
type Print struct {
	// Head has the values of the order by the words for them. One that is not
	// there was not known to the release that made the print.
	Head map[string]string `json:"head"`
	// Lines and Shipping have the values of each line, in the order of
	// lineWords and shippingWords; a print may be of a release with fewer.
	Lines    []LinePrint `json:"lines,omitempty"`
	Shipping []LinePrint `json:"shipping,omitempty"`
	// Out is what credit memos have of lines that went out in exchange; earlier releases
	// did not note it.
	Out []WentOut `json:"out,omitempty"`
}

// LinePrint is the print of one line or shipping line.
type LinePrint struct {
	ID     string   `json:"id,omitempty"`
	Values []string `json:"v"`
}

// The words are stored by their position: new ones go last.
var (
	lineWords     = []string{"quantity", "ordered quantity", "price", "discount", "tax", "title"}
	shippingWords = []string{"price", "discount", "tax", "title"}
)

// Copies of 0.1.0 do not have these.
const (
	dutyTaxes    = "tax of duties"
	currentTaxes = "taxes by rate"
)

// PrintOf is the print of an order.
func PrintOf(o Order) *Print {
	p := &Print{Head: map[string]string{
		"name": o.Name, "PO number": o.PONumber, "date": o.CreatedAt.UTC().Format("2006-01-02 15:04:05"),
		"currency": o.Currency, "presentment currency": o.PresentmentCurrency, "tax included in prices": fmt.Sprint(o.TaxesIncluded),
		"customer": "", "company": "", "e-mail": hidden(strings.ToLower(o.Email)), "phone": hidden(o.Phone),
		"billing address": hidden(o.Billing), "delivery address": hidden(o.Shipping),
		"payment terms": "", "total": amount(o.CurrentTotal), "tax": amount(o.CurrentTax), "refunded": amount(o.Refunded),
		"tip": amount(o.Tip), "cash rounding": amount(o.CashRounding),
		"duties": "", dutyTaxes: "", "fees": "", currentTaxes: taxes(o.CurrentTaxLines),
	}}
	if o.Customer != nil {
		p.Head["customer"], p.Head[customerMail] = o.Customer.ID, hidden(strings.ToLower(o.Customer.Email))
	}
	if o.Company != nil {
		p.Head["company"] = strings.TrimSuffix(o.Company.ID+"/"+o.Company.LocationID, "/")
	}
	if t := o.PaymentTerms; t != nil {
		p.Head["payment terms"] = cmp.Or(t.Name, t.Type)
	}
	if slices.Contains(o.Hidden, "paymentTerms") {
		delete(p.Head, "payment terms") // nobody knows
	}
	if o.Duties != nil {
		p.Head["duties"] = amount(*o.Duties)
	}
	var duties, fees []string
	for _, d := range o.DutyLines {
		duties = append(duties, d.LineID+" "+amount(d.Price)+" "+taxes(d.TaxLines))
	}
	for _, f := range o.Fees {
		fees = append(fees, strings.TrimSpace(f.Name+" "+amount(f.Price)+" "+taxes(f.TaxLines)))
	}
	slices.Sort(duties)
	if len(duties) > 0 {
		p.Head[dutyTaxes] = hidden(duties)
	}
	p.Head["fees"] = strings.Join(fees, ", ")
	for _, l := range o.Lines {
		p.Lines = append(p.Lines, LinePrint{l.ID, []string{
			fmt.Sprint(l.CurrentQuantity), fmt.Sprint(l.Quantity), amount(l.UnitPrice), amount(l.Discount()), taxes(l.TaxLines), hidden(l.Title),
		}})
	}
	for _, s := range o.ShippingLines {
		if !s.Removed {
			p.Shipping = append(p.Shipping, LinePrint{s.ID, []string{amount(s.Price), amount(s.Discount()), taxes(s.TaxLines), s.Title}})
		}
	}
	return p.leaveOpen(o)
}

// leaveOpen takes out of p what a copy of 0.1.0 does not have: the order was taxed
// or had duties, and its copy does not say by what. Such a copy may become a
// document, and what is read of the order afterwards is no change.
func (p *Print) leaveOpen(o Order) *Print {
	if o.Duties != nil && len(o.DutyLines) == 0 {
		delete(p.Head, dutyTaxes)
	}
	if len(o.TaxLines) > 0 && len(o.CurrentTaxLines) == 0 {
		delete(p.Head, currentTaxes)
	}
	return p
}

// amount is what a bag holds, such as "5.00", and in two currencies
// "5.00 EUR (5.60 USD)". The same amount has the same text whatever digits it
// came with.
func amount(b money.Bag) string {
	shop := fixed(b.Shop)
	if b.Presentment.Currency == "" || b.Presentment.Currency == b.Shop.Currency && b.Presentment.Value.Equal(b.Shop.Value) {
		return shop
	}
	return fmt.Sprintf("%s %s (%s %s)", shop, b.Shop.Currency, fixed(b.Presentment), b.Presentment.Currency)
}

func fixed(a money.Amount) string {
	text := a.Value.String() // without trailing zeros
	whole, fraction, _ := strings.Cut(text, ".")
	if missing := int(money.Digits(a.Currency)) - len(fraction); missing > 0 {
		return whole + "." + fraction + strings.Repeat("0", missing)
	}
	return text
}

// taxes are the taxes of a line by rate, such as "3.80 (19 %)".
func taxes(list []TaxLine) string {
	out := make([]string, 0, len(list))
	for _, t := range list {
		text := fmt.Sprintf("%s (%s %%)", amount(t.Price), t.Rate.Mul(decimal.NewFromInt(100)))
		if t.ChannelLiable {
			text += " by the channel"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, " + ")
}

// hidden is a digest in the place of v, and "" if there is nothing in v.
func hidden(v any) string {
	js, err := json.Marshal(v)
	if err != nil || string(js) == "null" || string(js) == `""` {
		return ""
	}
	return digested + digest(js)
}

// digested begins a value that says only whether it is the same.
const digested = "digest:"

// Differences are [Print.Changes] in words.
func (p *Print) Differences(now *Print) []string { return Words(p.Changes(now)) }

// nothingLeft reports whether no unit of a line is left.
func nothingLeft(l LinePrint) bool { return len(l.Values) > 0 && l.Values[0] == "0" }

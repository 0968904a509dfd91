package documents

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/products"
	"backroom/shared/sales"
)

// company is a BC company in memory. It completes and prices documents by itself:
// amounts are rounded by tax code and percent, the line written last takes the cent.
type company struct {
	w         *world
	orders    map[string]*sales.Found // by id
	invoices  []Invoice
	customers map[string]customers.Customer // by number
	items     map[string]products.Item
	rates     map[string]string // tax code to rate
	taxes     string            // tax rate on lines without a code
	marks     map[string]mark   // claims
	manual    bool              // the series allows manual numbers
	perBatch  int
	creates   []int            // orders of each create
	refuse    map[string]error // creates to refuse, by Shopify id
	refuseAll error            // of whole create calls
	last      int
	writes    int // calls that write
	changes   int // operations of changes, reads after them included

	// What BC makes of a document by itself, by Shopify id.
	off      map[string]decimal.Decimal // added to the first line's price at creation
	stubborn map[string]bool            // and after every change again
	split    map[string]bool            // every line is a tax group of its own
	discount map[string]decimal.Decimal // invoice discount that a 0 at creation does not stop
	strange  map[string]sales.Line      // a line that BC adds
	currency map[string]string          // in place of the one that is sent, at so many creations
	times    int
	clumped  map[string]bool   // a change of lines leaves two cents of one on the other
	deaf     map[string]bool   // the tax code that is sent at creation counts for nothing
	exempt   map[string]bool   // no tax code counts, ever
	cities   map[string]string // post code table: the city that a new post code brings
	// blanks: a blank ship-to contact at creation leaves the card's.
	blanks string
	// linked: the order date is the posting date whatever is sent.
	linked string
	// refuseChange refuses changes, by Shopify id; conflicts answers so many
	// changes with a conflict.
	refuseChange map[string]error
	conflicts    int
	inclusive    bool // prices of invoices hold tax
}

// write is a write of the world; the caller may fall asleep over the answer.
func (c *company) write(effect func(halves int) error) error {
	c.writes++
	defer c.w.step()
	return c.w.write(effect, unanswered)
}

func newCompany(w *world) *company {
	return &company{
		w: w, orders: map[string]*sales.Found{}, customers: map[string]customers.Customer{"C1": {Number: "C1"}},
		items: map[string]products.Item{"1000": {Number: "1000"}, "1001": {Number: "1001"}},
		rates: map[string]string{"VAT25": "0.25", "NOVAT": "0"}, taxes: "0", off: map[string]decimal.Decimal{},
		manual: true, perBatch: 20, refuse: map[string]error{}, stubborn: map[string]bool{}, split: map[string]bool{},
		discount: map[string]decimal.Decimal{}, strange: map[string]sales.Line{}, currency: map[string]string{}, refuseChange: map[string]error{},
		clumped: map[string]bool{}, deaf: map[string]bool{}, exempt: map[string]bool{},
	}
}

// target is the company, by what uses it.
func (c *company) target() Target {
	return Target{Documents: c, Customers: c, Items: c, Tables: c, Claims: c, Clock: c}
}

// ServerTime implements outbound.Clocked: whole seconds, as a Date says them.
func (c *company) ServerTime(context.Context, time.Duration) (time.Time, error) {
	return c.w.now.Truncate(time.Second), nil
}

func (c *company) OrdersPerBatch() int { return c.perBatch }

func shopifyID(f sales.Found) string {
	return f.Header.ExternalNumber[strings.LastIndexByte(f.Header.ExternalNumber, '-')+1:]
}

// reckon works the document's amounts out anew.
func (c *company) reckon(f *sales.Found) {
	type sum struct{ amount, net, tax decimal.Decimal }
	sums := map[string]sum{}
	inclusive := f.Header.PricesIncludeTax != nil && *f.Header.PricesIncludeTax
	discount := f.Discount
	c.last++
	f.Mark = fmt.Sprint("mark-", c.last)
	for i := range f.Lines {
		l := &f.Lines[i]
		l.Mark = f.Mark
		if l.Kind == sales.CommentLine {
			continue
		}
		amount := l.Quantity.Mul(l.UnitPrice).Round(2).Sub(l.Discount).Sub(discount)
		discount = decimal.Zero
		s := sums[l.TaxCode]
		s.amount = s.amount.Add(amount)
		rate := l.Percent.Div(dec("100"))
		was := s
		if inclusive {
			s.net = s.amount.Div(rate.Add(dec("1"))).Round(2)
			s.tax = s.amount.Sub(s.net)
		} else {
			s.net, s.tax = s.amount, s.amount.Mul(rate).Round(2)
		}
		l.Net, l.Tax = s.net.Sub(was.net), s.tax.Sub(was.tax)
		l.Gross = l.Net.Add(l.Tax)
		sums[l.TaxCode] = s
	}
}

// line is l as BC has it.
func (c *company) line(id string, l sales.Line) sales.FoundLine {
	c.last++
	l.Percent, l.Net, l.Tax, l.Of = decimal.Zero, decimal.Zero, decimal.Zero, ""
	if l.Kind != sales.CommentLine {
		rate, ok := c.rates[l.TaxCode]
		if !ok {
			rate = c.taxes
		}
		l.Percent = dec(rate).Mul(dec("100"))
		l.TaxCode = "ID" + rate // what is read is not what was written
		if c.split[id] {
			l.TaxCode += fmt.Sprint(l.Sequence)
		}
	}
	return sales.FoundLine{Line: l, ID: fmt.Sprintf("line-%d", c.last)}
}

func (c *company) create(d sales.Document) (sales.Found, error) {
	id := shopifyID(sales.Found{Header: d})
	if err := c.refuse[id]; err != nil {
		return sales.Found{}, err
	}
	cust, ok := c.customers[d.Customer]
	if !ok || cust.Blocked == "All" {
		return sales.Found{}, refusal("Internal_RecordNotFound", "customer "+d.Customer)
	}
	for _, l := range d.Lines {
		if _, ok := c.items[l.Object]; l.Kind == sales.ItemLine && !ok {
			return sales.Found{}, refusal("Internal_RecordNotFound", "item "+l.Object)
		}
	}
	c.last++
	if d.Number == "" {
		d.Number = fmt.Sprintf("SO-%04d", c.last)
	} else if !c.manual {
		return sales.Found{}, &fault.Error{Kind: fault.Rejected, Code: "Application_DialogException", Err: bcapi.ErrNumberForbidden}
	}
	for _, other := range c.orders {
		if other.Header.Number == d.Number {
			return sales.Found{}, refusal("Internal_EntityWithSameKeyExists", "exists")
		}
	}
	f := sales.Found{ID: fmt.Sprintf("guid-%d", c.last), Draft: true, PostingDate: "2026-07-02", BillToCustomer: d.Customer, Header: d, Discount: c.discount[id]}
	for _, l := range d.Sent() {
		if c.deaf[id] || c.exempt[id] {
			l.TaxCode = ""
		}
		f.Lines = append(f.Lines, c.line(id, l))
	}
	if l, ok := c.strange[id]; ok {
		f.Lines = append(f.Lines, c.line(id, l))
	}
	f.Header = sales.Document{}
	if cur, ok := c.currency[id]; ok && c.times > 0 {
		d.Currency = cur
		c.times--
	}
	f.Header.ExternalNumber, f.Header.Number, f.Header.Customer = d.ExternalNumber, d.Number, d.Customer
	f.Header.Currency, f.Header.PricesIncludeTax, f.Header.Kind = d.Currency, d.PricesIncludeTax, d.Kind
	if d.Kind == sales.Invoice {
		f.Header.PricesIncludeTax = &c.inclusive
	}
	c.header(&f, d)
	if d.ShipToContact == "" {
		f.Header.ShipToContact = c.blanks
	}
	c.disturb(id, &f)
	c.reckon(&f)
	c.orders[f.ID] = &f
	return copied(f), nil
}

// header writes the fields that may be changed at any time.
func (c *company) header(f *sales.Found, d sales.Document) {
	old := f.Header
	for _, fd := range sales.Fields() {
		if fd.Mend == sales.ByHeader && !d.Leaves(fd.Name) && (fd.Whose != sales.Mapped || *fd.In(&d) != "") {
			*fd.In(&f.Header) = *fd.In(&d)
		}
	}
	if city, ok := c.cities[d.ShipTo.PostCode]; ok && old.ShipTo.PostCode != d.ShipTo.PostCode {
		// The table decides what is not told otherwise later.
		f.Header.ShipTo.City, f.Header.ShipTo.State = city, ""
	}
	if c.linked != "" {
		f.Header.Date, f.PostingDate = c.linked, c.linked
	}
	f.BillTo = f.Header.SellTo
}

func (c *company) disturb(id string, f *sales.Found) {
	for i := range f.Lines {
		if l := &f.Lines[i]; l.Sequence == 1_010_000 {
			l.UnitPrice = l.UnitPrice.Add(c.off[id])
		}
	}
}

func copied(f sales.Found) sales.Found {
	f.Lines = slices.Clone(f.Lines)
	return f
}

func (c *company) CreateDocuments(_ context.Context, ds []sales.Document) (out []Created[sales.Found], err error) {
	c.creates = append(c.creates, len(ds))
	if c.refuseAll != nil {
		return nil, c.refuseAll
	}
	err = c.write(func(halves int) error {
		out = nil
		for _, d := range ds[:len(ds)*halves/2] {
			got, err := c.create(d)
			out = append(out, Created[sales.Found]{Entity: got, Err: err})
		}
		return nil
	})
	return out, err
}

func (c *company) FindDocuments(_ context.Context, numbers []string) (os []sales.Found, is []Invoice, err error) {
	defer c.w.step()
	if len(numbers) > 200 {
		return nil, nil, &fault.Error{Kind: fault.Bug, Err: fmt.Errorf("%d numbers", len(numbers))}
	}
	for _, id := range slices.Sorted(maps.Keys(c.orders)) {
		if o := *c.orders[id]; slices.Contains(numbers, o.Header.ExternalNumber) {
			if total := o.Total().Value; o.Header.Kind == sales.Invoice {
				is = append(is, Invoice{Total: total, ID: o.ID, Mark: o.Mark, Draft: o.Draft, Number: o.Header.Number, ExternalNumber: o.Header.ExternalNumber, Customer: o.Header.Customer, Currency: o.Header.Currency})
				continue
			}
			o.Lines = nil
			os = append(os, o)
		}
	}
	for _, i := range c.invoices {
		if slices.Contains(numbers, i.ExternalNumber) {
			is = append(is, i)
		}
	}
	return os, is, nil
}

func (c *company) ReadDocuments(_ context.Context, refs []Ref) (out []Created[sales.Found], err error) {
	defer c.w.step()
	for _, r := range refs {
		o, ok := c.orders[r.ID]
		switch {
		case !ok || o.Header.Kind != r.Kind:
			out = append(out, Created[sales.Found]{Err: refusal("BadRequest_NotFound", "order")})
		case o.Mark == "unreadable":
			out = append(out, Created[sales.Found]{Err: &fault.Error{Kind: fault.Unknown, Err: errors.New("netAmount is missing")}})
		default:
			out = append(out, Created[sales.Found]{Entity: copied(*o)})
		}
	}
	return out, nil
}

func (c *company) ChangeDocuments(_ context.Context, changes []Change) (out []Created[sales.Found], err error) {
	err = c.write(func(halves int) error {
		out = nil
		var todo []func() error
		var last []int // of each change
		for _, ch := range changes {
			todo = append(todo, c.operations(ch)...)
			last = append(last, len(todo))
		}
		errs := make([]error, len(todo))
		for i, do := range todo[:len(todo)*halves/2] {
			errs[i] = do()
			c.changes++
		}
		begin := 0
		for i, ch := range changes {
			got := Created[sales.Found]{Err: errors.Join(errs[begin:last[i]]...)}
			for _, e := range errs[begin:last[i]] {
				if e != nil {
					got.Err = e
				}
			}
			begin = last[i]
			if o, ok := c.orders[ch.Found.ID]; ok {
				got.Entity = copied(*o)
				if !ch.Discount && len(ch.Lines)+len(ch.Anew)+len(ch.Add) == 0 {
					got.Entity.Lines = ch.Found.Lines
				} else {
					c.changes++
				}
			}
			out = append(out, got)
		}
		return nil
	})
	return out, err
}

// operations are what BC is asked to do for a change, each by itself.
func (c *company) operations(ch Change) (todo []func() error) {
	on := func(f func(o *sales.Found) error) {
		todo = append(todo, func() error {
			o, ok := c.orders[ch.Found.ID]
			switch {
			case !ok:
				return refusal("BadRequest_NotFound", "order")
			case !o.Draft:
				return refusal("Application_DialogException", "Status must be equal to 'Open'.")
			case c.conflicts > 0:
				c.conflicts--
				c.reckon(o)
				return &fault.Error{Kind: fault.Transient, Err: errors.New("changed")}
			case c.refuseChange[shopifyID(*o)] != nil:
				return c.refuseChange[shopifyID(*o)]
			}
			if err := f(o); err != nil {
				return err
			}
			if c.stubborn[shopifyID(*o)] && len(ch.Lines) > 0 {
				c.disturb(shopifyID(*o), o)
			}
			c.reckon(o)
			if c.clumped[shopifyID(*o)] && len(ch.Lines) > 0 { // two cents of the other line's tax
				for i, by := range []string{"-0.02", "0.02"} {
					l := &o.Lines[i]
					l.Tax, l.Net = l.Tax.Add(dec(by)), l.Net.Sub(dec(by))
				}
			}
			return nil
		})
	}
	for _, sequence := range ch.Anew {
		on(func(o *sales.Found) error {
			o.Lines[slices.IndexFunc(o.Lines, func(l sales.FoundLine) bool { return l.Sequence == sequence })].Quantity = decimal.Zero
			return nil
		})
	}
	if ch.Header || ch.Discount {
		on(func(o *sales.Found) error {
			c.header(o, ch.Meant)
			if ch.Discount {
				o.Discount = decimal.Zero
			}
			return nil
		})
	}
	want := func(sequence int) sales.Line {
		return ch.Meant.Lines[slices.IndexFunc(ch.Meant.Lines, func(l sales.Line) bool { return l.Sequence == sequence })]
	}
	for _, sequence := range slices.Concat(ch.Anew, ch.Lines) {
		on(func(o *sales.Found) error {
			i := slices.IndexFunc(o.Lines, func(l sales.FoundLine) bool { return l.Sequence == sequence })
			m := want(sequence)
			o.Lines[i].Quantity, o.Lines[i].UnitPrice, o.Lines[i].Discount = m.Quantity, m.UnitPrice, m.Discount
			if slices.Contains(ch.Taxed, sequence) && !c.exempt[shopifyID(*o)] {
				made := c.line(shopifyID(*o), m)
				o.Lines[i].TaxCode, o.Lines[i].Percent = made.TaxCode, made.Percent
			}
			return nil
		})
	}
	for _, sequence := range ch.Add {
		on(func(o *sales.Found) error {
			if _, has := o.Line(sequence); !has {
				o.Lines = append(o.Lines, c.line(shopifyID(*o), want(sequence)))
			}
			return nil
		})
	}
	return todo
}

func (c *company) DeleteDocument(_ context.Context, f sales.Found) error {
	return c.write(func(halves int) error {
		o, ok := c.orders[f.ID]
		switch {
		case !ok || halves < 2:
			return nil
		case !o.Draft || o.Touched():
			return refusal("", "The order has been shipped.")
		case o.Mark != f.Mark:
			return &fault.Error{Kind: fault.Transient, Err: errors.New("changed")}
		}
		delete(c.orders, f.ID)
		return nil
	})
}

func (c *company) CreateCustomers(_ context.Context, cs []customers.Customer) (out []Created[customers.Customer], err error) {
	err = c.write(func(halves int) error {
		out = nil
		for _, cust := range cs[:len(cs)*halves/2] {
			if _, ok := c.customers[cust.Number]; ok {
				out = append(out, Created[customers.Customer]{Err: refusal("Internal_EntityWithSameKeyExists", "exists")})
				continue
			}
			c.customers[cust.Number] = cust
			out = append(out, Created[customers.Customer]{Entity: cust})
		}
		return nil
	})
	return out, err
}

func (c *company) CustomersByNumber(_ context.Context, numbers []string) (out []customers.Customer, err error) {
	for _, n := range numbers {
		if cust, ok := c.customers[n]; ok {
			out = append(out, cust)
		}
	}
	return out, nil
}

func (c *company) CustomersByEmail(_ context.Context, emails []string) (out []customers.Customer, err error) {
	for _, cust := range c.customers {
		if slices.ContainsFunc(emails, func(e string) bool { return strings.EqualFold(e, cust.Email) }) {
			out = append(out, cust)
		}
	}
	return out, nil
}

func (c *company) CustomersOfSeveralEmails(context.Context) ([]customers.Customer, error) {
	return nil, nil
}

func (c *company) HomeCountry(context.Context) (string, error) { return "", nil }

func (c *company) UpdateCustomer(context.Context, string, func(customers.Customer) (customers.Change, bool)) (customers.Customer, error) {
	return customers.Customer{}, errors.New("this company fills in nothing by itself")
}

func (c *company) Customers(_ context.Context, each func(customers.Customer) error) error {
	for _, n := range slices.Sorted(maps.Keys(c.customers)) {
		if err := each(c.customers[n]); err != nil {
			return err
		}
	}
	return nil
}

func (c *company) ItemsByNumber(_ context.Context, numbers []string) (out []products.Item, err error) {
	for _, n := range numbers {
		if it, ok := c.items[n]; ok {
			out = append(out, it)
		}
	}
	return out, nil
}

func (c *company) VendorItems(context.Context, []string) ([]products.VendorItem, error) {
	return nil, nil
}

func (c *company) ItemsByGTIN(context.Context, []string) ([]products.Item, error) { return nil, nil }

func (c *company) VariantsByItem(context.Context, []string) ([]products.Variant, error) {
	return nil, nil
}

func (c *company) VariantsByCode(context.Context, []string) ([]products.Variant, error) {
	return nil, nil
}

func (c *company) Accounts(context.Context) ([]bcapi.Account, error) {
	return slices.Collect(maps.Values(refs().Accounts)), nil
}

func (c *company) References(_ context.Context, set bcapi.Set) ([]bcapi.Reference, error) {
	rows := map[bcapi.Set]map[string]bcapi.Reference{bcapi.Countries: refs().Countries, bcapi.Currencies: refs().Currencies}
	return slices.Collect(maps.Values(rows[set])), nil
}

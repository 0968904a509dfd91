package businesscentral

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"
)

// Company is a simulated company. It is safe for concurrent use.
type Company struct {
	srv  *Server
	id   string
	name string
	info *CompanyInfo

	mu          sync.Mutex
	tables      map[string]*table
	rev         int64
	setup       *LedgerSetup
	series      AllSeries
	rules       rules
	failPosting string
	// inBackground: see [Company.PostInBackground].
	inBackground bool
	flood        Flood // nil: none
}

func newCompany(s *Server, d *Data) (*Company, error) {
	c := &Company{
		srv: s, id: d.ID(), name: d.Name, tables: map[string]*table{}, rev: 1,
		rules: rules{standardTax: d.StandardTax, salesTax: d.SalesTax, sales: d.Sales},
	}
	c.info = &CompanyInfo{
		Record: Record{ID: c.id, Modified: s.o.Now().UTC(), Rev: 1}, SystemVersion: "28.0.0.0", Name: d.Name, DisplayName: d.Name,
	}
	for name := range sets {
		c.tables[name] = newTable()
	}
	for _, p := range []struct {
		to         **Series
		from       *Series
		code, head string
	}{
		{&c.series.Customers, d.Series.Customers, "CUST", "C"},
		{&c.series.Items, d.Series.Items, "ITEM", "I"},
		{&c.series.Orders, d.Series.Orders, "S-ORD", "SO"},
		{&c.series.Invoices, d.Series.Invoices, "S-INV", "SI"},
		{&c.series.PostedInvoices, d.Series.PostedInvoices, "S-INV+", "PSI"},
		{&c.series.Shipments, d.Series.Shipments, "S-SHPT", "PSS"},
		{&c.series.CreditMemos, d.Series.CreditMemos, "S-CR", "SCR"},
		{&c.series.PostedMemos, d.Series.PostedMemos, "S-CR+", "PSCR"},
	} {
		*p.to = &Series{Code: p.code, Prefix: p.head, Digits: 6}
		if p.from != nil {
			n := *p.from
			*p.to = &n
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &tx{Company: c, now: s.o.Now().UTC()}
	t.setUp(d)
	if err := t.load(d); err != nil {
		return nil, err
	}
	return c, nil
}

// next takes a number of a series that set does not have yet. It is used up
// even if the transaction is undone.
func (t *tx) next(s *Series, set string) string {
	for {
		s.Last++
		n := fmt.Sprintf("%s%0*d", s.Prefix, s.Digits, s.Last)
		if t.tables[set].byKey(n) == nil && t.tables[set].byKey(n+"\x00posted") == nil {
			return n
		}
	}
}

func (c *Company) lcy() string { return c.setup.LocalCurrencyCode }

// ID is the company's id, Name its name.
func (c *Company) ID() string { return c.id }

// Name is the company's name.
func (c *Company) Name() string { return c.name }

// copies are a set's rows in the order of their keys.
func copies[T any, P interface {
	*T
	row
}](c *Company, set string) []T {
	c.mu.Lock()
	defer c.mu.Unlock()
	rows := make([]row, 0, len(c.tables[set].rows))
	for _, r := range c.tables[set].rows {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, byKeyOrder)
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		if p, ok := r.(P); ok {
			out = append(out, *p)
		}
	}
	return out
}

// SalesOrders are all orders that are not fully posted, by number.
func (c *Company) SalesOrders() []SalesDocument { return copies[SalesDocument](c, setOrders) }

// SalesInvoices are drafts and posted invoices.
func (c *Company) SalesInvoices() []SalesDocument { return copies[SalesDocument](c, setInvoices) }

// Customers are all customers, by number.
func (c *Company) Customers() []Customer { return copies[Customer](c, setCustomers) }

// Items are all items, by number.
func (c *Company) Items() []Item { return copies[Item](c, setItems) }

// Lines are the lines of an order or invoice, by its id.
func (c *Company) Lines(documentID string) []SalesLine {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []SalesLine
	for _, set := range []string{setOrderLines, setInvLines, setMemoLines} {
		for _, r := range c.tables[set].of(documentID) {
			if l, ok := r.(*SalesLine); ok {
				out = append(out, *l)
			}
		}
	}
	return out
}

// Stock is an item to add, with its variants.
type Stock struct {
	Number      string          `json:"number"`
	GTIN        string          `json:"gtin,omitempty"`
	Description string          `json:"description"`
	UnitPrice   decimal.Decimal `json:"unitPrice"` // in local currency
	IncludesTax bool            `json:"includesTax,omitempty"`
	TaxGroup    string          `json:"taxGroup,omitempty"` // default the company's standard
	Inventory   decimal.Decimal `json:"inventory"`
	Blocked     bool            `json:"blocked,omitempty"`
	// Stocks is where the inventory is, which is their sum; without any it is at no
	// location.
	Stocks []StockAt  `json:"stocks,omitempty"`
	Units  []ItemUnit `json:"units,omitempty"` // beside the base unit
	// Prices, References and Details are shown by the companion API alone.
	Prices     []ItemPrice     `json:"prices,omitempty"`
	References []ItemReference `json:"references,omitempty"`
	Details    ItemDetails     `json:"details,omitzero"`
	Variants   []StockVariant  `json:"variants,omitempty"`
}

// StockVariant is a variant of a [Stock].
type StockVariant struct {
	Code        string `json:"code"`
	Description string `json:"description,omitempty"`
}

// AddItems stocks items in one transaction: on an error there are none of them.
func (c *Company) AddItems(items ...Stock) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	for _, s := range items {
		if err := t.addStock(s); err != nil {
			t.rollback()
			return fmt.Errorf("item %q: %w", s.Number, err)
		}
	}
	return nil
}

func (t *tx) addStock(s Stock) error {
	i := &Item{
		Record: Record{ID: guidOf(t.id + "/" + setItems + "/" + s.Number)}, Number: strings.ToUpper(s.Number), DisplayName: s.Description, GTIN: s.GTIN,
		Type: "Inventory", UnitPrice: s.UnitPrice, PriceIncludesTax: s.IncludesTax, TaxGroupCode: s.TaxGroup, Blocked: s.Blocked, Inventory: s.Inventory,
	}
	i.Units, i.Prices, i.References, i.Details = s.Units, s.Prices, s.References, s.Details
	i.lay(s.Stocks)
	t.itemDefaults(i)
	if err := fits(sets[setItems], i); err != nil {
		return err
	}
	if err := t.exists(setTaxGroups, "taxGroup", i.VATProdGroup); err != nil {
		return err
	}
	if err := t.store(sets[setItems], i); err != nil {
		return err
	}
	for _, sv := range s.Variants {
		code := strings.ToUpper(sv.Code)
		v := &Variant{
			Record: Record{ID: guidOf(t.id + "/" + setVariants + "/" + i.Number + "/" + code)}, ItemID: i.ID, ItemNumber: i.Number,
			Code: code, Description: sv.Description,
		}
		if err := fits(sets[setVariants], v); err != nil {
			return err
		}
		if err := t.store(sets[setVariants], v); err != nil {
			return err
		}
	}
	return nil
}

// fits checks that a key is there and no text is too long.
func fits(st *set, r row) error {
	if strings.Trim(keyOf(r), "\x00") == "" || strings.HasSuffix(keyOf(r), "\x00") {
		return fmt.Errorf("a %s needs a number or code", st.schema.entity)
	}
	for _, p := range st.schema.props {
		if err := p.checkLength(p.value(r)); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// edit changes a row as a person in BC would: no field logic runs.
func edit[P row](c *Company, set, key string, f func(P)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	old, ok := lookup[P](c, set, key)
	if !ok {
		return fmt.Errorf("no %s %q", sets[set].schema.entity, key)
	}
	r := clone(old)
	f(r)
	t.put(set, r)
	return nil
}

// EditCustomer changes a customer, such as its Blocked.
func (c *Company) EditCustomer(number string, f func(*Customer)) error {
	return edit(c, setCustomers, number, f)
}

// EditItem changes an item.
func (c *Company) EditItem(number string, f func(*Item)) error { return edit(c, setItems, number, f) }

// EditAccount changes an account.
func (c *Company) EditAccount(number string, f func(*Account)) error {
	return edit(c, setAccounts, number, f)
}

// EditOrder changes an order's header.
func (c *Company) EditOrder(number string, f func(*SalesDocument)) error {
	return edit(c, setOrders, number, f)
}

// Release releases an order, or a draft invoice or credit memo: its lines cannot be changed any
// more. The draft then looks like a posted one that nobody has paid (10.2).
func (c *Company) Release(number string) error {
	release := func(d *SalesDocument) { d.Status = "Open" }
	if err := c.EditOrder(number, release); err == nil {
		return nil
	}
	if err := edit(c, setInvoices, number, release); err == nil {
		return nil
	}
	return edit(c, setMemos, number, release)
}

// inTransaction does something to a document, which is undone if it fails.
func (c *Company) inTransaction(set, number string, do func(*tx, *SalesDocument) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	d, ok := lookup[*SalesDocument](c, set, number)
	if !ok {
		return fmt.Errorf("no %s %q", sets[set].schema.entity, number)
	}
	if err := do(t, d); err != nil {
		t.rollback()
		return err
	}
	return nil
}

// SetManualNumbers allows or forbids numbers of the client's for orders, invoices and credit memos.
func (c *Company) SetManualNumbers(allowed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.series.Orders.Manual, c.series.Invoices.Manual, c.series.CreditMemos.Manual = allowed, allowed, allowed
}

// SetManualInvoiceNumbers does so for invoices alone: each type of document has its series.
func (c *Company) SetManualInvoiceNumbers(allowed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.series.Invoices.Manual = allowed
}

// SetSales changes the sales setup.
func (c *Company) SetSales(s SalesSetup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules.sales = s
}

package businesscentral

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// rules are what a company's logic goes by and no entity set shows.
type rules struct {
	salesTax    bool
	standardTax string
	sales       SalesSetup
	vat         []VATPosting
	templates   []Template
	salespeople []string
	postCodes   map[string][]PostCode // by code
	shipTos     []ShipTo
	prices      map[string][]PriceRule // by item
	discounts   []DiscountRule
	invoice     []InvoiceDiscount
	recurring   []Recurring
	altVAT      []AltVAT
}

// Add puts rows and rules of d into the company, beside what is there. Number
// series that d names replace the company's; its name, setup and tax mode are not
// looked at. On an error nothing is added.
func (c *Company) Add(d *Data) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	was := c.rules.clone()
	if err := t.load(d); err != nil {
		t.rollback()
		c.rules = was
		return err
	}
	c.replace(d.Series)
	return nil
}

// replace takes the number series that are named in place of the company's.
func (c *Company) replace(a AllSeries) {
	for _, p := range []struct {
		to   **Series
		from *Series
	}{
		{&c.series.Customers, a.Customers},
		{&c.series.Items, a.Items},
		{&c.series.Orders, a.Orders},
		{&c.series.Invoices, a.Invoices},
		{&c.series.PostedInvoices, a.PostedInvoices},
		{&c.series.Shipments, a.Shipments},
		{&c.series.CreditMemos, a.CreditMemos},
		{&c.series.PostedMemos, a.PostedMemos},
	} {
		if p.from != nil {
			n := *p.from
			*p.to = &n
		}
	}
}

// clone can be changed without r.
func (r rules) clone() rules {
	r.postCodes, r.prices = cloneLists(r.postCodes), cloneLists(r.prices)
	return r
}

func cloneLists[T any](m map[string][]T) map[string][]T {
	out := make(map[string][]T, len(m))
	for k, v := range m {
		out[k] = slices.Clip(v)
	}
	return out
}

// setUp stores what a company has once.
func (t *tx) setUp(d *Data) {
	info, setup := d.Information, d.Setup
	setup.LocalCurrencyCode = cmp.Or(setup.LocalCurrencyCode, "EUR")
	info.DisplayName = cmp.Or(info.DisplayName, d.Name)
	info.CurrencyCode = setup.LocalCurrencyCode
	t.setup = &setup
	info.ID, setup.ID = guidOf(t.id+"/info"), guidOf(t.id+"/setup")
	t.put(setInfo, &info)
	t.put(setLedger, &setup)
	t.rules.postCodes, t.rules.prices = map[string][]PostCode{}, map[string][]PriceRule{}
}

func (t *tx) load(d *Data) error {
	r := &t.rules
	r.vat, r.templates, r.salespeople = append(r.vat, d.VAT...), append(r.templates, d.Templates...), append(r.salespeople, d.Salespeople...)
	r.discounts, r.invoice = append(r.discounts, d.Discounts...), append(r.invoice, d.Invoice...)
	r.recurring, r.shipTos, r.altVAT = append(r.recurring, d.Recurring...), append(r.shipTos, d.ShipTos...), append(r.altVAT, d.AltVAT...)
	for _, p := range d.PostCodes {
		key := strings.ToUpper(p.Code)
		r.postCodes[key] = append(r.postCodes[key], p)
	}
	for _, p := range d.Prices {
		r.prices[p.Item] = append(r.prices[p.Item], p)
	}
	for set, rows := range d.References {
		if _, ok := referenceSets[set]; !ok {
			return fmt.Errorf("%q is not a set of references", set)
		}
		for _, r := range rows {
			if err := t.loadRow(set, &r); err != nil {
				return err
			}
		}
	}
	for _, a := range d.Accounts {
		a.AccountType = cmp.Or(a.AccountType, "Posting")
		if err := t.loadRow(setAccounts, &a); err != nil {
			return err
		}
	}
	if err := t.loadBanks(d.Banks); err != nil {
		return err
	}
	for _, cust := range d.Customers {
		if err := t.loadCustomer(cust); err != nil {
			return err
		}
	}
	return t.loadItems(d)
}

// loadRow stores a row that a person entered: no field logic runs.
func (t *tx) loadRow(set string, r row) error {
	if keyOf(r) == "" || t.tables[set].byKey(keyOf(r)) != nil {
		return fmt.Errorf("%s %q is empty or occurs twice", set, keyOf(r))
	}
	if r.base().ID == "" {
		r.base().ID = guidOf(t.id + "/" + set + "/" + keyOf(r))
	}
	t.put(set, r)
	return nil
}

func (t *tx) loadCustomer(cust Customer) error {
	cust.Type, cust.Blocked = cmp.Or(cust.Type, "Company"), cmp.Or(cust.Blocked, blankEnum)
	if cust.CurrencyCode == t.lcy() {
		cust.CurrencyCode = "" // BC keeps the local currency as blank
	}
	for _, ref := range []struct {
		code string
		id   *string
		set  string
	}{
		{cust.CurrencyCode, &cust.CurrencyID, setCurrencies},
		{cust.PaymentTerms, &cust.PaymentTermsID, setTerms},
		{cust.ShipmentMethod, &cust.ShipmentMethodID, setMethods},
		{cust.TaxArea, &cust.TaxAreaID, setTaxAreas},
	} {
		if ref.code == "" {
			continue
		}
		if *ref.id = t.tables[ref.set].keys[ref.code]; *ref.id == "" {
			return fmt.Errorf("customer %s: there is no %q in %s", cust.Number, ref.code, ref.set)
		}
	}
	if cust.GenBusGroup == "" {
		t.applyTemplate(&cust)
	}
	return t.loadRow(setCustomers, &cust)
}

func (t *tx) loadItems(d *Data) error {
	for _, i := range d.Items {
		i.Type = cmp.Or(i.Type, "Inventory")
		i.lay(i.Stocks)
		t.itemDefaults(&i)
		if err := t.loadRow(setItems, &i); err != nil {
			return err
		}
	}
	for _, v := range d.Variants {
		i, ok := lookup[*Item](t.Company, setItems, v.ItemNumber)
		if !ok {
			return fmt.Errorf("variant %s: there is no item %s", v.Code, v.ItemNumber)
		}
		v.ItemID = i.ID
		if err := t.loadRow(setVariants, &v); err != nil {
			return err
		}
	}
	return nil
}

package businesscentral

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// kept is what outlives the process: all that a client has ever been told. Not
// kept are tokens, limits, faults and switches.
type kept struct {
	IDs       int           `json:"ids"`
	Companies []keptCompany `json:"companies"`
}

type keptCompany struct {
	ID     string                       `json:"id"`
	Name   string                       `json:"name"`
	Info   CompanyInfo                  `json:"info"`
	Rev    int64                        `json:"rev"`
	Series AllSeries                    `json:"series"`
	Sets   map[string][]json.RawMessage `json:"sets"` // rows, by set

	SalesTax    bool                   `json:"salesTax"`
	StandardTax string                 `json:"standardTax"`
	Sales       SalesSetup             `json:"sales"`
	VAT         []VATPosting           `json:"vat"`
	Templates   []Template             `json:"templates"`
	Salespeople []string               `json:"salespeople"`
	PostCodes   map[string][]PostCode  `json:"postCodes"`
	ShipTos     []ShipTo               `json:"shipTos"`
	Prices      map[string][]PriceRule `json:"prices"`
	Discounts   []DiscountRule         `json:"discounts"`
	Invoice     []InvoiceDiscount      `json:"invoice"`
	Recurring   []Recurring            `json:"recurring"`
	AltVAT      []AltVAT               `json:"altVAT"`
}

// Keep is the environment as JSON, for [Server.Restore] of a later process.
func (s *Server) Keep() (json.RawMessage, error) {
	var k kept
	for _, c := range s.Companies() {
		kc, err := c.keep()
		if err != nil {
			return nil, fmt.Errorf("businesscentral: company %q: %w", c.name, err)
		}
		k.Companies = append(k.Companies, kc)
	}
	s.mu.Lock()
	k.IDs = s.ids
	s.mu.Unlock()
	return json.Marshal(k)
}

func (c *Company) keep() (keptCompany, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rules
	k := keptCompany{
		ID: c.id, Name: c.name, Info: *c.info, Rev: c.rev, Series: c.series, Sets: map[string][]json.RawMessage{},
		SalesTax: r.salesTax, StandardTax: r.standardTax, Sales: r.sales, VAT: r.vat, Templates: r.templates, Salespeople: r.salespeople,
		PostCodes: r.postCodes, ShipTos: r.shipTos, Prices: r.prices, Discounts: r.discounts, Invoice: r.invoice, Recurring: r.recurring, AltVAT: r.altVAT,
	}
	for name, t := range c.tables {
		rows := make([]row, 0, len(t.rows))
		for _, r := range t.rows {
			rows = append(rows, r)
		}
		slices.SortFunc(rows, byKeyOrder)
		for _, r := range rows {
			js, err := json.Marshal(r)
			if err != nil {
				return k, err
			}
			k.Sets[name] = append(k.Sets[name], js)
		}
	}
	return k, nil
}

// Restore makes the environment what [Server.Keep] has kept, before it serves
// anybody. Its own companies are gone then.
func (s *Server) Restore(js json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(js, &k); err != nil {
		return fmt.Errorf("businesscentral: %w", err)
	}
	if len(k.Companies) == 0 {
		return errors.New("businesscentral: no company is kept")
	}
	var cs []*Company
	for _, kc := range k.Companies {
		c, err := s.restored(kc)
		if err != nil {
			return fmt.Errorf("businesscentral: company %q: %w", kc.Name, err)
		}
		cs = append(cs, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids, s.companies = k.IDs, cs
	return nil
}

func (s *Server) restored(k keptCompany) (*Company, error) {
	c := &Company{
		srv: s, id: k.ID, name: k.Name, info: &k.Info, rev: k.Rev, series: k.Series, tables: map[string]*table{},
		rules: rules{
			salesTax: k.SalesTax, standardTax: k.StandardTax, sales: k.Sales, vat: k.VAT, templates: k.Templates, salespeople: k.Salespeople,
			postCodes: k.PostCodes, shipTos: k.ShipTos, prices: k.Prices, discounts: k.Discounts, invoice: k.Invoice, recurring: k.Recurring, altVAT: k.AltVAT,
		},
	}
	for name, st := range sets {
		c.tables[name] = newTable()
		for _, js := range k.Sets[name] {
			r := st.fresh()
			if err := json.Unmarshal(js, r); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			c.tables[name].add(r)
			if setup, ok := r.(*LedgerSetup); ok {
				c.setup = setup
			}
		}
	}
	if c.series.CreditMemos == nil { // kept before there were any
		c.series.CreditMemos, c.series.PostedMemos = &Series{Code: "S-CR", Prefix: "SCR", Digits: 6}, &Series{Code: "S-CR+", Prefix: "PSCR", Digits: 6}
	}
	all := k.Series
	for _, series := range []*Series{all.Customers, all.Items, all.Orders, all.Invoices, all.PostedInvoices, all.Shipments} {
		if series == nil || c.setup == nil {
			return nil, errors.New("a number series or the setup is missing")
		}
	}
	return c, nil
}

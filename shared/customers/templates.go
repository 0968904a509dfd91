package customers

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// Template is what a new customer in a country has beside what BC's own template
// gives, which an app cannot choose. Its JSON is stored.
type Template struct {
	Country        string `json:"country,omitempty"` // ISO code of two letters; "": all countries without a row
	Currency       string `json:"currency,omitempty"`
	PaymentTerms   string `json:"paymentTerms,omitempty"`
	PaymentMethod  string `json:"paymentMethod,omitempty"`
	ShipmentMethod string `json:"shipmentMethod,omitempty"`
	TaxArea        string `json:"taxArea,omitempty"`
	Salesperson    string `json:"salesperson,omitempty"`
	// TaxLiable makes customers liable for sales tax, those apart whom Shopify calls
	// exempt; false leaves that to BC.
	TaxLiable bool `json:"taxLiable,omitempty"`
}

func checkTemplates(c *shop.Checker, ts []Template) {
	for i, t := range ts {
		at := fmt.Sprintf("customerTemplates[%d].", i)
		if t.Country != "" {
			c.Form(at+"country", t.Country, countryForm, "a country's ISO code of two letters, such as DE, or none")
		}
		for name, code := range map[string]string{"currency": t.Currency, "paymentTerms": t.PaymentTerms, "paymentMethod": t.PaymentMethod, "shipmentMethod": t.ShipmentMethod} {
			if code != "" {
				c.Code(at+name, code)
			}
		}
		for name, code := range map[string]string{"taxArea": t.TaxArea, "salesperson": t.Salesperson} {
			if code != "" {
				c.Number(at+name, code)
			}
		}
	}
	c.List("customerTemplates", len(ts), func(i int) shop.Row {
		return shop.Row{Key: cmp.Or(ts[i].Country, "other countries"), KeyName: "country"}
	})
}

// Tables is a [Target] that reads small tables of the company, too. Without it the card's
// templates give no codes that go by ids. Errors carry a fault.Kind.
type Tables interface {
	Codes(ctx context.Context, set bcapi.Set) ([]bcapi.Reference, error)
}

// Template is the row for a country, by its ISO code; the zero one if there is none.
func (s CustomerSettings) Template(country string) Template {
	var other Template
	for _, t := range s.CustomerTemplates {
		switch {
		case t.Country == "":
			other = t
		case strings.EqualFold(t.Country, country):
			return t
		}
	}
	return other
}

// byID are the codes of a template that go by the ids of their rows.
func (t Template) byID() []struct {
	set  bcapi.Set
	name string
	code string
} {
	type part = struct {
		set  bcapi.Set
		name string
		code string
	}
	return []part{
		{bcapi.PaymentTerms, "payment terms", t.PaymentTerms},
		{bcapi.PaymentMethods, "payment method", t.PaymentMethod},
		{bcapi.ShipmentMethods, "shipment method", t.ShipmentMethod},
		{bcapi.TaxAreas, "tax area", t.TaxArea},
	}
}

// readCodes reads the tables that the card's templates point into, once.
func (j *job) readCodes(ctx context.Context) error {
	tables, tells := j.Target.(Tables)
	if j.codes != nil || !tells {
		return nil
	}
	codes := map[bcapi.Set]map[string]string{}
	for _, t := range j.card.CustomerTemplates {
		for _, p := range t.byID() {
			if p.code == "" || codes[p.set] != nil {
				continue
			}
			rows, err := tables.Codes(ctx, p.set)
			if err != nil {
				return err
			}
			codes[p.set] = map[string]string{}
			for _, r := range rows {
				codes[p.set][strings.ToUpper(r.Code)] = r.ID
			}
		}
	}
	j.codes = codes
	return nil
}

// unknownCode is what the template of a country names and the company lacks, "" for
// nothing.
func (j *job) unknownCode(country string) string {
	for _, p := range j.card.Template(country).byID() {
		if p.code != "" && j.codes[p.set][strings.ToUpper(p.code)] == "" {
			return p.name + " " + p.code
		}
	}
	return ""
}

// fill gives c what the template of its country has. o tells whether its buyer is
// exempt from tax.
func (j *job) fill(c *Customer, country string, o orders.Order) {
	t := j.card.Template(country)
	of := func(set bcapi.Set, code string) string { return j.codes[set][strings.ToUpper(code)] }
	c.CurrencyCode, c.SalespersonCode = strings.ToUpper(t.Currency), strings.ToUpper(t.Salesperson)
	c.PaymentTermsID, c.PaymentMethodID = of(bcapi.PaymentTerms, t.PaymentTerms), of(bcapi.PaymentMethods, t.PaymentMethod)
	c.ShipmentMethodID, c.TaxAreaID = of(bcapi.ShipmentMethods, t.ShipmentMethod), of(bcapi.TaxAreas, t.TaxArea)
	if t.TaxLiable {
		liable := !o.Customer.TaxExempt
		c.TaxLiable = &liable
	}
}

package drawn

import (
	"fmt"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/system/oracle"
)

// rulesOfCompany are what BC completes documents from: price lists, discounts,
// post codes, and how the server reads what nobody outside can know.
func (g *generator) rulesOfCompany() {
	c := g.company
	if g.one(2) {
		for _, p := range places {
			if g.one(2) {
				c.PostCodes = append(c.PostCodes, businesscentral.PostCode{Code: p.zip, City: "Tafelstadt", County: pick(g, "", "TF"), Country: p.country})
			}
		}
		g.trait("post codes of its own")
	}
	if g.one(2) {
		g.priceLists()
	}
	if g.one(3) {
		// Everybody's discount: customers without a code of their own have their number.
		c.Invoice = append(c.Invoice, businesscentral.InvoiceDiscount{Code: "LOYAL", Percent: decimal.NewFromInt(5)})
		if g.one(2) {
			c.Sales.CalcInvoiceDiscount, c.Sales.ServiceAccount = true, businesscentral.AccountFee
			c.Invoice[len(c.Invoice)-1].ServiceCharge = decimal.NewFromInt(3)
			g.trait("service charges")
		}
		g.trait("invoice discounts")
	}
	if g.one(5) {
		c.Sales.LinkDocumentDate = true
		g.Oracle.BCDates = true
		g.trait("documents have their posting date")
	}
	for i := range c.References["countriesRegions"] {
		c.References["countriesRegions"][i].County = g.one(3)
	}
	if g.one(2) {
		s := &g.Setup.BC.Switches
		s.BlankUnset, s.ZeroUnset, s.PageOrder, s.HeaderFirst = g.one(2), g.one(2), g.one(2), g.one(2)
		g.Oracle.ZeroUnset = s.ZeroUnset
		g.trait("switches %+v", *s)
	}
}

// american makes it a company with sales tax: areas and groups instead of VAT.
func (g *generator) american(r *oracle.Rules) {
	c := g.company
	kind := func(code string) businesscentral.Reference {
		return businesscentral.Reference{Code: code, DisplayName: code, TaxType: "Sales_x0020_Tax"}
	}
	c.SalesTax, c.StandardTax = true, "TAXABLE"
	c.References["taxAreas"] = []businesscentral.Reference{kind("AUSTIN"), kind("PORTLAND")}
	c.References["taxGroups"] = []businesscentral.Reference{kind("TAXABLE"), kind("NONTAX")}
	c.VAT = []businesscentral.VATPosting{
		{Business: "AUSTIN", Product: "TAXABLE", Percent: decimal.New(825, -2)}, {Business: "AUSTIN", Product: "NONTAX"}, {Business: "PORTLAND", Product: "TAXABLE"},
	}
	for i := range c.Accounts {
		if c.Accounts[i].VATProdGroup != "" {
			c.Accounts[i].VATProdGroup = "NONTAX"
		}
	}
	r.TaxCodes = map[string]string{"0": "NONTAX"}
	g.trait("areas and groups of sales tax")
}

// priceLists are prices and discounts of items, for everybody or for a group.
func (g *generator) priceLists() {
	c := g.company
	for range 12 {
		item := pick(g, g.Oracle.Stock...).Number
		c.Prices = append(c.Prices, businesscentral.PriceRule{
			PriceGroup: pick(g, "", "RETAIL"), Item: item, Minimum: decimal.NewFromInt(int64(g.r.IntN(3))),
			Price: decimal.New(int64(100+g.r.IntN(5000)), -2), IncludesTax: g.one(2),
		})
	}
	for range 8 {
		c.Discounts = append(c.Discounts, businesscentral.DiscountRule{
			Group: pick(g, "", "LARGE"), Item: pick(g, g.Oracle.Stock...).Number, Minimum: decimal.NewFromInt(int64(g.r.IntN(3))),
			Percent: decimal.NewFromInt(int64(5 + g.r.IntN(40))),
		})
	}
	g.trait("price lists")
}

// cardOf gives a known customer what documents take over from a card.
func (g *generator) cardOf(k *businesscentral.Customer) {
	c := g.company
	set := func(in int, f func()) {
		if g.one(in) {
			f()
		}
	}
	set(3, func() { k.CurrencyCode = pick(g, c.References["currencies"]...).Code })
	set(3, func() { k.Contact = "Frau Karte" })
	set(4, func() { k.PriceGroup = "RETAIL" })
	set(4, func() { k.DiscountGroup = "LARGE" })
	set(4, func() { k.InvoiceDiscount = "LOYAL" })
	set(4, func() { k.PaymentTerms = "14D" })
	set(4, func() { k.ShipmentMethod = "CIF" })
	set(4, func() { k.Location = "WEST" })
	set(6, func() { k.SalespersonCode = "JO" })
	if c.SalesTax {
		k.TaxArea, k.TaxLiable = pick(g, "AUSTIN", "PORTLAND"), g.one(2)
	} else {
		set(8, func() { k.PricesIncludeTax = true })
	}
	set(14, func() { k.Blocked = "All" })
	set(16, func() { k.VATBusGroup = "EXPORT" })
	set(10, func() { k.BillTo = "20000" })
	set(8, func() {
		k.ShipTo = "DOCK"
		c.ShipTos = append(c.ShipTos, businesscentral.ShipTo{
			Customer: k.Number, Code: "DOCK", Name: "Rampe", Contact: "Pförtner", AddressLine1: "Tor 7", City: "Rampenstadt", Country: "DE", PostalCode: "11111",
		})
	})
	set(24, func() {
		c.Recurring = append(c.Recurring, businesscentral.Recurring{
			Customer: k.Number, LineType: "Account", Number: businesscentral.AccountFee, Quantity: decimal.NewFromInt(1), Description: fmt.Sprintf("Service of %s", k.Number),
		})
	})
}

package drawn

import (
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/system/oracle"
	"backroom/shared/documents"
)

// kindsOfCard: whether shipped orders become invoices, bundles are named, and items stand
// in the place of accounts.
func (g *generator) kindsOfCard() {
	r := g.rules
	if r.Invoices = g.one(2); r.Invoices {
		g.trait("invoices of shipped orders")
	}
	if r.Bundles = g.one(2); r.Bundles {
		g.trait("bundles are named")
	}
	if g.one(3) {
		g.services(r)
		g.trait("items in the place of accounts")
	}
	g.Oracle.Rules = *r
}

// services puts items in the place of some accounts. Once in a while stock is kept of
// one, so that nothing can be booked on it.
func (g *generator) services(r *oracle.Rules) {
	groups := []string{"VAT25", "VAT19", "NOVAT"}
	if g.company.SalesTax {
		groups = []string{"TAXABLE", "NONTAX"}
	}
	for _, of := range []struct {
		number  string
		setting *string
	}{
		{"SVC-SHIP", &r.Shipping},
		{"SVC-TIP", &r.Tip},
		{"SVC-GIFT", &r.GiftCard},
		{"SVC-CASH", &r.CashRounding},
		{"SVC-FEE", &r.Fee},
		{"SVC-TAX", &r.Tax},
		{"SVC-CHANNEL", &r.ChannelTax},
		{"SVC-UNKNOWN", &r.UnknownItem},
		{"SVC-ROUND", &r.Rounding},
		{"SVC-BACK", &g.back},
		{"SVC-SCRAP", &g.scrap},
	} {
		if *of.setting == "" || g.one(3) {
			continue
		}
		*of.setting = pick(g, "item:", "ITEM: ") + of.number
		i := businesscentral.Item{
			Number: of.number, DisplayName: "Service", Type: pick(g, "Service", "Non_x002D_Inventory"), UnitPrice: decimal.New(int64(g.r.IntN(9999)), -2),
			VATProdGroup: pick(g, groups...), NoInvoiceDiscount: g.one(2),
		}
		if g.company.SalesTax {
			i.TaxGroupCode = i.VATProdGroup
		}
		if of.number == "SVC-TIP" && g.one(6) {
			i.Type = "Inventory"
			g.trait("stock of %s", of.number)
		}
		g.company.Items = append(g.company.Items, i)
	}
}

// kinds are what the card says about that.
func (g *generator) kinds(c *documents.Card) {
	c.CreateInvoicesFromOrders = g.rules.Invoices
	if g.rules.Bundles {
		c.CommentLines = []string{"bundles"}
	}
}

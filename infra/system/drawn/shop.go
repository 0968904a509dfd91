// Package drawn makes worlds by chance: shops whose orders combine all that
// orders can have, companies with rules of their own, cards of all kinds, clocks
// that differ. Everything follows from a seed, each order from the seed and its
// index, so that one order can be drawn again alone.
package drawn

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/oracle"
	"backroom/infra/system/world"
	"backroom/shared/creditmemos"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/shop"
)

// World is a drawn world: what to build, what to judge by, and its orders.
type World struct {
	Seed   uint64
	Setup  world.Setup
	Oracle *oracle.World
	Orders []*Order
	// Traits are what is special about the shop, for reports.
	Traits []string
}

// Order is one drawn order and what becomes of it.
type Order struct {
	K     int
	Order *data.Order
	Kinds []string
	// Before happens between import and processing, Second in the second in which
	// its number is written to the shop, After a while later. nil: nothing does.
	Before, Second, After *Change
}

// Change is what happens to an order.
type Change struct {
	Name   string
	Delete bool // it is deleted
	Do     func(*data.Order)
}

// Begin is when every drawn world begins.
var Begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// generator draws one world.
type generator struct {
	*World

	r       *rand.Rand // of the present order, or of the shop
	shop    *data.Data
	company *businesscentral.Data
	rules   *oracle.Rules
	seq     int64

	goods  []good
	cards  []good // gift cards
	news   []good // that the company does not know yet
	buyers []*data.Customer
	rates  []string // that the company posts

	back, scrap string // what refunded units are booked on
}

// good is a variant with its product.
type good struct {
	product *data.Product
	variant *data.Variant
}

// New draws a world of n orders; with only ≥ 0, of that order alone.
func New(seed uint64, n, only int) *World {
	g := &generator{World: &World{Seed: seed}, r: dice(seed, -1), seq: 70_000_000, back: businesscentral.AccountTip, scrap: businesscentral.AccountFee}
	g.draw()
	for k := range n {
		g.r, g.seq = dice(seed, k), int64(80_000_000+k*1000)
		o := g.order(k)
		if only < 0 || only == k {
			g.Orders = append(g.Orders, o)
			g.shop.Orders = append(g.shop.Orders, o.Order)
		}
	}
	g.Setup = world.Setup{
		Begin: Begin, Shop: g.shop, Company: g.company, Stock: g.Oracle.Stock, Card: g.card(),
		ShopifyAhead: g.Setup.ShopifyAhead, BCAhead: g.Setup.BCAhead, IndexLag: g.Setup.IndexLag, BC: g.Setup.BC,
		CreditMemos: creditmemos.Settings{RefundAccount: g.back, NonRestockAccount: g.scrap},
	}
	return g.World
}

func dice(seed uint64, k int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(k+1)*0x9e3779b97f4a7c15)) //nolint:gosec // has to repeat, not to be secret
}

func (g *generator) one(in int) bool { return g.r.IntN(in) == 0 }

func pick[T any](g *generator, of ...T) T { return of[g.r.IntN(len(of))] }

func (g *generator) next() int64 {
	g.seq++
	return g.seq
}

func (g *generator) trait(format string, args ...any) {
	g.Traits = append(g.Traits, fmt.Sprintf(format, args...))
}

// draw makes the shop, the company and the card.
func (g *generator) draw() {
	g.shop = data.Random(g.Seed, Begin, 0)
	g.shop.Shop.Timezone = pick(g, "Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")
	g.companyOf()
	g.ruling()
	g.assortment()
	g.people()
	g.rulesOfCompany()
	g.clocks()
	g.ownCodes()
	g.kindsOfCard()
}

// companyOf is the company behind the shop.
func (g *generator) companyOf() {
	g.company = businesscentral.Cronus("CRONUS Drawn")
	local := pick(g, "EUR", "EUR", "EUR", "CHF", "USD", "DKK")
	g.company.Setup.LocalCurrencyCode = local
	var rows []businesscentral.Reference
	for _, c := range g.company.References["currencies"] {
		if c.Code != local {
			rows = append(rows, c)
		}
	}
	for _, c := range []struct{ code, precision string }{{"EUR", "0.01"}, {"KWD", "0.001"}} {
		if c.code != local {
			rows = append(rows, businesscentral.Reference{
				Code: c.code, DisplayName: c.code, AmountRoundingPrecision: decimal.RequireFromString(c.precision), Rate: decimal.New(11, -1),
			})
		}
	}
	g.company.References["currencies"] = rows
	for i := range g.company.Customers {
		if c := &g.company.Customers[i]; c.CurrencyCode == local {
			c.CurrencyCode = "" // the local one is no row
		}
	}
	g.shop.Shop.Currency = local
	if g.one(4) {
		g.shop.Shop.Currency = pick(g, "SEK", "GBP", "JPY", "KWD", "EUR")
	}
	g.trait("local currency %s, shop in %s", local, g.shop.Shop.Currency)
	// Lines are rounded by an identifier that need not be called as the group.
	if g.one(2) {
		for i := range g.company.VAT {
			g.company.VAT[i].Identifier = "ID" + g.company.VAT[i].Percent.String()
		}
		g.trait("identifiers apart")
	}
	g.rates = []string{"0.19", "0.07", "0.2", "0.1", "0.25", "0.12"}
}

// ruling is the card.
func (g *generator) ruling() {
	r := &oracle.Rules{
		LocalCurrency: g.company.Setup.LocalCurrencyCode, Presentment: g.one(2), SalesTax: g.one(7), TimeZone: g.shop.Shop.Timezone,
		Shipping: businesscentral.AccountShipping, Tip: businesscentral.AccountTip, GiftCard: businesscentral.AccountGiftCard,
		CashRounding: businesscentral.AccountCashRounding, Fee: businesscentral.AccountFee, Tax: businesscentral.AccountSalesTax,
		ChannelTax: businesscentral.AccountChannelTax, UnknownItem: businesscentral.AccountUnknownItem,
		CreateCustomers: true, DefaultCustomer: "WEB", CustomerPrefix: "S",
		TaxCodes:  map[string]string{"0": "NOVAT"},
		Locations: map[int64]string{}, ShipmentMethods: map[string]string{"Express": "DHL"}, Terms: map[string]string{"NET": "30D"},
		ByHand: map[int64]string{},
	}
	for _, rate := range g.rates {
		r.TaxCodes[rate] = "VAT" + decimal.RequireFromString(rate).Shift(2).String()
	}
	switch {
	case r.SalesTax:
		g.trait("sales tax")
		if !g.one(3) {
			g.american(r)
		}
	case g.one(8):
		delete(r.TaxCodes, pick(g, g.rates...))
		g.trait("a rate without code")
	}
	if g.one(2) {
		r.Rounding, r.Tolerance = businesscentral.AccountRounding, decimal.New(5, -2)
		g.trait("tolerance %s", r.Tolerance)
	}
	if g.one(2) {
		r.CompanyCustomer = "10000"
		g.trait("a customer for companies")
	}
	if g.one(12) {
		r.UnknownItem = ""
		g.trait("no account for unknown items")
	}
	for i, l := range g.shop.Locations {
		r.Locations[l.ID] = []string{"MAIN", "EAST", "WEST"}[i%3]
	}
	if r.Presentment {
		g.trait("buyer's currency")
	}
	g.rules = r
	g.Oracle = &oracle.World{Rules: *r, Shop: g.shop, Company: g.company}
}

// refunds: every second shop has credit memos made.
func (g *generator) refunds() orders.RefundHandling {
	if g.Oracle.Rules.Books = g.Seed%2 == 0; g.Oracle.Rules.Books {
		return orders.BookRefunds
	}
	return ""
}

// card is the shop card that the rules are of.
func (g *generator) card() documents.Card {
	r := g.rules
	c := documents.Card{
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, AutoCreateUnknownCustomers: r.CreateCustomers, DefaultCustomerNo: r.DefaultCustomer, DefaultCompanyNo: r.CompanyCustomer},
		DocumentSettings: documents.DocumentSettings{UnknownItemAccount: r.UnknownItem, ShippingChargesAccount: r.Shipping, TipAccount: r.Tip, SoldGiftCardAccount: r.GiftCard, CashRoundingsAccount: r.CashRounding, FeeAccount: r.Fee, SalesTaxAccount: r.Tax, ChannelTaxAccount: r.ChannelTax, RoundingAccount: r.Rounding, Tolerance: r.Tolerance},
		OrderSettings:    orders.OrderSettings{OrderAttributesToShop: true, RefundsAndReturns: g.refunds()},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	if r.Presentment {
		c.CurrencyHandling = documents.PresentmentCurrency
	}
	if r.SalesTax {
		c.TaxMode = documents.SalesTax
	}
	for _, rate := range append([]string{"0"}, g.rates...) {
		if code := r.TaxCodes[rate]; code != "" {
			c.TaxCodes = append(c.TaxCodes, documents.TaxCodeMap{Rate: decimal.RequireFromString(rate), Code: code})
		}
	}
	for _, iso := range slices.Sorted(maps.Keys(r.Currencies)) {
		c.Currencies = append(c.Currencies, shop.CodeMap{From: iso, To: r.Currencies[iso]})
	}
	for _, l := range g.shop.Locations {
		c.Locations = append(c.Locations, documents.LocationMap{LocationID: fmt.Sprint(l.ID), Name: l.Name, Code: r.Locations[l.ID]})
	}
	for title, code := range r.ShipmentMethods {
		c.ShipmentMethods = append(c.ShipmentMethods, documents.ShipmentMap{Title: title, Code: code})
	}
	for kind, code := range r.Terms {
		c.PaymentTerms = append(c.PaymentTerms, documents.TermsMap{Type: kind, Code: code})
	}
	g.kinds(&c)
	return c
}

// assortment prices the goods in the shop's currency, and stocks the company
// with them at prices of its own.
func (g *generator) assortment() {
	shift := map[string]int32{"JPY": 2, "KWD": -1}[g.shop.Shop.Currency]
	for _, p := range g.shop.Products {
		for _, v := range p.Variants {
			v.Price = v.Price.Shift(shift)
			if p.GiftCard {
				g.cards = append(g.cards, good{p, v})
			}
		}
	}
	known := map[int64]bool{}
	for _, s := range g.shop.Goods() {
		known[s.Variant] = true
	}
	for _, p := range g.shop.Products {
		for _, v := range p.Variants {
			switch {
			case p.GiftCard || v.SKU == "":
			case known[v.ID]:
				g.goods = append(g.goods, good{p, v})
			default:
				g.news = append(g.news, good{p, v})
			}
		}
	}
	stock := host.Stock(g.shop)
	for i := range stock {
		stock[i].UnitPrice = stock[i].UnitPrice.Mul(decimal.New(int64(50+g.r.IntN(100)), -2)).Round(2)
		if stock[i].TaxGroup = pick(g, "VAT25", "VAT19", "VAT7", "NOVAT"); g.company.SalesTax {
			stock[i].TaxGroup = pick(g, "TAXABLE", "TAXABLE", "NONTAX")
		}
	}
	g.Oracle.Stock = stock
}

// clocks apart: seconds to minutes, either way.
func (g *generator) clocks() {
	apart := func() time.Duration {
		return pick(g, 0, 0, 6*time.Second, -6*time.Second, 40*time.Second, -40*time.Second, 4*time.Minute, -4*time.Minute)
	}
	g.Setup.ShopifyAhead, g.Setup.BCAhead = apart(), apart()
	g.Setup.IndexLag = pick(g, 0, 0, 2*time.Second, 20*time.Second)
	g.trait("Shopify %v ahead, BC %v, index trails %v", g.Setup.ShopifyAhead, g.Setup.BCAhead, g.Setup.IndexLag)
}

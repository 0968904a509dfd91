package drawn

// ownCodes gives the company codes of its own for currencies, and the card the
// map of them. Two codes change places, so that one that is taken for ISO's is
// another currency.
func (g *generator) ownCodes() {
	if !g.one(3) {
		return
	}
	codes := map[string]string{"EUR": "EURO", "USD": "US-DOLLAR", "JPY": "YEN", "KWD": "DINAR", "GBP": "DKK", "DKK": "GBP", "CHF": "SFR"}
	g.trait("currency codes of its own")
	own := func(code *string) {
		if c := codes[*code]; c != "" {
			*code = c
		}
	}
	c := g.company
	own(&c.Setup.LocalCurrencyCode)
	for i := range c.References["currencies"] {
		own(&c.References["currencies"][i].Code)
	}
	for i := range c.Customers {
		own(&c.Customers[i].CurrencyCode)
	}
	for i := range c.Prices {
		own(&c.Prices[i].Currency)
	}
	for i := range c.Discounts {
		own(&c.Discounts[i].Currency)
	}
	for i := range c.Invoice {
		own(&c.Invoice[i].Currency)
	}
	g.rules.LocalCurrency, g.rules.Currencies = c.Setup.LocalCurrencyCode, codes
	g.Oracle.Rules.LocalCurrency, g.Oracle.Rules.Currencies = g.rules.LocalCurrency, codes
}

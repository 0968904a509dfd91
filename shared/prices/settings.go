package prices

import (
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/money"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about prices. Missing fields of an older card
// have working zero values.
type Settings struct {
	SendPrices            bool             `json:"sendPrices,omitempty"`
	KeepEditedPrices      bool             `json:"keepEditedPrices,omitempty"`
	SendUnitCosts         bool             `json:"sendUnitCosts,omitempty"`
	CustomerPriceGroup    string           `json:"customerPriceGroup,omitempty"`
	CustomerDiscountGroup string           `json:"customerDiscountGroup,omitempty"`
	PriceCustomer         string           `json:"priceCustomer,omitempty"`
	AllowLineDiscounts    shop.OnByDefault `json:"allowLineDiscounts,omitempty"`
	PriceCurrency         string           `json:"priceCurrency,omitempty"`
	PriceTaxPercent       string           `json:"priceTaxPercent,omitempty"`
}

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Prices", Settings{}, checkSettings,
	shop.Setting{Names: []string{"sendPrices"}, Does: "prices of Business Central are sent to the variants that stand for its items: price, and with the companion API compare-at price; each run that brings products and items into step has it done when it ends; off: prices are Shopify's", Theirs: "on"},
	shop.Setting{Names: []string{"keepEditedPrices"}, Does: "a price that somebody has changed in Shopify stays until Business Central's changes, and an issue says so; off: it is put back by the next look at all prices, once a day", Theirs: "it stays, and nobody is told"},
	shop.Setting{Names: []string{"sendUnitCosts"}, Does: "the item's unit cost becomes the cost per item in Shopify, if shop and company have one currency; a cost of 0 says nothing", Theirs: "on"},
	shop.Setting{Names: []string{"customerPriceGroup"}, Does: "the customer price group whose price lists count, beside those for all customers; needs the companion API"},
	shop.Setting{Names: []string{"customerDiscountGroup"}, Does: "the customer discount group whose discounts count; needs the companion API"},
	shop.Setting{Names: []string{"priceCustomer"}, Does: "the customer whose own price lists count too; needs the companion API", Theirs: "the shop's code"},
	shop.Setting{Names: []string{"allowLineDiscounts"}, Does: "line discounts lower the price, and the price before them becomes the compare-at price; needs the companion API"},
	shop.Setting{Names: []string{"priceCurrency"}, Does: "Business Central's code of the shop's currency in price lists, where it is not the ISO code", Theirs: "-"},
	shop.Setting{Names: []string{"priceTaxPercent"}, Does: "how many percent lie between prices with and without tax, where Business Central and Shopify have them differently: `19`; blank: such prices are not sent, and an issue says so", Theirs: "the VAT of a quote"},
)

func checkSettings(c *shop.Checker, s Settings) {
	c.Code("customerPriceGroup", s.CustomerPriceGroup)
	c.Number("customerDiscountGroup", s.CustomerDiscountGroup)
	c.Number("priceCustomer", s.PriceCustomer)
	c.Code("priceCurrency", s.PriceCurrency)
	if s.PriceTaxPercent != "" {
		if p, err := money.Parse(s.PriceTaxPercent); err != nil || p.IsNegative() || p.GreaterThan(hundred) {
			c.Bad("priceTaxPercent", s.PriceTaxPercent, "a number of percent from 0 to 100, such as 19 or 8.1")
		}
	}
}

// termsOf are the terms of a card, at a time, in a shop whose prices include tax or not.
func termsOf(card shop.Shop, s Settings, p Profile, now time.Time) Terms {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return Terms{
		Day: now.In(zone).Format(time.DateOnly), Currency: p.Currency, Local: card.Company.LCY, Code: bcapi.Code(s.PriceCurrency), IncludesTax: p.TaxesIncluded,
		TaxPercent: s.PriceTaxPercent, PriceGroup: bcapi.Code(s.CustomerPriceGroup), DiscountGroup: bcapi.Code(s.CustomerDiscountGroup),
		Customer: bcapi.Code(s.PriceCustomer), NoDiscounts: !s.AllowLineDiscounts.On(), Costs: s.SendUnitCosts,
	}
}

// toldBy are the settings of a card that ask for price lists.
func toldBy(card shop.Shop) (by []string, err error) {
	s, err := shop.Of[Settings](card)
	if err != nil || !s.SendPrices {
		return nil, err
	}
	by = []string{"sendPrices"}
	for _, f := range []struct{ name, value string }{
		{"customerPriceGroup", s.CustomerPriceGroup}, {"customerDiscountGroup", s.CustomerDiscountGroup}, {"priceCustomer", s.PriceCustomer}, {"priceCurrency", s.PriceCurrency},
	} {
		if f.value != "" {
			by = append(by, f.name)
		}
	}
	return by, nil
}

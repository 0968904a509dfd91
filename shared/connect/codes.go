package connect

import (
	"fmt"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/products"
	"backroom/shared/shop"
)

// items says which products find no item.
func items(card documents.Card, _ Found) []Finding {
	if card.SKUMapping != "" {
		return nil
	}
	f := Finding{
		Weight: Waits, Reason: products.ItemUnmapped, Settings: []string{"skuMapping", "findMappingByGTIN", "variants"},
		Text:   "Orders with a product whose bar code is not the GTIN of an item will wait, because SKUs are not used to find items.",
		WayOut: "Set skuMapping to what your SKUs are in Business Central: item-no, variant-code, item-no-variant-code or bar-code.",
	}
	if !card.FindMappingByGTIN {
		f.Weight = Stops
		f.Text = "Every order with a product will wait, because neither SKUs nor bar codes are used to find items."
		if len(card.Variants) > 0 {
			f.Weight = Waits
			f.Text = "Orders with a product that variants does not map will wait, because neither SKUs nor bar codes are used to find items."
		}
	}
	return []Finding{f}
}

// taxes: without a tax code for its rate, a line is taxed as the item's set-up says.
func taxes(card documents.Card, _ Found) []Finding {
	if card.TaxMode == documents.SalesTax || len(card.TaxCodes) > 0 {
		return nil
	}
	return []Finding{{
		Weight: Waits, Reason: documents.TotalDiffers, Settings: []string{"taxCodes"},
		Text:   "Orders with a line that Business Central taxes at another rate than Shopify will wait, because no tax codes are set.",
		WayOut: "Set taxCodes to the tax code of each rate that the shop charges.",
	}}
}

// currencies: the document's currency must exist in Business Central.
func currencies(card documents.Card, found Found) []Finding {
	known, read := found.Tables[bcapi.Currencies]
	if !read {
		return nil
	}
	has := func(code string) bool { return strings.EqualFold(code, found.LCY) || holds(known, code) }
	var out []Finding
	own := found.Shop.Currency
	if code := card.CurrencyCode(own); card.CurrencyHandling != documents.PresentmentCurrency && own != "" && !has(code) {
		text := fmt.Sprintf("Every order will wait, because Business Central has no currency %s, which is the shop's.", code)
		if !strings.EqualFold(code, own) {
			text = fmt.Sprintf("Every order will wait, because Business Central has no currency %s, to which currencies maps the shop's, %s.", code, own)
		}
		out = append(out, Finding{
			Weight: Stops, Reason: documents.CurrencyUnmapped, Settings: []string{"currencies"}, Text: text,
			WayOut: fmt.Sprintf("Create currency %s with an exchange rate in Business Central, or map %s in currencies to the code that it has there.", code, own),
		})
	}
	for _, m := range card.Currencies {
		if shopsOwn := strings.EqualFold(m.From, own) && len(out) > 0; shopsOwn || has(m.To) {
			continue
		}
		out = append(out, Finding{
			Weight: Waits, Reason: documents.CurrencyUnmapped, Settings: []string{"currencies"},
			Text:   fmt.Sprintf("Orders in %s will wait, because currency %s of currencies does not exist in Business Central.", strings.ToUpper(m.From), m.To),
			WayOut: "Create it with an exchange rate in Business Central, or correct currencies.",
		})
	}
	return out
}

// locations says which places of the shop have no location in BC.
func locations(card documents.Card, found Found) []Finding {
	var names []string
	active := 0
	for _, p := range found.Places {
		mapped := slices.ContainsFunc(card.Locations, func(m documents.LocationMap) bool { return m.LocationID == p.ID && m.Code != "" })
		if p.Active {
			active++
		}
		if p.Active && !mapped {
			names = append(names, fmt.Sprintf("%s (id %s)", p.Name, p.ID))
		}
	}
	var strange []Finding
	for _, m := range card.Locations {
		if found.Places != nil && !slices.ContainsFunc(found.Places, func(p shop.Location) bool { return p.ID == m.LocationID }) {
			strange = append(strange, Finding{
				Weight: Note, Settings: []string{"locations"},
				Text:   fmt.Sprintf("The row of location %s (%s) has no effect, because the shop has no location of that id.", m.LocationID, m.Code),
				WayOut: "Correct the id in locations, or remove the row.",
			})
		}
	}
	// A shop with one location and a company that books on none is in order.
	if len(names) == 0 || active == 1 && len(card.Locations) == 0 {
		return strange
	}
	text := "Lines that ship from %s get no location from Shopify: Business Central's own choice stays."
	return append(strange, Finding{
		Weight: Note, Settings: []string{"locations"}, Text: fmt.Sprintf(text, and(names)),
		WayOut: "Set locations to the location code of each, if stock is kept per location.",
	})
}

// codes: each code that the card names exists.
func codes(card documents.Card, found Found) []Finding {
	type code struct {
		set                    bcapi.Set
		setting, value, orders string
		reason                 issue.Reason
	}
	var cs []code
	for _, m := range card.Locations {
		cs = append(cs, code{bcapi.Locations, "locations", m.Code, "with a line from " + name(m), documents.LocationUnmapped})
	}
	for _, m := range card.ShipmentMethods {
		cs = append(cs, code{bcapi.ShipmentMethods, "shipmentMethods", m.Code, fmt.Sprintf("shipped by %q", m.Title), documents.ShipmentMethodUnmapped})
	}
	for _, m := range card.PaymentTerms {
		cs = append(cs, code{bcapi.PaymentTerms, "paymentTerms", m.Code, "with payment terms " + m.Type, documents.PaymentTermsUnmapped})
	}
	for _, m := range card.TaxCodes {
		cs = append(cs, code{bcapi.TaxGroups, "taxCodes", m.Code, "with a line taxed at " + m.Rate.Shift(2).String() + " %", documents.DocumentRefused})
	}
	for _, m := range card.Countries {
		cs = append(cs, code{bcapi.Countries, "countries", m.To, "with an address in " + m.From, documents.CountryUnmapped})
	}
	var out []Finding
	for _, c := range cs {
		known, read := found.Tables[c.set]
		if c.value == "" || !read || holds(known, c.value) {
			continue
		}
		out = append(out, Finding{
			Weight: Waits, Reason: c.reason, Settings: []string{c.setting},
			Text:   fmt.Sprintf("Orders %s will wait, because code %s of %s does not exist in Business Central.", c.orders, c.value, c.setting),
			WayOut: fmt.Sprintf("Create it in Business Central, or correct %s.", c.setting),
		})
	}
	return out
}

// mapped: each item that variants names exists, with variant and unit, and is not blocked.
func mapped(card documents.Card, found Found) []Finding {
	var out []Finding
	for _, m := range card.Variants {
		if wrong, reason := unmapped(found, m); wrong != "" {
			out = append(out, Finding{
				Weight: Waits, Reason: reason, Settings: []string{"variants"},
				Text:   fmt.Sprintf("Orders with variant %s will wait, because %s.", m.VariantID, wrong),
				WayOut: "Correct it in Business Central, or correct variants.",
			})
		}
	}
	return out
}

// unmapped is what keeps a variant that is mapped by hand from being booked, "" if nothing does.
func unmapped(found Found, m products.VariantMap) (string, issue.Reason) {
	item := slices.IndexFunc(found.Items, func(i products.Item) bool { return strings.EqualFold(i.Number, m.ItemNo) })
	units, read := found.Tables[bcapi.Units]
	switch {
	case found.Items != nil && item < 0:
		return fmt.Sprintf("item %s of variants does not exist in Business Central", m.ItemNo), products.ItemUnmapped
	case item >= 0 && found.Items[item].Blocked:
		return fmt.Sprintf("item %s of variants is blocked in Business Central", m.ItemNo), products.ItemBlocked
	case m.VariantCode != "" && found.Variants != nil && !slices.ContainsFunc(found.Variants, func(v products.Variant) bool {
		return strings.EqualFold(v.ItemNumber, m.ItemNo) && strings.EqualFold(v.Code, m.VariantCode)
	}):
		return fmt.Sprintf("item %s has no variant %s in Business Central", m.ItemNo, m.VariantCode), products.VariantUnmapped
	case m.UoM != "" && read && !holds(units, m.UoM):
		return fmt.Sprintf("unit of measure %s of variants does not exist in Business Central", m.UoM), documents.DocumentRefused
	}
	return "", ""
}

func name(m documents.LocationMap) string {
	if m.Name != "" {
		return m.Name
	}
	return "location " + m.LocationID
}

func holds(codes []string, code string) bool {
	return slices.ContainsFunc(codes, func(c string) bool { return strings.EqualFold(c, code) })
}

// and joins names as a sentence does.
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

package connect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/products"
	"backroom/shared/shop"
)

// Ahead is what a card foretells by itself at now, without asking anybody.
func Ahead(card shop.Shop, now time.Time) ([]Finding, error) {
	c, err := documents.CardOf(card)
	return ahead(c, Found{At: now}), err
}

// ahead: nothing is imported before the day at which the import is to start.
func ahead(card documents.Card, found Found) []Finding {
	if found.At.IsZero() || !card.ImportFrom.After(found.At) {
		return nil
	}
	return []Finding{{
		Weight: Stops, Settings: []string{"importFrom"},
		Text:   fmt.Sprintf("No order is imported that was placed before %s, for importFrom is in the future: until then there is nothing to do.", card.ImportFrom.UTC().Format(time.RFC3339)),
		WayOut: "Set importFrom (BACKROOM_IMPORT_FROM, where it is set there) to a time that has passed, unless it is meant.",
	}}
}

// idle is a setting that has no effect, and why.
type idle struct {
	setting string
	when    bool
	because string // after "has no effect, because"
	wayOut  string
}

// cancelled: settings that cancel each other. None of them is wrong by itself.
func cancelled(card documents.Card, _ Found) []Finding {
	all := card.CustomerImport == customers.ImportNone || card.CustomerMapping == customers.DefaultCustomer
	why := "customerMapping is default: all buyers are the default customer"
	if card.CustomerImport == customers.ImportNone {
		why = "customerImport is none: all buyers are the default customer"
	}
	tolerated := card.Tolerance.IsPositive() && (card.TaxMode == documents.VATIncluded || card.TaxMode == documents.SalesTax)
	taxed := slices.ContainsFunc(card.TaxCodes, func(m documents.TaxCodeMap) bool { return !m.Rate.IsZero() })
	located := slices.ContainsFunc(card.Locations, func(m documents.LocationMap) bool { return m.LocationID == card.DefaultLocationID })
	wins := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(card.BCWins, n) })
	}
	var out []Finding
	for _, i := range []idle{
		{"autoCreateUnknownCustomers", card.AutoCreateUnknownCustomers && all, why, "Switch autoCreateUnknownCustomers off, or have buyers found one by one."},
		{
			"customerMapping", card.CustomerImport == customers.ImportNone && (card.CustomerMapping == customers.ByBillTo || card.CustomerMapping == customers.ByEmailPhone),
			"customerImport is none: all buyers are the default customer", "Set customerImport to with-order-import, or leave customerMapping blank.",
		},
		{"salesTaxAccount", card.SalesTaxAccount != "" && card.TaxMode != documents.SalesTax, "taxMode is not sales-tax", "Set taxMode, or leave salesTaxAccount blank."},
		{"taxCodes", taxed && card.TaxMode == documents.SalesTax, "taxMode is sales-tax: lines bear no tax but are booked with that of rate 0", "Leave the row of rate 0 alone in taxCodes, or set another taxMode."},
		{"roundingAccount", card.RoundingAccount != "" && !card.Tolerance.IsPositive(), "tolerance is 0: no difference is booked there", "Set tolerance, or leave roundingAccount blank."},
		{"tolerance", tolerated && card.RoundingAccount == "", "roundingAccount is not set: a difference of the total is booked nowhere, and the order waits", "Set roundingAccount, or set tolerance to 0."},
		{"skuFieldSeparator", card.SKUFieldSeparator != "" && card.SKUMapping != products.SKUItemNoVariant, "skuMapping is not item-no-variant-code: SKUs are not cut", "Set skuMapping, or leave skuFieldSeparator blank."},
		{"defaultLocationID", card.DefaultLocationID != "" && !located, "locations maps no location of that id", "Add it to locations with its location code, or leave defaultLocationID blank."},
		{"nameSource", card.NameSource != "" && wins("shipTo", "shipToName"), "bcWins leaves the ship-to name to Business Central", "Take the name out of bcWins, or leave nameSource blank."},
		{"name2Source", card.Name2Source != "" && wins("shipTo", "shipToName"), "bcWins leaves the ship-to name to Business Central", "Take the name out of bcWins, or leave name2Source blank."},
		{"contactSource", card.ContactSource != "" && wins("shipTo", "shipToContact"), "bcWins leaves the ship-to contact to Business Central", "Take the contact out of bcWins, or leave contactSource blank."},
	} {
		if i.when {
			out = append(out, note("The setting "+i.setting, i.setting, i.because, i.wayOut))
		}
	}
	return append(out, idleRows(card)...)
}

func note(what, setting, because, wayOut string) Finding {
	return Finding{Weight: Note, Settings: []string{setting}, Text: fmt.Sprintf("%s has no effect, because %s.", what, because), WayOut: wayOut}
}

// idleRows are rows of lists that change nothing.
func idleRows(card documents.Card) []Finding {
	var out []Finding
	for _, m := range card.ShipmentMethods {
		if m.Code == "" && m.Account == "" {
			out = append(out, note(fmt.Sprintf("The row %q of shipmentMethods", m.Title), "shipmentMethods", "it names neither a code nor an account", "Set one of them in shipmentMethods, or remove the row."))
		}
	}
	if card.CurrencyHandling == documents.PresentmentCurrency || card.Currency == "" {
		return out
	}
	for _, m := range card.Currencies {
		if !strings.EqualFold(m.From, card.Currency) {
			out = append(out, note("The row "+strings.ToUpper(m.From)+" of currencies", "currencies", "documents are in the shop's currency, "+card.Currency, "Remove the row from currencies, or set currencyHandling to presentment."))
		}
	}
	return out
}

// unread: what could not be asked is not judged, and that is said.
func unread(_ documents.Card, found Found) []Finding {
	if len(found.Unread) == 0 {
		return nil
	}
	var whats, whys []string
	for _, u := range found.Unread {
		whats = append(whats, u.What)
		if why := strings.TrimSuffix(fault.Say(u.Err), "."); !slices.Contains(whys, why) {
			whys = append(whys, why)
		}
	}
	return []Finding{{
		Weight: Hidden,
		Text:   fmt.Sprintf("Whether Business Central has the %s that the card names is not known, because it could not be asked (%s).", and(whats), strings.Join(whys, "; ")),
		WayOut: "Mend that, and connect again: it is asked anew.",
	}}
}

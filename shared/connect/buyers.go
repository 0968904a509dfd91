package connect

import (
	"fmt"
	"strings"

	"backroom/shared/customers"
	"backroom/shared/documents"
)

// buyers says whose orders have no customer.
func buyers(card documents.Card, _ Found) []Finding {
	always := card.CustomerImport == customers.ImportNone || card.CustomerMapping == customers.DefaultCustomer
	switch {
	case card.DefaultCustomerNo != "":
		return nil
	case always:
		text := "Every order will wait, because all orders go to the default customer and none is set."
		if len(card.CountryCustomers) > 0 {
			text = "Orders to a country without a customer of its own will wait, because they go to the default customer and none is set."
		}
		return []Finding{{
			Weight: Stops, Reason: customers.DefaultCustomerMissing, Settings: []string{"defaultCustomerNo", "customerImport", "customerMapping"}, Text: text,
			WayOut: "Set defaultCustomerNo to a customer number, or have buyers found one by one: customerImport and customerMapping.",
		}}
	}
	var out []Finding
	if !card.AutoCreateUnknownCustomers {
		out = append(out, Finding{
			Weight: Waits, Reason: customers.CustomerUnmapped, Settings: []string{"autoCreateUnknownCustomers", "defaultCustomerNo"},
			Text:   "Orders of buyers whom Business Central does not know yet will wait, because no customers are created and no default customer is set.",
			WayOut: "Set autoCreateUnknownCustomers to true, or defaultCustomerNo to the customer number that such orders are booked on.",
		})
	}
	return append(out, Finding{
		Weight: Waits, Reason: customers.OrderWithoutCustomer, Settings: []string{"defaultCustomerNo"},
		Text:   "Orders without a customer in Shopify will wait, unless Business Central knows their e-mail address or phone number.",
		WayOut: "Set defaultCustomerNo to the customer number that such orders are booked on.",
	})
}

// companyOrders: a company is not a person, and is not made into one.
func companyOrders(card documents.Card, _ Found) []Finding {
	if card.DefaultCompanyNo != "" {
		return nil
	}
	return []Finding{{
		Weight: Waits, Reason: customers.CompanyUnmapped, Settings: []string{"defaultCompanyNo"},
		Text:   "Orders that are placed for a company (B2B) will wait, because no customer is set for them.",
		WayOut: "Set defaultCompanyNo to the customer number that such orders are booked on.",
	}}
}

// number is a customer number on the card.
type number struct{ setting, value, orders string }

// named are the customers that the card names.
func named(card documents.Card) []number {
	ns := []number{
		{"defaultCustomerNo", card.DefaultCustomerNo, "that go to the default customer"},
		{"defaultCompanyNo", card.DefaultCompanyNo, "that are placed for a company"},
	}
	for _, c := range card.CompanyCustomers {
		ns = append(ns, number{"companyCustomers", c.CustomerNo, "that are placed for company " + c.CompanyID})
	}
	for _, c := range card.CountryCustomers {
		ns = append(ns, number{"countryCustomers", c.CustomerNo, "to " + strings.ToUpper(c.Country)})
	}
	var out []number
	for _, n := range ns {
		if n.value != "" {
			out = append(out, n)
		}
	}
	return out
}

// numbered: each customer that the card names exists and is not blocked.
func numbered(card documents.Card, found Found) []Finding {
	if found.Customers == nil {
		return nil
	}
	var out []Finding
	for _, n := range named(card) {
		reason, wrong := customers.CustomerMissing, "does not exist in Business Central"
		for _, c := range found.Customers {
			switch {
			case !strings.EqualFold(c.Number, n.value):
			case customers.Blocked(c):
				reason, wrong = customers.CustomerBlocked, "is blocked in Business Central"
			default:
				wrong = ""
			}
		}
		if wrong != "" {
			out = append(out, Finding{
				Weight: Waits, Reason: reason, Settings: []string{n.setting},
				Text:   fmt.Sprintf("Orders %s will wait, because customer %s %s.", n.orders, n.value, wrong),
				WayOut: fmt.Sprintf("Correct the customer in Business Central, or set %s to another one.", n.setting),
			})
		}
	}
	return out
}

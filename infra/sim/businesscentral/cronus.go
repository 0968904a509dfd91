package businesscentral

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// Accounts of a [Cronus] company.
const (
	AccountSales         = "6110"
	AccountShipping      = "6610"
	AccountTip           = "6620"
	AccountGiftCard      = "5450" // liability
	AccountFee           = "6630"
	AccountCashRounding  = "9140"
	AccountRounding      = "9150"
	AccountSalesTax      = "5610"
	AccountChannelTax    = "5620"
	AccountUnknownItem   = "6190"
	AccountHeading       = "6000" // cannot be posted to
	AccountNoDirect      = "2310" // no direct posting
	AccountBlocked       = "6999"
	AccountWithoutGroups = "9990" // posting a line of it fails
)

// Cronus is a company like the one BC comes with: euros, VAT of 25, 12 and 0
// percent for domestic customers, none for exports. Customers and sales
// documents take numbers of the client's. Some masters are awkward: see addAwkward.
func Cronus(name string) *Data {
	d := &Data{
		Name: name, StandardTax: "VAT25", Salespeople: []string{"JO", "OF"},
		Information: Information{AddressLine1: "5 The Ring", City: "Westminster", Country: "GB", PostalCode: "W2 8HG", TaxRegistrationNumber: "GB777777777"},
		Setup:       LedgerSetup{LocalCurrencyCode: "EUR", LocalCurrencySymbol: "€"},
		References:  cronusReferences(),
		Templates:   []Template{{GenBusGroup: "DOMESTIC", VATBusGroup: "DOMESTIC", PaymentTerms: "30D"}},
		Series: AllSeries{
			Customers: &Series{Code: "CUST", Prefix: "C", Digits: 5, Manual: true}, Items: &Series{Code: "ITEM", Prefix: "I", Digits: 5, Manual: true},
			Orders: &Series{Code: "S-ORD", Prefix: "SO", Digits: 6, Last: 101000, Manual: true}, Invoices: &Series{Code: "S-INV", Prefix: "SI", Digits: 6, Manual: true},
			PostedInvoices: &Series{Code: "S-INV+", Prefix: "PSI", Digits: 6, Last: 103000}, Shipments: &Series{Code: "S-SHPT", Prefix: "PSS", Digits: 6, Last: 102000},
			CreditMemos: &Series{Code: "S-CR", Prefix: "SCR", Digits: 6, Manual: true}, PostedMemos: &Series{Code: "S-CR+", Prefix: "PSCR", Digits: 6, Last: 104000},
		},
	}
	for _, g := range []struct {
		product string
		percent int64
	}{{"VAT25", 25}, {"VAT12", 12}, {"NOVAT", 0}, {"VAT19", 19}, {"VAT20", 20}, {"VAT7", 7}, {"VAT10", 10}} {
		d.VAT = append(d.VAT,
			VATPosting{"DOMESTIC", g.product, g.product, decimal.NewFromInt(g.percent)},
			VATPosting{"EXPORT", g.product, "NOVAT", decimal.Zero})
	}
	d.Accounts = cronusAccounts()
	d.Banks = []BankAccount{
		{Number: "GIRO", DisplayName: "Giro Bank", BankAccountNumber: "99-44-567", IBAN: "GB12CPBK08929965044991"},
		{Number: "DOLLAR", DisplayName: "Dollar Account", CurrencyCode: "USD"},
		{Number: "RATELESS", DisplayName: "Currency Without Rate", CurrencyCode: "XXX"},
		{Number: "CLOSED", DisplayName: "Closed Account", Blocked: true},
	}
	for i, c := range []struct{ name, street, city, post, country string }{
		{"Adatum Corporation", "Station Road, 21", "Cambridge", "CB1 2FB", "GB"},
		{"Trey Research", "Southwark Bridge Rd, 91-95", "London", "SE1 0AX", "GB"},
		{"School of Fine Art", "10 High Tower Green", "Miami", "37125", "US"},
		{"Alpine Ski House", "Walter-Gropius-Straße 5", "München", "80807", "DE"},
		{"Relecloud", "Occam Court, 1", "Surrey", "GU2 7YQ", "GB"},
	} {
		d.Customers = append(d.Customers, Customer{
			Number: fmt.Sprint((i + 1) * 10000), DisplayName: c.name, AddressLine1: c.street, City: c.city, PostalCode: c.post, Country: c.country,
		})
	}
	d.Customers = append(d.Customers, Customer{Number: "WEB", DisplayName: "Web Shop Guest", Type: "Person"})
	d.Items = []Item{
		{Number: "1896-S", DisplayName: "ATHENS Desk", UnitPrice: decimal.RequireFromString("649.40"), GTIN: "5701234567899", Inventory: decimal.NewFromInt(4)},
		{Number: "1900-S", DisplayName: "PARIS Guest Chair, black", UnitPrice: decimal.RequireFromString("125.10"), Inventory: decimal.NewFromInt(49)},
		{Number: "1996-S", DisplayName: "ATLANTA Whiteboard, base", UnitPrice: decimal.RequireFromString("906.70"), Inventory: decimal.NewFromInt(8)},
		{Number: "BLOCKED", DisplayName: "No longer sold", UnitPrice: decimal.NewFromInt(10), Blocked: true},
	}
	d.Variants = []Variant{{ItemNumber: "1900-S", Code: "RED", Description: "PARIS Guest Chair, red"}, {ItemNumber: "1900-S", Code: "BLUE", Description: "PARIS Guest Chair, blue"}}
	d.Sales = SalesSetup{CalcInvoiceDiscount: true, ServiceAccount: AccountFee}
	addAwkward(d)
	return d
}

func cronusAccounts() []Account {
	var out []Account
	for _, a := range []struct{ number, name, category, tax string }{
		{AccountSales, "Sales, Retail", "Income", "VAT25"},
		{AccountShipping, "Shipping Charges", "Income", "VAT25"},
		{AccountTip, "Tips", "Income", "NOVAT"},
		{AccountGiftCard, "Gift Cards", "Liabilities", "NOVAT"},
		{AccountFee, "Fees and Duties", "Income", "NOVAT"},
		{AccountCashRounding, "Cash Rounding", "Expense", "NOVAT"},
		{AccountRounding, "Invoice Rounding", "Expense", "NOVAT"},
		{AccountSalesTax, "Sales Tax", "Liabilities", "NOVAT"},
		{AccountChannelTax, "Sales Tax, Channel Liable", "Liabilities", "NOVAT"},
		{AccountUnknownItem, "Sales, Other", "Income", "VAT25"},
		{AccountHeading, "Income", "Income", ""},
		{AccountNoDirect, "Customers Domestic", "Assets", "NOVAT"},
		{AccountBank, "Bank", "Assets", "NOVAT"},
		{AccountBlocked, "Old Sales", "Income", "VAT25"},
		{AccountWithoutGroups, "Without Posting Groups", "Expense", ""},
	} {
		acc := Account{
			Number: a.number, DisplayName: a.name, Category: a.category, AccountType: "Posting", DirectPosting: a.number != AccountNoDirect,
			Blocked: a.number == AccountBlocked, VATProdGroup: a.tax,
		}
		if a.tax != "" {
			acc.GenProdGroup = "MISC"
		}
		if a.number == AccountHeading {
			acc.AccountType, acc.DirectPosting = "Heading", false
		}
		out = append(out, acc)
	}
	return out
}

func cronusReferences() map[string][]Reference {
	rows := func(pairs ...string) []Reference {
		var out []Reference
		for i := 0; i+1 < len(pairs); i += 2 {
			out = append(out, Reference{Code: pairs[i], DisplayName: pairs[i+1]})
		}
		return out
	}
	vat := func(rs []Reference) []Reference {
		for i := range rs {
			rs[i].TaxType = "VAT"
		}
		return rs
	}
	terms := rows("COD", "Cash on delivery", "14D", "Net 14 days", "30D", "Net 30 days", "PREPAID", "Paid in advance")
	terms[1].DueDateCalculation, terms[2].DueDateCalculation = "14D", "30D"
	var currencies []Reference
	for _, c := range []struct{ code, name, symbol, precision, rate string }{
		{"USD", "US Dollar", "$", "0.01", "0.9"},
		{"GBP", "Pound Sterling", "£", "0.01", "1.15"},
		{"DKK", "Danish Krone", "kr", "0.01", "0.134"},
		{"SEK", "Swedish Krona", "kr", "0.01", "0.09"},
		{"CHF", "Swiss Franc", "CHF", "0.01", "1.05"},
		{"CAD", "Canadian Dollar", "$", "0.01", "0.67"},
		{"JPY", "Japanese Yen", "¥", "1", "0.006"},
		{"NOK", "Norwegian Krone", "kr", "0.01", "0.086"},
		{"AUD", "Australian Dollar", "$", "0.01", "0.6"},
		{"XXX", "Without exchange rate", "", "0.01", "0"},
	} {
		currencies = append(currencies, Reference{
			Code: c.code, DisplayName: c.name, Symbol: c.symbol, AmountDecimalPlaces: "2:2",
			AmountRoundingPrecision: decimal.RequireFromString(c.precision), Rate: decimal.RequireFromString(c.rate),
		})
	}
	countries := func(pairs ...string) []Reference {
		rs := rows(pairs...)
		for i := range rs {
			rs[i].AddressFormat = "Post_x0020_Code_x002B_City"
			if slices.Contains([]string{"AU", "CA", "CH", "GB", "IE", "IT", "JP", "MX", "US"}, rs[i].Code) {
				rs[i].AddressFormat, rs[i].County = "City_x002B_County_x002B_Post_x0020_Code", true
			}
		}
		return rs
	}
	return map[string][]Reference{
		setTerms: terms, setCurrencies: currencies,
		setMethods:    rows("EXW", "Ex works", "CIF", "Cost, insurance and freight", "DDP", "Delivered duty paid", "DHL", "DHL parcel", "PICKUP", "Picked up"),
		setPayments:   rows("BANK", "Bank transfer", "CARD", "Card payment", "CASH", "Cash payment"),
		setTaxAreas:   vat(rows("DOMESTIC", "Domestic customers", "EXPORT", "Customers abroad", "EU", "Customers in the EU")),
		setTaxGroups:  vat(rows("VAT25", "25 %", "VAT20", "20 %", "VAT19", "19 %", "VAT12", "12 %", "VAT10", "10 %", "VAT7", "7 %", "REDUCED", "Reduced", "NOVAT", "No VAT")),
		setUnits:      rows("PCS", "Piece", "BOX", "Box", "HOUR", "Hour"),
		setLocations:  rows("MAIN", "Main warehouse", "EAST", "East warehouse", "WEST", "West warehouse"),
		setCategories: rows("CHAIR", "Office chair", "DESK", "Office desk", "MISC", "Miscellaneous"),
		setCountries: countries("AT", "Austria", "AU", "Australia", "BE", "Belgium", "CA", "Canada", "CH", "Switzerland", "CZ", "Czechia", "DE", "Germany", "DK", "Denmark",
			"ES", "Spain", "FI", "Finland", "FR", "France", "GB", "Great Britain", "GR", "Greece", "HU", "Hungary", "IE", "Ireland", "IT", "Italy", "JP", "Japan",
			"LU", "Luxembourg", "MX", "Mexico", "NL", "Netherlands", "NO", "Norway", "NZ", "New Zealand", "PL", "Poland", "PT", "Portugal", "RO", "Romania",
			"SE", "Sweden", "SG", "Singapore", "US", "USA"),
	}
}

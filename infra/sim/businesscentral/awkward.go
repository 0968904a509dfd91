package businesscentral

import "github.com/shopspring/decimal"

// addAwkward adds masters on which BC completes a document otherwise than its
// client means: most orders do not meet them, some do. kundeN@mail.example are
// buyers of the sample shop.
func addAwkward(d *Data) {
	awkwardCustomers(d)
	d.ShipTos = append(d.ShipTos,
		ShipTo{Customer: "A-SHIPTO", Code: "DOCK", Name: "Holt & Co., Warenannahme", Contact: "Tor 4", AddressLine1: "Hafenrand 1", City: "Rostock", Country: "DE", PostalCode: "18147", Method: "PICKUP", Location: "EAST"})
	d.Recurring = append(d.Recurring, Recurring{Customer: "A-RECUR", LineType: lineAccount, Number: AccountFee, Quantity: decimal.NewFromInt(1)})
	d.Invoice = append(d.Invoice,
		InvoiceDiscount{Code: "A-RULES", Percent: decimal.NewFromInt(2)},
		InvoiceDiscount{Code: "A-RULES", Minimum: decimal.NewFromInt(1000), Percent: decimal.NewFromInt(5), ServiceCharge: decimal.NewFromInt(15)})
	d.Prices = append(d.Prices,
		PriceRule{PriceGroup: "RETAILER", Item: "1896-S", Price: decimal.NewFromInt(590)},
		PriceRule{Item: "1900-S", Minimum: decimal.NewFromInt(10), Price: decimal.NewFromInt(119)},
		PriceRule{Item: "1900-S", Variant: "RED", Price: decimal.RequireFromString("128.5")},
		PriceRule{Customer: "A-DKK", Item: "1900-S", Currency: "DKK", Price: decimal.NewFromInt(899)})
	d.Discounts = append(d.Discounts,
		DiscountRule{Group: "RETAILER", Percent: decimal.NewFromInt(10)},
		DiscountRule{Item: "1996-S", Minimum: decimal.NewFromInt(5), Percent: decimal.RequireFromString("7.5")})
	d.PostCodes = append(d.PostCodes,
		PostCode{"80331", "München-Altstadt", "", "DE"}, PostCode{"8000", "Aarhus C", "", "DK"}, PostCode{"14467", "Potsdam", "Brandenburg", "DE"}, PostCode{"W2 8HG", "London", "", "GB"},
		PostCode{"1010", "Wien", "", "AT"}, PostCode{"1010", "Lausanne", "VD", "CH"}, PostCode{"8001", "Zürich", "ZH", "CH"},
		PostCode{"98101", "Seattle", "WA", "US"}, PostCode{"2100", "København Ø", "", "DK"})
	// Written as a product group, read as the identifier of another.
	d.VAT = append(d.VAT,
		VATPosting{"DOMESTIC", "REDUCED", "VAT7", decimal.NewFromInt(7)}, VATPosting{"EXPORT", "REDUCED", "NOVAT", decimal.Zero},
		VATPosting{"EU", "VAT25", "EU25", decimal.NewFromInt(25)}, VATPosting{"EU", "NOVAT", "NOVAT", decimal.Zero}) // all others are refused
	d.AltVAT = append(d.AltVAT, AltVAT{Customer: "20000", Country: "CH", Business: "EXPORT"})
	awkwardItems(d)
}

func awkwardCustomers(d *Data) {
	d.Customers = append(d.Customers,
		Customer{
			Number: "A-DKK", DisplayName: "Nordisk Møbelhus A/S", AddressLine1: "Strandvejen 4", AddressLine2: "2. sal", City: "København Ø", PostalCode: "2100", Country: "DK",
			CurrencyCode: "DKK", Contact: "Mette Holm", Email: "salg@nordisk.example;bogholderi@nordisk.example", PhoneNumber: "+45 35 12 00 10", PaymentTerms: "14D", ShipmentMethod: "CIF",
		},
		Customer{
			Number: "A-CARD", DisplayName: "Felix Awkward", Type: "Person", AddressLine1: "Old Street 1", AddressLine2: "c/o Nobody", City: "Seattle", State: "WA", PostalCode: "98101", Country: "US",
			Contact: "Somebody else", Email: "kunde4@mail.example", PhoneNumber: "+1 206 555 0100", SalespersonCode: "OF", Location: "WEST", ShipComplete: true, CurrencyCode: "DKK",
		},
		Customer{Number: "A-RULES", DisplayName: "Relecloud Retail", Country: "DE", Email: "einkauf@relecloud.example;kunde6@mail.example", PriceGroup: "RETAILER", DiscountGroup: "RETAILER"},
		Customer{Number: "A-GROSS", DisplayName: "Prices Include Tax Ltd.", Country: "GB", Email: "gross@prices.example", PricesIncludeTax: true},
		Customer{Number: "A-BRANCH", DisplayName: "Adatum, Branch Oxford", Country: "GB", City: "Oxford", Email: "oxford@adatum.example", BillTo: "10000"},
		Customer{Number: "A-SHIPTO", DisplayName: "Holt & Co.", Country: "DE", City: "Berlin", PostalCode: "10115", Email: "post@holt.example", ShipTo: "DOCK"},
		Customer{Number: "A-RECUR", DisplayName: "Standing Orders Inc.", Country: "DE", Email: "standing@orders.example"},
		Customer{Number: "A-EU", DisplayName: "Without a pair", Country: "FR", Email: "paire@manque.example", GenBusGroup: "EU", VATBusGroup: "EU"},
		Customer{Number: "A-PHONE1", DisplayName: "One of two", Country: "DE", Email: "one@phones.example", PhoneNumber: "+49 30 5550111"},
		Customer{Number: "A-PHONE2", DisplayName: "The other", Country: "DE", Email: "other@phones.example", PhoneNumber: "030 555 0111"},
		Customer{Number: "A-BLOCKED", DisplayName: "Blocked for all", Country: "DE", Email: "blocked@all.example", Blocked: "All"},
		Customer{Number: "A-PRIVATE", DisplayName: "Blocked for shipping", Country: "DE", Email: "blocked@ship.example", Blocked: "Ship"})
}

func awkwardItems(d *Data) {
	price := decimal.NewFromInt(40)
	d.Items = append(d.Items,
		Item{Number: "1908-S", DisplayName: "LONDON Swivel Chair, blue", UnitPrice: price, GTIN: "5701234500001"},
		Item{Number: "1908-T", DisplayName: "LONDON Swivel Chair, blue, second hand", UnitPrice: price, GTIN: "5701234500001"},
		Item{Number: "1964-S", DisplayName: "TOKYO Guest Chair", UnitPrice: price},
		Item{Number: "1972-S", DisplayName: "MUNICH Swivel Chair, with tax", UnitPrice: price, PriceIncludesTax: true, NoInvoiceDiscount: true, VATProdGroup: "REDUCED"})
	d.Variants = append(d.Variants, Variant{ItemNumber: "1964-S", Code: "RED", Description: "TOKYO Guest Chair, red"})
}

// CronusUSA is a company in the US: dollars, sales tax by area and group instead
// of VAT, prices never with tax.
func CronusUSA(name string) *Data {
	d := Cronus(name)
	d.SalesTax, d.StandardTax = true, "TAXABLE"
	d.Setup = LedgerSetup{LocalCurrencyCode: "USD", LocalCurrencySymbol: "$"}
	d.Information = Information{AddressLine1: "7122 South Ashford Street", City: "Atlanta", State: "GA", Country: "US", PostalCode: "31772"}
	d.Templates = []Template{{GenBusGroup: "DOMESTIC", PaymentTerms: "30D"}}
	d.VAT, d.PostCodes, d.Prices, d.Discounts, d.Invoice, d.Recurring, d.ShipTos, d.AltVAT = nil, nil, nil, nil, nil, nil, nil, nil
	d.References[setTaxAreas] = salesTax("ATLANTA, GA", "Atlanta, Georgia", "CHICAGO, IL", "Chicago, Illinois", "PORTLAND, OR", "Portland, Oregon")
	d.References[setTaxGroups] = salesTax("TAXABLE", "Taxable", "FOOD", "Food", "NONTAXABLE", "Not taxable")
	for _, r := range []struct{ area, group, percent string }{
		{"ATLANTA, GA", "TAXABLE", "8.9"}, {"ATLANTA, GA", "FOOD", "4.9"}, {"CHICAGO, IL", "TAXABLE", "10.25"}, {"CHICAGO, IL", "FOOD", "2.25"},
	} {
		d.VAT = append(d.VAT, VATPosting{Business: r.area, Product: r.group, Percent: decimal.RequireFromString(r.percent)})
	}
	currencies := d.References[setCurrencies][:0]
	for _, c := range d.References[setCurrencies] {
		if c.Code != "USD" {
			currencies = append(currencies, c)
		}
	}
	d.References[setCurrencies] = currencies
	for i := range d.Accounts {
		if d.Accounts[i].VATProdGroup != "" {
			d.Accounts[i].VATProdGroup = "NONTAXABLE"
		}
	}
	d.Customers = []Customer{
		{Number: "10000", DisplayName: "Adatum Corporation", AddressLine1: "192 Market Square", City: "Atlanta", State: "GA", PostalCode: "31772", Country: "US", TaxLiable: true, TaxArea: "ATLANTA, GA"},
		{Number: "20000", DisplayName: "Trey Research", AddressLine1: "153 Thomas Drive", City: "Chicago", State: "IL", PostalCode: "61236", Country: "US", TaxLiable: true, TaxArea: "CHICAGO, IL"},
		{Number: "30000", DisplayName: "School of Fine Art", City: "Miami", State: "FL", PostalCode: "37125", Country: "US", TaxArea: "CHICAGO, IL"}, // not liable
		{Number: "WEB", DisplayName: "Web Shop Guest", Type: "Person"},
	}
	for i := range d.Items {
		d.Items[i].VATProdGroup = ""
	}
	return d
}

func salesTax(pairs ...string) []Reference {
	var out []Reference
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Reference{Code: pairs[i], DisplayName: pairs[i+1], TaxType: "Sales_x0020_Tax"})
	}
	return out
}

package wiring_test

import (
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/memory"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// A new card has the connector's defaults. What is not
// set by New is a zero value that means the default.
func TestNewCardHasTheConnectorsDefaults(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 3600))
	stored, err := sections.New("acme", at)
	if err != nil {
		t.Fatal(err)
	}
	c, err := documents.CardOf(stored)
	if err != nil {
		t.Fatal(err)
	}
	if c.Code != "acme" || !c.Enabled || !c.ConnectedAt.Equal(at) || c.ConnectedAt.Location() != time.UTC {
		t.Errorf("card %+v", c)
	}
	for _, tt := range []struct {
		setting string
		ok      bool
	}{
		{"Find Mapping by Barcode: on", c.FindMappingByGTIN},
		{"SKU Mapping: blank", c.SKUMapping == ""},
		{"SKU Field Separator: | (blank)", c.SKUFieldSeparator == ""},
		{"Use Shopify Order No.: off", !c.UseShopifyOrderNo},
		{"Shopify Order No. on Doc. Line: off", !c.ShopifyOrderNoOnDocLine},
		{"Currency Handling: Shop (blank)", c.CurrencyHandling == ""},
		{"Customer Import: With Order Import (blank)", c.CustomerImport == ""},
		{"Customer Mapping Type: By EMail/Phone (blank)", c.CustomerMapping == ""},
		{"Auto Create Unknown Customers: off", !c.AutoCreateUnknownCustomers},
		{"Default Customer No.: blank", c.DefaultCustomerNo == ""},
		{"Default Company No.: blank", c.DefaultCompanyNo == ""},
		{"Name, Name 2, Contact Source: the connector's (blank)", c.NameSource == "" && c.Name2Source == "" && c.ContactSource == ""},
		{"County Source: Code (blank)", c.CountySource == ""},
		{"accounts: blank", c.ShippingChargesAccount+c.TipAccount+c.SoldGiftCardAccount+c.CashRoundingsAccount == ""},
		{"Order Attributes To Shopify: off here, for it writes to the shop", !c.OrderAttributesToShop},
	} {
		if !tt.ok {
			t.Errorf("%s: the new card says otherwise: %+v", tt.setting, c)
		}
	}
}

// Cards as release 7a35f02 stored them mean what they meant: no default of a
// new card reaches them.
func TestStoredCardKeepsItsMeaning(t *testing.T) {
	const old = `{"code":"acme","domain":"acme.myshopify.com","enabled":true,"connectedAt":"2026-01-02T03:04:05Z","currency":"EUR",` +
		`"company":{"tenant":"t","environment":"Production","id":"c","lcy":"EUR"},"shippingChargesAccount":"6610","tolerance":"0","defaultCustomerNo":"WEB"%s}`
	for _, tt := range []struct {
		name, more string
		gtin       bool
	}{
		{"never said", "", false},
		{"switched on", `,"findMappingByGTIN":true`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := memory.NewTable(time.Now)
			s := &shop.Store{Table: tab}
			data := append([]byte{'j', 1}, old[:len(old)-len("%s}")]+tt.more+"}"...)
			if err := tab.Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "SHOP#acme", SK: "CARD"}, Data: data}, table.Absent)); err != nil {
				t.Fatal(err)
			}
			for range 2 { // and after it was stored again
				stored, err := s.Get(t.Context(), "acme")
				if err != nil {
					t.Fatal(err)
				}
				c, err := documents.CardOf(stored)
				if err != nil || c.FindMappingByGTIN != tt.gtin || c.SKUMapping != "" || c.DefaultCompanyNo != "" || c.AutoCreateUnknownCustomers || c.DefaultCustomerNo != "WEB" {
					t.Fatalf("%+v, %v", c, err)
				}
				if err := s.Put(t.Context(), stored); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

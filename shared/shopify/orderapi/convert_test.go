package orderapi

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

func eur(shop, presentment string) wire.Bag {
	return wire.Bag{ShopMoney: wire.Money{Amount: shop, CurrencyCode: "EUR"}, PresentmentMoney: wire.Money{Amount: presentment, CurrencyCode: "USD"}}
}

func bag(shop, presentment string) money.Bag {
	return money.Bag{
		Shop:        money.Amount{Value: decimal.RequireFromString(shop), Currency: "EUR"},
		Presentment: money.Amount{Value: decimal.RequireFromString(presentment), Currency: "USD"},
	}
}

// anOrder is the least that Shopify sends of an order.
func anOrder(id string, lines int) *gql.OrderContent {
	zero := eur("0.0", "0.0")
	o := &gql.OrderContent{
		Id: wire.GID("Order", id), Name: "#" + id, Number: 1001, CreatedAt: t0, UpdatedAt: t0, ProcessedAt: t0,
		DisplayFulfillmentStatus: "UNFULFILLED", ReturnStatus: "NO_RETURN", CurrencyCode: "EUR", PresentmentCurrencyCode: "USD",
		TotalPriceSet: eur("12.5", "14.0"), CurrentTotalPriceSet: eur("12.5", "14.0"), CurrentSubtotalPriceSet: zero, TotalShippingPriceSet: zero,
		CurrentTotalTaxSet: zero, TotalTipReceivedSet: zero, TotalReceivedSet: zero, TotalRefundedSet: zero, TotalOutstandingSet: zero,
		TotalCashRoundingAdjustment: gql.CashRounding{PaymentSet: zero},
	}
	for i := range lines {
		o.LineItems.Nodes = append(o.LineItems.Nodes, aLine(fmt.Sprintf("%s%03d", id, i)))
	}
	return o
}

func aLine(id string) gql.OrderLine {
	return gql.OrderLine{
		Id: wire.GID("LineItem", id), Name: "Shirt", Title: "Shirt", Quantity: 1, CurrentQuantity: 1,
		Product: &gql.ProductRef{Id: wire.GID("Product", "7")}, OriginalUnitPriceSet: eur("12.5", "14.0"),
	}
}

func TestConvert(t *testing.T) {
	o := anOrder("1", 0)
	o.DisplayFinancialStatus = new("SOMETHING_NEW")
	o.SourceName, o.Attribution = new("580111"), &gql.Attribution{Handle: "pos", DisplayName: "Point of Sale"}
	o.CancelledAt, o.CancelReason = new(t0.In(time.FixedZone("", 3600))), new("CUSTOMER")
	o.RetailLocation = &gql.LocationRef{Id: wire.GID("Location", "55")}
	o.CustomAttributes = []wire.Attribute{{Key: "a", Value: new("1")}, {Key: "b"}}
	o.Customer = &gql.Customer{
		Id: wire.GID("Customer", "9"), FirstName: new("Ada"), DefaultEmailAddress: &gql.CustomerEmail{EmailAddress: "ada@example.com"},
		DefaultPhoneNumber: &gql.CustomerPhone{PhoneNumber: "+14165550100"}, DefaultAddress: &wire.Address{City: new("Toronto"), CountryCodeV2: new("CA")},
	}
	o.PurchasingEntity = &wire.Buyer{Company: &wire.Company{ID: wire.GID("Company", "3"), Name: "Engines"}, Location: &wire.Ref{ID: wire.GID("CompanyLocation", "4")}, Contact: &wire.Ref{ID: wire.GID("CompanyContact", "5")}}
	o.ShippingAddress = &wire.Address{LastName: new("Lovelace"), Province: new("Ontario"), ProvinceCode: new("ON"), CountryCodeV2: new("CA"), Zip: new("M5V")}
	o.PaymentTerms = &gql.PaymentTerms{PaymentTermsName: "Net 30", PaymentTermsType: "NET", DueInDays: new(30), PaymentSchedules: gql.PaymentSchedules{Nodes: []gql.PaymentSchedule{{DueAt: new(t0.AddDate(0, 0, 30))}}}}
	o.Risk.Assessments = []gql.RiskAssessment{{RiskLevel: "LOW"}, {RiskLevel: "HIGH"}, {RiskLevel: "PENDING"}}
	o.CurrentTotalDutiesSet = new(eur("1.23", "1.50"))
	o.TotalCashRoundingAdjustment.PaymentSet = eur("-0.02", "-0.02")
	o.SubtotalPriceSet, o.TotalTaxSet = new(eur("10.0", "11.2")), nil
	rate, small := json.Number("0.21"), json.Number("5e-05")
	o.TaxLines = []wire.Tax{{Title: "VAT", Rate: &rate, PriceSet: eur("2.1", "2.3"), ChannelLiable: new(true)}, {Title: "Tiny", Rate: &small, PriceSet: eur("0.0", "0.0")}, {Title: "Flat", PriceSet: eur("1", "1")}}
	o.AdditionalFees = []gql.AdditionalFee{{Name: "Eco", Price: eur("0.5", "0.55")}}
	o.Transactions = []gql.Transaction{{Id: wire.GID("OrderTransaction", "8"), Kind: "SALE", Status: "SUCCESS", Gateway: new("gift_card"), AmountSet: eur("12.5", "14"), AmountRoundingSet: new(eur("0.01", "0.01"))}, {Id: wire.GID("OrderTransaction", "9"), Kind: "EMV", Status: "PENDING", AmountSet: eur("1", "1")}}
	o.Refunds = []gql.RefundRef{{Id: wire.GID("Refund", "80"), TotalRefundedSet: eur("0.0", "0.0")}, {Id: wire.GID("Refund", "81"), TotalRefundedSet: eur("2.5", "3")}}
	o.CurrentTaxLines = []wire.Tax{{Title: "VAT", Rate: &rate, PriceSet: eur("1.6", "1.8")}}
	o.ShippingLines.Nodes = []gql.OrderShippingLine{{Title: "Post", IsRemoved: true, OriginalPriceSet: eur("4.9", "5"), DiscountAllocations: []wire.Allocation{{AllocatedAmountSet: eur("1", "1")}}}}
	line := aLine("70")
	line.Variant = &gql.Variant{Id: wire.GID("ProductVariant", "71"), Sku: new("SKU-1"), Barcode: new("4006381333931")}
	o.StaffMember = &gql.Staff{Id: wire.GID("StaffMember", "73"), Name: "Ann Lee"}
	line.LineItemGroup = &gql.LineGroup{Id: wire.GID("LineItemGroup", "72"), Title: "Outfit", Quantity: 2, VariantSku: new("SET")}
	line.DiscountAllocations = []wire.Allocation{{AllocatedAmountSet: eur("0.99", "1.01")}, {AllocatedAmountSet: eur("0.01", "0.01")}}
	line.Duties = []gql.Duty{{
		Id: wire.GID("Duty", "90"), CountryCodeOfOrigin: new("cn"), HarmonizedSystemCode: new("6109.10"), Price: eur("9.0", "10.0"),
		TaxLines: []wire.Tax{{Title: "VAT", Rate: &rate, PriceSet: eur("1.89", "2.1")}},
	}}
	o.LineItems.Nodes = []gql.OrderLine{line}
	o.FulfillmentOrders.Nodes = []gql.OrderFulfillment{fulfilment("OPEN", "21", "70", 1, 1)}

	none := bag("0", "0")
	want := orders.Order{
		ID: "1", Name: "#1", Number: 1001, CreatedAt: t0, UpdatedAt: t0, ProcessedAt: t0, CancelledAt: t0, CancelReason: "CUSTOMER",
		FinancialStatus: "SOMETHING_NEW", FulfillmentStatus: "UNFULFILLED", ReturnStatus: "NO_RETURN",
		SourceName: "580111", Channel: "Point of Sale", RetailLocation: "55", Risk: "HIGH",
		Attributes: []orders.Attr{{Key: "a", Value: "1"}, {Key: "b"}},
		Currency:   "EUR", PresentmentCurrency: "USD",
		Customer: &orders.Customer{ID: "9", FirstName: "Ada", Email: "ada@example.com", Phone: "+14165550100", Default: &orders.Address{City: "Toronto", Country: "CA"}},
		Company:  &orders.Company{ID: "3", Name: "Engines", LocationID: "4", ContactID: "5"},
		Shipping: &orders.Address{LastName: "Lovelace", Province: "Ontario", ProvinceCode: "ON", Country: "CA", Zip: "M5V"},

		PaymentTerms: &orders.PaymentTerms{Name: "Net 30", Type: "NET", DueIn: 30, DueAt: t0.AddDate(0, 0, 30)},
		Total:        bag("12.5", "14"), CurrentTotal: bag("12.5", "14"), Subtotal: bag("10", "11.2"),
		CurrentSubtotal: none, ShippingTotal: none, CurrentTax: none, Tip: none, Received: none, Refunded: none, Outstanding: none,
		CashRounding: bag("-0.02", "-0.02"),
		TaxLines: []orders.TaxLine{
			{Title: "VAT", Rate: decimal.RequireFromString("0.21"), ChannelLiable: true, Price: bag("2.1", "2.3")},
			{Title: "Tiny", Rate: decimal.RequireFromString("0.00005"), Price: none},
			{Title: "Flat", Price: bag("1", "1")},
		},
		Fees:  []orders.Fee{{Name: "Eco", Price: bag("0.5", "0.55")}},
		Staff: &orders.Staff{ID: "73", Name: "Ann Lee"},
		Lines: []orders.Line{{
			ID: "70", Title: "Shirt", SKU: "SKU-1", Barcode: "4006381333931", ProductID: "7", VariantID: "71", Quantity: 1, CurrentQuantity: 1,
			UnitPrice: bag("12.5", "14"), Discounts: []money.Bag{bag("0.99", "1.01"), bag("0.01", "0.01")}, Location: "21",
			Group: &orders.Group{ID: "72", Title: "Outfit", SKU: "SET", Quantity: 2},
		}},
		ShippingLines: []orders.ShippingLine{{Title: "Post", Removed: true, Price: bag("4.9", "5"), Discounts: []money.Bag{bag("1", "1")}}},
		Transactions: []orders.Transaction{
			{ID: "8", Kind: "SALE", Status: "SUCCESS", Gateway: "gift_card", Amount: bag("12.5", "14"), Rounding: bag("0.01", "0.01")},
			{ID: "9", Kind: "EMV", Status: "PENDING", Amount: bag("1", "1")},
		},
		RefundCount: 2, Refunds: []orders.Refund{{ID: "80", Amount: none}, {ID: "81", Amount: bag("2.5", "3")}},
		CurrentTaxLines: []orders.TaxLine{{Title: "VAT", Rate: decimal.RequireFromString("0.21"), Price: bag("1.6", "1.8")}},
		DutyLines: []orders.Duty{{
			LineID: "70", Country: "CN", Code: "6109.10", Price: bag("9", "10"),
			TaxLines: []orders.TaxLine{{Title: "VAT", Rate: decimal.RequireFromString("0.21"), Price: bag("1.89", "2.1")}},
		}},
	}
	d := bag("1.23", "1.5")
	want.Duties = &d
	got, err := convert(o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("convert (-want +got):\n%s", diff)
	}
}

func TestConvertRefusesAmounts(t *testing.T) {
	huge := json.Number("1e999999999")
	for name, change := range map[string]func(*gql.OrderContent){
		"no number":         func(o *gql.OrderContent) { o.TotalPriceSet.ShopMoney.Amount = "abc" },
		"empty":             func(o *gql.OrderContent) { o.TotalPriceSet.PresentmentMoney.Amount = "" },
		"exponent":          func(o *gql.OrderContent) { o.TotalPriceSet.ShopMoney.Amount = "1e9" },
		"rate out of range": func(o *gql.OrderContent) { o.TaxLines = []wire.Tax{{Rate: &huge, PriceSet: eur("1", "1")}} },
	} {
		o := anOrder("1", 1)
		change(o)
		if _, err := convert(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The digits of an amount survive, however many there are.
func TestAmountsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[1-9][0-9]{0,17}\.[0-9]{1,12}`).Draw(t, "amount")
		o := anOrder("1", 0)
		o.TotalPriceSet = eur(s, s)
		js, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var back gql.OrderContent
		if err := json.Unmarshal(js, &back); err != nil {
			t.Fatal(err)
		}
		got, err := convert(&back)
		if err != nil || !got.Total.Shop.Value.Equal(decimal.RequireFromString(s)) {
			t.Fatalf("%s became %s, %v", s, got.Total.Shop.Value, err)
		}
	})
}

func TestDueDateOnlyOfOneSchedule(t *testing.T) {
	one := gql.PaymentSchedule{DueAt: new(t0)}
	for n, want := range []time.Time{{}, t0, {}} {
		p := &gql.PaymentTerms{}
		for range n {
			p.PaymentSchedules.Nodes = append(p.PaymentSchedules.Nodes, one)
		}
		if got := paymentTerms(p).DueAt; !got.Equal(want) {
			t.Errorf("%d schedules: due %v, want %v", n, got, want)
		}
	}
}

func TestHighestRisk(t *testing.T) {
	for _, tt := range []struct {
		levels []string
		want   string
	}{
		{nil, ""},
		{[]string{"NONE"}, "NONE"},
		{[]string{"HIGH", "LOW"}, "HIGH"},
		{[]string{"LOW", "PENDING"}, "PENDING"},
		{[]string{"PENDING", "MEDIUM"}, "MEDIUM"},
		{[]string{"EXTREME", "LOW"}, "EXTREME"},
		{[]string{"EXTREME", "HIGH"}, "HIGH"},
	} {
		var list []gql.RiskAssessment
		for _, l := range tt.levels {
			list = append(list, gql.RiskAssessment{RiskLevel: l})
		}
		if got := highestRisk(list); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.levels, got, tt.want)
		}
	}
}

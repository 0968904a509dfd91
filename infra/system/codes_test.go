package system_test

import (
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// A bar code that two items carry is an issue that names both, over both wires.
func TestABarCodeOfTwoItems(t *testing.T) {
	d := data.Sample(begin)
	stock := host.Stock(d)
	o := d.Orders[0]
	code := ""
	for _, p := range d.Products {
		for _, v := range p.Variants {
			if v.ID == o.Lines[0].Variant {
				v.Barcode = "4006381333931"
				code = v.SKU
			}
		}
	}
	for i := range stock {
		if stock[i].Number == code {
			stock[i].GTIN = "4006381333931"
		}
	}
	twin := stock[0]
	twin.Number, twin.GTIN = "TWIN", "4006381333931"
	card := shop.Shop{CustomerMapping: shop.ByEmailPhone, AutoCreateUnknownCustomers: true, FindMappingByGTIN: true, SKUMapping: shop.SKUGTIN}
	settings(&card)
	for _, l := range o.Lines {
		l.SKU = "4006381333931"
	}
	w := worlds.New(t, worlds.Setup{Begin: begin, Shop: d, Company: businesscentral.Cronus("CRONUS"), Stock: append(stock, twin), Card: card})
	w.Live(15 * time.Minute)
	v := fate(t, w, o)
	if v.State != orders.Attention || v.Issue == nil || v.Issue.Reason != issue.ItemAmbiguous {
		t.Fatalf("%s, %+v", v.State, v.Issue)
	}
	for _, name := range []string{code, "TWIN", "bar code 4006381333931"} {
		if !strings.Contains(v.Issue.Text, name) {
			t.Errorf("%q does not name %s", v.Issue.Text, name)
		}
	}
}

package system_test

import (
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/host"
	worlds "backroom/infra/system/world"
	"backroom/shared/products"
)

// A bar code that two items carry is an issue that names both, over both wires.
func TestABarCodeOfTwoItems(t *testing.T) {
	s := worlds.Plain(begin)
	d := s.Shop
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
	s.Stock = append(stock, twin)
	s.Card.FindMappingByGTIN, s.Card.SKUMapping = true, products.SKUGTIN
	for _, l := range o.Lines {
		l.SKU = "4006381333931"
	}
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	v := w.Fate(o)
	if v.State != "attention" || v.Reason != string(products.ItemAmbiguous) {
		t.Fatalf("%+v", v)
	}
	for _, name := range []string{code, "TWIN", "bar code 4006381333931"} {
		if !strings.Contains(v.Text, name) {
			t.Errorf("%q does not name %s", v.Text, name)
		}
	}
}

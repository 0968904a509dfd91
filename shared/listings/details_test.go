package listings_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/jobqueue"
	"backroom/shared/listings"
)

const told = `"productFieldOwners":{"vendor":"business-central","body":"business-central","weight":"business-central","hs-code":"business-central","origin":"business-central"}`

func full(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"full":true}`) }

func mugDetails() listings.Details {
	return listings.Details{
		Vendor: "Nordlicht", Weight: decimal.RequireFromString("0.35"), TariffNo: "6912 00.23", Origin: "de", Barcodes: map[string]string{"RED": "4006381333948"},
	}
}

// detailed is a world with an item, and its variant, and what the companion API tells.
func detailed(t *testing.T, settings string) (*world, *listings.Product) {
	t.Helper()
	w := newWorld(t, settings)
	w.item("1000", "Mug")
	w.variant("1000", "RED", "Red")
	w.details = map[string]listings.Details{"1000": mugDetails()}
	w.texts = map[string]string{"1000": `<p onclick="x()">Holds<br/>tea</p><script>alert(1)</script>`}
	p := w.product("Mug", "1000", "1000|RED")
	p.Vendor, p.HTML = "Somebody", "<p>Ours</p>"
	for i := range p.Variants {
		p.Variants[i].HSCode, p.Variants[i].Taxable = "111111", true
		p.Variants[i].Weight = listings.Weight{Value: decimal.NewFromInt(2), Unit: "KILOGRAMS"}
	}
	return w, p
}

// What the companion API tells goes where the card says so, and to nothing else; what it
// does not tell stays as it is in Shopify.
func TestDetailsGoToShopify(t *testing.T) {
	for _, tt := range []struct {
		name, settings string
		mute           bool
		change         func(*listings.Details)
		want           []string // vendor, body, and of the variants: weight, HS code, origin, bar code, taxable, oversold
		says           string
	}{
		{"named on the card", told, false, nil, []string{
			"Nordlicht", "<p>Holds<br/>tea</p>", "0.35 KILOGRAMS 691200 23 DE  true false", "0.35 KILOGRAMS 691200 23 DE 4006381333948 true false",
		}, ""},
		{"not named on the card", `"newProductVendor":"x"`, false, nil, []string{
			"Somebody", "<p>Ours</p>", "2 KILOGRAMS 111111   true false", "2 KILOGRAMS 111111  4006381333948 true false",
		}, ""},
		{"no companion API", told, true, nil, []string{"Somebody", "<p>Ours</p>", "2 KILOGRAMS 111111   true false", "2 KILOGRAMS 111111   true false"}, ""},
		{"nothing told", told, false, func(d *listings.Details) { *d = listings.Details{} }, []string{
			"Somebody", "<p>Holds<br/>tea</p>", "2 KILOGRAMS 111111   true false", "2 KILOGRAMS 111111   true false",
		}, ""},
		{"the company weighs in grams", told + `,"itemWeightUnit":"g"`, false, func(d *listings.Details) { d.Weight = decimal.NewFromInt(350) }, []string{
			"Nordlicht", "<p>Holds<br/>tea</p>", "350 GRAMS 691200 23 DE  true false", "350 GRAMS 691200 23 DE 4006381333948 true false",
		}, ""},
		{"what Shopify does not take", told, false, func(d *listings.Details) { d.TariffNo, d.Origin = "6912 X", "GERMANY" }, []string{
			"Nordlicht", "<p>Holds<br/>tea</p>", "0.35 KILOGRAMS 111111   true false", "0.35 KILOGRAMS 111111  4006381333948 true false",
		}, `hs-code "6912 X" of item 1000`},
		{"the card's own", `"productTaxable":"no","productOversell":"yes"`, true, nil, []string{
			"Somebody", "<p>Ours</p>", "2 KILOGRAMS 111111   false true", "2 KILOGRAMS 111111   false true",
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, p := detailed(t, `"productSync":"to-shopify",`+tt.settings)
			if d := w.details["1000"]; tt.change != nil {
				tt.change(&d)
				w.details["1000"] = d
			}
			if tt.mute {
				w.details = nil
			}
			w.run(t)
			got := []string{p.Vendor, p.HTML}
			for _, v := range p.Variants {
				hs := v.HSCode
				if len(hs) == 8 {
					hs = hs[:6] + " " + hs[6:]
				}
				yes := map[bool]string{true: "true", false: "false"}
				got = append(got, v.Weight.Value.String()+" "+v.Weight.Unit+" "+hs+" "+v.Origin+" "+v.Barcode+" "+yes[v.Taxable]+" "+yes[v.Oversell])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if says := strings.Join(w.says(t), "\n"); !strings.Contains(says, tt.says) || tt.says == "" && says != "" {
				t.Errorf("issues %s", says)
			}
			before := w.requests["UpdateProduct"] + w.requests["UpdateVariants"]
			w.Advance(25 * time.Hour)
			w.run(t, full)
			w.run(t)
			if after := w.requests["UpdateProduct"] + w.requests["UpdateVariants"]; after != before {
				t.Errorf("%d more writes when nothing has changed", after-before)
			}
		})
	}
}

// A change of what the companion API tells travels with the item's stamp, and somebody's
// change in Shopify is set right; the card's own switches too.
func TestDetailsAreFollowed(t *testing.T) {
	w, p := detailed(t, `"productSync":"to-shopify","productTaxable":"yes",`+told)
	w.run(t)
	w.Advance(time.Hour)
	d := mugDetails()
	d.Vendor, d.Weight = "Harbour", decimal.RequireFromString("0.4")
	w.details["1000"] = d
	w.texts["1000"] = "<p>Holds coffee</p>"
	w.item("1000", "Mug")
	w.run(t)
	if p.Vendor != "Harbour" || p.HTML != "<p>Holds coffee</p>" || p.Variants[1].Weight.Value.String() != "0.4" {
		t.Errorf("%+v", p)
	}
	w.Advance(time.Hour)
	p.Vendor, p.Variants[0].Taxable, p.Variants[0].HSCode, p.UpdatedAt = "me", false, "", w.Now()
	w.run(t)
	if p.Vendor != "Harbour" || !p.Variants[0].Taxable || p.Variants[0].HSCode != "69120023" {
		t.Errorf("%+v", p)
	}
}

// A product that is made has all that is told of its item; one that is not for sale does
// not become one.
func TestNewProductsHaveDetails(t *testing.T) {
	w := newWorld(t, toShopify+`,"newProductVendor":"House","productTaxable":"no","newProductOversell":true`)
	w.item("1000", "Mug")
	w.item("2000", "Cup")
	w.item("3000", "Sold out")
	blocked := mugDetails()
	blocked.SalesBlocked = true
	w.details = map[string]listings.Details{"1000": mugDetails(), "3000": blocked}
	w.texts = map[string]string{"1000": "<b>Tea"}
	w.run(t)
	got := map[string]listings.ProductVariant{}
	for _, p := range w.products {
		got[p.Title+" of "+p.Vendor+" "+p.HTML] = p.Variants[0]
	}
	mug, cup := got["Mug of Nordlicht <b>Tea</b>"], got["Cup of House "]
	if len(got) != 2 || mug.HSCode != "69120023" || mug.Origin != "DE" || mug.Weight.Value.String() != "0.35" || mug.Taxable || !mug.Oversell || cup.SKU != "2000" || cup.HSCode != "" {
		t.Errorf("%+v", got)
	}
}

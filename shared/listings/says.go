package listings

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/products"
)

var (
	productFields = []Field{Title, Type, Vendor, Body}
	variantFields = []Field{SKU, Barcode, Mass, HSCode, Origin, Taxable, Oversell}
	// toldFields are those of which the companion API alone tells.
	toldFields = []Field{Vendor, Body, Mass, HSCode, Origin}
	// bcOnly are those that no field of Business Central takes.
	bcOnly = append([]Field{Type, SKU}, toldFields...)
)

const yes, no = "yes", "no"

func yesNo(b bool) string {
	if b {
		return yes
	}
	return no
}

// says is what Business Central, or the card, says of a field of an item or of its
// variant; "": nothing is known.
func (s *slice) says(f Field, i Item, code string) string {
	d := s.shelf.details[i.Number]
	switch f {
	case Title:
		return strings.TrimSpace(i.Name)
	case Type:
		return s.typeOf(i)
	case Vendor:
		return strings.TrimSpace(d.Vendor)
	case Body:
		return s.shelf.texts[i.Number]
	case SKU:
		return s.rules.sku(i, d, code)
	case Barcode:
		if code == "" && i.GTIN != "" {
			return i.GTIN
		}
		return d.Barcodes[code]
	case Mass:
		return grams(s.rules.weight(d))
	case HSCode:
		return hsCode(d.TariffNo)
	case Origin:
		return countryCode(d.Origin)
	case Taxable:
		return s.rules.ProductTaxable
	case Oversell:
		return s.rules.ProductOversell
	}
	return ""
}

// shown is what Shopify says of a field of a product or of a variant.
func shown(f Field, p Product, v ProductVariant) string {
	switch f {
	case Title:
		return strings.TrimSpace(p.Title)
	case Type:
		return p.Type
	case Vendor:
		return p.Vendor
	case Body:
		return p.HTML
	case SKU:
		return v.SKU
	case Barcode:
		return v.Barcode
	case Mass:
		return grams(v.Weight)
	case HSCode:
		return v.HSCode
	case Origin:
		return v.Origin
	case Taxable:
		return yesNo(v.Taxable)
	case Oversell:
		return yesNo(v.Oversell)
	}
	return ""
}

// set has a field of a product changed to a text.
func (c *ProductChange) set(f Field, text string) {
	switch f {
	case Title:
		c.Title = &text
	case Type:
		c.Type = &text
	case Vendor:
		c.Vendor = &text
	case Body:
		c.HTML = &text
	default:
	}
}

// set has a field of a variant changed to a text; w is its weight.
func (c *VariantChange) set(f Field, text string, w Weight) {
	is := text == yes
	switch f {
	case SKU:
		c.SKU = &text
	case Barcode:
		c.Barcode = &text
	case Mass:
		c.Weight = &w
	case HSCode:
		c.HSCode = &text
	case Origin:
		c.Origin = &text
	case Taxable:
		c.Taxable = &is
	case Oversell:
		c.Oversell = &is
	default:
	}
}

// unusable is what Business Central says of a field that Shopify takes in no form; "": there
// is no such thing.
func (s *slice) unusable(f Field, i Item) string {
	d := s.shelf.details[i.Number]
	switch {
	case f == HSCode && plain(d.TariffNo) != "" && hsCode(d.TariffNo) == "":
		return d.TariffNo
	case f == Origin && plain(d.Origin) != "" && countryCode(d.Origin) == "":
		return d.Origin
	}
	return ""
}

// gramsOf are how many a unit of weight has, by Shopify's names and by the card's.
var gramsOf = map[string]decimal.Decimal{
	"GRAMS": decimal.NewFromInt(1), "KILOGRAMS": decimal.NewFromInt(1000), "POUNDS": decimal.RequireFromString("453.59237"), "OUNCES": decimal.RequireFromString("28.349523125"),
}

// weightUnits are Shopify's names of the card's.
var weightUnits = map[string]string{"": "KILOGRAMS", "kg": "KILOGRAMS", "g": "GRAMS", "lb": "POUNDS", "oz": "OUNCES"}

// weight is the weight of an item; the zero one if nothing is known.
func (r rules) weight(d Details) Weight {
	if !d.Weight.IsPositive() {
		return Weight{}
	}
	return Weight{Value: d.Weight, Unit: weightUnits[r.ItemWeightUnit]}
}

// grams is a weight as both sides can be held against each other: in whole grams, which
// is what Shopify stores; "" for none.
func grams(w Weight) string {
	n := w.Value.Mul(gramsOf[w.Unit]).Round(0)
	if !n.IsPositive() {
		return ""
	}
	return n.String() + " g"
}

// hsCode is a tariff number as Shopify takes it, 6 to 13 digits; "" if it is none.
func hsCode(tariff string) string {
	code := strings.NewReplacer(" ", "", ".", "", "-", "").Replace(tariff)
	if len(code) < 6 || len(code) > 13 || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}

// countryCode is the ISO code of a country, two letters; "" if it is none.
func countryCode(s string) string {
	code := bcapi.Code(s)
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

// asksDetails reports whether the companion API is asked for details of items.
func (r rules) asksDetails() bool {
	return r.makesProducts() || r.SKUMapping == products.SKUVendorItem || r.owner(Barcode) == OwnerBC || slices.ContainsFunc(toldFields, func(f Field) bool { return r.owner(f) == OwnerBC })
}

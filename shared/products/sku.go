// Package products finds the Business Central item behind a Shopify variant.
package products

import (
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
)

// Wanted is what a line asks for: an item by number, perhaps with a variant
// code; a variant by its code alone; an item by what its vendor calls it; or an item by GTIN. At most one way is
// tried at a time, GTIN only after the others found nothing.
type Wanted struct {
	ItemNo      string
	VariantCode string
	GTIN        string
	VendorItem  string // what a vendor calls the item
	UoM         string
}

// Want decides how the item of l is named under the shop card's settings:
// a mapping by hand wins, then the SKU, then the barcode if the card says so.
// The zero Wanted means that nothing identifies it.
func Want(s ItemSettings, l orders.Line) Wanted {
	for _, m := range s.Variants {
		if m.VariantID == l.VariantID && l.VariantID != "" {
			return Wanted{ItemNo: bcapi.Code(m.ItemNo), VariantCode: bcapi.Code(m.VariantCode), UoM: bcapi.Code(m.UoM)}
		}
	}
	var w Wanted
	sku := strings.TrimSpace(l.SKU)
	switch s.SKUMapping {
	case SKUItemNo:
		w.ItemNo = fits(sku, bcapi.NumberLength)
	case SKUVariantCode:
		w.VariantCode = fits(sku, bcapi.VariantCodeLength)
	case SKUItemNoVariant:
		sep := s.SKUFieldSeparator
		if sep == "" {
			sep = "|"
		}
		switch parts := strings.Split(sku, sep); len(parts) {
		case 1:
			w.ItemNo = fits(parts[0], bcapi.NumberLength)
		case 2:
			w.ItemNo, w.VariantCode = fits(parts[0], bcapi.NumberLength), fits(parts[1], bcapi.VariantCodeLength)
			if w.ItemNo == "" || w.VariantCode == "" {
				w.ItemNo, w.VariantCode = "", ""
			}
		}
	case SKUGTIN:
		w.GTIN = fits(sku, bcapi.GTINLength)
	case SKUVendorItem:
		if bcapi.Cut(sku, bcapi.VendorItemLength) == sku {
			w.VendorItem = sku
		}
	}
	if w.GTIN == "" && s.FindMappingByGTIN {
		w.GTIN = fits(strings.TrimSpace(l.Barcode), bcapi.GTINLength)
	}
	return w
}

// fits is s as a BC code, or "" when it is longer than the field: cutting it
// could name another item.
func fits(s string, n int) string {
	if s = bcapi.Code(s); bcapi.Cut(s, n) != s {
		return ""
	}
	return s
}

// Catalog is the part of BC's items that the lines at hand ask for.
type Catalog struct {
	Items    map[string]Item      // by number
	GTINs    map[string][]Item    // by GTIN
	Variants map[string][]Variant // by item number
	Codes    map[string][]Variant // by variant code
	Vendors  map[string][]string  // numbers of items, by what their vendor calls them
}

// Found is the item of a line.
type Found struct {
	ItemNo    string
	VariantID string // guid; "" for the item itself
	UoM       string
	// Several are all items (and variants) that fit, with MissSeveral, and By is
	// what they share, such as "bar code 4006381333931".
	Several []string
	By      string
}

// Miss says why a line has no item.
type Miss string

const (
	MissUnnamed Miss = "unnamed" // no SKU or barcode that the mapping could use
	MissItem    Miss = "item"
	MissVariant Miss = "variant"
	MissBlocked Miss = "blocked"
	MissSeveral Miss = "several" // a code that two items carry names neither
)

// Find looks w up in c. The second result is "" when it was found.
func Find(c Catalog, w Wanted) (Found, Miss) {
	f, miss := byNumber(c, w)
	if miss == "" || miss == MissBlocked || miss == MissSeveral || w.GTIN == "" {
		return f, miss
	}
	switch its := c.GTINs[w.GTIN]; len(its) {
	case 0:
	case 1:
		return item(its[0], "", "")
	default:
		var several []string
		for _, it := range its {
			several = append(several, it.Number)
		}
		return manyFit("bar code "+w.GTIN, several)
	}
	if w.ItemNo == "" && w.VariantCode == "" && w.VendorItem == "" {
		return Found{}, MissItem
	}
	return Found{}, miss
}

func byNumber(c Catalog, w Wanted) (Found, Miss) {
	switch {
	case w.ItemNo != "":
		it, ok := c.Items[w.ItemNo]
		if !ok {
			return Found{}, MissItem
		}
		if w.VariantCode == "" {
			return item(it, "", w.UoM)
		}
		for _, v := range c.Variants[w.ItemNo] {
			if bcapi.Code(v.Code) == w.VariantCode {
				return item(it, v.ID, w.UoM)
			}
		}
		return Found{}, MissVariant
	case w.VariantCode != "":
		vs := c.Codes[w.VariantCode]
		if len(vs) == 0 {
			return Found{}, MissVariant
		}
		if len(vs) > 1 {
			var several []string
			for _, v := range vs {
				several = append(several, bcapi.Code(v.ItemNumber))
			}
			return manyFit("variant code "+w.VariantCode, several)
		}
		it, ok := c.Items[bcapi.Code(vs[0].ItemNumber)]
		if !ok {
			return Found{}, MissItem
		}
		return item(it, vs[0].ID, w.UoM)
	case w.VendorItem != "":
		return byVendor(c, w.VendorItem)
	case w.GTIN != "":
		return Found{}, MissItem
	}
	return Found{}, MissUnnamed
}

func byVendor(c Catalog, code string) (Found, Miss) {
	numbers := c.Vendors[code]
	if len(numbers) > 1 {
		return manyFit("vendor item number "+code, slices.Clone(numbers))
	}
	if len(numbers) == 0 {
		return Found{}, MissItem
	}
	it, ok := c.Items[bcapi.Code(numbers[0])]
	if !ok {
		return Found{}, MissItem
	}
	return item(it, "", "")
}

// manyFit names all that fit, in order, so that the same items always give the
// same words.
func manyFit(by string, several []string) (Found, Miss) {
	slices.Sort(several)
	return Found{Several: slices.Compact(several), By: by}, MissSeveral
}

func item(it Item, variantID, uom string) (Found, Miss) {
	if it.Blocked {
		return Found{ItemNo: it.Number}, MissBlocked
	}
	return Found{ItemNo: it.Number, VariantID: variantID, UoM: uom}, ""
}

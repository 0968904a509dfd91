package data

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Good is what a back office knows of a variant.
type Good struct {
	Variant                           int64
	SKU, Barcode, Title, VariantTitle string
	Price                             decimal.Decimal
	IncludesTax                       bool
}

// isNew marks what the shop sells and the back office does not know yet.
const isNew = "NEW-"

// Goods are the variants that a back office has as items: all but gift cards
// and what is new. Exported catalogues often have no SKUs; what the items of
// such goods are numbered by is for the caller to say.
func (d *Data) Goods() []Good {
	var out []Good
	for _, p := range d.Products {
		if p.GiftCard {
			continue
		}
		for _, v := range p.Variants {
			if strings.HasPrefix(v.SKU, isNew) {
				continue
			}
			out = append(out, Good{v.ID, v.SKU, v.Barcode, p.Title, v.Title, v.Price, d.Shop.TaxesIncluded})
		}
	}
	return out
}

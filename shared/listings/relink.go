package listings

import (
	"slices"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// Problem is what is wrong with a product or an item.
type Problem struct {
	Reason issue.Reason
	Thing  string
}

// miss is a variant that stands for no item.
type miss struct {
	ProductVariant
	wanted products.Wanted
	why    products.Miss
	by     products.Found
}

// wanted is what a variant asks for, by the rule of order lines.
func (r rules) wanted(v ProductVariant) products.Wanted {
	return products.Want(r.ItemSettings, orders.Line{VariantID: v.ID, SKU: v.SKU, Barcode: v.Barcode})
}

func (r rules) byHand(v ProductVariant) bool {
	return slices.ContainsFunc(r.Variants, func(m products.VariantMap) bool { return m.VariantID == v.ID })
}

// relink is l with the variants that p has now. A variant stays with its item as long as
// the company has it and nobody maps it by hand; else it is looked for as the item of an
// order line is. One whose item is gone, and that finds no other, keeps it, as does one that
// shares its item with another variant.
func (r rules) relink(l Listing, p Product, s *shelf, now time.Time) (Listing, []miss) {
	was := l
	l.Title, l.Variants = p.Title, nil
	var misses []miss
	for _, pv := range p.Variants {
		v, known := was.Variant(pv.ID)
		v.ID, v.InventoryItem, v.Name, v.Components = pv.ID, pv.InventoryItem, pv.Name, pv.Components
		hand := r.byHand(pv)
		if known && v.Item != "" && !hand && v.How != ByHand && s.has(v) && (!was.doubtful(v) || !r.finds(s, pv)) {
			l.Variants = append(l.Variants, v)
			continue
		}
		if code, ok := s.made(l.Made, pv); ok && !hand {
			v.Item, v.Code, v.How, v.At, v.Agreed = l.Made, code, Made, now, nil
			l.Variants = append(l.Variants, v)
			continue
		}
		w := r.wanted(pv)
		found, why := products.Find(s.catalog, w)
		if why != "" && why != products.MissBlocked {
			if !pv.Components {
				misses = append(misses, miss{pv, w, why, found})
			}
			if known || pv.Components {
				l.Variants = append(l.Variants, v)
			}
			continue
		}
		next := v
		next.Item, next.Code, next.Unit, next.How = found.ItemNo, s.code(found, w), w.UoM, how(s, w, hand)
		if !known || !next.Same(v) {
			next.At, next.Agreed = now, nil
		}
		l.Variants = append(l.Variants, next)
	}
	return l, misses
}

// finds reports whether a variant's SKU or bar code finds an item that can be sold.
func (r rules) finds(s *shelf, v ProductVariant) bool {
	_, why := products.Find(s.catalog, r.wanted(v))
	return why == ""
}

// made is the code of the item variant that a variant was made for, of a product that was
// made for an item: its option says it.
func (s *shelf) made(item string, v ProductVariant) (code string, ok bool) {
	if item == "" || len(v.Values) != 1 {
		return "", false
	}
	vs := s.values(item)
	if _, there := s.items[item]; there && len(vs) == 0 && v.Values[0] == "Default Title" {
		return "", true
	}
	for _, o := range vs {
		if plain(o.text) == plain(v.Values[0]) {
			return o.Code, true
		}
	}
	return "", false
}

// how says what found an item.
func how(s *shelf, w products.Wanted, hand bool) How {
	if hand {
		return ByHand
	}
	w.GTIN = ""
	if _, why := products.Find(s.catalog, w); why == "" || why == products.MissBlocked {
		return BySKU
	}
	return ByBarcode
}

// code is the code of the item variant that was found.
func (s *shelf) code(f products.Found, w products.Wanted) string {
	for _, v := range s.variants[f.ItemNo] {
		if v.ID == f.VariantID && v.ID != "" {
			return v.Code
		}
	}
	// What is found of a blocked item does not tell the variant.
	if v, ok := s.variant(f.ItemNo, bcapi.Code(w.VariantCode)); ok && f.VariantID == "" {
		return v.Code
	}
	return ""
}

// twins are the pairs of l's variants that stand for the same thing.
func (l Listing) twins() (ps []Problem) {
	first := map[[3]string]Variant{}
	for _, v := range l.Variants {
		if v.Item == "" || v.Components {
			continue
		}
		k := [3]string{bcapi.Code(v.Item), bcapi.Code(v.Code), bcapi.Code(v.Unit)}
		if o, ok := first[k]; ok {
			ps = append(ps, Problem{Twice, l.NameOf(o) + " and " + l.NameOf(v) + ": " + v.Item + codeOf(v.Code)})
		}
		first[k] = v
	}
	return ps
}

func codeOf(code string) string {
	if code == "" {
		return ""
	}
	return " " + code
}

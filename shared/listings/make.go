package listings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
	"backroom/shared/products"
)

// maxVariants is how many variants a product may have in Shopify.
const maxVariants = 2048

// makeItems makes the items, and item variants, of variants that stand for none. The
// number that their SKU gives makes each one: a second one of it is refused, and found.
// What is left could not be made.
func (h *handling) makeItems(ctx context.Context, misses []miss) ([]miss, error) {
	if !h.rules.makesItems() {
		return misses, nil
	}
	var left []miss
	made := false
	for _, m := range misses {
		name := h.l.NameOf(Variant{Name: m.Name})
		if m.why == products.MissSeveral {
			left = append(left, m)
			continue
		}
		if m.wanted.ItemNo == "" {
			h.problem(ItemMissing, name, "")
			continue
		}
		if h.Row(row{Product: h.p.ID, Item: m.wanted.ItemNo, Name: name, Does: "new item" + codeOf(m.wanted.VariantCode)}); h.Request.DryRun {
			continue
		}
		ok, err := h.makeItem(ctx, m, name)
		if err != nil {
			return nil, err
		}
		made = made || ok
	}
	if made {
		before := h.l
		h.l, _ = h.rules.relink(h.l, h.p, h.shelf, h.Now())
		for i, v := range h.l.Variants {
			if _, known := before.Variant(v.ID); !known {
				h.l.Variants[i].How = Made
			}
		}
	}
	return left, nil
}

// makeItem makes what one variant asks for; false: it was refused, or may come.
func (h *handling) makeItem(ctx context.Context, m miss, name string) (bool, error) {
	w := m.wanted
	if _, there := h.shelf.items[w.ItemNo]; !there {
		if w.VariantCode != "" || len(h.p.Variants) == 1 {
			name = h.p.Title
		}
		if err := h.loadCategories(ctx); err != nil {
			return false, err
		}
		i := Item{Number: w.ItemNo, Name: bcapi.Cut(strings.TrimSpace(name), bcapi.NameLength), Category: h.categoryOf(h.p.Type), Unit: bcapi.Code(h.rules.NewItemUnit)}
		if w.VariantCode == "" && isGTIN(m.Barcode) {
			i.GTIN = m.Barcode
		}
		if err := h.Hold().Ensure(ctx); err != nil {
			return false, err
		}
		now, err := h.Company.CreateItem(ctx, i)
		switch {
		case errors.Is(err, ErrTaken): // by a run before, or by somebody just now
			h.missed = err.Error()
			return false, nil
		case err != nil:
			return false, h.refused(err, BCRefused, "item "+w.ItemNo)
		}
		h.Counts.Created++
		h.shelf.addItem(now)
	}
	if _, there := h.shelf.variant(w.ItemNo, w.VariantCode); there {
		return true, nil
	}
	if err := h.Hold().Ensure(ctx); err != nil {
		return false, err
	}
	v, err := h.Company.CreateItemVariant(ctx, ItemVariant{Item: w.ItemNo, Code: w.VariantCode, Name: bcapi.Cut(strings.TrimSpace(m.Name), bcapi.NameLength)})
	switch {
	case errors.Is(err, ErrTaken):
		h.missed = err.Error()
		return false, nil
	case err != nil:
		return false, h.refused(err, BCRefused, "item "+w.ItemNo+codeOf(w.VariantCode))
	}
	h.Counts.Created++
	h.shelf.addVariant(v)
	return true, nil
}

// categoryOf is the code of the category that has the name, or the code, of a product's
// type: the first by code; else that of the card.
func (s *slice) categoryOf(typ string) string {
	if plain(typ) != "" {
		for _, code := range slices.Sorted(maps.Keys(s.categories)) {
			if plain(s.categories[code]) == plain(typ) || plain(code) == plain(typ) {
				return code
			}
		}
	}
	return bcapi.Code(s.rules.NewItemCategory)
}

// fresh is a variant that stands for an item, or its variant.
func (s *slice) fresh(i Item, v value) NewVariant {
	r, d := s.rules, s.shelf.details[i.Number]
	n := NewVariant{
		Value: v.text, SKU: s.says(SKU, i, v.Code), Barcode: s.says(Barcode, i, v.Code), Price: i.UnitPrice, HSCode: hsCode(d.TariffNo), Origin: countryCode(d.Origin),
		Taxable: r.ProductTaxable != no, Oversell: r.ProductOversell == yes || r.ProductOversell == "" && r.NewProductOversell, Tracked: r.NewProductTracked,
	}
	if w := r.weight(d); grams(w) != "" {
		n.Weight = &w
	}
	return n
}

// addVariants adds the item variants to a product, that was made for an item, which it
// does not have yet. Their option value makes each one.
func (h *handling) addVariants(ctx context.Context) error {
	item, there := h.shelf.items[h.l.Made]
	if h.l.Made == "" || !there || item.Blocked || !h.rules.makesProducts() || len(h.p.Options) != 1 {
		return nil
	}
	var vs []value
	for _, v := range h.shelf.values(h.l.Made) {
		if !slices.ContainsFunc(h.l.Variants, func(o Variant) bool { return o.Item == h.l.Made && o.Code == v.Code }) {
			vs = append(vs, v)
		}
	}
	if len(vs) > 0 && len(h.p.Variants)+len(vs) > maxVariants {
		h.problem(NotSellable, fmt.Sprintf("%s has more than %d variants", h.l.Made, maxVariants), "")
		return nil
	}
	for part := range slices.Chunk(vs, perWrite) {
		if h.Row(row{Product: h.p.ID, Item: item.Number, Name: h.p.Title, Does: fmt.Sprintf("%d new variants", len(part))}); h.Request.DryRun {
			continue
		}
		in := make([]NewVariant, len(part))
		for i, v := range part {
			in[i] = h.fresh(item, v)
		}
		if err := h.Hold().Ensure(ctx); err != nil {
			return err
		}
		made, err := h.Shop.CreateVariants(ctx, h.p.ID, h.p.Options[0], in)
		if err != nil {
			return h.refused(err, ShopRefused, h.p.Title)
		}
		h.Counts.Created += len(made)
		h.p.Variants = append(h.p.Variants, made...)
	}
	if len(vs) > 0 {
		h.l, _ = h.rules.relink(h.l, h.p, h.shelf, h.Now())
	}
	return nil
}

// slug is a text as it can be part of a handle.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
	}
	return strings.Trim(b.String(), "-")
}

// maxSlug is how much of a description becomes part of a handle.
const maxSlug = 100

// handleOf is the handle of the product of an item: its number makes it one.
func handleOf(i Item) string {
	name := slug(i.Name)
	return strings.Trim(name[:min(len(name), maxSlug)]+"-"+slug(i.Number), "-")
}

// unfit says why an item cannot become a product; "" if it can.
func (s *slice) unfit(i Item) string {
	switch {
	case strings.TrimSpace(i.Name) == "":
		return i.Number + " has no description"
	case len(s.shelf.variants[i.Number]) > maxVariants:
		return fmt.Sprintf("%s has more than %d variants", i.Number, maxVariants)
	}
	return ""
}

// wants reports whether an item is to become a product, if nothing stands for it.
func (r rules) wants(i Item) bool {
	return r.makesProducts() && !i.Blocked && (len(r.ProductCategories) == 0 ||
		slices.ContainsFunc(r.ProductCategories, func(c string) bool { return bcapi.Code(c) == i.Category }))
}

// product is the product that an item becomes: with as many variants as one request takes.
func (s *slice) product(i Item, handle string) NewProduct {
	status := strings.ToUpper(s.rules.NewProductStatus)
	if status == "" {
		status = "DRAFT" // its price is not the shop's until somebody has looked at it
	}
	p := NewProduct{Handle: handle, Title: strings.TrimSpace(i.Name), HTML: s.says(Body, i, ""), Vendor: cmp.Or(s.says(Vendor, i, ""), s.rules.NewProductVendor), Type: s.typeOf(i), Status: status}
	for _, v := range s.shelf.values(i.Number) {
		if p.Option = s.rules.option(); len(p.Variants) < perWrite {
			p.Variants = append(p.Variants, s.fresh(i, v))
		}
	}
	if p.Option == "" {
		p.Variants = []NewVariant{s.fresh(i, value{})}
	}
	return p
}

// sayItem says what is wrong with an item that is to become a product; "": nothing is.
func (s *slice) sayItem(ctx context.Context, number string, r issue.Reason, thing, detail string) error {
	i := noIssue
	if r != "" {
		s.Counts.Failed++
		i = Reasons.New(r, thing)
		i.Detail = detail
	}
	_, err := s.Say(ctx, s.Issue(kindItem, number, number, i))
	return err
}

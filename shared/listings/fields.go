package listings

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"backroom/shared/bcapi"
)

// pending is a field that is written: what both sides say, and which way it goes.
type pending struct {
	field   Field
	variant string // numeric Shopify id; "": it is of the product
	item    string // number
	said    Said
	course  Course
}

// agreedOf is where what was agreed on a field of the product or a variant is kept.
func (h *handling) agreedOf(variant string) map[Field]string {
	if variant == "" {
		return h.l.Agreed
	}
	v, _ := h.l.Variant(variant)
	return v.Agreed
}

func (h *handling) agree(f Field, variant string, s Said) {
	next := maps.Clone(h.agreedOf(variant))
	if next == nil {
		next = map[Field]string{}
	}
	next[f] = Agree(s)
	if variant == "" {
		h.l.Agreed = next
		return
	}
	h.l.Variants = slices.Clone(h.l.Variants)
	for i := range h.l.Variants {
		if h.l.Variants[i].ID == variant {
			h.l.Variants[i].Agreed = next
		}
	}
}

// settle decides about all fields of a product, and writes what is to be written.
func (h *handling) settle(ctx context.Context) error {
	if h.rules.owner(Type) != OwnerNobody {
		if err := h.loadCategories(ctx); err != nil {
			return err
		}
	}
	var todo []pending
	var failure error
	look := func(f Field, variant, item string, s Said) {
		o := h.rules.owner(f)
		c, conflict := Settle(o, h.agreedOf(variant)[f], s)
		if f == Barcode && c == ToBC && !isGTIN(s.Shopify) {
			c, conflict = Leave, false // the field holds digits alone
		}
		if c == ToBC && o == OwnerShopify {
			shared, err := h.shared(ctx, item)
			failure = errors.Join(failure, err)
			if shared {
				h.problem(ItemShared, string(f)+" of "+item, "")
				return
			}
		}
		if conflict {
			h.conflict(Conflict{Variant: variant, Field: f, BC: short(s.BC), Shopify: short(s.Shopify), Kept: kept(c), At: h.Now()})
		}
		was := h.agreedOf(variant)[f]
		switch {
		case c != Leave:
			todo = append(todo, pending{f, variant, item, s, c})
		case o != OwnerNobody && was != Agree(s) && (was != "" || s.BC != "" || s.Shopify != ""):
			h.agree(f, variant, s) // as it is: the same, or nothing is known on one side
		}
	}
	if item, ok := h.only(); ok {
		for _, f := range productFields {
			look(f, "", item.Number, Said{h.says(f, item, ""), shown(f, h.p, ProductVariant{}), item.ModifiedAt, h.p.UpdatedAt})
		}
	}
	for _, pv := range h.p.Variants {
		v, ok := h.l.Variant(pv.ID)
		item, there := h.shelf.items[bcapi.Code(v.Item)]
		if !ok || v.Components || v.Item == "" || !there || item.Blocked || !h.shelf.has(v) || v.Unit != "" {
			continue
		}
		for _, f := range variantFields {
			if h.rules.looks(f, v.Code) {
				look(f, v.ID, item.Number, Said{h.says(f, item, bcapi.Code(v.Code)), shown(f, h.p, pv), item.ModifiedAt, h.p.UpdatedAt})
			}
			if bad := h.unusable(f, item); bad != "" && h.rules.owner(f) == OwnerBC {
				h.problem(NoUse, string(f)+" "+quote(bad)+" of item "+item.Number, "")
			}
		}
	}
	if failure != nil {
		return failure
	}
	return h.write(ctx, todo)
}

// looks reports whether a field of a variant is looked at that stands for an item, or for
// its variant of a code: the item's GTIN is no variant's, and nothing takes one of it.
func (r rules) looks(f Field, code string) bool {
	return f != Barcode || code == "" || r.owner(Barcode) == OwnerBC
}

// shared reports whether more than one variant stands for an item itself, here or in
// another product: what each says would be put in place of what the other says, for ever.
func (h *handling) shared(ctx context.Context, item string) (bool, error) {
	n := 0
	for _, v := range h.l.Variants {
		if bcapi.Code(v.Item) == item && v.Code == "" && v.Unit == "" {
			n++
		}
	}
	if n > 1 {
		return true, nil
	}
	ls, err := h.Store.OfItems(ctx, h.Request.Shop, []string{item})
	return slices.ContainsFunc(ls, func(l Listing) bool { return l.Product != h.p.ID }), err
}

func kept(c Course) Owner {
	if c == ToBC {
		return OwnerShopify
	}
	return OwnerBC
}

func isGTIN(s string) bool {
	return s != "" && len(s) <= bcapi.GTINLength && strings.Trim(s, "0123456789") == ""
}

// short is as much of a text as is shown of it.
func short(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}

// conflict notes a conflict in place of an older one of the same field.
func (h *handling) conflict(c Conflict) {
	h.l.Conflicts = append(slices.DeleteFunc(slices.Clone(h.l.Conflicts), func(o Conflict) bool { return o.Variant == c.Variant && o.Field == c.Field }), c)
}

// only is the item that all variants of the product stand for, if there is one that is
// not blocked: title and type are those of one item or of none.
func (h *handling) only() (Item, bool) {
	numbers := h.l.Items()
	if len(numbers) != 1 || slices.ContainsFunc(h.p.Variants, func(v ProductVariant) bool { return v.Components }) {
		return Item{}, false
	}
	i, ok := h.shelf.items[bcapi.Code(numbers[0])]
	return i, ok && !i.Blocked
}

func (s *slice) typeOf(i Item) string {
	if name := strings.TrimSpace(s.categories[i.Category]); name != "" {
		return name
	}
	return i.Category
}

func (s *slice) loadCategories(ctx context.Context) error {
	if s.categories != nil {
		return nil
	}
	c, err := s.Company.CategoryNames(ctx)
	if err == nil && c == nil {
		c = map[string]string{}
	}
	s.categories = c
	return err
}

// write sends what is pending: one change of the product, one for all of its variants,
// and one for each item.
func (h *handling) write(ctx context.Context, todo []pending) error {
	if len(todo) == 0 {
		return nil
	}
	for _, t := range todo {
		to := "Shopify: " + string(t.field) + " " + quote(short(t.said.BC))
		if t.course == ToBC {
			to = "Business Central: " + string(t.field) + " " + quote(short(t.said.Shopify))
		}
		h.Row(row{Product: h.p.ID, Item: t.item, Name: h.p.Title, Does: to})
	}
	if h.Request.DryRun {
		return nil
	}
	if err := h.writeProduct(ctx, todo); err != nil {
		return err
	}
	if err := h.writeVariants(ctx, todo); err != nil {
		return err
	}
	return h.writeItems(ctx, todo)
}

func (h *handling) writeProduct(ctx context.Context, todo []pending) error {
	var c ProductChange
	for _, t := range todo {
		if t.course == ToShopify && t.variant == "" {
			c.set(t.field, t.said.BC)
		}
	}
	if c == (ProductChange{}) {
		return nil
	}
	if err := h.Hold().Ensure(ctx); err != nil {
		return err
	}
	p, err := h.Shop.UpdateProduct(ctx, h.p.ID, c)
	if err != nil {
		return h.refused(err, ShopRefused, h.p.Title)
	}
	h.Counts.Updated++
	for _, t := range todo {
		if t.course == ToShopify && t.variant == "" {
			h.agree(t.field, "", Said{BC: t.said.BC, Shopify: shown(t.field, p, ProductVariant{})})
		}
	}
	return nil
}

// perWrite is how many variants one request changes or adds.
const perWrite = 250

func (h *handling) writeVariants(ctx context.Context, todo []pending) error {
	var cs []VariantChange
	for _, t := range todo {
		if t.course != ToShopify || t.variant == "" {
			continue
		}
		n := slices.IndexFunc(cs, func(c VariantChange) bool { return c.ID == t.variant })
		if n < 0 {
			cs, n = append(cs, VariantChange{ID: t.variant}), len(cs)
		}
		cs[n].set(t.field, t.said.BC, h.rules.weight(h.shelf.details[t.item]))
	}
	for part := range slices.Chunk(cs, perWrite) {
		if err := h.Hold().Ensure(ctx); err != nil {
			return err
		}
		done, refused, err := h.Shop.UpdateVariants(ctx, h.p.ID, part)
		if err != nil {
			return h.refused(err, ShopRefused, h.p.Title)
		}
		for _, c := range part {
			if err := refused[c.ID]; err != nil {
				v, _ := h.l.Variant(c.ID)
				if err := h.refused(err, ShopRefused, h.l.NameOf(v)); err != nil {
					return err
				}
			}
			for _, pv := range done {
				if pv.ID == c.ID {
					h.agreed(todo, pv)
				}
			}
		}
		h.Counts.Updated++
	}
	return nil
}

// agreed notes what was written of a variant, as Shopify has stored it.
func (h *handling) agreed(todo []pending, v ProductVariant) {
	for _, t := range todo {
		if t.course == ToShopify && t.variant == v.ID {
			h.agree(t.field, v.ID, Said{BC: t.said.BC, Shopify: shown(t.field, h.p, v)})
		}
	}
}

func (h *handling) writeItems(ctx context.Context, todo []pending) error {
	cs := map[string]ItemChange{}
	for i, t := range todo {
		if t.course != ToBC {
			continue
		}
		c := cs[t.item]
		if t.field == Title {
			name := bcapi.Cut(todo[i].said.Shopify, bcapi.NameLength)
			c.Name = &name
		} else {
			c.GTIN = &todo[i].said.Shopify
		}
		cs[t.item] = c
	}
	for _, number := range slices.Sorted(maps.Keys(cs)) {
		if err := h.Hold().Ensure(ctx); err != nil {
			return err
		}
		now, err := h.Company.UpdateItem(ctx, h.shelf.items[number].ID, cs[number])
		if err != nil {
			if err := h.refused(err, BCRefused, "item "+number); err != nil {
				return err
			}
			continue
		}
		h.Counts.Updated++
		h.shelf.put(now)
		for _, t := range todo {
			switch {
			case t.course != ToBC || t.item != number:
			case t.field == Title:
				h.agree(Title, "", Said{BC: strings.TrimSpace(now.Name), Shopify: t.said.Shopify})
			default:
				h.agree(t.field, t.variant, Said{BC: now.GTIN, Shopify: t.said.Shopify})
			}
		}
	}
	return nil
}

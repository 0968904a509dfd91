package listings

import (
	"context"
	"slices"

	"backroom/shared/bcapi"
)

// stand is what a variant stands for, if that is said by what Shopify has of it: what a
// person has mapped by its id is meant so.
type stand struct{ item, code, unit string }

// stands are what l's variants stand for.
func (l Listing) stands() map[stand]Variant {
	out := map[stand]Variant{}
	for _, v := range l.Variants {
		if v.Item != "" && !v.Components && v.How != ByHand {
			out[stand{bcapi.Code(v.Item), bcapi.Code(v.Code), bcapi.Code(v.Unit)}] = v
		}
	}
	return out
}

// elsewhere says which of a product's variants stand for what a variant of another product
// stands for as well. Others are looked for when what the product stands for has changed,
// and as long as there are some: a product that comes later finds this one.
func (h *handling) elsewhere(ctx context.Context) error {
	mine, before := h.l.stands(), h.was.stands()
	fresh := h.was.Others != othersNone
	for s := range mine {
		if _, known := before[s]; !known {
			fresh = true
		}
	}
	if !fresh || len(mine) == 0 {
		return nil
	}
	others, err := h.Store.OfItems(ctx, h.Request.Shop, h.l.Items())
	if err != nil {
		return err
	}
	var found []string
	for _, o := range others {
		was := len(found)
		for s, theirs := range o.stands() {
			if v, both := mine[s]; both && o.Product != h.p.ID {
				found = append(found, h.l.NameOf(v)+" (variant "+v.ID+") and "+o.NameOf(theirs)+" of product "+o.Product+": "+v.Item+codeOf(v.Code))
			}
		}
		// The other one learns it: it may be the one that somebody corrects.
		if len(found) > was && o.Others != othersSome && !h.Request.DryRun {
			o.Others = othersSome
			if _, err := h.Store.Put(ctx, h.Guard, h.Request.Lease, o); err != nil {
				return err
			}
			h.learned[o.Product] = true
		}
	}
	slices.Sort(found)
	for _, thing := range found {
		h.problem(Elsewhere, thing, "")
	}
	if h.l.Others = othersNone; len(found) > 0 {
		h.l.Others = othersSome
	}
	return nil
}

// What a listing knows of other products that stand for the same. The texts are stored.
const (
	othersNone = "none"
	othersSome = "some"
)

// doubtful reports whether somebody is asked to correct what a variant of l stands for: then
// its SKU or bar code is followed again.
func (l Listing) doubtful(v Variant) bool {
	if v.How != BySKU && v.How != ByBarcode {
		return false
	}
	return l.Others == othersSome || slices.ContainsFunc(l.Variants, func(o Variant) bool { return o.ID != v.ID && !o.Components && o.Same(v) })
}

// reread reads the listing of a product anew that has learned of another one.
func (h *handling) reread(ctx context.Context) error {
	l, err := h.Store.Get(ctx, h.Request.Shop, h.p.ID)
	h.was, h.l = l, l
	return err
}

package documents

import (
	"context"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// reader reads from BC what mapping needs to know, once a slice.
type reader struct {
	target Target
	refs   References
	small  map[bcapi.Set]bool // accounts and reference tables that are read
	asked  map[string]bool    // items, variants and GTINs that were asked for
}

// load completes the references for os.
func (r *reader) load(ctx context.Context, card Card, os []orders.Order) (References, error) {
	if err := r.tables(ctx, card); err != nil {
		return References{}, err
	}
	w := r.wanted(card, os)
	c := r.refs.Items
	if err := each(ctx, w.codes, r.target.Items.VariantsByCode, func(v products.Variant) {
		code := strings.ToUpper(v.Code)
		c.Codes[code] = append(c.Codes[code], v)
		r.want(&w.numbers, "item ", strings.ToUpper(v.ItemNumber))
	}); err != nil {
		return References{}, err
	}
	if err := each(ctx, w.vendors, r.target.Items.VendorItems, func(v products.VendorItem) {
		item := strings.ToUpper(v.ItemNumber)
		c.Vendors[v.Code] = append(c.Vendors[v.Code], item)
		r.want(&w.numbers, "item ", item)
	}); err != nil {
		return References{}, err
	}
	if err := each(ctx, w.parents, r.target.Items.VariantsByItem, func(v products.Variant) {
		item := strings.ToUpper(v.ItemNumber)
		c.Variants[item] = append(c.Variants[item], v)
	}); err != nil {
		return References{}, err
	}
	if err := each(ctx, w.numbers, r.target.Items.ItemsByNumber, func(it products.Item) {
		c.Items[strings.ToUpper(it.Number)] = it
	}); err != nil {
		return References{}, err
	}
	if err := each(ctx, w.gtins, r.target.Items.ItemsByGTIN, func(it products.Item) {
		c.GTINs[it.GTIN] = append(c.GTINs[it.GTIN], it)
	}); err != nil {
		return References{}, err
	}
	return r.refs, nil
}

// each adds what read answers for keys, in pieces of 100.
func each[T any](ctx context.Context, keys []string, read func(context.Context, []string) ([]T, error), add func(T)) error {
	for chunk := range slices.Chunk(keys, 100) {
		rows, err := read(ctx, chunk)
		if err != nil {
			return err
		}
		for _, row := range rows {
			add(row)
		}
	}
	return nil
}

// wants are what BC has not been asked for yet: items by number and by GTIN,
// by what vendors call them, variants by code and by the item that they are of.
type wants struct{ numbers, gtins, vendors, codes, parents []string }

// want adds v to list, unless it is nothing or was asked for before.
func (r *reader) want(list *[]string, kind, v string) {
	if v == "" || r.asked[kind+v] {
		return
	}
	r.asked[kind+v] = true
	*list = append(*list, v)
}

// wanted is what the lines of os name.
func (r *reader) wanted(card Card, os []orders.Order) wants {
	var out wants
	for _, n := range card.BookedItems() {
		r.want(&out.numbers, "item ", n)
	}
	for _, o := range os {
		for _, l := range o.Lines {
			w := products.Want(card.ItemSettings, l)
			r.want(&out.numbers, "item ", w.ItemNo)
			r.want(&out.gtins, "gtin ", w.GTIN)
			r.want(&out.vendors, "of a vendor ", w.VendorItem)
			if w.ItemNo != "" && w.VariantCode != "" {
				r.want(&out.parents, "variants of ", w.ItemNo)
			} else {
				r.want(&out.codes, "variant ", w.VariantCode)
			}
		}
	}
	return out
}

// tables reads the small tables whole; those that the shop card never uses are left out.
func (r *reader) tables(ctx context.Context, card Card) error {
	if r.small == nil {
		if err := r.accounts(ctx); err != nil {
			return err
		}
	}
	for _, set := range []struct {
		name bcapi.Set
		used bool
		into *map[string]bcapi.Reference
	}{
		{bcapi.Countries, true, &r.refs.Countries},
		{bcapi.Currencies, true, &r.refs.Currencies},
		{bcapi.Locations, len(card.Locations) > 0, &r.refs.Locations},
		{bcapi.ShipmentMethods, len(card.ShipmentMethods) > 0, &r.refs.ShipmentMethods},
		{bcapi.PaymentTerms, len(card.PaymentTerms) > 0, &r.refs.PaymentTerms},
	} {
		if !set.used || r.small[set.name] {
			continue
		}
		rows, err := r.target.Tables.References(ctx, set.name)
		if err != nil {
			return err
		}
		*set.into = map[string]bcapi.Reference{}
		for _, row := range rows {
			(*set.into)[strings.ToUpper(row.Code)] = row
		}
		r.small[set.name] = true
	}
	return nil
}

// accounts reads the accounts, and begins with nothing of all else.
func (r *reader) accounts(ctx context.Context) error {
	r.asked = map[string]bool{}
	r.refs.Items = products.Catalog{
		Items: map[string]products.Item{}, GTINs: map[string][]products.Item{},
		Variants: map[string][]products.Variant{}, Codes: map[string][]products.Variant{}, Vendors: map[string][]string{},
	}
	accounts, err := r.target.Tables.Accounts(ctx)
	if err != nil {
		return err
	}
	r.refs.Accounts = make(map[string]bcapi.Account, len(accounts))
	for _, a := range accounts {
		r.refs.Accounts[strings.ToUpper(a.Number)] = a
	}
	r.small = map[bcapi.Set]bool{}
	return nil
}

package documents

import (
	"context"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/shop"
)

// reader reads from BC what mapping needs to know, once a slice.
type reader struct {
	target Target
	refs   References
	small  bool            // accounts and reference tables are read
	asked  map[string]bool // items, variants and GTINs that were asked for
}

// load completes the references for os.
func (r *reader) load(ctx context.Context, card shop.Shop, os []orders.Order) (References, error) {
	if err := r.tables(ctx, card); err != nil {
		return References{}, err
	}
	var numbers, parents, codes, gtins []string
	want := func(list *[]string, kind, v string) {
		if v == "" || r.asked[kind+v] {
			return
		}
		r.asked[kind+v] = true
		*list = append(*list, v)
	}
	for _, o := range os {
		for _, l := range o.Lines {
			w := products.Want(card, l)
			want(&numbers, "item ", w.ItemNo)
			want(&gtins, "gtin ", w.GTIN)
			if w.ItemNo != "" && w.VariantCode != "" {
				want(&parents, "variants of ", w.ItemNo)
			} else {
				want(&codes, "variant ", w.VariantCode)
			}
		}
	}
	c := r.refs.Items
	for chunk := range slices.Chunk(codes, 100) {
		vs, err := r.target.VariantsByCode(ctx, chunk)
		if err != nil {
			return References{}, err
		}
		for _, v := range vs {
			c.Codes[strings.ToUpper(v.Code)] = append(c.Codes[strings.ToUpper(v.Code)], v)
			want(&numbers, "item ", strings.ToUpper(v.ItemNumber))
		}
	}
	for chunk := range slices.Chunk(parents, 100) {
		vs, err := r.target.VariantsByItem(ctx, chunk)
		if err != nil {
			return References{}, err
		}
		for _, v := range vs {
			c.Variants[strings.ToUpper(v.ItemNumber)] = append(c.Variants[strings.ToUpper(v.ItemNumber)], v)
		}
	}
	for chunk := range slices.Chunk(numbers, 100) {
		items, err := r.target.ItemsByNumber(ctx, chunk)
		if err != nil {
			return References{}, err
		}
		for _, it := range items {
			c.Items[strings.ToUpper(it.Number)] = it
		}
	}
	for chunk := range slices.Chunk(gtins, 100) {
		items, err := r.target.ItemsByGTIN(ctx, chunk)
		if err != nil {
			return References{}, err
		}
		for _, it := range items {
			c.GTINs[it.GTIN] = append(c.GTINs[it.GTIN], it)
		}
	}
	return r.refs, nil
}

// tables reads the small tables whole; those that the shop card never uses are left out.
func (r *reader) tables(ctx context.Context, card shop.Shop) error {
	if r.small {
		return nil
	}
	r.asked = map[string]bool{}
	r.refs.Items = products.Catalog{
		Items: map[string]products.Item{}, GTINs: map[string][]products.Item{},
		Variants: map[string][]products.Variant{}, Codes: map[string][]products.Variant{},
	}
	accounts, err := r.target.Accounts(ctx)
	if err != nil {
		return err
	}
	r.refs.Accounts = make(map[string]bcapi.Account, len(accounts))
	for _, a := range accounts {
		r.refs.Accounts[strings.ToUpper(a.Number)] = a
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
		*set.into = map[string]bcapi.Reference{}
		if !set.used {
			continue
		}
		rows, err := r.target.References(ctx, set.name)
		if err != nil {
			return err
		}
		for _, row := range rows {
			(*set.into)[strings.ToUpper(row.Code)] = row
		}
	}
	r.small = true
	return nil
}

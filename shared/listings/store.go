package listings

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Store keeps listings. Safe for concurrent use.
//
//	SHOP#<shop>#LISTING   <product id>                  a listing
//	SHOP#<shop>#LISTED    <item number>#<product id>    a variant of that product stands, or stood, for the item
//	SHOP#<shop>#LISTINGS#NEW <item number>              an item on its way to become a product
//	SHOP#<shop>                CURSOR#items              how far the items of the company are known
type Store struct{ Table table.Table }

// schema of stored listings: 1, since the first release.
const schema = 1

func keyOf(shop, product string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#LISTING", SK: product}
}

func hint(shop, item, product string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#LISTED", SK: bcapi.Code(item) + "#" + product}
}

// Get reads the listing of a product; one that is not stored has Version 0. Errors:
// those of the table.
func (s *Store) Get(ctx context.Context, shop, product string) (Listing, error) {
	l := Listing{Shop: shop, Product: product}
	var err error
	if l.Version, err = record.Get(ctx, s.Table, keyOf(shop, product), schema, &l); err != nil {
		return l, fmt.Errorf("listings: product %s of %s: %w", product, shop, err)
	}
	return l, nil
}

// All walks over the listings of a shop, in the order of their products' ids as text.
// An error is the last that comes: one of the table.
func (s *Store) All(ctx context.Context, shop string) iter.Seq2[Listing, error] {
	return func(yield func(Listing, error) bool) {
		for page := ""; ; {
			ls, next, err := s.Page(ctx, shop, page, 0)
			if err != nil {
				yield(Listing{}, err)
				return
			}
			for _, l := range ls {
				if !yield(l, nil) {
					return
				}
			}
			if page = next; page == "" {
				return
			}
		}
	}
}

// Page reads listings of a shop in the order of [Store.All], at most limit (0: as many
// as one page of the table has); next is the page that follows, "" after the last.
// Errors: those of the table; table.ErrInvalid for a page of something else.
func (s *Store) Page(ctx context.Context, shop, page string, limit int) (ls []Listing, next string, err error) {
	p, err := s.Table.Query(ctx, table.Query{PK: keyOf(shop, "").PK, Page: page, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("listings of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		l := Listing{Shop: shop, Product: it.SK, Version: it.Version}
		if err := record.Decode(it.Data, schema, &l); err != nil {
			return nil, "", fmt.Errorf("listings: product %s of %s: %w", it.SK, shop, err)
		}
		ls = append(ls, l)
	}
	return ls, p.Next, nil
}

// OfItems reads the listings with variants that stand for items of these numbers, each
// once, in the order of the products' ids. Errors: those of the table.
func (s *Store) OfItems(ctx context.Context, shop string, numbers []string) ([]Listing, error) {
	want, products := map[string]bool{}, []string{}
	for _, n := range numbers {
		want[bcapi.Code(n)] = true
		for it, err := range table.All(ctx, s.Table, table.Query{PK: hint(shop, "", "").PK, Prefix: bcapi.Code(n) + "#"}) {
			if err != nil {
				return nil, fmt.Errorf("listings of item %s in %s: %w", n, shop, err)
			}
			if product := strings.TrimPrefix(it.SK, bcapi.Code(n)+"#"); !strings.Contains(product, "#") {
				products = append(products, product)
			}
		}
	}
	slices.Sort(products)
	var out []Listing
	for _, product := range slices.Compact(products) {
		l, err := s.Get(ctx, shop, product)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(l.Items(), func(n string) bool { return want[bcapi.Code(n)] }) {
			out = append(out, l)
		}
	}
	return out, nil
}

// Put stores a listing under the lease, if it is as it was read, and answers it as it is
// stored. One without variants is deleted. Errors: table.ErrConflict when somebody else
// has stored it meanwhile; table.ErrTooLarge; those of the lease.
func (s *Store) Put(ctx context.Context, g jobqueue.Guard, lease jobqueue.Lease, l Listing) (Listing, error) {
	var was Listing
	if l.Version > 0 {
		var err error
		if was, err = s.Get(ctx, l.Shop, l.Product); err != nil {
			return l, err
		}
	}
	// Hints go first: an item that is not found by one would be listed anew.
	had, has := was.Items(), l.Items()
	hints := hintsOf(l, has, had, func(k table.Key) table.Op { return table.Put(table.Item{Key: k}, table.Always) })
	stale := hintsOf(l, had, has, func(k table.Key) table.Op { return table.Delete(k, table.Always) })
	last := record.Put(keyOf(l.Shop, l.Product), schema, &l, table.AsRead(l.Version))
	if len(l.Variants) == 0 {
		last = table.Delete(keyOf(l.Shop, l.Product), table.AsRead(l.Version))
	}
	err := inParts(ctx, g, lease, hints, last)
	if err == nil && len(stale) > 0 {
		err = inParts(ctx, g, lease, stale[1:], stale[0])
	}
	if err != nil {
		return l, fmt.Errorf("listings: product %s of %s: %w", l.Product, l.Shop, err)
	}
	if l.Version++; len(l.Variants) == 0 {
		l.Version = 0
	}
	return l, nil
}

// hintsOf are operations for the items that stand in of and not in but.
func hintsOf(l Listing, of, but []string, op func(table.Key) table.Op) (ops []table.Op) {
	for _, n := range of {
		if _, found := slices.BinarySearch(but, n); !found {
			ops = append(ops, op(hint(l.Shop, n, l.Product)))
		}
	}
	return ops
}

// inParts writes ops, some at a time, and last in the last of the transactions.
func inParts(ctx context.Context, g jobqueue.Guard, lease jobqueue.Lease, ops []table.Op, last table.Op) error {
	const room = table.MaxTransactionOps - 2 // for last and the lease's own
	for len(ops) > room {
		if err := g.Write(ctx, lease, ops[:room]...); err != nil {
			return err
		}
		ops = ops[room:]
	}
	return g.Write(ctx, lease, append(slices.Clone(ops), last)...)
}

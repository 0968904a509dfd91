package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"backroom/shared/listings"
	"backroom/shared/prices"
)

// variantLinks are the links of variants with items: as the products of the shop were brought into
// step, and rows of the shop card say. Who has set a row is told by it.
type variantLinks struct {
	*server

	shop string
	rows map[string]Mapping // of the card, by variant
	sent *prices.Known
}

// errVariantRows says where links of variants are set.
func errVariantRows(id string) error {
	return refuseAs(http.StatusConflict, ProblemCodeRefused, "variant %s: set or remove its row of the mapping list variants", id)
}

func (s *server) variantLinks(ctx context.Context, code string) (variantLinks, error) {
	v := variantLinks{server: s, shop: code, rows: map[string]Mapping{}, sent: &prices.Known{Table: s.Table, Shop: code}}
	card, err := s.Cards.Get(ctx, code)
	if err != nil {
		return v, err
	}
	rows, err := s.rowsOf(card, Variants)
	for _, r := range rows {
		m := mappingOf(Variants, r)
		v.rows[m.Key] = m
	}
	return v, err
}

// of is the link of a variant.
func (v variantLinks) of(ctx context.Context, x listings.Variant) (Link, error) {
	l := Link{Kind: string(Variant), ID: x.ID, Number: strings.TrimSpace(x.Item + " " + x.Code), How: string(x.How), At: x.At}
	if m, ok := v.rows[x.ID]; ok && x.How == listings.ByHand {
		if m = v.marked(ctx, v.shop, m); m.By != "" {
			l.By, l.At = m.By, m.At
		}
	}
	p, is, err := v.sent.Of(ctx, x.ID)
	if is {
		l.Price = SentPrice{Price: p.Price, CompareAtPrice: p.CompareAt, Cost: p.Cost, Meant: p.Meant, SentAt: p.At}
	}
	return l, err
}

// list is a page of links, by the product. A page goes on within a product.
func (v variantLinks) list(ctx context.Context, page string, limit int) (ls []Link, next string, err error) {
	skip := 0
	if page != "" {
		if n, err := fmt.Sscanf(page, "%d", &skip); n != 1 || err != nil || skip < 0 {
			return nil, "", refuseAs(http.StatusBadRequest, ProblemCodeBadQuery, "page %.40q: must be the next of an earlier answer to the same query", page)
		}
		_, page, _ = strings.Cut(page, " ")
	}
	store := &listings.Store{Table: v.Table}
	for {
		some, after, err := store.Page(ctx, v.shop, page, limit)
		if err != nil {
			return nil, "", err
		}
		n := 0
		for _, l := range some {
			for _, x := range l.Variants {
				if x.Item == "" {
					continue
				}
				if n++; n <= skip {
					continue
				}
				if len(ls) == limit {
					return ls, fmt.Sprintf("%d %s", n-1, page), nil
				}
				one, err := v.of(ctx, x)
				if err != nil {
					return nil, "", err
				}
				ls = append(ls, one)
			}
		}
		if page, skip = after, 0; page == "" {
			return ls, "", nil
		}
		if len(ls) == limit {
			return ls, "0 " + page, nil
		}
	}
}

// ofItem are the links of the variants that stand for an item, by the product.
func (v variantLinks) ofItem(ctx context.Context, item string) (ls []Link, err error) {
	some, err := (&listings.Store{Table: v.Table}).OfItems(ctx, v.shop, []string{item})
	for _, l := range some {
		for _, x := range l.Variants {
			if !strings.EqualFold(x.Item, item) {
				continue
			}
			one, err := v.of(ctx, x)
			if err != nil {
				return nil, err
			}
			ls = append(ls, one)
		}
	}
	return ls, err
}

// one is the link of a variant of an id, and false if it has none.
func (v variantLinks) one(ctx context.Context, id string) (Link, bool, error) {
	for l, err := range (&listings.Store{Table: v.Table}).All(ctx, v.shop) {
		if err != nil {
			return Link{}, false, err
		}
		for _, x := range l.Variants {
			if x.ID == id && x.Item != "" {
				one, err := v.of(ctx, x)
				return one, err == nil, err
			}
		}
	}
	return Link{}, false, nil
}

package prices

import (
	"context"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// Sent is what is known of the price of a variant in the shop's currency; "" is none.
type Sent struct {
	Price, CompareAt, Cost string // as Shopify has shown or answered it last
	// Meant is what Business Central meant when the two were in step last or Shopify
	// refused it, where that differs from Price.
	Meant string
	At    time.Time // when it was sent last; zero: it never was
}

// Known reads what is known of prices of a shop, each part of it once. Not safe for
// concurrent use.
type Known struct {
	Table table.Table
	Shop  string

	read map[string]page
}

// Of is what is known of a variant, and false if nothing is.
func (n *Known) Of(ctx context.Context, variant string) (Sent, bool, error) {
	at := pageOf(variant)
	p, is := n.read[at]
	if !is {
		if _, err := record.Get(ctx, n.Table, keyOf(n.Shop, at), schema, &p); err != nil {
			return Sent{}, false, err
		}
		if n.read == nil {
			n.read = map[string]page{}
		}
		n.read[at] = p
	}
	k, is := p.Prints[variant]
	if !is || k.Shown.Price == "" {
		return Sent{}, false, nil
	}
	s := Sent{Price: k.Shown.Price, CompareAt: k.Shown.CompareAt, Cost: k.Shown.Cost, At: k.Sent}
	if k.Meant.Price != k.Shown.Price {
		s.Meant = k.Meant.Price
	}
	return s, true, nil
}

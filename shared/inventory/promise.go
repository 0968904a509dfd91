package inventory

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// Promise is what an order without a document has sold of a variant: nothing in the
// company stands for it.
type Promise struct {
	Order    string // numeric Shopify id
	Variant  string // numeric Shopify id
	Location string // numeric Shopify id of where it ships from; "": nobody knows
	Units    int    // of the variant
}

// Unbooked are the orders that have no document yet.
type Unbooked struct {
	Orders []string  // ids of imported ones
	UpTo   time.Time // what was placed before is imported
}

// Orders are the shop's orders, by what the company knows of them.
type Orders interface {
	// Unbooked lists the imported orders without a document. One that a person has
	// closed is not among them, nor one that gets none by its nature.
	Unbooked(ctx context.Context, shop string) (Unbooked, error)
	// Promises are those of orders, unless they got their document before that time.
	// missing are the orders that are not imported, or not as a whole.
	Promises(ctx context.Context, shop string, ids []string, before time.Time) (ps []Promise, missing []string, err error)
}

// promises are the units that are promised, in base units, by item, variant and
// Shopify's location.
type promises map[string]decimal.Decimal

func promiseKey(g Good, location string) string { return stockKey(g.Item, g.Code) + "|" + location }

// promisesOf adds up what is promised of goods. Where nobody knows where an order
// ships from it is promised at each of the places, so that none is sold twice.
func promisesOf(ps []Promise, goods map[string]Good, l ledger) promises {
	sum := promises{}
	for _, p := range ps {
		g, ok := goods[p.Variant]
		if !ok {
			continue
		}
		for _, place := range l.StockLocations {
			if p.Location != "" && p.Location != place.LocationID {
				continue
			}
			f := l.figure(g, place)
			key := promiseKey(g, place.LocationID)
			sum[key] = sum[key].Add(f.Per.Mul(decimal.NewFromInt(int64(p.Units))))
		}
	}
	return sum
}

package images

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of what is stored: 1, since the first release.
const schema = 1

// Record is what is known of one picture on its way. Not for concurrent use.
type Record struct {
	record.Rest

	Shop    string `json:"-"`
	Product string `json:"-"`
	Variant string `json:"-"` // "" of the product itself
	Version int64  `json:"-"` // 0: not stored

	Item string `json:"item,omitempty"`
	Code string `json:"code,omitempty"` // of the item variant
	Name string `json:"name,omitempty"` // for people

	// Sum is the hash of what was sent last: to Shopify, or to Business Central. "":
	// nothing of ours is there.
	Sum string `json:"sum,omitempty"`
	// Refusal is the hash of what was not taken: it is not tried again before it changes.
	Refusal string `json:"refusal,omitempty"`

	// Looked is the hash of the item's picture that was looked at last, on the way to
	// Shopify, and LookedStamp what the company told it from another one by; "": nothing.
	Looked      string `json:"looked,omitempty"`
	LookedStamp string `json:"lookedStamp,omitempty"`

	Media string `json:"media,omitempty"` // id of the file in Shopify
	Tied  bool   `json:"tied,omitempty"`  // the file is the product's, and the variant's
	// Seen is the version of the picture in Shopify that was looked at last, on the way from there.
	Seen string `json:"seen,omitempty"`

	// Stamp is when the item, or the product, had changed last as its picture was looked at.
	Stamp time.Time `json:"stamp,omitzero"`

	// Pending is the create of a file on its way; nil: none.
	Pending *Pending `json:"pending,omitempty"`
	// Open says that something is left to do, not before NotBefore.
	Open      bool      `json:"open,omitempty"`
	NotBefore time.Time `json:"notBefore,omitzero"`

	Log outbound.Log `json:"log,omitempty"`
}

// Pending is a create whose outcome is not known.
type Pending struct {
	At    time.Time `json:"at"`
	There time.Time `json:"there,omitzero"` // by the other side's clock
	Sum   string    `json:"sum"`
	File  string    `json:"file"` // what the file is called
}

// pair is what the record is about.
func (r Record) pair() Pair {
	return Pair{Item: r.Item, Code: r.Code, Product: r.Product, Variant: r.Variant, Name: r.Name}
}

// settled reports whether nothing is to be sent of a picture with this hash.
func (r Record) settled(sum string) bool {
	return sum != "" && (sum == r.Refusal || sum == r.Sum && r.Pending == nil)
}

func (r Record) id() string { return r.Product + "#" + r.Variant }

// Store keeps records. Safe for concurrent use.
type Store struct{ Table table.Table }

func keyOf(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop + "#IMAGE", SK: id} }

func openKey(shop string) string { return "SHOP#" + shop + "#IMAGE#OPEN" }

// Get reads what is known of a picture; one that is not stored has Version 0. Errors:
// those of the table.
func (s *Store) Get(ctx context.Context, shop string, p Pair) (Record, error) {
	r := Record{Shop: shop, Product: p.Product, Variant: p.Variant}
	var err error
	if r.Version, err = record.Get(ctx, s.Table, keyOf(shop, r.id()), schema, &r); err != nil {
		return r, fmt.Errorf("images: %s of %s: %w", r.id(), shop, err)
	}
	r.Item, r.Code, r.Name = p.Item, p.Code, p.Name
	return r, nil
}

// Of lists what is known of the pictures of a product. Errors: those of the table.
func (s *Store) Of(ctx context.Context, shop, product string) (rs []Record, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: keyOf(shop, "").PK, Prefix: product + "#"}) {
		r := Record{Shop: shop, Product: product}
		if err == nil {
			r.Variant, r.Version = it.SK[len(product)+1:], it.Version
			err = record.Decode(it.Data, schema, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("images: product %s of %s: %w", product, shop, err)
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// due lists records with something left to do that may be tried at now, those that wait
// longest first.
func (s *Store) due(ctx context.Context, shop string, now time.Time, limit int) (rs []Record, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: openKey(shop), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("images: open ones of %s: %w", shop, err)
	}
	for _, hit := range p.Items {
		it, err := s.Table.Get(ctx, hit.Key)
		r := Record{Shop: shop, Version: it.Version}
		if err == nil {
			err = record.Decode(it.Data, schema, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("images: %s of %s: %w", hit.SK, shop, err)
		}
		if r.Product, r.Variant = split(it.SK); r.Open && !r.NotBefore.After(now) {
			rs = append(rs, r)
		}
	}
	return rs, nil
}

// op stores r, if it is as it was read.
func (r *Record) op() table.Op {
	op := record.Put(keyOf(r.Shop, r.id()), schema, r, table.AsRead(r.Version))
	if r.Open {
		op.Item.Index2 = table.IndexKey{PK: openKey(r.Shop), SK: r.NotBefore.UTC().Format("2006-01-02T15:04:05Z") + "#" + r.id()}
	}
	return op
}

package prices

import (
	"context"
	"fmt"
	"hash/crc32"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// store keeps what was sent of a shop's prices. Safe for concurrent use.
//
//	SHOP#<shop>#PRICES   HEAD     when all of them were looked at last
//	SHOP#<shop>#PRICES   BULK     the bulk operation that changes prices now
//	SHOP#<shop>#PRICES   P#<n>    prints of variants, n of a hash of the variant
type store struct{ table table.Table }

func keyOf(shop, sk string) table.Key { return table.Key{PK: "SHOP#" + shop + "#PRICES", SK: sk} }

// head is when all prices were looked at last.
type head struct {
	record.Rest

	At time.Time `json:"at,omitzero"`
}

// bulk is a bulk operation that changes prices.
type bulk struct {
	record.Rest

	ID string    `json:"id"` // numeric Shopify id
	At time.Time `json:"at"` // when it began
}

// values are what a variant costs, as decimals without trailing zeros.
type values struct {
	Price string `json:"p,omitempty"`
	// CompareAt is "" for none; in what is meant, stays is that nothing is said of it.
	CompareAt string `json:"c,omitempty"`
	Cost      string `json:"k,omitempty"` // "": none, or nothing is said of it
}

// stays is a compare-at price of which nothing is said.
const stays = "-"

// agrees reports whether what is shown is what is meant.
func (meant values) agrees(shown values) bool {
	return meant.Price == shown.Price && (meant.CompareAt == stays || meant.CompareAt == shown.CompareAt) && (meant.Cost == "" || meant.Cost == shown.Cost)
}

// over is what is shown by what is meant: what nothing is said of is blank.
func (meant values) over(shown values) values {
	if meant.CompareAt == stays {
		shown.CompareAt = ""
	}
	if meant.Cost == "" {
		shown.Cost = ""
	}
	return shown
}

func valuesOf(p Price) values {
	v := values{Price: p.Price.String()}
	switch {
	case p.NoCompareAt:
		v.CompareAt = stays
	case !p.CompareAt.IsZero():
		v.CompareAt = p.CompareAt.String()
	}
	if !p.Cost.IsZero() {
		v.Cost = p.Cost.String()
	}
	return v
}

func shownValues(s Shown) values {
	v := values{Price: s.Price.String()}
	if s.CompareAt.Valid {
		v.CompareAt = s.CompareAt.Decimal.String()
	}
	if s.Cost.Valid {
		v.Cost = s.Cost.Decimal.String()
	}
	return v
}

// print is what is known of the price of a variant.
type print struct {
	Shown values `json:"s"` // what the shop has shown or answered last
	// Meant and Left are what was meant and what the shop answered when they were in
	// step last; without a price they never were.
	Meant  values       `json:"m,omitzero"`
	Left   values       `json:"l,omitzero"`
	Reason issue.Reason `json:"r,omitempty"` // Refused, Edited or Unread
	Detail string       `json:"d,omitempty"` // of the reason
	At     time.Time    `json:"at,omitzero"` // of the reason
	Sent   time.Time    `json:"t,omitzero"`  // when Shopify answered to it last
}

// page is some of the prints.
type page struct {
	record.Rest

	Prints  map[string]print `json:"prints"` // by variant
	version int64
	dirty   bool
}

// prints are those of a shop.
type prints struct {
	shop  string
	pages map[string]*page
}

// pageOf is where the print of a variant is.
func pageOf(variant string) string {
	return fmt.Sprintf("P#%02x", crc32.ChecksumIEEE([]byte(variant))%256)
}

func (s store) head(ctx context.Context, shop string) (h head, err error) {
	_, err = record.Get(ctx, s.table, keyOf(shop, "HEAD"), schema, &h)
	return h, err
}

func (h head) op(shop string) table.Op {
	return record.Put(keyOf(shop, "HEAD"), schema, &h, table.Always)
}

func (s store) bulk(ctx context.Context, shop string) (b bulk, err error) {
	_, err = record.Get(ctx, s.table, keyOf(shop, "BULK"), schema, &b)
	return b, err
}

func (b bulk) op(shop string) table.Op {
	return record.Put(keyOf(shop, "BULK"), schema, &b, table.Always)
}

func noBulk(shop string) table.Op { return table.Delete(keyOf(shop, "BULK"), table.Always) }

// prints reads all prints of a shop.
func (s store) prints(ctx context.Context, shop string) (*prints, error) {
	m := &prints{shop, map[string]*page{}}
	for it, err := range table.All(ctx, s.table, table.Query{PK: keyOf(shop, "").PK, Prefix: "P#"}) {
		if err != nil {
			return nil, fmt.Errorf("prices: prints of %s: %w", shop, err)
		}
		p := &page{version: it.Version}
		if err := record.Decode(it.Data, schema, p); err != nil {
			return nil, fmt.Errorf("prices: %s of %s: %w", it.SK, shop, err)
		}
		m.pages[it.SK] = p
	}
	return m, nil
}

func (m *prints) get(variant string) (k print, ok bool) {
	if p := m.pages[pageOf(variant)]; p != nil {
		k, ok = p.Prints[variant]
	}
	return k, ok
}

func (m *prints) put(variant string, k print) {
	if was, ok := m.get(variant); ok && was == k {
		return
	}
	p := m.pages[pageOf(variant)]
	if p == nil {
		p = &page{}
		m.pages[pageOf(variant)] = p
	}
	if p.Prints == nil {
		p.Prints = map[string]print{}
	}
	p.Prints[variant], p.dirty = k, true
}

// keep forgets the prints of variants that stand for nothing any more.
func (m *prints) keep(known func(variant string) bool) {
	for _, p := range m.pages {
		for v := range p.Prints {
			if !known(v) {
				delete(p.Prints, v)
				p.dirty = true
			}
		}
	}
}

// store writes what has changed, under the lease. After an error some of it may be
// stored.
func (m *prints) store(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease) error {
	var ops []table.Op
	var of []*page
	flush := func() error {
		if len(ops) == 0 {
			return nil
		}
		if err := g.Write(ctx, l, ops...); err != nil {
			return err
		}
		for _, p := range of {
			p.version, p.dirty = p.version+1, false
		}
		ops, of = nil, nil
		return nil
	}
	size := 0
	for sk, p := range m.pages {
		if !p.dirty {
			continue
		}
		op := record.Put(keyOf(m.shop, sk), schema, p, table.AsRead(p.version))
		if len(ops) == table.MaxTransactionOps-1 || size+op.Item.Size() > maxWrite {
			if err := flush(); err != nil {
				return err
			}
			size = 0
		}
		ops, of, size = append(ops, op), append(of, p), size+op.Item.Size()
	}
	return flush()
}

// maxWrite is about how much one transaction writes.
const maxWrite = 3 << 20

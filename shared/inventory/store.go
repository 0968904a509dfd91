package inventory

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

// store keeps what was handled of a shop's stock. Safe for concurrent use.
//
//	SHOP#<shop>#STOCK   HEAD     when all of it was looked at last
//	SHOP#<shop>#STOCK   BATCH    what is about to be sent, or was and nobody knows what became of it
//	SHOP#<shop>#STOCK   K#<n>    marks of pairs, n of a hash of the variant
type store struct{ table table.Table }

func stockKeyOf(shop, sk string) table.Key { return table.Key{PK: "SHOP#" + shop + "#STOCK", SK: sk} }

// head is when all pairs were looked at last.
type head struct {
	record.Rest

	// Gen counts such looks.
	Gen int       `json:"gen,omitempty"`
	At  time.Time `json:"at,omitzero"`
}

// mark is what was made of a pair of variant and location.
type mark struct {
	// Figure is the print of the figure that was handled; "": it is to be handled.
	Figure string `json:"f,omitempty"`
	Gen    int    `json:"g,omitempty"` // of the look at all pairs that it is of
	// Promised is what orders without a document had sold, in base units; "": nothing.
	// One of them may have had its document in the figure already: when it has got it,
	// the pair is looked at again.
	Promised string       `json:"p,omitempty"`
	Reason   issue.Reason `json:"r,omitempty"` // why nothing was sent
	Detail   string       `json:"d,omitempty"` // of the reason
	At       time.Time    `json:"at,omitzero"` // of the reason
}

// page is some of the marks.
type page struct {
	record.Rest

	Marks   map[string]mark `json:"marks"` // by pair
	version int64
	dirty   bool
}

// marks are those of a shop.
type marks struct {
	shop  string
	pages map[string]*page
}

func pairKey(variant, location string) string { return variant + "/" + location }

// pageOf is where the marks of a variant are.
func pageOf(variant string) string {
	return fmt.Sprintf("K#%02x", crc32.ChecksumIEEE([]byte(variant))%256)
}

func (s store) head(ctx context.Context, shop string) (h head, err error) {
	_, err = record.Get(ctx, s.table, stockKeyOf(shop, "HEAD"), schema, &h)
	return h, err
}

func (h head) op(shop string) table.Op {
	return record.Put(stockKeyOf(shop, "HEAD"), schema, &h, table.Always)
}

func (s store) batch(ctx context.Context, shop string) (b Batch, ok bool, err error) {
	version, err := record.Get(ctx, s.table, stockKeyOf(shop, "BATCH"), schema, &b)
	return b, version > 0, err
}

func (b Batch) op(shop string) table.Op {
	return record.Put(stockKeyOf(shop, "BATCH"), schema, &b, table.Always)
}

func noBatch(shop string) table.Op { return table.Delete(stockKeyOf(shop, "BATCH"), table.Always) }

// marks reads all marks of a shop.
func (s store) marks(ctx context.Context, shop string) (*marks, error) {
	m := &marks{shop, map[string]*page{}}
	for it, err := range table.All(ctx, s.table, table.Query{PK: stockKeyOf(shop, "").PK, Prefix: "K#"}) {
		if err != nil {
			return nil, fmt.Errorf("inventory: marks of %s: %w", shop, err)
		}
		p := &page{version: it.Version}
		if err := record.Decode(it.Data, schema, p); err != nil {
			return nil, fmt.Errorf("inventory: %s of %s: %w", it.SK, shop, err)
		}
		m.pages[it.SK] = p
	}
	return m, nil
}

func (m *marks) get(variant, location string) (k mark, ok bool) {
	if p := m.pages[pageOf(variant)]; p != nil {
		k, ok = p.Marks[pairKey(variant, location)]
	}
	return k, ok
}

func (m *marks) put(variant, location string, k mark) {
	p := m.pages[pageOf(variant)]
	if p == nil {
		p = &page{}
		m.pages[pageOf(variant)] = p
	}
	if p.Marks == nil {
		p.Marks = map[string]mark{}
	}
	p.Marks[pairKey(variant, location)], p.dirty = k, true
}

// promised reports whether orders without a document had sold anything of any pair.
func (m *marks) promised() bool {
	for _, p := range m.pages {
		for _, k := range p.Marks {
			if k.Promised != "" {
				return true
			}
		}
	}
	return false
}

// keep forgets the marks of pairs that are none any more.
func (m *marks) keep(pairs map[string]bool) {
	for _, p := range m.pages {
		for pair := range p.Marks {
			if !pairs[pair] {
				delete(p.Marks, pair)
				p.dirty = true
			}
		}
	}
}

// store writes what has changed, under the lease. After an error some of it may be
// stored.
func (m *marks) store(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease) error {
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
		op := record.Put(stockKeyOf(m.shop, sk), schema, p, table.AsRead(p.version))
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

package listings

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/shopspring/decimal"
)

// many is a company of items with three variants each.
type many struct {
	Company
	items int
}

func (m many) Items(_ context.Context, f func(Item) error) error {
	for i := range m.items {
		if err := f(Item{ID: fmt.Sprintf("5d115c9c-44e3-ea11-bb43-%012d", i), Number: fmt.Sprintf("ITEM%06d", i), Name: fmt.Sprintf("An item with a name of some length %06d", i), GTIN: fmt.Sprintf("%013d", i)}); err != nil {
			return err
		}
	}
	return nil
}

func (m many) ItemVariants(_ context.Context, f func(ItemVariant) error) error {
	for i := range 3 * m.items {
		if err := f(ItemVariant{ID: fmt.Sprintf("6d115c9c-44e3-ea11-bb43-%012d", i), Item: fmt.Sprintf("ITEM%06d", i/3), Code: fmt.Sprintf("C%d", i), Name: fmt.Sprintf("Colour %d", i%3)}); err != nil {
			return err
		}
	}
	return nil
}

func (m many) Details(context.Context, []string) (ds []Details, known bool, err error) {
	for i := range m.items {
		d := Details{Item: fmt.Sprintf("ITEM%06d", i), Vendor: "Nordlicht", Weight: decimal.New(int64(i), -3), TariffNo: "69120023", Origin: "DE", Barcodes: map[string]string{}}
		for j := range 3 {
			d.Barcodes[fmt.Sprintf("C%d", 3*i+j)] = fmt.Sprintf("%013d", 3*i+j)
		}
		ds = append(ds, d)
	}
	return ds, true, nil
}

// A full check holds all items of the company: 100,000 variants in at most 128 MB.
func TestShelfOfManyItems(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	s := newShelf(many{items: 33_334}, true)
	if err := s.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := heap()
	mb := float64(after-before) / (1 << 20)
	fmt.Printf("products_shelf_100000_variants %.0f MB\n", mb)
	if len(s.items) != 33_334 || mb > 128 {
		t.Errorf("%d items in %.0f MB", len(s.items), mb)
	}
	runtime.KeepAlive(s)
}

package listings_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"backroom/shared/jobqueue"
	"backroom/shared/listings"
)

// Products as shops export them become items, or an issue names each that cannot; a second
// look changes nothing.
func TestExportedProducts(t *testing.T) {
	folder := os.Getenv("BACKROOM_SHARED")
	if folder == "" {
		t.Skip("BACKROOM_SHARED is not set")
	}
	files, err := filepath.Glob(filepath.Join(folder, "data", "product-csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w := newWorld(t, `"productSync":"both","addItems":true`)
			w.exported(t, file)
			w.run(t)
			linked, left := len(w.stands(t)), 0
			for _, p := range w.products {
				if slices.ContainsFunc(p.Variants, func(v listings.ProductVariant) bool { return v.SKU == "" }) {
					left++
				}
			}
			if says := w.says(t); len(w.products) < 5 || len(says) != left || left == 0 && linked == 0 {
				t.Errorf("%d products, %d with a variant without SKU, %d variants linked, %d issues", len(w.products), left, linked, len(says))
			}
			before, writes := w.all(), w.requests["UpdateProduct"]+w.requests["UpdateVariants"]+w.requests["UpdateItem"]+w.requests["CreateItem"]
			for range 2 {
				w.run(t, func(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"full":true}`) })
			}
			if after := w.requests["UpdateProduct"] + w.requests["UpdateVariants"] + w.requests["UpdateItem"] + w.requests["CreateItem"]; w.all() != before || after > writes {
				t.Errorf("another look makes %d writes", after-writes)
			}
		})
	}
}

// exported adds the products of a file that Shopify has exported; rows of one handle are
// variants of one product.
func (w *world) exported(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row []string, name string) string {
		if i := slices.Index(rows[0], name); i >= 0 && i < len(row) {
			return row[i]
		}
		return ""
	}
	products := map[string]*listings.Product{}
	for _, row := range rows[1:] {
		handle := at(row, "Handle")
		p := products[handle]
		if p == nil {
			p = w.product(at(row, "Title"))
			p.Handle, p.Type, products[handle] = handle, at(row, "Type"), p
		}
		if at(row, "Variant Price") == "" {
			continue // a picture
		}
		id, value := w.id(), at(row, "Option1 Value")
		p.Variants = append(p.Variants, listings.ProductVariant{ID: id, InventoryItem: "7" + id, Name: value, SKU: at(row, "Variant SKU"), Barcode: at(row, "Variant Barcode"), Values: []string{value}})
	}
}

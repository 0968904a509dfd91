package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// The columns that are read, by the names of the export; the newer form of a
// name comes second.
var (
	colHandle   = []string{"Handle", "URL handle"}
	colTitle    = []string{"Title"}
	colBody     = []string{"Body (HTML)", "Description"}
	colVendor   = []string{"Vendor"}
	colType     = []string{"Type"}
	colTags     = []string{"Tags"}
	colStatus   = []string{"Status"}
	colSKU      = []string{"Variant SKU", "SKU"}
	colPrice    = []string{"Variant Price", "Price"}
	colCompare  = []string{"Variant Compare At Price", "Compare-at price"}
	colGrams    = []string{"Variant Grams", "Weight value (grams)"}
	colBarcode  = []string{"Variant Barcode", "Barcode"}
	colTaxable  = []string{"Variant Taxable", "Charge tax"}
	colShipping = []string{"Variant Requires Shipping", "Requires shipping"}
	colImage    = []string{"Image Src", "Product image URL"}
	colGift     = []string{"Gift Card", "Gift card"}
)

// colOptions are the names and the values of a product's options.
var colOptions = [3]struct{ name, value []string }{
	{[]string{"Option1 Name", "Option1 name"}, []string{"Option1 Value", "Option1 value"}},
	{[]string{"Option2 Name", "Option2 name"}, []string{"Option2 Value", "Option2 value"}},
	{[]string{"Option3 Name", "Option3 name"}, []string{"Option3 Value", "Option3 value"}},
}

const maxProducts = 20_000

// sheet is a CSV with columns by name.
type sheet struct {
	r       *csv.Reader
	columns map[string]int
	row     []string
}

func (s *sheet) get(names []string) string {
	for _, n := range names {
		if i, ok := s.columns[n]; ok {
			return strings.TrimSpace(s.row[i])
		}
	}
	return ""
}

// bad is an error at a column of the present row.
func (s *sheet) bad(names []string, why string) error {
	for _, n := range names {
		if i, ok := s.columns[n]; ok {
			line, column := s.r.FieldPos(i)
			return fmt.Errorf("line %d, column %d (%s) %.60q: %s", line, column, n, s.row[i], why)
		}
	}
	return fmt.Errorf("column %s is missing: %s", names[0], why)
}

// head takes the columns' places from the first row.
func (s *sheet) head() error {
	row, err := s.r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("line 1: the file is empty: want a row of column names")
	}
	if err != nil {
		return err // it names line and column
	}
	for i, name := range row {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if _, twice := s.columns[name]; twice && name != "" {
			line, column := s.r.FieldPos(i)
			return fmt.Errorf("line %d, column %d: column %.60q occurs twice: which one counts?", line, column, name)
		}
		s.columns[name] = i
	}
	for _, want := range [][]string{colHandle, colTitle, colPrice} {
		if !slices.ContainsFunc(want, func(n string) bool { _, ok := s.columns[n]; return ok }) {
			return fmt.Errorf("line 1: column %q is missing: export the products from Shopify's admin", want[0])
		}
	}
	return nil
}

// price is an amount of money, in whole cents.
func (s *sheet) price(names []string) (*decimal.Decimal, error) {
	d, err := s.amount(names)
	if err == nil && d != nil && !d.Equal(d.Round(2)) {
		return nil, s.bad(names, "want at most two decimals, such as 12.50")
	}
	return d, err
}

func (s *sheet) amount(names []string) (*decimal.Decimal, error) {
	text := s.get(names)
	if text == "" {
		return nil, nil //nolint:nilnil // an empty cell is no amount
	}
	if strings.ContainsAny(text, "eE") {
		return nil, s.bad(names, "want a decimal number such as 12.50")
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.IsNegative() || d.GreaterThan(decimal.NewFromInt(1_000_000_000)) {
		return nil, s.bad(names, "want a decimal number from 0, such as 12.50")
	}
	return &d, nil
}

// Catalog is a shop whose products come from a CSV in Shopify's product export
// format: rows of one handle are a product's variants and images. It gets the
// sample's customers, and 100 orders of these products. A row that makes no
// sense is refused with its position.
func Catalog(r io.Reader, now time.Time) (*Data, error) {
	s := &sheet{r: csv.NewReader(r), columns: map[string]int{}}
	err := s.head()
	if err != nil {
		return nil, err
	}
	b := newBuilder(now)
	byHandle := map[string]*Product{}
	for {
		s.row, err = s.r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // it names line and column
		}
		if err := b.read(s, byHandle); err != nil {
			return nil, err
		}
		if len(b.Products) > maxProducts {
			return nil, s.bad(colHandle, "more than "+strconv.Itoa(maxProducts)+" products")
		}
	}
	b.Products = slices.DeleteFunc(b.Products, func(p *Product) bool { return len(p.Variants) == 0 })
	if len(b.Products) == 0 {
		return nil, errors.New("line 2: no product with a price")
	}
	for i := range 40 {
		b.customer(i)
	}
	var sold []*Product
	for _, p := range b.Products {
		if !p.GiftCard && p.Status == "ACTIVE" && slices.ContainsFunc(p.Variants, func(v *Variant) bool { return v.Price.IsPositive() }) {
			sold = append(sold, p)
		}
	}
	if len(sold) == 0 {
		return nil, errors.New("no active product has a price above 0: nothing could be ordered")
	}
	for i := range 100 {
		at := b.now.Add(-time.Duration(101-i) * 47 * time.Minute)
		d := b.everyday(i, sold)
		for j := range d.lines {
			if !d.lines[j].variant.Taxable {
				d.lines[j].rate = "0"
			}
		}
		b.order(1001+i, at, d)
	}
	return b.Data, nil
}

// read adds what one row says.
func (b *builder) read(s *sheet, byHandle map[string]*Product) error {
	handle := s.get(colHandle)
	if handle == "" {
		return s.bad(colHandle, "want the product's handle")
	}
	p := byHandle[handle]
	if p == nil {
		var err error
		if p, err = b.begin(s, handle); err != nil {
			return err
		}
		byHandle[handle] = p
	}
	if image := s.get(colImage); image != "" && !slices.Contains(p.Images, image) {
		p.Images = append(p.Images, image)
	}
	price, err := s.price(colPrice)
	if err != nil {
		return err
	}
	if price == nil {
		if s.get(colSKU) != "" {
			return s.bad(colPrice, "want the price of variant "+s.get(colSKU))
		}
		return nil // a row of an image alone
	}
	compare, err := s.price(colCompare)
	if err != nil {
		return err
	}
	grams, err := s.amount(colGrams)
	if err != nil {
		return err
	}
	var values []string
	for _, c := range colOptions[:len(p.Options)] {
		values = append(values, or(s.get(c.value), "Default Title"))
	}
	v := &Variant{
		ID: b.next(), Title: strings.Join(values, " / "), Values: values, SKU: s.get(colSKU), Barcode: strings.Trim(s.get(colBarcode), "'"),
		Price: *price, CompareAt: compare, Taxable: !strings.EqualFold(s.get(colTaxable), "false"),
		RequiresShipping: !strings.EqualFold(s.get(colShipping), "false"), Tracked: true, Stock: map[int64]int{warehouse: 40},
	}
	if grams != nil {
		v.Grams = int(grams.IntPart())
	}
	p.DefaultVariantOnly = v.Title == "Default Title" && len(p.Variants) == 0
	p.Variants = append(p.Variants, v)
	b.of[v] = p
	return nil
}

// begin adds the product that the first row of a handle describes.
func (b *builder) begin(s *sheet, handle string) (*Product, error) {
	title := s.get(colTitle)
	if title == "" {
		return nil, s.bad(colTitle, "want the product's title in the first row of its handle")
	}
	p := &Product{
		ID: b.next(), Title: title, Handle: handle, DescriptionHTML: s.get(colBody), Vendor: s.get(colVendor), Type: s.get(colType), Status: strings.ToUpper(or(s.get(colStatus), "active")),
		CreatedAt: b.Shop.CreatedAt, UpdatedAt: b.Shop.CreatedAt, PublishedAt: b.Shop.CreatedAt, GiftCard: strings.EqualFold(s.get(colGift), "true"),
	}
	if !slices.Contains([]string{"ACTIVE", "ARCHIVED", "DRAFT"}, p.Status) {
		return nil, s.bad(colStatus, "want active, archived or draft")
	}
	for t := range strings.SplitSeq(s.get(colTags), ",") {
		if t = strings.TrimSpace(t); t != "" {
			p.Tags = append(p.Tags, t)
		}
	}
	for _, c := range colOptions {
		name := s.get(c.name)
		if name == "" {
			break
		}
		p.Options = append(p.Options, name)
	}
	if len(p.Options) == 0 {
		p.Options = []string{"Title"}
	}
	b.Products = append(b.Products, p)
	return p, nil
}

package listings

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/products"
)

// shelf is the part of a company's items that has been read: of one step, or all of
// them. Not safe for concurrent use.
type shelf struct {
	company Company
	whole   bool // all are read
	// wantsDetails says that details are asked for, mute that there is nobody to tell them.
	wantsDetails, mute bool

	latest time.Time // when one of those that were read changed last

	items    map[string]Item          // by number
	variants map[string][]ItemVariant // by item number
	asked    map[string]bool          // numbers, and "gtin " and "code " before codes
	catalog  products.Catalog         // the same, as items are looked for
	details  map[string]Details       // by item number
	texts    map[string]string        // descriptions of this step, by item number; "": none
}

func newShelf(c Company, wantsDetails bool) *shelf {
	return &shelf{
		company: c, wantsDetails: wantsDetails, details: map[string]Details{}, texts: map[string]string{}, items: map[string]Item{}, variants: map[string][]ItemVariant{}, asked: map[string]bool{},
		catalog: products.Catalog{Items: map[string]products.Item{}, GTINs: map[string][]products.Item{}, Variants: map[string][]products.Variant{}, Codes: map[string][]products.Variant{}, Vendors: map[string][]string{}},
	}
}

func (s *shelf) addItem(i Item) {
	if _, known := s.items[i.Number]; known {
		return
	}
	s.latest = later(s.latest, i.ModifiedAt)
	p := products.Item{Number: i.Number, Blocked: i.Blocked, GTIN: i.GTIN}
	s.items[i.Number], s.catalog.Items[i.Number] = i, p
	if gtin := bcapi.Code(i.GTIN); gtin != "" {
		s.catalog.GTINs[gtin] = append(s.catalog.GTINs[gtin], p)
	}
}

func (s *shelf) addVariant(v ItemVariant) {
	if slices.ContainsFunc(s.variants[v.Item], func(o ItemVariant) bool { return o.Code == v.Code }) {
		return
	}
	s.latest = later(s.latest, v.ModifiedAt)
	p := products.Variant{ID: v.ID, ItemNumber: v.Item, Code: v.Code}
	s.variants[v.Item] = append(s.variants[v.Item], v)
	s.catalog.Variants[v.Item] = append(s.catalog.Variants[v.Item], p)
	s.catalog.Codes[v.Code] = append(s.catalog.Codes[v.Code], p)
}

// put sets an item that was just written.
func (s *shelf) put(i Item) {
	delete(s.items, i.Number)
	for gtin, is := range s.catalog.GTINs {
		s.catalog.GTINs[gtin] = slices.DeleteFunc(is, func(p products.Item) bool { return p.Number == i.Number })
	}
	s.addItem(i)
}

// load reads all items.
func (s *shelf) load(ctx context.Context) error {
	err := s.company.Items(ctx, func(i Item) error { s.addItem(i); return nil })
	if err == nil {
		err = s.company.ItemVariants(ctx, func(v ItemVariant) error { s.addVariant(v); return nil })
	}
	if err == nil {
		err = s.detail(ctx, nil)
	}
	s.whole = err == nil
	return err
}

// fresh are the codes that have not been asked for, of those that a prefix tells apart.
func (s *shelf) fresh(prefix string, values []string) (out []string) {
	return s.unasked(prefix, s.distinct(values))
}

func (s *shelf) unasked(prefix string, values []string) (out []string) {
	for _, v := range values {
		if v != "" && !s.asked[prefix+v] {
			s.asked[prefix+v] = true
			out = append(out, v)
		}
	}
	return out
}

func (*shelf) distinct(values []string) (out []string) {
	seen := map[string]bool{}
	for _, v := range values {
		if v = bcapi.Code(v); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// fetch reads what the products at hand ask for and has not been asked for: items by
// number with their variants, and by codes.
func (s *shelf) fetch(ctx context.Context, numbers, gtins, codes, vendors []string) error {
	if s.whole {
		return nil
	}
	gtins, codes = s.fresh("gtin ", gtins), s.fresh("code ", codes)
	if len(gtins)+len(codes) > 0 {
		is, vs, err := s.company.ByCode(ctx, gtins, codes)
		if err != nil {
			return err
		}
		for _, i := range is {
			numbers = append(numbers, i.Number)
		}
		for _, v := range vs {
			numbers = append(numbers, v.Item)
		}
	}
	if vendors = s.unasked("vendor's ", vendors); len(vendors) > 0 && !s.mute {
		of, err := s.company.ByVendorItem(ctx, vendors)
		if err != nil {
			return err
		}
		numbers = append(numbers, of...)
	}
	if numbers = s.fresh("", numbers); len(numbers) == 0 {
		return nil
	}
	is, vs, err := s.company.ByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	for _, i := range is {
		s.addItem(i)
	}
	for _, v := range vs {
		s.addVariant(v)
	}
	return s.detail(ctx, numbers)
}

// variant is a variant of an item; the zero one for code "".
func (s *shelf) variant(item, code string) (ItemVariant, bool) {
	if code == "" {
		return ItemVariant{}, true
	}
	vs := s.variants[item]
	i := slices.IndexFunc(vs, func(v ItemVariant) bool { return v.Code == code })
	if i < 0 {
		return ItemVariant{}, false
	}
	return vs[i], true
}

// has reports whether the company has what a variant stands for.
func (s *shelf) has(v Variant) bool {
	_, item := s.items[bcapi.Code(v.Item)]
	_, variant := s.variant(bcapi.Code(v.Item), bcapi.Code(v.Code))
	return item && variant
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// value is what an option calls a variant of an item: its description if no other has
// it, else its code.
type value struct {
	ItemVariant
	text string
}

// values are those of an item, by their codes.
func (s *shelf) values(item string) (out []value) {
	times := map[string]int{}
	for _, v := range s.variants[item] {
		if times[plain(v.Name)]++; plain(v.Code) != plain(v.Name) {
			times[plain(v.Code)]++
		}
	}
	for _, v := range s.variants[item] {
		text := strings.TrimSpace(v.Name)
		if text == "" || times[plain(text)] > 1 {
			text = v.Code
		}
		out = append(out, value{v, text})
	}
	slices.SortFunc(out, func(a, b value) int { return strings.Compare(a.Code, b.Code) })
	return out
}

func plain(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

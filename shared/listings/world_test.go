package listings_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/testclock"
)

// world is a shop and a company as plain data, and the task between them.
type world struct {
	*testclock.Clock

	call  func(writes bool, do func() error) error // the way to the sides
	card  shop.Shop
	guard jobqueue.Guard
	table table.Table

	products []*listings.Product
	items    map[string]*listings.Item
	variants []listings.ItemVariant
	names    map[string]string           // of categories
	details  map[string]listings.Details // by item number; nil: there is no companion API
	texts    map[string]string
	refused  string // in a title or a description: Shopify, or BC, refuses what has it
	shown    map[string][]string
	cut      int // Shopify's titles are cut to so many bytes; 0: they are not
	ids      int
	requests map[string]int
}

func newWorld(t interface{ Fatalf(string, ...any) }, settings string) *world {
	w := &world{
		Clock: testclock.New(testclock.Monday), items: map[string]*listings.Item{}, names: map[string]string{"SHOE": "Shoes"},
		call: func(_ bool, do func() error) error { return do() }, shown: map[string][]string{}, requests: map[string]int{},
	}
	w.table = memory.NewTable(w.Now)
	w.guard = always{w}
	w.set(t, settings)
	return w
}

func (w *world) set(t interface{ Fatalf(string, ...any) }, settings string) {
	data, err := record.Encode(1, json.RawMessage(`{"code":"acme","skuMapping":"item-no-variant-code","findMappingByGTIN":true,`+settings+`}`))
	if err == nil {
		w.card = shop.Shop{}
		err = record.Decode(data, 1, &w.card)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// always is a lease that nobody takes.
type always struct{ w *world }

func (a always) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return a.w.table.Write(ctx, ops...)
}

func (a always) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	l.Until = a.w.Now().Add(15 * time.Minute)
	return l, false, nil
}

func (always) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

func (w *world) task() jobqueue.Task {
	t := &listings.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card, nil },
			Guard: w.guard, Now: w.Now, Timeout: time.Minute, Issues: &issue.Store{Table: w.table},
		},
		Store: &listings.Store{Table: w.table}, Marks: &cursor.Store{Table: w.table},
		Connect: func(shop.Shop) (listings.Sides, error) {
			return listings.Sides{Shop: theShop{w}, Company: company{w}}, nil
		},
	}
	return t.Definition().Run
}

// run is a whole run.
func (w *world) run(t interface{ Fatalf(string, ...any) }, change ...func(*jobqueue.Request)) jobqueue.Result {
	r := jobqueue.Request{Shop: "acme", Deadline: w.Now().Add(time.Hour), Lease: jobqueue.Lease{Until: w.Now().Add(15 * time.Minute)}}
	for _, c := range change {
		c(&r)
	}
	res, err := w.task().Run(context.Background(), r)
	if err != nil || !res.Done {
		t.Fatalf("run: %+v, %v", res, err)
	}
	w.Advance(time.Minute)
	return res
}

func (w *world) id() string {
	w.ids++
	return fmt.Sprint(8000 + w.ids)
}

// item adds an item, or changes it.
func (w *world) item(number, name string, change ...func(*listings.Item)) *listings.Item {
	i := w.items[number]
	if i == nil {
		i = &listings.Item{ID: "guid of " + number, Number: number, UnitPrice: decimal.NewFromInt(9)}
		w.items[number] = i
	}
	i.Name, i.ModifiedAt = name, w.Now()
	for _, c := range change {
		c(i)
	}
	return i
}

func (w *world) variant(item, code, name string) {
	w.variants = append(w.variants, listings.ItemVariant{ID: "guid of " + item + code, Item: item, Code: code, Name: name, ModifiedAt: w.Now()})
}

// product adds a product with a variant of each SKU.
func (w *world) product(title string, skus ...string) *listings.Product {
	p := &listings.Product{ID: w.id(), Handle: "h" + fmt.Sprint(w.ids), Title: title, Status: "ACTIVE", UpdatedAt: w.Now(), Options: []string{"Title"}}
	for i, sku := range skus {
		value := "Default Title"
		if len(skus) > 1 {
			value = fmt.Sprint("Value ", i)
		}
		id := w.id()
		p.Variants = append(p.Variants, listings.ProductVariant{ID: id, InventoryItem: "7" + id, Name: value, SKU: sku, Values: []string{value}})
	}
	w.products = append(w.products, p)
	return p
}

// says are the issues of the shop: reason and text.
func (w *world) says(t interface{ Fatalf(string, ...any) }) (out []string) {
	is, err := (&issue.Store{Table: w.table}).List(context.Background(), "acme")
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, i := range is {
		out = append(out, string(i.Reason)+": "+i.Text)
	}
	slices.Sort(out)
	return out
}

// stands are what the variants of the shop stand for.
func (w *world) stands(t interface{ Fatalf(string, ...any) }) (out []string) {
	for l, err := range (&listings.Store{Table: w.table}).All(context.Background(), "acme") {
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, v := range l.Variants {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s = %s %s", l.NameOf(v), v.Item, v.Code))+" by "+string(v.How))
		}
	}
	slices.Sort(out)
	return out
}

func refusal(what string) error {
	return &fault.Error{Op: "test", Kind: fault.Rejected, Merchant: what + " is refused", Err: errors.New(what)}
}

// theShop is the world's shop.
type theShop struct{ w *world }

func (s theShop) ask(op string, writes bool, do func() error) error {
	s.w.requests[op]++
	return s.w.call(writes, do)
}

func (s theShop) Clock() time.Time { return s.w.Now() }

func (s theShop) in(win cursor.Window) (out []*listings.Product) {
	for _, p := range s.w.products {
		if !p.UpdatedAt.Before(win.From) && (win.To.IsZero() || p.UpdatedAt.Before(win.To)) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b *listings.Product) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (s theShop) CountProducts(_ context.Context, win cursor.Window, limit int) (n int, err error) {
	err = s.ask("CountProducts", false, func() error { n = min(len(s.in(win)), limit); return nil })
	return n, err
}

// pageSize is how many products a page has.
const pageSize = 3

func (s theShop) ChangedProducts(_ context.Context, win cursor.Window, page string) (out listings.ProductPage, err error) {
	err = s.ask("ChangedProducts", false, func() error {
		all, from := s.in(win), 0
		if page != "" {
			if _, err := fmt.Sscan(page, &from); err != nil {
				return err
			}
		}
		for _, p := range all[min(from, len(all)):min(from+pageSize, len(all))] {
			out.Products = append(out.Products, whole(p))
		}
		if from+pageSize < len(all) {
			out.Next = fmt.Sprint(from + pageSize)
		}
		return nil
	})
	return out, err
}

func whole(p *listings.Product) listings.Product {
	c := *p
	c.Variants = slices.Clone(p.Variants)
	return c
}

func (s theShop) find(id string) *listings.Product {
	if i := slices.IndexFunc(s.w.products, func(p *listings.Product) bool { return p.ID == id }); i >= 0 {
		return s.w.products[i]
	}
	return nil
}

func (s theShop) ProductsByID(_ context.Context, ids []string) (out listings.ProductPage, err error) {
	err = s.ask("ProductsByID", false, func() error {
		for _, id := range ids {
			if p := s.find(id); p != nil {
				out.Products = append(out.Products, whole(p))
			}
		}
		return nil
	})
	return out, err
}

func (s theShop) Existing(_ context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.ask("Existing", false, func() error {
		for _, id := range ids {
			out[id] = s.find(id) != nil
		}
		return nil
	})
	return out, err
}

func (s theShop) ProductByHandle(_ context.Context, handle string) (out *listings.Product, err error) {
	err = s.ask("ProductByHandle", false, func() error {
		for _, p := range s.w.products {
			if p.Handle == handle {
				c := whole(p)
				out = &c
			}
		}
		return nil
	})
	return out, err
}

func (s theShop) ProductsOfCodes(_ context.Context, skus, barcodes []string) (ids []string, err error) {
	err = s.ask("ProductsOfCodes", false, func() error {
		for _, p := range s.w.products {
			if slices.ContainsFunc(p.Variants, func(v listings.ProductVariant) bool {
				return slices.Contains(skus, v.SKU) || v.Barcode != "" && slices.Contains(barcodes, v.Barcode)
			}) {
				ids = append(ids, p.ID)
			}
		}
		return nil
	})
	return ids, err
}

func (s theShop) refuses(title string) bool {
	return s.w.refused != "" && strings.Contains(title, s.w.refused)
}

func (s theShop) variantOf(n listings.NewVariant) listings.ProductVariant {
	id := s.w.id()
	value := n.Value
	if value == "" {
		value = "Default Title"
	}
	v := listings.ProductVariant{
		ID: id, InventoryItem: "7" + id, Name: value, SKU: n.SKU, Barcode: n.Barcode, Price: n.Price, Values: []string{value},
		HSCode: n.HSCode, Origin: n.Origin, Taxable: n.Taxable, Oversell: n.Oversell,
	}
	if n.Weight != nil {
		v.Weight = *n.Weight
	}
	return v
}

func (s theShop) CreateProduct(_ context.Context, n listings.NewProduct) (out listings.Product, err error) {
	err = s.ask("CreateProduct", true, func() error {
		if s.refuses(n.Title) {
			return refusal("the product " + n.Title)
		}
		if slices.ContainsFunc(s.w.products, func(p *listings.Product) bool { return p.Handle == n.Handle }) {
			return fmt.Errorf("%w: %w", listings.ErrTaken, refusal("the handle"))
		}
		p := &listings.Product{ID: s.w.id(), Handle: n.Handle, Title: n.Title, HTML: n.HTML, Vendor: n.Vendor, Type: n.Type, Status: n.Status, UpdatedAt: s.w.Now(), Options: []string{cmp.Or(n.Option, "Title")}}
		for _, v := range n.Variants {
			p.Variants = append(p.Variants, s.variantOf(v))
		}
		s.w.products, out = append(s.w.products, p), whole(p)
		return nil
	})
	return out, err
}

func (s theShop) UpdateProduct(_ context.Context, id string, c listings.ProductChange) (out listings.Product, err error) {
	err = s.ask("UpdateProduct", true, func() error {
		p := s.find(id)
		if p == nil || c.Title != nil && s.refuses(*c.Title) {
			return refusal("the change")
		}
		if c.Title != nil {
			if p.Title = *c.Title; s.w.cut > 0 {
				p.Title = p.Title[:min(s.w.cut, len(p.Title))]
			}
		}
		if c.Type != nil {
			p.Type = *c.Type
		}
		if c.HTML != nil {
			p.HTML = strings.ReplaceAll(*c.HTML, "<br>", "<br/>") // it is stored in a form of Shopify's own
		}
		if c.Vendor != nil {
			p.Vendor = *c.Vendor
		}
		if c.Status != nil {
			p.Status = *c.Status
		}
		p.UpdatedAt, out = s.w.Now(), whole(p)
		return nil
	})
	return out, err
}

func (s theShop) UpdateVariants(_ context.Context, product string, cs []listings.VariantChange) (done []listings.ProductVariant, refused map[string]error, err error) {
	err = s.ask("UpdateVariants", true, func() error {
		refused = map[string]error{}
		p := s.find(product)
		for _, c := range cs {
			i := slices.IndexFunc(p.Variants, func(v listings.ProductVariant) bool { return v.ID == c.ID })
			if i < 0 {
				refused[c.ID] = refusal("the variant")
				continue
			}
			if c.SKU != nil {
				p.Variants[i].SKU = *c.SKU
			}
			if c.Barcode != nil {
				p.Variants[i].Barcode = *c.Barcode
			}
			custom(&p.Variants[i], c)
			done = append(done, p.Variants[i])
		}
		p.UpdatedAt = s.w.Now()
		return nil
	})
	return done, refused, err
}

// custom changes what stands on the inventory item, and the switches.
func custom(v *listings.ProductVariant, c listings.VariantChange) {
	if c.Weight != nil {
		v.Weight = *c.Weight
	}
	if c.HSCode != nil {
		v.HSCode = *c.HSCode
	}
	if c.Origin != nil {
		v.Origin = *c.Origin
	}
	if c.Taxable != nil {
		v.Taxable = *c.Taxable
	}
	if c.Oversell != nil {
		v.Oversell = *c.Oversell
	}
}

func (s theShop) CreateVariants(_ context.Context, product, _ string, vs []listings.NewVariant) (out []listings.ProductVariant, err error) {
	err = s.ask("CreateVariants", true, func() error {
		p := s.find(product)
		for _, n := range vs {
			if slices.ContainsFunc(p.Variants, func(v listings.ProductVariant) bool { return v.Values[0] == n.Value }) {
				return refusal("the variant " + n.Value)
			}
		}
		for _, n := range vs {
			v := s.variantOf(n)
			p.Variants, out = append(p.Variants, v), append(out, v)
		}
		p.UpdatedAt = s.w.Now()
		return nil
	})
	return out, err
}

func (s theShop) Channels(context.Context) (out []listings.Channel, err error) {
	err = s.ask("Channels", false, func() error { out = []listings.Channel{{ID: "901", Title: "Online Store"}}; return nil })
	return out, err
}

func (s theShop) Publish(_ context.Context, product string, channels []string) error {
	return s.ask("Publish", true, func() error {
		s.w.shown[product] = slices.Compact(append(s.w.shown[product], channels...))
		return nil
	})
}

// company is the world's company.
type company struct{ w *world }

func (c company) ask(op string, writes bool, do func() error) error {
	c.w.requests[op]++
	return c.w.call(writes, do)
}

func (c company) Items(_ context.Context, f func(listings.Item) error) error {
	return c.ask("Items", false, func() error {
		for _, i := range c.w.items {
			if err := f(*i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c company) ItemVariants(_ context.Context, f func(listings.ItemVariant) error) error {
	return c.ask("ItemVariants", false, func() error {
		for _, v := range c.w.variants {
			if err := f(v); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c company) ChangedItems(_ context.Context, from time.Time) (out []listings.Item, err error) {
	err = c.ask("ChangedItems", false, func() error {
		for _, i := range c.w.items {
			if !i.ModifiedAt.Before(from) {
				out = append(out, *i)
			}
		}
		return nil
	})
	return out, err
}

func (c company) ChangedVariants(_ context.Context, from time.Time) (out []listings.ItemVariant, err error) {
	err = c.ask("ChangedVariants", false, func() error {
		for _, v := range c.w.variants {
			if !v.ModifiedAt.Before(from) {
				out = append(out, v)
			}
		}
		return nil
	})
	return out, err
}

func (c company) find(item func(listings.Item) bool, variant func(listings.ItemVariant) bool) (is []listings.Item, vs []listings.ItemVariant) {
	for _, i := range c.w.items {
		if item(*i) {
			is = append(is, *i)
		}
	}
	for _, v := range c.w.variants {
		if variant(v) {
			vs = append(vs, v)
		}
	}
	return is, vs
}

func (c company) ByNumber(_ context.Context, numbers []string) (is []listings.Item, vs []listings.ItemVariant, err error) {
	err = c.ask("ByNumber", false, func() error {
		is, vs = c.find(func(i listings.Item) bool { return slices.Contains(numbers, i.Number) }, func(v listings.ItemVariant) bool { return slices.Contains(numbers, v.Item) })
		return nil
	})
	return is, vs, err
}

func (c company) ByCode(_ context.Context, gtins, codes []string) (is []listings.Item, vs []listings.ItemVariant, err error) {
	err = c.ask("ByCode", false, func() error {
		is, vs = c.find(func(i listings.Item) bool { return i.GTIN != "" && slices.Contains(gtins, i.GTIN) }, func(v listings.ItemVariant) bool { return slices.Contains(codes, v.Code) })
		return nil
	})
	return is, vs, err
}

func (c company) Details(_ context.Context, numbers []string) (ds []listings.Details, known bool, err error) {
	err = c.ask("Details", false, func() error {
		known = c.w.details != nil
		for n, d := range c.w.details {
			if d.Item = n; numbers == nil || slices.Contains(numbers, n) {
				ds = append(ds, d)
			}
		}
		return nil
	})
	return ds, known, err
}

func (c company) ByVendorItem(_ context.Context, codes []string) (out []string, err error) {
	err = c.ask("ByVendorItem", false, func() error {
		for n, d := range c.w.details {
			if slices.Contains(codes, d.VendorItem) {
				out = append(out, n)
			}
		}
		return nil
	})
	return out, err
}

func (c company) Texts(_ context.Context, numbers []string) (out map[string]string, err error) {
	err = c.ask("Texts", false, func() error {
		out = map[string]string{}
		for _, n := range numbers {
			if text := c.w.texts[n]; text != "" && c.w.details != nil {
				out[n] = text
			}
		}
		return nil
	})
	return out, err
}

func (c company) CategoryNames(context.Context) (names map[string]string, err error) {
	err = c.ask("CategoryNames", false, func() error { names = c.w.names; return nil })
	return names, err
}

func (c company) CreateItem(_ context.Context, i listings.Item) (out listings.Item, err error) {
	err = c.ask("CreateItem", true, func() error {
		if c.w.items[i.Number] != nil {
			return fmt.Errorf("%w: %w", listings.ErrTaken, refusal("the number"))
		}
		if c.w.refused != "" && strings.Contains(i.Name, c.w.refused) {
			return refusal("the item")
		}
		i.ID, i.ModifiedAt = "guid of "+i.Number, c.w.Now()
		c.w.items[i.Number], out = &i, i
		return nil
	})
	return out, err
}

func (c company) CreateItemVariant(_ context.Context, v listings.ItemVariant) (listings.ItemVariant, error) {
	err := c.ask("CreateItemVariant", true, func() error {
		if slices.ContainsFunc(c.w.variants, func(o listings.ItemVariant) bool { return o.Item == v.Item && o.Code == v.Code }) {
			return fmt.Errorf("%w: %w", listings.ErrTaken, refusal("the code"))
		}
		v.ID, v.ModifiedAt = "guid of "+v.Item+v.Code, c.w.Now()
		c.w.variants = append(c.w.variants, v)
		return nil
	})
	return v, err
}

func (c company) UpdateItem(_ context.Context, id string, ch listings.ItemChange) (out listings.Item, err error) {
	err = c.ask("UpdateItem", true, func() error {
		for _, i := range c.w.items {
			if i.ID != id {
				continue
			}
			if ch.Name != nil {
				i.Name = *ch.Name
			}
			if ch.GTIN != nil {
				i.GTIN = *ch.GTIN
			}
			i.ModifiedAt, out = c.w.Now(), *i
			return nil
		}
		return refusal("the item")
	})
	return out, err
}

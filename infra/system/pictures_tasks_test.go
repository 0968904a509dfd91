package system_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/images"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/task/tasktest"
)

// pictures is a world in which pictures of items go to the products that are linked
// with them.
type pictures struct {
	*tasks

	products []*data.Product
	sick     string // the item whose picture is none; "": none
}

func openPictures(t *testing.T, k *tasktest.Kit, n, bad int) *pictures {
	t.Helper()
	w := &pictures{tasks: &tasks{kit: k, name: images.TaskName}}
	d := data.Bulk(k.Now(), 1)
	w.shop, w.products = d, d.Products[:n]
	s := worlds.Plain(k.Now())
	s.Shop, s.Clock, s.Way = d, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code = tasktest.Shop
	s.Settings = []any{images.Settings{SyncItemImages: images.ToShopify, ImageDescription: images.ByName}}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w.World = worlds.New(t, s)
	w.BC.SetCompanion("itemPictures")
	k.Minutely(func() { w.BC.RunDue() })
	store, c := listings.Store{Table: k.Stored()}, w.BC.Companies()[0]
	for i, p := range w.products {
		v := p.Variants[0]
		l := listings.Listing{Shop: tasktest.Shop, Product: strconv.FormatInt(p.ID, 10), Title: p.Title, Variants: []listings.Variant{
			{ID: strconv.FormatInt(v.ID, 10), InventoryItem: strconv.FormatInt(v.ID, 10), Item: v.SKU, How: listings.BySKU, At: k.Now()},
		}}
		if _, err := store.Put(t.Context(), unguarded{k.Stored()}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
		content := picture(i)
		if i == bad {
			w.sick, content = v.SKU, []byte("%PDF-1.7")
		}
		if err := c.SetPictures(v.SKU, "", content); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// picture is a small picture, another one for each number.
func picture(n int) []byte {
	m := image.NewGray(image.Rect(0, 0, 3, 2))
	m.Set(0, 0, color.Gray{uint8(n)})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Heal implements tasktest.World.
func (w *pictures) Heal() {
	i := slices.IndexFunc(w.products, func(p *data.Product) bool { return p.Variants[0].SKU == w.sick })
	if err := w.BC.Companies()[0].SetPictures(w.sick, "", picture(i)); err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

// Echo implements tasktest.World: stock moves the stamps of items.
func (w *pictures) Echo() {
	c := w.BC.Companies()[0]
	for _, p := range w.products {
		number := p.Variants[0].SKU
		if err := c.SetPictures(number, "", c.Pictures(number, "")...); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
}

// Holds implements tasktest.World: what each product shows, and files that nothing shows.
func (w *pictures) Holds() map[int][]string {
	h, shown := map[int][]string{}, map[int64]int{}
	sh := w.Shopify.Shop("")
	for i, p := range w.products {
		own, _ := sh.Shows(p.ID)
		for _, id := range own {
			shown[id] = i
		}
	}
	for _, f := range sh.Files() {
		i, ok := shown[f.ID]
		if !ok {
			i = slices.IndexFunc(w.products, func(p *data.Product) bool { return strings.Contains(f.Name, fmt.Sprint(p.ID)) })
		}
		h[i] = append(h[i], fmt.Sprintf("shown %t: %x, %q", ok, f.Content, f.Alt))
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, x := range is {
		product, _, _ := strings.Cut(x.Record, "#")
		i := slices.IndexFunc(w.products, func(p *data.Product) bool { return fmt.Sprint(p.ID) == product })
		h[i] = append(h[i], string(x.Reason))
	}
	return h
}

// An item's picture, and its variant's, come to the product that stands for it; a
// picture of the product goes to the item; with both simulators, over the wire.
func TestPicturesComeAndGo(t *testing.T) {
	d := data.Bulk(begin, 1)
	for _, dir := range []images.Direction{images.ToShopify, images.FromShopify} {
		s := worlds.Plain(begin)
		s.Shop, s.Settings = d, []any{images.Settings{SyncItemImages: dir}}
		w := worlds.New(t, s)
		p, c, sh := d.Products[0], w.BC.Companies()[0], w.Shopify.Shop("")
		number := p.Variants[0].SKU
		w.Write(http.MethodPost, "itemVariants", fmt.Sprintf(`{"itemNumber":%q,"code":"RED"}`, number))
		id, variant := strconv.FormatInt(p.ID, 10), strconv.FormatInt(p.Variants[0].ID, 10)
		l := listings.Listing{Shop: w.Card.Code, Product: id, Title: p.Title, Variants: []listings.Variant{{ID: variant, Item: number, Code: "RED"}}}
		store := listings.Store{Table: w.Table}
		if _, err := store.Put(t.Context(), unguarded{w.Table}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
		if dir == images.ToShopify {
			if err := c.SetPictures(number, "", picture(1)); err != nil {
				t.Fatal(err)
			}
			if err := c.SetPictures(number, "RED", picture(2)); err != nil {
				t.Fatal(err)
			}
		} else {
			if _, err := sh.AddPicture(p.ID, p.Variants[0].ID, "variant.png", picture(2)); err != nil {
				t.Fatal(err)
			}
			if _, err := sh.AddPicture(p.ID, 0, "first.png", picture(1)); err != nil {
				t.Fatal(err)
			}
		}
		run := func() {
			if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: images.TaskName, Trigger: jobqueue.ByHand}); err != nil {
				t.Fatal(err)
			}
			w.Live(2 * time.Minute)
		}
		run()
		if dir == images.FromShopify {
			if a, b := c.Pictures(number, ""), c.Pictures(number, "RED"); len(a) != 1 || len(b) != 1 || !bytes.Equal(a[0], picture(1)) || !bytes.Equal(b[0], picture(2)) {
				t.Errorf("the item has %d pictures, its variant %d", len(a), len(b))
			}
			continue
		}
		own, byVariant := sh.Shows(p.ID)
		if fs := sh.Files(); len(own) != 2 || len(byVariant) != 1 || len(fs) != 2 || !bytes.Equal(fs[0].Content, picture(1)) || byVariant[p.Variants[0].ID] != fs[1].ID {
			t.Errorf("the product shows %v, its variants %v, of %d files", own, byVariant, len(fs))
		}
		w.Hold(orders.TaskName)
		requests := sh.Meter().Requests
		run()
		if more := sh.Meter().Requests - requests; more > 0 {
			t.Errorf("nothing has changed, and Shopify got %d requests", more)
		}
	}
}

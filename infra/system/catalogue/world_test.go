package catalogue_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/completeness"
	"backroom/shared/documents"
	"backroom/shared/images"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/prices"
	"backroom/shared/products"
)

var begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

const warehouse = 61001

// setup is a shop with three products and a company with four items: one product for
// KETTLE, one with a variant for each of TEA's two, one that no item stands for yet, and
// an item, MUG, that no product stands for yet.
func setup(dir listings.Direction) worlds.Setup {
	s := worlds.Plain(begin)
	s.Card.SKUMapping, s.Card.FindMappingByGTIN = products.SKUItemNoVariant, true
	s.Settings = []any{
		listings.Settings{ProductSync: dir, AddProducts: dir != listings.FromShop, AddItems: dir != listings.ToShop, NewProductTracked: true, ProductFieldOwners: map[listings.Field]listings.Owner{listings.Body: bodyOwner(dir)}},
		inventory.Settings{StockLocations: []inventory.Place{{LocationID: fmt.Sprint(warehouse), Codes: []string{"MAIN"}}}},
	}
	if dir == listings.ToShop {
		s.Settings = append(s.Settings, prices.Settings{SendPrices: true}, images.Settings{SyncItemImages: images.ToShopify})
	}
	s.BC.Companion = []string{"inventoryByLocation", "itemUnits", "itemPictures", "itemDetails", "itemReferences", "salesPrices"}
	s.Shop = data.Bulk(begin, 1)
	s.Shop.Orders, s.Shop.Products, s.Company.Items, s.Company.Variants = nil, nil, nil, nil
	s.Card.Currency, s.Card.Company.LCY = s.Shop.Shop.Currency, s.Shop.Shop.Currency
	sells(&s, "A kettle", "KETTLE")
	sells(&s, "Teas", "TEA|GREEN", "TEA|BLACK")
	sells(&s, "A tray", "TRAY")
	s.Stock = []businesscentral.Stock{
		has("KETTLE", "Kettle", 49),
		{Number: "TEA", Description: "Tea", UnitPrice: decimal.NewFromInt(5), IncludesTax: true, Variants: []businesscentral.StockVariant{{Code: "GREEN", Description: "Green"}, {Code: "BLACK", Description: "Black"}}},
		none("MUG", "Mug", 9),
	}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: memory.NewTable(w.Now), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	return s
}

func bodyOwner(dir listings.Direction) listings.Owner {
	if dir == listings.ToShop {
		return listings.OwnerBC
	}
	return listings.OwnerNobody
}

// has is an item with 7 of it at MAIN.
func has(number, name string, price int64) businesscentral.Stock {
	return businesscentral.Stock{
		Number: number, Description: name, UnitPrice: decimal.NewFromInt(price), IncludesTax: true,
		Stocks: []businesscentral.StockAt{{Location: "MAIN", Quantity: decimal.NewFromInt(7)}},
	}
}

// none is the same of which nothing is left.
func none(number, name string, price int64) businesscentral.Stock {
	stock := has(number, name, price)
	stock.Stocks = nil
	return stock
}

// sells adds a product to the shop, of a variant for each SKU, which are stocked.
func sells(s *worlds.Setup, title string, skus ...string) *data.Product {
	n := int64(len(s.Shop.Products) + 1)
	p := &data.Product{ID: 70_000_000 + n, Title: title, Handle: fmt.Sprint("product-", n), Status: "ACTIVE", Options: []string{"Kind"}, CreatedAt: begin.Add(-time.Hour), UpdatedAt: begin.Add(-time.Hour)}
	for i, sku := range skus {
		value := fmt.Sprint("Value ", i)
		p.Variants = append(p.Variants, &data.Variant{
			ID: 80_000_000 + n*10_000 + int64(i), Title: value, Values: []string{value}, SKU: sku, Price: decimal.NewFromInt(1), Tracked: true, Taxable: true, Stock: map[int64]int{warehouse: 1},
		})
	}
	s.Shop.Products = append(s.Shop.Products, p)
	return p
}

// open is the world of a setup, in which products, prices, stock and pictures alone are at
// work, and when they are told to.
func open(t *testing.T, s worlds.Setup) *worlds.World {
	t.Helper()
	w := worlds.New(t, s)
	for _, job := range []string{orders.TaskName, documents.TaskName, completeness.TaskName} {
		w.Hold(job)
	}
	sh := w.Shopify.Shop("")
	sh.SetScopes(append(slices.Clone(sh.Info().Scopes), "write_inventory", "write_products", "write_files"))
	for i, number := range []string{"KETTLE", "MUG"} {
		if err := w.BC.Companies()[0].SetPictures(number, "", picture(i)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// rounds has every task work, as often as n, and all of its time pass.
func rounds(t *testing.T, w *worlds.World, n int) {
	t.Helper()
	for range n {
		play(t, w, listings.TaskName, listings.Parameters{Full: true})
		play(t, w, prices.TaskName, prices.Parameters{All: true})
		play(t, w, inventory.TaskName, nil)
		play(t, w, images.TaskName, nil)
	}
}

func play(t *testing.T, w *worlds.World, task string, parameters any) {
	t.Helper()
	trigger(t, w, task, parameters)
	w.Live(5 * time.Minute)
	if r := w.Runs(task)[0]; r.Outcome != jobqueue.Succeeded && r.Outcome != jobqueue.SucceededWithIssues {
		t.Fatalf("%s: %s %s", task, r.Outcome, r.Detail)
	}
}

func trigger(t *testing.T, w *worlds.World, task string, parameters any) {
	t.Helper()
	var js json.RawMessage
	if parameters != nil {
		var err error
		if js, err = json.Marshal(parameters); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: task, Trigger: jobqueue.ByHand, Parameters: js}); err != nil {
		t.Fatal(err)
	}
}

// said are the issues that are open, by reason.
func said(t *testing.T, w *worlds.World) map[string]string {
	t.Helper()
	is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, i := range is {
		out[string(i.Reason)] += i.Text + " " + i.Detail + "\n"
	}
	return out
}

// goods are what both sides say of everything, by SKU and by item number.
func goods(w *worlds.World) map[string]string {
	out := map[string]string{}
	sh := w.Shopify.Shop("")
	files := map[int64]string{}
	for _, f := range sh.Files() {
		files[f.ID] = fmt.Sprintf("%x", f.Content)
	}
	for _, p := range sh.Products() {
		own, _ := sh.Shows(p.ID)
		var shown []string
		for _, id := range own {
			shown = append(shown, files[id])
		}
		for _, v := range p.Variants {
			n, stocked := sh.Available(v.ID, warehouse)
			out[v.SKU] += fmt.Sprintf("%s, %s %s %s, at %s, %d %t, %q, %v\n", p.Title, p.Status, v.Title, v.Barcode, v.Price, n, stocked, p.DescriptionHTML, shown)
		}
	}
	type item struct{ Number, DisplayName, GTIN string }
	for _, i := range worlds.Read[item](w, "items") {
		out["item "+i.Number] = i.DisplayName + " " + i.GTIN
	}
	type variant struct{ ItemNumber, Code, Description string }
	for _, v := range worlds.Read[variant](w, "itemVariants") {
		out["item "+v.ItemNumber] += ", " + v.Code + " " + v.Description
	}
	for k, v := range out {
		lines := strings.SplitAfter(v, "\n")
		slices.Sort(lines)
		out[k] = strings.Join(lines, "")
	}
	return out
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

// once is something that happens behind the first answer that has a text.
type once struct {
	text string
	do   func()
	done bool
}

// way is a connection on which it happens.
type way struct {
	direct http.RoundTripper
	*once
}

func (o *way) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.direct.RoundTrip(r)
	if err != nil || o.done || o.do == nil {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte(o.text)) {
		o.done = true
		o.do()
	}
	return resp, nil
}

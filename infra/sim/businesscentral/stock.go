package businesscentral

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// StockAt is what there is of an item, or of its variant, at a location, in base
// units. API v2.0 shows the item's sum only (4.3).
type StockAt struct {
	Variant  string          `json:"variant,omitempty"`  // code
	Location string          `json:"location,omitempty"` // code; "" is a location, too
	Quantity decimal.Decimal `json:"quantity"`
	Reserved decimal.Decimal `json:"reserved,omitzero"`
	// Due is what is received up to today less what is needed for anything but sales.
	Due decimal.Decimal `json:"due,omitzero"`
}

// ItemUnit is a unit of measure of an item, with how many base units it holds.
type ItemUnit struct {
	Code   string          `json:"code"`
	PerQty decimal.Decimal `json:"perQty"`
}

// at is the item's stock of a variant at a location.
func (i *Item) at(variant, location string) *StockAt {
	n := slices.IndexFunc(i.Stocks, func(s StockAt) bool { return s.Variant == variant && s.Location == location })
	if n < 0 {
		i.Stocks = append(i.Stocks, StockAt{Variant: variant, Location: location})
		n = len(i.Stocks) - 1
	}
	return &i.Stocks[n]
}

// has reports whether a unit of measure is one of the item's beside its base unit.
func (i *Item) has(unit string) bool {
	return slices.ContainsFunc(i.Units, func(u ItemUnit) bool { return u.Code == unit })
}

// perUnit is how many base units one unit of this code holds.
func (i *Item) perUnit(code string) decimal.Decimal {
	for _, u := range i.Units {
		if u.Code == code {
			return u.PerQty
		}
	}
	return decimal.NewFromInt(1)
}

// lay makes the item's inventory the sum of its stocks; one that names none has all
// of it at no location.
func (i *Item) lay(stocks []StockAt) {
	if len(stocks) == 0 && !i.Inventory.IsZero() {
		stocks = []StockAt{{Quantity: i.Inventory}}
	}
	i.Stocks, i.Inventory = slices.Clone(stocks), decimal.Zero
	for _, s := range stocks {
		i.Inventory = i.Inventory.Add(s.Quantity)
	}
}

// stock takes q out of an item's inventory where a line is of, which moves its
// stamp, as posting does. Only of items of type Inventory is stock kept.
func (t *tx) stock(l *SalesLine, q decimal.Decimal) {
	old, ok := byID[*Item](t.Company, setItems, l.ItemID)
	if !ok || l.LineType != lineItem || old.Type != "Inventory" {
		return
	}
	variant, location := t.whereOf(l)
	t.move(old, variant, location, q.Mul(old.perUnit(l.UnitOfMeasureCode)))
}

// whereOf are the codes of a line's variant and location.
func (t *tx) whereOf(l *SalesLine) (variant, location string) {
	if v, ok := byID[*Variant](t.Company, setVariants, l.ItemVariantID); ok {
		variant = v.Code
	}
	if r, ok := byID[*Reference](t.Company, setLocations, l.LocationID); ok {
		location = r.Code
	}
	return variant, location
}

// move takes q base units out.
func (t *tx) move(old *Item, variant, location string, q decimal.Decimal) {
	i := clone(old)
	i.Stocks = slices.Clone(old.Stocks)
	at := i.at(variant, location)
	at.Quantity, i.Inventory = at.Quantity.Sub(q), i.Inventory.Sub(q)
	t.put(setItems, i)
}

// Adjust posts an item journal: by base units more of an item, or of its variant, at
// a location.
func (c *Company) Adjust(number, variant, location string, by decimal.Decimal) error {
	return c.changeItem(number, func(t *tx, i *Item) { t.move(i, variant, location, by.Neg()) })
}

// Plan says what of an item is reserved at a location, and what is due there, see
// [StockAt].
func (c *Company) Plan(number, variant, location string, reserved, due decimal.Decimal) error {
	return c.changeItem(number, func(t *tx, old *Item) {
		i := clone(old)
		i.Stocks = slices.Clone(old.Stocks)
		at := i.at(variant, location)
		at.Reserved, at.Due = reserved, due
		t.tables[setItems].rows[i.ID] = i
	})
}

func (c *Company) changeItem(number string, change func(*tx, *Item)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, ok := lookup[*Item](c, setItems, number)
	if !ok {
		return fmt.Errorf("no item %q", number)
	}
	change(c.begin(context.Background()), i)
	return nil
}

// CompanionStock is a row of inventoryByLocation, in base units: a row for each item
// of type Inventory, its variants and the locations that know them. It is worked out
// when it is read.
type CompanionStock struct {
	Record
	ItemNumber   string          `json:"itemNumber" bc:"code:20,ro"`
	VariantCode  string          `json:"variantCode" bc:"code:10,ro"`
	LocationCode string          `json:"locationCode" bc:"code:10,ro"`
	BaseUnit     string          `json:"baseUnitOfMeasureCode" bc:"code:10,ro"`
	Quantity     decimal.Decimal `json:"quantity" bc:"dec,ro"`
	Reserved     decimal.Decimal `json:"reservedQuantity" bc:"dec,ro"`
	OnOrder      decimal.Decimal `json:"qtyOnSalesOrder" bc:"dec,ro"`
	OnInvoice    decimal.Decimal `json:"qtyOnSalesInvoice" bc:"dec,ro"`
	Projected    decimal.Decimal `json:"projectedQuantity" bc:"dec,ro"`
}

// CompanionUnit is a row of itemUnits.
type CompanionUnit struct {
	Record
	ItemNumber string          `json:"itemNumber" bc:"code:20,ro"`
	Code       string          `json:"code" bc:"code:10,ro"`
	PerQty     decimal.Decimal `json:"qtyPerUnitOfMeasure" bc:"dec,ro"`
}

func init() { //nolint:gochecknoinits // the views read sets, which name them
	stock := define[CompanionStock]("inventoryByLocation", "inventoryByLocation", readOnly, nil)
	stock.view = (*tx).companionStock
	units := define[CompanionUnit]("itemUnits", "itemUnit", readOnly, nil)
	units.view = (*tx).companionUnits
	for _, st := range []*set{stock, units} {
		companionSets[st.name] = st
	}
}

// companionStock lists what there is, and what of it is sold and not shipped: by
// orders and, since those take goods out when they are posted, by invoices.
func (t *tx) companionStock() (out []row) {
	sold := map[string]map[string]decimal.Decimal{}
	for _, set := range []string{setOrderLines, setInvLines} {
		sold[set] = map[string]decimal.Decimal{}
		for _, r := range t.tables[set].rows {
			l, ok := r.(*SalesLine)
			if !ok || l.LineType != lineItem || set == setInvLines && t.posted(l) {
				continue
			}
			if i, ok := byID[*Item](t.Company, setItems, l.ItemID); ok {
				variant, location := t.whereOf(l)
				key := i.Number + "\x00" + variant + "\x00" + location
				sold[set][key] = sold[set][key].Add(l.Quantity.Sub(l.ShippedQuantity).Mul(i.perUnit(l.UnitOfMeasureCode)))
			}
		}
	}
	for _, r := range t.tables[setItems].rows {
		i, ok := r.(*Item)
		if !ok || i.Type != "Inventory" {
			continue
		}
		places := slices.Clone(i.Stocks)
		for _, set := range sold {
			for key := range set {
				k := strings.Split(key, "\x00")
				if k[0] == i.Number && !slices.ContainsFunc(places, func(s StockAt) bool { return s.Variant == k[1] && s.Location == k[2] }) {
					places = append(places, StockAt{Variant: k[1], Location: k[2]})
				}
			}
		}
		if len(places) == 0 {
			places = []StockAt{{}}
		}
		for _, s := range places {
			key := i.Number + "\x00" + s.Variant + "\x00" + s.Location
			v := &CompanionStock{
				Record: Record{ID: guidOf(t.id + "/stock/" + key), Modified: i.Modified, Rev: i.Rev}, ItemNumber: i.Number, VariantCode: s.Variant,
				LocationCode: s.Location, BaseUnit: i.BaseUnitOfMeasureCode, Quantity: s.Quantity, Reserved: s.Reserved,
				OnOrder: sold[setOrderLines][key], OnInvoice: sold[setInvLines][key],
			}
			v.Projected = s.Quantity.Add(s.Due).Sub(v.OnOrder)
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b row) int { return cmp.Compare(stockKey(a), stockKey(b)) })
	return out
}

func stockKey(r row) string {
	s, ok := r.(*CompanionStock)
	if !ok {
		return ""
	}
	return s.ItemNumber + "\x00" + s.VariantCode + "\x00" + s.LocationCode
}

// posted reports whether a line of an invoice is of a posted one.
func (t *tx) posted(l *SalesLine) bool {
	d, ok := byID[*SalesDocument](t.Company, setInvoices, l.DocumentID)
	return !ok || d.Posted
}

func (t *tx) companionUnits() (out []row) {
	for _, r := range t.tables[setItems].rows {
		i, ok := r.(*Item)
		if !ok {
			continue
		}
		units := i.Units
		if !slices.ContainsFunc(units, func(u ItemUnit) bool { return u.Code == i.BaseUnitOfMeasureCode }) {
			units = append(slices.Clone(units), ItemUnit{i.BaseUnitOfMeasureCode, decimal.NewFromInt(1)})
		}
		for _, u := range units {
			out = append(out, &CompanionUnit{
				Record: Record{ID: guidOf(t.id + "/unit/" + i.Number + "/" + u.Code), Modified: i.Modified, Rev: i.Rev}, ItemNumber: i.Number, Code: u.Code, PerQty: u.PerQty,
			})
		}
	}
	return out
}

// controlStock adjusts the stock of an item: {"variant": "", "location": "MAIN",
// "quantity": "-3"}.
func (c *Company) controlStock(w http.ResponseWriter, r *http.Request, number string) {
	var at StockAt
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
	d.DisallowUnknownFields()
	err := d.Decode(&at)
	if err == nil {
		err = c.Adjust(number, at.Variant, at.Location, at.Quantity)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	control(w, at)
}

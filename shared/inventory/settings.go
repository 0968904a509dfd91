package inventory

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about stock. Missing fields of an older
// card have working zero values.
type Settings struct {
	// StockLocations say what of the company stands behind locations of the shop.
	StockLocations []Place `json:"stockLocations,omitempty"`
	// StockShare is the part of the free stock that this shop offers, in percent; 0 is
	// all of it.
	StockShare int `json:"stockShare,omitempty"`
	// StockBuffers are kept back of single items.
	StockBuffers []Buffer `json:"stockBuffers,omitempty"`
}

// Calculation is which of a company's figures is offered. Its text is stored.
type Calculation string

// The calculations; "" is Available.
const (
	Available Calculation = "available" // what is there less what is sold
	Projected Calculation = "projected" // that, and what comes and goes up to today
)

// Whole stands for all locations of a company.
const Whole = "*"

// Place is a location of the shop with what stands behind it.
type Place struct {
	LocationID  string      `json:"locationID"`            // numeric Shopify id
	Codes       []string    `json:"codes"`                 // of the company's locations; "" is the one without a code
	Calculation Calculation `json:"calculation,omitempty"` // see there
	Buffer      int         `json:"buffer,omitempty"`      // base units of each item that are kept back
}

// Buffer is what is kept back of an item, in base units, instead of the buffer of the
// location.
type Buffer struct {
	ItemNo      string `json:"itemNo"`
	VariantCode string `json:"variantCode,omitempty"` // "": of the item and all of its variants
	LocationID  string `json:"locationID,omitempty"`  // "": at each location
	Quantity    int    `json:"quantity"`              // base units
}

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Stock", Settings{}, checkSettings,
	shop.Setting{Names: []string{"stockLocations"}, Does: "the Business Central locations whose stock a Shopify location offers: `[{\"locationID\": \"61001\", \"codes\": [\"MAIN\", \"EAST\"], \"calculation\": \"available\", \"buffer\": 2}]`; the code `*` alone is the whole company; `projected` adds what is received up to today; `buffer` base units of each item are kept back; a location without a row is left alone. Without the companion API the code `*` alone is of use, for items without variants in their base unit; all other stock stays as it is, and an issue says so", Theirs: "-"},
	shop.Setting{Names: []string{"stockShare"}, Does: "the part of the free stock that this shop offers, in percent, where several shops sell one stock", New: "blank, which is 100", Theirs: "-"},
	shop.Setting{Names: []string{"stockBuffers"}, Does: "base units of single items that are kept back, instead of the location's `buffer`: `[{\"itemNo\": \"1000\", \"variantCode\": \"RED\", \"locationID\": \"61001\", \"quantity\": 5}]`; blank variant or location: all", Theirs: "-"},
)

const most = 1_000_000 // base units that a buffer may be

func checkSettings(c *shop.Checker, s Settings) {
	seen, places := map[string]bool{}, map[string]bool{}
	for i, p := range s.StockLocations {
		at := fmt.Sprintf("stockLocations[%d].", i)
		c.ShopifyID(at+"locationID", p.LocationID, "location")
		c.Word(at+"calculation", string(p.Calculation), string(Available), string(Projected))
		if len(p.Codes) == 0 {
			c.Bad(at+"codes", "", "location codes, or * alone for the whole company")
		}
		for _, code := range p.Codes {
			switch code = bcapi.Code(code); {
			case code == Whole && (len(p.Codes) > 1 || len(s.StockLocations) > 1):
				c.Bad(at+"codes", code, "* alone, at the only location")
			case code != Whole && code != "":
				c.Code(at+"codes", code)
			}
			if seen[code] {
				c.Bad(at+"codes", code, "each code once: its stock would be offered twice")
			}
			seen[code] = true
		}
		if places[p.LocationID] {
			c.Bad(at+"locationID", p.LocationID, "each location once")
		}
		places[p.LocationID] = true
		bound(c, at+"buffer", p.Buffer, most)
	}
	bound(c, "stockShare", s.StockShare, whole)
	for i, b := range s.StockBuffers {
		at := fmt.Sprintf("stockBuffers[%d].", i)
		if c.Number(at+"itemNo", b.ItemNo); b.ItemNo == "" {
			c.Bad(at+"itemNo", "", "an item number")
		}
		c.Code(at+"variantCode", b.VariantCode)
		if b.LocationID != "" {
			c.ShopifyID(at+"locationID", b.LocationID, "location")
		}
		bound(c, at+"quantity", b.Quantity, most)
	}
}

func bound(c *shop.Checker, name string, n, most int) {
	if n < 0 || n > most {
		c.Bad(name, fmt.Sprint(n), fmt.Sprintf("0 to %d", most))
	}
}

// card is what a card says, with codes as the company has them.
func cardOf(card shop.Shop) (Settings, error) {
	s, err := shop.Of[Settings](card)
	if err != nil {
		return s, err
	}
	for i, p := range s.StockLocations {
		p.Codes = slices.Clone(p.Codes)
		for j, code := range p.Codes {
			p.Codes[j] = bcapi.Code(code)
		}
		s.StockLocations[i] = p
	}
	for i, b := range s.StockBuffers {
		s.StockBuffers[i].ItemNo, s.StockBuffers[i].VariantCode = bcapi.Code(b.ItemNo), bcapi.Code(b.VariantCode)
	}
	return s, nil
}

// whole reports whether p is for all of the company.
func (p Place) whole() bool { return len(p.Codes) == 1 && p.Codes[0] == Whole }

// holds reports whether the stock of a location is p's.
func (p Place) holds(code string) bool { return p.whole() || slices.Contains(p.Codes, code) }

// buffer is what is kept back of a good at a place: the row that says most of it, else
// the place's own.
func (s Settings) buffer(g Good, p Place) decimal.Decimal {
	best, said := -1, p.Buffer
	for _, b := range s.StockBuffers {
		if b.ItemNo != g.Item || b.VariantCode != "" && b.VariantCode != g.Code || b.LocationID != "" && b.LocationID != p.LocationID {
			continue
		}
		n := 0
		if b.VariantCode != "" {
			n += 2
		}
		if b.LocationID != "" {
			n++
		}
		if n > best {
			best, said = n, b.Quantity
		}
	}
	return decimal.NewFromInt(int64(said))
}

// share is the part of the free stock that the shop offers, in percent.
func (s Settings) share() decimal.Decimal {
	if s.StockShare == 0 {
		return decimal.NewFromInt(whole)
	}
	return decimal.NewFromInt(int64(s.StockShare))
}

// whole is all, in percent.
const whole = 100

// byLocations are the settings of a card that ask for stock per location.
func byLocations(card shop.Shop) ([]string, error) {
	s, err := shop.Of[Settings](card)
	if err != nil || len(s.StockLocations) == 0 {
		return nil, err
	}
	return []string{"stockLocations"}, nil
}

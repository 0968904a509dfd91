package shop_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// Sections of nobody's domain.
type (
	colours struct {
		Paint string `json:"paint,omitempty"`
		Coats int    `json:"coats"`
	}
	shapes struct {
		Edges []int `json:"edges,omitempty"`
	}
)

var (
	painting = shop.SectionOf("Painting", colours{Paint: "white", Coats: 1}, func(c *shop.Checker, s colours) {
		c.Word("paint", s.Paint, "white", "red")
	})
	both = shop.Sections{painting, shop.SectionOf("Shapes", shapes{}, nil)}
)

// A section has its own settings of a card, and leaves all others as they are: of
// other sections, and of a newer release.
func TestSectionsShareACard(t *testing.T) {
	tab := memory.NewTable(time.Now)
	s := &shop.Store{Table: tab}
	const js = `{"code":"acme","domain":"a.myshopify.com","enabled":true,"connectedAt":"2026-01-02T03:04:05Z","currency":"EUR","company":{"tenant":"t","environment":"P","id":"c","lcy":"EUR"},` +
		`"coats":2,"edges":[3,4],"from-the-future":{"a":1},"paint":"red"}`
	put := table.Put(table.Item{Key: table.Key{PK: "SHOP#acme", SK: "CARD"}, Data: append([]byte{'j', 1}, js...)}, table.Absent)
	if err := tab.Write(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	card, err := s.Get(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	c, err := shop.Of[colours](card)
	if err != nil || c != (colours{"red", 2}) {
		t.Errorf("colours %+v, %v", c, err)
	}
	before := card
	if err := shop.Change(&card, func(c *colours) { c.Paint, c.Coats = "", 0 }); err != nil {
		t.Fatal(err)
	}
	if c, err := shop.Of[colours](before); err != nil || c.Coats != 2 {
		t.Errorf("a copy of the card was changed: %+v, %v", c, err)
	}
	if err := s.Put(t.Context(), card); err != nil {
		t.Fatal(err)
	}
	it, err := tab.Get(t.Context(), table.Key{PK: "SHOP#acme", SK: "CARD"})
	var fields map[string]any
	if err == nil {
		err = record.Decode(it.Data, 1, &fields)
	}
	if _, has := fields["paint"]; err != nil || has || fields["coats"] != 0.0 || len(fields["edges"].([]any)) != 2 || fields["from-the-future"] == nil || len(fields) != 9 {
		t.Errorf("stored %v, %v", fields, err)
	}
}

// New gives each section its defaults, Set checks all, null is the default again,
// and Show has all settings.
func TestSectionsOfAProgram(t *testing.T) {
	card, err := both.New("acme", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := shop.Of[colours](card); err != nil || c != (colours{"white", 1}) {
		t.Errorf("new %+v, %v", c, err)
	}
	if err := both.Set(&card, []byte(`{"paint":"red","coats":3,"edges":[5]}`)); err != nil {
		t.Fatal(err)
	}
	err = both.Set(&card, []byte(`{"paint":"blue","coats":"two","edge":[]}`))
	for _, want := range []string{`paint "blue": must be white, red`, `coats "two": must be`, `edge "[]": must be left out`, "the closest is edges"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in %v", want, err)
		}
	}
	shown, err := both.Show(card)
	if err != nil || !strings.Contains(string(shown), `"paint": "red"`) || !strings.Contains(string(shown), `"edges": [`) {
		t.Errorf("shown %s, %v", shown, err)
	}
	if err := both.Set(&card, []byte(`{"paint":null,"edges":null}`)); err != nil {
		t.Fatal(err)
	}
	c, err := shop.Of[colours](card)
	e, err2 := shop.Of[shapes](card)
	if err := errors.Join(err, err2); err != nil || c != (colours{"white", 3}) || e.Edges != nil {
		t.Errorf("unset %+v, %+v, %v", c, e, err)
	}
	if names := both.Names(); !slices.Equal(names, []string{"coats", "edges", "paint"}) {
		t.Errorf("names %q", names)
	}
	// What another section has is nobody's to read wrongly.
	if err := both[:1].Set(&card, []byte(`{"edges":[1]}`)); err == nil {
		t.Error("a setting of a section that is not there was taken")
	}
}

// A stored setting of another type is an error that names it, not a blank.
func TestUnreadableSetting(t *testing.T) {
	type wrong struct {
		Coats string `json:"coats"`
	}
	card, err := shop.Shop{Code: "acme"}.With(wrong{"two"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Of[colours](card); err == nil || !strings.Contains(err.Error(), "coats") || !strings.Contains(err.Error(), "acme") {
		t.Errorf("read: %v", err)
	}
	if _, err := both.Show(card); err == nil {
		t.Error("shown")
	}
	if err := both.Set(&card, []byte(`{"paint":"red"}`)); err == nil {
		t.Error("set")
	}
}

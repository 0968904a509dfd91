package link_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/link"
	"backroom/shared/privacy"
)

func people(d *desk) *privacy.Desk {
	return &privacy.Desk{Table: d.table, Now: func() time.Time { return d.now }, Kinds: []privacy.Kind{{Name: "links", Keeper: link.People{
		Store: d.Store, Mark: func(email string) string { return "m:" + email }, Company: func(context.Context, string) (string, error) { return "co", nil },
	}}}}
}

// TestLinksOfAPersonAreErased: by id or by the mark of the e-mail address, with what they claim; those of
// others stay, and one whose customer is just being made is left until that is known.
func TestLinksOfAPersonAreErased(t *testing.T) {
	for _, who := range []privacy.Who{{Customer: "7"}, {Email: "Eva@example.com"}} {
		d := newDesk()
		bob := link.Link{Shop: "other", Company: "co", Kind: link.Customer, ID: "8"}
		mine := d.get(t, eva()).To("C1", link.ByEmail, d.now)
		mine.Mark = "m:eva@example.com"
		d.put(t, mine, d.get(t, bob).To("C1", link.ByPhone, d.now))
		found, err := people(d).Find(t.Context(), "acme", who, nil)
		if err != nil || found.Count != 1 || found.Found[0].Has["number in Business Central"] != "C1" {
			t.Errorf("%+v: %+v, %v", who, found, err)
		}
		a, err := people(d).Erase(t.Context(), "acme", who, nil)
		if err != nil || a.Count != 1 || len(a.Left) > 0 {
			t.Errorf("%+v: %+v, %v", who, a, err)
		}
		if l := d.get(t, eva()); l.Version != 0 {
			t.Errorf("%+v: stored is %+v", who, l)
		}
		if h := d.holders(t, eva(), "C1"); h != "other/8 " {
			t.Errorf("%+v: C1 is of %q", who, h)
		}
	}
}

func TestALinkThatIsBeingMadeIsLeft(t *testing.T) {
	d := newDesk()
	d.put(t, d.get(t, eva()).Intends("S7", d.now, d.now))
	a, err := people(d).Erase(t.Context(), "acme", privacy.Who{Customer: "7"}, nil)
	if err != nil || a.Count != 0 || len(a.Left) != 1 || !strings.Contains(a.Left[0].Why, "half an hour") {
		t.Errorf("%+v, %v", a, err)
	}
	d.put(t, d.get(t, eva()).To("S7", link.Created, d.now))
	if a, err = people(d).Erase(t.Context(), "acme", privacy.Who{Customer: "7"}, nil); err != nil || a.Count != 1 || len(a.Left) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestLinksOfAShopAreErased: with their claims, and those of other shops stay.
func TestLinksOfAShopAreErased(t *testing.T) {
	d := newDesk()
	bob := link.Link{Shop: "other", Company: "co", Kind: link.Customer, ID: "8"}
	d.put(t, d.get(t, eva()).To("C1", link.ByEmail, d.now), d.get(t, bob).To("C1", link.ByPhone, d.now))
	if err := (link.People{Store: d.Store, Company: func(context.Context, string) (string, error) { return "co", nil }}).Empty(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if l := d.get(t, bob); !l.Linked() || d.get(t, eva()).Version != 0 {
		t.Errorf("left: %+v", l)
	}
	if h := d.holders(t, eva(), "C1"); h != "other/8 " {
		t.Errorf("C1 is of %q", h)
	}
}

// TestDigestsOfCompaniesAreErased: of a person alone, in links of companies and of locations;
// the links stay, and those of a shop that is erased go with their claims.
func TestDigestsOfCompaniesAreErased(t *testing.T) {
	d := newDesk()
	firms := link.Firms{Digest: func(text string) string { return "d:" + strings.ReplaceAll(text, ".", "-") }}
	firms.Store, firms.Company = d.Store, func(context.Context, string) (string, error) { return "co", nil }
	k := &privacy.Desk{Table: d.table, Now: func() time.Time { return d.now }, Kinds: []privacy.Kind{{Name: "links", Keeper: firms}}}
	firm, place := link.Link{Shop: "acme", Company: "co", Kind: link.Company, ID: "5"}, link.Link{Shop: "acme", Company: "co", Kind: link.Location, ID: "6"}
	other := link.Link{Shop: "acme", Company: "co", Kind: link.Company, ID: "7"}
	for l, hash := range map[*link.Link]string{&firm: "2.d:Werft.d:+4943112345.d:eva@example-com.d:1", &place: "2.d:eva@example-com", &other: "2.d:bob@example-com"} {
		stored := d.get(t, *l).To("C"+l.ID, link.ByEmail, d.now)
		stored.Hash = hash
		d.put(t, stored)
	}
	for i := range 120 { // on pages of their own
		for _, kind := range []link.Kind{link.Company, link.Location} {
			stored := d.get(t, link.Link{Shop: "acme", Company: "co", Kind: kind, ID: fmt.Sprint(1000 + i)}).To(fmt.Sprint("M", kind, i), link.ByEmail, d.now)
			stored.Hash = "2.d:eva@example-com"
			d.put(t, stored)
		}
	}
	who := privacy.Who{Email: "Eva@example.com", Phone: "+4943112345"}
	if a, err := k.Find(t.Context(), "acme", who, nil); err != nil || a.Count != 242 {
		t.Errorf("found: %+v, %v", a, err)
	}
	if a, err := k.Erase(t.Context(), "acme", who, nil); err != nil || a.Count != 242 || len(a.Left) > 0 {
		t.Errorf("erased: %+v, %v", a, err)
	}
	for l, want := range map[*link.Link]string{&firm: "2.d:Werft...d:1", &place: "2.", &other: "2.d:bob@example-com"} {
		if got := d.get(t, *l); got.Hash != want || got.Number != "C"+l.ID {
			t.Errorf("%s %s: %q, %q, want %q", l.Kind, l.ID, got.Number, got.Hash, want)
		}
	}
	if err := firms.Empty(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	for _, l := range []link.Link{firm, place, other} {
		if got := d.get(t, l); got.Version != 0 || d.holders(t, l, "C"+l.ID) != "" {
			t.Errorf("%s %s is left: %+v, %q", l.Kind, l.ID, got, d.holders(t, l, "C"+l.ID))
		}
	}
}

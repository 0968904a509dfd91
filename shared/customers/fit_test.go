package customers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

func TestTrust(t *testing.T) {
	eva := buyer{ID: "7", Email: "eva@x.se"}
	same, other, old := mark("eva@x.se"), mark("max@x.se"), mark("old@x.se")
	c := func(email string) Customer { return Customer{Number: "C9", Email: email} }
	claims := func(marks ...string) []link.Claim {
		var out []link.Claim
		for _, m := range marks {
			out = append(out, link.Claim{Mark: m})
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		link   link.Link
		buyer  buyer
		c      Customer
		own    bool
		others []link.Claim
		want   trusted
	}{
		{"an earlier release's, same e-mail", link.Link{}, eva, c("EVA@x.se"), false, nil, trustRenewed},
		{"an earlier release's, one of two e-mails", link.Link{}, eva, c("a@x.se;eva@x.se"), false, nil, trustRenewed},
		{"an earlier release's, no e-mail in BC", link.Link{}, eva, c(""), false, nil, trustRenewed},
		{"an earlier release's, the buyer has none", link.Link{}, buyer{ID: "7"}, c("max@x.se"), false, nil, trustRenewed},
		{"an earlier release's, another e-mail", link.Link{}, eva, c("max@x.se"), false, nil, trustDoubtful},
		{"an earlier release's, another e-mail, but we made it", link.Link{}, eva, c("new@x.se"), true, nil, trustRenewed},
		{"an earlier release's, no e-mail in BC, another buyer's", link.Link{}, eva, c(""), false, claims(other), trustDisputed},
		{"an earlier release's, no e-mail in BC, of somebody known by phone too", link.Link{}, eva, c(""), false, claims(""), trustRenewed},
		{"an earlier release's, both e-mails are in BC", link.Link{}, eva, c("eva@x.se;max@x.se"), false, claims(other), trustRenewed},
		{"an earlier release's, same e-mail, used for another", link.Link{}, eva, c("eva@x.se"), false, claims(other), trustDisputed},
		{"by e-mail, unchanged", link.Link{How: link.ByEmail, Mark: same}, eva, c("eva@x.se"), false, nil, trustSound},
		{"by e-mail, BC has changed its own", link.Link{How: link.ByEmail, Mark: same}, eva, c("new@x.se"), false, nil, trustSound},
		{"by e-mail, the buyer has another now", link.Link{How: link.ByEmail, Mark: old}, eva, c("old@x.se"), false, nil, trustRenewed},
		{"by e-mail, the buyer has another now, and so has a second", link.Link{How: link.ByEmail, Mark: old}, eva, c("old@x.se"), false, claims(old), trustDisputed},
		{"by e-mail, the buyer has none any more", link.Link{How: link.ByEmail, Mark: old}, buyer{ID: "7"}, c("old@x.se"), false, nil, trustSound},
		{"created, the buyer has another now", link.Link{How: link.Created, Mark: old}, eva, c("new@x.se"), true, nil, trustRenewed},
		{"by phone, the buyer gets an e-mail, BC has none", link.Link{How: link.ByPhone}, eva, c(""), false, nil, trustRenewed},
		{"by phone, the buyer gets an e-mail, BC has another", link.Link{How: link.ByPhone}, eva, c("max@x.se"), false, nil, trustDoubtful},
		{"by phone, the buyer gets an e-mail, BC has none, another buyer's", link.Link{How: link.ByPhone}, eva, c(""), false, claims(other), trustDisputed},
		{"kept, the earlier e-mail is BC's", link.Link{How: link.Kept, Mark: old}, eva, c("old@x.se"), false, nil, trustRenewed},
		{"kept, neither e-mail is BC's", link.Link{How: link.Kept, Mark: old}, eva, c("max@x.se"), false, nil, trustDoubtful},
		{"by hand", link.Link{How: link.ByHand}, eva, c("max@x.se"), false, claims(other), trustSound},
		{"by bill-to", link.Link{How: link.ByBillTo}, eva, c("max@x.se"), false, claims(other), trustSound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := trust(tt.link, tt.buyer, tt.c, tt.own, func() ([]link.Claim, error) { return tt.others, nil })
			if err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
			if tt.want == trustSound || tt.want == trustDoubtful {
				return
			}
			down := errors.New("down")
			if _, err := trust(tt.link, tt.buyer, tt.c, tt.own, func() ([]link.Claim, error) { return nil, down }); !errors.Is(err, down) {
				t.Errorf("claims cannot be read: %v", err)
			}
		})
	}
}

// stored is an item as release 7a35f02 wrote it.
func stored(t *testing.T, w *world, id, js string) {
	t.Helper()
	it := table.Item{Key: table.Key{PK: "SHOP#MAIN#CUST", SK: id}, Data: append([]byte{'j', 1}, js...)}
	if err := w.table.Write(t.Context(), table.Put(it, table.Always)); err != nil {
		t.Fatal(err)
	}
}

func TestLinksOfAnEarlierRelease(t *testing.T) {
	recipient := Customer{ID: "id-C9", Number: "C9", Email: "max@example.com", PhoneNumber: "+46 8 999 999"}
	eva := Customer{ID: "id-C2", Number: "C2", Email: "eva@example.com"}
	doubt := Resolved{Reason: CustomerDoubtful, Thing: "C9 for Eva Ek (Shopify customer 7)"}
	for _, tt := range []struct {
		name string
		js   string
		bc   []Customer
		want Resolved
		how  link.How // of the link afterwards
	}{
		{"to the buyer", `{"number":"C2"}`, []Customer{eva}, Resolved{Number: "C2"}, link.Kept},
		{"to the customer that was created", `{"number":"S7"}`, []Customer{{ID: "id-S7", Number: "S7", Email: "before@example.com"}}, Resolved{Number: "S7"}, link.Kept},
		{"to a customer without e-mail", `{"number":"C9"}`, []Customer{{ID: "id-C9", Number: "C9"}}, Resolved{Number: "C9"}, link.Kept},
		{"to the recipient", `{"number":"C9"}`, []Customer{recipient}, doubt, ""},
		{"to the recipient, and the buyer is a customer", `{"number":"C9"}`, []Customer{recipient, eva}, Resolved{Number: "C2"}, link.ByEmail},
		{"to the recipient, and somebody has the buyer's phone", `{"number":"C9"}`, []Customer{recipient, {Number: "C3", PhoneNumber: "+46 8 123 456"}}, doubt, ""},
		{"to a customer that is gone", `{"number":"C8"}`, []Customer{eva}, Resolved{Number: "C2"}, link.ByEmail},
		{"an intent, not settled", `{"number":"S7","sentAt":"2026-07-02T07:55:00Z"}`, []Customer{eva}, Resolved{Reason: outbound.OutcomeUnknown, Thing: "Eva Ek (Shopify customer 7)"}, ""},
		{"an intent that came true", `{"number":"S7","sentAt":"2026-07-02T07:55:00Z"}`, []Customer{eva, {ID: "id-S7", Number: "S7", Email: "eva@example.com"}}, Resolved{Number: "S7"}, link.Created},
		{"an intent that was taken back", `{}`, []Customer{eva}, Resolved{Number: "C2"}, link.ByEmail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.bc...)
			stored(t, w, "7", tt.js)
			got, err := w.resolve(t, creating, false, bought("1"))
			if err != nil || got["1"] != tt.want || len(w.creates) > 0 {
				t.Fatalf("%+v, %v, want %+v", got["1"], err, tt.want)
			}
			if l := linkOfEva(t, w); l.How != tt.how {
				t.Errorf("the link is %q, want %q", l.How, tt.how)
			}
			if tt.want != doubt {
				return
			}
			// The way out that the issue names.
			c := w.customers["C9"]
			c.Email += "; eva@example.com"
			w.customers["C9"] = c
			if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Number != "C9" {
				t.Errorf("after the buyer's address was entered: %+v, %v", got["1"], err)
			}
		})
	}
}

// Two buyers whom an earlier release took for one are told apart, whoever comes first.
func TestSharedLinksOfAnEarlierRelease(t *testing.T) {
	max := func(o *orders.Order) { o.Customer.ID, o.Customer.Email, o.Customer.Phone = "8", "max@example.com", "" }
	for _, first := range []string{"7", "8"} {
		w := newWorld(Customer{ID: "id-C9", Number: "C9"})
		stored(t, w, "7", `{"number":"C9"}`)
		stored(t, w, "8", `{"number":"C9"}`)
		os := map[string]orders.Order{"7": bought("7"), "8": bought("8", max)}
		second := map[string]string{"7": "8", "8": "7"}[first]
		if got, err := w.resolve(t, creating, false, os[first]); err != nil || got[first].Number != "C9" {
			t.Fatalf("%s first: %+v, %v", first, got, err)
		}
		if got, err := w.resolve(t, creating, false, os[second]); err != nil || got[second].Reason != CustomerShared {
			t.Errorf("%s second: %+v, %v", second, got, err)
		}
	}
}

// The way out of a shared customer: BC says that both belong there.
func TestBothAddressesAtOneCustomer(t *testing.T) {
	w := newWorld(Customer{ID: "id-C9", Number: "C9", Email: "eva@example.com; max@example.com"})
	max := func(o *orders.Order) { o.Customer.ID, o.Customer.Email = "8", "max@example.com" }
	for range 2 {
		got, err := w.resolve(t, creating, false, bought("1"), bought("2", max))
		if err != nil || got["1"].Number != "C9" || got["2"].Number != "C9" {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// A buyer's new e-mail address moves no link, and lets nobody else in.
func TestChangedEmail(t *testing.T) {
	w := newWorld(Customer{ID: "id-C2", Number: "C2", Email: "eva@example.com"})
	moved := func(o *orders.Order) { o.Customer.Email, o.Customer.Phone = "eva@new.example", "" }
	heir := func(o *orders.Order) { o.Customer.ID = "8" } // has the address now
	if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Number != "C2" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := w.resolve(t, creating, false, bought("2", moved)); err != nil || got["2"].Number != "C2" {
		t.Errorf("with the new address: %+v, %v", got, err)
	}
	if got, err := w.resolve(t, creating, false, bought("3", heir)); err != nil || got["3"].Reason != CustomerShared {
		t.Errorf("somebody else has the old one: %+v, %v", got, err)
	}
}

func TestWhoSaysIt(t *testing.T) {
	if got := who(bought("1", without)); got != "the buyer of order #1" {
		t.Error(got)
	}
	if got := who(bought("1", func(o *orders.Order) { o.Customer.FirstName, o.Customer.LastName = "", " " })); got != "Shopify customer 7" {
		t.Error(got)
	}
	if got := company(orders.Order{Company: &orders.Company{ID: "5"}}); got != "company 5" {
		t.Error(got)
	}
}

// A person's word stands above all that is found.
func TestLinkByHand(t *testing.T) {
	w := newWorld(Customer{ID: "id-C2", Number: "C2", Email: "eva@example.com"}, Customer{ID: "id-C9", Number: "C9", Email: "max@example.com"})
	s := &link.Store{Table: w.table}
	l, err := s.Set(t.Context(), linkOf(creating, buyer{ID: "7"}), "C9", "id-C9", "anna", w.now)
	if err != nil || l.By != "anna" {
		t.Fatal(l, err)
	}
	if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Number != "C9" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Remove(t.Context(), l, "anna", w.now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got, err := w.resolve(t, creating, false, bought("2")); err != nil || got["2"].Number != "C2" {
		t.Errorf("taken away: %+v, %v", got, err)
	}
	l = linkOfEva(t, w)
	var trail []string
	for _, c := range l.Trail {
		trail = append(trail, fmt.Sprintf("%s %s %s", c.Number, c.How, c.By))
	}
	if got := strings.Join(trail, "; "); got != "C9 by hand anna" {
		t.Errorf("trail %q", got)
	}
}

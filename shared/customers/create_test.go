package customers

import (
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
)

var creating = Card{
	Shop:             shop.Shop{Code: "MAIN"},
	CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
}

// linkOfEva is the link that is stored of customer 7.
func linkOfEva(t *testing.T, w *world) link.Link {
	t.Helper()
	l, err := (&link.Store{Table: w.table}).Get(t.Context(), linkOf(creating, buyer{ID: "7"}))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// What a created customer gets is the buyer's own: of the recipient of a parcel
// nothing but the country.
func TestCreatedCustomerIsTheBuyer(t *testing.T) {
	max := &orders.Address{FirstName: "Max", LastName: "Muster", Company: "Muster AG", Address1: "Weg 2", City: "Bern", Zip: "3000", Country: "CH", Phone: "+41310000000"}
	eva := &orders.Address{FirstName: "Eva", LastName: "Ek", Address1: "Gatan 1", City: "Lund", Country: "SE", Phone: "+46700000000"}
	for _, tt := range []struct {
		name string
		o    func(*orders.Order)
		want Customer
	}{
		{"the default address, for somebody else's parcel", func(o *orders.Order) { o.Shipping, o.Billing, o.Customer.Default = max, max, eva }, Customer{DisplayName: "Eva Ek", Type: "Person", AddressLine1: "Gatan 1", City: "Lund", Country: "SE"}},
		{"the billing address", func(o *orders.Order) { o.Shipping, o.Billing, o.Customer.Default = max, eva, nil }, Customer{DisplayName: "Eva Ek", Type: "Person", AddressLine1: "Gatan 1", City: "Lund", Country: "SE"}},
		{"a parcel for somebody else, and no other address", func(o *orders.Order) { o.Shipping, o.Billing, o.Customer.Default = max, nil, nil }, Customer{DisplayName: "Eva Ek", Type: "Person", Country: "CH"}},
		{"a parcel for the buyer, and no other address", func(o *orders.Order) { o.Shipping, o.Billing, o.Customer.Default = eva, nil, nil }, Customer{DisplayName: "Eva Ek", Type: "Person", AddressLine1: "Gatan 1", City: "Lund", Country: "SE"}},
		{"no address at all", func(o *orders.Order) { o.Shipping, o.Billing, o.Customer.Default = nil, nil, nil }, Customer{DisplayName: "Eva Ek", Type: "Person"}},
		{"no name", func(o *orders.Order) {
			o.Shipping, o.Billing, o.Customer.Default, o.Customer.FirstName, o.Customer.LastName = nil, nil, nil, "", ""
		}, Customer{DisplayName: "eva@example.com", Type: "Person"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			o := bought("1", tt.o, func(o *orders.Order) { o.Email, o.Phone, o.Customer.Phone = "other@example.com", "+46711111111", "" })
			o.Currency, o.PresentmentCurrency = "DKK", "CHF"
			if _, err := w.resolve(t, creating, false, o); err != nil {
				t.Fatal(err)
			}
			tt.want.ID, tt.want.Number, tt.want.Email = "id-S7", "S7", "eva@example.com"
			if got := w.customers["S7"]; got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// knows is what the post code table of a company does to a customer: once, when
// the post code is set to another one.
func knows(c *Customer) { c.City, c.State, c.Country = "STOCKHOLM C", "AB", "SE" }

func TestWhatBCFillsInIsMended(t *testing.T) {
	w := newWorld()
	w.fills = knows
	got, err := w.resolve(t, creating, false, bought("1"))
	if c := w.customers["S7"]; err != nil || got["1"].Number != "S7" || c.City != "Stockholm" || c.State != "" || w.updates != 1 {
		t.Fatalf("%+v, %v; BC has %+v after %d updates", got, err, c, w.updates)
	}
	if l := linkOfEva(t, w); l.Unsettled || l.How != link.Created || l.RecordID != "id-S7" || l.Hash == "" {
		t.Errorf("link %+v", l)
	}
	// Once it is as it was meant, what people change there is theirs.
	c := w.customers["S7"]
	c.City = "Solna"
	w.customers["S7"] = c
	if _, err := w.resolve(t, creating, false, bought("2", func(o *orders.Order) { o.Customer.FirstName = "Eva-Lena" })); err != nil || w.customers["S7"] != c {
		t.Errorf("%v, BC has %+v", err, w.customers["S7"])
	}
}

// Of a buyer without any address BC's template keeps what it says.
func TestNoAddressLeavesTheTemplates(t *testing.T) {
	w := newWorld()
	w.fills = func(c *Customer) { c.Country = "SE" }
	none := func(o *orders.Order) { o.Shipping, o.Billing, o.Customer.Default = nil, nil, nil }
	if got, err := w.resolve(t, creating, false, bought("1", none)); err != nil || got["1"].Number != "S7" || w.customers["S7"].Country != "SE" || w.updates != 0 {
		t.Errorf("%+v, %v, BC has %+v", got, err, w.customers["S7"])
	}
}

// A customer that was found is never written to.
func TestFoundCustomerIsNotOverwritten(t *testing.T) {
	c := Customer{ID: "id-C2", Number: "C2", DisplayName: "E. Ek", Email: "eva@example.com", City: "Kiruna", Type: "Company"}
	w := newWorld(c)
	if _, err := w.resolve(t, creating, false, bought("1")); err != nil || w.customers["C2"] != c || w.updates != 0 {
		t.Errorf("%v, BC has %+v", err, w.customers["C2"])
	}
	left := Customer{ID: "id-S7", Number: "S7", DisplayName: "E. Ek"} // of another installation, without intent
	w = newWorld(left)
	if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Number != "S7" || w.customers["S7"] != left {
		t.Errorf("%+v, %v, BC has %+v", got, err, w.customers["S7"])
	}
}

func TestMendingFails(t *testing.T) {
	said := `S7: BC says no`
	for _, tt := range []struct {
		name  string
		fail  error
		first Resolved
		err   fault.Kind
		later int // updates of the next run
	}{
		{"refused: said once", &fault.Error{Kind: fault.Rejected, Merchant: "BC says no", Err: errors.New("400")}, Resolved{Reason: CustomerDiffers, Thing: said}, "", 0},
		{"for the moment: tried again", &fault.Error{Kind: fault.Transient, Err: errors.New("503")}, Resolved{Number: "S7"}, "", 1},
		{"no answer: tried again", &fault.Error{Kind: fault.Unknown, Err: errors.New("EOF")}, Resolved{Number: "S7"}, "", 1},
		{"no permission", &fault.Error{Kind: fault.Blocked, Err: errors.New("403")}, Resolved{}, fault.Blocked, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.fills, w.refuse["update S7"] = knows, tt.fail
			got, err := w.resolve(t, creating, false, bought("1"))
			if fault.KindOf(err) != tt.err || tt.err == "" && got["1"] != tt.first {
				t.Fatalf("%+v, %v", got, err)
			}
			delete(w.refuse, "update S7")
			w.updates = 0
			if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Number != "S7" || w.updates != tt.later {
				t.Errorf("the next run: %+v, %v, %d updates", got, err, w.updates)
			}
			if c := w.customers["S7"]; (c.City == "Stockholm") != (tt.later > 0) {
				t.Errorf("BC has %+v", c)
			}
		})
	}
}

// A create whose answer was lost is compared too, when it is found.
func TestLostAnswerIsMended(t *testing.T) {
	w := newWorld()
	w.fills, w.failAt, w.when = knows, 2, "after"
	if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Reason != outbound.OutcomeUnknown {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := w.resolve(t, creating, false, bought("1")); err != nil || got["1"].Number != "S7" || w.customers["S7"].City != "Stockholm" {
		t.Errorf("%+v, %v, BC has %+v", got, err, w.customers["S7"])
	}
}

func TestDifferencesAndCorrection(t *testing.T) {
	meant := Customer{DisplayName: "Eva", AddressLine1: "Gatan 1", Country: "SE", PostalCode: "111 22", City: "Stockholm", PhoneNumber: "+468", Email: "e@x.se"}
	for _, tt := range []struct {
		name   string
		change func(*Customer)
		fields string
		sent   int // fields of the correction
	}{
		{"as it was meant", func(*Customer) {}, "", 0},
		{"what is not the buyer's", func(c *Customer) { c.Blocked, c.Type = "_x0020_", "Company" }, "", 0},
		{"name", func(c *Customer) { c.DisplayName = "E" }, `name "E" instead of "Eva"`, 1},
		{"a blank was filled", func(c *Customer) { c.State = "AB" }, `state "AB" instead of ""`, 6},
		{"address 2", func(c *Customer) { c.AddressLine2 = "c/o" }, `address 2 "c/o" instead of ""`, 6},
		{"city and country", func(c *Customer) { c.City, c.Country = "X", "DE" }, `country "DE" instead of "SE", city "X" instead of "Stockholm"`, 6},
		{"post code", func(c *Customer) { c.PostalCode = "1" }, `post code "1" instead of "111 22"`, 6},
		{"address", func(c *Customer) { c.AddressLine1 = "" }, `address "" instead of "Gatan 1"`, 6},
		{"phone and e-mail", func(c *Customer) { c.PhoneNumber, c.Email = "", "f@x.se" }, `phone "" instead of "+468", e-mail "f@x.se" instead of "e@x.se"`, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := meant
			tt.change(&found)
			if got := said(differences(meant, found)); got != tt.fields {
				t.Errorf("differs in %s, want %s", got, tt.fields)
			}
			ch, ok := correction(meant, found)
			n := 0
			for _, f := range []*string{ch.DisplayName, ch.AddressLine1, ch.AddressLine2, ch.Country, ch.PostalCode, ch.City, ch.State, ch.PhoneNumber, ch.Email} {
				if f != nil {
					n++
				}
			}
			if n != tt.sent || ok != (tt.sent > 0) {
				t.Errorf("%d fields are sent, want %d", n, tt.sent)
			}
		})
	}
}

// The link tells what became of the create.
func TestLogOfTheCreate(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*world)
		want string
	}{
		{"made", func(*world) {}, "intended, sent, made customer S7"},
		{"the answer is lost", func(w *world) { w.failAt, w.when = 2, "after" }, "intended, found customer S7"},
		{"refused", func(w *world) {
			w.refuse["S7"] = &fault.Error{Op: "bc", Kind: fault.Rejected, Err: errors.New("no")}
		}, "intended, sent, refused bc: rejected: no, intended, sent, made customer S7"},
		{"slept", func(w *world) { w.sleep = outbound.SendWithin + time.Second }, "intended, withdrawn, intended, sent, made customer S7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			tt.set(w)
			_, _ = w.resolve(t, creating, false, bought("1")) // whether it fails is its own affair
			delete(w.refuse, "S7")
			if _, err := w.resolve(t, creating, false, bought("1")); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range linkOfEva(t, w).Log {
				got = append(got, strings.TrimSpace(string(e.Did)+" "+e.Says))
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("the log says %q, want %q", got, tt.want)
			}
		})
	}
}

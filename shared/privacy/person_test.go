package privacy_test

import (
	"testing"

	"backroom/shared/privacy"
)

func eva() *privacy.Person {
	p := &privacy.Person{}
	p.Known("7310120052", "Eva.Krüger@example.com", "0431 55 66 77", "DE")
	p.Named("Eva", "Krüger")
	p.Written("Holm 7", "Postfach")
	return p
}

// Whoever a text is about is taken out of it, in any case of letters; what only looks
// like it stays, and so does what is no sentence.
func TestScrub(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"Customer Eva Krüger has no e-mail address.", "Customer erased has no e-mail address."},
		{"EVA KRÜGER, holm 7", "erased, erased"},
		{"Krüger, Eva", "erased"},
		{"a parcel for Krüger waits", "a parcel for erased waits"},
		{"<eva.krüger@EXAMPLE.com>", "<erased>"},
		{"call 0431 55 66 77 or +49431556677", "call erased or erased"},
		{"/v1/shops/acme/links/customer/7310120052", "/v1/shops/acme/links/customer/erased"},
		{"17310120052 is another", "17310120052 is another"},
		{"Krügerstraße 5 and Holm 77", "Krügerstraße 5 and Holm 77"},
		{"Krüger", "Krüger"}, // the word alone may be a state, a task, a code
		{"to the Postfach 5", "to the erased 5"},
		{"nothing of hers", "nothing of hers"},
		{"", ""},
	} {
		if got := eva().Scrub(tt.text); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Values of all kinds survive, names of values are taken for data.
func TestEditJSON(t *testing.T) {
	for _, tt := range []struct{ js, want string }{
		{`{"a":1.50,"b":["of Krüger too",null,true],"state":"Krüger"}`, `{"a":1.50,"b":["of erased too",null,true],"state":"Krüger"}`},
		{`{"eva.krüger@example.com":12345678901234567890}`, `{"erased":12345678901234567890}`},
		{`{"name":"Eva Kr\u00fcger"}`, `{"name":"erased"}`},
		{`{"customers":["7310120052","7310120053"],"missed":{"7310120052":{"times":1},"5":{"times":2}}}`, `{"customers":["0","7310120053"],"missed":{"5":{"times":2}}}`},
		{`{"b":1,"a":"<2>"}`, `{"b":1,"a":"<2>"}`}, // as it was, byte by byte
	} {
		got, err := eva().EditJSON([]byte(tt.js))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s became %s, %v, want %s", tt.js, got, err, tt.want)
		}
	}
	if got, err := eva().EditData([]byte(`{"title":"Soap of Krüger","to":"Eva Krüger"}`)); err != nil || string(got) != `{"title":"Soap of Krüger","to":"erased"}` {
		t.Errorf("data became %s, %v", got, err)
	}
	if _, err := eva().EditJSON([]byte(`{`)); err == nil {
		t.Error("what is no JSON is no error")
	}
}

func TestIs(t *testing.T) {
	for _, tt := range []struct {
		id, email, tel, country string
		want                    bool
	}{
		{"7310120052", "", "", "", true},
		{"", "EVA.KRÜGER@example.com ", "", "", true},
		{"", "", "+49 431 556677", "", true},
		{"", "", "0431/556677", "DE", true},
		{"", "", "0431/556677", "AT", false},
		{"7310120053", "eva@example.com", "", "", false},
		{"", "", "", "", false},
	} {
		if got := eva().Is(tt.id, []string{tt.email}, []string{tt.tel}, tt.country); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestShapes(t *testing.T) {
	s := privacy.Shape{PK: "SHOP#{shop}#BALANCE#{payout}", SK: "{movement}"}
	for key, want := range map[[2]string]bool{
		{"SHOP#acme#BALANCE#12", "0001"}: true, {"SHOP#a#b#BALANCE#1", "1"}: false, {"SHOP#acme#PAYOUT", "1"}: false,
	} {
		if s.Match(key[0], key[1]) != want {
			t.Errorf("%v: %v", key, !want)
		}
	}
}

package companyapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral/bctest"
)

func TestWholeTables(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if !strings.Contains(o.Header.Get("Prefer"), "odata.maxpagesize=") {
			t.Errorf("%s without a page size", o.Path)
		}
		switch o.Path {
		case "generalLedgerSetup":
			return bctest.Rows(`{"localCurrencyCode":"EUR"}`)
		case "companies":
			return bctest.Rows(`{"id":"` + bctest.CompanyID + `","name":"CRONUS DE","displayName":"CRONUS"}`)
		}
		return bctest.Rows(`{"id":"1","code":"DE","displayName":"Germany"}`)
	})
	c := New(f.Client())
	refs, err := c.References(t.Context(), "countriesRegions")
	if err != nil || !slices.Equal(refs, []bcapi.Reference{{ID: "1", Code: "DE", DisplayName: "Germany"}}) {
		t.Errorf("references %v, %v", refs, err)
	}
	if lcy, err := c.LocalCurrency(t.Context()); err != nil || lcy != "EUR" {
		t.Errorf("local currency %q, %v", lcy, err)
	}
	cs, err := c.Companies(t.Context())
	if err != nil || len(cs) != 1 || cs[0].Name != "CRONUS DE" {
		t.Errorf("companies %v, %v", cs, err)
	}
}

// What BC sends comes back as it was: no field is dropped, renamed or moved,
// and no digit of a number is lost.
func TestRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		js   string
	}{
		{"account", &account{}, `{"id":"a","number":"8400","displayName":"d","blocked":false,"accountType":"Posting","directPosting":true}`},
		{"reference", &reference{}, `{"id":"r","code":"DE","displayName":"Germany"}`},
		{"company", &company{}, `{"id":"c","name":"CRONUS","displayName":"CRONUS DE"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := json.NewDecoder(bytes.NewReader([]byte(tt.js)))
			d.DisallowUnknownFields()
			if err := d.Decode(tt.v); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(tt.v)
			if err != nil || string(got) != tt.js {
				t.Errorf("%v, came back as\n%s\nwant\n%s", err, got, tt.js)
			}
		})
	}
}

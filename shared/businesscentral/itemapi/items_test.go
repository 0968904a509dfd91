package itemapi

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/businesscentral/bctest"
)

func TestLookupsByField(t *testing.T) {
	var got []string
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		got = append(got, o.Path+" "+o.Query.Get("$filter"))
		return bctest.Rows()
	})
	c := New(f.Client())
	_, e1 := c.ItemsByNumber(t.Context(), []string{"b", "A", " a "})
	_, e2 := c.ItemsByGTIN(t.Context(), []string{"4006381333931"})
	_, e3 := c.VariantsByItem(t.Context(), []string{"a"})
	_, e4 := c.VariantsByCode(t.Context(), []string{"red"})
	for _, err := range []error{e1, e2, e3, e4} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"items number eq 'A' or number eq 'B'", "items gtin eq '4006381333931'", "itemVariants itemNumber eq 'A'",
		"itemVariants code eq 'RED'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
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
		{"item", &item{}, `{"number":"A","blocked":true,"gtin":"4006381333931","type":"Non_x002D_Inventory"}`},
		{"item variant", &variant{}, `{"id":"v","itemNumber":"A","code":"RED"}`},
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

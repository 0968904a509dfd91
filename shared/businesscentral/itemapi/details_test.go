package itemapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/businesscentral/bctest"
	"backroom/shared/products"
)

// Vendors' numbers find items letter by letter, whatever the database takes for equal;
// without the companion API they find none.
func TestVendorItems(t *testing.T) {
	var asked []string
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		asked = append(asked, o.Query.Get("$filter"))
		return bctest.Rows(`{"number":"mug","vendorItemNumber":"N-1"}`, `{"number":"CUP","vendorItemNumber":"n-1"}`)
	})
	got, err := New(f.Client()).VendorItems(t.Context(), []string{"N-1", " ", "N-1"})
	if diff := cmp.Diff([]products.VendorItem{{Code: "N-1", ItemNumber: "MUG"}}, got); diff != "" || err != nil || fmt.Sprint(asked) != "[vendorItemNumber eq 'N-1']" {
		t.Errorf("%v, %v, asked %q", diff, err, asked)
	}
	gone := bctest.New(t, func(bctest.Op) bctest.Result {
		return bctest.Result{Status: http.StatusNotFound, Body: `{"error":{"code":"BadRequest_NotFound","message":"Resource not found."}}`}
	})
	if got, err := New(gone.Client()).VendorItems(t.Context(), []string{"N-1"}); len(got) > 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// Details come from the companion API with the bar codes of the item and its variants:
// that of no unit before that of one. Where there is none, that is said.
func TestDetails(t *testing.T) {
	gone := bctest.Result{Status: http.StatusNotFound, Body: `{"error":{"code":"BadRequest_NotFound","message":"Resource not found."}}`}
	refs := bctest.Rows(
		`{"itemNumber":"MUG","variantCode":"","unitOfMeasureCode":"BOX","referenceType":"Bar Code","referenceNumber":"1"}`,
		`{"itemNumber":"MUG","variantCode":"RED","unitOfMeasureCode":"","referenceType":"Bar Code","referenceNumber":"2"}`,
		`{"itemNumber":"MUG","variantCode":"RED","unitOfMeasureCode":"PCS","referenceType":"Bar Code","referenceNumber":"3"}`,
		`{"itemNumber":"MUG","variantCode":"","unitOfMeasureCode":"","referenceType":"Vendor","referenceNumber":"4"}`,
	)
	row := `{"number":"mug","vendorName":"Nordlicht","vendorItemNumber":"N-1","grossWeight":0.35,"tariffNumber":"6912 00","originCode":"DE","salesBlocked":true`
	for _, tt := range []struct {
		name           string
		numbers        []string
		details, refs  bctest.Result
		want           string
		known, refused bool
	}{
		{"told", []string{"mug"}, bctest.Rows(row + `}`), refs, "[MUG Nordlicht N-1 0.35 6912 00 DE true map[:1 RED:2]]", true, false},
		{"of all", nil, bctest.Rows(row + `}`), bctest.Rows(), "[MUG Nordlicht N-1 0.35 6912 00 DE true map[]]", true, false},
		{"no companion API", []string{"MUG"}, gone, gone, "[]", false, false},
		{"an older one", []string{"MUG"}, gone, refs, "[]", false, false},
		{"no permission", []string{"MUG"}, bctest.Result{Status: http.StatusForbidden, Body: `{"error":{"code":"Internal_ServerError","message":"no permission"}}`}, refs, "[]", false, false},
		{"nonsense", []string{"MUG"}, bctest.Rows(`{"number":7}`), refs, "[]", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bctest.New(t, func(o bctest.Op) bctest.Result {
				if strings.HasSuffix(o.Path, "itemReferences") {
					return tt.refs
				}
				return tt.details
			})
			ds, known, err := NewListed(f.Client()).Details(t.Context(), tt.numbers)
			got := []string{}
			for _, d := range ds {
				got = append(got, fmt.Sprint(d.Item, " ", d.Vendor, " ", d.VendorItem, " ", d.Weight, " ", d.TariffNo, " ", d.Origin, " ", d.SalesBlocked, " ", d.Barcodes))
			}
			if fmt.Sprint(got) != tt.want || known != tt.known || (err != nil) != tt.refused {
				t.Errorf("%v, known %t, %v", got, known, err)
			}
			texts := bctest.New(t, func(bctest.Op) bctest.Result {
				if tt.known {
					return bctest.Rows(`{"number":"mug","marketingText":"<p>"}`, `{"number":"CUP","marketingText":""}`)
				}
				return tt.details
			})
			said, err := NewListed(texts.Client()).Texts(t.Context(), []string{"MUG", "CUP"})
			want := map[string]string{}
			if tt.known {
				want["MUG"] = "<p>"
			}
			if diff := cmp.Diff(want, said); tt.name != "nonsense" && (diff != "" || err != nil) {
				t.Errorf("texts %v, %v", diff, err)
			}
		})
	}
}

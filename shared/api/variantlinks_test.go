package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"backroom/shared/api"
	"backroom/shared/record"
	"backroom/shared/table"
)

// TestLinksOfVariants: what stands for which item is listed, with how, since when and, where a
// person has set the row, by whom. The list goes on within a product.
func TestLinksOfVariants(t *testing.T) {
	const at = "/v1/shops/acme/links/variant"
	r := newRig(t)
	if l := into[api.LinkList](t, r.want(200, "GET", at, "")); l.Links == nil || len(l.Links) != 0 {
		t.Errorf("without products: %+v", l)
	}
	ops := make([]table.Op, 0, 3)
	for i := range 3 {
		js := fmt.Sprintf(`{"title":"P%d","variants":[{"id":"%d1","item":"100%d","how":"SKU","at":"2026-11-20T08:00:00Z"},{"id":"%d2","components":true},{"id":"%d3","item":"100%d","code":"RED","how":"by hand","at":"2026-11-21T08:00:00Z"}]}`, i, 40+i, i, 40+i, 40+i, i)
		ops = append(ops, record.Put(table.Key{PK: "SHOP#acme#LISTING", SK: fmt.Sprint(70 + i)}, 1, json.RawMessage(js), table.Always))
	}
	if err := r.host.Table.Write(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
	r.want(200, "PUT", "/v1/shops/acme/mappings/variants/403", `{"itemNo":"1000","variantCode":"RED"}`)
	for _, limit := range []int{1, 2, 3, 4, 6, 100} {
		var got []string
		for page := ""; ; {
			l := into[api.LinkList](t, r.want(200, "GET", fmt.Sprintf("%s?limit=%d&page=%s", at, limit, page), ""))
			if len(l.Links) > limit {
				t.Errorf("limit %d: %d links", limit, len(l.Links))
			}
			for _, x := range l.Links {
				got = append(got, x.ID+" "+x.Number+" "+x.How+" "+x.By)
			}
			if page = l.Next; page == "" {
				break
			}
		}
		want := "[401 1000 SKU  403 1000 RED by hand local 411 1001 SKU  413 1001 RED by hand  421 1002 SKU  423 1002 RED by hand ]"
		if fmt.Sprint(got) != want {
			t.Errorf("limit %d: %v, want %s", limit, got, want)
		}
	}
	if l := into[api.Link](t, r.want(200, "GET", at+"/423", "")); l.Number != "1002 RED" || l.Kind != "variant" {
		t.Errorf("%+v", l)
	}
	r.want(404, "GET", at+"/402", "")
	r.want(409, "PUT", at+"/401", `{"number":"1000"}`)
	r.want(409, "DELETE", at+"/401", "")
	r.want(400, "GET", at+"?page=nonsense", "")
}

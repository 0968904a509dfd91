package api_test

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"
	"time"

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
	ops := make([]table.Op, 0, 6)
	for i := range 3 {
		js := fmt.Sprintf(`{"title":"P%d","variants":[{"id":"%d1","item":"100%d","how":"SKU","at":"2026-11-20T08:00:00Z"},{"id":"%d2","components":true},{"id":"%d3","item":"100%d","code":"RED","how":"by hand","at":"2026-11-21T08:00:00Z"}]}`, i, 40+i, i, 40+i, 40+i, i)
		ops = append(ops, record.Put(table.Key{PK: "SHOP#acme#LISTING", SK: fmt.Sprint(70 + i)}, 1, json.RawMessage(js), table.Always),
			table.Put(table.Item{Key: table.Key{PK: "SHOP#acme#LISTED", SK: fmt.Sprintf("100%d#%d", i, 70+i)}}, table.Always))
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
	if err := r.host.Table.Write(t.Context(), record.Put(table.Key{PK: "SHOP#acme#PRICES", SK: fmt.Sprintf("P#%02x", crc32.ChecksumIEEE([]byte("401"))%256)}, 1,
		json.RawMessage(`{"prints":{"401":{"s":{"p":"9","c":"12","k":"4"},"m":{"p":"10"},"t":"2026-11-20T09:00:00Z"},"403":{"r":"price-unread"}}}`), table.Always)); err != nil {
		t.Fatal(err)
	}
	l := into[api.Link](t, r.want(200, "GET", at+"/401", ""))
	if p := l.Price; p.Price != "9" || p.CompareAtPrice != "12" || p.Cost != "4" || p.Meant != "10" || !p.SentAt.Equal(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("the price of a variant: %+v", p)
	}
	if l := into[api.Link](t, r.want(200, "GET", at+"/403", "")); l.Price != (api.SentPrice{}) {
		t.Errorf("of one that is not known: %+v", l.Price)
	}
	r.links(at+"?number=1000", "401 1000 SKU", "403 1000 RED by hand")
	r.links(at + "?number=100")
	r.links(at + "?number=40")
	if l := into[api.Link](t, r.want(200, "GET", at+"/423", "")); l.Number != "1002 RED" || l.Kind != "variant" {
		t.Errorf("%+v", l)
	}
	r.want(404, "GET", at+"/402", "")
	r.want(409, "PUT", at+"/401", `{"number":"1000"}`)
	r.want(409, "DELETE", at+"/401", "")
	r.want(400, "GET", at+"?page=nonsense", "")
}

// links expects these links, as "id number how", at an address.
func (r *rig) links(at string, want ...string) {
	r.tb.Helper()
	var got []string
	for _, l := range into[api.LinkList](r.tb, r.want(200, "GET", at, "")).Links {
		got = append(got, l.ID+" "+l.Number+" "+l.How)
	}
	if !slices.Equal(got, want) {
		r.tb.Errorf("%s: %v, want %v", at, got, want)
	}
}

// TestLinksOfACustomer: by the number in Business Central come all who are linked with it, and
// nobody whose link has led there once.
func TestLinksOfACustomer(t *testing.T) {
	const at = "/v1/shops/acme/links/customer"
	r := newRig(t)
	for id, number := range map[string]string{"9001": "C10", "9002": "c10", "9003": "C100", "9004": "C10"} {
		r.want(200, "PUT", at+"/"+id, `{"number":"`+number+`"}`)
	}
	r.want(200, "PUT", at+"/9004", `{"number":"C11"}`)
	r.links(at+"?number=C10", "9001 C10 by hand", "9002 c10 by hand")
	r.links(at+"?number=c11", "9004 C11 by hand")
	r.links(at + "?number=C1")
	r.want(200, "DELETE", at+"/9004", "")
	r.links(at + "?number=C11")
	first := into[api.LinkList](t, r.want(200, "GET", at+"?number=C10&limit=1", ""))
	if first.Next == "" {
		t.Fatalf("%+v", first)
	}
	r.links(at+"?number=C10&limit=1&page="+first.Next, "9002 c10 by hand")
	r.want(400, "GET", at+"?number=C11&page="+first.Next, "")
}

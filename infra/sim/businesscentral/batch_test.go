package businesscentral

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// part is one answer of a batch.
type part struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    map[string]any    `json:"body"`
}

// batch sends operations "METHOD path body", below the company, with ids 0, 1, ….
func (w *world) batch(t *testing.T, header string, ops ...string) []part {
	t.Helper()
	var requests []map[string]any
	for i, o := range ops {
		f := strings.SplitN(o, " ", 3)
		q := map[string]any{
			"id": fmt.Sprint(i), "method": f[0], "url": "companies(" + w.Company("").ID() + ")/" + f[1],
			"headers": map[string]string{"Content-Type": "application/json", "Accept-Language": "en-US", "If-Match": "*"},
		}
		if len(f) > 2 {
			q["body"] = json.RawMessage(f[2])
		}
		requests = append(requests, q)
	}
	b, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		t.Fatal(err)
	}
	got := w.must(t, request{method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: string(b), header: header})
	if b, err = json.Marshal(got["responses"]); err != nil {
		t.Fatal(err)
	}
	var parts []part
	if err := json.Unmarshal(b, &parts); err != nil {
		t.Fatal(err)
	}
	return parts
}

func statuses(ps []part) []int {
	var out []int
	for _, p := range ps {
		out = append(out, p.Status)
	}
	return out
}

func TestBatchSemantics(t *testing.T) {
	good := func(n string) string { return `POST customers {"number":"` + n + `","displayName":"A"}` }
	const bad = `POST customers {"number":"10000","displayName":"A"}`
	tests := []struct {
		name, header string
		ops          []string
		statuses     []int
		made         int
	}{
		{"stops at the first failure", "", []string{good("A"), bad, good("B")}, []int{201, 400}, 1},
		{"goes on when asked to", "Prefer: odata.continue-on-error", []string{good("A"), bad, good("B")}, []int{201, 400, 201}, 2},
		{"snapshot undoes what it still reports", "Isolation: snapshot", []string{good("A"), good("B"), bad, good("C")}, []int{201, 201, 400}, 0},
		{"snapshot whose first operation fails", "Isolation: snapshot", []string{bad, good("A")}, []int{400}, 0},
		{"snapshot without failure", "Isolation: snapshot", []string{good("A"), good("B")}, []int{201, 201}, 2},
		{"later operations see earlier ones", "", []string{good("A"), good("A")}, []int{201, 400}, 1},
		{"empty", "", nil, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			before := len(w.Company("").Customers())
			if tt.ops == nil {
				got := w.must(t, request{method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: `{"requests":[]}`})
				if r, ok := got["responses"].([]any); !ok || len(r) != 0 {
					t.Errorf("responses %v", got)
				}
				return
			}
			got := w.batch(t, tt.header, tt.ops...)
			if !slices.Equal(statuses(got), tt.statuses) {
				t.Errorf("statuses %v, want %v", statuses(got), tt.statuses)
			}
			if made := len(w.Company("").Customers()) - before; made != tt.made {
				t.Errorf("%d customers made, want %d", made, tt.made)
			}
		})
	}
}

// Posting commits inside a snapshot, and what came before it with it.
func TestSnapshotWithPosting(t *testing.T) {
	w := newWorld(t)
	order := w.must(t, request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`})
	got := w.batch(t, "Isolation: snapshot",
		`POST customers {"number":"STAYS","displayName":"A"}`,
		`POST salesOrders(`+text(t, order, "id")+`)/Microsoft.NAV.shipAndInvoice`,
		`POST customers {"number":"10000","displayName":"A"}`)
	if !slices.Equal(statuses(got), []int{201, 204, 400}) {
		t.Fatalf("statuses %v", statuses(got))
	}
	if status, _, _ := w.raw(t, request{method: "GET", path: "customers?$filter=number eq 'STAYS'"}); status != 200 {
		t.Fatal(status)
	}
	if n := len(w.Company("").Customers()); n != cronusCustomers+1 {
		t.Errorf("%d customers: the posting made the first operation permanent", n)
	}
}

func TestBatchInheritsNothing(t *testing.T) {
	w := newWorld(t)
	body := `{"requests":[{"id":"a","method":"POST","url":"companies(` + w.Company("").ID() + `)/customers","body":{"displayName":"A"}}]}`
	got := w.must(t, request{method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: body, header: "Content-Type: application/json"})
	rs, _ := got["responses"].([]any)
	r, _ := rs[0].(map[string]any)
	if r["status"] != float64(415) {
		t.Errorf("%v, want 415 for the operation without a Content-Type of its own", r)
	}
	status, _, answer := w.raw(t, request{method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: body, header: "-Accept"})
	if text, _ := answer["text"].(string); status != 200 || !strings.HasPrefix(text, "--batchresponse_") {
		t.Errorf("%d %v, want multipart without Accept", status, answer)
	}
}

func TestPaging(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.must(t, request{method: "POST", path: "customers", body: fmt.Sprintf(`{"number":"P%d","displayName":"O'Hara + %d","city":"%d"}`, i, i, i%2)})
	}
	tests := []struct {
		name, path string
		want       string
	}{
		{"by key", "customers?$filter=startswith(number,'P')&$select=number", "P0 P1 P2 P3 P4 P5 P6"},
		{"in another order", "customers?$filter=startswith(number,'P')&$select=number&$orderby=city desc,number desc", "P5 P3 P1 P6 P4 P2 P0"},
		{"top over pages", "customers?$filter=startswith(number,'P')&$select=number&$top=5", "P0 P1 P2 P3 P4"},
		{"skip", "customers?$filter=startswith(number,'P')&$select=number&$skip=5", "P5 P6"},
		{"text with quote and plus", "customers?$filter=displayName eq 'O''Hara %2B 3'&$select=number", "P3"},
		{"and on two fields", "customers?$filter=startswith(number,'P') and city eq '1' and not (number eq 'P3')&$select=number", "P1 P5"},
		{"or on one field", "customers?$filter=number eq 'P1' or number eq 'P4' or startswith(number,'P6')&$select=number", "P1 P4 P6"},
		{"newer schema", "customers?$schemaversion=2.1&$filter=number in ('P2','P5')&$select=number", "P2 P5"},
		{"lambda is ignored", "customers?$filter=startswith(number,'P') and orders/any(o:o/x eq (1))&$select=number", "P0 P1 P2 P3 P4 P5 P6"},
		{"time", "customers?$filter=lastModifiedDateTime gt 2026-03-02T08:59:59.999Z and number gt 'P4' and number lt 'Q'&$select=number", "P5 P6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for path := tt.path; path != ""; {
				page := w.must(t, request{method: "GET", path: path, header: "Prefer: odata.maxpagesize=2"})
				rows, _ := page["value"].([]any)
				if len(rows) > 2 {
					t.Fatalf("a page of %d", len(rows))
				}
				for _, r := range rows {
					m, _ := r.(map[string]any)
					got = append(got, text(t, m, "number"))
				}
				next, _ := page["@odata.nextLink"].(string)
				path = strings.TrimPrefix(next, "https://bc.test")
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%v, want %s", got, tt.want)
			}
		})
	}
	counted := w.must(t, request{method: "GET", path: "customers?$count=true&$top=1"})
	if counted["@odata.count"] != float64(cronusCustomers+7) {
		t.Errorf("count %v", counted["@odata.count"])
	}
}

func TestETags(t *testing.T) {
	w := newWorld(t)
	order := w.must(t, request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000"}`})
	path := "salesOrders(" + text(t, order, "id") + ")"
	patched := w.must(t, request{method: "PATCH", path: path, body: `{"shipToName":"A"}`, header: "If-Match: " + text(t, order, "@odata.etag")})
	if status, _, _ := w.raw(t, request{method: "PATCH", path: path, body: `{"shipToName":"B"}`, header: "If-Match: " + text(t, order, "@odata.etag")}); status != 409 {
		t.Errorf("the ETag of before the change: %d, want 409", status)
	}
	w.must(t, request{method: "POST", path: path + "/salesOrderLines", body: `{"lineType":"Comment","description":"x"}`})
	if status, _, _ := w.raw(t, request{method: "DELETE", path: path, header: "If-Match: " + text(t, patched, "@odata.etag")}); status != 409 {
		t.Errorf("the ETag of before a new line: %d, want 409", status)
	}
	if got := w.must(t, request{method: "GET", path: path, header: "Accept: application/json;odata.metadata=none"}); got["@odata.etag"] != nil || got["shipToName"] != "A" {
		t.Errorf("without metadata: %v", got)
	}
	status, _, body := w.raw(t, request{method: "POST", path: "customers", body: `{"displayName":"A"}`, header: "Prefer: return-no-content"})
	if status != 204 || body != nil {
		t.Errorf("no content: %d %v", status, body)
	}
}

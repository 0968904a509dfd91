package shopify_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	reaction "backroom/shared/fault"
	"backroom/shared/prices"
)

const (
	runMutations = `mutation R($m: String!, $p: String!, $c: String) { bulkOperationRunMutation(mutation: $m, stagedUploadPath: $p, clientIdentifier: $c) { bulkOperation { id } userErrors { code field message } } }`
	priceChange  = `mutation P($productId: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $productId, variants: $variants) { productVariants { id price } userErrors { field message } } }`
	twoLists     = `mutation P($productId: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $productId, variants: $variants) { product { a: variants(first: 1) { edges { node { id } } } b: variants(first: 1) { edges { node { id } } } } } }`
)

// stageVariables asks for a place for variables, and answers its address and fields.
func (w *world) stageVariables(t *testing.T) (url string, fields [][2]string) {
	t.Helper()
	r := w.send(t, call{query: stageFiles, vars: object{"input": []any{object{"resource": "BULK_MUTATION_VARIABLES", "filename": "a.jsonl", "mimeType": "text/jsonl", "httpMethod": "POST"}}}})
	target := at(t, r.json, "data", "stagedUploadsCreate", "stagedTargets", 0)
	list, _ := at(t, target, "parameters").([]any)
	for _, f := range list {
		name, _ := at(t, f, "name").(string)
		value, _ := at(t, f, "value").(string)
		fields = append(fields, [2]string{name, value})
	}
	url, _ = at(t, target, "url").(string)
	return url, fields
}

// post posts a form, with a file as its last field or first.
func (w *world) post(t *testing.T, url string, fields [][2]string, content string, first bool) int {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file := func() {
		p, err := form.CreateFormFile("file", "a.jsonl")
		if err == nil {
			_, err = io.WriteString(p, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if first {
		file()
	}
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if !first {
		file()
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := w.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// variables uploads variables, and answers the path that names them.
func (w *world) variables(t *testing.T, lines string) string {
	t.Helper()
	url, fields := w.stageVariables(t)
	if status := w.post(t, url, fields, lines, false); status != http.StatusCreated {
		t.Fatalf("POST %s: %d", url, status)
	}
	i := slices.IndexFunc(fields, func(f [2]string) bool { return f[0] == "key" })
	return fields[i][1]
}

func bulkMutationRefusals() []refusal {
	path := ""
	staged := func(lines string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { t.Helper(); path = w.variables(t, lines) }
	}
	run := func(mutation string, client any) func(*world) call {
		return func(*world) call {
			return call{query: runMutations, vars: object{"m": mutation, "p": path, "c": client}}
		}
	}
	stage := func(mime, method string) func(*world) call {
		return with(stageFiles, object{"input": []any{object{"resource": "BULK_MUTATION_VARIABLES", "filename": "a.jsonl", "mimeType": mime, "httpMethod": method}}})
	}
	five := func(t *testing.T, w *world) {
		t.Helper()
		for range 5 {
			path = w.variables(t, "{}")
			if r := w.send(t, run(priceChange, nil)(w)); !strings.Contains(r.text, `"bulkOperation":{`) {
				t.Fatal(r.text)
			}
		}
	}
	return []refusal{
		{"bulk mutation: variables as text", "9", nil, stage("text/plain", "POST"), 0, "", "mimeType must be text/jsonl"},
		{"bulk mutation: variables that are put", "9", nil, stage("text/jsonl", "PUT"), 0, "", "httpMethod must be POST"},
		{"bulk mutation: no file", "9", func(*testing.T, *world) { path = "tmp/nothing" }, run(priceChange, nil), 0, "NO_SUCH_FILE", "The JSONL file could not be found."},
		{"bulk mutation: a blank file", "9", staged("\n \n"), run(priceChange, nil), 0, "INVALID_STAGED_UPLOAD_FILE", "The JSONL file is empty."},
		{"bulk mutation: a query", "9", staged("{}"), run(`{ shop { id } }`, nil), 0, "INVALID_MUTATION", "Only mutation operations are supported."},
		{"bulk mutation: no document", "9", staged("{}"), run(`prices`, nil), 0, "INVALID_MUTATION", "Invalid bulk mutation"},
		{"bulk mutation: two roots", "9", staged("{}"), run(`mutation { a: orderClose(input: {id: "gid://shopify/Order/1"}) { order { id } } b: orderClose(input: {id: "gid://shopify/Order/1"}) { order { id } } }`, nil), 0, "INVALID_MUTATION", "Bulk mutations must have exactly one"},
		{"bulk mutation: a bulk mutation", "9", staged("{}"), run(`mutation C($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id } } }`, nil), 0, "INVALID_MUTATION", "This mutation cannot be run in bulk."},
		{"bulk mutation: two connections", "9", staged("{}"), run(twoLists, nil), 0, "INVALID_MUTATION", "Bulk mutations cannot contain more than 1 connection."},
		{"bulk mutation: a short name", "9", staged("{}"), run(priceChange, "short"), 0, "", "Client identifier must be between 10 and 255 characters."},
		{"bulk mutation: a sixth at once", "9", five, run(priceChange, nil), 0, "OPERATION_IN_PROGRESS", "A bulk mutation operation for this app and shop is already in progress: gid://"},
	}
}

// A form that leaves out a field, or has the file before the others, uploads nothing.
func TestUploadOfVariables(t *testing.T) {
	w := newWorld(t)
	url, fields := w.stageVariables(t)
	for i, f := range fields {
		if status := w.post(t, url, slices.Delete(slices.Clone(fields), i, i+1), "{}", false); status != http.StatusForbidden {
			t.Errorf("without %s: %d", f[0], status)
		}
	}
	if status := w.post(t, url, fields, "{}", true); status != http.StatusBadRequest {
		t.Errorf("the file first: %d", status)
	}
	if status := w.post(t, url, fields, "{}", false); status != http.StatusCreated {
		t.Errorf("as it should be: %d", status)
	}
}

// priceClient is a client of a shop that may write products, with n products of two
// variants.
func priceClient(t *testing.T, w *world, n int) (prices.Shop, []prices.Changes) {
	t.Helper()
	w.shop.SetScopes(append(w.shop.Info().Scopes, "write_products"))
	var cs []prices.Changes
	for _, p := range w.shop.Products() {
		if len(cs) == n {
			break
		}
		c := prices.Changes{Product: fmt.Sprint(p.ID)}
		for _, v := range p.Variants[:min(2, len(p.Variants))] {
			c.Changes = append(c.Changes, prices.Change{Variant: fmt.Sprint(v.ID), Price: decimal.NewFromInt(77)})
		}
		cs = append(cs, c)
	}
	return connect(t, w).Prices, cs
}

// Prices are read by id and in bulk, and changed by product: what is not given stays, 0 is
// no compare-at price, and what is refused is known by variant.
func TestPriceClient(t *testing.T) {
	w := newWorld(t)
	c, cs := priceClient(t, w, 1)
	none, high, cost := decimal.Zero, decimal.NewFromInt(99), decimal.RequireFromString("12.34")
	one := cs[0].Changes[0].Variant
	first := prices.Changes{Product: cs[0].Product, Changes: []prices.Change{{Variant: one, Price: decimal.NewFromInt(77), CompareAt: &high, Cost: &cost}, {Variant: "1", Price: none}}}
	a, err := c.Change(t.Context(), first)
	if err != nil || len(a.Shown) != 1 || len(a.Refused) != 1 || reaction.KindOf(a.Refused["1"]) != reaction.Rejected {
		t.Fatalf("%+v, %v", a, err)
	}
	shown := func(when, want string) {
		t.Helper()
		s, err := c.Shown(t.Context(), []string{one, "2"})
		if err != nil || len(s) != 1 || s[0].Err != nil {
			t.Fatalf("%s: %+v, %v", when, s, err)
		}
		if got := fmt.Sprint(s[0].Price, s[0].CompareAt.Decimal, s[0].Cost.Decimal); got != want {
			t.Errorf("%s %s, want %s", when, got, want)
		}
	}
	shown("changed", "77 99 12.34")
	if _, err := c.Change(t.Context(), prices.Changes{Product: cs[0].Product, Changes: []prices.Change{{Variant: one, Price: decimal.NewFromInt(78)}}}); err != nil {
		t.Fatal(err)
	}
	shown("the price alone", "78 99 12.34")
	if _, err := c.Change(t.Context(), prices.Changes{Product: cs[0].Product, Changes: []prices.Change{{Variant: one, Price: decimal.NewFromInt(79), CompareAt: &none}}}); err != nil {
		t.Fatal(err)
	}
	shown("no compare-at price", "79 0 12.34")
	low := prices.Changes{Product: cs[0].Product, Changes: []prices.Change{{Variant: one, Price: decimal.NewFromInt(-1)}}}
	if a, err := c.Change(t.Context(), low); err != nil || a.Refused[one] == nil || len(a.Shown) != 0 {
		t.Errorf("a negative price: %+v, %v", a, err)
	}
	if p, err := c.Profile(t.Context()); err != nil || p.Currency != "EUR" || p.TimeZone == "" || !p.Reads {
		t.Errorf("%+v, %v", p, err)
	}
	id, err := c.BeginShown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Minute)
	b, err := c.Bulk(t.Context(), id)
	n := 0
	if e := c.AllShown(t.Context(), b, func(s prices.Shown) error {
		if n++; s.Variant == one && s.Price.String() != "79" {
			t.Errorf("in bulk %+v", s)
		}
		return s.Err
	}); err != nil || e != nil || n < 10 {
		t.Errorf("%d variants, %v, %v", n, err, e)
	}
}

// A bulk mutation changes product by product: a row that is refused, or cannot be run,
// stops no other, and rows are known by their lines, in whatever order they come.
func TestBulkMutation(t *testing.T) {
	w := newWorld(t)
	c, cs := priceClient(t, w, 4)
	cs[1].Changes = append(cs[1].Changes, prices.Change{Variant: "5", Price: decimal.Zero})
	cs[2].Product = "6"
	id, err := c.BeginChanges(t.Context(), cs)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := c.Bulk(t.Context(), id); err != nil || b.Ended || b.Failed != "" || b.URL != "" {
		t.Errorf("at once %+v, %v", b, err)
	}
	w.Advance(time.Minute)
	b, err := c.Bulk(t.Context(), id)
	if err != nil || !b.Ended {
		t.Fatalf("%+v, %v", b, err)
	}
	var order []int
	if err := c.AllChanged(t.Context(), b, func(line int, r prices.RowAnswer) error {
		order = append(order, line)
		a := r.Answered(cs[line].Changes)
		switch line {
		case 1:
			if len(a.Shown) == 0 || len(a.Refused) != 1 || a.Refused["5"] == nil {
				t.Errorf("line 1: %+v", a)
			}
		case 2:
			if len(a.Shown) != 0 || len(a.Refused) != len(cs[2].Changes) {
				t.Errorf("line 2: %+v", a)
			}
		default:
			if len(a.Shown) != len(cs[line].Changes) || len(a.Refused) != 0 {
				t.Errorf("line %d: %+v", line, a)
			}
		}
		return nil
	}); err != nil || !slices.Equal(order, []int{3, 2, 1, 0}) {
		t.Errorf("lines %v, %v", order, err)
	}
	// One that fails has done some of it, and shows what.
	w.shop.FailBulk("INTERNAL_SERVER_ERROR")
	id, err = c.BeginChanges(t.Context(), cs)
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Minute)
	b, err = c.Bulk(t.Context(), id)
	order = nil
	if e := c.AllChanged(t.Context(), b, func(line int, _ prices.RowAnswer) error { order = append(order, line); return nil }); e != nil || err != nil || b.Failed != "INTERNAL_SERVER_ERROR" || len(order) != 2 {
		t.Errorf("%+v, lines %v, %v, %v", b, order, err, e)
	}
	w.shop.FailBulk("")
	for range 5 {
		if _, err = c.BeginChanges(t.Context(), cs); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = c.BeginChanges(t.Context(), cs); !errors.Is(err, prices.ErrBusy) || reaction.KindOf(err) != reaction.Throttled {
		t.Errorf("a sixth: %v", err)
	}
}

// Without the permission to write products nothing is staged, and a bulk mutation that was
// staged before fails as a whole.
func TestBulkMutationWithoutItsScope(t *testing.T) {
	w := newWorld(t)
	c, cs := priceClient(t, w, 1)
	path := w.variables(t, "{}")
	w.shop.SetScopes([]string{"read_products"})
	if _, err := c.BeginChanges(t.Context(), cs); reaction.KindOf(err) != reaction.Blocked {
		t.Errorf("begun: %v", err)
	}
	r := w.send(t, call{query: runMutations, vars: object{"m": priceChange, "p": path}})
	id, _ := at(t, r.json, "data", "bulkOperationRunMutation", "bulkOperation", "id").(string)
	w.Advance(time.Minute)
	if b, err := c.Bulk(t.Context(), id[strings.LastIndex(id, "/")+1:]); err != nil || b.Failed != "ACCESS_DENIED" || b.URL != "" {
		t.Errorf("%+v, %v", b, err)
	}
}

// What is asked for by its id is missing where the app may not see it.
func TestHiddenByID(t *testing.T) {
	w := newWorld(t)
	c, cs := priceClient(t, w, 1)
	w.shop.SetScopes([]string{"read_inventory"})
	if s, err := c.Shown(t.Context(), []string{cs[0].Changes[0].Variant}); err != nil || len(s) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if p, err := c.Profile(t.Context()); err != nil || p.Reads {
		t.Errorf("%+v, %v", p, err)
	}
}

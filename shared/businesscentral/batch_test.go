package businesscentral

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/sales"
	"backroom/shared/usage"
)

// createOrder is the fake's 201: what was sent, with an id made of the number.
func createOrder(o op) result {
	var in salesOrder
	if err := json.Unmarshal([]byte(o.Body), &in); err != nil {
		return refusal(400, "BadRequest", err.Error())
	}
	return result{status: 201, body: fmt.Sprintf(`{"id":"id-%s","number":"S1","externalDocumentNumber":%q,"salesOrderLines":[`+
		`{"sequence":10000,"lineType":"Item","netAmount":8.00,"netTaxAmount":2.10,"netAmountIncludingTax":10.10}]}`, in.ExternalDocumentNumber, in.ExternalDocumentNumber)}
}

func someOrders(n int) []sales.Document {
	ds := make([]sales.Document, n)
	for i := range ds {
		ds[i] = sales.Document{ExternalNumber: number(i), Customer: "C1"}
	}
	return ds
}

func kinds[T any](created []documents.Created[T]) []fault.Kind {
	ks := make([]fault.Kind, len(created))
	for i, c := range created {
		ks[i] = fault.KindOf(c.Err)
	}
	return ks
}

func TestCreateDocumentsMatchesAnswersByID(t *testing.T) {
	f := newFake(t, func(o op) result {
		if o.Method != "POST" || o.Path != "salesOrders" || !strings.Contains(o.Query.Get("$expand"), "netAmountIncludingTax") {
			t.Errorf("%s %s %v", o.Method, o.Path, o.Query)
		}
		switch {
		case strings.Contains(o.Body, number(1)):
			return refusal(400, "Application_DialogException", "Item does not exist.")
		case strings.Contains(o.Body, number(2)):
			return result{} // not mentioned
		case strings.Contains(o.Body, number(3)):
			return refusal(503, "Unknown", "gone")
		case strings.Contains(o.Body, number(4)):
			r := refusal(429, "Application_TooManyRequests", "slow down")
			r.header = map[string]string{"retry-after": "3"}
			return r
		case strings.Contains(o.Body, number(5)):
			return result{status: 201, body: `{"number":"S1"}`} // no id
		case strings.Contains(o.Body, number(6)):
			return result{status: 201}
		case strings.Contains(o.Body, number(7)): // an amount is missing
			return result{status: 201, body: `{"id":"a","salesOrderLines":[{"sequence":10000,"lineType":"Item","netAmount":8,"netTaxAmount":2}]}`}
		}
		return createOrder(o)
	})
	got, err := f.client().CreateDocuments(t.Context(), someOrders(9))
	if err != nil {
		t.Fatal(err)
	}
	want := []fault.Kind{"", fault.Rejected, fault.Unknown, fault.Unknown, fault.Throttled, fault.Unknown, fault.Unknown, fault.Unknown, ""}
	if !slices.Equal(kinds(got), want) {
		t.Errorf("kinds %v, want %v", kinds(got), want)
	}
	for _, i := range []int{0, 8} {
		if got[i].Entity.ID != "id-"+number(i) || got[i].Entity.Total().Value.String() != "10.1" {
			t.Errorf("order %d came back as %+v", i, got[i].Entity)
		}
	}
	if fault.RetryAfter(got[4].Err) != 3*time.Second {
		t.Errorf("retry after %v, want 3s", fault.RetryAfter(got[4].Err))
	}
	if outer, inner := f.count(), len(f.ops); outer != 1 || inner != 9 {
		t.Errorf("%d requests, %d operations; a write must not be repeated", outer, inner)
	}
}

func TestDuplicateAnswersAreNotBelieved(t *testing.T) {
	f := newFake(t, nil)
	f.outer = func(*http.Request) (*http.Response, error) {
		return response(200, `{"responses":[{"id":"0","status":201,"body":{"id":"a"}},{"id":"0","status":400,"body":{}},{"id":"7","status":201},{"id":"x","status":201},{"id":"01","status":201,"body":{"id":"b"}}]}`, nil), nil
	}
	got, err := f.client().CreateDocuments(t.Context(), someOrders(2))
	if err != nil || !slices.Equal(kinds(got), []fault.Kind{fault.Unknown, fault.Unknown}) {
		t.Errorf("got %v, %v", kinds(got), err)
	}
}

func TestWholeBatchFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		err    error
		want   fault.Kind
	}{
		{"gateway time-out as HTML", 504, "<html>", nil, fault.Unknown},
		{"gateway error without a body", 502, "", nil, fault.Unknown},
		{"connection lost", 0, "", errReset, fault.Unknown},
		{"answer is not JSON", 200, "<html>ok</html>", nil, fault.Unknown},
		{"answer cut off", 200, `{"responses":[{"id":"0"`, nil, fault.Unknown},
		{"too many requests", 429, errorBody("Application_TooManyRequests", "x"), nil, fault.Throttled},
		{"not licensed", 403, "", nil, fault.Blocked},
		{"our JSON is wrong", 400, errorBody("BadRequest", "x"), nil, fault.Bug},
		{"more than 100 operations", 500, errorBody("Unknown", "too many parts"), nil, fault.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, nil)
			f.outer = func(*http.Request) (*http.Response, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				return response(tt.status, tt.body, nil), nil
			}
			_, err := f.client().CreateDocuments(t.Context(), someOrders(3))
			if fault.KindOf(err) != tt.want {
				t.Errorf("got %v, want kind %s", err, tt.want)
			}
			if f.count() != 1 {
				t.Errorf("sent %d times", f.count())
			}
		})
	}
}

// The second batch of a call fails: what the first one did is told, and what
// never left is marked so.
func TestLaterBatchFails(t *testing.T) {
	f := newFake(t, createOrder)
	n := 0
	f.outer = func(*http.Request) (*http.Response, error) {
		if n++; n == 2 {
			return response(504, "", nil), nil
		}
		return nil, nil
	}
	f.took = func(op) time.Duration { return 500 * time.Millisecond } // 50 in 25 s leave room for 75 more
	got, err := f.client().CreateDocuments(t.Context(), someOrders(170))
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(slices.Repeat([]fault.Kind{""}, 50), slices.Repeat([]fault.Kind{fault.Unknown}, 75), slices.Repeat([]fault.Kind{fault.Transient}, 45))
	if !slices.Equal(kinds(got), want) {
		t.Errorf("kinds %v", kinds(got))
	}
}

// With a slow BC the batches shrink, and a call never starts a batch that
// would not be over in time: leases are measured by CallTimeout.
func TestCallEndsInTime(t *testing.T) {
	f := newFake(t, createOrder)
	f.took = func(op) time.Duration { return time.Second }
	c := f.client()
	began := f.clock()
	got, err := c.CreateDocuments(t.Context(), someOrders(100))
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(slices.Repeat([]fault.Kind{""}, 75), slices.Repeat([]fault.Kind{fault.Transient}, 25))
	if !slices.Equal(kinds(got), want) {
		t.Errorf("kinds %v", kinds(got))
	}
	if took := f.clock().Sub(began); took > CallTimeout {
		t.Errorf("the call took %v", took)
	}
	if n := c.OrdersPerBatch(); n != 60 {
		t.Errorf("next batch %d, want 60 at a second each", n)
	}
}

// The bar of the design: 1,000 orders, all requests counted.
func TestRequestsPerOrder(t *testing.T) {
	f := newFake(t, func(o op) result {
		if o.Method == "POST" {
			return createOrder(o)
		}
		return rows()
	})
	f.took = func(o op) time.Duration {
		if o.Method == "POST" {
			return 200 * time.Millisecond
		}
		return 20 * time.Millisecond
	}
	c := f.client()
	ctx, used := usage.Begin(t.Context())
	if _, err := c.References(ctx, "countriesRegions"); err != nil {
		t.Fatal(err)
	}
	for chunk := range slices.Chunk(someOrders(1000), 100) {
		var ns []string
		for _, o := range chunk {
			ns = append(ns, o.ExternalNumber)
		}
		if _, _, err := c.FindDocuments(ctx, ns); err != nil {
			t.Fatal(err)
		}
		if _, err := c.CustomersByEmail(ctx, ns); err != nil {
			t.Fatal(err)
		}
		got, err := c.CreateDocuments(ctx, chunk)
		if err != nil || slices.ContainsFunc(got, func(c documents.Created[sales.Found]) bool { return c.Err != nil }) {
			t.Fatalf("%v, %v", kinds(got), err)
		}
	}
	outer, inner := used.Count().BCRequests, used.Count().BCOperations
	t.Logf("%d requests, %d operations", outer, inner)
	if outer > 40 || outer != f.count() {
		t.Errorf("%d requests counted, %d seen; want at most 40 for 1,000 orders", outer, f.count())
	}
	if inner != 1000+10*8+10*4+1 {
		t.Errorf("%d operations", inner)
	}
}

func TestReadsAreRepeated(t *testing.T) {
	f := newFake(t, nil)
	tries := map[string]int{}
	f.answer = func(o op) result {
		key := o.Path + o.Query.Get("$filter")
		tries[key]++
		if tries[key] == 1 && o.Path == "salesInvoices" {
			return refusal(500, "Internal_ServerError", "deadlock")
		}
		return rows(`{"id":"a","externalDocumentNumber":"` + quoted(o.Query.Get("$filter"))[0] + `"}`)
	}
	orders, invoices, err := f.client().FindDocuments(t.Context(), []string{"b-1", "a-1"})
	if err != nil || len(orders) != 1 || len(invoices) != 1 || orders[0].Header.ExternalNumber != "A-1" {
		t.Fatalf("%v, %v, %v", orders, invoices, err)
	}
	if !slices.Equal(f.batches, []int{2, 1}) {
		t.Errorf("batches %v, want the failed operation alone again", f.batches)
	}
}

func TestReadGivesUp(t *testing.T) {
	f := newFake(t, func(op) result { return refusal(503, "", "") })
	_, err := f.client().ItemsByNumber(t.Context(), []string{"A"})
	if fault.KindOf(err) != fault.Transient {
		t.Errorf("got %v", err)
	}
	total := time.Duration(0)
	for _, w := range f.waits {
		total += w
	}
	if f.count() < 2 || f.count() > readTries || total > maxInside { // fewer tries when chance makes the waits long
		t.Errorf("%d tries, waited %v", f.count(), total)
	}
}

func TestCancelledWrite(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFake(t, nil)
	f.outer = func(*http.Request) (*http.Response, error) {
		cancel() // while BC works on it
		return nil, context.Canceled
	}
	_, err := f.client().CreateCustomers(ctx, []customers.Customer{{Number: "C1"}})
	if fault.KindOf(err) != fault.Unknown {
		t.Errorf("cancelled in flight: %v, want unknown", err)
	}
	_, err = f.client().CreateCustomers(ctx, []customers.Customer{{Number: "C1"}})
	if fault.KindOf(err) != fault.Transient || f.count() != 1 {
		t.Errorf("cancelled before: %v after %d requests, want transient, nothing sent", err, f.count())
	}
}

func TestNothingToDoSendsNothing(t *testing.T) {
	f := newFake(t, nil)
	c := f.client()
	created, err := c.CreateDocuments(t.Context(), nil)
	orders, _, err2 := c.FindDocuments(t.Context(), []string{"", " "})
	if err != nil || err2 != nil || len(created)+len(orders) != 0 || f.count() != 0 {
		t.Errorf("%v, %v, %d requests", err, err2, f.count())
	}
}

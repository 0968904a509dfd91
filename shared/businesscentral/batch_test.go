package businesscentral_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/bctest"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/sales"
	"backroom/shared/usage"
)

// createOrder is the fake's 201: what was sent, with an id made of the number.
func createOrder(o bctest.Op) bctest.Result {
	var in struct {
		ExternalDocumentNumber string `json:"externalDocumentNumber"`
	}
	if err := json.Unmarshal([]byte(o.Body), &in); err != nil {
		return bctest.Refusal(400, "BadRequest", err.Error())
	}
	return bctest.Result{Status: 201, Body: fmt.Sprintf(`{"id":"id-%s","number":"S1","externalDocumentNumber":%q,"salesOrderLines":[`+
		`{"sequence":10000,"lineType":"Item","netAmount":8.00,"netTaxAmount":2.10,"netAmountIncludingTax":10.10}]}`, in.ExternalDocumentNumber, in.ExternalDocumentNumber)}
}

func someOrders(n int) []sales.Document {
	ds := make([]sales.Document, n)
	for i := range ds {
		ds[i] = sales.Document{ExternalNumber: bctest.Number(i), Customer: "C1"}
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
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if o.Method != "POST" || o.Path != "salesOrders" || !strings.Contains(o.Query.Get("$expand"), "netAmountIncludingTax") {
			t.Errorf("%s %s %v", o.Method, o.Path, o.Query)
		}
		switch {
		case strings.Contains(o.Body, bctest.Number(1)):
			return bctest.Refusal(400, "Application_DialogException", "Item does not exist.")
		case strings.Contains(o.Body, bctest.Number(2)):
			return bctest.Result{} // not mentioned
		case strings.Contains(o.Body, bctest.Number(3)):
			return bctest.Refusal(503, "Unknown", "gone")
		case strings.Contains(o.Body, bctest.Number(4)):
			r := bctest.Refusal(429, "Application_TooManyRequests", "slow down")
			r.Header = map[string]string{"retry-after": "3"}
			return r
		case strings.Contains(o.Body, bctest.Number(5)):
			return bctest.Result{Status: 201, Body: `{"number":"S1"}`} // no id
		case strings.Contains(o.Body, bctest.Number(6)):
			return bctest.Result{Status: 201}
		case strings.Contains(o.Body, bctest.Number(7)): // an amount is missing
			return bctest.Result{Status: 201, Body: `{"id":"a","salesOrderLines":[{"sequence":10000,"lineType":"Item","netAmount":8,"netTaxAmount":2}]}`}
		}
		return createOrder(o)
	})
	got, err := company(f).CreateDocuments(t.Context(), someOrders(9))
	if err != nil {
		t.Fatal(err)
	}
	want := []fault.Kind{"", fault.Rejected, fault.Unknown, fault.Unknown, fault.Throttled, fault.Unknown, fault.Unknown, fault.Unknown, ""}
	if !slices.Equal(kinds(got), want) {
		t.Errorf("kinds %v, want %v", kinds(got), want)
	}
	for _, i := range []int{0, 8} {
		if got[i].Entity.ID != "id-"+bctest.Number(i) || got[i].Entity.Total().Value.String() != "10.1" {
			t.Errorf("order %d came back as %+v", i, got[i].Entity)
		}
	}
	if fault.RetryAfter(got[4].Err) != 3*time.Second {
		t.Errorf("retry after %v, want 3s", fault.RetryAfter(got[4].Err))
	}
	if outer, inner := f.Count(), len(f.Ops); outer != 1 || inner != 9 {
		t.Errorf("%d requests, %d operations; a write must not be repeated", outer, inner)
	}
}

func TestDuplicateAnswersAreNotBelieved(t *testing.T) {
	f := bctest.New(t, nil)
	f.Outer = func(*http.Request) (*http.Response, error) {
		return bctest.Response(200, `{"responses":[{"id":"0","status":201,"body":{"id":"a"}},{"id":"0","status":400,"body":{}},{"id":"7","status":201},{"id":"x","status":201},{"id":"01","status":201,"body":{"id":"b"}}]}`, nil), nil
	}
	got, err := company(f).CreateDocuments(t.Context(), someOrders(2))
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
		{"connection lost", 0, "", bctest.ErrReset, fault.Unknown},
		{"answer is not JSON", 200, "<html>ok</html>", nil, fault.Unknown},
		{"answer cut off", 200, `{"responses":[{"id":"0"`, nil, fault.Unknown},
		{"too many requests", 429, bctest.ErrorBody("Application_TooManyRequests", "x"), nil, fault.Throttled},
		{"not licensed", 403, "", nil, fault.Blocked},
		{"our JSON is wrong", 400, bctest.ErrorBody("BadRequest", "x"), nil, fault.Bug},
		{"more than 100 operations", 500, bctest.ErrorBody("Unknown", "too many parts"), nil, fault.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bctest.New(t, nil)
			f.Outer = func(*http.Request) (*http.Response, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				return bctest.Response(tt.status, tt.body, nil), nil
			}
			_, err := company(f).CreateDocuments(t.Context(), someOrders(3))
			if fault.KindOf(err) != tt.want {
				t.Errorf("got %v, want kind %s", err, tt.want)
			}
			if f.Count() != 1 {
				t.Errorf("sent %d times", f.Count())
			}
		})
	}
}

// The second batch of a call fails: what the first one did is told, and what
// never left is marked so.
func TestLaterBatchFails(t *testing.T) {
	f := bctest.New(t, createOrder)
	n := 0
	f.Outer = func(*http.Request) (*http.Response, error) {
		if n++; n == 2 {
			return bctest.Response(504, "", nil), nil
		}
		return nil, nil
	}
	f.Took = func(bctest.Op) time.Duration { return 500 * time.Millisecond } // 50 in 25 s leave room for 75 more
	got, err := company(f).CreateDocuments(t.Context(), someOrders(170))
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(slices.Repeat([]fault.Kind{""}, 50), slices.Repeat([]fault.Kind{fault.Unknown}, 75), slices.Repeat([]fault.Kind{fault.Transient}, 45))
	if !slices.Equal(kinds(got), want) {
		t.Errorf("kinds %v", kinds(got))
	}
}

// With a slow BC the batches shrink, and a call never starts a batch that
// would not be over in time: leases are measured by businesscentral.CallTimeout.
func TestCallEndsInTime(t *testing.T) {
	f := bctest.New(t, createOrder)
	f.Took = func(bctest.Op) time.Duration { return time.Second }
	c := company(f)
	began := f.Clock()
	got, err := c.CreateDocuments(t.Context(), someOrders(100))
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(slices.Repeat([]fault.Kind{""}, 75), slices.Repeat([]fault.Kind{fault.Transient}, 25))
	if !slices.Equal(kinds(got), want) {
		t.Errorf("kinds %v", kinds(got))
	}
	if took := f.Clock().Sub(began); took > businesscentral.CallTimeout {
		t.Errorf("the call took %v", took)
	}
	if n := c.OrdersPerBatch(); n != 60 {
		t.Errorf("next batch %d, want 60 at a second each", n)
	}
}

// The bar of the design: 1,000 orders, all requests counted.
func TestRequestsPerOrder(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if o.Method == "POST" {
			return createOrder(o)
		}
		return bctest.Rows()
	})
	f.Took = func(o bctest.Op) time.Duration {
		if o.Method == "POST" {
			return 200 * time.Millisecond
		}
		return 20 * time.Millisecond
	}
	c := company(f)
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
	if outer > 40 || outer != f.Count() {
		t.Errorf("%d requests counted, %d seen; want at most 40 for 1,000 orders", outer, f.Count())
	}
	if inner != 1000+10*2+10*4+1 {
		t.Errorf("%d operations", inner)
	}
}

func TestReadsAreRepeated(t *testing.T) {
	f := bctest.New(t, nil)
	tries := map[string]int{}
	f.Answer = func(o bctest.Op) bctest.Result {
		key := o.Path + o.Query.Get("$filter")
		tries[key]++
		if tries[key] == 1 && o.Path == "salesInvoices" {
			return bctest.Refusal(500, "Internal_ServerError", "deadlock")
		}
		return bctest.Rows(`{"id":"a","externalDocumentNumber":"` + bctest.Quoted(o.Query.Get("$filter"))[0] + `"}`)
	}
	orders, invoices, err := company(f).FindDocuments(t.Context(), []string{"b-1", "a-1"})
	if err != nil || len(orders) != 1 || len(invoices) != 1 || orders[0].Header.ExternalNumber != "A-1" {
		t.Fatalf("%v, %v, %v", orders, invoices, err)
	}
	if !slices.Equal(f.Batches, []int{2, 1}) {
		t.Errorf("batches %v, want the failed operation alone again", f.Batches)
	}
}

func TestReadGivesUp(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Refusal(503, "", "") })
	_, err := company(f).ItemsByNumber(t.Context(), []string{"A"})
	if fault.KindOf(err) != fault.Transient {
		t.Errorf("got %v", err)
	}
	total := time.Duration(0)
	for _, w := range f.Waits {
		total += w
	}
	if f.Count() < 2 || f.Count() > businesscentral.ReadTries || total > businesscentral.MaxInside { // fewer tries when chance makes the waits long
		t.Errorf("%d tries, waited %v", f.Count(), total)
	}
}

func TestCancelledWrite(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := bctest.New(t, nil)
	f.Outer = func(*http.Request) (*http.Response, error) {
		cancel() // while BC works on it
		return nil, context.Canceled
	}
	_, err := company(f).CreateCustomers(ctx, []customers.Customer{{Number: "C1"}})
	if fault.KindOf(err) != fault.Unknown {
		t.Errorf("cancelled in flight: %v, want unknown", err)
	}
	_, err = company(f).CreateCustomers(ctx, []customers.Customer{{Number: "C1"}})
	if fault.KindOf(err) != fault.Transient || f.Count() != 1 {
		t.Errorf("cancelled before: %v after %d requests, want transient, nothing sent", err, f.Count())
	}
}

func TestNothingToDoSendsNothing(t *testing.T) {
	f := bctest.New(t, nil)
	c := company(f)
	created, err := c.CreateDocuments(t.Context(), nil)
	orders, _, err2 := c.FindDocuments(t.Context(), []string{"", " "})
	if err != nil || err2 != nil || len(created)+len(orders) != 0 || f.Count() != 0 {
		t.Errorf("%v, %v, %d requests", err, err2, f.Count())
	}
}

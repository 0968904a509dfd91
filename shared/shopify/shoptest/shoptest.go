// Package shoptest answers as Shopify would, in process, for the tests of its clients.
// It fails a test for any Request that it was not told of, and for a document that is
// not the committed one.
package shoptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"backroom/shared/shopify/internal/gql"
)

// Request is what the fake received.
type Request struct {
	Op        string          `json:"operationName"`
	Query     string          `json:"query"`
	Variables json.RawMessage `json:"variables"`
}

// Vars decodes the variables.
func (r Request) Vars(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.Variables, &v); err != nil {
		t.Fatalf("%s: variables %s: %v", r.Op, r.Variables, err)
	}
	return v
}

// Answer is what the fake sends.
type Answer struct {
	Status int // 0: 200
	Header map[string]string
	Body   string
	Err    error // in its place
}

// Fake answers by operation and fails the test on anything it was not told of.
type Fake struct {
	*testing.T
	Token string // expected; "" any
	On    map[string]func(Request) Answer
	// Made names documents that are made by what they are about: their texts are for
	// the test of whoever makes them.
	Made []string
	// Elsewhere answers requests to other hosts, which must bring no token; nil: there are none.
	Elsewhere func(r *http.Request, body []byte) Answer

	mu   sync.Mutex
	sent []Request
}

// New is a fake that answers nothing yet.
func New(t *testing.T) *Fake {
	t.Helper()
	return &Fake{T: t, On: map[string]func(Request) Answer{}}
}

// Documents are the texts that may be sent.
var Documents = map[string]string{
	"ProductsExist": gql.ProductsExist_Operation,
	"ProductsCount": gql.ProductsCount_Operation, "ProductsChanged": gql.ProductsChanged_Operation,
	"ProductsByID": gql.ProductsByID_Operation, "ProductByHandle": gql.ProductByHandle_Operation,
	"ProductMoreVariants": gql.ProductMoreVariants_Operation, "VariantsByCode": gql.VariantsByCode_Operation,
	"Publications": gql.Publications_Operation, "CreateProduct": gql.CreateProduct_Operation,
	"UpdateProduct": gql.UpdateProduct_Operation, "UpdateVariants": gql.UpdateVariants_Operation,
	"CreateVariants": gql.CreateVariants_Operation, "PublishProduct": gql.PublishProduct_Operation,
	"BalanceMore": gql.BalanceMore_Operation, "DisputesAgain": gql.DisputesAgain_Operation, "DisputesSince": gql.DisputesSince_Operation,
	"PaymentsAgain": gql.PaymentsAgain_Operation, "PaymentsNews": gql.PaymentsNews_Operation, "PayoutsMore": gql.PayoutsMore_Operation,
	"CancelFulfillment": gql.CancelFulfillment_Operation, "CreateFulfillment": gql.CreateFulfillment_Operation,
	"CompaniesChanged": gql.CompaniesChanged_Operation, "CompanyBatch": gql.CompanyBatch_Operation, "CompanyPlaces": gql.CompanyPlaces_Operation,
	"CompanyLocationsChanged": gql.CompanyLocationsChanged_Operation, "CompanyLocationsThere": gql.CompanyLocationsThere_Operation,
	"CompaniesByExternalID": gql.CompaniesByExternalID_Operation, "CompanyContacts": gql.CompanyContacts_Operation, "PaymentTermsTemplates": gql.PaymentTermsTemplates_Operation,
	"CustomerBatch": gql.CustomerBatch_Operation, "CustomersChanged": gql.CustomersChanged_Operation,
	"CustomersCount": gql.CustomersCount_Operation, "CustomersThere": gql.CustomersThere_Operation,
	"FulfillmentMoreLines": gql.FulfillmentMoreLines_Operation, "FulfillmentOrderRest": gql.FulfillmentOrderRest_Operation,
	"OrderMoreShippable": gql.OrderMoreShippable_Operation, "PrepareForPickup": gql.PrepareForPickup_Operation,
	"ShippableOrders": gql.ShippableOrders_Operation, "TrackFulfillment": gql.TrackFulfillment_Operation,
	"FulfillmentOrderMoreLines": gql.FulfillmentOrderMoreLines_Operation, "Locations": gql.Locations_Operation,
	"OrderAttributes": gql.OrderAttributes_Operation, "OrderBatch": gql.OrderBatch_Operation, "OrderByName": gql.OrderByName_Operation,
	"OrderGlances": gql.OrderGlances_Operation, "OrderMoreFulfillmentOrders": gql.OrderMoreFulfillmentOrders_Operation, "OrderMoreLines": gql.OrderMoreLines_Operation,
	"OrderMoreShippingLines": gql.OrderMoreShippingLines_Operation, "OrderPage": gql.OrderPage_Operation, "OrderPayments": gql.OrderPayments_Operation,
	"OrdersChanged": gql.OrdersChanged_Operation, "OrdersCount": gql.OrdersCount_Operation,
	"OrderRefunds": gql.OrderRefunds_Operation, "OrderReturns": gql.OrderReturns_Operation, "RefundMoreLines": gql.RefundMoreLines_Operation, "OrderMoreReturns": gql.OrderMoreReturns_Operation,
	"ReturnMoreLines": gql.ReturnMoreLines_Operation, "ReturnMoreExchanges": gql.ReturnMoreExchanges_Operation, "ReturnMoreReverse": gql.ReturnMoreReverse_Operation, "ReverseMoreLines": gql.ReverseMoreLines_Operation,
	"BulkState": gql.BulkState_Operation, "OrderTotals": gql.OrderTotals_Operation, "OrdersFulfilled": gql.OrdersFulfilled_Operation,
	"OrdersOfRefunds": gql.OrdersOfRefunds_Operation, "RunBulk": gql.RunBulk_Operation,
	"StockLevels": gql.StockLevels_Operation, "StockMoreLevels": gql.StockMoreLevels_Operation, "OrdersPlaced": gql.OrdersPlaced_Operation, "SetStock": gql.SetStock_Operation,
	"CloseOrder": gql.CloseOrder_Operation, "OrdersToClose": gql.OrdersToClose_Operation,
	"ChangePictures": gql.ChangePictures_Operation, "CreatePictures": gql.CreatePictures_Operation, "DeletePictures": gql.DeletePictures_Operation,
	"PictureFiles": gql.PictureFiles_Operation, "PictureProducts": gql.PictureProducts_Operation,
	"PicturesNamed": gql.PicturesNamed_Operation, "PicturesOf": gql.PicturesOf_Operation, "ShowPictures": gql.ShowPictures_Operation, "StagePictures": gql.StagePictures_Operation,
	"BulkRows": gql.BulkRows_Operation, "ChangePrices": gql.ChangePrices_Operation, "RunBulkChanges": gql.RunBulkChanges_Operation,
	"StagePrices": gql.StagePrices_Operation, "VariantPrices": gql.VariantPrices_Operation,
	"SetOrderAttributes": gql.SetOrderAttributes_Operation, "ShopInfo": gql.ShopInfo_Operation,
}

// RoundTrip implements http.RoundTripper.
func (f *Fake) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.URL.Host != "my-shop.myshopify.com" && f.Elsewhere != nil {
		if r.Header.Get("X-Shopify-Access-Token") != "" {
			f.Errorf("%s %s: the token travels", r.Method, r.URL)
		}
		return f.Elsewhere(r, body).response()
	}
	if r.Method != http.MethodPost || r.URL.String() != "https://my-shop.myshopify.com/admin/api/2026-07/graphql.json" {
		f.Errorf("%s %s, want POST to the API", r.Method, r.URL)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		f.Errorf("Content-Type %q", got)
	}
	if got := r.Header.Get("X-Shopify-Access-Token"); got == "" || f.Token != "" && got != f.Token {
		f.Errorf("X-Shopify-Access-Token %q, want %q", got, f.Token)
	}
	var req Request
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		f.Errorf("body %.200s: %v", body, err)
	}
	if want := Documents[req.Op]; req.Op != SetOperation && req.Op != FulfilOperation && req.Op != CloseOperation && !slices.Contains(f.Made, req.Op) && req.Query != want {
		f.Errorf("%s: document differs from the committed one:\n%s", req.Op, req.Query)
	}
	f.mu.Lock()
	f.sent = append(f.sent, req)
	f.mu.Unlock()
	h := f.On[req.Op]
	if h == nil {
		f.Errorf("unexpected operation %q", req.Op)
		return nil, fmt.Errorf("unexpected operation %q", req.Op)
	}
	return h(req).response()
}

func (a Answer) response() (*http.Response, error) {
	if a.Err != nil {
		return nil, a.Err
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	resp := &http.Response{StatusCode: a.Status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: io.NopCloser(bytes.NewReader([]byte(a.Body)))}
	for k, v := range a.Header {
		resp.Header.Set(k, v)
	}
	return resp, nil
}

// Ops is what has been sent, in order.
func (f *Fake) Ops() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, r := range f.sent {
		out = append(out, r.Op)
	}
	return out
}

// Forget lets go of what has been sent.
func (f *Fake) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = nil
}

// OK is an answer with data and a full bucket.
func OK(requested, actual int, data any) Answer {
	js, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return Answer{Body: fmt.Sprintf(`{"data":%s,"extensions":{"cost":{"requestedQueryCost":%d,"actualQueryCost":%d,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":%d,"restoreRate":100}}}}`,
		js, requested, actual, 2000-actual)}
}

// Throttled is Shopify's own refusal.
func Throttled(requested, available int) Answer {
	return Answer{Body: fmt.Sprintf(`{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED","documentation":"https://shopify.dev/api/usage/rate-limits"}}],`+
		`"extensions":{"cost":{"requestedQueryCost":%d,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":%d,"restoreRate":100}}}}`, requested, available)}
}

// Obj is a JSON object.
type Obj = map[string]any

// At is a time in RFC 3339.
func At(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// SetOperation names the document that is made for several orders; its text is for
// the test of whoever makes it.
const SetOperation = "SetManyOrderAttributes"

// CloseOperation is the one by which many orders are archived, made by their number too.
const CloseOperation = "CloseManyOrders"

// FulfilOperation is the one by which fulfilmentapi makes many fulfilments, made by
// their number too.
const FulfilOperation = "CreateManyFulfillments"

// InTurn answers the first call with the first answer, and so on; the last stays.
func InTurn(answers ...Answer) func(Request) Answer {
	var mu sync.Mutex
	n := 0
	return func(Request) Answer {
		mu.Lock()
		defer mu.Unlock()
		a := answers[min(n, len(answers)-1)]
		n++
		return a
	}
}

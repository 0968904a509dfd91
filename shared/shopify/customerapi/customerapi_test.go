package customerapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/customersync"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

type obj = shoptest.Obj

func client(f *shoptest.Fake) *Client {
	f.Helper()
	f.Made = []string{writeOperation, metaOperation, findOperation}
	c, err := shopify.New(shopify.Config{
		Domain: "my-shop.myshopify.com", Tokens: shopify.StaticToken{Secret: shopify.Secret("shpat_test")}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.Output(), nil)), Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		f.Fatal(err)
	}
	return New(c)
}

// The documents that are made here fit the API, and cost what is paid for them.
func TestDocumentsFit(t *testing.T) {
	address := &orders.Address{}
	name := "x"
	changes := []customersync.Change{
		{FirstName: &name}, {ID: "1", FirstName: &name, Address: address}, {ID: "2", LastName: &name, Address: address, AddressID: "a"}, {ID: "3", Address: address, AddressID: "a"},
	}
	text, points := writeDocument(changes)
	for op, doc := range map[string]struct {
		text   string
		points float64
	}{
		writeOperation: {text, points}, findOperation: {findDocument(customersync.MaxWrites), 2 * customersync.MaxWrites}, metaOperation: {metaDocument, metaPoints},
	} {
		path := filepath.Join(t.TempDir(), op+".graphql")
		if err := os.WriteFile(path, []byte(doc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := shoptest.Lint(t, path)[op]; got != doc.points {
			t.Errorf("%s costs %v points, want %v", op, got, doc.points)
		}
	}
	if each := gql.Costs["CustomersChanged"]/250 + gql.Costs["CustomerBatch"]/customersync.MaxRead; each > 0.3 {
		t.Errorf("a changed customer is read for %v points", each)
	}
	if each := setPoints + gql.Costs["CustomerBatch"]/customersync.MaxRead + metaPoints/customersync.MaxWrites; each > 11 {
		t.Errorf("a customer is brought to the shop for %v points", each)
	}
}

func customerJSON(id string) obj {
	return obj{
		"id": wire.GID("Customer", id), "updatedAt": "2026-07-01T10:00:00Z", "firstName": "Eva", "lastName": nil, "taxExempt": true,
		"defaultEmailAddress": obj{"emailAddress": "eva@berg.example"}, "defaultPhoneNumber": nil, "defaultAddress": nil,
		"addressesV2": obj{"nodes": []any{
			obj{"id": "gid://shopify/MailingAddress/5?model_name=CustomerAddress", "firstName": nil, "lastName": nil, "company": "Werft", "address1": "Ufer 1", "address2": nil, "city": "Kiel", "zip": "24103", "province": nil, "provinceCode": nil, "countryCodeV2": "de", "phone": nil},
			obj{"id": "gid://shopify/MailingAddress/6?model_name=CustomerAddress", "firstName": nil, "lastName": nil, "company": nil, "address1": nil, "address2": nil, "city": nil, "zip": nil, "province": nil, "provinceCode": nil, "countryCodeV2": nil, "phone": nil},
		}},
	}
}

// Customers are read each by itself: one that is gone is left out, one that cannot be
// read stops no other, and without a default address the first one counts.
func TestPeople(t *testing.T) {
	f := shoptest.New(t)
	f.On["CustomerBatch"] = func(shoptest.Request) shoptest.Answer {
		a := shoptest.OK(6, 6, obj{"nodes": []any{customerJSON("1"), nil, nil}})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["nodes",2],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
		return a
	}
	got, err := client(f).People(t.Context(), []string{"1", "2", "3"})
	if err != nil || len(got.People) != 1 || got.Unread["3"] == nil || len(got.Unread) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	p := got.People[0]
	if p.ID != "1" || p.FirstName != "Eva" || p.Email != "eva@berg.example" || !p.TaxExempt || p.Default.City != "Kiel" || p.Default.Country != "DE" || !p.Several ||
		p.AddressID != "gid://shopify/MailingAddress/5?model_name=CustomerAddress" || p.UpdatedAt.Hour() != 10 {
		t.Errorf("%+v at %+v", p, p.Default)
	}
}

// A permission that is missing is nobody's own fault.
func TestPeopleWithoutPermission(t *testing.T) {
	f := shoptest.New(t)
	f.On["CustomerBatch"] = func(shoptest.Request) shoptest.Answer {
		a := shoptest.OK(6, 6, obj{"nodes": []any{customerJSON("1")}})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"no","path":["nodes",0,"defaultEmailAddress"],"extensions":{"code":"ACCESS_DENIED"}}]}`
		return a
	}
	if _, err := client(f).People(t.Context(), []string{"1"}); fault.KindOf(err) != fault.Blocked {
		t.Errorf("%v", err)
	}
}

func TestChanged(t *testing.T) {
	f := shoptest.New(t)
	var asked []string
	f.On["CustomersChanged"] = func(r shoptest.Request) shoptest.Answer {
		v := r.Vars(t)
		asked = append(asked, fmt.Sprint(v["q"], v["after"]))
		return shoptest.OK(13, 13, obj{"customers": obj{"pageInfo": obj{"hasNextPage": v["after"] == nil, "endCursor": "c"}, "nodes": []any{obj{"id": wire.GID("Customer", "7"), "updatedAt": "2026-07-01T10:00:00Z"}}}})
	}
	c := client(f)
	w := cursor.Window{From: time.Date(2026, 7, 1, 9, 0, 0, 500, time.UTC), To: time.Date(2026, 7, 1, 11, 0, 0, 1, time.UTC)}
	p, err := c.Changed(t.Context(), w, "")
	if err != nil || p.Next != "c" || len(p.Changes) != 1 || p.Changes[0].ID != "7" {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = c.Changed(t.Context(), cursor.Window{}, p.Next); err != nil || p.Next != "" {
		t.Errorf("%+v, %v", p, err)
	}
	if want := []string{"updated_at:>='2026-07-01T09:00:00Z' updated_at:<'2026-07-01T11:00:01Z'<nil>", "<nil>c"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// Each change is answered by itself; who has the contact already is told from other
// refusals, and a request that is refused as a whole is sent in halves.
func TestWrite(t *testing.T) {
	f := shoptest.New(t)
	requests := 0
	f.On[writeOperation] = func(r shoptest.Request) shoptest.Answer {
		requests++
		v := r.Vars(t)
		if strings.Contains(string(r.Variables), `"countryCode":"ZZ"`) {
			return shoptest.Answer{Body: `{"errors":[{"message":"Variable $c1","extensions":{"code":"INVALID_VARIABLE"}}]}`}
		}
		data := obj{}
		for _, i := range []string{"c0", "c1", "c2"} {
			switch in, _ := v[i].(map[string]any); {
			case in == nil:
			case in["email"] == "taken@x.example":
				data[i] = obj{"customer": nil, "userErrors": []any{obj{"field": []string{"input", "email"}, "message": "Email has already been taken"}}}
			default:
				data[i] = obj{"customer": obj{"id": wire.GID("Customer", "9"), "updatedAt": "2026-07-01T10:00:00Z"}, "userErrors": []any{}}
			}
		}
		if v["a1"] != nil {
			data["a1"] = obj{"userErrors": []any{obj{"field": []string{"address", "province"}, "message": "Province is invalid"}}}
		}
		return shoptest.OK(40, 40, data)
	}
	taken, name := "taken@x.example", "Eva"
	c := client(f)
	got, err := c.Write(t.Context(), []customersync.Change{
		{FirstName: &name}, {ID: "2", Address: &orders.Address{City: "Kiel"}, AddressID: "gid://shopify/MailingAddress/5?model_name=CustomerAddress"}, {ID: "3", Email: &taken},
	})
	if err != nil || got[0].Err != nil || got[0].Entity.ID != "9" || fault.KindOf(got[1].Err) != fault.Rejected || c.Taken(got[1].Err) || !c.Taken(got[2].Err) {
		t.Fatalf("%+v, %v", got, err)
	}
	requests = 0
	got, err = c.Write(t.Context(), []customersync.Change{{ID: "1", FirstName: &name}, {ID: "2", Address: &orders.Address{Country: "ZZ"}}})
	if err != nil || got[0].Err != nil || fault.KindOf(got[1].Err) != fault.Rejected || requests != 3 {
		t.Errorf("%+v, %v, %d requests", got, err, requests)
	}
}

// An answer that is lost is not known to have had no effect.
func TestWriteWithoutAnswer(t *testing.T) {
	f := shoptest.New(t)
	f.On[writeOperation] = func(shoptest.Request) shoptest.Answer {
		return shoptest.Answer{Status: http.StatusBadGateway, Body: "x"}
	}
	name := "Eva"
	if _, err := client(f).Write(t.Context(), []customersync.Change{{FirstName: &name}}); fault.KindOf(err) != fault.Unknown {
		t.Errorf("%v", err)
	}
}

// Of custom fields that are refused each customer's are sent again alone.
func TestSetMetafields(t *testing.T) {
	f := shoptest.New(t)
	sent := 0
	f.On[metaOperation] = func(r shoptest.Request) shoptest.Answer {
		sent++
		errs := []any{}
		if strings.Contains(string(r.Variables), `"value":"bad"`) {
			errs = append(errs, obj{"field": []string{"metafields", "1", "value"}, "message": "Value must be a valid url."})
		}
		return shoptest.OK(10, 10, obj{"metafieldsSet": obj{"userErrors": errs}})
	}
	errs, err := client(f).SetMetafields(t.Context(), []customersync.Metafield{{Owner: "1", Value: "ok"}, {Owner: "1", Value: "ok"}, {Owner: "2", Value: "bad"}, {Owner: "3", Value: "ok"}})
	if err != nil || errs[0] != nil || errs[1] != nil || errs[2] == nil || errs[3] != nil || sent != 4 {
		t.Errorf("%v, %v, %d requests", errs, err, sent)
	}
}

func TestFind(t *testing.T) {
	f := shoptest.New(t)
	f.On[findOperation] = func(r shoptest.Request) shoptest.Answer {
		v := r.Vars(t)
		if v["has_p0"] != false || v["has_e1"] != false || v["e0"] != "eva@berg.example" {
			t.Errorf("asked %s", r.Variables)
		}
		return shoptest.OK(2, 2, obj{"e0": obj{"id": wire.GID("Customer", "7")}, "p1": nil})
	}
	got, err := client(f).Find(t.Context(), []customersync.Contact{{Email: "eva@berg.example"}, {Phone: "+494315550100"}})
	if err != nil || !slices.Equal(got, []customersync.Found{{ByEmail: "7"}, {}}) {
		t.Errorf("%+v, %v", got, err)
	}
}

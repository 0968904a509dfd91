package companyapi

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/companysync"
	"backroom/shared/cursor"
	"backroom/shared/customers"
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
	f.Made = []string{writeOperation, joinOperation, mainOperation}
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
	x := "x"
	text, _, points := writeDocument([]companysync.Change{
		{Name: &x, ExternalID: "N1", Contact: "a@b.example", Address: &orders.Address{}, Terms: &x}, {ID: "1", LocationID: "2", Name: &x, Phone: &x, TaxID: &x, Address: &orders.Address{}},
	})
	for op, doc := range map[string]struct {
		text   string
		points float64
	}{writeOperation: {text, points}, joinOperation: {joinDocument, rootPoints}, mainOperation: {mainDocument, 2 * rootPoints}} {
		path := filepath.Join(t.TempDir(), op+".graphql")
		if err := os.WriteFile(path, []byte(doc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := shoptest.Lint(t, path)[op]; got != doc.points {
			t.Errorf("%s costs %v points, want %v", op, got, doc.points)
		}
	}
	if each := gql.Costs["CompaniesChanged"]/250 + gql.Costs["CompanyBatch"]/companysync.MaxRead; each > 0.3 {
		t.Errorf("a changed company is read for %v points", each)
	}
	if each := rootPoints + (gql.Costs["CompaniesByExternalID"]+companysync.MaxWrites)/companysync.MaxWrites; each > 11.5 {
		t.Errorf("a company is made in the shop for %v points", each)
	}
}

func placeJSON(id string, more obj) obj {
	l := obj{
		"id": wire.GID("CompanyLocation", id), "name": "Kiel", "externalId": nil, "phone": nil, "updatedAt": "2026-07-01T11:00:00Z",
		"billingAddress":  obj{"firstName": nil, "lastName": nil, "address1": "Kai 1", "address2": nil, "city": "Kiel", "zip": "24103", "province": nil, "zoneCode": nil, "countryCode": "de", "phone": nil},
		"shippingAddress": nil, "taxSettings": obj{"taxRegistrationId": "DE1"}, "buyerExperienceConfiguration": obj{"paymentTermsTemplate": obj{"id": "t", "name": "Net 30", "paymentTermsType": "NET", "dueInDays": 30}},
	}
	maps.Copy(l, more)
	return l
}

// Companies are read each by itself, with the locations that one answer had no room for;
// one that is gone is left out, and one that cannot be read stops no other.
func TestCompanies(t *testing.T) {
	f := shoptest.New(t)
	f.On["CompanyBatch"] = func(shoptest.Request) shoptest.Answer {
		company := obj{
			"id": wire.GID("Company", "1"), "name": " Werft ", "externalId": "C1", "updatedAt": "2026-07-01T10:00:00Z", "ordersCount": obj{"count": 2},
			"mainContact": obj{"id": "k", "customer": obj{"id": wire.GID("Customer", "9"), "firstName": "Eva", "lastName": nil, "defaultEmailAddress": obj{"emailAddress": "eva@berg.example"}, "defaultPhoneNumber": nil}},
			"locations":   obj{"pageInfo": obj{"hasNextPage": true, "endCursor": "c"}, "nodes": []any{placeJSON("5", nil)}},
		}
		a := shoptest.OK(26, 26, obj{"nodes": []any{company, nil, nil}})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["nodes",2],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
		return a
	}
	f.On["CompanyPlaces"] = func(r shoptest.Request) shoptest.Answer {
		if r.Vars(t)["after"] != "c" {
			t.Errorf("asked for %s", r.Variables)
		}
		return shoptest.OK(57, 57, obj{"company": obj{"locations": obj{"pageInfo": obj{"hasNextPage": false}, "nodes": []any{placeJSON("6", obj{"buyerExperienceConfiguration": nil, "billingAddress": nil})}}}})
	}
	got, err := client(f).Companies(t.Context(), []string{"1", "2", "3"})
	if err != nil || len(got.Companies) != 1 || got.Unread["3"] == nil || len(got.Unread) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	c := got.Companies[0]
	if c.Name != "Werft" || c.ExternalID != "C1" || !c.Ordered || c.Contact.Email != "eva@berg.example" || c.UpdatedAt.Hour() != 11 || len(c.Locations) != 2 {
		t.Errorf("%+v", c)
	}
	l := c.Locations[0]
	if l.ID != "5" || l.TaxID != "DE1" || l.Address.Country != "DE" || *l.Terms != (customers.Terms{Type: "NET", Name: "Net 30"}) || !l.Ships || c.Locations[1].Terms != nil || c.Locations[1].Address != nil {
		t.Errorf("%+v", c.Locations)
	}
}

// A permission that is missing is nobody's own fault.
func TestCompaniesWithoutPermission(t *testing.T) {
	f := shoptest.New(t)
	f.On["CompanyBatch"] = func(shoptest.Request) shoptest.Answer {
		a := shoptest.OK(6, 6, obj{"nodes": []any{nil}})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"no","path":["nodes",0],"extensions":{"code":"ACCESS_DENIED"}}]}`
		return a
	}
	if _, err := client(f).Companies(t.Context(), []string{"1"}); fault.KindOf(err) != fault.Blocked {
		t.Errorf("%v", err)
	}
}

// A list is begun anew before Shopify has shown as many as it can, from the time that it
// has come to; what changed in one second and is more than that is said.
func TestListsAreBegunAnew(t *testing.T) {
	f := shoptest.New(t)
	var asked []string
	second := 0
	f.On["CompaniesChanged"] = func(r shoptest.Request) shoptest.Answer {
		v := r.Vars(t)
		asked = append(asked, fmt.Sprint(v["q"], " ", v["after"]))
		at := time.Date(2026, 7, 1, 10, 0, len(asked)*second, 0, time.UTC)
		return shoptest.OK(13, 13, obj{"companies": obj{"pageInfo": obj{"hasNextPage": len(asked) < 4, "endCursor": fmt.Sprint("c", len(asked))}, "nodes": []any{
			obj{"id": wire.GID("Company", "7"), "updatedAt": at}, obj{"id": wire.GID("Company", "8"), "updatedAt": at},
		}}})
	}
	walk := func() (n int, err error) {
		companies, _ := client(f).Feeds()
		list, ok := companies.(feed)
		if !ok {
			t.Fatal("no feed")
		}
		list.most = 4
		for page := ""; ; {
			p, err := list.Changed(t.Context(), cursor.Window{From: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)}, page)
			n += len(p.Changes)
			if page = p.Next; err != nil || page == "" {
				return n, err
			}
		}
	}
	second = 1
	n, err := walk()
	want := []string{"updated_at:>='2026-07-01T09:00:00Z' <nil>", "updated_at:>='2026-07-01T09:00:00Z' c1", "updated_at:>='2026-07-01T10:00:02Z' <nil>", "updated_at:>='2026-07-01T10:00:02Z' c3"}
	if err != nil || n != 8 || !slices.Equal(asked, want) {
		t.Errorf("%d, %v; asked %q, want %q", n, err, asked, want)
	}
	asked, second = nil, 0
	companies, _ := client(f).Feeds()
	list, _ := companies.(feed)
	list.most = 2
	if _, err := list.Changed(t.Context(), cursor.Window{From: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)}, ""); fault.KindOf(err) != fault.Bug {
		t.Errorf("all in one second: %v", err)
	}
	if _, err := list.Changed(t.Context(), cursor.Window{}, "nonsense"); fault.KindOf(err) != fault.Bug {
		t.Errorf("a page of something else: %v", err)
	}
}

// Each change is answered by itself, and who has the number or the e-mail address already
// is told from other refusals; what is left out stays as it is.
func TestWrite(t *testing.T) {
	f := shoptest.New(t)
	var sent []string
	f.On[writeOperation] = func(r shoptest.Request) shoptest.Answer {
		sent = append(sent, string(r.Variables))
		no := func(code, message string) obj {
			return obj{"userErrors": []any{obj{"field": nil, "message": message, "code": code}}}
		}
		return shoptest.OK(50, 50, obj{
			"c0": obj{"company": obj{"id": wire.GID("Company", "9"), "updatedAt": "2026-07-01T10:00:00Z"}, "userErrors": []any{}},
			"c1": no("TAKEN", "External id has already been taken."), "n2": obj{"userErrors": []any{}}, "a2": no("INVALID", "Country is invalid"), "t3": obj{"userErrors": []any{}},
		})
	}
	x := "x"
	c := client(f)
	got, err := c.Write(t.Context(), []companysync.Change{
		{Name: &x, ExternalID: "N1"}, {Name: &x, ExternalID: "N2"}, {ID: "2", LocationID: "3", Name: &x, Address: &orders.Address{Country: "ZZ"}}, {ID: "4", LocationID: "5", TaxID: &x},
	})
	if err != nil || len(got) != 4 || got[0].Entity.ID != "9" || got[0].Err != nil || !c.Taken(got[1].Err) || fault.KindOf(got[2].Err) != fault.Rejected || c.Taken(got[2].Err) || got[3].Err != nil || got[3].Entity.ID != "4" {
		t.Errorf("%+v, %v", got, err)
	}
	if len(sent) != 1 || strings.Contains(sent[0], "null") && !strings.Contains(sent[0], `"zoneCode":null`) || strings.Contains(sent[0], "taxRegistrationId\":null") {
		t.Errorf("sent %q", sent)
	}
	f.On[writeOperation] = func(shoptest.Request) shoptest.Answer { return shoptest.Answer{Status: 502} }
	if _, err := c.Write(t.Context(), []companysync.Change{{Name: &x}}); fault.KindOf(err) != fault.Unknown {
		t.Errorf("an answer that is lost: %v", err)
	}
}

// Only a company whose external id is the number is the one.
func TestByExternalID(t *testing.T) {
	f := shoptest.New(t)
	f.On["CompaniesByExternalID"] = func(r shoptest.Request) shoptest.Answer {
		if q := r.Vars(t)["q"]; q != `external_id:'N1' OR external_id:'O\'N'` {
			t.Errorf("asked for %s", q)
		}
		return shoptest.OK(9, 9, obj{"companies": obj{"nodes": []any{
			obj{"id": wire.GID("Company", "1"), "externalId": "n1"}, obj{"id": wire.GID("Company", "2"), "externalId": "N10"}, obj{"id": wire.GID("Company", "3"), "externalId": nil},
		}}})
	}
	got, err := client(f).ByExternalID(t.Context(), []string{"N1", "O'N"})
	if err != nil || len(got) != 1 || got["N1"] != "1" {
		t.Errorf("%v, %v", got, err)
	}
}

// A customer who is a contact already becomes the main one, and one who has the role has
// it.
func TestJoin(t *testing.T) {
	f := shoptest.New(t)
	contacts := []any{}
	f.On["CompanyContacts"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(18, 18, obj{"company": obj{"defaultRole": obj{"id": "r"}, "contacts": obj{"nodes": contacts}}})
	}
	f.On[joinOperation] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(10, 10, obj{"companyAssignCustomerAsContact": obj{"companyContact": obj{"id": "k1"}, "userErrors": []any{}}})
	}
	role := []any{}
	var made []any
	f.On[mainOperation] = func(r shoptest.Request) shoptest.Answer {
		made = append(made, r.Vars(t)["contact"])
		return shoptest.OK(20, 20, obj{"main": obj{"userErrors": []any{}}, "role": obj{"userErrors": role}})
	}
	c := client(f)
	if err := c.Join(t.Context(), "1", "2", "3"); err != nil {
		t.Error(err)
	}
	contacts = []any{obj{"id": "k2", "customer": obj{"id": wire.GID("Customer", "3")}}}
	role = []any{obj{"field": nil, "message": "has one", "code": "LIMIT_REACHED"}}
	if err := c.Join(t.Context(), "1", "2", "3"); err != nil {
		t.Error(err)
	}
	role = []any{obj{"field": nil, "message": "none", "code": "RESOURCE_NOT_FOUND"}}
	if err := c.Join(t.Context(), "1", "2", "3"); fault.KindOf(err) != fault.Rejected {
		t.Errorf("%v", err)
	}
	if !slices.Equal(made, []any{"k1", "k2", "k2"}) {
		t.Errorf("made %v", made)
	}
}

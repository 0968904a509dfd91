package businesscentral

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/sales"
)

func TestFilterValues(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"quote is doubled", "O'NEIL", "number%20eq%20'O''NEIL'"},
		{"characters that end an option", "A&B#C+D%E", "number%20eq%20'A%26B%23C%2BD%25E'"},
		{"not ASCII", "ÄÖ", "number%20eq%20'%C3%84%C3%96'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := escape(anyOf("number", []string{tt.value})); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// No value can break out of its quotes or of its option.
func TestFilterLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "values")
		raw := query("customers", "$filter", anyOf("email", vs), "$select", "id")
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		q := u.Query()
		if len(q) != 2 || q.Get("$select") != "id" || q.Get("$filter") != anyOf("email", vs) {
			t.Fatalf("%q reads as %v", raw, q)
		}
		if n := strings.Count(q.Get("$filter"), "'"); n%2 != 0 {
			t.Fatalf("%d quotes in %s", n, q.Get("$filter"))
		}
	})
}

func TestFindDocumentsIsOneRequest(t *testing.T) {
	f := newFake(t, func(o op) result {
		vs := quoted(o.Query.Get("$filter"))
		if len(vs) > 25 || !strings.HasPrefix(o.Query.Get("$filter"), "externalDocumentNumber eq '") {
			t.Errorf("filter of %d values: %s", len(vs), o.Query.Get("$filter"))
		}
		if strings.Contains(o.Query.Get("$select"), "@") || !strings.Contains(o.Query.Get("$select"), "totalAmountIncludingTax") {
			t.Errorf("select %s", o.Query.Get("$select"))
		}
		var out []string
		for _, v := range vs {
			switch {
			case o.Path == "salesOrders" && strings.HasPrefix(v, "1007-"):
				out = append(out, fmt.Sprintf(`{"@odata.etag":"W/\"x\"","id":"o","externalDocumentNumber":%q}`, v))
			case o.Path == "salesInvoices" && strings.HasPrefix(v, "1099-"):
				out = append(out, fmt.Sprintf(`{"id":"i","number":"PI-1","externalDocumentNumber":%q,"totalAmountIncludingTax":123456789012345.678901}`, v))
			}
		}
		return rows(out...)
	})
	var ns []string
	for i := range 100 {
		ns = append(ns, strings.ToLower(number(i)), number(i)) // twice, in two spellings
	}
	c := f.client()
	orders, invoices, err := c.FindDocuments(t.Context(), ns)
	if err != nil || len(orders) != 1 || len(invoices) != 1 {
		t.Fatalf("%v, %v, %v", orders, invoices, err)
	}
	if orders[0].Mark != `W/"x"` || invoices[0].Number != "PI-1" || invoices[0].Total.String() != "123456789012345.678901" {
		t.Errorf("got %+v, %+v", orders[0], invoices[0])
	}
	if f.count() != 1 || !slices.Equal(f.batches, []int{8}) {
		t.Errorf("%d requests, batches %v, want one of 8", f.count(), f.batches)
	}
}

func TestUpdateCustomer(t *testing.T) {
	id, reads := orderID, 0
	var sent []string
	f := newFake(t, func(o op) result {
		if o.Method == "GET" {
			reads++
			return result{status: 200, body: fmt.Sprintf(`{"@odata.etag":"W/%d","id":%q,"number":"C1","displayName":"Ada %d"}`, reads, id, reads)}
		}
		sent = append(sent, o.Header.Get("If-Match")+" "+o.Body)
		if len(sent) == 1 {
			return refusal(409, "Request_EntityChanged", "x")
		}
		return result{status: 200, body: `{"@odata.etag":"W/9","id":"x","number":"C1","city":"Wien"}`}
	})
	c := f.client()
	got, err := c.UpdateCustomer(t.Context(), id, func(was customers.Customer) (customers.Change, bool) {
		city, state := "Wien", ""
		return customers.Change{DisplayName: &was.DisplayName, City: &city, State: &state}, true
	})
	if err != nil || got.Mark != "W/9" {
		t.Fatalf("%+v, %v", got, err)
	}
	want := []string{`W/1 {"displayName":"Ada 1","city":"Wien","state":""}`, `W/2 {"displayName":"Ada 2","city":"Wien","state":""}`}
	if !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q: change runs again on what was read again, a blank is sent, the number never goes along", sent, want)
	}
	before := f.count()
	if _, err := c.UpdateCustomer(t.Context(), id, func(customers.Customer) (customers.Change, bool) { return customers.Change{}, false }); err != nil || f.count() != before+1 {
		t.Errorf("nothing to change: %v, %d requests", err, f.count()-before)
	}
}

func TestCustomersByEmailIgnoresCase(t *testing.T) {
	stored := []string{"Ada@Example.com", "bob@example.com", "ada@example.com.au"}
	for _, lower := range []bool{true, false} {
		t.Run(fmt.Sprintf("tolower in filters %v", lower), func(t *testing.T) {
			f := newFake(t, func(o op) result {
				filter := o.Query.Get("$filter")
				has := strings.HasPrefix(filter, "tolower(email) eq ")
				if has && !lower {
					return refusal(400, "BadRequest_InvalidRequestUrl", "no functions")
				}
				out := []string{`{"id":"z","email":"ada@example.com.au"}`} // a filter that matches too much
				for _, s := range stored {
					spelled := s
					if has {
						spelled = strings.ToLower(s)
					}
					if slices.Contains(quoted(filter), spelled) {
						out = append(out, fmt.Sprintf(`{"id":"1","email":%q}`, s))
					}
				}
				return rows(out...)
			})
			c := f.client()
			for range 2 {
				got, err := c.CustomersByEmail(t.Context(), []string{" Ada@Example.com", "BOB@example.com"})
				if err != nil || len(got) != 2 {
					t.Errorf("%+v, %v", got, err)
				}
			}
			if want := map[bool]int{true: 2, false: 3}[lower]; f.count() != want {
				t.Errorf("%d requests, want %d: what BC refuses is asked once", f.count(), want)
			}
		})
	}
}

func TestLookupsByField(t *testing.T) {
	var got []string
	f := newFake(t, func(o op) result {
		got = append(got, o.Path+" "+o.Query.Get("$filter"))
		return rows()
	})
	c := f.client()
	_, e1 := c.ItemsByNumber(t.Context(), []string{"b", "A", " a "})
	_, e2 := c.ItemsByGTIN(t.Context(), []string{"4006381333931"})
	_, e3 := c.VariantsByItem(t.Context(), []string{"a"})
	_, e4 := c.VariantsByCode(t.Context(), []string{"red"})
	_, e5 := c.CustomersByNumber(t.Context(), []string{"c-1"})
	for _, err := range []error{e1, e2, e3, e4, e5} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"items number eq 'A' or number eq 'B'", "items gtin eq '4006381333931'", "itemVariants itemNumber eq 'A'",
		"itemVariants code eq 'RED'", "customers number eq 'C-1'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
}

func TestWholeTables(t *testing.T) {
	f := newFake(t, func(o op) result {
		if !strings.Contains(o.Header.Get("Prefer"), "odata.maxpagesize=") {
			t.Errorf("%s without a page size", o.Path)
		}
		switch o.Path {
		case "generalLedgerSetup":
			return rows(`{"allowPostingFrom":"0001-01-01","allowPostingTo":"0001-01-01","localCurrencyCode":"EUR"}`)
		case "companies":
			return rows(`{"id":"` + companyID + `","name":"CRONUS DE","displayName":"CRONUS"}`)
		}
		return rows(`{"id":"1","code":"DE","displayName":"Germany"}`)
	})
	c := f.client()
	refs, err := c.References(t.Context(), "countriesRegions")
	if err != nil || !slices.Equal(refs, []bcapi.Reference{{ID: "1", Code: "DE", DisplayName: "Germany"}}) {
		t.Errorf("references %v, %v", refs, err)
	}
	gl, err := c.GeneralLedgerSetup(t.Context())
	if err != nil || gl.LocalCurrencyCode != "EUR" {
		t.Errorf("set-up %+v, %v", gl, err)
	}
	cs, err := c.Companies(t.Context())
	if err != nil || len(cs) != 1 || cs[0].Name != "CRONUS DE" {
		t.Errorf("companies %v, %v", cs, err)
	}
	n := 0
	if err := c.Customers(t.Context(), func(customers.Customer) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%d customers, %v", n, err)
	}
	if err := c.Customers(t.Context(), func(customers.Customer) error { return errReset }); !errors.Is(err, errReset) {
		t.Errorf("the caller's error came back as %v", err)
	}
}

func TestProbe(t *testing.T) {
	const edmx = `<?xml version="1.0"?><edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Microsoft.NAV"><EntityType Name="salesPrices"/>
<EntityContainer Name="NAV"><EntitySet Name="shipments" EntityType="Microsoft.NAV.shipment"/><EntitySet Name="itemReferences"/><EntitySet Name="other"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`
	for _, tt := range []struct {
		name   string
		answer result
		want   Features
		kind   fault.Kind
	}{
		{"installed in part", result{status: 200, body: edmx}, Features{Shipments: true, ItemReferences: true}, ""},
		{"not installed", refusal(404, "BadRequest_NotFound", "x"), Features{}, ""},
		{"not installed, no body", result{status: 404}, Features{}, ""},
		{"no permission", result{status: 403}, Features{}, fault.Blocked},
		{"not XML", result{status: 200, body: "<a><b></a>"}, Features{}, fault.Transient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, func(o op) result {
				if o.Path != "/v2.0/contoso.com/Production/api/acme/shopify/v1.0/$metadata" {
					t.Errorf("path %s", o.Path)
				}
				return tt.answer
			})
			got, err := f.client().Probe(t.Context())
			if got != tt.want || fault.KindOf(err) != tt.kind {
				t.Errorf("got %+v, %v; want %+v, %q", got, err, tt.want, tt.kind)
			}
		})
	}
}

func TestCreateCustomers(t *testing.T) {
	f := newFake(t, func(o op) result {
		switch {
		case o.Path != "customers":
			t.Errorf("path %s", o.Path)
		case strings.Contains(o.Body, `"C2"`):
			return refusal(400, bcapi.CodeExists, "The customer exists.")
		case strings.Contains(o.Body, `"C3"`):
			return refusal(403, "Authorization_Denied", "You do not have the following permissions on TableData Customer: Insert")
		}
		return result{status: 201, body: `{"id":"x","number":"C1"}`}
	})
	c := f.client()
	got, err := c.CreateCustomers(t.Context(), []customers.Customer{{Number: "C1"}, {Number: "C2"}, {Number: "C3"}})
	if err != nil || !slices.Equal(kinds(got), []fault.Kind{"", fault.Rejected, fault.Blocked}) {
		t.Fatalf("%v, %v", kinds(got), err)
	}
	if !errors.Is(got[1].Err, ErrExists) {
		t.Errorf("%v is not ErrExists", got[1].Err)
	}
	if e, ok := errors.AsType[*fault.Error](got[2].Err); !ok || !strings.Contains(e.Merchant, "TableData Customer: Insert") {
		t.Errorf("%+v does not name the right that is missing", e)
	}
	if n := c.CustomersPerBatch(); n != 2*startBatch {
		t.Errorf("next batch %d after a quick one, want %d", n, 2*startBatch)
	}
}

func TestFailedReads(t *testing.T) {
	f := newFake(t, func(op) result { return refusal(402, "", "") })
	c := f.client()
	_, _, e1 := c.FindDocuments(t.Context(), []string{"1-1"})
	_, e2 := c.GeneralLedgerSetup(t.Context())
	_, e3 := c.UpdateCustomer(t.Context(), orderID, nil)
	e4 := c.DeleteDocument(t.Context(), sales.Found{ID: orderID, Mark: "a"})
	for i, err := range []error{e1, e2, e3, e4} {
		if fault.KindOf(err) != fault.Blocked {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if f.count() != 4 {
		t.Errorf("%d requests, want 4: asking again cannot help", f.count())
	}
	f.answer = func(op) result { return rows() }
	if _, err := c.GeneralLedgerSetup(t.Context()); fault.KindOf(err) != fault.Bug {
		t.Errorf("no set-up row: %v", err)
	}
}

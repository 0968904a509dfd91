package customerapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/bctest"
	"backroom/shared/customers"
	"backroom/shared/fault"
)

func TestUpdateCustomer(t *testing.T) {
	id, reads := bctest.OrderID, 0
	var sent []string
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if o.Method == "GET" {
			reads++
			return bctest.Result{Status: 200, Body: fmt.Sprintf(`{"@odata.etag":"W/%d","id":%q,"number":"C1","displayName":"Ada %d"}`, reads, id, reads)}
		}
		sent = append(sent, o.Header.Get("If-Match")+" "+o.Body)
		if len(sent) == 1 {
			return bctest.Refusal(409, "Request_EntityChanged", "x")
		}
		return bctest.Result{Status: 200, Body: `{"@odata.etag":"W/9","id":"x","number":"C1","city":"Wien"}`}
	})
	c := New(f.Client())
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
	before := f.Count()
	if _, err := c.UpdateCustomer(t.Context(), id, func(customers.Customer) (customers.Change, bool) { return customers.Change{}, false }); err != nil || f.Count() != before+1 {
		t.Errorf("nothing to change: %v, %d requests", err, f.Count()-before)
	}
}

func TestCustomersByEmailIgnoresCase(t *testing.T) {
	stored := []string{"Ada@Example.com", "bob@example.com", "ada@example.com.au"}
	for _, lower := range []bool{true, false} {
		t.Run(fmt.Sprintf("tolower in filters %v", lower), func(t *testing.T) {
			f := bctest.New(t, func(o bctest.Op) bctest.Result {
				filter := o.Query.Get("$filter")
				has := strings.HasPrefix(filter, "tolower(email) eq ")
				if has && !lower {
					return bctest.Refusal(400, "BadRequest_InvalidRequestUrl", "no functions")
				}
				out := []string{`{"id":"z","email":"ada@example.com.au"}`} // a filter that matches too much
				for _, s := range stored {
					spelled := s
					if has {
						spelled = strings.ToLower(s)
					}
					if slices.Contains(bctest.Quoted(filter), spelled) {
						out = append(out, fmt.Sprintf(`{"id":"1","email":%q}`, s))
					}
				}
				return bctest.Rows(out...)
			})
			c := New(f.Client())
			for range 2 {
				got, err := c.CustomersByEmail(t.Context(), []string{" Ada@Example.com", "BOB@example.com"})
				if err != nil || len(got) != 2 {
					t.Errorf("%+v, %v", got, err)
				}
			}
			if want := map[bool]int{true: 2, false: 3}[lower]; f.Count() != want {
				t.Errorf("%d requests, want %d: what BC refuses is asked once", f.Count(), want)
			}
		})
	}
}

func TestCreateCustomers(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		switch {
		case o.Path != "customers":
			t.Errorf("path %s", o.Path)
		case strings.Contains(o.Body, `"C2"`):
			return bctest.Refusal(400, bcapi.CodeExists, "The customer exists.")
		case strings.Contains(o.Body, `"C3"`):
			return bctest.Refusal(403, "Authorization_Denied", "You do not have the following permissions on TableData Customer: Insert")
		}
		return bctest.Result{Status: 201, Body: `{"id":"x","number":"C1"}`}
	})
	c := New(f.Client())
	got, err := c.CreateCustomers(t.Context(), []customers.Customer{{Number: "C1"}, {Number: "C2"}, {Number: "C3"}})
	if err != nil || !slices.Equal([]fault.Kind{fault.KindOf(got[0].Err), fault.KindOf(got[1].Err), fault.KindOf(got[2].Err)}, []fault.Kind{"", fault.Rejected, fault.Blocked}) {
		t.Fatalf("%v, %v", []fault.Kind{fault.KindOf(got[0].Err), fault.KindOf(got[1].Err), fault.KindOf(got[2].Err)}, err)
	}
	if !errors.Is(got[1].Err, businesscentral.ErrExists) {
		t.Errorf("%v is not ErrExists", got[1].Err)
	}
	if e, ok := errors.AsType[*fault.Error](got[2].Err); !ok || !strings.Contains(e.Merchant, "TableData Customer: Insert") {
		t.Errorf("%+v does not name the right that is missing", e)
	}
	if n := c.CustomersPerBatch(); n != 100 {
		t.Errorf("next batch %d after a quick one, want 100", n)
	}
}

func TestCustomersAreRead(t *testing.T) {
	var filters []string
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		filters = append(filters, o.Query.Get("$filter"))
		if o.Path == "companyInformation" {
			return bctest.Rows(`{"country":"DE"}`)
		}
		return bctest.Rows(`{"id":"1","number":"C-1"}`)
	})
	c := New(f.Client())
	n := 0
	if err := c.Customers(t.Context(), func(cust customers.Customer) error { n += len(cust.Number); return nil }); err != nil || n != 3 {
		t.Errorf("%d letters of numbers, %v", n, err)
	}
	if err := c.Customers(t.Context(), func(customers.Customer) error { return bctest.ErrReset }); !errors.Is(err, bctest.ErrReset) {
		t.Errorf("the caller's error came back as %v", err)
	}
	if got, err := c.CustomersByNumber(t.Context(), []string{"c-1", " C-1"}); err != nil || len(got) != 1 || got[0].ID != "1" {
		t.Errorf("by number: %v, %v", got, err)
	}
	if got, err := c.HomeCountry(t.Context()); err != nil || got != "DE" {
		t.Errorf("home country %q, %v", got, err)
	}
	if diff := cmp.Diff([]string{"", "", "number eq 'C-1'", ""}, filters); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
}

package shopify_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

const (
	setCustomer = `mutation ($input: CustomerSetInput!, $by: CustomerSetIdentifiers) { customerSet(input: $input, identifier: $by) {
		customer { id firstName defaultEmailAddress { emailAddress marketingState } defaultPhoneNumber { phoneNumber } addressesV2(first: 5) { nodes { id city } } } userErrors { field message code } } }`
	newCustomer    = `mutation ($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { field message } } }`
	updateCustomer = `mutation ($input: CustomerInput!) { customerUpdate(input: $input) { customer { id } userErrors { field message } } }`
	deleteCustomer = `mutation ($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId userErrors { field message } } }`
	updateAddress  = `mutation ($c: ID!, $a: ID!, $in: MailingAddressInput!) { customerAddressUpdate(customerId: $c, addressId: $a, address: $in) { address { id city } userErrors { field message } } }`
	addAddress     = `mutation ($c: ID!, $in: MailingAddressInput!) { customerAddressCreate(customerId: $c, address: $in, setAsDefault: true) { address { id city } userErrors { field message } } }`
	setMetafields  = `mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { key value } userErrors { field message code } } }`
)

// buyer is a customer of the sample shop, one with orders.
func buyer(w *world, n int) *data.Customer { return w.shop.Customers()[n] }

func customerID(w *world, n int) string { return gidOf("Customer", buyer(w, n).ID) }

// onCustomer is a call whose variables depend on the shop.
func onCustomer(query string, vars func(w *world) object) func(*world) call {
	return func(w *world) call { return call{query: query, vars: vars(w)} }
}

func setting(input object) func(*world) call {
	return onCustomer(setCustomer, func(w *world) object { return object{"input": input, "by": object{"id": customerID(w, 0)}} })
}

func updatingAddress(in object) func(*world) call {
	return onCustomer(updateAddress, func(w *world) object {
		return object{"c": customerID(w, 0), "a": gidOf("MailingAddress", buyer(w, 0).Addresses[0].ID) + "?model_name=CustomerAddress", "in": in}
	})
}

func metafield(change object) func(*world) call {
	return onCustomer(setMetafields, func(w *world) object {
		m := object{"ownerId": customerID(w, 0), "namespace": "bc", "key": "limit", "type": "number_decimal", "value": "10.50"}
		maps.Copy(m, change)
		return object{"m": []any{m}}
	})
}

func customerRefusals() []refusal {
	long := strings.Repeat("a", 256)
	taken := func(field string) func(*world) call {
		return onCustomer(setCustomer, func(w *world) object {
			c := buyer(w, 1)
			return object{"input": object{field: map[string]string{"email": " " + strings.ToUpper(c.Email), "phone": c.Phone}[field]}, "by": object{"id": customerID(w, 0)}}
		})
	}
	phoned := func(t *testing.T, w *world) {
		t.Helper()
		if _, err := w.shop.UpdateCustomer(buyer(w, 1).ID, func(c *data.Customer) { c.Phone = "+494615550100" }); err != nil {
			t.Fatal(err)
		}
	}
	many := onCustomer(setMetafields, func(w *world) object {
		var all []any
		for i := range 26 {
			all = append(all, object{"ownerId": customerID(w, 0), "namespace": "bc", "key": fmt.Sprintf("key%d", i), "type": "boolean", "value": "true"})
		}
		return object{"m": all}
	})
	return []refusal{
		{"customer: e-mail of another", "21.10", nil, taken("email"), 0, "", "Email has already been taken"},
		{"customer: phone of another", "21.10", phoned, taken("phone"), 0, "", "Phone has already been taken"},
		{"customer: e-mail without a dot", "21.10", nil, setting(object{"email": "foo@bar"}), 0, "", "Email is invalid"},
		{"customer: e-mail of 257 characters", "21.10", nil, setting(object{"email": long + "@b.com"}), 0, "", "Email is too long (maximum is 255 characters)"},
		{"customer: phone with letters", "21.10", nil, setting(object{"phone": "+1234abcd"}), 0, "", "Phone is invalid"},
		{"customer: phone that is too long", "21.10", nil, setting(object{"phone": "+" + strings.Repeat("1", 256)}), 0, "", "Phone is too long (maximum is 255 characters)"},
		{"customer: name of 256 characters", "21.10", nil, setting(object{"firstName": long}), 0, "", "First name is too long (maximum is 255 characters)"},
		{"customer: tax exempt null", "17", nil, setting(object{"taxExempt": nil}), 0, "", "Tax exempt must be true or false"},
		{"customer: province of another country", "21.10", nil, setting(object{"addresses": []any{object{"countryCode": "US", "provinceCode": "BY"}}}), 0, "", "Province is invalid"},
		{"customer: country that is none", "21.10", nil, setting(object{"addresses": []any{object{"countryCode": "ZZ"}}}), 0, "", "Country is invalid"},
		{"customer: nobody", "21.10", nil, with(setCustomer, object{"input": object{"note": "x"}}), 0, "", "A name, phone number, or email address must be present"},
		{"customer: id of nobody", "17", nil, with(setCustomer, object{"input": object{"note": "x"}, "by": object{"id": "gid://shopify/Customer/1"}}), 0, "NOT_FOUND", "Resource matching the identifier was not found."},
		{"customer: identifier that is not the input's", "17", nil, with(setCustomer, object{"input": object{"email": "a@b.example"}, "by": object{"email": "c@b.example"}}), 0, "INPUT_MISMATCH", ""},
		{"customer: created with an id", "21.10", nil, onCustomer(newCustomer, func(w *world) object { return object{"input": object{"id": customerID(w, 0), "email": "a@b.example"}} }), 0, "", "Cannot specify ID on creation"},
		{"customer: created with an e-mail that is taken", "21.10", nil, onCustomer(newCustomer, func(w *world) object { return object{"input": object{"email": buyer(w, 0).Email}} }), 0, "", "Email has already been taken"},
		{"customer: consent by an update", "21.10", nil, onCustomer(updateCustomer, func(w *world) object {
			return object{"input": object{"id": customerID(w, 0), "emailMarketingConsent": object{"marketingState": "SUBSCRIBED"}}}
		}), 0, "INVALID_VARIABLE", ""},
		{"customer: update of nobody", "21.10", nil, with(updateCustomer, object{"input": object{"id": "gid://shopify/Customer/1", "note": "x"}}), 0, "", "Customer does not exist"},
		{"customer: delete of one with orders", "21.10", nil, onCustomer(deleteCustomer, func(w *world) object {
			return object{"input": object{"id": gidOf("Customer", order(w, 0).Customer)}}
		}), 0, "", "Customer can\u2019t be deleted because they have associated orders"},
		{"customer: delete of nobody", "21.10", nil, with(deleteCustomer, object{"input": object{"id": "gid://shopify/Customer/1"}}), 0, "", "Customer can't be found"},
		{"customer: address of nobody", "21.10", nil, with(addAddress, object{"c": "gid://shopify/Customer/1", "in": object{"city": "Ghost"}}), 0, "", "Customer does not exist"},
		{"customer: unknown address", "21.10", nil, onCustomer(updateAddress, func(w *world) object {
			return object{"c": customerID(w, 0), "a": "gid://shopify/MailingAddress/1", "in": object{"city": "Ghost"}}
		}), 0, "RESOURCE_NOT_FOUND", "invalid id"},
		{"customer: address of another", "21.10", nil, onCustomer(updateAddress, func(w *world) object {
			return object{"c": customerID(w, 0), "a": gidOf("MailingAddress", buyer(w, 1).Addresses[0].ID), "in": object{"city": "Cross"}}
		}), 0, "", "Address does not exist"},
		{"customer: province of an address", "21.10", nil, updatingAddress(object{"countryCode": "CA", "provinceCode": "ZZ"}), 0, "", "Province is invalid"},
		{"customer: the same address again", "21.10", nil, onCustomer(addAddress, func(w *world) object {
			a := buyer(w, 0).Addresses[0]
			return object{"c": customerID(w, 0), "in": object{
				"firstName": a.FirstName, "lastName": a.LastName, "company": a.Company, "address1": a.Address1, "address2": a.Address2,
				"city": a.City, "zip": a.Zip, "provinceCode": a.ProvinceCode, "countryCode": a.Country, "phone": a.Phone,
			}}
		}), 0, "", "Address already exists"},
		{"metafield: no decimal", "21", nil, metafield(object{"value": "ten"}), 0, "INVALID_VALUE", "Value must be a valid number_decimal"},
		{"metafield: blank", "21", nil, metafield(object{"value": ""}), 0, "BLANK", "Value can't be blank."},
		{"metafield: no type", "21", nil, metafield(object{"type": "amount"}), 0, "INVALID_TYPE", ""},
		{"metafield: another type than it has", "21", first(metafield(nil)), metafield(object{"type": "boolean", "value": "true"}), 0, "INVALID_TYPE", ""},
		{"metafield: of nobody", "21", nil, metafield(object{"ownerId": "gid://shopify/Customer/1"}), 0, "INVALID", "Owner does not exist."},
		{"metafields: 26 in one call", "21", nil, many, 0, "LESS_THAN_OR_EQUAL_TO", ""},
	}
}

// A customer is written as Shopify stores one: e-mail in lower case, phone as E.164,
// lists as given, consent untouched, and what is left out as it was.
func TestCustomersAreWritten(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} })
	if _, err := w.shop.UpdateCustomer(buyer(w, 0).ID, func(c *data.Customer) { c.Subscribed = true }); err != nil {
		t.Fatal(err)
	}
	was := *buyer(w, 0)
	w.Advance(time.Minute)
	r := w.send(t, call{query: setCustomer, vars: object{"by": object{"id": customerID(w, 0)}, "input": object{
		"email": " Eva . B@Example.com ", "phone": "+49 (461) 555-0100",
		"addresses": []any{object{"city": "Kiel", "countryCode": "DE"}, object{"city": "Kiel", "countryCode": "DE"}, object{"city": "Husum", "countryCode": "DE"}},
	}}})
	c := w.shop.Customer(was.ID)
	if len(found(r)) > 0 || c.Email != "eva.b@example.com" || c.Phone != "+494615550100" || c.FirstName != was.FirstName || c.Note != was.Note || !c.Subscribed || len(c.Addresses) != 2 || !c.UpdatedAt.After(was.UpdatedAt) {
		t.Errorf("%+v, %s", c, r.text)
	}
	if c.Addresses[0].FirstName != was.FirstName || c.Addresses[0].ID == 0 {
		t.Errorf("an address is %+v", c.Addresses[0])
	}
	r = w.send(t, call{query: setCustomer, vars: object{"input": object{"email": "new@one.example", "firstName": "New"}}})
	if n := w.shop.Customers(); len(found(r)) > 0 || n[len(n)-1].Email != "new@one.example" {
		t.Errorf("created: %s", r.text)
	}
	// By an e-mail address that somebody has it is an update.
	r = w.send(t, call{query: setCustomer, vars: object{"input": object{"email": "new@one.example", "lastName": "Name"}, "by": object{"email": "New@one.example"}}})
	if n := w.shop.Customers(); len(found(r)) > 0 || n[len(n)-1].LastName != "Name" || n[len(n)-1].FirstName != "New" {
		t.Errorf("updated by e-mail: %s", r.text)
	}
	got := w.ask(t, `{ customerByIdentifier(identifier: {emailAddress: " NEW@one.example"}) { firstName } }`, nil)
	if at(t, got, "customerByIdentifier", "firstName") != "New" {
		t.Errorf("by e-mail: %v", got)
	}
}

// A merge moves orders and rewrites their e-mail address; who lost reads null at once.
func TestCustomersAreMerged(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.IndexLag = time.Minute })
	o := order(w, 0)
	gone := o.Customer
	i := slices.IndexFunc(w.shop.Customers(), func(c *data.Customer) bool { return c.ID != gone })
	kept := buyer(w, i)
	if err := w.shop.DeleteCustomer(gone); err == nil {
		t.Error("a customer with orders was deleted")
	}
	if err := w.shop.MergeCustomers(gone, kept.ID); err != nil {
		t.Fatal(err)
	}
	now := w.shop.Order(o.ID)
	if now.Customer != kept.ID || now.Email != kept.Email || w.shop.Customer(gone) != nil {
		t.Errorf("order of %d, %s", now.Customer, now.Email)
	}
	list := fmt.Sprintf(`{ customers(first: 250, query: "id:%d") { nodes { id } } node(id: %q) { id } }`, gone, gidOf("Customer", gone))
	r := w.send(t, call{query: list})
	if r.status != http.StatusOK || strings.Contains(r.text, `"node":{`) || !strings.Contains(r.text, gidOf("Customer", gone)) {
		t.Errorf("the index does not trail: %s", r.text)
	}
	w.Advance(2 * time.Minute)
	if r := w.send(t, call{query: list}); strings.Contains(r.text, gidOf("Customer", gone)) {
		t.Errorf("the index still shows it: %s", r.text)
	}
}

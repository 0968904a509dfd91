package shopify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

const (
	newCompany    = `mutation N($in: CompanyCreateInput!) { companyCreate(input: $in) { company { id name externalId mainContact { id customer { defaultEmailAddress { emailAddress } } } locations(first: 5) { nodes { id name billingAddress { id } shippingAddress { id } taxSettings { taxRegistrationId } } } } userErrors { field message code } } }`
	updateCompany = `mutation U($c: ID!, $in: CompanyInput!) { companyUpdate(companyId: $c, input: $in) { company { id } userErrors { field message code } } }`
	newPlace      = `mutation P($c: ID!, $in: CompanyLocationInput!) { companyLocationCreate(companyId: $c, input: $in) { companyLocation { id name } userErrors { field message code } } }`
	updatePlace   = `mutation L($l: ID!, $in: CompanyLocationUpdateInput!) { companyLocationUpdate(companyLocationId: $l, input: $in) { companyLocation { id } userErrors { field message code } } }`
	assignAddress = `mutation A($l: ID!, $a: CompanyAddressInput!, $t: [CompanyAddressType!]!) { companyLocationAssignAddress(locationId: $l, address: $a, addressTypes: $t) { addresses { id city } userErrors { field message code } } }`
	setTax        = `mutation T($l: ID!, $t: String) { companyLocationTaxSettingsUpdate(companyLocationId: $l, taxRegistrationId: $t) { companyLocation { id } userErrors { field message code } } }`
	newContact    = `mutation C($c: ID!, $in: CompanyContactInput!) { companyContactCreate(companyId: $c, input: $in) { companyContact { id isMainContact } userErrors { field message code } } }`
	joinContact   = `mutation J($c: ID!, $k: ID!) { companyAssignCustomerAsContact(companyId: $c, customerId: $k) { companyContact { id isMainContact } userErrors { field message code } } }`
	mainContact   = `mutation M($c: ID!, $k: ID!) { companyAssignMainContact(companyId: $c, companyContactId: $k) { company { mainContact { id } } userErrors { field message code } } }`
	assignRole    = `mutation R($k: ID!, $r: ID!, $l: ID!) { companyContactAssignRole(companyContactId: $k, companyContactRoleId: $r, companyLocationId: $l) { userErrors { field message code } } }`
	allCompanies  = `{ companies(first: 5) { nodes { id } } }`
)

// firms gives the shop two companies, the first with a contact.
func firms(t *testing.T, w *world) {
	t.Helper()
	w.shop.AddCompany(&data.Company{
		ID: 501, Name: "Werft GmbH", ExternalID: "10000", Locations: []data.CompanyLocation{{ID: 601, Name: "Kiel", ExternalID: "10000-1"}},
		Contacts: []data.CompanyContact{{ID: 701, Customer: buyer(w, 0).ID}},
	})
	w.shop.AddCompany(&data.Company{ID: 502, Name: "Reeder KG", Locations: []data.CompanyLocation{{ID: 602, Name: "Husum"}}})
}

func companyRefusals() []refusal {
	creating := func(company, place, contact object) func(*world) call {
		in := object{"company": company}
		if place != nil {
			in["companyLocation"] = place
		}
		if contact != nil {
			in["companyContact"] = contact
		}
		return with(newCompany, object{"in": in})
	}
	named := object{"name": "Neu"}
	return []refusal{
		{"company: external id of another", "21.10", firms, creating(object{"name": "Neu", "externalId": "10000"}, nil, nil), 0, "TAKEN", "External id has already been taken."},
		{"company: external id of 65 characters", "21.10", firms, creating(object{"name": "Neu", "externalId": strings.Repeat("x", 65)}, nil, nil), 0, "TOO_LONG", ""},
		{"company: no name", "21.10", firms, creating(object{}, nil, nil), 0, "BLANK", "Name can't be blank"},
		{"company: name null", "21.10", firms, with(updateCompany, object{"c": "gid://shopify/Company/501", "in": object{"name": nil}}), 0, "UNEXPECTED_TYPE", ""},
		{"company: location's external id of another", "21.10", firms, creating(named, object{"externalId": "10000-1"}, nil), 0, "TAKEN", ""},
		{"company: country that is none", "21.10", firms, creating(named, object{"billingAddress": object{"address1": "x", "countryCode": "ZZ"}}, nil), 0, "INVALID", "Country is invalid"},
		{"company: address without country", "21.10", firms, creating(named, object{"billingAddress": object{"address1": "x"}}, nil), 0, "BLANK", ""},
		{"company: payment terms that are none", "21.10", firms, creating(named, object{"buyerExperienceConfiguration": object{"paymentTermsTemplateId": "gid://shopify/PaymentTermsTemplate/77"}}, nil), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: contact's e-mail of a customer", "21.10", firms, func(w *world) call {
			return creating(named, nil, object{"email": buyer(w, 1).Email})(w)
		}, 0, "TAKEN", "Email has already been taken"},
		{"company: contact without e-mail", "21.10", firms, creating(named, nil, object{"firstName": "Eva"}), 0, "BLANK", ""},
		{"company: update of none", "21.10", firms, with(updateCompany, object{"c": "gid://shopify/Company/1", "in": named}), 0, "RESOURCE_NOT_FOUND", "Resource requested does not exist."},
		{"company: location of none", "21.10", firms, with(newPlace, object{"c": "gid://shopify/Company/1", "in": named}), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: update of no location", "21.10", firms, with(updatePlace, object{"l": "gid://shopify/CompanyLocation/1", "in": named}), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: tax id in the update of a location", "21.10", firms, with(updatePlace, object{"l": "gid://shopify/CompanyLocation/601", "in": object{"taxRegistrationId": "DE1"}}), 0, "INVALID_VARIABLE", ""},
		{"company: tax id of no location", "21.10", firms, with(setTax, object{"l": "gid://shopify/CompanyLocation/1", "t": "DE1"}), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: one kind of address twice", "21.10", firms, with(assignAddress, object{"l": "gid://shopify/CompanyLocation/601", "a": object{"countryCode": "DE"}, "t": []any{"BILLING", "BILLING"}}), 0, "INVALID_INPUT", "Invalid input."},
		{"company: contact of none", "21.10", firms, with(newContact, object{"c": "gid://shopify/Company/1", "in": object{"email": "a@b.example"}}), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: nobody as contact", "21.10", firms, with(joinContact, object{"c": "gid://shopify/Company/501", "k": "gid://shopify/Customer/1"}), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: contact who is one", "21.10", firms, func(w *world) call {
			return with(joinContact, object{"c": "gid://shopify/Company/501", "k": customerID(w, 0)})(w)
		}, 0, "INVALID_INPUT", ""},
		{"company: role of no contact", "21.10", firms, with(assignRole, object{"k": "gid://shopify/CompanyContact/1", "r": "gid://shopify/CompanyContactRole/5012", "l": "gid://shopify/CompanyLocation/601"}), 0, "RESOURCE_NOT_FOUND", "Company contact does not exist."},
		{"company: role at another's location", "21.10", firms, with(assignRole, object{"k": "gid://shopify/CompanyContact/701", "r": "gid://shopify/CompanyContactRole/5012", "l": "gid://shopify/CompanyLocation/602"}), 0, "RESOURCE_NOT_FOUND", ""},
		{"company: another's contact as the main one", "21.10", firms, with(mainContact, object{"c": "gid://shopify/Company/502", "k": "gid://shopify/CompanyContact/701"}), 0, "RESOURCE_NOT_FOUND", ""},
	}
}

// A plan without companies shows none, and says why.
func TestPlanWithoutCompanies(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) {
		d := writable(data.Sample(testclock.Monday))
		d.Shop.NoB2B = true
		c.Shops = []*data.Data{d}
	})
	r := w.send(t, call{query: allCompanies})
	if got := fmt.Sprint(found(r)); !strings.Contains(got, "ACCESS_DENIED") || !strings.Contains(got, "Plus store") {
		t.Errorf("%v", got)
	}
}

// A company is made with its location and main contact; a change of a location has a stamp
// of its own, and addresses keep their ids.
func TestCompaniesAreWritten(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} })
	r := w.ask(t, newCompany, object{"in": object{
		"company": object{"name": "Neu AG", "externalId": "C1"}, "companyContact": object{"firstName": "Nora", "email": "Nora@Neu.example"},
		"companyLocation": object{"taxRegistrationId": "DE 1", "billingSameAsShipping": true, "shippingAddress": object{"address1": "Weg 1", "city": "Kiel", "countryCode": "DE"}},
	}})
	if got := fmt.Sprint(at(t, r, "companyCreate", "company", "mainContact", "customer")); !strings.Contains(got, "nora@neu.example") {
		t.Errorf("main contact %s", got)
	}
	all := w.shop.Companies()
	c := all[len(all)-1]
	l := c.Locations[0]
	if l.Name != "Neu AG" || l.TaxID != "DE 1" || l.Billing == nil || l.Shipping == nil || l.Billing.ID == l.Shipping.ID || l.Billing.City != "Kiel" {
		t.Errorf("location %+v", l)
	}
	w.Advance(time.Hour)
	w.ask(t, assignAddress, object{"l": gidOf("CompanyLocation", l.ID), "a": object{"city": "Husum"}, "t": []any{"BILLING", "SHIPPING"}})
	now := w.shop.Company(c.ID)
	b := now.Locations[0].Billing
	if b.City != "Husum" || b.Address1 != "Weg 1" || b.ID != l.Billing.ID || !now.UpdatedAt.Equal(c.UpdatedAt) || !now.Locations[0].UpdatedAt.After(l.UpdatedAt) {
		t.Errorf("address %+v of %+v", b, now)
	}
	k := fmt.Sprint(at(t, w.ask(t, joinContact, object{"c": gidOf("Company", c.ID), "k": customerID(w, 0)}), "companyAssignCustomerAsContact", "companyContact", "id"))
	r = w.ask(t, mainContact, object{"c": gidOf("Company", c.ID), "k": k})
	if got := fmt.Sprint(at(t, r, "companyAssignMainContact", "company", "mainContact", "id")); got != k {
		t.Errorf("main contact %s, want %s", got, k)
	}
}

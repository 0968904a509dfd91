package shopify

import (
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

type companyObj struct{ c *data.Company }

func (companyObj) typeName() string { return "Company" }

func (o companyObj) field(x *execution, name string, args map[string]any) any {
	c := o.c
	switch name {
	case "id":
		return gid("Company", c.ID)
	case "name":
		return c.Name
	case "externalId":
		return str(c.ExternalID)
	case "note":
		return nil
	case "contactsCount":
		return countObj{len(c.Contacts), "EXACT"}
	case "locationsCount":
		return countObj{len(c.Locations), "EXACT"}
	case "ordersCount":
		n := 0
		for _, o := range x.shop.database() {
			if o.Company != nil && o.Company.CompanyID == c.ID {
				n++
			}
		}
		return countObj{n, "EXACT"}
	case "contacts":
		return connect(args, c.Contacts, func(k data.CompanyContact) object { return companyContact{c, k} })
	case "locations":
		return connect(args, c.Locations, func(l data.CompanyLocation) object { return companyLocation{c, l} })
	case "contactRoles":
		return connect(args, rolesOf(c), func(r contactRole) object { return r })
	case "defaultRole":
		return rolesOf(c)[1]
	case "mainContact":
		for _, k := range c.Contacts {
			if k.ID == mainOf(c) {
				return companyContact{c, k}
			}
		}
		return nil
	case "createdAt":
		return c.CreatedAt
	case "updatedAt":
		return c.UpdatedAt
	}
	return unresolved("Company", name)
}

// mainOf is the id of the main contact, 0 for none.
func mainOf(c *data.Company) int64 {
	if c.Main == 0 && len(c.Contacts) > 0 {
		return c.Contacts[0].ID
	}
	return c.Main
}

// contactRole is one of the two that every company has.
type contactRole struct {
	id         int64
	name, note string
}

func rolesOf(c *data.Company) []contactRole {
	return []contactRole{
		{c.ID*10 + 1, "Location admin", "System-defined Location admin role"},
		{c.ID*10 + 2, "Ordering only", "System-defined Ordering only role"},
	}
}

func (contactRole) typeName() string { return "CompanyContactRole" }

func (r contactRole) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("CompanyContactRole", r.id)
	case "name":
		return r.name
	case "note":
		return r.note
	}
	return unresolved("CompanyContactRole", name)
}

type companyContact struct {
	c *data.Company
	k data.CompanyContact
}

func (companyContact) typeName() string { return "CompanyContact" }

func (o companyContact) field(x *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("CompanyContact", o.k.ID)
	case "title":
		return str(o.k.Title)
	case "isMainContact":
		return mainOf(o.c) == o.k.ID
	case "company":
		return companyObj{o.c}
	case "createdAt":
		return o.c.CreatedAt
	case "updatedAt":
		return o.c.UpdatedAt
	case "customer":
		if !x.shop.has("read_customers") {
			return denied(name, "read_customers")
		}
		if c := x.shop.byNumber[o.k.Customer]; c != nil {
			return customerObj{c}
		}
		return nil
	}
	return unresolved("CompanyContact", name)
}

type companyLocation struct {
	c *data.Company
	l data.CompanyLocation
}

func (companyLocation) typeName() string { return "CompanyLocation" }

func (o companyLocation) created() time.Time {
	if o.l.CreatedAt.IsZero() {
		return o.c.CreatedAt
	}
	return o.l.CreatedAt
}

func (o companyLocation) updated() time.Time {
	if o.l.UpdatedAt.IsZero() {
		return o.c.UpdatedAt
	}
	return o.l.UpdatedAt
}

func (o companyLocation) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("CompanyLocation", o.l.ID)
	case "name":
		return o.l.Name
	case "externalId":
		return str(o.l.ExternalID)
	case "note":
		return nil
	case "locale":
		return "en"
	case "phone":
		return str(o.l.Phone)
	case "billingAddress", "shippingAddress":
		a := o.l.Billing
		if name == "shippingAddress" {
			a = o.l.Shipping
		}
		if a == nil {
			return nil
		}
		return companyAddress{o.c, a}
	case "taxSettings":
		return taxSettings(o.l.TaxID)
	case "buyerExperienceConfiguration":
		return buyerExperience(o.l.Terms)
	case "createdAt":
		return o.created()
	case "updatedAt":
		return o.updated()
	case "company":
		return companyObj{o.c}
	}
	return unresolved("CompanyLocation", name)
}

type taxSettings string

func (taxSettings) typeName() string { return "CompanyLocationTaxSettings" }

func (t taxSettings) field(_ *execution, name string, _ map[string]any) any {
	if name == "taxExempt" {
		return false
	}
	return str(string(t))
}

type buyerExperience int64

func (buyerExperience) typeName() string { return "BuyerExperienceConfiguration" }

func (b buyerExperience) field(_ *execution, name string, _ map[string]any) any {
	if name != "paymentTermsTemplate" {
		return false
	}
	if t := templateOf(int64(b)); t != nil {
		return *t
	}
	return nil
}

// termsTemplate is one of the payment terms that every shop has.
type termsTemplate struct {
	id        int64
	name, typ string
	days      int
}

var termsTemplates = []termsTemplate{
	{1, "Due on receipt", "RECEIPT", 0},
	{2, "Net 7", "NET", 7},
	{3, "Net 15", "NET", 15},
	{4, "Net 30", "NET", 30},
	{8, "Net 45", "NET", 45},
	{5, "Net 60", "NET", 60},
	{6, "Net 90", "NET", 90},
	{7, "Fixed", "FIXED", 0},
	{9, "Due on fulfillment", "FULFILLMENT", 0},
}

func templateOf(id int64) *termsTemplate {
	for _, t := range termsTemplates {
		if t.id == id {
			return &t
		}
	}
	return nil
}

func (termsTemplate) typeName() string { return "PaymentTermsTemplate" }

func (t termsTemplate) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("PaymentTermsTemplate", t.id)
	case "name", "translatedName":
		return t.name
	case "description":
		return t.name
	case "paymentTermsType":
		return t.typ
	case "dueInDays":
		if t.typ != "NET" {
			return nil
		}
		return t.days
	}
	return unresolved("PaymentTermsTemplate", name)
}

type companyAddress struct {
	c *data.Company
	a *data.Address
}

func (companyAddress) typeName() string { return "CompanyAddress" }

func (o companyAddress) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("CompanyAddress", o.a.ID)
	case "companyName":
		return o.c.Name
	case "createdAt":
		return o.c.CreatedAt
	case "updatedAt":
		return o.c.UpdatedAt
	case "address1":
		return o.a.Address1
	case "recipient":
		return str(strings.TrimSpace(o.a.FirstName + " " + o.a.LastName))
	case "zoneCode":
		return str(o.a.ProvinceCode)
	}
	return addressField(o.a, name)
}

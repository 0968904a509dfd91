package shopify

import (
	"slices"
	"strings"
	"unicode/utf8"

	"backroom/infra/sim/shopify/data"
)

// maxExternalID is how long an external id of a company or a location may be (21.10).
const maxExternalID = 64

func (x *execution) companyMutation(name string, args map[string]any) any {
	if e := x.b2b(name, []string{"write_companies", "write_customers"}); e != nil {
		return e
	}
	typ := strings.ToUpper(name[:1]) + name[1:] + "Payload"
	w := companyWriter{execution: x, typ: typ}
	in := asMap(args["input"])
	switch name {
	case "companyCreate":
		return w.create(in)
	case "companyUpdate":
		return w.change(args["companyId"], func(c *data.Company) { w.company(c, in, "input") })
	case "companyDelete":
		return w.remove(args["id"])
	case "companyLocationCreate":
		return w.addPlace(args["companyId"], in)
	case "companyLocationUpdate":
		return w.changePlace(args["companyLocationId"], "companyLocationId", func(l *data.CompanyLocation) { w.place(l, in, "input") })
	case "companyLocationAssignAddress":
		return w.assignAddress(args)
	case "companyLocationTaxSettingsUpdate":
		return w.changePlace(args["companyLocationId"], "companyLocationId", func(l *data.CompanyLocation) {
			if v, ok := args["taxRegistrationId"]; ok {
				l.TaxID = asString(v)
			}
		})
	case "companyContactCreate":
		return w.addContact(args["companyId"], in)
	case "companyAssignCustomerAsContact":
		return w.assign(args["companyId"], args["customerId"])
	case "companyContactAssignRole":
		return w.assignRole(args)
	case "companyAssignMainContact":
		return w.assignMain(args["companyId"], args["companyContactId"])
	}
	return unresolved("Mutation", name)
}

// companyWriter is one mutation, with what is wrong with its input.
type companyWriter struct {
	*execution
	typ  string
	errs []userError
}

func (w *companyWriter) wrong(code, message string, path ...string) {
	w.errs = append(w.errs, userError{typ: "BusinessCustomerUserError", code: code, message: message, path: path})
}

// refuse is the payload of a mutation that has written nothing.
func (w *companyWriter) refuse(code, message string, path ...string) any {
	w.wrong(code, message, path...)
	return refused(w.typ, w.errs...)
}

const noResource = "Resource requested does not exist."

// textOf is a field of an input: null is no name, and a name is not blank.
func (w *companyWriter) textOf(to *string, in map[string]any, field string, at ...string) {
	v, ok := in[field]
	if !ok {
		return
	}
	path := append(slices.Clone(at), field)
	switch s, isText := v.(string); {
	case !isText:
		w.wrong("UNEXPECTED_TYPE", "Invalid input.", path...)
	case field == "name" && strings.TrimSpace(s) == "":
		w.wrong("BLANK", "Name can't be blank", path...)
	case utf8.RuneCountInString(s) > maxContact:
		w.wrong("TOO_LONG", "Name is too long (maximum is 255 characters)", path...)
	default:
		*to = s
	}
}

// externalID is an external id, which is one company's or one location's.
func (w *companyWriter) externalID(to *string, in map[string]any, taken func(string) bool, at ...string) {
	v, ok := in["externalId"]
	if !ok {
		return
	}
	s := asString(v)
	path := append(slices.Clone(at), "externalId")
	switch {
	case utf8.RuneCountInString(s) > maxExternalID:
		w.wrong("TOO_LONG", "External Id must be 64 characters or less.", path...)
	case s != "" && taken(s):
		w.wrong("TAKEN", "External id has already been taken.", path...)
	default:
		*to = s
	}
}

func (w *companyWriter) company(c *data.Company, in map[string]any, at ...string) {
	w.textOf(&c.Name, in, "name", at...)
	w.externalID(&c.ExternalID, in, func(s string) bool {
		return slices.ContainsFunc(w.shop.companies, func(o *data.Company) bool { return o.ID != c.ID && o.ExternalID == s })
	}, at...)
}

func (w *companyWriter) place(l *data.CompanyLocation, in map[string]any, at ...string) {
	w.textOf(&l.Name, in, "name", at...)
	w.externalID(&l.ExternalID, in, func(s string) bool {
		return slices.ContainsFunc(w.shop.places(), func(o companyLocation) bool { return o.l.ID != l.ID && o.l.ExternalID == s })
	}, at...)
	if v, ok := in["phone"]; ok {
		n, errs := normalPhone(asString(v))
		if l.Phone = n; len(errs) > 0 {
			w.wrong("INVALID", errs[0].message, append(slices.Clone(at), "phone")...)
		}
	}
	if b := asMap(in["buyerExperienceConfiguration"]); b != nil {
		if v, ok := b["paymentTermsTemplateId"]; ok {
			_, l.Terms = splitGID(v)
			if v != nil && templateOf(l.Terms) == nil {
				w.wrong("RESOURCE_NOT_FOUND", noResource, append(slices.Clone(at), "buyerExperienceConfiguration", "paymentTermsTemplateId")...)
			}
		}
	}
	if v, ok := in["taxRegistrationId"]; ok {
		l.TaxID = asString(v)
	}
	if a := asMap(in["shippingAddress"]); a != nil {
		l.Shipping = w.address(nil, a, append(slices.Clone(at), "shippingAddress")...)
	}
	switch a := asMap(in["billingAddress"]); {
	case in["billingSameAsShipping"] == true && a != nil:
		w.wrong("INVALID_INPUT", "Invalid input.", append(slices.Clone(at), "billingAddress")...)
	case in["billingSameAsShipping"] == true && l.Shipping != nil:
		same := *l.Shipping
		same.ID = w.shop.next()
		l.Billing = &same
	case a != nil:
		l.Billing = w.address(nil, a, append(slices.Clone(at), "billingAddress")...)
	}
}

// address is a copy of was with the fields of in. It keeps its id.
func (w *companyWriter) address(was *data.Address, in map[string]any, at ...string) *data.Address {
	m := map[string]any{}
	for k, v := range in {
		if k == "zoneCode" {
			k = "provinceCode"
		}
		m[k] = v
	}
	a := updated(was, m, w.shop.next)
	if a.Country == "" {
		w.wrong("BLANK", "Country code can't be blank", append(slices.Clone(at), "countryCode")...)
	}
	for _, e := range checkCustomerAddress(a) {
		w.wrong("INVALID", e.message, append(slices.Clone(at), e.path[len(e.path)-1])...)
	}
	return a
}

func (w *companyWriter) create(in map[string]any) any {
	c := &data.Company{ID: w.shop.next()}
	company := asMap(in["company"])
	w.company(c, company, "input", "company")
	if c.Name == "" && len(w.errs) == 0 {
		w.wrong("BLANK", "Name can't be blank", "input", "company", "name")
	}
	l := data.CompanyLocation{ID: w.shop.next()}
	place := asMap(in["companyLocation"])
	w.place(&l, place, "input", "companyLocation")
	if l.Name == "" {
		l.Name = c.Name
	}
	c.Locations = []data.CompanyLocation{l}
	var who *data.Customer
	if k := asMap(in["companyContact"]); k != nil {
		who = w.contact(k, "input", "companyContact")
	}
	if len(w.errs) > 0 {
		return refused(w.typ, w.errs...)
	}
	if who != nil {
		who = w.newCustomer(who)
		c.Contacts = []data.CompanyContact{{ID: w.shop.next(), Customer: who.ID, Title: asString(asMap(in["companyContact"])["title"]), Location: l.ID}}
		c.Main = c.Contacts[0].ID
	}
	at := w.now.UTC()
	c.CreatedAt, c.UpdatedAt = at, at
	c.Locations[0].CreatedAt, c.Locations[0].UpdatedAt = at, at
	w.shop.companies = append(slices.Clone(w.shop.companies), c)
	return payload{typ: w.typ, fields: map[string]any{"company": companyObj{c}}}
}

// contact is the customer that a new contact is: its e-mail address is nobody else's.
func (w *companyWriter) contact(in map[string]any, at ...string) *data.Customer {
	known := map[string]any{}
	for _, k := range []string{"firstName", "lastName", "email", "phone", "locale"} {
		if v, ok := in[k]; ok {
			known[k] = v
		}
	}
	if asString(in["email"]) == "" {
		w.wrong("BLANK", "Email can't be blank", append(slices.Clone(at), "email")...)
		return nil
	}
	c, errs := w.written(&data.Customer{}, known, at)
	for _, e := range errs {
		code := "INVALID"
		if strings.Contains(e.message, "taken") {
			code = "TAKEN"
		}
		w.wrong(code, e.message, e.path...)
	}
	return c
}

// found is the company of an id, nil if there is none.
func (w *companyWriter) found(id any) *data.Company {
	typ, n := splitGID(id)
	if typ != "Company" {
		return nil
	}
	return w.shop.company(n)
}

// change stores a copy of a company that f has changed, and shows it.
func (w *companyWriter) change(id any, f func(*data.Company)) any {
	was := w.found(id)
	if was == nil {
		return w.refuse("RESOURCE_NOT_FOUND", noResource, "companyId")
	}
	c := *was
	c.Locations, c.Contacts = slices.Clone(was.Locations), slices.Clone(was.Contacts)
	f(&c)
	if len(w.errs) > 0 {
		return refused(w.typ, w.errs...)
	}
	w.shop.saveCompany(was, &c, w.now)
	return payload{typ: w.typ, fields: map[string]any{"company": companyObj{&c}}}
}

func (w *companyWriter) remove(id any) any {
	c := w.found(id)
	if c == nil {
		return w.refuse("RESOURCE_NOT_FOUND", noResource, "id")
	}
	if slices.ContainsFunc(w.shop.database(), func(o *data.Order) bool { return o.Company != nil && o.Company.CompanyID == c.ID }) {
		return w.refuse("FAILED_TO_DELETE", "Failed to delete the company.", "id")
	}
	w.shop.companies = slices.DeleteFunc(slices.Clone(w.shop.companies), func(o *data.Company) bool { return o.ID == c.ID })
	return payload{typ: w.typ, fields: map[string]any{"deletedCompanyId": gid("Company", c.ID)}}
}

func (w *companyWriter) addPlace(id any, in map[string]any) any {
	var l data.CompanyLocation
	p := w.change(id, func(c *data.Company) {
		l = data.CompanyLocation{ID: w.shop.next()}
		w.place(&l, in, "input")
		if l.Name == "" && l.Shipping != nil {
			l.Name = l.Shipping.Address1
		}
		c.Locations = append(c.Locations, l)
	})
	return w.showing(p, "companyLocation", l.ID)
}

// showing is an answer that shows a location, or a contact, instead of its company.
func (w *companyWriter) showing(p any, name string, id int64) any {
	if answer, ok := p.(payload); ok && len(answer.refused) == 0 {
		typ := strings.ToUpper(name[:1]) + name[1:]
		answer.fields = map[string]any{name: w.companyNode(typ, id)}
		return answer
	}
	return p
}

func (w *companyWriter) changePlace(id any, name string, f func(*data.CompanyLocation)) any {
	typ, n := splitGID(id)
	for _, o := range w.shop.places() {
		if typ == "CompanyLocation" && o.l.ID == n {
			p := w.change(gid("Company", o.c.ID), func(c *data.Company) {
				i := slices.IndexFunc(c.Locations, func(l data.CompanyLocation) bool { return l.ID == n })
				f(&c.Locations[i])
			})
			return w.showing(p, "companyLocation", n)
		}
	}
	return w.refuse("RESOURCE_NOT_FOUND", noResource, name)
}

func (w *companyWriter) assignAddress(args map[string]any) any {
	types := asList(args["addressTypes"])
	if len(types) == 0 || len(types) == 2 && types[0] == types[1] || len(types) > 2 {
		return w.refuse("INVALID_INPUT", "Invalid input.")
	}
	var addresses []*data.Address
	p := w.changePlace(args["locationId"], "locationId", func(l *data.CompanyLocation) {
		for _, t := range types {
			to := &l.Billing
			if asString(t) == "SHIPPING" {
				to = &l.Shipping
			}
			*to = w.address(*to, asMap(args["address"]), "address")
			addresses = append(addresses, *to)
		}
	})
	if answer, ok := p.(payload); ok && len(answer.refused) == 0 {
		_, n := splitGID(args["locationId"])
		l, ok := w.companyNode("CompanyLocation", n).(companyLocation)
		if ok {
			answer.fields = map[string]any{"addresses": list(nil, addresses, func(a *data.Address) object { return companyAddress{l.c, a} })}
		}
		return answer
	}
	return p
}

func (w *companyWriter) addContact(id any, in map[string]any) any {
	if w.found(id) == nil {
		return w.refuse("RESOURCE_NOT_FOUND", noResource, "companyId")
	}
	who := w.contact(in, "input")
	if len(w.errs) > 0 {
		return refused(w.typ, w.errs...)
	}
	who = w.newCustomer(who)
	return w.join(id, data.CompanyContact{ID: w.shop.next(), Customer: who.ID, Title: asString(in["title"])})
}

// join makes k a contact of a company.
func (w *companyWriter) join(id any, k data.CompanyContact) any {
	p := w.change(id, func(c *data.Company) {
		main := mainOf(c)
		if c.Contacts = append(c.Contacts, k); main == 0 {
			main = -1 // one that is joined is not the main contact by that
		}
		c.Main = main
	})
	return w.showing(p, "companyContact", k.ID)
}

func (w *companyWriter) assign(id, customer any) any {
	who := w.customerOf(customer)
	switch c := w.found(id); {
	case c == nil:
		return w.refuse("RESOURCE_NOT_FOUND", noResource, "companyId")
	case who == nil:
		return w.refuse("RESOURCE_NOT_FOUND", noResource, "customerId")
	case slices.ContainsFunc(c.Contacts, func(k data.CompanyContact) bool { return k.Customer == who.ID }):
		return w.refuse("INVALID_INPUT", "Customer is already associated with a company contact.", "customerId")
	}
	if who.Email == "" {
		return w.refuse("INVALID_INPUT", "Customer must have an email address.", "customerId")
	}
	return w.join(id, data.CompanyContact{ID: w.shop.next(), Customer: who.ID})
}

func (w *companyWriter) assignRole(args map[string]any) any {
	_, contact := splitGID(args["companyContactId"])
	_, role := splitGID(args["companyContactRoleId"])
	_, place := splitGID(args["companyLocationId"])
	for _, c := range w.shop.companies {
		i := slices.IndexFunc(c.Contacts, func(k data.CompanyContact) bool { return k.ID == contact })
		if i < 0 {
			continue
		}
		switch {
		case !slices.ContainsFunc(rolesOf(c), func(r contactRole) bool { return r.id == role }):
			return w.refuse("RESOURCE_NOT_FOUND", noResource, "companyContactRoleId")
		case !slices.ContainsFunc(c.Locations, func(l data.CompanyLocation) bool { return l.ID == place }):
			return w.refuse("RESOURCE_NOT_FOUND", noResource, "companyLocationId")
		case c.Contacts[i].Location == place:
			return w.refuse("LIMIT_REACHED", "Company contact has already been assigned a role in that company location.", "companyLocationId")
		}
		w.change(gid("Company", c.ID), func(c *data.Company) { c.Contacts[i].Location = place })
		return payload{typ: w.typ}
	}
	return w.refuse("RESOURCE_NOT_FOUND", "Company contact does not exist.", "companyContactId")
}

func (w *companyWriter) assignMain(id, contact any) any {
	_, n := splitGID(contact)
	if c := w.found(id); c != nil && !slices.ContainsFunc(c.Contacts, func(k data.CompanyContact) bool { return k.ID == n }) {
		return w.refuse("RESOURCE_NOT_FOUND", noResource, "companyContactId")
	}
	return w.change(id, func(c *data.Company) { c.Main = n })
}

package shopify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// companyScopes are those of which an app needs one to read companies.
var companyScopes = []string{"read_companies", "read_customers"}

// b2b is the error of a shop or an app that companies are not for; nil if they are.
func (x *execution) b2b(field string, scopes []string) *Error {
	if x.shop.info.NoB2B {
		e := fail(codeAccessDenied, "Access denied for %s field. Required access: `%s` access scope. Also: The API client must be installed on a Shopify Plus store.", field, scopes[0])
		e.Extensions["documentation"] = docAccess
		return e
	}
	if !slices.ContainsFunc(scopes, x.shop.has) {
		return denied(field, scopes[0])
	}
	return nil
}

var companyFields = map[string]searchField[*data.Company]{
	"id":          {id: func(c *data.Company) int64 { return c.ID }},
	"created_at":  {time: func(c *data.Company) time.Time { return c.CreatedAt }},
	"updated_at":  {time: func(c *data.Company) time.Time { return c.UpdatedAt }},
	"name":        {text: func(c *data.Company) []string { return words(c.Name) }},
	"external_id": {text: func(c *data.Company) []string { return []string{c.ExternalID} }},
}

func companyFree(c *data.Company) []string { return words(c.Name) }

func companyKey(sortKey string, c *data.Company) (string, int64) {
	switch sortKey {
	case "UPDATED_AT":
		return stamp(c.UpdatedAt), c.ID
	case "CREATED_AT":
		return stamp(c.CreatedAt), c.ID
	case "NAME":
		return strings.ToLower(c.Name), c.ID
	}
	return "", c.ID
}

var placeFields = map[string]searchField[companyLocation]{
	"id":          {id: func(l companyLocation) int64 { return l.l.ID }},
	"company_id":  {id: func(l companyLocation) int64 { return l.c.ID }},
	"created_at":  {time: companyLocation.created},
	"updated_at":  {time: companyLocation.updated},
	"name":        {text: func(l companyLocation) []string { return words(l.l.Name) }},
	"external_id": {text: func(l companyLocation) []string { return []string{l.l.ExternalID} }},
}

func placeFree(l companyLocation) []string { return words(l.l.Name) }

func placeKey(sortKey string, l companyLocation) (string, int64) {
	switch sortKey {
	case "UPDATED_AT":
		return stamp(l.updated()), l.l.ID
	case "CREATED_AT":
		return stamp(l.created()), l.l.ID
	case "NAME":
		return strings.ToLower(l.l.Name), l.l.ID
	}
	return "", l.l.ID
}

// companyRoot resolves the roots of the query that are about companies.
func (x *execution) companyRoot(name string, args map[string]any) any {
	if name == "paymentTermsTemplates" {
		if !x.shop.has("read_payment_terms") {
			return denied(name, "read_payment_terms")
		}
		all := slices.DeleteFunc(slices.Clone(termsTemplates), func(t termsTemplate) bool {
			return args["paymentTermsType"] != nil && asString(args["paymentTermsType"]) != t.typ
		})
		return list(nil, all, func(t termsTemplate) object { return t })
	}
	if e := x.b2b(name, companyScopes); e != nil {
		return e
	}
	s := x.shop
	switch name {
	case "companies":
		return search(x, args, companyFields, companyFree, s.companies, name, companyKey, func(c *data.Company) object { return companyObj{c} })
	case "companiesCount":
		return count(x, args, companyFields, companyFree, s.companies, name)
	case "companyLocations":
		return search(x, args, placeFields, placeFree, s.places(), name, placeKey, func(l companyLocation) object { return l })
	case "company", "companyLocation":
		want := strings.ToUpper(name[:1]) + name[1:]
		if typ, _ := splitGID(args["id"]); typ != want {
			return fail(codeNotFound, "Invalid id: %s", args["id"])
		}
		return nilable(x.node(args["id"]))
	}
	return unresolved("QueryRoot", name)
}

// companyNode is what belongs to companies, by id.
func (x *execution) companyNode(typ string, id int64) object {
	if typ == "PaymentTermsTemplate" {
		if t := templateOf(id); t != nil {
			return *t
		}
		return nil
	}
	if x.b2b(typ, companyScopes) != nil {
		return nil
	}
	for _, c := range x.shop.companies {
		switch {
		case typ == "Company" && c.ID == id:
			return companyObj{c}
		case typ == "CompanyContactRole":
			for _, r := range rolesOf(c) {
				if r.id == id {
					return r
				}
			}
		}
		for _, l := range c.Locations {
			if typ == "CompanyLocation" && l.ID == id {
				return companyLocation{c, l}
			}
			for _, a := range []*data.Address{l.Billing, l.Shipping} {
				if typ == "CompanyAddress" && a != nil && a.ID == id {
					return companyAddress{c, a}
				}
			}
		}
		for _, k := range c.Contacts {
			if typ == "CompanyContact" && k.ID == id {
				return companyContact{c, k}
			}
		}
	}
	return nil
}

// places are the locations of all companies.
func (s *Shop) places() (out []companyLocation) {
	for _, c := range s.companies {
		for _, l := range c.Locations {
			out = append(out, companyLocation{c, l})
		}
	}
	return out
}

// Companies are those of the shop.
func (s *Shop) Companies() []*data.Company {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.companies)
}

// Company is the company with id, or nil.
func (s *Shop) Company(id int64) *data.Company {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.company(id)
}

func (s *Shop) company(id int64) *data.Company {
	for _, c := range s.companies {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// AddCompany adds a company and numbers what has no id.
func (s *Shop) AddCompany(c *data.Company) *data.Company {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == 0 {
		c.ID = s.next()
	}
	for i := range c.Locations {
		if c.Locations[i].ID == 0 {
			c.Locations[i].ID = s.next()
		}
	}
	for i := range c.Contacts {
		if c.Contacts[i].ID == 0 {
			c.Contacts[i].ID = s.next()
		}
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = s.srv.cfg.Now().UTC().Truncate(time.Second)
		c.UpdatedAt = c.CreatedAt
	}
	s.companies = append(slices.Clone(s.companies), c)
	return c
}

// UpdateCompany changes a copy of a company by f, as the merchant would, and stamps what
// has changed: a location has a stamp of its own, and does not touch its company's.
func (s *Shop) UpdateCompany(id int64, f func(*data.Company)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.company(id)
	if was == nil {
		return fmt.Errorf("shopify: no company %d in %s", id, s.info.Domain)
	}
	c := *was
	c.Locations, c.Contacts = slices.Clone(was.Locations), slices.Clone(was.Contacts)
	f(&c)
	s.saveCompany(was, &c, s.srv.cfg.Now())
	return nil
}

// saveCompany stores a changed copy of was. The caller holds the lock.
func (s *Shop) saveCompany(was, c *data.Company, now time.Time) {
	at := now.UTC().Truncate(time.Second)
	if was.Name != c.Name || was.ExternalID != c.ExternalID || was.Main != c.Main || !slices.Equal(was.Contacts, c.Contacts) {
		c.UpdatedAt = at
	}
	for i, l := range c.Locations {
		j := slices.IndexFunc(was.Locations, func(o data.CompanyLocation) bool { return o.ID == l.ID })
		if j < 0 || !samePlace(was.Locations[j], l) {
			c.Locations[i].UpdatedAt = at
			if l.CreatedAt.IsZero() {
				c.Locations[i].CreatedAt = c.CreatedAt
			}
		}
	}
	all := slices.Clone(s.companies)
	for i, o := range all {
		if o.ID == c.ID {
			all[i] = c
		}
	}
	s.companies = all
}

func samePlace(a, b data.CompanyLocation) bool {
	same := func(x, y *data.Address) bool { return x == y || x != nil && y != nil && *x == *y }
	if !same(a.Billing, b.Billing) || !same(a.Shipping, b.Shipping) {
		return false
	}
	a.Billing, a.Shipping, b.Billing, b.Shipping = nil, nil, nil, nil
	return a == b
}

// DeleteCompany removes a company.
func (s *Shop) DeleteCompany(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companies = slices.DeleteFunc(slices.Clone(s.companies), func(c *data.Company) bool { return c.ID == id })
}

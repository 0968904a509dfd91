package companyapi

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/companysync"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// rootPoints is the cost of one mutation of a document.
const (
	rootPoints     = 10
	writeOperation = "WriteCompanies"
	joinOperation  = "JoinContact"
	mainOperation  = "SetMainContact"
)

// codeTaken is the code of a refusal because somebody else has the external id or the
// e-mail address.
const codeTaken = "CONTACT_TAKEN"

// Taken implements companysync.Writer.
func (*Client) Taken(err error) bool { return fault.Of(err).Code == codeTaken }

// ByExternalID implements companysync.Source.
func (c *Client) ByExternalID(ctx context.Context, external []string) (map[string]string, error) {
	if len(external) == 0 {
		return map[string]string{}, nil
	}
	var terms []string
	for _, e := range external {
		terms = append(terms, "external_id:"+quoted(e))
	}
	r, err := gql.CompaniesByExternalID(ctx, c.core.Read("CompaniesByExternalID"), strings.Join(terms, " OR "))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, n := range r.Companies.Nodes {
		id := text(n.ExternalId)
		// A filter that matches more than asked for must not map a wrong company.
		if slices.ContainsFunc(external, func(e string) bool { return strings.EqualFold(e, id) }) {
			out[strings.ToUpper(id)] = wire.Tail(n.Id)
		}
	}
	return out, nil
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// Templates implements companysync.Source.
func (c *Client) Templates(ctx context.Context) (map[customers.Terms]string, error) {
	r, err := gql.PaymentTermsTemplates(ctx, c.core.Read("PaymentTermsTemplates"))
	if err != nil {
		return nil, err
	}
	out := map[customers.Terms]string{}
	for _, t := range r.PaymentTermsTemplates {
		out[customers.Terms{Type: t.PaymentTermsType, Name: t.Name}] = t.Id
	}
	return out, nil
}

// fields of companies that are written; nil is left out, and so stays as it is.
type (
	createInput struct {
		Company  companyInput   `json:"company"`
		Contact  *contactInput  `json:"companyContact,omitempty"`
		Location *locationInput `json:"companyLocation,omitempty"`
	}
	companyInput struct {
		Name       *string `json:"name,omitempty"`
		ExternalID string  `json:"externalId,omitempty"`
	}
	contactInput struct {
		Email string `json:"email"`
	}
	locationInput struct {
		Phone      *string       `json:"phone,omitempty"`
		Experience *experience   `json:"buyerExperienceConfiguration,omitempty"`
		Shipping   *addressInput `json:"shippingAddress,omitempty"`
		Same       *bool         `json:"billingSameAsShipping,omitempty"`
		TaxID      *string       `json:"taxRegistrationId,omitempty"`
	}
	experience struct {
		Template string `json:"paymentTermsTemplateId"`
	}
	// addressInput is an address whole: a blank empties a field.
	addressInput struct {
		FirstName   string  `json:"firstName"`
		LastName    string  `json:"lastName"`
		Address1    string  `json:"address1"`
		Address2    string  `json:"address2"`
		City        string  `json:"city"`
		Zip         string  `json:"zip"`
		ZoneCode    *string `json:"zoneCode"`
		CountryCode string  `json:"countryCode"`
	}
)

func addressOf(a *orders.Address) *addressInput {
	if a == nil {
		return nil
	}
	return &addressInput{
		FirstName: a.FirstName, LastName: a.LastName, Address1: a.Address1, Address2: a.Address2, City: a.City, Zip: a.Zip,
		ZoneCode: given(a.ProvinceCode), CountryCode: a.Country,
	}
}

func experienceOf(template *string) *experience {
	if template == nil {
		return nil
	}
	return &experience{*template}
}

// root is one mutation of a document.
type root struct {
	alias string
	vars  map[string]any    // by name
	types map[string]string // of vars
	text  string
}

// roots are the mutations that write one change, which is the i-th.
func roots(i int, c companysync.Change) (out []root) {
	add := func(kind, field, args string, types map[string]string, vars map[string]any, sel string) {
		r := root{alias: fmt.Sprintf("%s%d", kind, i), types: map[string]string{}, vars: map[string]any{}}
		for name, t := range types {
			full := fmt.Sprintf("%s%s%d", kind, name, i)
			r.types[full], r.vars[full] = t, vars[name]
			args = strings.ReplaceAll(args, "$"+name, "$"+full)
		}
		r.text = fmt.Sprintf("  %s: %s(%s) { %suserErrors { field message code } }\n", r.alias, field, args, sel)
		out = append(out, r)
	}
	if c.ID == "" {
		in := createInput{Company: companyInput{c.Name, c.ExternalID}, Location: &locationInput{Phone: c.Phone, Experience: experienceOf(c.Terms), Shipping: addressOf(c.Address), TaxID: c.TaxID}}
		if c.Address != nil {
			in.Location.Same = &c.Ships
		}
		if c.Contact != "" {
			in.Contact = &contactInput{c.Contact}
		}
		add("c", "companyCreate", "input: $in", map[string]string{"in": "CompanyCreateInput!"}, map[string]any{"in": in}, "company { id updatedAt } ")
		return out
	}
	place := wire.GID("CompanyLocation", c.LocationID)
	if c.Name != nil {
		add("n", "companyUpdate", "companyId: $id, input: $in", map[string]string{"id": "ID!", "in": "CompanyInput!"},
			map[string]any{"id": wire.GID("Company", c.ID), "in": companyInput{Name: c.Name}}, "")
	}
	if c.Phone != nil || c.Terms != nil {
		add("l", "companyLocationUpdate", "companyLocationId: $id, input: $in", map[string]string{"id": "ID!", "in": "CompanyLocationUpdateInput!"},
			map[string]any{"id": place, "in": locationInput{Phone: c.Phone, Experience: experienceOf(c.Terms)}}, "")
	}
	if c.TaxID != nil {
		add("t", "companyLocationTaxSettingsUpdate", "companyLocationId: $id, taxRegistrationId: $tax", map[string]string{"id": "ID!", "tax": "String"},
			map[string]any{"id": place, "tax": *c.TaxID}, "")
	}
	if c.Address != nil {
		kinds := []string{"BILLING"}
		if c.Ships {
			kinds = append(kinds, "SHIPPING")
		}
		add("a", "companyLocationAssignAddress", "locationId: $id, address: $to, addressTypes: $kinds",
			map[string]string{"id": "ID!", "to": "CompanyAddressInput!", "kinds": "[CompanyAddressType!]!"},
			map[string]any{"id": place, "to": addressOf(c.Address), "kinds": kinds}, "")
	}
	return out
}

// writeDocument writes companies in one request.
func writeDocument(cs []companysync.Change) (text string, vars map[string]any, points float64) {
	var head []string
	var body strings.Builder
	vars = map[string]any{}
	for i, c := range cs {
		for _, r := range roots(i, c) {
			for name, t := range r.types {
				head = append(head, "$"+name+": "+t)
				vars[name] = r.vars[name]
			}
			body.WriteString(r.text)
			points += rootPoints
		}
	}
	slices.Sort(head)
	return "mutation " + writeOperation + "(" + strings.Join(head, ", ") + ") {\n" + body.String() + "}\n", vars, points
}

// Write implements companysync.Writer. A request that is refused as a whole for its
// content has written nothing: it is sent again in halves, so that the others go on.
func (c *Client) Write(ctx context.Context, cs []companysync.Change) ([]outbound.Created[companysync.Written], error) {
	out, err := c.write(ctx, cs)
	if k := fault.KindOf(err); err == nil || k != fault.Rejected && k != fault.Bug {
		return out, err
	}
	if len(cs) == 1 {
		return []outbound.Created[companysync.Written]{{Err: err}}, nil
	}
	out = nil
	for _, half := range [][]companysync.Change{cs[:len(cs)/2], cs[len(cs)/2:]} {
		got, err := c.Write(ctx, half)
		if err != nil && out == nil {
			return nil, err
		}
		for i := range half {
			if err != nil {
				out = append(out, outbound.Created[companysync.Written]{Err: err})
				continue
			}
			out = append(out, got[i])
		}
	}
	return out, nil
}

// answer is what a root answers.
type answer struct {
	Company *struct {
		ID        string    `json:"id"`
		UpdatedAt time.Time `json:"updatedAt"`
	} `json:"company"`
	CompanyContact *struct {
		ID string `json:"id"`
	} `json:"companyContact"`
	UserErrors []userError `json:"userErrors"`
}

type userError struct {
	Field   []string `json:"field"`
	Message string   `json:"message"`
	Code    string   `json:"code"`
}

func (e userError) taken() bool {
	return e.Code == "TAKEN" || strings.Contains(e.Message, "already been taken")
}

func (c *Client) write(ctx context.Context, cs []companysync.Change) ([]outbound.Created[companysync.Written], error) {
	text, vars, points := writeDocument(cs)
	var result map[string]*answer
	x := c.core.Do(shopify.Call{Op: writeOperation, Write: true, PerRoot: true})
	if err := c.core.Send(ctx, x, &graphql.Request{OpName: writeOperation, Query: text, Variables: vars}, points, &result); err != nil {
		return nil, err
	}
	out := make([]outbound.Created[companysync.Written], len(cs))
	for i, w := range cs {
		out[i].Entity.ID = w.ID
		for _, r := range roots(i, w) {
			a, err := judge(x, writeOperation, r.alias, result[r.alias])
			if err != nil {
				out[i].Err = err
			}
			if a != nil && a.Company != nil {
				out[i].Entity = companysync.Written{ID: wire.Tail(a.Company.ID), UpdatedAt: a.Company.UpdatedAt.UTC()}
			}
		}
		if out[i].Err == nil && out[i].Entity.ID == "" {
			out[i].Err = x.Incomplete("the company is missing from the answer")
		}
	}
	return out, nil
}

// judge is what a root answers, or its error.
func judge(x *shopify.Exchange, op, alias string, a *answer) (*answer, error) {
	var f *fault.Error
	switch {
	case x.Root(alias) != nil:
		f = x.Root(alias)
	case a == nil:
		f = x.Incomplete("no answer for it")
	case len(a.UserErrors) > 0:
		var errs []gql.UserError
		for _, e := range a.UserErrors {
			errs = append(errs, gql.UserError{Field: e.Field, Message: e.Message})
		}
		f = shopify.Refused("the company", errs)
		if slices.ContainsFunc(a.UserErrors, userError.taken) {
			f.Code = codeTaken
		}
	default:
		return a, nil
	}
	if f.Op == "" {
		f.Op = "shopify." + op
	}
	return a, f
}

const joinDocument = "mutation " + joinOperation + `($company: ID!, $customer: ID!) {
  companyAssignCustomerAsContact(companyId: $company, customerId: $customer) { companyContact { id } userErrors { field message code } }
}
`

const mainDocument = "mutation " + mainOperation + `($company: ID!, $contact: ID!, $role: ID!, $location: ID!) {
  main: companyAssignMainContact(companyId: $company, companyContactId: $contact) { userErrors { field message code } }
  role: companyContactAssignRole(companyContactId: $contact, companyContactRoleId: $role, companyLocationId: $location) { userErrors { field message code } }
}
`

// Join implements companysync.Writer: a second time it finds the contact that there is.
func (c *Client) Join(ctx context.Context, company, location, customer string) error {
	id := wire.GID("Company", company)
	r, err := gql.CompanyContacts(ctx, c.core.Read("CompanyContacts"), id)
	if err != nil {
		return err
	}
	if r.Company == nil || r.Company.DefaultRole == nil {
		return wire.Missing("CompanyContacts", "the company, or its role for contacts")
	}
	contact := ""
	for _, n := range r.Company.Contacts.Nodes {
		if wire.Tail(n.Customer.Id) == customer {
			contact = n.Id
		}
	}
	if contact == "" {
		var result map[string]*answer
		if err := c.mutate(ctx, joinOperation, joinDocument, rootPoints, map[string]any{"company": id, "customer": wire.GID("Customer", customer)}, &result); err != nil {
			return err
		}
		for _, a := range result {
			if a != nil && a.CompanyContact != nil {
				contact = a.CompanyContact.ID
			}
		}
	}
	var result map[string]*answer
	return c.mutate(ctx, mainOperation, mainDocument, 2*rootPoints, map[string]any{
		"company": id, "contact": contact, "role": r.Company.DefaultRole.Id, "location": wire.GID("CompanyLocation", location),
	}, &result)
}

// hasRole reports whether all that a refusal says is that the contact has a role there.
func hasRole(a *answer) bool {
	return a != nil && len(a.UserErrors) > 0 && !slices.ContainsFunc(a.UserErrors, func(e userError) bool { return e.Code != "LIMIT_REACHED" })
}

// mutate sends a document, all of whose roots must have no errors.
func (c *Client) mutate(ctx context.Context, op, text string, points float64, vars map[string]any, result *map[string]*answer) error {
	x := c.core.Do(shopify.Call{Op: op, Write: true, PerRoot: true})
	var raw map[string]json.RawMessage
	if err := c.core.Send(ctx, x, &graphql.Request{OpName: op, Query: text, Variables: vars}, points, &raw); err != nil {
		return err
	}
	*result = map[string]*answer{}
	for alias, js := range raw {
		var a *answer
		if err := json.Unmarshal(js, &a); err != nil {
			return x.Unexpected(err)
		}
		if _, err := judge(x, op, alias, a); err != nil && (alias != "role" || !hasRole(a)) {
			return err
		}
		(*result)[alias] = a
	}
	return nil
}

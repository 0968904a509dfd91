package shopify

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"backroom/infra/sim/shopify/data"
)

const customerScope = "write_customers"

func (x *execution) customerMutation(name string, args map[string]any) any {
	switch name {
	case "customerCreate":
		return x.customerCreate(asMap(args["input"]))
	case "customerUpdate":
		return x.customerUpdate(asMap(args["input"]))
	case "customerSet":
		return x.customerSet(asMap(args["input"]), asMap(args["identifier"]))
	case "customerDelete":
		return x.customerDelete(asMap(args["input"]))
	case "customerAddressCreate", "customerAddressUpdate":
		return x.customerAddress(name, args)
	case "metafieldsSet":
		return x.metafieldsSet(asList(args["metafields"]))
	}
	return unresolved("Mutation", name)
}

// customerOf finds a customer for a mutation.
func (x *execution) customerOf(id any) *data.Customer {
	typ, n := splitGID(id)
	if typ != "Customer" {
		return nil
	}
	return x.shop.byNumber[n]
}

func (x *execution) customerByIdentifier(id map[string]any) any {
	if len(id) != 1 {
		return fail(codeOneOf, "'CustomerIdentifierInput' requires exactly one argument, but %d were provided.", len(id))
	}
	if id["id"] != nil {
		return nilable(x.node(id["id"]))
	}
	if c := x.shop.who(plainEmail(asString(id["emailAddress"])), asString(id["phoneNumber"])); c != nil {
		return customerObj{c}
	}
	return nil
}

// who is the customer with an e-mail address or a phone number, each "" for none.
func (s *Shop) who(email, number string) *data.Customer {
	for _, c := range s.customers {
		if email != "" && c.Email == email || number != "" && c.Phone == number {
			return c
		}
	}
	return nil
}

func (x *execution) customerCreate(in map[string]any) any {
	const typ = "CustomerCreatePayload"
	if in["id"] != nil {
		return refused(typ, userError{path: []string{"id"}, message: "Cannot specify ID on creation"})
	}
	c, errs := x.written(&data.Customer{}, in, nil)
	if len(errs) > 0 {
		return refused(typ, errs...)
	}
	return payload{typ: typ, fields: map[string]any{"customer": customerObj{x.newCustomer(c)}}}
}

func (x *execution) newCustomer(c *data.Customer) *data.Customer {
	c.ID = x.shop.next()
	c.CreatedAt = x.now.UTC()
	x.shop.saveCustomer(c, x.now)
	return c
}

func (x *execution) customerUpdate(in map[string]any) any {
	const typ = "CustomerUpdatePayload"
	cur := x.customerOf(in["id"])
	if cur == nil {
		return refused(typ, userError{path: []string{"id"}, message: "Customer does not exist"})
	}
	c, errs := x.written(cur, in, nil)
	if len(errs) > 0 {
		return refused(typ, errs...)
	}
	x.shop.saveCustomer(c, x.now)
	return payload{typ: typ, fields: map[string]any{"customer": customerObj{c}}}
}

func (x *execution) customerSet(in, by map[string]any) any {
	const typ, errorType = "CustomerSetPayload", "CustomerSetUserError"
	cur := &data.Customer{}
	var wrong userError
	switch {
	case by == nil:
	case by["id"] != nil:
		if cur = x.customerOf(by["id"]); cur == nil {
			wrong = userError{path: []string{"input"}, message: "Resource matching the identifier was not found.", code: "NOT_FOUND"}
		}
	case plainEmail(asString(by["email"])) != plainEmail(asString(in["email"])) || asString(by["phone"]) != asString(in["phone"]) && by["phone"] != nil:
		wrong = userError{path: []string{"input"}, message: "The identifier value does not match the value of the corresponding field in the input.", code: "INPUT_MISMATCH"}
	default:
		if c := x.shop.who(plainEmail(asString(by["email"])), asString(by["phone"])); c != nil {
			cur = c
		}
	}
	if wrong.message != "" {
		wrong.typ = errorType
		return refused(typ, wrong)
	}
	c, errs := x.written(cur, in, []string{"input"})
	if len(errs) > 0 {
		for i := range errs {
			errs[i].typ = errorType
		}
		return refused(typ, errs...)
	}
	if c.ID == 0 {
		c = x.newCustomer(c)
	} else {
		x.shop.saveCustomer(c, x.now)
	}
	return payload{typ: typ, fields: map[string]any{"customer": customerObj{c}}}
}

func (x *execution) customerDelete(in map[string]any) any {
	const typ = "CustomerDeletePayload"
	c := x.customerOf(in["id"])
	switch {
	case c == nil:
		return refused(typ, userError{path: []string{"id"}, message: "Customer can't be found"})
	case slices.ContainsFunc(x.shop.database(), func(o *data.Order) bool { return o.Customer == c.ID }):
		return refused(typ, userError{path: []string{"id"}, message: "Customer can\u2019t be deleted because they have associated orders"})
	}
	x.shop.dropCustomer(c.ID)
	return payload{typ: typ, fields: map[string]any{"deletedCustomerId": gid("Customer", c.ID)}}
}

// plainEmail is an address as it is stored: lower case, without blanks (21.10).
func plainEmail(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

var emailDomain = regexp.MustCompile(`^[^@]+@[^@.]+(\.[^@.]+)+$`)

// written is a copy of cur with the fields of in, and what is wrong with them. Paths
// begin with at.
func (x *execution) written(cur *data.Customer, in map[string]any, at []string) (*data.Customer, []userError) {
	c := copyOf(cur)
	var errs []userError
	wrong := func(field, format string, args ...any) {
		errs = append(errs, userError{path: append(slices.Clone(at), field), message: fmt.Sprintf(format, args...)})
	}
	for _, k := range sortedKeys(in) {
		v := in[k]
		switch k {
		case "email":
			c.Email = plainEmail(asString(v))
			x.checkEmailOf(c, wrong)
		case "phone":
			x.writePhone(c, asString(v), wrong)
		case "firstName", "lastName":
			name := map[string]*string{"firstName": &c.FirstName, "lastName": &c.LastName}[k]
			if *name = strings.TrimSpace(asString(v)); utf8.RuneCountInString(*name) > maxContact {
				wrong(k, "%s is too long (maximum is %d characters)", map[string]string{"firstName": "First name", "lastName": "Last name"}[k], maxContact)
			}
		case "note":
			c.Note = asString(v)
		case "locale":
			c.Locale = asString(v)
		case "tags":
			c.Tags = normalTags(nil, asList(v))
		case "taxExempt":
			exempt, ok := v.(bool)
			if c.TaxExempt = exempt; !ok {
				wrong(k, "Tax exempt must be true or false")
			}
		case "addresses":
			x.writeAddresses(c, asList(v), wrong)
		case "metafields":
			for _, m := range asList(v) {
				if why := x.setMetafield(&c.Metafields, asMap(m)); why.message != "" {
					wrong(k, "%s", why.message)
				}
			}
		}
	}
	if len(errs) == 0 && c.FirstName+c.LastName+c.Email+c.Phone == "" {
		errs = append(errs, userError{path: at, message: "A name, phone number, or email address must be present"})
	}
	return c, errs
}

func (x *execution) checkEmailOf(c *data.Customer, wrong func(field, format string, args ...any)) {
	if c.Email == "" {
		return
	}
	if utf8.RuneCountInString(c.Email) > maxContact {
		wrong("email", "Email is too long (maximum is %d characters)", maxContact)
	}
	if a, err := mail.ParseAddress(c.Email); err != nil || a.Address != c.Email || !emailDomain.MatchString(c.Email) || utf8.RuneCountInString(c.Email) > maxContact {
		wrong("email", "Email is invalid")
		return
	}
	if o := x.shop.who(c.Email, ""); o != nil && o.ID != c.ID {
		wrong("email", "Email has already been taken")
	}
}

func (x *execution) writePhone(c *data.Customer, text string, wrong func(field, format string, args ...any)) {
	n, errs := normalPhone(text)
	for _, e := range errs {
		wrong("phone", "%s", e.message)
	}
	if o := x.shop.who("", n); len(errs) == 0 && o != nil && o.ID != c.ID {
		wrong("phone", "Phone has already been taken")
	}
	c.Phone = n
}

// writeAddresses replaces all addresses; the same one twice is one. The first is the
// default one.
func (x *execution) writeAddresses(c *data.Customer, list []any, wrong func(field, format string, args ...any)) {
	c.Addresses, c.Default = nil, 0
	for _, v := range list {
		a := updated(&data.Address{FirstName: c.FirstName, LastName: c.LastName}, asMap(v), x.shop.next)
		for _, e := range checkCustomerAddress(a) {
			wrong("addresses", "%s", e.message)
		}
		if !slices.ContainsFunc(c.Addresses, func(o data.Address) bool { return equalAddress(o, *a) }) {
			a.ID = x.shop.next()
			c.Addresses = append(c.Addresses, *a)
		}
	}
}

func equalAddress(a, b data.Address) bool {
	a.ID = b.ID
	return a == b
}

func checkCustomerAddress(a *data.Address) (errs []userError) {
	if a.Country != "" && countryNames[a.Country] == "" {
		return []userError{{path: []string{"address", "country"}, message: "Country is invalid"}}
	}
	if a.ProvinceCode != "" && !strings.Contains(" "+provinces[a.Country]+" ", " "+a.ProvinceCode+" ") {
		errs = append(errs, userError{path: []string{"address", "province"}, message: "Province is invalid"})
	}
	return errs
}

// customerAddress is an address of a customer. Its id says so in the query part.
type customerAddress struct {
	addressObj

	c *data.Customer
	i int
}

func (o customerAddress) field(x *execution, name string, args map[string]any) any {
	if name == "id" {
		return gid("MailingAddress", addressID(o.c, o.i)) + "?model_name=CustomerAddress"
	}
	return o.addressObj.field(x, name, args)
}

// addressID is the id of the i-th address: its own, else one that follows from the
// customer's.
func addressID(c *data.Customer, i int) int64 {
	if id := c.Addresses[i].ID; id != 0 {
		return id
	}
	return c.ID*1000 + int64(i)
}

func (x *execution) customerAddress(name string, args map[string]any) any {
	typ := strings.ToUpper(name[:1]) + name[1:] + "Payload"
	cur := x.customerOf(args["customerId"])
	if cur == nil {
		return refused(typ, userError{path: []string{"customerId"}, message: "Customer does not exist"})
	}
	c, i := copyOf(cur), len(cur.Addresses)
	n := data.Address{FirstName: c.FirstName, LastName: c.LastName}
	if name == "customerAddressUpdate" {
		_, id := splitGID(args["addressId"])
		if i = slices.IndexFunc(indexes(c.Addresses), func(i int) bool { return addressID(c, i) == id }); i < 0 {
			if x.shop.ownsAddress(id) {
				return refused(typ, userError{path: []string{"addressId"}, message: "Address does not exist"})
			}
			return fail(codeNotFound, "invalid id")
		}
		n = c.Addresses[i]
	}
	a := *updated(&n, asMap(args["address"]), x.shop.next)
	if errs := checkCustomerAddress(&a); len(errs) > 0 {
		return refused(typ, errs...)
	}
	if slices.ContainsFunc(slices.DeleteFunc(indexes(c.Addresses), func(j int) bool { return j == i }), func(j int) bool { return equalAddress(c.Addresses[j], a) }) {
		return refused(typ, userError{path: []string{"address"}, message: "Address already exists"})
	}
	if i == len(c.Addresses) {
		a.ID = x.shop.next()
		c.Addresses = append(c.Addresses, a)
	} else {
		a.ID = addressID(c, i)
		c.Addresses[i] = a
	}
	if args["setAsDefault"] == true {
		c.Default = i
	}
	x.shop.saveCustomer(c, x.now)
	return payload{typ: typ, fields: map[string]any{"address": customerAddress{addressObj{&c.Addresses[i]}, c, i}}}
}

// ownsAddress reports whether any customer has the address.
func (s *Shop) ownsAddress(id int64) bool {
	return slices.ContainsFunc(s.customers, func(c *data.Customer) bool {
		return slices.ContainsFunc(indexes(c.Addresses), func(i int) bool { return addressID(c, i) == id })
	})
}

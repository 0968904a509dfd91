package customerapi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/customersync"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// setPoints is the cost of one customer that is written, addressPoints that of one
// address, and metaPoints that of 25 custom fields.
const (
	setPoints     = 10
	addressPoints = 10
	metaPoints    = 10

	writeOperation = "WriteCustomers"
	metaOperation  = "SetCustomerMetafields"
)

// codeTaken is the code of a refusal because somebody else has the e-mail address or the
// phone number.
const codeTaken = "CONTACT_TAKEN"

// Taken implements customersync.Writer.
func (*Client) Taken(err error) bool { return fault.Of(err).Code == codeTaken }

// fields of customers that are written; nil is left out, and so stays as it is.
type (
	setInput struct {
		Email     *string        `json:"email,omitempty"`
		Phone     *string        `json:"phone,omitempty"`
		FirstName *string        `json:"firstName,omitempty"`
		LastName  *string        `json:"lastName,omitempty"`
		TaxExempt *bool          `json:"taxExempt,omitempty"`
		Addresses []addressInput `json:"addresses,omitempty"`
	}
	// addressInput is an address whole: a blank empties a field.
	addressInput struct {
		FirstName    string  `json:"firstName"`
		LastName     string  `json:"lastName"`
		Company      string  `json:"company"`
		Address1     string  `json:"address1"`
		Address2     string  `json:"address2"`
		City         string  `json:"city"`
		Zip          string  `json:"zip"`
		ProvinceCode *string `json:"provinceCode"`
		CountryCode  *string `json:"countryCode"`
		Phone        *string `json:"phone,omitempty"`
	}
)

func addressOf(a *orders.Address) addressInput {
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return addressInput{
		FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Address1: a.Address1, Address2: a.Address2, City: a.City, Zip: a.Zip,
		ProvinceCode: given(a.ProvinceCode), CountryCode: given(a.Country), Phone: given(a.Phone),
	}
}

// parts are the roots that write one change: the customer, and its default address
// where others are to stay.
func parts(c customersync.Change) (customer, address bool) {
	address = c.Address != nil && c.AddressID != ""
	whole := c.Address != nil && c.AddressID == ""
	return c.ID == "" || c.FirstName != nil || c.LastName != nil || c.Email != nil || c.Phone != nil || c.TaxExempt != nil || whole, address
}

// writeDocument writes customers in one request: under the aliases and variables c0, c1
// and so on each customer, under a0, a1 and so on its address.
func writeDocument(cs []customersync.Change) (text string, points float64) {
	var vars, body strings.Builder
	for i, c := range cs {
		customer, address := parts(c)
		if customer {
			by := ""
			fmt.Fprintf(&vars, "$c%d: CustomerSetInput!, ", i)
			if c.ID != "" {
				by = fmt.Sprintf(", identifier: {id: $i%d}", i)
			}
			fmt.Fprintf(&body, "  c%d: customerSet(input: $c%d%s) { customer { id updatedAt } userErrors { field message code } }\n", i, i, by)
			points += setPoints
		}
		if c.ID != "" {
			fmt.Fprintf(&vars, "$i%d: ID!, ", i)
		}
		if address {
			fmt.Fprintf(&vars, "$k%d: ID!, $a%d: MailingAddressInput!, ", i, i)
			fmt.Fprintf(&body, "  a%d: customerAddressUpdate(customerId: $i%d, addressId: $k%d, address: $a%d) { userErrors { field message } }\n", i, i, i, i)
			points += addressPoints
		}
	}
	return "mutation " + writeOperation + "(" + strings.TrimSuffix(vars.String(), ", ") + ") {\n" + body.String() + "}\n", points
}

// Write implements customersync.Writer. A request that is refused as a whole for its
// content has written nothing: it is sent again in halves, so that the others go on.
func (c *Client) Write(ctx context.Context, cs []customersync.Change) ([]outbound.Created[customersync.Written], error) {
	const op = "shopify.WriteCustomers"
	if len(cs) > customersync.MaxWrites {
		return nil, &fault.Error{Op: op, Kind: fault.Bug, Err: fmt.Errorf("%d customers, at most %d", len(cs), customersync.MaxWrites)}
	}
	out, err := c.write(ctx, cs)
	if k := fault.KindOf(err); err == nil || k != fault.Rejected && k != fault.Bug {
		return out, err
	}
	if len(cs) == 1 {
		return []outbound.Created[customersync.Written]{{Err: err}}, nil
	}
	out = nil
	for _, half := range [][]customersync.Change{cs[:len(cs)/2], cs[len(cs)/2:]} {
		got, err := c.Write(ctx, half)
		if err != nil && out == nil {
			return nil, err
		}
		for i := range half {
			if err != nil {
				out = append(out, outbound.Created[customersync.Written]{Err: err})
				continue
			}
			out = append(out, got[i])
		}
	}
	return out, nil
}

// answer is what a root answers.
type answer struct {
	Customer *struct {
		ID        string    `json:"id"`
		UpdatedAt time.Time `json:"updatedAt"`
	} `json:"customer"`
	UserErrors []userError `json:"userErrors"`
}

// userError is one of either kind of mutation; that of an address has no code.
type userError struct {
	Field   []string `json:"field"`
	Message string   `json:"message"`
	Code    string   `json:"code"`
}

// taken reports whether e says that somebody else has the e-mail address or the phone
// number. Shopify was seen to say so without a code.
func (e userError) taken() bool {
	n := len(e.Field)
	return n > 0 && (e.Field[n-1] == "email" || e.Field[n-1] == "phone") && (e.Code == "TAKEN" || strings.Contains(e.Message, "already been taken"))
}

func (c *Client) write(ctx context.Context, cs []customersync.Change) ([]outbound.Created[customersync.Written], error) {
	vars := map[string]any{}
	for i, w := range cs {
		customer, address := parts(w)
		if w.ID != "" {
			vars[fmt.Sprintf("i%d", i)] = wire.GID("Customer", w.ID)
		}
		if customer {
			in := setInput{Email: w.Email, Phone: w.Phone, FirstName: w.FirstName, LastName: w.LastName, TaxExempt: w.TaxExempt}
			if w.Address != nil && !address {
				in.Addresses = []addressInput{addressOf(w.Address)}
			}
			vars[fmt.Sprintf("c%d", i)] = in
		}
		if address {
			vars[fmt.Sprintf("k%d", i)], vars[fmt.Sprintf("a%d", i)] = w.AddressID, addressOf(w.Address)
		}
	}
	text, points := writeDocument(cs)
	var result map[string]*answer
	x := c.core.Do(shopify.Call{Op: writeOperation, Write: true, PerRoot: true})
	if err := c.core.Send(ctx, x, &graphql.Request{OpName: writeOperation, Query: text, Variables: vars}, points, &result); err != nil {
		return nil, err
	}
	out := make([]outbound.Created[customersync.Written], len(cs))
	for i, w := range cs {
		out[i] = outbound.Created[customersync.Written]{Entity: customersync.Written{ID: w.ID}}
		customer, address := parts(w)
		for alias, sent := range map[string]bool{fmt.Sprintf("c%d", i): customer, fmt.Sprintf("a%d", i): address} {
			if !sent {
				continue
			}
			a, err := judge(x, alias, result[alias])
			if err != nil {
				out[i].Err = err
			}
			if a != nil && a.Customer != nil {
				out[i].Entity = customersync.Written{ID: wire.Tail(a.Customer.ID), UpdatedAt: a.Customer.UpdatedAt.UTC()}
			}
		}
		if out[i].Err == nil && out[i].Entity.ID == "" {
			out[i].Err = x.Incomplete("the customer is missing from the answer")
		}
	}
	return out, nil
}

// judge is what a root answers, or its error.
func judge(x *shopify.Exchange, alias string, a *answer) (*answer, error) {
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
		f = shopify.Refused("the customer", errs)
		if slices.ContainsFunc(a.UserErrors, userError.taken) {
			f.Code = codeTaken
		}
	default:
		return a, nil
	}
	if f.Op == "" {
		f.Op = "shopify.WriteCustomers"
	}
	return a, f
}

// metaDocument sets custom fields; all of a call are set, or none.
const metaDocument = "mutation " + metaOperation + "($m: [MetafieldsSetInput!]!) {\n  metafieldsSet(metafields: $m) { userErrors { field message } }\n}\n"

// SetMetafields implements customersync.Writer. Shopify sets all of a call or none: of
// one that is refused each owner's are sent again alone.
func (c *Client) SetMetafields(ctx context.Context, ms []customersync.Metafield) ([]error, error) {
	errs := make([]error, len(ms))
	err := c.setMetafields(ctx, ms)
	switch k := fault.KindOf(err); {
	case err == nil:
		return errs, nil
	case k != fault.Rejected && k != fault.Bug:
		return nil, err
	}
	for from := 0; from < len(ms); {
		to := from + 1
		for to < len(ms) && ms[to].Owner == ms[from].Owner {
			to++
		}
		one := err
		if to-from < len(ms) {
			if one = c.setMetafields(ctx, ms[from:to]); one != nil && fault.KindOf(one) != fault.Rejected && fault.KindOf(one) != fault.Bug {
				return nil, one
			}
		}
		for i := from; i < to; i++ {
			errs[i] = one
		}
		from = to
	}
	return errs, nil
}

func (c *Client) setMetafields(ctx context.Context, ms []customersync.Metafield) error {
	type input struct {
		OwnerID   string `json:"ownerId"`
		Namespace string `json:"namespace"`
		Key       string `json:"key"`
		Type      string `json:"type"`
		Value     string `json:"value"`
	}
	in := make([]input, len(ms))
	for i, m := range ms {
		in[i] = input{wire.GID("Customer", m.Owner), m.Namespace, m.Key, m.Type, m.Value}
	}
	var result struct {
		MetafieldsSet *struct {
			UserErrors []gql.UserError `json:"userErrors"`
		} `json:"metafieldsSet"`
	}
	x := c.core.Do(shopify.Call{Op: metaOperation, Write: true})
	req := &graphql.Request{OpName: metaOperation, Query: metaDocument, Variables: map[string]any{"m": in}}
	if err := c.core.Send(ctx, x, req, metaPoints, &result); err != nil {
		return err
	}
	switch p := result.MetafieldsSet; {
	case p == nil:
		return x.Incomplete("metafieldsSet")
	case len(p.UserErrors) > 0:
		f := shopify.Refused("the custom fields", p.UserErrors)
		f.Op = "shopify." + metaOperation
		return f
	}
	return nil
}

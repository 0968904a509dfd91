// Package customerapi reads and writes the customers of a Business Central company,
// as package customers asks for them.
package customerapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/outbound"
)

// Customers are the customers of a company. Safe for concurrent use.
type Customers struct {
	bc    *businesscentral.Client
	sizes businesscentral.Sizes
	// noLower is set once BC has refused tolower() in a filter.
	noLower atomic.Bool
}

var (
	_ customers.Target = (*Customers)(nil)
	_ customers.Tables = (*Customers)(nil)
)

// New makes the customers of c's company.
func New(c *businesscentral.Client) *Customers { return &Customers{bc: c} }

// CustomersPerBatch is how many customers a call of CreateCustomers should hold now.
func (c *Customers) CustomersPerBatch() int { return c.sizes.Size() }

// CreateCustomers implements customers.Creator.
func (c *Customers) CreateCustomers(ctx context.Context, cs []customers.Customer) ([]outbound.Created[customers.Customer], error) {
	const op = "businesscentral.CreateCustomers"
	ops := make([]businesscentral.Operation, len(cs))
	for i, cust := range cs {
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: c.bc.Path("customers"), Body: creating(cust)}
	}
	answers, err := c.bc.Write(ctx, op, &c.sizes, ops)
	if err != nil {
		return nil, err
	}
	return businesscentral.Created(op, answers, func(cust customer) string { return cust.ID },
		func(cust customer) (customers.Customer, error) { return noun(cust), nil }), nil
}

// noun is cust without its wire form.
func noun(cust customer) customers.Customer { return customers.Customer(cust) }

func (c *Customers) find(ctx context.Context, op, field string, values []string) ([]customers.Customer, error) {
	return businesscentral.Find(ctx, c.bc, op, "customers", field, values, noun)
}

// CustomersByNumber implements customers.Finder.
func (c *Customers) CustomersByNumber(ctx context.Context, numbers []string) ([]customers.Customer, error) {
	return c.find(ctx, "businesscentral.CustomersByNumber", "number", businesscentral.Distinct(numbers, bcapi.Code))
}

// CustomersByEmail implements customers.Finder: addresses are equal ignoring case.
// BC compares text as it is stored, so the filter lowers the field; a version that
// refuses this is asked for the given and the lower-case spelling.
func (c *Customers) CustomersByEmail(ctx context.Context, emails []string) ([]customers.Customer, error) {
	const op = "businesscentral.CustomersByEmail"
	wanted := businesscentral.Distinct(emails, func(s string) string { return strings.ToLower(strings.TrimSpace(s)) })
	var found []customers.Customer
	var err error
	if !c.noLower.Load() {
		found, err = c.find(ctx, op, "tolower(email)", wanted)
		if strings.HasPrefix(fault.Of(err).Code, "BadRequest") {
			c.noLower.Store(true) // the filter is not understood
		}
	}
	if c.noLower.Load() {
		found, err = c.find(ctx, op, "email", businesscentral.Distinct(slices.Concat(emails, wanted), strings.TrimSpace))
	}
	if err != nil {
		return nil, err
	}
	// A filter that matches more than asked for must not map a wrong customer.
	return slices.DeleteFunc(found, func(cust customers.Customer) bool {
		return !slices.Contains(wanted, strings.ToLower(strings.TrimSpace(cust.Email)))
	}), nil
}

// Customers implements customers.Roll.
func (c *Customers) Customers(ctx context.Context, f func(customers.Customer) error) error {
	return businesscentral.Each(ctx, c.bc, "businesscentral.Customers", c.bc.Path("customers", "$select", businesscentral.Fields[customer]()),
		func(cust customer) error { return f(noun(cust)) })
}

// CustomersChanged are those that have changed since from, by BC's clock, in the order
// of these times, at most limit.
func (c *Customers) CustomersChanged(ctx context.Context, from time.Time, limit int) ([]customers.Customer, error) {
	return businesscentral.All(ctx, c.bc, "businesscentral.CustomersChanged", c.bc.Path("customers",
		"$filter", "lastModifiedDateTime ge "+from.UTC().Format("2006-01-02T15:04:05.000Z"), "$orderby", "lastModifiedDateTime",
		"$top", fmt.Sprint(limit), "$select", businesscentral.Fields[customer]()), noun)
}

// CustomersOfSeveralEmails implements customers.Finder: the addresses of one
// customer are separated by semicolons, or by commas.
func (c *Customers) CustomersOfSeveralEmails(ctx context.Context) ([]customers.Customer, error) {
	return businesscentral.All(ctx, c.bc, "businesscentral.CustomersOfSeveralEmails",
		c.bc.Path("customers", "$filter", "contains(email,';') or contains(email,',')", "$select", businesscentral.Fields[customer]()), noun)
}

// HomeCountry implements customers.Roll.
func (c *Customers) HomeCountry(ctx context.Context) (string, error) {
	countries, err := businesscentral.All(ctx, c.bc, "businesscentral.HomeCountry",
		c.bc.Path("companyInformation", "$select", businesscentral.Fields[companyInformation]()), func(i companyInformation) string { return i.Country })
	if err != nil || len(countries) == 0 {
		return "", err
	}
	return countries[0], nil
}

// Codes implements customers.Tables.
func (c *Customers) Codes(ctx context.Context, set bcapi.Set) ([]bcapi.Reference, error) {
	return businesscentral.All(ctx, c.bc, "businesscentral.Codes", c.bc.Path(string(set), "$select", businesscentral.Fields[reference]()),
		func(r reference) bcapi.Reference { return bcapi.Reference(r) })
}

// UpdateCustomer implements customers.Changer. change gets the customer as it is and
// answers what to send, or false to leave it; it may be called again when somebody
// else saved meanwhile. The number cannot be changed: that would rename the customer.
func (c *Customers) UpdateCustomer(ctx context.Context, id string, change func(customers.Customer) (customers.Change, bool)) (customers.Customer, error) {
	const op = "businesscentral.UpdateCustomer"
	if !businesscentral.IsGUID(id) {
		return customers.Customer{}, businesscentral.Bug(op, "customer id %q is not a guid", id)
	}
	now, err := businesscentral.Patch(ctx, c.bc, op, c.bc.Path("customers("+id+")"), func(was customer) (string, any, bool) {
		next, ok := change(noun(was))
		return was.Mark, customerChange(next), ok
	})
	return noun(now), err
}

package businesscentral

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/products"
)

// Target is the company, by what documents make of it.
func (c *Client) Target() documents.Target {
	return documents.Target{Documents: c, Customers: c, Items: c, Tables: c, Claims: c, Clock: c}
}

// CustomersPerBatch is how many customers a call of CreateCustomers should hold now.
func (c *Client) CustomersPerBatch() int { return c.customers.get().Size() }

// CreateCustomers implements documents.Target.
func (c *Client) CreateCustomers(ctx context.Context, cs []customers.Customer) ([]outbound.Created[customers.Customer], error) {
	const op = "businesscentral.CreateCustomers"
	ops := make([]operation, len(cs))
	for i, cust := range cs {
		ops[i] = operation{Method: http.MethodPost, URL: c.company + "customers", Body: creating(cust)}
	}
	answers, err := c.writeBatch(ctx, op, &c.customers, 1, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[customers.Customer], len(cs))
	for i, got := range created(op, answers, func(cust customer) string { return cust.ID }) {
		out[i] = outbound.Created[customers.Customer]{Entity: customers.Customer(got.Entity), Err: got.Err}
	}
	return out, nil
}

// CustomersByNumber implements documents.Target.
func (c *Client) CustomersByNumber(ctx context.Context, numbers []string) ([]customers.Customer, error) {
	return findCustomers(ctx, c, "businesscentral.CustomersByNumber", "customers", "number", distinct(numbers, bcapi.Code))
}

// CustomersByEmail implements documents.Target: addresses are equal ignoring
// case. BC compares text as it is stored, so the filter lowers the field; a
// version that refuses this is asked for the given and the lower-case spelling.
func (c *Client) CustomersByEmail(ctx context.Context, emails []string) ([]customers.Customer, error) {
	const op = "businesscentral.CustomersByEmail"
	wanted := distinct(emails, func(s string) string { return strings.ToLower(strings.TrimSpace(s)) })
	var found []customers.Customer
	var err error
	if !c.noLower.Load() {
		found, err = findCustomers(ctx, c, op, "customers", "tolower(email)", wanted)
		if e, ok := errors.AsType[*fault.Error](err); ok && strings.HasPrefix(e.Code, "BadRequest") {
			c.noLower.Store(true) // the filter is not understood
		}
	}
	if c.noLower.Load() {
		spellings := distinct(slices.Concat(emails, wanted), strings.TrimSpace)
		found, err = findCustomers(ctx, c, op, "customers", "email", spellings)
	}
	if err != nil {
		return nil, err
	}
	// A filter that matches more than asked for must not map a wrong customer.
	return slices.DeleteFunc(found, func(cust customers.Customer) bool {
		return !slices.Contains(wanted, strings.ToLower(strings.TrimSpace(cust.Email)))
	}), nil
}

// Customers implements documents.Target.
func (c *Client) Customers(ctx context.Context, f func(customers.Customer) error) error {
	return each(ctx, c, "businesscentral.Customers", c.whole("customers", fields[customer]()), func(cust customer) error { return f(customers.Customer(cust)) })
}

// CustomersOfSeveralEmails implements documents.Target: the addresses of one
// customer are separated by semicolons, or by commas.
func (c *Client) CustomersOfSeveralEmails(ctx context.Context) ([]customers.Customer, error) {
	filter := "contains(email,';') or contains(email,',')"
	rows, err := all[customer](ctx, c, "businesscentral.CustomersOfSeveralEmails",
		query(c.root+c.company+"customers", "$filter", filter, "$select", fields[customer]()))
	return as(rows, toCustomer), err
}

// HomeCountry implements documents.Target.
func (c *Client) HomeCountry(ctx context.Context) (string, error) {
	const op = "businesscentral.HomeCountry"
	rows, err := all[companyInformation](ctx, c, op, c.whole("companyInformation", fields[companyInformation]()))
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Country, nil
}

// UpdateCustomer implements documents.Target. change gets the customer as it is
// and answers what to send, or false to leave it; it may be called again when
// somebody else saved meanwhile. The number cannot be changed: that would rename the customer.
func (c *Client) UpdateCustomer(ctx context.Context, id string, change func(customers.Customer) (customers.Change, bool)) (customers.Customer, error) {
	const op = "businesscentral.UpdateCustomer"
	if !guid.MatchString(id) {
		return customers.Customer{}, ours(op, "customer id %q is not a guid", id)
	}
	now, err := patch(ctx, c, op, c.root+c.company+"customers("+id+")", func(was customer) (string, any, bool) {
		next, ok := change(customers.Customer(was))
		return was.Mark, customerChange(next), ok
	})
	return customers.Customer(now), err
}

// ItemsByNumber implements documents.Target.
func (c *Client) ItemsByNumber(ctx context.Context, numbers []string) ([]products.Item, error) {
	rows, err := find[item](ctx, c, "businesscentral.ItemsByNumber", "items", "number", distinct(numbers, bcapi.Code))
	return as(rows, func(r item) products.Item { return products.Item(r) }), err
}

// ItemsByGTIN implements documents.Target.
func (c *Client) ItemsByGTIN(ctx context.Context, gtins []string) ([]products.Item, error) {
	rows, err := find[item](ctx, c, "businesscentral.ItemsByGTIN", "items", "gtin", distinct(gtins, bcapi.Code))
	return as(rows, func(r item) products.Item { return products.Item(r) }), err
}

// VariantsByItem implements documents.Target.
func (c *Client) VariantsByItem(ctx context.Context, itemNumbers []string) ([]products.Variant, error) {
	rows, err := find[variant](ctx, c, "businesscentral.VariantsByItem", "itemVariants", "itemNumber", distinct(itemNumbers, bcapi.Code))
	return as(rows, func(r variant) products.Variant { return products.Variant(r) }), err
}

// VariantsByCode implements documents.Target.
func (c *Client) VariantsByCode(ctx context.Context, codes []string) ([]products.Variant, error) {
	rows, err := find[variant](ctx, c, "businesscentral.VariantsByCode", "itemVariants", "code", distinct(codes, bcapi.Code))
	return as(rows, func(r variant) products.Variant { return products.Variant(r) }), err
}

// Accounts implements documents.Tables.
func (c *Client) Accounts(ctx context.Context) ([]bcapi.Account, error) {
	rows, err := all[account](ctx, c, "businesscentral.Accounts", c.whole("accounts", fields[account]()))
	return as(rows, func(r account) bcapi.Account { return bcapi.Account(r) }), err
}

// References implements documents.Tables.
func (c *Client) References(ctx context.Context, set bcapi.Set) ([]bcapi.Reference, error) {
	const op = "businesscentral.References"
	rows, err := all[reference](ctx, c, op, c.whole(string(set), fields[reference]()))
	return as(rows, func(r reference) bcapi.Reference { return bcapi.Reference(r) }), err
}

// GeneralLedgerSetup implements documents.Target.
func (c *Client) GeneralLedgerSetup(ctx context.Context) (bcapi.LedgerSetup, error) {
	const op = "businesscentral.GeneralLedgerSetup"
	rows, err := all[ledgerSetup](ctx, c, op, c.whole("generalLedgerSetup", fields[ledgerSetup]()))
	if err != nil {
		return bcapi.LedgerSetup{}, err
	}
	if len(rows) != 1 {
		return bcapi.LedgerSetup{}, ours(op, "%d rows, want 1", len(rows))
	}
	return bcapi.LedgerSetup(rows[0]), nil
}

// whole is the address of a set that is read to its end.
func (c *Client) whole(set, sel string) string {
	return query(c.root+c.company+set, "$select", sel)
}

func toCustomer(c customer) customers.Customer { return customers.Customer(c) }

// findCustomers looks values of field up among the customers.
func findCustomers(ctx context.Context, c *Client, op, set, field string, values []string) ([]customers.Customer, error) {
	rows, err := find[customer](ctx, c, op, set, field, values)
	return as(rows, toCustomer), err
}

// as is what f makes of each row, nil for nil.
func as[W, N any](rows []W, f func(W) N) []N {
	if rows == nil {
		return nil
	}
	out := make([]N, len(rows))
	for i, r := range rows {
		out[i] = f(r)
	}
	return out
}

package businesscentral

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/outbound"
)

var _ documents.Target = (*Client)(nil)

// CustomersPerBatch is how many customers a call of CreateCustomers should hold now.
func (c *Client) CustomersPerBatch() int { return c.customers.get().Size() }

// CreateCustomers implements documents.Target.
func (c *Client) CreateCustomers(ctx context.Context, cs []entity.Customer) ([]outbound.Created[entity.Customer], error) {
	const op = "businesscentral.CreateCustomers"
	ops := make([]operation, len(cs))
	for i, cust := range cs {
		ops[i] = operation{Method: http.MethodPost, URL: c.company + "customers", Body: cust.Create()}
	}
	answers, err := c.writeBatch(ctx, op, &c.customers, 1, ops)
	if err != nil {
		return nil, err
	}
	return created(op, answers, func(cust entity.Customer) string { return cust.ID }), nil
}

// CustomersByNumber implements documents.Target.
func (c *Client) CustomersByNumber(ctx context.Context, numbers []string) ([]entity.Customer, error) {
	return find[entity.Customer](ctx, c, "businesscentral.CustomersByNumber", "customers", "number", distinct(numbers, entity.Code))
}

// CustomersByEmail implements documents.Target: addresses are equal ignoring
// case. BC compares text as it is stored, so the filter lowers the field; a
// version that refuses this is asked for the given and the lower-case spelling.
func (c *Client) CustomersByEmail(ctx context.Context, emails []string) ([]entity.Customer, error) {
	const op = "businesscentral.CustomersByEmail"
	wanted := distinct(emails, func(s string) string { return strings.ToLower(strings.TrimSpace(s)) })
	var found []entity.Customer
	var err error
	if !c.noLower.Load() {
		found, err = find[entity.Customer](ctx, c, op, "customers", "tolower(email)", wanted)
		if e, ok := errors.AsType[*fault.Error](err); ok && strings.HasPrefix(e.Code, "BadRequest") {
			c.noLower.Store(true) // the filter is not understood
		}
	}
	if c.noLower.Load() {
		spellings := distinct(slices.Concat(emails, wanted), strings.TrimSpace)
		found, err = find[entity.Customer](ctx, c, op, "customers", "email", spellings)
	}
	if err != nil {
		return nil, err
	}
	// A filter that matches more than asked for must not map a wrong customer.
	return slices.DeleteFunc(found, func(cust entity.Customer) bool {
		return !slices.Contains(wanted, strings.ToLower(strings.TrimSpace(cust.Email)))
	}), nil
}

// Customers implements documents.Target.
func (c *Client) Customers(ctx context.Context, f func(entity.Customer) error) error {
	return each(ctx, c, "businesscentral.Customers", c.whole("customers", fields[entity.Customer]()), f)
}

// CustomersOfSeveralEmails implements documents.Target: the addresses of one
// customer are separated by semicolons, or by commas.
func (c *Client) CustomersOfSeveralEmails(ctx context.Context) ([]entity.Customer, error) {
	filter := "contains(email,';') or contains(email,',')"
	return all[entity.Customer](ctx, c, "businesscentral.CustomersOfSeveralEmails",
		query(c.root+c.company+"customers", "$filter", filter, "$select", fields[entity.Customer]()))
}

// HomeCountry implements documents.Target.
func (c *Client) HomeCountry(ctx context.Context) (string, error) {
	const op = "businesscentral.HomeCountry"
	rows, err := all[entity.CompanyInformation](ctx, c, op, c.whole("companyInformation", fields[entity.CompanyInformation]()))
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Country, nil
}

// UpdateCustomer implements documents.Target. change gets the customer as it is
// and answers what to send, or false to leave it; it may be called again when
// somebody else saved meanwhile. The number cannot be changed: that would rename the customer.
func (c *Client) UpdateCustomer(ctx context.Context, id string, change func(entity.Customer) (entity.CustomerChange, bool)) (entity.Customer, error) {
	const op = "businesscentral.UpdateCustomer"
	if !guid.MatchString(id) {
		return entity.Customer{}, ours(op, "customer id %q is not a guid", id)
	}
	return patch(ctx, c, op, c.root+c.company+"customers("+id+")", func(was entity.Customer) (string, any, bool) {
		next, ok := change(was)
		return was.ETag, next, ok
	})
}

// ItemsByNumber implements documents.Target.
func (c *Client) ItemsByNumber(ctx context.Context, numbers []string) ([]entity.Item, error) {
	return find[entity.Item](ctx, c, "businesscentral.ItemsByNumber", "items", "number", distinct(numbers, entity.Code))
}

// ItemsByGTIN implements documents.Target.
func (c *Client) ItemsByGTIN(ctx context.Context, gtins []string) ([]entity.Item, error) {
	return find[entity.Item](ctx, c, "businesscentral.ItemsByGTIN", "items", "gtin", distinct(gtins, entity.Code))
}

// VariantsByItem implements documents.Target.
func (c *Client) VariantsByItem(ctx context.Context, itemNumbers []string) ([]entity.ItemVariant, error) {
	return find[entity.ItemVariant](ctx, c, "businesscentral.VariantsByItem", "itemVariants", "itemNumber", distinct(itemNumbers, entity.Code))
}

// VariantsByCode implements documents.Target.
func (c *Client) VariantsByCode(ctx context.Context, codes []string) ([]entity.ItemVariant, error) {
	return find[entity.ItemVariant](ctx, c, "businesscentral.VariantsByCode", "itemVariants", "code", distinct(codes, entity.Code))
}

// Accounts implements documents.Target.
func (c *Client) Accounts(ctx context.Context) ([]entity.Account, error) {
	return all[entity.Account](ctx, c, "businesscentral.Accounts", c.whole("accounts", fields[entity.Account]()))
}

// referenceSets are those that entity.Reference fits.
var referenceSets = []string{
	"countriesRegions", "currencies", "itemCategories", "locations", "paymentMethods",
	"paymentTerms", "shipmentMethods", "taxAreas", "taxGroups", "unitsOfMeasure",
}

// References implements documents.Target.
func (c *Client) References(ctx context.Context, set string) ([]entity.Reference, error) {
	const op = "businesscentral.References"
	if !slices.Contains(referenceSets, set) {
		return nil, ours(op, "set %q is none of %s", set, strings.Join(referenceSets, ", "))
	}
	return all[entity.Reference](ctx, c, op, c.whole(set, fields[entity.Reference]()))
}

// GeneralLedgerSetup implements documents.Target.
func (c *Client) GeneralLedgerSetup(ctx context.Context) (entity.GeneralLedgerSetup, error) {
	const op = "businesscentral.GeneralLedgerSetup"
	rows, err := all[entity.GeneralLedgerSetup](ctx, c, op, c.whole("generalLedgerSetup", fields[entity.GeneralLedgerSetup]()))
	if err != nil {
		return entity.GeneralLedgerSetup{}, err
	}
	if len(rows) != 1 {
		return entity.GeneralLedgerSetup{}, ours(op, "%d rows, want 1", len(rows))
	}
	return rows[0], nil
}

// whole is the address of a set that is read to its end.
func (c *Client) whole(set, sel string) string {
	return query(c.root+c.company+set, "$select", sel)
}

// Package companyapi reads what a connection and documents must know of a Business
// Central company beside its records: small tables, and the company itself.
package companyapi

import (
	"context"
	"errors"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/documents"
	"backroom/shared/fault"
)

// Company is a company and its small tables. Safe for concurrent use.
type Company struct{ bc *businesscentral.Client }

var _ documents.Tables = (*Company)(nil)

// New makes c's company.
func New(c *businesscentral.Client) *Company { return &Company{bc: c} }

// Accounts implements documents.Tables.
func (c *Company) Accounts(ctx context.Context) ([]bcapi.Account, error) {
	return whole(ctx, c, "businesscentral.Accounts", "accounts", func(a account) bcapi.Account { return bcapi.Account(a) })
}

// References implements documents.Tables.
func (c *Company) References(ctx context.Context, set bcapi.Set) ([]bcapi.Reference, error) {
	return whole(ctx, c, "businesscentral.References", string(set), func(r reference) bcapi.Reference { return bcapi.Reference(r) })
}

// LocalCurrency is the code of the company's own currency, ISO 4217 as a rule.
func (c *Company) LocalCurrency(ctx context.Context) (string, error) {
	const op = "businesscentral.LocalCurrency"
	rows, err := whole(ctx, c, op, "generalLedgerSetup", func(s ledgerSetup) string { return s.LocalCurrencyCode })
	if err != nil {
		return "", err
	}
	if len(rows) != 1 {
		return "", businesscentral.Bug(op, "%d rows, want 1", len(rows))
	}
	return rows[0], nil
}

// Tells reports whether the company's companion API has a set that the app may read.
func (c *Company) Tells(ctx context.Context, set string) (bool, error) {
	a := c.bc.Companion()
	var page businesscentral.Page[struct{}]
	err := a.Get(ctx, businesscentral.Request{Op: "businesscentral.Tells", Path: a.Path(set, "$top", "1"), Record: true}, &page)
	if errors.Is(err, businesscentral.ErrNotFound) || fault.KindOf(err) == fault.Blocked {
		return false, nil
	}
	return err == nil, err
}

// Companies lists the companies of the environment: it proves that credentials and
// environment are right, and needs no company id.
func (c *Company) Companies(ctx context.Context) ([]bcapi.Company, error) {
	return businesscentral.All(ctx, c.bc, "businesscentral.Companies", "companies?$select="+businesscentral.Fields[company](),
		func(r company) bcapi.Company { return bcapi.Company(r) })
}

// whole is what noun makes of each row of a set that is read to its end.
func whole[T, N any](ctx context.Context, c *Company, op, set string, noun func(T) N) ([]N, error) {
	return businesscentral.All(ctx, c.bc, op, c.bc.Path(set, "$select", businesscentral.Fields[T]()), noun)
}

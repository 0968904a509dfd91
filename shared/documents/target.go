// Package documents turns imported orders into Business Central sales
// documents, each exactly once.
package documents

import (
	"context"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/intent"
)

// Created is the outcome of one create of a batch.
type Created[T any] = intent.Created[T]

// LineFor is a line to append to an order.
type LineFor struct {
	OrderID string
	Line    entity.SalesOrderLine
}

// Target is the BC company that documents go to. The Business Central adapter
// implements it; errors carry a fault.Kind, whole-call errors included. After a whole-call error
// of kind Unknown every create of the call is unknown.
type Target interface {
	// CreateSalesOrders deep-inserts each order, at most 100, in one $batch
	// with continue-on-error. Answers are in the order of the arguments; an
	// operation the answer does not mention is Unknown. Lines come back expanded.
	CreateSalesOrders(ctx context.Context, orders []entity.SalesOrder) ([]Created[entity.SalesOrder], error)
	// FindDocuments finds sales orders, and drafts and posted invoices, by
	// external document number: at most 100 numbers, 25 a GET, all GETs in one $batch.
	FindDocuments(ctx context.Context, externalNumbers []string) ([]entity.SalesOrder, []entity.SalesInvoice, error)
	// AddLines appends one line to each of at most 50 orders, in one $batch, and
	// answers the orders with their new totals. A line whose sequence exists
	// already counts as added.
	AddLines(ctx context.Context, lines []LineFor) ([]Created[entity.SalesOrder], error)
	// DeleteSalesOrder deletes it while nothing is shipped; what is gone already is success.
	DeleteSalesOrder(ctx context.Context, id string) error

	// CreateCustomers like CreateSalesOrders.
	CreateCustomers(ctx context.Context, cs []entity.Customer) ([]Created[entity.Customer], error)
	// CustomersByNumber, …ByEmail (equal ignoring case), …ByPhone read customers; at most 100 values, 25 a GET.
	CustomersByNumber(ctx context.Context, numbers []string) ([]entity.Customer, error)
	CustomersByEmail(ctx context.Context, emails []string) ([]entity.Customer, error)
	// Customers pages through all customers (for mapping by phone and by bill-to address).
	Customers(ctx context.Context, each func(entity.Customer) error) error

	// Items, ItemVariants, Accounts and the reference tables are read whole,
	// in pages, and cached by the caller for a run.
	ItemsByNumber(ctx context.Context, numbers []string) ([]entity.Item, error)
	ItemsByGTIN(ctx context.Context, gtins []string) ([]entity.Item, error)
	VariantsByItem(ctx context.Context, itemNumbers []string) ([]entity.ItemVariant, error)
	VariantsByCode(ctx context.Context, codes []string) ([]entity.ItemVariant, error)
	Accounts(ctx context.Context) ([]entity.Account, error)
	References(ctx context.Context, set string) ([]entity.Reference, error)
	GeneralLedgerSetup(ctx context.Context) (entity.GeneralLedgerSetup, error)
}

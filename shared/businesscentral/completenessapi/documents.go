package completenessapi

import (
	"context"
	"slices"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/completeness"
)

// Documents are those of a company by their totals. Safe for concurrent use.
type Documents struct{ bc *businesscentral.Client }

var (
	_ completeness.Lists = (*Documents)(nil)
	_ completeness.Finds = (*Documents)(nil)
)

// New makes the documents of c's company.
func New(c *businesscentral.Client) *Documents { return &Documents{bc: c} }

// lines is the $expand of what is booked of an order's lines.
var lines = "salesOrderLines($select=" + businesscentral.Fields[orderLine]() + ")"

func between(field string, d completeness.Days) string {
	return field + " ge " + d.From + " and " + field + " le " + d.To
}

// Documents implements completeness.Lists.
func (c *Documents) Documents(ctx context.Context, d completeness.Days, f func(completeness.Document) error) error {
	path := c.bc.Path("salesOrders", "$filter", between("orderDate", d), "$select", businesscentral.Fields[order](), "$expand", lines)
	err := businesscentral.Each(ctx, c.bc, "businesscentral.ProvenOrders", path, func(o order) error { return f(o.document()) })
	if err != nil {
		return err
	}
	path = c.bc.Path("salesInvoices", "$filter", between("invoiceDate", d), "$select", businesscentral.Fields[invoice]())
	return businesscentral.Each(ctx, c.bc, "businesscentral.ProvenInvoices", path, func(i invoice) error { return f(i.document()) })
}

// Memos implements completeness.Lists.
func (c *Documents) Memos(ctx context.Context, d completeness.Days, f func(completeness.Document) error) error {
	path := c.bc.Path("salesCreditMemos", "$filter", between("creditMemoDate", d), "$select", businesscentral.Fields[memo]())
	return businesscentral.Each(ctx, c.bc, "businesscentral.ProvenMemos", path, func(m memo) error { return f(m.document()) })
}

// Shipments implements completeness.Lists.
func (c *Documents) Shipments(ctx context.Context, d completeness.Days, f func(completeness.Shipment) error) error {
	path := c.bc.Path("salesShipments", "$filter", between("postingDate", d), "$select", businesscentral.Fields[shipment]())
	return businesscentral.Each(ctx, c.bc, "businesscentral.ProvenShipments", path, func(s shipment) error { return f(s.head()) })
}

// DocumentsOf implements completeness.Finds.
func (c *Documents) DocumentsOf(ctx context.Context, externals []string) ([]completeness.Document, error) {
	values := businesscentral.Distinct(externals, bcapi.Code)
	os, err := find(ctx, c.bc, "salesOrders", "externalDocumentNumber", values, order.document, "$expand", lines)
	if err != nil {
		return nil, err
	}
	is, err := find(ctx, c.bc, "salesInvoices", "externalDocumentNumber", values, invoice.document)
	return slices.Concat(os, is), err
}

// DocumentsBy implements completeness.Finds.
func (c *Documents) DocumentsBy(ctx context.Context, numbers []string) ([]completeness.Document, error) {
	values := businesscentral.Distinct(numbers, bcapi.Code)
	os, err := find(ctx, c.bc, "salesOrders", "number", values, order.document, "$expand", lines)
	if err != nil {
		return nil, err
	}
	is, err := find(ctx, c.bc, "salesInvoices", "orderNumber", values, invoice.document)
	if err != nil {
		return nil, err
	}
	own, err := find(ctx, c.bc, "salesInvoices", "number", values, invoice.document)
	return slices.Concat(os, is, own), err
}

// MemosOf implements completeness.Finds.
func (c *Documents) MemosOf(ctx context.Context, externals []string) ([]completeness.Document, error) {
	return find(ctx, c.bc, "salesCreditMemos", "externalDocumentNumber", businesscentral.Distinct(externals, bcapi.Code), memo.document)
}

// ShipmentsOf implements completeness.Finds.
func (c *Documents) ShipmentsOf(ctx context.Context, externals []string) ([]completeness.Shipment, error) {
	return find(ctx, c.bc, "salesShipments", "externalDocumentNumber", businesscentral.Distinct(externals, bcapi.Code), shipment.head)
}

// Shipped implements completeness.Finds.
func (c *Documents) Shipped(ctx context.Context, numbers []string) (map[string]completeness.Goods, error) {
	rows, err := find(ctx, c.bc, "salesShipmentLines", "documentNo", businesscentral.Distinct(numbers, bcapi.Code), func(l shipmentLine) shipmentLine { return l })
	units := map[string]completeness.Goods{}
	for _, l := range rows {
		if l.LineType != "Item" {
			continue
		}
		if units[l.DocumentNo] == nil {
			units[l.DocumentNo] = completeness.Goods{}
		}
		code := bcapi.Code(l.Object)
		units[l.DocumentNo][code] = units[l.DocumentNo][code].Add(l.Quantity)
	}
	return units, err
}

// perFilter is how many values one filter joins.
const perFilter = 25

// find looks values of a field up in a set, in as few requests as possible.
func find[T, N any](ctx context.Context, c *businesscentral.Client, set, field string, values []string, noun func(T) N, more ...string) ([]N, error) {
	if len(values) == 0 {
		return nil, nil
	}
	op := "businesscentral.Proven." + set
	var ops []businesscentral.Operation
	for chunk := range slices.Chunk(values, perFilter) {
		options := append([]string{"$filter", businesscentral.AnyOf(field, chunk), "$select", businesscentral.Fields[T]()}, more...)
		ops = append(ops, businesscentral.Operation{Method: "GET", Path: c.Path(set, options...)})
	}
	answers, err := c.Read(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	return businesscentral.Collect(ctx, c, op, answers, noun)
}

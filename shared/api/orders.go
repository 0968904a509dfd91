package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/posting"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// maxName bounds an order's name, in bytes: Shopify's have a prefix and a suffix
// of 20 characters at most.
const maxName = 255

// CheckName says what is wrong with what a person calls an order.
func CheckName(name string) error {
	if name != "" && len(name) <= maxName && strings.Trim(name, ".") != "" && strings.ToValidUTF8(name, "") == name {
		return nil
	}
	if len(name) > 60 {
		name = strings.ToValidUTF8(name[:60], "") + "…"
	}
	return refuse(http.StatusBadRequest, "order %q: must be a name such as #1042, of at most %d bytes in UTF-8", name, maxName)
}

// ListOrders implements GET /v1/shops/{shop}/orders.
func (s *server) ListOrders(ctx context.Context, q ListOrdersRequestObject) (ListOrdersResponseObject, error) {
	limit := limitOf(q.Params.Limit)
	state, err := orders.ParseState(string(q.Params.State))
	if err != nil {
		return nil, &Refusal{Status: http.StatusBadRequest, Code: ProblemCodeBadQuery, Err: err}
	}
	c := listOf("orders", q.Shop, string(state))
	page, err := c.page(q.Params.Page)
	if err != nil {
		return nil, err
	}
	vs, next, err := s.Orders.List(ctx, q.Shop, state, page, limit)
	if err == nil && next != "" {
		// States share lists: what follows may be of another one.
		var further []staging.View
		if further, _, err = s.Orders.List(ctx, q.Shop, state, next, 1); len(further) == 0 {
			next = ""
		}
	}
	out := OrderList{Orders: []Order{}, Next: c.token(next)}
	for _, v := range vs {
		out.Orders = append(out.Orders, s.orderOf(ctx, v))
	}
	return ListOrders200JSONResponse(out), orBadPage(q.Params.Page, err)
}

// GetOrder implements GET /v1/shops/{shop}/orders/{order}.
func (s *server) GetOrder(ctx context.Context, q GetOrderRequestObject) (GetOrderResponseObject, error) {
	if err := CheckName(q.Order); err != nil {
		return nil, err
	}
	d, err := s.Orders.Detail(ctx, q.Shop, q.Order)
	if err != nil {
		return nil, err
	}
	happened, err := s.history(ctx, q.Shop, d)
	if err != nil {
		return nil, err
	}
	out := OrderDetail{Order: s.orderOf(ctx, d.View), History: happened}
	if d.Copy != nil {
		out.Copy = copyOf(*d.Copy)
	}
	return GetOrder200JSONResponse(out), nil
}

// DecideOrder implements POST /v1/shops/{shop}/orders/{order}/decisions.
func (s *server) DecideOrder(ctx context.Context, q DecideOrderRequestObject) (DecideOrderResponseObject, error) {
	if err := CheckName(q.Order); err != nil {
		return nil, err
	}
	if q.Body == nil || !q.Body.Decision.Valid() {
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "decision: must be accept, retry, unlink, release or amend")
	}
	d := staging.Decision(q.Body.Decision)
	v, err := s.Orders.DecideBy(ctx, q.Shop, q.Order, staging.Wish{Decision: d, By: stateOf(ctx).caller.String()})
	if err == nil && (v.State.Waits() || d == staging.Retry || d == staging.Amend) {
		err = s.CarryOut(ctx, q.Shop)
	}
	return DecideOrder200JSONResponse(s.orderOf(ctx, v)), noted(ctx, v.Name+" is "+string(v.State), err)
}

// mostDecided is about how many orders one request decides at most.
const mostDecided = 200

// DecideOrders implements POST /v1/shops/{shop}/decisions.
func (s *server) DecideOrders(ctx context.Context, q DecideOrdersRequestObject) (DecideOrdersResponseObject, error) {
	if q.Body == nil || !q.Body.Decision.Valid() || q.Body.Reason == "" {
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "decision: must be accept or retry, of a reason that issues have")
	}
	of, err := s.Issues.List(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	of = slices.DeleteFunc(of, func(i issue.Issue) bool { return i.Kind != "order" || string(i.Reason) != q.Body.Reason })
	out := DecidedOrders{Orders: []string{}, Refused: []NotDecided{}}
	for n, i := range of {
		if len(out.Orders) == mostDecided { // what was refused before may be what an earlier request has decided
			out.Left = len(of) - n
			break
		}
		_, err := s.Orders.DecideBy(ctx, q.Shop, i.Record, staging.Wish{
			Decision: staging.Decision(q.Body.Decision), By: stateOf(ctx).caller.String(), Reason: i.Reason, DryRun: q.Body.DryRun,
		})
		switch {
		case err == nil:
			out.Orders = append(out.Orders, i.Name)
		case errors.Is(err, staging.ErrNotNow), errors.Is(err, staging.ErrNotFound), errors.Is(err, table.ErrConflict):
			out.Refused = append(out.Refused, NotDecided{Order: i.Name, Detail: err.Error()})
		default:
			return nil, fmt.Errorf("after %d of %d orders: %w", len(out.Orders), len(of), err)
		}
	}
	out.Count = len(out.Orders)
	effect := fmt.Sprintf("%s of %d orders", q.Body.Decision, out.Count)
	switch {
	case q.Body.DryRun:
		effect += " was tried; nothing was changed"
	case out.Count > 0:
		err = s.CarryOut(ctx, q.Shop)
	}
	return DecideOrders200JSONResponse(out), noted(ctx, effect, err)
}

// ListIssues implements GET /v1/shops/{shop}/issues.
func (s *server) ListIssues(ctx context.Context, q ListIssuesRequestObject) (ListIssuesResponseObject, error) {
	all, err := s.Issues.List(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	if r := issue.Reason(q.Params.Reason); r != "" {
		all = slices.DeleteFunc(all, func(i issue.Issue) bool { return i.Reason != r })
	}
	rows, next, err := slice(all, listOf("issues", q.Shop, q.Params.Reason), q.Params.Page, q.Params.Limit)
	for n := range rows {
		rows[n] = s.said(languageOf(ctx), rows[n])
	}
	return ListIssues200JSONResponse{Issues: rows, Total: len(all), Next: next}, err
}

func amountOf(a money.Amount) Amount { return Amount{Value: a.Value.String(), Currency: a.Currency} }

func moneyOf(b money.Bag) Money {
	return Money{Shop: amountOf(b.Shop), Presentment: amountOf(b.Presentment)}
}

// orderOf is v as a person sees it.
func (s *server) orderOf(ctx context.Context, v staging.View) Order {
	o := Order{ID: v.ID, Name: v.Name, CreatedAt: v.CreatedAt, State: OrderState(v.State), Reason: v.Reason, HeldUntil: v.HeldUntil, Total: amountOf(v.Total)}
	if v.Document != nil {
		o.Document = documentOf(*v.Document)
	}
	if v.Issue != nil {
		o.Issue = s.said(languageOf(ctx), *v.Issue)
	}
	for _, c := range v.Changes {
		o.Changes = append(o.Changes, OrderChange{What: c.What, Of: c.Of, Line: c.Line, Before: c.Before, After: c.After})
	}
	for _, e := range v.Log {
		o.Log = append(o.Log, LogEvent{At: e.At, Did: string(e.Did), Says: e.Says})
	}
	for _, d := range v.Decisions {
		o.Decisions = append(o.Decisions, Decided{At: d.At, Decision: string(d.Decision), By: d.By})
	}
	return o
}

func documentOf(l documents.Link) Document {
	d := Document{Type: l.Type, ID: l.ID, Number: l.Number, Total: amountOf(l.Total)}
	for n, id := range l.Lines {
		if d.Lines == nil {
			d.Lines = map[string]string{}
		}
		d.Lines[strconv.Itoa(n)] = id
	}
	return d
}

// history is what happened to an order, oldest first.
func (s *server) history(ctx context.Context, shop string, d staging.Detail) ([]Event, error) {
	out := []Event{}
	if !d.CreatedAt.IsZero() {
		out = append(out, Event{At: d.CreatedAt, What: "placed"})
	}
	for _, e := range d.Log {
		out = append(out, Event{At: e.At, What: string(e.Did), Says: e.Says})
	}
	for _, c := range d.Decisions {
		out = append(out, Event{At: c.At, What: string(c.Decision), By: c.By})
	}
	if i := d.Issue; i != nil {
		out = append(out, Event{At: i.FirstSeen, What: "attention", Says: s.said(languageOf(ctx), *i).Text})
	}
	if !d.Processed.IsZero() && d.Document != nil {
		out = append(out, Event{At: d.Processed, What: "processed", Says: d.Document.Type + " " + d.Document.Number})
	}
	if !d.ReadAt.IsZero() {
		out = append(out, Event{At: d.ReadAt, What: "read"})
	}
	if d.Document != nil {
		postings := posting.Store{Table: s.Orders.Table}
		l, err := postings.Log(ctx, shop, posting.Kind(strings.ToLower(d.Document.Type)), d.Document.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range l {
			out = append(out, Event{At: e.At, What: "posting " + string(e.Did), Says: e.Says})
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out, nil
}

// copyOf is our copy of a Shopify order as a person sees it.
func copyOf(o orders.Order) OrderCopy {
	c := OrderCopy{
		Email: o.Email, Phone: o.Phone, Note: o.Note, PoNumber: o.PONumber, Tags: o.Tags, FinancialStatus: o.FinancialStatus, FulfillmentStatus: o.FulfillmentStatus,
		Currency: o.Currency, PresentmentCurrency: o.PresentmentCurrency, TaxesIncluded: o.TaxesIncluded, Total: moneyOf(o.Total), CurrentTotal: moneyOf(o.CurrentTotal),
		Tax: moneyOf(o.Tax), Lines: []Line{}, ShippingLines: []ShippingLine{}, TaxLines: taxesOf(o.TaxLines), Hidden: o.Hidden,
	}
	if o.Customer != nil {
		c.Customer = o.Customer.ID
	}
	if o.Company != nil {
		c.Company = cmp.Or(o.Company.Name, o.Company.ID)
	}
	if o.Billing != nil {
		c.Billing = *o.Billing
	}
	if o.Shipping != nil {
		c.Shipping = *o.Shipping
	}
	for _, l := range o.Lines {
		c.Lines = append(c.Lines, Line{
			ID: l.ID, Title: l.Title, VariantTitle: l.VariantTitle, SKU: l.SKU, Barcode: l.Barcode, VariantID: l.VariantID, Quantity: l.Quantity,
			CurrentQuantity: l.CurrentQuantity, UnitPrice: moneyOf(l.UnitPrice), Discount: moneyOf(l.Discount()), TaxLines: taxesOf(l.TaxLines), Location: l.Location,
		})
	}
	for _, l := range o.ShippingLines {
		c.ShippingLines = append(c.ShippingLines, ShippingLine{
			ID: l.ID, Title: l.Title, Removed: l.Removed, Price: moneyOf(l.Price), Discount: moneyOf(l.Discount()), TaxLines: taxesOf(l.TaxLines),
		})
	}
	return c
}

func taxesOf(ts []orders.TaxLine) []TaxLine {
	out := []TaxLine{}
	for _, t := range ts {
		out = append(out, TaxLine{Title: t.Title, Rate: t.Rate.String(), ChannelLiable: t.ChannelLiable, Price: moneyOf(t.Price)})
	}
	return out
}

package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/posting"
	"backroom/shared/shipments"
	"backroom/shared/staging"
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
	if q.Params.Document != "" {
		return s.ordersOfDocument(ctx, q, state)
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
	if out.Total = len(vs); q.Params.Page != "" {
		out.Total = 0
	} else if err == nil && next != "" {
		out.Total, out.More, err = s.Orders.Total(ctx, q.Shop, state)
		out.Total = max(out.Total, len(vs))
	}
	return ListOrders200JSONResponse(out), orBadPage(q.Params.Page, err)
}

// ordersOfDocument are those with the document of a number.
func (s *server) ordersOfDocument(ctx context.Context, q ListOrdersRequestObject, state orders.State) (ListOrdersResponseObject, error) {
	vs, err := s.Orders.OfDocument(ctx, q.Shop, q.Params.Document)
	if err != nil {
		return nil, err
	}
	all := []Order{}
	for _, v := range vs {
		if state == "" || v.State == state {
			all = append(all, s.orderOf(ctx, v))
		}
	}
	rows, next, err := slice(all, listOf("orders", q.Shop, string(state), q.Params.Document), q.Params.Page, q.Params.Limit)
	return ListOrders200JSONResponse{Orders: rows, Next: next, Total: len(all)}, err
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
	shipped, err := (&shipments.Store{Table: s.Orders.Table}).Of(ctx, q.Shop, d.ID)
	if err != nil {
		return nil, err
	}
	happened, err := s.history(ctx, q.Shop, d, shipped)
	if err != nil {
		return nil, err
	}
	out := OrderDetail{Order: s.orderOf(ctx, d.View), Fulfilments: fulfilmentsOf(shipped), History: happened}
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
	w, err := s.wishOf(ctx, q.Shop, q.Body)
	if err != nil {
		return nil, err
	}
	v, err := s.Orders.DecideBy(ctx, q.Shop, q.Order, w)
	if err == nil && (v.State.Waits() || w.Decision == staging.Retry || w.Decision == staging.Amend) {
		err = s.CarryOut(ctx, q.Shop)
	}
	return DecideOrder200JSONResponse(s.orderOf(ctx, v)), noted(ctx, "order "+v.Name+" is now "+string(v.State)+documentSaid(w.Document), err)
}

func documentSaid(d *orders.HandMade) string {
	if d == nil {
		return ""
	}
	return " with " + d.Type + " " + d.Number
}

// maxBecause bounds a reason in a person's words, in characters.
const maxBecause = 250

// wishOf is what a body asks for. The document that it names is looked up.
func (s *server) wishOf(ctx context.Context, code string, b *OrderDecision) (staging.Wish, error) {
	if b == nil || !b.Decision.Valid() {
		return staging.Wish{}, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "decision: must be accept, retry, unlink, amend, hold, release, done, dismiss or reopen")
	}
	w := staging.Wish{Decision: staging.Decision(b.Decision), By: stateOf(ctx).caller.String(), Because: strings.TrimSpace(b.Because)}
	if b.Because != "" && w.Decision != staging.Done && w.Decision != staging.Dismiss {
		return w, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "because: %s takes none", w.Decision)
	}
	if n := utf8.RuneCountInString(b.Because); n > maxBecause {
		return w, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "because: has %d characters, and %d at most", n, maxBecause)
	}
	if (w.Decision == staging.Done) != (b.Document != "") {
		return w, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "document: done needs the number of the document, and no other decision takes one")
	}
	if w.Decision != staging.Done {
		return w, nil
	}
	if !bcNumber.MatchString(b.Document) {
		return w, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "document: must be a number in Business Central, of 20 characters at most")
	}
	card, err := s.Cards.Get(ctx, code)
	if err != nil {
		return w, err
	}
	d, ok, err := s.HandMade(ctx, card, b.Document)
	if err != nil {
		return w, &Refusal{Status: http.StatusBadGateway, Code: ProblemCodeUpstream, Err: fmt.Errorf("document %s could not be looked up in Business Central: %w", b.Document, err)}
	}
	if !ok {
		return w, &Refusal{
			Status: http.StatusConflict, Code: ProblemCodeRefused, Err: fmt.Errorf("Business Central has no sales order or invoice %s", b.Document), //nolint:staticcheck // a name begins it
			Remedy: "Correct the number; dismiss the order if it is to have no document.",
		}
	}
	w.Document = &d
	return w, nil
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
	say := s.say(ctx)
	o := Order{ID: v.ID, Name: v.Name, CreatedAt: v.CreatedAt, State: OrderState(v.State), Reason: say.each(v.Reason), HeldUntil: v.HeldUntil, Total: amountOf(v.Total)}
	if v.Document != nil {
		o.Document = documentOf(*v.Document)
	}
	if v.Issue != nil {
		o.Issue = s.said(languageOf(ctx), *v.Issue)
	}
	for _, c := range v.Changes {
		o.Changes = append(o.Changes, OrderChange{What: say(c.What), Of: say(c.Of), Line: c.Line, Before: c.Before, After: c.After})
	}
	for _, e := range v.Log {
		o.Log = append(o.Log, LogEvent{At: e.At, Did: string(e.Did), Says: e.Says})
	}
	for _, d := range v.Decisions {
		o.Decisions = append(o.Decisions, Decided{At: d.At, Decision: string(d.Decision), By: d.By, Because: d.Because, Document: d.Document})
	}
	if v.Closed != nil {
		o.Closed = closedOf(v.ID, *v.Closed)
	}
	o.CreditMemos = memosOf(v.Memos)
	return o
}

func closedOf(id string, c orders.Closed) Closed {
	out := Closed{State: ClosedState(c.State), At: c.At, By: c.By, Because: c.Because}
	if d := c.Document; d != nil {
		out.Document = HandMade{Type: HandMadeType(d.Type), ID: d.ID, Number: d.Number, External: d.External, Total: amountOf(d.Total), Ours: strings.HasSuffix(d.External, "-"+id)}
	}
	return out
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
func (s *server) history(ctx context.Context, shop string, d staging.Detail, shipped []shipments.Record) ([]Event, error) {
	out := []Event{}
	if !d.CreatedAt.IsZero() {
		out = append(out, Event{At: d.CreatedAt, What: "placed"})
	}
	for _, e := range d.Log {
		out = append(out, Event{At: e.At, What: string(e.Did), Says: e.Says})
	}
	for _, m := range d.Memos {
		for _, e := range m.Log {
			out = append(out, Event{At: e.At, What: "credit memo " + string(e.Did), Says: strings.TrimSpace("refund " + m.Refund + " " + e.Says)})
		}
	}
	for _, r := range shipped {
		for _, e := range r.Log {
			out = append(out, Event{At: e.At, What: "fulfilment " + string(e.Did), Says: strings.TrimSpace("shipment " + r.Number + " " + e.Says)})
		}
	}
	for _, c := range d.Decisions {
		out = append(out, Event{At: c.At, What: string(c.Decision), By: c.By, Says: strings.TrimSpace(strings.Join([]string{c.Document, c.Because}, " "))})
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
	if err := s.inRuns(ctx, shop, out); err != nil {
		return nil, err
	}
	say := s.say(ctx)
	for i, e := range out {
		out[i].What, out[i].Says = say(e.What), say(e.Says)
	}
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

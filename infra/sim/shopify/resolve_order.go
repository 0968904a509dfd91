package shopify

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// orderObj is an order while it is read; its totals are added up once.
type orderObj struct {
	o *data.Order
	t data.Totals
}

func newOrder(o *data.Order) *orderObj { return &orderObj{o, o.Totals()} }

func (*orderObj) typeName() string { return "Order" }

func (v *orderObj) bag(b data.Bag) object { return bagObj{b, v.o.Currency, v.o.PresentmentCurrency()} }

// bagIf is null if there is nothing in it.
func (v *orderObj) bagIf(b data.Bag) any {
	if b.IsZero() {
		return nil
	}
	return v.bag(b)
}

func (v *orderObj) field(x *execution, name string, args map[string]any) any {
	if r, ok := v.plain(name); ok {
		return r
	}
	if r, ok := v.people(x, name, args); ok {
		return r
	}
	if r, ok := v.terms(x, name, args); ok {
		return r
	}
	if r, ok := v.lists(x, name, args); ok {
		return r
	}
	if r, ok := v.shipments(x, name, args); ok {
		return r
	}
	return unresolved("Order", name)
}

// plain are the fields that need nothing but the order.
func (v *orderObj) plain(name string) (any, bool) {
	if r, ok := v.money(name); ok {
		return r, true
	}
	if r, ok := v.identity(name); ok {
		return r, true
	}
	if r, ok := v.state(name); ok {
		return r, true
	}
	return v.facts(name)
}

// identity is what an order is called and when what happened to it.
func (v *orderObj) identity(name string) (any, bool) {
	o := v.o
	switch name {
	case "id":
		return gid("Order", o.ID), true
	case "legacyResourceId":
		return o.ID, true
	case "name":
		return o.Name, true
	case "number":
		return o.Number, true
	case "createdAt":
		return o.CreatedAt, true
	case "updatedAt":
		return o.UpdatedAt, true
	case "processedAt":
		return o.ProcessedAt, true
	case "cancelledAt":
		return o.CancelledAt, true
	case "cancelReason":
		return str(o.CancelReason), true
	case "closed":
		return !o.ClosedAt.IsZero(), true
	case "closedAt":
		return o.ClosedAt, true
	case "confirmationNumber", "clientIp":
		return nil, true
	case "customerLocale":
		return "en", true
	case "sourceName":
		return str(o.SourceName), true
	case "sourceIdentifier":
		return str(o.SourceIdentifier), true
	case "poNumber":
		return str(o.PONumber), true
	case "note":
		return str(o.Note), true
	case "tags":
		return o.Tags, true
	case "email":
		return str(o.Email), true
	case "phone":
		return str(o.Phone), true
	}
	return nil, false
}

// state is how far an order is.
func (v *orderObj) state(name string) (any, bool) {
	o := v.o
	switch name {
	case "test":
		return o.Test, true
	case "edited":
		return o.Edited, true
	case "confirmed":
		return !o.Unconfirmed, true
	case "fullyPaid":
		return !v.t.Outstanding.Shop.IsPositive() && !v.t.Outstanding.Presentment.IsPositive() && o.FinancialStatus != "PENDING" && o.FinancialStatus != "AUTHORIZED", true
	case "unpaid":
		return v.t.Received.IsZero(), true
	case "refundable":
		return v.t.Received.Sub(v.t.Refunded).Presentment.IsPositive(), true
	case "restockable":
		return slices.ContainsFunc(o.Lines, func(l *data.Line) bool { return l.Variant != 0 && l.Current() > 0 }), true
	case "fulfillable":
		return slices.ContainsFunc(o.Lines, func(l *data.Line) bool { return o.Open(l.ID) > 0 }), true
	case "capturable":
		return o.FinancialStatus == "AUTHORIZED", true
	case "canMarkAsPaid":
		return o.FinancialStatus == "PENDING", true
	case "displayFinancialStatus":
		return str(o.FinancialStatus), true
	case "displayFulfillmentStatus":
		return or(o.FulfillmentStatus, "UNFULFILLED"), true
	case "returnStatus":
		return or(o.ReturnStatus, "NO_RETURN"), true
	}
	return nil, false
}

// facts are what else an order says of itself.
func (v *orderObj) facts(name string) (any, bool) {
	o := v.o
	switch name {
	case "currencyCode":
		return o.Currency, true
	case "presentmentCurrencyCode":
		return o.PresentmentCurrency(), true
	case "taxesIncluded":
		return o.TaxesIncluded, true
	case "taxExempt":
		return o.TaxExempt, true
	case "dutiesIncluded":
		return o.DutiesIncluded, true
	case "estimatedTaxes":
		return o.EstimatedTaxes, true
	case "discountCode":
		if len(o.DiscountCodes) > 0 {
			return o.DiscountCodes[0], true
		}
		return nil, true
	case "discountCodes":
		return o.DiscountCodes, true
	case "paymentGatewayNames":
		var names []string
		for _, t := range o.Transactions {
			if t.Gateway != "" && !slices.Contains(names, t.Gateway) {
				names = append(names, t.Gateway)
			}
		}
		return names, true
	case "requiresShipping":
		return slices.ContainsFunc(o.Lines, func(l *data.Line) bool { return l.RequiresShipping }), true
	case "billingAddressMatchesShippingAddress":
		return sameAddress(o.Billing, o.Shipping), true
	case "totalWeight":
		n := 0
		for _, l := range o.Lines {
			n += l.Grams * l.Quantity
		}
		return int64(n), true
	case "subtotalLineItemsQuantity", "currentSubtotalLineItemsQuantity":
		n := 0
		for _, l := range o.Lines {
			switch {
			case l.Tip:
			case name == "subtotalLineItemsQuantity":
				n += l.Quantity
			default:
				n += l.Current()
			}
		}
		return n, true
	case "transactionsCount":
		return countObj{len(o.Transactions), "EXACT"}, true
	case "fulfillmentsCount":
		return countObj{len(o.Fulfillments), "EXACT"}, true
	}
	return nil, false
}

func unresolved(typ, name string) *Error {
	return fail(codeInternal, "the simulator does not know %s.%s", typ, name)
}

func sameAddress(a, b *data.Address) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.ID, y.ID = 0, 0
	return x == y
}

// money resolves the sums.
func (v *orderObj) money(name string) (any, bool) {
	t, o := v.t, v.o
	switch name {
	case "totalPriceSet":
		return v.bag(t.Price), true
	case "originalTotalPriceSet":
		return v.bag(t.Original), true
	case "currentTotalPriceSet":
		return v.bag(t.CurrentPrice), true
	case "subtotalPriceSet":
		return v.bag(t.Subtotal), true
	case "currentSubtotalPriceSet":
		return v.bag(t.CurrentSubtotal), true
	case "totalDiscountsSet":
		return v.bag(t.Discounts), true
	case "currentTotalDiscountsSet":
		return v.bag(t.CurrentDiscounts), true
	case "cartDiscountAmountSet", "currentCartDiscountAmountSet":
		var sum data.Bag
		for _, l := range o.Lines {
			for _, a := range l.Allocations {
				if a.Discount < len(o.Discounts) && o.Discounts[a.Discount].Method == "ACROSS" {
					sum = sum.Add(a.Amount)
				}
			}
		}
		return v.bag(sum), true
	case "totalShippingPriceSet":
		return v.bag(t.Shipping), true
	case "currentShippingPriceSet":
		return v.bag(t.CurrentShipping), true
	case "totalTaxSet":
		return v.bag(t.Tax), true
	case "currentTotalTaxSet":
		return v.bag(t.CurrentTax), true
	case "totalTipReceivedSet":
		tip := t.Tip
		for _, l := range o.Lines {
			if l.Tip {
				tip = tip.Add(l.Net())
			}
		}
		return v.bag(tip), true
	}
	return v.payments(name)
}

// payments resolves what was paid, paid back and is still to pay.
func (v *orderObj) payments(name string) (any, bool) {
	t, o := v.t, v.o
	switch name {
	case "totalReceivedSet":
		return v.bag(t.Received), true
	case "totalRefundedSet":
		return v.bag(t.Refunded), true
	case "totalRefundedShippingSet":
		return v.bag(t.RefundedShipping), true
	case "totalOutstandingSet":
		return v.bag(t.Outstanding), true
	case "totalCapturableSet":
		var sum data.Bag
		if o.FinancialStatus == "AUTHORIZED" {
			sum = t.CurrentPrice
		}
		return v.bag(sum), true
	case "netPaymentSet":
		return v.bag(t.Received.Sub(t.Refunded)), true
	case "originalTotalDutiesSet":
		return v.bagIf(t.Duties), true
	case "currentTotalDutiesSet":
		return v.bagIf(t.CurrentDuties), true
	case "originalTotalAdditionalFeesSet", "currentTotalAdditionalFeesSet":
		return v.bagIf(t.Fees), true
	case "refundDiscrepancySet":
		var sum data.Bag
		for _, r := range o.Refunds {
			for _, a := range r.Adjustments {
				sum = sum.Add(a.Amount).Add(a.Tax)
			}
		}
		return v.bag(sum), true
	case "totalCashRoundingAdjustment":
		return roundingObj{v}, true
	}
	return nil, false
}

// people are who ordered, from where and to where.
func (v *orderObj) people(x *execution, name string, _ map[string]any) (any, bool) {
	o, s := v.o, x.shop
	switch name {
	case "customer":
		if !s.has("read_customers") {
			return denied("customer", "read_customers"), true
		}
		if c := s.byNumber[o.Customer]; c != nil {
			return customerObj{c}, true
		}
		return nil, true
	case "shippingAddress":
		return addressOf(o.Shipping), true
	case "billingAddress":
		return addressOf(o.Billing), true
	case "displayAddress":
		if o.Shipping == nil {
			return addressOf(o.Billing), true
		}
		return addressOf(o.Shipping), true
	case "customAttributes":
		return list(nil, o.Attributes, attrOf), true
	case "retailLocation":
		return x.locationOf("retailLocation", o.RetailLocation), true
	case "purchasingEntity":
		if o.Company != nil {
			if !s.has("read_customers") && !s.has("read_companies") {
				return denied("purchasingEntity", "read_customers"), true
			}
			return purchase{v}, true
		}
		if c := s.byNumber[o.Customer]; c != nil {
			if !s.has("read_customers") {
				return denied("purchasingEntity", "read_customers"), true
			}
			return customerObj{c}, true
		}
		return nil, true
	}
	return nil, false
}

// terms are what an order is subject to.
func (v *orderObj) terms(x *execution, name string, args map[string]any) (any, bool) {
	o, s := v.o, x.shop
	switch name {
	case "app":
		return nil, true
	case "publication":
		return nil, true
	case "attribution":
		if o.AttributionName == "" {
			return nil, true
		}
		return attribution{o}, true
	case "paymentTerms": // access is checked before there is a value
		if !s.has("read_payment_terms") {
			return denied("paymentTerms", "read_payment_terms"), true
		}
		if o.Terms == nil {
			return nil, true
		}
		return termsObj{v, o.Terms}, true
	case "staffMember": // access is checked before there is a value
		if !s.has("read_users") {
			return denied("staffMember", "read_users"), true
		}
		if o.Staff == nil {
			return nil, true
		}
		return staffObj{o.Staff}, true
	case "risk":
		return riskObj{o}, true
	case "taxLines", "currentTaxLines":
		return v.taxes(nil, o.TaxLines(name != "taxLines")), true
	case "additionalFees":
		return list(nil, o.Fees, func(f data.Fee) object { return feeObj{v, f} }), true
	case "discountApplications":
		return connect(args, indexes(o.Discounts), v.discount), true
	}
	return nil, false
}

// lists are the lines.
func (v *orderObj) lists(_ *execution, name string, args map[string]any) (any, bool) {
	o := v.o
	switch name {
	case "shippingLine":
		for _, l := range o.ShippingLines {
			if !l.Removed {
				return shippingObj{v, l}, true
			}
		}
		return nil, true
	case "shippingLines":
		lines := slices.DeleteFunc(slices.Clone(o.ShippingLines), func(l *data.ShippingLine) bool { return l.Removed && args["includeRemovals"] != true })
		return connect(args, lines, func(l *data.ShippingLine) object { return shippingObj{v, l} }), true
	case "lineItems":
		return connect(args, o.Lines, v.line), true
	case "nonFulfillableLineItems":
		lines := slices.DeleteFunc(slices.Clone(o.Lines), func(l *data.Line) bool { return o.Open(l.ID) > 0 })
		return connect(args, lines, v.line), true
	}
	return nil, false
}

// shipments are what was paid, given back and sent.
func (v *orderObj) shipments(x *execution, name string, args map[string]any) (any, bool) {
	o, s := v.o, x.shop
	switch name {
	case "transactions":
		return list(args, o.Transactions, v.transaction), true
	case "refunds":
		return list(args, o.Refunds, func(r *data.Refund) object { return refundObj{v, r} }), true
	case "returns":
		if !s.has("read_returns") {
			return denied(name, "read_returns"), true
		}
		return connect(args, o.Returns, func(r *data.Return) object { return returnObj{v, r} }), true
	case "fulfillmentOrders":
		fos := slices.DeleteFunc(slices.Clone(o.FulfillmentOrders), func(f *data.FulfillmentOrder) bool {
			// Without the scope of its kind a fulfilment order is simply not there.
			l := s.location(f.Location)
			if l != nil && l.FulfillmentService {
				return !s.has("read_third_party_fulfillment_orders")
			}
			return !s.has("read_merchant_managed_fulfillment_orders")
		})
		return connect(args, fos, v.fulfillmentOrder), true
	case "fulfillments":
		return list(args, o.Fulfillments, func(f *data.Fulfillment) object { return fulfillmentObj{v, f} }), true
	}
	return nil, false
}

// locationOf is a location inside of an answer; nil, if it is not there any more.
func (x *execution) locationOf(field string, id int64) any {
	if !x.shop.has("read_locations") {
		return denied(field, "read_locations")
	}
	if l := x.shop.location(id); l != nil {
		return locationObj{l}
	}
	return nil
}

// part finds an object of the order by its id.
func (v *orderObj) part(x *execution, typ string, id int64) object {
	switch typ {
	case "LineItem":
		if l := v.o.Line(id); l != nil {
			return v.line(l)
		}
	case "OrderTransaction":
		for _, t := range v.o.Transactions {
			if t.ID == id {
				return v.transaction(t)
			}
		}
	case "FulfillmentOrder":
		for _, f := range v.o.FulfillmentOrders {
			if f.ID == id && x.shop.has("read_merchant_managed_fulfillment_orders") {
				return v.fulfillmentOrder(f)
			}
		}
	case "Fulfillment":
		for _, f := range v.o.Fulfillments {
			if f.ID == id {
				return fulfillmentObj{v, f}
			}
		}
	case "Refund":
		for _, r := range v.o.Refunds {
			if r.ID == id {
				return refundObj{v, r}
			}
		}
	case "Return", "ReverseFulfillmentOrder":
		for _, r := range v.o.Returns {
			if r.ID == id && typ == "Return" {
				return returnObj{v, r}
			}
			for _, f := range r.ReverseOrders() {
				if f.ID == id {
					return reverseObj{v, f}
				}
			}
		}
	}
	return nil
}

func indexes[T any](s []T) []int {
	out := make([]int, len(s))
	for i := range s {
		out[i] = i
	}
	return out
}

func (v *orderObj) line(l *data.Line) object               { return lineObj{v, l} }
func (v *orderObj) transaction(t *data.Transaction) object { return transactionObj{v, t} }
func (v *orderObj) discount(i int) object                  { return discountObj{v, i} }
func (v *orderObj) fulfillmentOrder(f *data.FulfillmentOrder) object {
	return fulfillmentOrderObj{v, f}
}

func (v *orderObj) taxes(args map[string]any, ts []data.Tax) []object {
	return list(args, ts, func(t data.Tax) object { return taxObj{v, t} })
}

func (v *orderObj) allocations(as []data.Allocation) []object {
	return list(nil, as, func(a data.Allocation) object { return allocationObj{v, a} })
}

type bagObj struct {
	b                 data.Bag
	shop, presentment string
}

func (bagObj) typeName() string { return "MoneyBag" }

func (o bagObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "shopMoney" {
		return moneyObj{o.b.Shop, o.shop}
	}
	return moneyObj{o.b.Presentment, o.presentment}
}

type moneyObj struct {
	amount   decimal.Decimal
	currency string
}

func (moneyObj) typeName() string { return "MoneyV2" }

func (o moneyObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "amount" {
		return o.amount
	}
	return o.currency
}

type roundingObj struct{ v *orderObj }

func (roundingObj) typeName() string { return "CashRoundingAdjustment" }

func (o roundingObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "paymentSet" {
		return o.v.bag(o.v.o.CashRounding)
	}
	var back data.Bag
	for _, t := range o.v.o.Transactions {
		if t.Kind == "REFUND" && t.Rounding != nil {
			back = back.Add(*t.Rounding)
		}
	}
	return o.v.bag(back)
}

type taxObj struct {
	v *orderObj
	t data.Tax
}

func (taxObj) typeName() string { return "TaxLine" }

func (o taxObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "title":
		return o.t.Title
	case "rate":
		return o.t.Rate.InexactFloat64()
	case "ratePercentage":
		return o.t.Rate.Shift(2).InexactFloat64()
	case "channelLiable":
		if o.t.LiabilityUnknown {
			return nil
		}
		return o.t.ChannelLiable
	case "source":
		return str(o.t.Source)
	case "priceSet":
		return o.v.bag(o.t.Price)
	}
	return unresolved("TaxLine", name)
}

type allocationObj struct {
	v *orderObj
	a data.Allocation
}

func (allocationObj) typeName() string { return "DiscountAllocation" }

func (o allocationObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "allocatedAmountSet" {
		return o.v.bag(o.a.Amount)
	}
	return o.v.discount(o.a.Discount)
}

type discountObj struct {
	v *orderObj
	i int
}

func (o discountObj) typeName() string {
	switch o.v.o.Discounts[o.i].Kind {
	case "code":
		return "DiscountCodeApplication"
	case "automatic":
		return "AutomaticDiscountApplication"
	}
	return "ManualDiscountApplication"
}

func (o discountObj) field(_ *execution, name string, _ map[string]any) any {
	d := o.v.o.Discounts[o.i]
	switch name {
	case "index":
		return o.i
	case "code", "title":
		return d.Title
	case "description":
		return nil
	case "targetType":
		return or(d.Target, "LINE_ITEM")
	case "targetSelection":
		return or(d.Selection, "ALL")
	case "allocationMethod":
		return or(d.Method, "ACROSS")
	case "value":
		if d.Percentage != nil {
			return percentage{*d.Percentage}
		}
		return moneyObj{d.Amount, o.v.o.PresentmentCurrency()}
	}
	return unresolved("DiscountApplication", name)
}

type percentage struct{ p decimal.Decimal }

func (percentage) typeName() string { return "PricingPercentageValue" }

func (o percentage) field(*execution, string, map[string]any) any { return o.p.InexactFloat64() }

type attrObj struct{ a data.Attr }

func attrOf(a data.Attr) object { return attrObj{a} }

func (attrObj) typeName() string { return "Attribute" }

func (o attrObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "key" {
		return o.a.Key
	}
	return o.a.Value
}

type attribution struct{ o *data.Order }

func (attribution) typeName() string { return "OrderAttribution" }

func (a attribution) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "handle":
		return or(a.o.AttributionHandle, strings.ToLower(strings.ReplaceAll(a.o.AttributionName, " ", "_")))
	case "displayName":
		return a.o.AttributionName
	}
	return nil
}

type riskObj struct{ o *data.Order }

func (riskObj) typeName() string { return "OrderRiskSummary" }

func (r riskObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "recommendation" {
		return or(r.o.RiskRecommendation, "NONE")
	}
	return list(nil, r.o.Risks, func(a data.Risk) object { return assessment{a} })
}

type assessment struct{ r data.Risk }

func (assessment) typeName() string { return "OrderRiskAssessment" }

func (a assessment) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "riskLevel":
		return a.r.Level
	case "provider":
		if a.r.Provider == "" {
			return nil
		}
		return appObj{title: a.r.Provider}
	case "facts":
		return list(nil, a.r.Facts, func(f data.RiskFact) object { return riskFact{f} })
	}
	return unresolved("OrderRiskAssessment", name)
}

type riskFact struct{ f data.RiskFact }

func (riskFact) typeName() string { return "RiskFact" }

func (f riskFact) field(_ *execution, name string, _ map[string]any) any {
	if name == "description" {
		return f.f.Description
	}
	return or(f.f.Sentiment, "NEUTRAL")
}

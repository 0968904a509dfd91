package shopify

import (
	"slices"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

type lineObj struct {
	v *orderObj
	l *data.Line
}

func (lineObj) typeName() string { return "LineItem" }

func (o lineObj) field(x *execution, name string, args map[string]any) any {
	l, v := o.l, o.v
	switch name {
	case "id":
		return gid("LineItem", l.ID)
	case "title":
		return l.Title
	case "variantTitle":
		return str(l.VariantTitle)
	case "name":
		if l.VariantTitle != "" {
			return l.Title + " - " + l.VariantTitle
		}
		return l.Title
	case "sku":
		return str(l.SKU)
	case "vendor":
		return str(l.Vendor)
	case "quantity":
		return l.Quantity
	case "currentQuantity":
		return l.Current()
	case "refundableQuantity":
		if v.t.Received.IsZero() {
			return 0
		}
		return l.Current()
	case "unfulfilledQuantity":
		return v.o.Open(l.ID)
	case "nonFulfillableQuantity":
		if l.Tip {
			return l.Quantity
		}
		return l.Removed
	case "isGiftCard":
		return l.GiftCard
	case "taxable":
		return l.Taxable
	case "requiresShipping":
		return l.RequiresShipping
	case "restockable":
		return l.Variant != 0
	case "merchantEditable":
		return true
	}
	if r := o.money(name, args); r != nil {
		return r
	}
	return o.related(x, name, args)
}

// related resolves what hangs on a line.
func (o lineObj) related(x *execution, name string, args map[string]any) any {
	l, v := o.l, o.v
	switch name {
	case "weight":
		return weightObj(l.Grams)
	case "image":
		return nil
	case "lineItemGroup":
		if l.Group == nil {
			return nil
		}
		return groupObj{l.Group}
	case "product", "variant":
		if !x.shop.has("read_products") {
			return denied(name, "read_products")
		}
		if va, ok := x.shop.variants[l.Variant]; ok && name == "product" && va.p.ID == l.Product {
			return productObj{va.p}
		} else if ok && name == "product" {
			return nil
		}
		if va, ok := x.shop.variants[l.Variant]; ok {
			return variantObj{va}
		}
		return nil
	case "customAttributes":
		return list(nil, l.Attributes, attrOf)
	case "taxLines":
		return v.taxes(args, l.Taxes)
	case "duties":
		if l.Duty == nil {
			return []object{}
		}
		return []object{dutyObj{v, l.Duty}}
	case "discountAllocations":
		return v.allocations(l.Allocations)
	}
	return unresolved("LineItem", name)
}

// money: the discounted sums contain line discounts only, and codes on request;
// order discounts are in the allocations alone.
func (o lineObj) money(name string, args map[string]any) any {
	l, v := o.l, o.v
	discount := func(codes bool) (sum data.Bag) {
		for _, a := range l.Allocations {
			d := v.o.Discounts[a.Discount]
			if d.Method == "EACH" && (d.Kind != "code" || codes) {
				sum = sum.Add(a.Amount)
			}
		}
		return sum
	}
	each := func(total data.Bag) data.Bag {
		n := decimal.NewFromInt(int64(l.Quantity))
		return data.Bag{Shop: total.Shop.DivRound(n, 6), Presentment: total.Presentment.DivRound(n, 6)}
	}
	switch name {
	case "originalUnitPriceSet":
		return v.bag(l.UnitPrice)
	case "discountedUnitPriceSet":
		return v.bag(v.o.Round(each(l.Gross().Sub(discount(false)))))
	case "discountedUnitPriceAfterAllDiscountsSet":
		return v.bag(v.o.Round(each(l.Net())))
	case "originalTotalSet":
		return v.bag(l.Gross())
	case "discountedTotalSet":
		return v.bag(l.Gross().Sub(discount(args["withCodeDiscounts"] == true)))
	case "totalDiscountSet":
		return v.bag(discount(false))
	case "unfulfilledOriginalTotalSet":
		return v.bag(l.UnitPrice.Mul(v.o.Open(l.ID)))
	case "unfulfilledDiscountedTotalSet":
		return v.bag(v.o.Round(each(l.Gross().Sub(discount(false))).Mul(v.o.Open(l.ID))))
	}
	return nil
}

type dutyObj struct {
	v *orderObj
	d *data.Duty
}

func (dutyObj) typeName() string { return "Duty" }

func (o dutyObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("Duty", o.d.ID)
	case "harmonizedSystemCode":
		return str(o.d.HSCode)
	case "countryCodeOfOrigin":
		return str(o.d.Origin)
	case "price":
		return o.v.bag(o.d.Price)
	case "taxLines":
		return o.v.taxes(nil, o.d.Taxes)
	}
	return unresolved("Duty", name)
}

type shippingObj struct {
	v *orderObj
	l *data.ShippingLine
}

func (shippingObj) typeName() string { return "ShippingLine" }

func (o shippingObj) field(_ *execution, name string, _ map[string]any) any {
	l, v := o.l, o.v
	switch name {
	case "id":
		return gid("ShippingLine", l.ID)
	case "title":
		return l.Title
	case "code":
		return str(l.Code)
	case "source":
		return str(l.Source)
	case "carrierIdentifier":
		return str(l.Carrier)
	case "deliveryCategory", "phone":
		return nil
	case "custom":
		return l.Code == ""
	case "isRemoved":
		return l.Removed
	case "originalPriceSet":
		return v.bag(l.Price)
	case "discountedPriceSet":
		return v.bag(l.Net())
	case "currentDiscountedPriceSet":
		net := l.Net()
		for _, r := range v.o.Refunds {
			for _, s := range r.Shipping {
				if s.ShippingLine == l.ID {
					net = net.Sub(s.Subtotal)
				}
			}
		}
		if l.Removed {
			net = data.Bag{}
		}
		return v.bag(net)
	case "taxLines":
		return v.taxes(nil, l.Taxes)
	case "discountAllocations":
		return v.allocations(l.Allocations)
	}
	return unresolved("ShippingLine", name)
}

type transactionObj struct {
	v *orderObj
	t *data.Transaction
}

func (transactionObj) typeName() string { return "OrderTransaction" }

func (o transactionObj) field(x *execution, name string, _ map[string]any) any {
	t, v := o.t, o.v
	switch name {
	case "id":
		return gid("OrderTransaction", t.ID)
	case "kind":
		return t.Kind
	case "status":
		return t.Status
	case "test":
		return t.Test
	case "gateway":
		return str(t.Gateway)
	case "formattedGateway":
		return str(or(t.Formatted, t.Gateway))
	case "paymentId":
		return str(t.PaymentID)
	case "createdAt", "processedAt":
		if t.ProcessedAt.IsZero() {
			return v.o.ProcessedAt
		}
		return t.ProcessedAt
	case "errorCode":
		return str(t.ErrorCode)
	case "manualPaymentGateway":
		return t.Manual
	case "manuallyCapturable", "multiCapturable":
		return false
	case "settlementCurrency":
		return str(t.SettleCurrency)
	}
	return o.details(x, name)
}

// details are those of a payment's method and of what it belongs to.
func (o transactionObj) details(x *execution, name string) any {
	t, v := o.t, o.v
	switch name {
	case "accountNumber":
		return str(t.Account)
	case "authorizationExpiresAt":
		return t.ExpiresAt
	case "paymentDetails":
		switch {
		case t.Card != nil:
			return cardObj{t.Card}
		case t.Method != "":
			return localMethod(t.Method)
		}
		return nil
	case "totalUnsettledSet":
		if t.Kind != "AUTHORIZATION" {
			return nil
		}
		return v.bag(v.unsettled(t))
	case "settlementCurrencyRate":
		return nil
	case "order":
		return v
	case "location":
		return x.locationOf(name, v.o.RetailLocation)
	case "parentTransaction":
		for _, p := range v.o.Transactions {
			if p.ID == t.Parent {
				return v.transaction(p)
			}
		}
		return nil
	case "amountSet":
		return v.bag(t.Amount)
	case "amountRoundingSet":
		if t.Rounding == nil {
			return nil
		}
		return v.bag(*t.Rounding)
	}
	return unresolved("OrderTransaction", name)
}

// unsettled is what of an authorisation was neither captured nor voided.
func (v *orderObj) unsettled(auth *data.Transaction) data.Bag {
	rest := auth.Amount
	for _, t := range v.o.Transactions {
		if t.Parent == auth.ID && t.Status == "SUCCESS" && (t.Kind == "CAPTURE" || t.Kind == "VOID") {
			rest = rest.Sub(t.Amount)
		}
	}
	return rest
}

type cardObj struct{ c *data.Card }

func (cardObj) typeName() string { return "CardPaymentDetails" }

func (o cardObj) field(_ *execution, name string, _ map[string]any) any {
	c := o.c
	whole := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	switch name {
	case "avsResultCode":
		return str(c.AVS)
	case "bin":
		return str(c.BIN)
	case "company":
		return str(c.Company)
	case "cvvResultCode":
		return str(c.CVV)
	case "expirationMonth":
		return whole(c.Month)
	case "expirationYear":
		return whole(c.Year)
	case "name":
		return str(c.Name)
	case "number":
		return str(c.Number)
	case "paymentMethodName":
		return "card"
	case "wallet":
		return str(c.Wallet)
	}
	return unresolved("CardPaymentDetails", name)
}

type localMethod string

func (localMethod) typeName() string { return "LocalPaymentMethodsPaymentDetails" }

func (m localMethod) field(_ *execution, name string, _ map[string]any) any {
	if name == "paymentMethodName" {
		return string(m)
	}
	return nil
}

type refundObj struct {
	v *orderObj
	r *data.Refund
}

func (refundObj) typeName() string { return "Refund" }

func (o refundObj) field(_ *execution, name string, args map[string]any) any {
	r, v := o.r, o.v
	of := func() []*data.Transaction {
		return slices.DeleteFunc(slices.Clone(v.o.Transactions), func(t *data.Transaction) bool { return !slices.Contains(r.Transactions, t.ID) })
	}
	switch name {
	case "id":
		return gid("Refund", r.ID)
	case "legacyResourceId":
		return r.ID
	case "createdAt", "processedAt":
		return r.CreatedAt
	case "updatedAt":
		if r.UpdatedAt.IsZero() {
			return r.CreatedAt
		}
		return r.UpdatedAt
	case "note":
		return str(r.Note)
	case "order":
		return v
	case "return":
		for _, x := range v.o.Returns {
			if x.ID == r.ReturnID {
				return returnObj{v, x}
			}
		}
		return nil
	case "totalRefundedSet":
		var sum data.Bag // "across all transactions", whatever became of them
		for _, t := range of() {
			if t.Kind == "REFUND" {
				sum = sum.Add(t.Amount)
			}
		}
		return v.bag(sum)
	case "refundLineItems":
		return connect(args, r.Lines, func(l data.RefundLine) object { return refundLineObj{v, l} })
	case "refundShippingLines":
		return connect(args, r.Shipping, func(l data.RefundShipping) object { return refundShippingObj{v, l} })
	case "orderAdjustments":
		return connect(args, r.Adjustments, func(a data.Adjustment) object { return adjustmentObj{v, a} })
	case "transactions":
		return connect(args, of(), v.transaction)
	case "duties":
		return list(nil, r.Duties, func(d data.RefundDuty) object { return refundDuty{v, d} })
	}
	return unresolved("Refund", name)
}

type refundDuty struct {
	v *orderObj
	d data.RefundDuty
}

func (refundDuty) typeName() string { return "RefundDuty" }

func (o refundDuty) field(_ *execution, name string, _ map[string]any) any {
	if name == "amountSet" {
		return o.v.bag(o.d.Amount)
	}
	for _, l := range o.v.o.Lines {
		if l.Duty != nil && l.Duty.ID == o.d.Duty {
			return dutyObj{o.v, l.Duty}
		}
	}
	return nil
}

type refundLineObj struct {
	v *orderObj
	l data.RefundLine
}

func (refundLineObj) typeName() string { return "RefundLineItem" }

func (o refundLineObj) field(x *execution, name string, _ map[string]any) any {
	l := o.l
	switch name {
	case "id":
		return gid("RefundLineItem", l.ID)
	case "quantity":
		return l.Quantity
	case "restockType":
		return or(l.RestockType, "NO_RESTOCK")
	case "restocked":
		return l.Restocked
	case "lineItem":
		if li := o.v.o.Line(l.Line); li != nil {
			return o.v.line(li)
		}
		return nil
	case "location":
		return x.locationOf(name, l.Location)
	case "priceSet":
		if l.Quantity == 0 {
			return o.v.bag(data.Bag{})
		}
		n := decimal.NewFromInt(int64(l.Quantity))
		return o.v.bag(o.v.o.Round(data.Bag{Shop: l.Subtotal.Shop.DivRound(n, 6), Presentment: l.Subtotal.Presentment.DivRound(n, 6)}))
	case "subtotalSet":
		return o.v.bag(l.Subtotal)
	case "totalTaxSet":
		return o.v.bag(l.Tax)
	}
	return unresolved("RefundLineItem", name)
}

type refundShippingObj struct {
	v *orderObj
	l data.RefundShipping
}

func (refundShippingObj) typeName() string { return "RefundShippingLine" }

func (o refundShippingObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("RefundShippingLine", o.l.ID)
	case "subtotalAmountSet":
		return o.v.bag(o.l.Subtotal)
	case "taxAmountSet":
		return o.v.bag(o.l.Tax)
	case "shippingLine":
		if s := o.v.o.ShippingLine(o.l.ShippingLine); s != nil {
			return shippingObj{o.v, s}
		}
		return nil
	}
	return unresolved("RefundShippingLine", name)
}

type adjustmentObj struct {
	v *orderObj
	a data.Adjustment
}

func (adjustmentObj) typeName() string { return "OrderAdjustment" }

func (o adjustmentObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("OrderAdjustment", o.a.ID)
	case "reason":
		return str(o.a.Reason)
	case "amountSet":
		return o.v.bag(o.a.Amount)
	case "taxAmountSet":
		return o.v.bag(o.a.Tax)
	}
	return unresolved("OrderAdjustment", name)
}

type feeObj struct {
	v *orderObj
	f data.Fee
}

func (feeObj) typeName() string { return "AdditionalFee" }

func (o feeObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("AdditionalFee", o.f.ID)
	case "name":
		return o.f.Name
	case "price":
		return o.v.bag(o.f.Price)
	case "taxLines":
		return o.v.taxes(nil, o.f.Taxes)
	}
	return unresolved("AdditionalFee", name)
}

type termsObj struct {
	v *orderObj
	t *data.Terms
}

func (termsObj) typeName() string { return "PaymentTerms" }

func (o termsObj) field(x *execution, name string, args map[string]any) any {
	t := o.t
	switch name {
	case "id":
		return gid("PaymentTerms", t.ID)
	case "due", "overdue":
		return slices.ContainsFunc(t.Schedules, func(s data.Schedule) bool {
			return !s.DueAt.IsZero() && s.CompletedAt.IsZero() && s.DueAt.Before(x.now)
		})
	case "dueInDays":
		if t.Type != "NET" {
			return nil
		}
		return t.DueInDays
	case "paymentTermsName", "translatedName":
		return t.Name
	case "paymentTermsType":
		return t.Type
	case "paymentSchedules":
		return connect(args, t.Schedules, func(s data.Schedule) object { return scheduleObj{o.v, s} })
	}
	return unresolved("PaymentTerms", name)
}

type scheduleObj struct {
	v *orderObj
	s data.Schedule
}

func (scheduleObj) typeName() string { return "PaymentSchedule" }

func (o scheduleObj) field(x *execution, name string, _ map[string]any) any {
	currency := o.v.o.PresentmentCurrency()
	switch name {
	case "id":
		return gid("PaymentSchedule", o.s.ID)
	case "issuedAt":
		return o.s.IssuedAt
	case "dueAt":
		return o.s.DueAt
	case "completedAt":
		return o.s.CompletedAt
	case "due":
		return !o.s.DueAt.IsZero() && o.s.DueAt.Before(x.now)
	case "balanceDue":
		if !o.s.CompletedAt.IsZero() {
			return moneyObj{decimal.Zero, currency}
		}
		return moneyObj{o.s.Amount, currency}
	case "totalBalance":
		return moneyObj{o.s.Amount, currency}
	}
	return unresolved("PaymentSchedule", name)
}

type purchase struct{ v *orderObj }

func (purchase) typeName() string { return "PurchasingCompany" }

func (o purchase) field(x *execution, name string, _ map[string]any) any {
	p := o.v.o.Company
	for _, c := range x.shop.companies {
		if c.ID != p.CompanyID {
			continue
		}
		switch name {
		case "company":
			return companyObj{c}
		case "location":
			for _, l := range c.Locations {
				if l.ID == p.LocationID {
					return companyLocation{c, l}
				}
			}
		case "contact":
			for _, k := range c.Contacts {
				if k.ID == p.ContactID {
					return companyContact{c, k}
				}
			}
		}
	}
	return nil
}

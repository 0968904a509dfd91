package shopify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// paymentsAccount is null where the shop does not use Shopify Payments (18).
func (x *execution) paymentsAccount() any {
	if x.shop.payments.Payments == nil {
		return nil
	}
	return paymentsAccount{x.shop}
}

// paymentsNode is one of Shopify Payments by its id, from the database.
func (x *execution) paymentsNode(typ string, id int64) object {
	p := x.shop.payments.Payments
	if p == nil || !x.shop.has(payoutsScope) && typ != "ShopifyPaymentsDispute" {
		return nil
	}
	switch typ {
	case "ShopifyPaymentsAccount":
		if p.ID == id {
			return paymentsAccount{x.shop}
		}
	case "ShopifyPaymentsPayout":
		for _, o := range p.Payouts {
			if o.ID == id {
				return payoutObj{x.shop, o}
			}
		}
	case "ShopifyPaymentsBalanceTransaction":
		for _, t := range p.Balance {
			if t.ID == id {
				return balanceObj{x.shop, t}
			}
		}
	case "ShopifyPaymentsDispute":
		for _, d := range p.Disputes {
			if d.ID == id && x.shop.has(disputesScope) {
				return disputeObj{d}
			}
		}
	}
	return nil
}

func (x *execution) disputes(args map[string]any) any {
	var all []*data.Dispute
	if p := x.shop.payments.Payments; p != nil {
		all = listed(x, args, p.Disputes, func(d *data.Dispute) int64 { return d.ID })
	}
	return search(x, args, disputeFields, nothingFree[*data.Dispute], all, "disputes",
		func(_ string, d *data.Dispute) (string, int64) { return "", d.ID }, func(d *data.Dispute) object { return disputeObj{d} })
}

func nothingFree[T any](T) []string { return nil }

var (
	payoutFields = map[string]searchField[*data.Payout]{
		"id":        {id: func(p *data.Payout) int64 { return p.ID }},
		"issued_at": {time: func(p *data.Payout) time.Time { return p.IssuedAt }},
		"status":    {text: func(p *data.Payout) []string { return []string{p.Status} }},
		"currency":  {text: func(p *data.Payout) []string { return []string{p.Currency} }},
		"amount":    {text: func(p *data.Payout) []string { return []string{p.Net.String()} }},
	}
	balanceFields = map[string]searchField[*data.BalanceTransaction]{
		"id":                   {id: func(t *data.BalanceTransaction) int64 { return t.ID }},
		"processed_at":         {time: func(t *data.BalanceTransaction) time.Time { return t.At }},
		"payments_transfer_id": {id: func(t *data.BalanceTransaction) int64 { return t.Payout }},
		"transaction_type":     {text: func(t *data.BalanceTransaction) []string { return []string{t.Type} }},
		"currency":             {text: func(t *data.BalanceTransaction) []string { return []string{t.Currency} }},
	}
	disputeFields = map[string]searchField[*data.Dispute]{
		"id":           {id: func(d *data.Dispute) int64 { return d.ID }},
		"initiated_at": {time: func(d *data.Dispute) time.Time { return d.InitiatedAt }},
		"status":       {text: func(d *data.Dispute) []string { return []string{d.Status} }},
	}
)

type paymentsAccount struct{ s *Shop }

func (paymentsAccount) typeName() string { return "ShopifyPaymentsAccount" }

func (o paymentsAccount) field(x *execution, name string, args map[string]any) any {
	p := o.s.payments
	switch name {
	case "id":
		return gid("ShopifyPaymentsAccount", p.ID)
	case "activated":
		return true
	case "country":
		return o.s.info.Address.Country
	case "defaultCurrency":
		return p.Currency
	case "balance":
		sum := decimal.Zero
		for _, t := range p.Balance {
			if t.Payout == 0 && t.Currency == p.Currency {
				sum = sum.Add(t.Net())
			}
		}
		return []object{moneyObj{sum, p.Currency}}
	case "disputes":
		if !o.s.has(disputesScope) {
			return denied(name, disputesScope)
		}
		return x.disputes(args)
	}
	if !o.s.has(payoutsScope) {
		return denied(name, payoutsScope)
	}
	if name == "payouts" {
		all := listed(x, args, p.Payouts, func(p *data.Payout) int64 { return p.ID })
		return search(x, args, payoutFields, nothingFree[*data.Payout], all, name, payoutKey, func(p *data.Payout) object { return payoutObj{o.s, p} })
	}
	var all []*data.BalanceTransaction
	for _, t := range listed(x, args, p.Balance, func(t *data.BalanceTransaction) int64 { return t.ID }) {
		if t.Type != "TRANSFER" || args["hideTransfers"] != true {
			all = append(all, t)
		}
	}
	return search(x, args, balanceFields, nothingFree[*data.BalanceTransaction], all, name, balanceKey, func(t *data.BalanceTransaction) object { return balanceObj{o.s, t} })
}

// sortable is an amount as text of one length. Those below zero come first.
func sortable(d decimal.Decimal) string {
	return fmt.Sprintf("%024s", d.Add(decimal.New(1, 12)).StringFixed(4))
}

func payoutKey(sortKey string, p *data.Payout) (string, int64) {
	switch sortKey {
	case "ISSUED_AT":
		return stamp(p.IssuedAt), p.ID
	case "AMOUNT":
		return sortable(p.Net), p.ID
	case "STATUS":
		return p.Status, p.ID
	}
	return "", p.ID
}

func balanceKey(sortKey string, t *data.BalanceTransaction) (string, int64) {
	switch sortKey {
	case "PROCESSED_AT":
		return stamp(t.At), t.ID
	case "AMOUNT":
		return sortable(t.Amount), t.ID
	case "FEE":
		return sortable(t.Fee), t.ID
	case "NET":
		return sortable(t.Net()), t.ID
	case "TRANSACTION_TYPE":
		return t.Type, t.ID
	}
	return "", t.ID
}

type payoutObj struct {
	s *Shop
	p *data.Payout
}

func (payoutObj) typeName() string { return "ShopifyPaymentsPayout" }

func (o payoutObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("ShopifyPaymentsPayout", o.p.ID)
	case "legacyResourceId":
		return o.p.ID
	case "issuedAt":
		return o.p.IssuedAt
	case "status":
		return o.p.Status
	case "externalTraceId":
		return str(o.p.TraceID)
	case "net":
		return moneyObj{o.p.Net, o.p.Currency}
	case "transactionType":
		if o.p.Withdrawal {
			return "WITHDRAWAL"
		}
		return "DEPOSIT"
	}
	return payoutSummary(o)
}

type payoutSummary payoutObj

func (payoutSummary) typeName() string { return "ShopifyPaymentsPayoutSummary" }

// summed says in which pair of a summary a type counts; "" is adjustments.
var summed = map[string]string{
	"CHARGE": "charges", "REFUND": "refunds", "REFUND_FAILURE": "refunds", "RESERVED_FUNDS": "reservedFunds", "RESERVED_FUNDS_WITHDRAWAL": "reservedFunds",
	"RESERVED_FUNDS_REVERSAL": "reservedFunds", "TRANSFER_FAILURE": "retriedPayouts", "ADVANCE": "advance", "ADVANCE_FUNDING": "advance",
}

func (o payoutSummary) field(_ *execution, name string, _ map[string]any) any {
	pair := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "Gross"), "Fees"), "Fee")
	sum := decimal.Zero
	for _, t := range o.s.payments.Balance {
		if t.Payout != o.p.ID || or(summed[t.Type], "adjustments") != pair {
			continue
		}
		if strings.HasSuffix(name, "Gross") {
			sum = sum.Add(t.Amount)
		} else {
			sum = sum.Add(t.Fee)
		}
	}
	return moneyObj{sum, o.p.Currency}
}

type balanceObj struct {
	s *Shop
	t *data.BalanceTransaction
}

func (balanceObj) typeName() string { return "ShopifyPaymentsBalanceTransaction" }

// number is null for 0.
func number(n int64) any {
	if n == 0 {
		return nil
	}
	return strconv.FormatInt(n, 10)
}

func (o balanceObj) field(_ *execution, name string, _ map[string]any) any {
	t := o.t
	switch name {
	case "id":
		return gid("ShopifyPaymentsBalanceTransaction", t.ID)
	case "type":
		return t.Type
	case "test":
		return t.Test
	case "transactionDate":
		return t.At
	case "amount":
		return moneyObj{t.Amount, t.Currency}
	case "fee":
		return moneyObj{t.Fee, t.Currency}
	case "net":
		return moneyObj{t.Net(), t.Currency}
	case "sourceId":
		return number(t.SourceID)
	case "sourceType":
		return str(t.SourceType)
	case "sourceOrderTransactionId":
		return number(t.Transaction)
	case "adjustmentReason":
		return str(t.Reason)
	case "associatedOrder":
		if t.Order == 0 {
			return nil
		}
		return associatedOrder(o)
	case "associatedPayout":
		return associatedPayout(o)
	}
	return nil
}

type associatedOrder balanceObj

func (associatedOrder) typeName() string { return "ShopifyPaymentsAssociatedOrder" }

func (o associatedOrder) field(_ *execution, name string, _ map[string]any) any {
	if name == "id" {
		return gid("Order", o.t.Order)
	}
	if r := o.s.orders[o.t.Order]; r != nil && r.cur != nil {
		return r.cur.Name
	}
	return ""
}

// associatedPayout is never null, its fields are while the money is pending (18).
type associatedPayout balanceObj

func (associatedPayout) typeName() string { return "ShopifyPaymentsBalanceTransactionAssociatedPayout" }

func (o associatedPayout) field(_ *execution, name string, _ map[string]any) any {
	for _, p := range o.s.payments.Payouts {
		if p.ID != o.t.Payout {
			continue
		}
		if name == "id" {
			return gid("ShopifyPaymentsPayout", p.ID)
		}
		return p.Status
	}
	if name == "status" {
		return "PENDING"
	}
	return nil
}

type disputeObj struct{ d *data.Dispute }

func (disputeObj) typeName() string { return "ShopifyPaymentsDispute" }

func (o disputeObj) field(x *execution, name string, _ map[string]any) any {
	d := o.d
	switch name {
	case "id":
		return gid("ShopifyPaymentsDispute", d.ID)
	case "legacyResourceId":
		return d.ID
	case "type":
		if d.Inquiry {
			return "INQUIRY"
		}
		return "CHARGEBACK"
	case "status":
		return d.Status
	case "amount":
		return moneyObj{d.Amount, d.Currency}
	case "initiatedAt":
		return d.InitiatedAt
	case "evidenceDueBy":
		return d.EvidenceDueBy
	case "evidenceSentOn":
		return d.EvidenceSentOn
	case "finalizedOn":
		return d.FinalizedOn
	case "reasonDetails":
		return disputeReason(o)
	case "order":
		return nilable(x.node(gid("Order", d.Order)))
	}
	return nil
}

type disputeReason disputeObj

func (disputeReason) typeName() string { return "ShopifyPaymentsDisputeReasonDetails" }

func (o disputeReason) field(_ *execution, name string, _ map[string]any) any {
	if name == "reason" {
		return o.d.Reason
	}
	return str(o.d.NetworkCode)
}

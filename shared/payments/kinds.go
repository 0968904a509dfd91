package payments

import "strings"

// Kind is what a movement is to accountants: what they book on one account. Its text
// is stored.
type Kind string

// The kinds.
const (
	Charge     Kind = "charge"
	Refund     Kind = "refund"
	Dispute    Kind = "dispute"  // chargebacks and their reversals
	Reserve    Kind = "reserve"  // held back, and released
	Fees       Kind = "fee"      // that are movements of their own
	Shipping   Kind = "shipping" // labels
	Taxes      Kind = "tax"      // duties, import and other taxes
	Lending    Kind = "lending"  // loans and advances
	Transfer   Kind = "transfer" // payouts that came back, between balances
	Adjustment Kind = "adjustment"
	Other      Kind = "other" // credits, programmes, and what we do not know
)

// Kinds are all, in the order in which people read them.
var Kinds = []Kind{Charge, Refund, Dispute, Reserve, Fees, Shipping, Taxes, Lending, Transfer, Adjustment, Other}

// types says which movements are of which kind: those of exactly such a type, or, with
// a * behind it, of all that begin so. The first that fits counts.
var types = []struct {
	kind Kind
	of   string
}{
	{Charge, "CHARGE"},
	{Charge, "CHARGE_ADJUSTMENT"},
	{Refund, "REFUND*"},
	{Fees, "CHARGEBACK_FEE*"},
	{Dispute, "CHARGEBACK_*"},
	{Dispute, "DISPUTE_*"},
	{Reserve, "RESERVED_FUNDS*"},
	{Reserve, "RISK_*"},
	{Fees, "STRIPE_FEE"},
	{Fees, "APPLICATION_FEE_REFUND"},
	{Fees, "REFERRAL_FEE*"},
	{Fees, "ACH_BANK_FAILURE_DEBIT*"},
	{Fees, "MARKETPLACE_FEE_*"},
	{Fees, "BILLING_DEBIT*"},
	{Shipping, "SHIPPING_*"},
	{Taxes, "CUSTOMS_DUTY*"},
	{Taxes, "IMPORT_TAX*"},
	{Taxes, "TAX_ADJUSTMENT_*"},
	{Taxes, "VAT_REFUND_*"},
	{Lending, "LENDING_*"},
	{Lending, "ADVANCE*"},
	{Transfer, "TRANSFER*"},
	{Transfer, "BALANCE_TRANSFER_*"},
	{Adjustment, "ADJUSTMENT"},
	{Adjustment, "ANOMALY_*"},
}

// transfer is the payout itself among the movements: none of them.
const transfer = "TRANSFER"

// KindOf is the kind of a movement by its type in Shopify. One that nobody knows yet
// is [Other].
func KindOf(typ string) Kind {
	for _, t := range types {
		if begin, open := strings.CutSuffix(t.of, "*"); typ == t.of || open && strings.HasPrefix(typ, begin) {
			return t.kind
		}
	}
	return Other
}

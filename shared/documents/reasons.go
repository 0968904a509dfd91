package documents

import (
	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/language"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/products"
	"backroom/shared/sales"
)

// Why an order has no document, or one that somebody must look at. The text
// of a reason is stored: it is never renamed.
const (
	CustomLine                 issue.Reason = "custom-line"
	LocationUnmapped           issue.Reason = "location-unmapped"
	ShipmentMethodUnmapped     issue.Reason = "shipment-method-unmapped"
	PaymentTermsUnmapped       issue.Reason = "payment-terms-unmapped"
	CountryUnmapped            issue.Reason = "country-unmapped"
	CurrencyUnmapped           issue.Reason = "currency-unmapped"
	ShippingAccountMissing     issue.Reason = "shipping-account-missing"
	TipAccountMissing          issue.Reason = "tip-account-missing"
	GiftCardAccountMissing     issue.Reason = "gift-card-account-missing"
	CashRoundingAccountMissing issue.Reason = "cash-rounding-account-missing"
	FeeAccountMissing          issue.Reason = "fee-account-missing"
	SalesTaxAccountMissing     issue.Reason = "sales-tax-account-missing"
	ChannelTaxAccountMissing   issue.Reason = "channel-tax-account-missing"
	AccountUnusable            issue.Reason = "account-unusable"
	ChargeItemUnusable         issue.Reason = "charge-item-unusable"
	RefundBeforeProcessing     issue.Reason = "refund-before-processing"
	OrderDoesNotAddUp          issue.Reason = "order-does-not-add-up"
	OrderNumberUnusable        issue.Reason = "order-number-unusable"
	TotalDiffers               issue.Reason = "total-differs"
	OrderDateFollowsPosting    issue.Reason = "order-date-follows-posting"
	DocumentRefused            issue.Reason = "document-refused"
	DocumentDiffers            issue.Reason = "document-differs"
	AdoptedContentDiffers      issue.Reason = "adopted-content-differs"
	TwoDocumentsFound          issue.Reason = "two-documents-found"
	NotAmended                 issue.Reason = "not-amended"
	NumberRefused              issue.Reason = "number-refused"
	NumberDenied               issue.Reason = "number-denied"
	ArchiveRefused             issue.Reason = "archive-refused"
	ArchiveDenied              issue.Reason = "archive-denied"
	OrderGone                  issue.Reason = "order-gone"
	OrderOutOfReach            issue.Reason = "order-out-of-reach"
	PaymentTermsHidden         issue.Reason = "payment-terms-hidden"
	TestOrder                  issue.Reason = "test-order"
	Cancelled                  issue.Reason = "cancelled"
	Unconfirmed                issue.Reason = "unconfirmed"
	NothingLeft                issue.Reason = "nothing-left"
)

// Reasons explains what this package says of records.
var Reasons = issue.Written(english, french).Quoting(language.French, sales.French, frenchPhrases)

// Explained is all that process-orders says of records: its own reasons, and those
// of what it works with.
var Explained = issue.Join(Reasons, orders.Reasons, customers.Reasons, products.Reasons, outbound.Reasons)

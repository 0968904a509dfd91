package documents

import (
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/products"
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
	RefundBeforeProcessing     issue.Reason = "refund-before-processing"
	OrderDoesNotAddUp          issue.Reason = "order-does-not-add-up"
	OrderNumberUnusable        issue.Reason = "order-number-unusable"
	TotalDiffers               issue.Reason = "total-differs"
	OrderDateFollowsPosting    issue.Reason = "order-date-follows-posting"
	DocumentRefused            issue.Reason = "document-refused"
	DocumentDiffers            issue.Reason = "document-differs"
	AdoptedContentDiffers      issue.Reason = "adopted-content-differs"
	TwoDocumentsFound          issue.Reason = "two-documents-found"
	NumberRefused              issue.Reason = "number-refused"
	NumberDenied               issue.Reason = "number-denied"
	OrderGone                  issue.Reason = "order-gone"
	OrderOutOfReach            issue.Reason = "order-out-of-reach"
	PaymentTermsHidden         issue.Reason = "payment-terms-hidden"
	TestOrder                  issue.Reason = "test-order"
	Cancelled                  issue.Reason = "cancelled"
	Unconfirmed                issue.Reason = "unconfirmed"
	NothingLeft                issue.Reason = "nothing-left"
)

// Reasons explains what this package says of records.
var Reasons = issue.Catalogue{
	CustomLine:                 {Side: fault.Merchant, Text: "No account is set for lines without product ({}).", WayOut: "Set unknownItemAccount on the shop card to a G/L account that allows direct posting."},
	LocationUnmapped:           {Side: fault.Merchant, Text: "Business Central has no location {}.", WayOut: "Create the location in Business Central, or correct its code in locations on the shop card."},
	ShipmentMethodUnmapped:     {Side: fault.Merchant, Text: "Business Central has no shipment method {}.", WayOut: "Create the shipment method in Business Central, or correct its code in shipmentMethods on the shop card."},
	PaymentTermsUnmapped:       {Side: fault.Merchant, Text: "Business Central has no payment terms {}.", WayOut: "Create the payment terms in Business Central, or correct their code in paymentTerms on the shop card."},
	CountryUnmapped:            {Side: fault.Merchant, Text: "Business Central has no country {}.", WayOut: "Create the country/region in Business Central, or map its code in countries on the shop card."},
	CurrencyUnmapped:           {Side: fault.Merchant, Text: "Business Central has no currency {}.", WayOut: "Create the currency with an exchange rate in Business Central, map its code in currencies on the shop card, or switch currencyHandling there."},
	ShippingAccountMissing:     {Side: fault.Merchant, Text: "No account is set for shipping charges ({}).", WayOut: "Set shippingChargesAccount on the shop card, or the account of this shipping method in shipmentMethods."},
	TipAccountMissing:          {Side: fault.Merchant, Text: "No account is set for tips ({}).", WayOut: "Set tipAccount on the shop card to a G/L account that allows direct posting."},
	GiftCardAccountMissing:     {Side: fault.Merchant, Text: "No account is set for sold gift cards ({}).", WayOut: "Set soldGiftCardAccount on the shop card to a G/L account that allows direct posting."},
	CashRoundingAccountMissing: {Side: fault.Merchant, Text: "No account is set for cash roundings ({}).", WayOut: "Set cashRoundingsAccount on the shop card to a G/L account that allows direct posting."},
	FeeAccountMissing:          {Side: fault.Merchant, Text: "No account is set for fees and duties ({}).", WayOut: "Set feeAccount on the shop card to a G/L account that allows direct posting."},
	SalesTaxAccountMissing:     {Side: fault.Merchant, Text: "No account is set for sales taxes ({}).", WayOut: "Set salesTaxAccount on the shop card to a G/L account that allows direct posting."},
	ChannelTaxAccountMissing:   {Side: fault.Merchant, Text: "No account is set for taxes that the sales channel owes ({}).", WayOut: "Set channelTaxAccount on the shop card to a G/L account that allows direct posting."},
	AccountUnusable:            {Side: fault.Merchant, Text: "No line can be posted to account {}: it is blocked, does not allow direct posting, or does not exist.", WayOut: "Correct the account in Business Central, or set another one where the shop card names it."},
	RefundBeforeProcessing:     {Side: fault.Merchant, Text: "{} was refunded before its sales order was made.", WayOut: "Accept the order (orders accept), and a sales order is made of what is left of it; what was paid back is in no document."},
	OrderDoesNotAddUp:          {Side: fault.Merchant, Text: "Shopify's amounts do not add up: {}.", WayOut: "Set roundingAccount and a tolerance that covers the difference on the shop card, or correct the order in Shopify."},
	OrderNumberUnusable:        {Side: fault.Merchant, Text: "The name {} cannot be the number of a sales order: one has at most 20 characters and does not begin with @.", WayOut: "Shorten the prefix or suffix of order numbers in Shopify, or switch useShopifyOrderNo off on the shop card."},
	TotalDiffers:               {Side: fault.Merchant, Text: "The totals differ: {}.", WayOut: "Accept the difference (orders accept), set roundingAccount and tolerance on the shop card, or correct taxCodes there or the tax set-up in Business Central and retry (orders retry)."},
	OrderDateFollowsPosting:    {Side: fault.Merchant, Text: "In Business Central, sales documents of {} bear their posting date instead of the order's date.", WayOut: "Unlink document date and posting date in sales set-up, or add orderDate to bcWins on the shop card."},
	DocumentRefused:            {Side: fault.Merchant, Text: "Business Central refused the sales order: {}.", WayOut: "Correct what Business Central names; the order is tried again by itself."},
	DocumentDiffers:            {Side: fault.Merchant, Text: "Business Central makes another document of this order: {}.", WayOut: "Accept the document as it is, let Business Central decide the field (bcWins on the shop card), or correct the set-up that Business Central takes it from and retry."},
	AdoptedContentDiffers:      {Side: fault.Merchant, Text: "Business Central document {} has this order's number and says something else.", WayOut: "Check the document; correct it, delete it or accept it as it is (orders accept), then retry (orders retry)."},
	TwoDocumentsFound:          {Side: fault.Merchant, Text: "Business Central has several documents for this order: {}.", WayOut: "Keep one, delete the others, then retry (orders retry)."},
	NumberRefused:              {Side: fault.Merchant, Text: "The number of its sales order could not be written to {} in Shopify.", WayOut: "The sales order is in order; the number is sent again by itself, or now if the order is retried. The detail says what Shopify answered."},
	NumberDenied:               {Side: fault.Merchant, Text: "The app may not write the number of its sales order to {} in Shopify.", WayOut: "Grant the app the permission write_orders, or switch orderAttributesToShop off on the shop card."},
	OrderGone:                  {Side: fault.Merchant, Text: "{} is not in Shopify any more and gets no document.", WayOut: "Nothing to do."},
	OrderOutOfReach:            {Side: fault.Merchant, Text: "{} has become too old for the app to read while it waited, so that nobody knows whether it has changed.", WayOut: "Grant the app the permission read_all_orders, or make the document by hand."},
	PaymentTermsHidden:         {Side: fault.Merchant, Text: "The payment terms of {} are hidden from the app, and the shop card maps them.", WayOut: "Grant the app the permission read_payment_terms, or empty paymentTerms on the shop card."},
	TestOrder:                  {Side: fault.Merchant, Text: "{} is a test order and gets no document.", WayOut: "Nothing to do."},
	Cancelled:                  {Side: fault.Merchant, Text: "{} is cancelled and gets no document.", WayOut: "Nothing to do."},
	Unconfirmed:                {Side: fault.Merchant, Text: "{} is not confirmed yet and gets no document until it is.", WayOut: "Nothing to do: it is looked at again when Shopify confirms it."},
	NothingLeft:                {Side: fault.Merchant, Text: "{} has nothing left in it and gets no document.", WayOut: "Nothing to do."},
}

// Explained is all that process-orders says of records: its own reasons, and those
// of what it works with.
var Explained = issue.Join(Reasons, orders.Reasons, customers.Reasons, products.Reasons, outbound.Reasons)

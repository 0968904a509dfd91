package documents

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	CustomLine:                 {Text: "No account is set for lines without product ({}).", WayOut: "Set unknownItemAccount on the shop card to a G/L account that allows direct posting."},
	LocationUnmapped:           {Text: "Business Central has no location {}.", WayOut: "Create the location in Business Central, or correct its code in locations on the shop card."},
	ShipmentMethodUnmapped:     {Text: "Business Central has no shipment method {}.", WayOut: "Create the shipment method in Business Central, or correct its code in shipmentMethods on the shop card."},
	PaymentTermsUnmapped:       {Text: "Business Central has no payment terms {}.", WayOut: "Create the payment terms in Business Central, or correct their code in paymentTerms on the shop card."},
	CountryUnmapped:            {Text: "Business Central has no country {}.", WayOut: "Create the country/region in Business Central, or map its code in countries on the shop card."},
	CurrencyUnmapped:           {Text: "Business Central has no currency {}.", WayOut: "Create the currency with an exchange rate in Business Central, map its code in currencies on the shop card, or switch currencyHandling there."},
	ShippingAccountMissing:     {Text: "No account is set for shipping charges ({}).", WayOut: "Set shippingChargesAccount on the shop card, or the account of this shipping method in shipmentMethods."},
	TipAccountMissing:          {Text: "No account is set for tips ({}).", WayOut: "Set tipAccount on the shop card to a G/L account that allows direct posting."},
	GiftCardAccountMissing:     {Text: "No account is set for sold gift cards ({}).", WayOut: "Set soldGiftCardAccount on the shop card to a G/L account that allows direct posting."},
	CashRoundingAccountMissing: {Text: "No account is set for cash roundings ({}).", WayOut: "Set cashRoundingsAccount on the shop card to a G/L account that allows direct posting."},
	FeeAccountMissing:          {Text: "No account is set for fees and duties ({}).", WayOut: "Set feeAccount on the shop card to a G/L account that allows direct posting."},
	SalesTaxAccountMissing:     {Text: "No account is set for sales taxes ({}).", WayOut: "Set salesTaxAccount on the shop card to a G/L account that allows direct posting."},
	ChannelTaxAccountMissing:   {Text: "No account is set for taxes that the sales channel owes ({}).", WayOut: "Set channelTaxAccount on the shop card to a G/L account that allows direct posting."},
	AccountUnusable:            {Text: "No line can be posted to account {}: it is blocked, does not allow direct posting, or does not exist.", WayOut: "Correct the account in Business Central, or set another one where the shop card names it."},
	RefundBeforeProcessing:     {Text: "{} was refunded before its sales order was made.", WayOut: "Accept the order (orders accept), and a sales order is made of what is left of it; what was paid back is in no document."},
	OrderDoesNotAddUp:          {Text: "Shopify's amounts do not add up: {}.", WayOut: "Set roundingAccount and a tolerance that covers the difference on the shop card, or correct the order in Shopify."},
	OrderNumberUnusable:        {Text: "The name {} cannot be the number of a sales order: one has at most 20 characters and does not begin with @.", WayOut: "Shorten the prefix or suffix of order numbers in Shopify, or switch useShopifyOrderNo off on the shop card."},
	TotalDiffers:               {Text: "The totals differ: {}.", WayOut: "Accept the difference (orders accept), set roundingAccount and tolerance on the shop card, or correct taxCodes there or the tax set-up in Business Central and retry (orders retry)."},
	OrderDateFollowsPosting:    {Text: "In Business Central, sales documents of {} bear their posting date instead of the order's date.", WayOut: "Unlink document date and posting date in sales set-up, or add orderDate to bcWins on the shop card."},
	DocumentRefused:            {Text: "Business Central refused the sales order: {}.", WayOut: "Correct what Business Central names; the order is tried again by itself."},
	DocumentDiffers:            {Text: "Business Central makes another document of this order: {}.", WayOut: "Accept the document as it is, let Business Central decide the field (bcWins on the shop card), or correct the set-up that Business Central takes it from and retry."},
	AdoptedContentDiffers:      {Text: "Business Central document {} has this order's number and says something else.", WayOut: "Check the document; correct it, delete it or accept it as it is (orders accept), then retry (orders retry)."},
	TwoDocumentsFound:          {Text: "Business Central has several documents for this order: {}.", WayOut: "Keep one, delete the others, then retry (orders retry)."},
	NumberRefused:              {Text: "The number of its sales order could not be written to {} in Shopify.", WayOut: "The sales order is in order; the number is sent again by itself, or now if the order is retried. The detail says what Shopify answered."},
	NumberDenied:               {Text: "The app may not write the number of its sales order to {} in Shopify.", WayOut: "Grant the app the permission write_orders, or switch orderAttributesToShop off on the shop card."},
	OrderGone:                  {Text: "{} is not in Shopify any more and gets no document.", WayOut: "Nothing to do."},
	OrderOutOfReach:            {Text: "{} has become too old for the app to read while it waited, so that nobody knows whether it has changed.", WayOut: "Grant the app the permission read_all_orders, or make the document by hand."},
	PaymentTermsHidden:         {Text: "The payment terms of {} are hidden from the app, and the shop card maps them.", WayOut: "Grant the app the permission read_payment_terms, or empty paymentTerms on the shop card."},
	TestOrder:                  {Text: "{} is a test order and gets no document.", WayOut: "Nothing to do."},
	Cancelled:                  {Text: "{} is cancelled and gets no document.", WayOut: "Nothing to do."},
	Unconfirmed:                {Text: "{} is not confirmed yet and gets no document until it is.", WayOut: "Nothing to do: it is looked at again when Shopify confirms it."},
	NothingLeft:                {Text: "{} has nothing left in it and gets no document.", WayOut: "Nothing to do."},
}

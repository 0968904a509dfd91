package issue

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The reasons. Their text is stored; a reason is never renamed.
const (
	CustomerUnmapped           Reason = "customer-unmapped"
	CustomerAmbiguous          Reason = "customer-ambiguous"
	CustomerBlocked            Reason = "customer-blocked"
	CustomerRefused            Reason = "customer-refused"
	CustomerMissing            Reason = "customer-missing"
	CustomerDoubtful           Reason = "customer-doubtful"
	CustomerShared             Reason = "customer-shared"
	CustomerDiffers            Reason = "customer-differs"
	DefaultCustomerMissing     Reason = "default-customer-missing"
	OrderWithoutCustomer       Reason = "order-without-customer"
	CompanyUnmapped            Reason = "company-unmapped"
	ItemUnmapped               Reason = "item-unmapped"
	VariantUnmapped            Reason = "variant-unmapped"
	ItemBlocked                Reason = "item-blocked"
	ItemAmbiguous              Reason = "item-ambiguous"
	CustomLine                 Reason = "custom-line"
	LocationUnmapped           Reason = "location-unmapped"
	ShipmentMethodUnmapped     Reason = "shipment-method-unmapped"
	PaymentTermsUnmapped       Reason = "payment-terms-unmapped"
	CountryUnmapped            Reason = "country-unmapped"
	CurrencyUnmapped           Reason = "currency-unmapped"
	ShippingAccountMissing     Reason = "shipping-account-missing"
	TipAccountMissing          Reason = "tip-account-missing"
	GiftCardAccountMissing     Reason = "gift-card-account-missing"
	CashRoundingAccountMissing Reason = "cash-rounding-account-missing"
	FeeAccountMissing          Reason = "fee-account-missing"
	SalesTaxAccountMissing     Reason = "sales-tax-account-missing"
	ChannelTaxAccountMissing   Reason = "channel-tax-account-missing"
	AccountUnusable            Reason = "account-unusable"
	RefundBeforeProcessing     Reason = "refund-before-processing"
	OrderDoesNotAddUp          Reason = "order-does-not-add-up"
	OrderNumberUnusable        Reason = "order-number-unusable"
	TotalDiffers               Reason = "total-differs"
	OrderDateFollowsPosting    Reason = "order-date-follows-posting"
	DocumentRefused            Reason = "document-refused"
	DocumentDiffers            Reason = "document-differs"
	AdoptedContentDiffers      Reason = "adopted-content-differs"
	TwoDocumentsFound          Reason = "two-documents-found"
	ChangedAfterProcessing     Reason = "changed-after-processing"
	CancelledAfterProcessing   Reason = "cancelled-after-processing"
	OutcomeUnknown             Reason = "outcome-unknown"
	OrderUnreadable            Reason = "order-unreadable"
	OrderDenied                Reason = "order-denied"
	NumberRefused              Reason = "number-refused"
	NumberDenied               Reason = "number-denied"
	OrderGone                  Reason = "order-gone"
	OrderOutOfReach            Reason = "order-out-of-reach"
	OrdersHidden               Reason = "orders-hidden"
	FieldHidden                Reason = "field-hidden"
	PaymentTermsHidden         Reason = "payment-terms-hidden"
	SystemFailure              Reason = "system-failure"
	TestOrder                  Reason = "test-order"
	Cancelled                  Reason = "cancelled"
	Unconfirmed                Reason = "unconfirmed"
	NothingLeft                Reason = "nothing-left"
)

// Entry is what the catalogue says of a reason. {} in Text stands for the name
// of the record or thing that it is about.
type Entry struct {
	Side   Side
	Text   string
	WayOut string
}

var catalogue = map[Reason]Entry{
	CustomerUnmapped:           {Merchant, "No Business Central customer is known for {}.", "Set autoCreateUnknownCustomers to true or defaultCustomerNo to a customer number on the shop card, or give a customer in Business Central the buyer's e-mail address."},
	CustomerAmbiguous:          {Merchant, "Several Business Central customers fit {}.", "Leave the buyer's e-mail address (without one: phone number) on one of these customers, and take it off the others."},
	CustomerBlocked:            {Merchant, "Customer {} is blocked in Business Central.", "Unblock the customer, or set another one where the shop card names it (defaultCustomerNo, defaultCompanyNo or countryCustomers)."},
	CustomerRefused:            {Merchant, "Business Central refused the new customer {}.", "Correct the customer in Shopify, or create one with the same e-mail address or phone number in Business Central; the order is tried again by itself."},
	CustomerMissing:            {Merchant, "Customer {} does not exist in Business Central.", "Create the customer, or correct its number on the shop card (defaultCustomerNo, defaultCompanyNo or countryCustomers)."},
	CustomerDoubtful:           {Merchant, "Business Central customer {} has another e-mail address than the buyer.", "Enter the buyer's e-mail address at the customer in Business Central that is theirs; several addresses are separated by semicolons."},
	CustomerShared:             {Merchant, "Business Central customer {} is used for a buyer with another e-mail address.", "Enter each buyer's e-mail address at the customer in Business Central that is theirs; if both belong to one, separate the addresses by semicolons."},
	CustomerDiffers:            {Merchant, "Business Central keeps another value at the new customer {}.", "Correct the customer in Business Central; the order is tried again by itself."},
	DefaultCustomerMissing:     {Merchant, "Order {} goes to the default customer, and none is set.", "Set defaultCustomerNo on the shop card to a customer number, or have buyers found one by one (customerImport and customerMapping)."},
	OrderWithoutCustomer:       {Merchant, "Order {} has no customer in Shopify, and none is found in Business Central by its e-mail address or phone number.", "Set defaultCustomerNo on the shop card to the customer number that such orders are booked on, or give a customer in Business Central the order's e-mail address."},
	CompanyUnmapped:            {Merchant, "The order is placed for {}, and no customer is set for orders of companies.", "Set defaultCompanyNo on the shop card to the customer number that such orders are booked on."},
	ItemUnmapped:               {Merchant, "No Business Central item is known for {}.", "Give the item in Business Central the product's SKU or bar code (skuMapping and findMappingByGTIN on the shop card say which count), or map the variant by its id in variants."},
	VariantUnmapped:            {Merchant, "Business Central has no such item variant for {}.", "Create the item variant in Business Central, correct the SKU in Shopify, or map the variant by its id in variants on the shop card."},
	ItemBlocked:                {Merchant, "The item is blocked in Business Central for {}.", "Unblock the item in Business Central, or map the variant by its id to another one in variants on the shop card."},
	ItemAmbiguous:              {Merchant, "Several Business Central items fit {}.", "Leave the code on one of the items in Business Central, or map the variant by its id in variants on the shop card."},
	CustomLine:                 {Merchant, "No account is set for lines without product ({}).", "Set unknownItemAccount on the shop card to a G/L account that allows direct posting."},
	LocationUnmapped:           {Merchant, "Business Central has no location {}.", "Create the location in Business Central, or correct its code in locations on the shop card."},
	ShipmentMethodUnmapped:     {Merchant, "Business Central has no shipment method {}.", "Create the shipment method in Business Central, or correct its code in shipmentMethods on the shop card."},
	PaymentTermsUnmapped:       {Merchant, "Business Central has no payment terms {}.", "Create the payment terms in Business Central, or correct their code in paymentTerms on the shop card."},
	CountryUnmapped:            {Merchant, "Business Central has no country {}.", "Create the country/region in Business Central, or map its code in countries on the shop card."},
	CurrencyUnmapped:           {Merchant, "Business Central has no currency {}.", "Create the currency with an exchange rate in Business Central, map its code in currencies on the shop card, or switch currencyHandling there."},
	ShippingAccountMissing:     {Merchant, "No account is set for shipping charges ({}).", "Set shippingChargesAccount on the shop card, or the account of this shipping method in shipmentMethods."},
	TipAccountMissing:          {Merchant, "No account is set for tips ({}).", "Set tipAccount on the shop card to a G/L account that allows direct posting."},
	GiftCardAccountMissing:     {Merchant, "No account is set for sold gift cards ({}).", "Set soldGiftCardAccount on the shop card to a G/L account that allows direct posting."},
	CashRoundingAccountMissing: {Merchant, "No account is set for cash roundings ({}).", "Set cashRoundingsAccount on the shop card to a G/L account that allows direct posting."},
	FeeAccountMissing:          {Merchant, "No account is set for fees and duties ({}).", "Set feeAccount on the shop card to a G/L account that allows direct posting."},
	SalesTaxAccountMissing:     {Merchant, "No account is set for sales taxes ({}).", "Set salesTaxAccount on the shop card to a G/L account that allows direct posting."},
	ChannelTaxAccountMissing:   {Merchant, "No account is set for taxes that the sales channel owes ({}).", "Set channelTaxAccount on the shop card to a G/L account that allows direct posting."},
	AccountUnusable:            {Merchant, "No line can be posted to account {}: it is blocked, does not allow direct posting, or does not exist.", "Correct the account in Business Central, or set another one where the shop card names it."},
	RefundBeforeProcessing:     {Merchant, "{} was refunded before its sales order was made.", "Accept the order (orders accept), and a sales order is made of what is left of it; what was paid back is in no document."},
	OrderDoesNotAddUp:          {Merchant, "Shopify's amounts do not add up: {}.", "Set roundingAccount and a tolerance that covers the difference on the shop card, or correct the order in Shopify."},
	OrderNumberUnusable:        {Merchant, "The name {} cannot be the number of a sales order: one has at most 20 characters and does not begin with @.", "Shorten the prefix or suffix of order numbers in Shopify, or switch useShopifyOrderNo off on the shop card."},
	TotalDiffers:               {Merchant, "The totals differ: {}.", "Accept the difference (orders accept), set roundingAccount and tolerance on the shop card, or correct taxCodes there or the tax set-up in Business Central and retry (orders retry)."},
	DocumentDiffers:            {Merchant, "Business Central makes another document of this order: {}.", "Accept the document as it is, let Business Central decide the field on the shop card, or correct the set-up that Business Central takes it from and retry."},
	OrderDateFollowsPosting:    {Merchant, "In Business Central, sales documents of {} bear their posting date instead of the order's date.", "Unlink document date and posting date in sales set-up, or add orderDate to bcWins on the shop card."},
	DocumentRefused:            {Merchant, "Business Central refused the sales order: {}.", "Correct what Business Central names; the order is tried again by itself."},
	AdoptedContentDiffers:      {Merchant, "Business Central document {} has this order's number and says something else.", "Check the document; correct it, delete it or accept it as it is (orders accept), then retry (orders retry)."},
	TwoDocumentsFound:          {Merchant, "Business Central has several documents for this order: {}.", "Keep one, delete the others, then retry (orders retry)."},
	ChangedAfterProcessing:     {Merchant, "{} was changed in Shopify after its sales order was made.", "Adjust the sales order by hand, or delete it and unlink the order (orders unlink) so that it is made anew."},
	CancelledAfterProcessing:   {Merchant, "{} was cancelled in Shopify after its sales order was made.", "Delete the sales order if nothing is shipped."},
	OutcomeUnknown:             {System, "Business Central did not answer in time for {}; what became of it will be clear within 20 minutes.", "Nothing to do: it is looked up and finished by itself."},
	OrderUnreadable:            {System, "{} could not be read from Shopify.", "Nothing to do: it is tried again by itself; tell support if it stays."},
	OrderDenied:                {Merchant, "{} cannot be read whole: the app lacks a permission in Shopify.", "Grant the app the permission that the detail names; the order is tried again by itself."},
	NumberRefused:              {Merchant, "The number of its sales order could not be written to {} in Shopify.", "The sales order is in order; the number is sent again by itself, or now if the order is retried. The detail says what Shopify answered."},
	NumberDenied:               {Merchant, "The app may not write the number of its sales order to {} in Shopify.", "Grant the app the permission write_orders, or switch orderAttributesToShop off on the shop card."},
	OrderGone:                  {Merchant, "{} is not in Shopify any more and gets no document.", "Nothing to do."},
	OrderOutOfReach:            {Merchant, "{} has become too old for the app to read while it waited, so that nobody knows whether it has changed.", "Grant the app the permission read_all_orders, or make the document by hand."},
	OrdersHidden:               {Merchant, "Orders that were placed {} are hidden from the app.", "Grant the app the permission read_all_orders, and they are imported by themselves within a day; or let the import start later (importFrom on the shop card)."},
	FieldHidden:                {Merchant, "Orders are imported without their {}.", "Grant the app the permission that it lacks; orders are imported whole from then on."},
	PaymentTermsHidden:         {Merchant, "The payment terms of {} are hidden from the app, and the shop card maps them.", "Grant the app the permission read_payment_terms, or empty paymentTerms on the shop card."},
	SystemFailure:              {System, "{} could not be handled because of a failure on our side.", "Nothing to do: it is tried again by itself; tell support if it stays."},
	TestOrder:                  {Merchant, "{} is a test order and gets no document.", "Nothing to do."},
	Cancelled:                  {Merchant, "{} is cancelled and gets no document.", "Nothing to do."},
	NothingLeft:                {Merchant, "{} has nothing left in it and gets no document.", "Nothing to do."},
	Unconfirmed:                {Merchant, "{} is not confirmed yet and gets no document until it is.", "Nothing to do: it is looked at again when Shopify confirms it."},
}

// Lookup is the catalogue's entry of r, and false for a reason it does not know.
func Lookup(r Reason) (Entry, bool) {
	e, ok := catalogue[r]
	return e, ok
}

// Reasons is every reason of the catalogue, in no order.
func Reasons() []Reason {
	out := make([]Reason, 0, len(catalogue))
	for r := range catalogue {
		out = append(out, r)
	}
	return out
}

// Part is one of the problems of a record: a reason and what it is about, all
// that have this reason together.
type Part struct {
	Reason Reason
	Things []string
}

// Of is the issue of a record that has all of parts, at least one: the first
// gives the reason, and each its sentence and its way out. An unknown reason
// (stored by a newer release) still gets a sentence.
func Of(parts ...Part) Issue {
	i := Issue{Reason: parts[0].Reason, Attempts: 1}
	var ways []string
	for _, p := range parts {
		e, ok := catalogue[p.Reason]
		if !ok {
			e = catalogue[SystemFailure]
		}
		i.Text = strings.TrimSpace(i.Text + " " + e.sentence(p.Things))
		if !slices.Contains(ways, e.WayOut) {
			ways = append(ways, e.WayOut)
		}
	}
	i.WayOut = strings.Join(ways, " ")
	return i
}

// New is an issue with its sentence about thing.
func New(r Reason, thing string) Issue { return Of(Part{Reason: r, Things: []string{thing}}) }

// sentence is e's text about things, in one sentence with one full stop.
func (e Entry) sentence(things []string) string {
	var named []string
	for _, t := range things {
		if t = strings.TrimRight(strings.Join(strings.Fields(t), " "), " ."); t != "" {
			named = append(named, t)
		}
	}
	text := e.Text
	if len(named) == 0 { // nothing to name in brackets
		text = strings.ReplaceAll(text, " ({})", "")
	}
	list := strings.Join(named, ", ")
	if n := len(named); n > 1 {
		list = strings.Join(named[:n-1], ", ") + " and " + named[n-1]
	}
	text = strings.ReplaceAll(text, "{}", list)
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

package customers

import (
	"backroom/shared/fault"
	"backroom/shared/issue"
)

// Why no customer is found or made for a buyer. The text
// of a reason is stored: it is never renamed.
const (
	CustomerUnmapped       issue.Reason = "customer-unmapped"
	CustomerAmbiguous      issue.Reason = "customer-ambiguous"
	CustomerBlocked        issue.Reason = "customer-blocked"
	CustomerRefused        issue.Reason = "customer-refused"
	CustomerMissing        issue.Reason = "customer-missing"
	CustomerDoubtful       issue.Reason = "customer-doubtful"
	CustomerShared         issue.Reason = "customer-shared"
	CustomerDiffers        issue.Reason = "customer-differs"
	DefaultCustomerMissing issue.Reason = "default-customer-missing"
	OrderWithoutCustomer   issue.Reason = "order-without-customer"
	CompanyUnmapped        issue.Reason = "company-unmapped"
)

// Reasons explains what this package says of records.
var Reasons = issue.Catalogue{
	CustomerUnmapped:       {Side: fault.Merchant, Text: "No Business Central customer is known for {}.", WayOut: "Set autoCreateUnknownCustomers to true or defaultCustomerNo to a customer number on the shop card, or give a customer in Business Central the buyer's e-mail address."},
	CustomerAmbiguous:      {Side: fault.Merchant, Text: "Several Business Central customers fit {}.", WayOut: "Leave the buyer's e-mail address (without one: phone number) on one of these customers, and take it off the others."},
	CustomerBlocked:        {Side: fault.Merchant, Text: "Customer {} is blocked in Business Central.", WayOut: "Unblock the customer, or set another one where the shop card names it (defaultCustomerNo, defaultCompanyNo or countryCustomers)."},
	CustomerRefused:        {Side: fault.Merchant, Text: "Business Central refused the new customer {}.", WayOut: "Correct the customer in Shopify, or create one with the same e-mail address or phone number in Business Central; the order is tried again by itself."},
	CustomerMissing:        {Side: fault.Merchant, Text: "Customer {} does not exist in Business Central.", WayOut: "Create the customer, or correct its number on the shop card (defaultCustomerNo, defaultCompanyNo or countryCustomers)."},
	CustomerDoubtful:       {Side: fault.Merchant, Text: "Business Central customer {} has another e-mail address than the buyer.", WayOut: "Enter the buyer's e-mail address at the customer in Business Central that is theirs; several addresses are separated by semicolons."},
	CustomerShared:         {Side: fault.Merchant, Text: "Business Central customer {} is used for a buyer with another e-mail address.", WayOut: "Enter each buyer's e-mail address at the customer in Business Central that is theirs; if both belong to one, separate the addresses by semicolons."},
	CustomerDiffers:        {Side: fault.Merchant, Text: "Business Central keeps another value at the new customer {}.", WayOut: "Correct the customer in Business Central; the order is tried again by itself."},
	DefaultCustomerMissing: {Side: fault.Merchant, Text: "Order {} goes to the default customer, and none is set.", WayOut: "Set defaultCustomerNo on the shop card to a customer number, or have buyers found one by one (customerImport and customerMapping)."},
	OrderWithoutCustomer:   {Side: fault.Merchant, Text: "Order {} has no customer in Shopify, and none is found in Business Central by its e-mail address or phone number.", WayOut: "Set defaultCustomerNo on the shop card to the customer number that such orders are booked on, or give a customer in Business Central the order's e-mail address."},
	CompanyUnmapped:        {Side: fault.Merchant, Text: "The order is placed for {}, and no customer is set for orders of companies.", WayOut: "Set defaultCompanyNo on the shop card to the customer number that such orders are booked on."},
}

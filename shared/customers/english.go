package customers

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	CustomerUnmapped:       {Text: "No Business Central customer is known for {}.", WayOut: "Set autoCreateUnknownCustomers to true or defaultCustomerNo to a customer number on the shop card, or give a customer in Business Central the buyer's e-mail address."},
	CustomerAmbiguous:      {Text: "Several Business Central customers fit {}.", WayOut: "Leave the buyer's e-mail address (without one: phone number) on one of these customers, and take it off the others."},
	CustomerBlocked:        {Text: "Customer {} is blocked in Business Central.", WayOut: "Unblock the customer, or set another one where the shop card names it (defaultCustomerNo, defaultCompanyNo, companyCustomers or countryCustomers)."},
	CustomerRefused:        {Text: "Business Central refused the new customer {}.", WayOut: "Correct the customer in Shopify, or create one with the same e-mail address or phone number in Business Central; it is tried again by itself."},
	CustomerMissing:        {Text: "Customer {} does not exist in Business Central.", WayOut: "Create the customer, or correct its number on the shop card (defaultCustomerNo, defaultCompanyNo, companyCustomers or countryCustomers)."},
	CustomerDoubtful:       {Text: "Business Central customer {} has another e-mail address than the buyer.", WayOut: "Enter the buyer's e-mail address at the customer in Business Central that is theirs; several addresses are separated by semicolons."},
	CustomerShared:         {Text: "Business Central customer {} is used for a buyer with another e-mail address.", WayOut: "Enter each buyer's e-mail address at the customer in Business Central that is theirs; if both belong to one, separate the addresses by semicolons."},
	CustomerDiffers:        {Text: "Business Central keeps another value at the new customer {}.", WayOut: "Correct the customer in Business Central; the order is tried again by itself."},
	DefaultCustomerMissing: {Text: "Order {} goes to the default customer, and none is set.", WayOut: "Set defaultCustomerNo on the shop card to a customer number, or have buyers found one by one (customerImport and customerMapping)."},
	OrderWithoutCustomer:   {Text: "Order {} has no customer in Shopify, and none is found in Business Central by its e-mail address or phone number.", WayOut: "Set defaultCustomerNo on the shop card to the customer number that such orders are booked on, or give a customer in Business Central the order's e-mail address."},
	CustomerEmpty:          {Text: "{} has neither name nor e-mail address nor phone number in Shopify, so that no customer is created.", WayOut: "Complete the customer in Shopify; it is tried again by itself."},
	CustomerOfSeveral:      {Text: "Business Central customer {} stands for several customers of the shop, so that neither side follows the other.", WayOut: "Merge the customers in Shopify, or map each to a customer of its own; then the changes come by themselves."},
	CustomerUnsent:         {Text: "Business Central refused a change of customer {}.", WayOut: "Correct the customer in Shopify or in Business Central; it is tried again by itself."},
	CountryUnknown:         {Text: "Business Central has no country {}; the customer's address there has none, or is the one of before.", WayOut: "Create the country in Business Central, or map its code in countries on the shop card; it is tried again by itself."},
	TemplateCodeMissing:    {Text: "Business Central has no {} that customerTemplates on the shop card names.", WayOut: "Create it in Business Central, or correct customerTemplates."},
	CompanyUnmapped:        {Text: "The order is placed for {}, and no customer is set for orders of companies.", WayOut: "Set defaultCompanyNo on the shop card to the customer number that such orders are booked on, or give the company a row of companyCustomers."},
}

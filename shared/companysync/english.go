package companysync

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	Unread:          {Text: "{} could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself."},
	Ambiguous:       {Text: "Several Business Central customers fit {}.", WayOut: "Leave the company's tax id (without one: its main contact's e-mail address) on one of these customers, or name the right one in companyCustomers on the shop card."},
	Doubtful:        {Text: "Business Central customer {} has another tax id than the company in Shopify.", WayOut: "Correct the tax id on one of the two sides, or name the company's customer in companyCustomers on the shop card; it is tried again by itself."},
	Shared:          {Text: "Business Central customer {} belongs to another company of the shop.", WayOut: "Enter the tax id at each of the companies and customers, or name the company's customer in companyCustomers on the shop card."},
	Refused:         {Text: "Business Central refused the new customer for {}.", WayOut: "Correct the company in Shopify, or create a customer with its tax id or e-mail address in Business Central; it is tried again by itself."},
	WithoutLocation: {Text: "{} has no location in Shopify, so that it has neither address nor tax id.", WayOut: "Add a location to the company in Shopify; it is tried again by itself."},
	OfSeveral:       {Text: "Business Central customer {} stands for several companies of the shop, so that neither side follows the other.", WayOut: "Correct the tax id of one of the companies in Shopify, or make them locations of one company; then the changes come by themselves."},
	LongTaxID:       {Text: "The tax id of {} has more than 20 characters, which is more than Business Central has room for; its customer has none, or the one of before.", WayOut: "Correct the tax id at the company's location in Shopify; it is tried again by itself."},
	NumberUnknown:   {Text: "Business Central has no customer {}, which the run was to add to the shop as a company.", WayOut: "Correct the number in the job's parameters."},
	NoContact:       {Text: "Business Central customer {} has no e-mail address, so that the company in the shop would have nobody who can order.", WayOut: "Enter an e-mail address at the customer in Business Central; it is tried again by itself."},
	Taken:           {Text: "The number or e-mail address of Business Central customer {} belongs to another company or customer of the shop.", WayOut: "Correct the external id of the company in Shopify, or the e-mail address on one of the two sides; it is tried again by itself."},
	ChangeRefused:   {Text: "Shopify refused what Business Central has of customer {} as a company.", WayOut: "Correct what the detail names in Business Central; it is tried again by itself."},
	ContactRefused:  {Text: "Shopify did not take the customer of the shop with the e-mail address of Business Central customer {} as the company's main contact.", WayOut: "Set the main contact of the company in Shopify; it is tried again by itself."},
	ChangeUnknown:   {Text: "Shopify did not answer in time about Business Central customer {} as a company; what became of it will be clear within 20 minutes.", WayOut: "Nothing to do: it is looked up and finished by itself."},
	GoneFromShop:    {Text: "The shop has no company any more for Business Central customer {}.", WayOut: "Nothing to do if it was deleted on purpose; else add the company to the shop again."},
	PhoneUnclear:    {Text: "The phone number of Business Central customer {} is none that can be dialled from abroad, so that the company in the shop keeps the one it has.", WayOut: "Enter it in Business Central with its country code, such as +49 30 123456."},
	StateUnclear:    {Text: "Business Central customer {} has a state that Shopify has no code for, so that the company in the shop keeps the address it has.", WayOut: "Enter the state's code in Business Central, or clear it where the country has none."},
	TermsUnknown:    {Text: "Business Central has no payment terms {}, which paymentTerms on the shop card names for a company's; its customer keeps those that it has.", WayOut: "Create the payment terms in Business Central, or correct their code in paymentTerms; it is tried again by itself."},
}

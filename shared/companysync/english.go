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
	LongTaxID:       {Text: "The tax id of {} has more than 20 characters, which is more than Business Central has room for; its customer has none, or the one of before.", WayOut: "Correct the tax id at the company's location in Shopify; it is tried again by itself."},
	TermsUnknown:    {Text: "Business Central has no payment terms {}, which paymentTerms on the shop card names for a company's; its customer keeps those that it has.", WayOut: "Create the payment terms in Business Central, or correct their code in paymentTerms; it is tried again by itself."},
}

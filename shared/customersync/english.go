package customersync

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	Unread:        {Text: "{} could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself."},
	Merged:        {Text: "Shopify has merged customers of which Business Central still has two: {}.", WayOut: "Merge the two in Business Central, or block the one that is not used any more."},
	NoContact:     {Text: "Business Central customer {} has no e-mail address and no phone number that Shopify takes, so that the shop has nobody to add.", WayOut: "Enter an e-mail address at the customer in Business Central; it is tried again by itself."},
	ContactTaken:  {Text: "The e-mail address or phone number of Business Central customer {} belongs to another customer of the shop.", WayOut: "Correct it on one of the two sides, or merge the customers in Shopify; it is tried again by itself."},
	PhoneUnclear:  {Text: "The phone number of Business Central customer {} is none that can be dialled from abroad, so that the shop keeps the one it has.", WayOut: "Enter it in Business Central with its country code, such as +49 30 123456."},
	StateUnclear:  {Text: "Business Central customer {} has a state that Shopify has no code for, so that the shop keeps the address it has.", WayOut: "Enter the state's code in Business Central, or clear it where the country has none."},
	ChangeRefused: {Text: "Shopify refused what Business Central has changed of customer {}.", WayOut: "Correct what the detail names in Business Central; it is tried again by itself."},
	FieldsRefused: {Text: "Shopify refused custom fields of Business Central customer {}.", WayOut: "Correct customerMetafields on the shop card, or the definition of the field in Shopify; it is tried again by itself."},
	NumberUnknown: {Text: "Business Central has no customer {}, which the run was to add to the shop.", WayOut: "Correct the number in the job's parameters."},
	ChangeUnknown: {Text: "Shopify did not answer in time about Business Central customer {}; what became of it will be clear within 20 minutes.", WayOut: "Nothing to do: it is looked up and finished by itself."},
	GoneFromShop:  {Text: "The shop has no customer any more for Business Central customer {}.", WayOut: "Nothing to do if it was deleted on purpose; else add the customer to the shop again."},
}

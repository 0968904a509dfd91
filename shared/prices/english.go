package prices

import "backroom/shared/issue"

var english = issue.Texts{
	NoPrice:         {Text: "{} has no price in Business Central, so that its price in Shopify stays as it is.", WayOut: "Enter a unit price on the item, or a line in a price list."},
	Unusable:        {Text: "The price of {} in Business Central cannot be a price in Shopify.", WayOut: "Correct the price in Business Central: it must be above 0 and below 1,000,000,000."},
	CurrencyUnknown: {Text: "{} has no price in the currency of the shop.", WayOut: "Add a line in the shop's currency to a price list of Business Central, or name that currency's code in priceCurrency on the shop card; price lists need the companion API."},
	TaxUnknown:      {Text: "The price of {} is with tax on one side and without it on the other.", WayOut: "Say in priceTaxPercent on the shop card how many percent lie between them, or let both sides have it the same way."},
	UnitUnknown:     {Text: "{} is sold in a unit of measure that has no price.", WayOut: "Add a line with that unit to a price list of Business Central; price lists need the companion API."},
	Edited:          {Text: "The price of {} was changed in Shopify, and stays until the one in Business Central changes.", WayOut: "Nothing to do, if that is meant; else enter the price of Business Central in Shopify again."},
	Refused:         {Text: "Shopify refuses the price of {}.", WayOut: "Correct what the detail names; it is tried again by itself."},
	Rounded:         {Text: "The price of {} has more digits in Business Central than Shopify shows, and was rounded.", WayOut: "Enter a price in Business Central that the shop's currency has; nothing to do, if the rounded one is meant."},
	Unread:          {Text: "The price of {} could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself."},
}

package inventory

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	ItemUnstocked:    {Text: "Business Central keeps no stock of the item of {}.", WayOut: "Nothing to do if it is a service; else make it an item of type Inventory, or switch tracking off in Shopify."},
	CompanionMissing: {Text: "Business Central does not tell stock per location, which {} needs.", WayOut: "Install the companion extension, or map one Shopify location to the whole company (codes [\"*\"] in stockLocations)."},
	VariantsUntold:   {Text: "Business Central does not tell the stock of single variants, which {} needs.", WayOut: "Install the companion extension, or keep the stock of it by hand in Shopify."},
	UnitUnknown:      {Text: "How many base units the unit of measure of {} holds is not known.", WayOut: "Install the companion extension, give the item the unit of measure, or map the variant to the base unit."},
	Negative:         {Text: "Business Central has a negative stock of {}, which is offered as sold out.", WayOut: "Post what was received, or correct the stock in Business Central."},
	BundleParent:     {Text: "{} is a bundle, whose stock Shopify works out from its components.", WayOut: "Remove its link, and link its components."},
	LocationUnknown:  {Text: "{} does not exist in Shopify or is deactivated, so that no stock is sent to it.", WayOut: "Correct stockLocations on the shop card, or activate the location in Shopify."},
	ServiceLocation:  {Text: "A fulfilment service keeps the stock of {}, which is left alone.", WayOut: "Take the location out of stockLocations on the shop card."},
	ItemGone:         {Text: "{} is not in Shopify any more.", WayOut: "Remove its link if the product was deleted on purpose."},
	Unstocked:        {Text: "{} has stock in Business Central and is not stocked at its location in Shopify.", WayOut: "Stock it at the location in Shopify if it is to be sold from there; else it is left alone."},
	ItemUnread:       {Text: "The stock of {} could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
	Refused:          {Text: "Shopify has not taken the stock of {}.", WayOut: "Look at the product in Shopify and correct what the detail names; it is tried again by itself."},
}

package disputes

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	Wanted:  {Text: "{} wants evidence.", WayOut: "Answer it in Shopify's admin, under the order, before the evidence is due."},
	DueSoon: {Text: "{} wants evidence within three days.", WayOut: "Answer it in Shopify's admin, under the order, now: without evidence it is lost."},
	Overdue: {Text: "{} wanted evidence, and the time for it is over.", WayOut: "Look at it in Shopify's admin: what was saved there is sent by itself."},
	Undated: {Text: "{} wants an answer.", WayOut: "Answer it in Shopify's admin, under the order."},
}

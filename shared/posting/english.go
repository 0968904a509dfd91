package posting

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	DateClosed:    {Text: "{} is outside the dates that Business Central allows to post on.", WayOut: "Open the period (Allow Posting From and To) in General Ledger Setup, or let the job post on another date."},
	DateMissing:   {Text: "{} has no posting date.", WayOut: "Enter the posting date in Business Central, or let the job set it."},
	Blocked:       {Text: "Something that {} needs is blocked in Business Central.", WayOut: "Unblock the customer, item or account that the detail names, or change the line that uses it."},
	SetupMissing:  {Text: "A posting setup that {} needs is missing in Business Central.", WayOut: "Complete the posting groups or the posting setup that the detail names."},
	NothingToPost: {Text: "{} has no quantity to ship or to invoice on its lines.", WayOut: "Enter Qty. to Ship on its lines, or set Default Quantity to Ship to Remainder in Sales & Receivables Setup."},
	TotalMoved:    {Text: "{}, since its posting date and with it the exchange rate was changed.", WayOut: "Correct the line discounts in Business Central so that the total is as before, or post the document there."},
	PostingDenied: {Text: "Business Central refused to post {}.", WayOut: "Correct what Business Central names; the document is tried again by itself within a day, or at once by a run with retry."},
	ChangeDenied:  {Text: "Business Central refused to change {} before it is posted.", WayOut: "Correct what Business Central names: of a released document in a foreign currency that has discounts the posting date cannot be changed, so reopen it, or keep its date."},
	NotAsAsked:    {Text: "Business Central set other quantities to post on {} than it was asked to.", WayOut: "Switch postByQuantities off on the shop card, or post the order in Business Central."},
	NotProved:     {Text: "Business Central said that {} was posted, and its ledger does not show it.", WayOut: "Look the document up in Business Central; give the app the permission to read G/L entries if it lacks it."},
	Vanished:      {Text: "{} was being posted, and is neither a draft nor a posted document in Business Central any more.", WayOut: "Look in Business Central for the posted document, or who has deleted it."},
	TooManyLines:  {Text: "{} has more lines than can be prepared for a part of it to be posted.", WayOut: "Post it in Business Central, or let the job ship and invoice together."},
}

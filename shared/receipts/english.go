package receipts

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	GatewayUnmapped: {Text: "A payment of {} is not suggested: the shop card has no account for its gateway.", WayOut: "Give paymentAccounts a row for the gateway, or one for * that is for all others; it is then suggested by itself."},
	CurrencyDiffers: {Text: "A payment of {} is not suggested: its invoice is in a currency that the order was not paid in.", WayOut: "Book the payment by hand in Business Central."},
	CardDiffers:     {Text: "A payment of {} is not suggested: the card of the customer who pays is in another currency than the invoice.", WayOut: "Book the payment by hand in Business Central: its API takes payments in the currency of the customer's card alone."},
	Refused:         {Text: "Business Central has refused a payment of {}.", WayOut: "Correct what it names; it is suggested again by itself."},
	JournalTaken:    {Text: "Payments of {} are not suggested: somebody else has a batch of the customer payment journal by the code of ours.", WayOut: "Rename that batch in Business Central."},
	AccountRefused:  {Text: "Payments of {} are not suggested: Business Central has not made a batch that balances on their account.", WayOut: "Correct paymentAccounts on the shop card, or the account in Business Central: it takes direct posting and is not blocked."},
	LineGone:        {Text: "A suggested payment of {} is neither in its journal nor in the ledger any more.", WayOut: "Nothing to do if somebody has deleted the line, or posted it under another number: it is not suggested again. If it is missing, book it by hand."},
	PaidBack:        {Text: "More is suggested as paid of {} than the buyer has paid and not got back.", WayOut: "Correct the line in its journal if it is not posted, or what is posted of it, in Business Central."},
}

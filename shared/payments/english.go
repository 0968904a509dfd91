package payments

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	Unbalanced:   {Text: "{} is not what its transactions come to.", WayOut: "Nothing to do for a day or two: Shopify adds transactions late, and each run looks again. If it stays, compare the payout with its transactions in Shopify's admin."},
	OtherMoney:   {Text: "{} has a transaction in another currency, so that its sum is not known.", WayOut: "Compare the payout with its transactions in Shopify's admin, and tell support."},
	PayoutFailed: {Text: "{} has failed: the bank did not take it.", WayOut: "Check the bank account in Shopify's settings of payments; Shopify tries again with a later payout."},
}

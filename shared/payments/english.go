package payments

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	Unbalanced:   {Text: "{} is not what its transactions come to.", WayOut: "Nothing to do for a day or two: Shopify adds transactions late, and each run looks again. If it stays, compare the payout with its transactions in Shopify's admin."},
	OtherMoney:   {Text: "{} has a transaction in another currency, so that its sum is not known.", WayOut: "Compare the payout with its transactions in Shopify's admin, and tell support."},
	PayoutFailed: {Text: "{} has failed: the bank did not take it.", WayOut: "Check the bank account in Shopify's settings of payments; Shopify tries again with a later payout."},

	AccountMissing:  {Text: "{} is not posted: the shop card lacks an account.", WayOut: "Give payoutAccounts, or for a currency payoutBankAccounts, a row for it; it is then posted by itself."},
	BankUnknown:     {Text: "{} is not posted: Business Central has no such bank account, or it is blocked.", WayOut: "Correct payoutBankAccounts on the shop card, or the bank account in Business Central."},
	BankCurrency:    {Text: "{} is not posted: its bank account is in another currency.", WayOut: "Name a bank account in the currency of the payout in payoutBankAccounts; if Business Central does not know the currency, create it first."},
	DateClosed:      {Text: "{} is not posted: its day is closed in Business Central.", WayOut: "Allow postings on that day in the general ledger setup, and it is posted by itself; or book it by hand."},
	JournalRefused:  {Text: "Business Central has refused the journal of {}.", WayOut: "Correct what it names: an account that is blocked, takes no direct posting or wants a dimension; it is tried again by itself."},
	JournalTaken:    {Text: "{} is not posted: somebody else has a journal batch of its code.", WayOut: "Rename that batch in Business Central."},
	JournalChanged:  {Text: "{} is not posted: somebody has changed the lines of its journal batch.", WayOut: "Post the batch, or delete it and it is made anew."},
	BookedOtherwise: {Text: "{} is in the ledger, and not as it was meant.", WayOut: "Compare the entries of its document number in Business Central with the journal that the payout shows, and correct them there; it is not posted again."},
	NotProved:       {Text: "The journal of {} is gone, and the ledger has no entries of its document number.", WayOut: "Look in Business Central whether it was posted under another number; if it was not, post it by hand under its document number."},
	FailedBooked:    {Text: "{} has failed after it was posted: the bank did not take it.", WayOut: "Reverse its entries in Business Central, or move the amount from the bank account to the account of transfers; Shopify pays it with a later payout."},
	MovedBooked:     {Text: "{} has other transactions than when it was posted.", WayOut: "Compare its entries in Business Central with the journal that the payout shows, and correct them there."},
}

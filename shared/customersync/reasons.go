package customersync

import (
	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/language"
	"backroom/shared/outbound"
)

// Why a customer is not in step. The text of a reason is stored: it is never renamed.
const (
	Unread        issue.Reason = "customer-unread"
	Merged        issue.Reason = "customer-merged"
	NoContact     issue.Reason = "customer-without-contact"
	ContactTaken  issue.Reason = "customer-contact-taken"
	PhoneUnclear  issue.Reason = "customer-phone-unclear"
	StateUnclear  issue.Reason = "customer-state-unclear"
	ChangeRefused issue.Reason = "customer-refused-by-shop"
	FieldsRefused issue.Reason = "customer-fields-refused"
	NumberUnknown issue.Reason = "customer-number-unknown"
	ChangeUnknown issue.Reason = "customer-change-unknown"
	GoneFromShop  issue.Reason = "customer-gone-from-shop"
)

// Reasons explains what keeps customers from being in step; what could not be read,
// and what is not yet known, is ours to mend.
var Reasons = own()

func own() issue.Catalogue {
	mine := issue.Written(english, french, Unread, ChangeUnknown).Quoting(language.French, frenchPhrases)
	return issue.Join(customers.Reasons, outbound.Reasons, mine)
}

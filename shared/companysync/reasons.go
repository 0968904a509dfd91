package companysync

import (
	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// Why a company is not in step. The text of a reason is stored: it is never renamed.
const (
	Unread          issue.Reason = "company-unread"
	Ambiguous       issue.Reason = "company-ambiguous"
	Doubtful        issue.Reason = "company-doubtful"
	Shared          issue.Reason = "company-shared"
	Refused         issue.Reason = "company-refused"
	WithoutLocation issue.Reason = "company-without-location"
	OfSeveral       issue.Reason = "company-of-several"
	LongTaxID       issue.Reason = "company-tax-id-too-long"
	NumberUnknown   issue.Reason = "company-number-unknown"
	NoContact       issue.Reason = "company-without-contact"
	Taken           issue.Reason = "company-taken"
	ChangeRefused   issue.Reason = "company-refused-by-shop"
	ContactRefused  issue.Reason = "company-contact-refused"
	ChangeUnknown   issue.Reason = "company-change-unknown"
	GoneFromShop    issue.Reason = "company-gone-from-shop"
	PhoneUnclear    issue.Reason = "company-phone-unclear"
	StateUnclear    issue.Reason = "company-state-unclear"
	TermsUnknown    issue.Reason = "company-terms-unknown"
)

// Reasons explains what keeps companies from being in step; what could not be read,
// and what is not yet known, is ours to mend.
var Reasons = own()

func own() issue.Catalogue {
	return issue.Join(customers.Reasons, outbound.Reasons, issue.Written(english, french, Unread, ChangeUnknown))
}

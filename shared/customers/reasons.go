package customers

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// Why no customer is found or made for a buyer. The text
// of a reason is stored: it is never renamed.
const (
	CustomerUnmapped       issue.Reason = "customer-unmapped"
	CustomerAmbiguous      issue.Reason = "customer-ambiguous"
	CustomerBlocked        issue.Reason = "customer-blocked"
	CustomerRefused        issue.Reason = "customer-refused"
	CustomerMissing        issue.Reason = "customer-missing"
	CustomerDoubtful       issue.Reason = "customer-doubtful"
	CustomerShared         issue.Reason = "customer-shared"
	CustomerDiffers        issue.Reason = "customer-differs"
	DefaultCustomerMissing issue.Reason = "default-customer-missing"
	OrderWithoutCustomer   issue.Reason = "order-without-customer"
	CompanyUnmapped        issue.Reason = "company-unmapped"
	CustomerEmpty          issue.Reason = "customer-empty"
	CustomerUnsent         issue.Reason = "customer-change-refused"
	CustomerOfSeveral      issue.Reason = "customer-of-several"
	CountryUnknown         issue.Reason = "customer-country-unknown"
	TemplateCodeMissing    issue.Reason = "customer-template-code-missing"
)

// Reasons explains what this package says of records.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)

package products

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// Why no item is found for a line. The text
// of a reason is stored: it is never renamed.
const (
	ItemUnmapped    issue.Reason = "item-unmapped"
	VariantUnmapped issue.Reason = "variant-unmapped"
	ItemBlocked     issue.Reason = "item-blocked"
	ItemAmbiguous   issue.Reason = "item-ambiguous"
)

// Reasons explains what this package says of records.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)

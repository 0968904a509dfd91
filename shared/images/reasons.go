package images

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// Why a picture is not where it should be. The text of a reason is stored: it is never
// renamed.
const (
	NoPicture    issue.Reason = "image-no-picture"
	TooLarge     issue.Reason = "image-too-large"
	Refused      issue.Reason = "image-refused"
	NotRead      issue.Reason = "image-not-read"
	NotWritten   issue.Reason = "image-not-written"
	OwnOfVariant issue.Reason = "image-own-of-variant"
	Occupied     issue.Reason = "image-item-has-another"
)

// Reasons explains what this package says of pictures.
var Reasons = issue.Written(english, french, NotRead).Quoting(language.French, frenchPhrases)

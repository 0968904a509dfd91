package images

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	NoPicture:    {Text: "No picture that can be taken over is stored for {}.", WayOut: "Put a JPEG, PNG, GIF or WebP picture in its place; it is sent by itself then."},
	TooLarge:     {Text: "A picture as large as that of {} is not taken over.", WayOut: "Put one of at most 20 MB and 25 megapixels in its place; it is sent by itself then."},
	Refused:      {Text: "Shopify refused the picture of {}.", WayOut: "Put another picture in its place, or correct what the detail names; it is tried again when the picture changes."},
	NotRead:      {Text: "The picture of {} could not be read.", WayOut: "Nothing to do: it is tried again by itself."},
	NotWritten:   {Text: "Business Central refused the picture of {}.", WayOut: "Correct what the detail names; it is tried again when the product changes in Shopify."},
	OwnOfVariant: {Text: "Shopify shows another picture for {} than Business Central has.", WayOut: "Take that picture off the variant in Shopify if the one of Business Central should be shown."},
	Occupied:     {Text: "{} has a picture in Business Central that is not from Shopify.", WayOut: "Delete that picture, or let pictures of Shopify take the place of others (replaceItemPictures on the shop card)."},
}

// Package images keeps the pictures of items and of the products that are linked with
// them the same, in the direction that the shop card says.
//
// # To Shopify
//
// Items and item variants that have changed since the last run are listed; the pictures
// of those that are linked are read, many in one request, and compared by a hash of their
// bytes with what was sent last. An item's time of change moves with its stock, too, so
// that most of them are as they were, and cost nothing more; where the company tells which
// are, they are not even read. A new picture is uploaded, made a file of the shop, and
// tied to its product, and to its variant, once Shopify has processed it. A file's name is
// made of product, variant and content: a file whose creation has had no answer is found
// by it, and is never made twice. A changed picture takes the place of the one before in
// the same file.
//
// # From Shopify
//
// Products that have changed since the last run are listed; the first picture of each is
// downloaded as it was uploaded if it is another one than last time. It becomes the
// item's picture. Business Central's API shows the first picture of an item and a write
// replaces all: so an item with a picture that is not ours is left alone, unless the card
// says otherwise.
//
// # What is stored
//
//	SHOP#<shop>#IMAGE   <product id>#<variant id>   what of a picture is where; index 2: with something left to do, by when
//	SHOP#<shop>         CURSOR#images, CURSOR#variant-images, CURSOR#product-images
package images

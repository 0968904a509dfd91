package images

import "backroom/shared/shop"

// Direction is which way pictures go. Its text is stored.
type Direction string

// The directions; "" is neither.
const (
	ToShopify   Direction = "to-shopify"
	FromShopify Direction = "from-shopify"
)

// Settings are the settings of the shop card about pictures. Missing fields of an older
// card have working zero values.
type Settings struct {
	SyncItemImages Direction `json:"syncItemImages,omitempty"`
	// ImageDescription is what a picture is described by when it is sent.
	ImageDescription Description `json:"imageDescription,omitempty"`
	// DeleteImages takes pictures away that Backroom has put there, when they go from
	// where they came from.
	DeleteImages bool `json:"deleteImages,omitempty"`
	// ReplaceItemPictures has pictures of Shopify take the place of all pictures of an
	// item that are not ours.
	ReplaceItemPictures bool `json:"replaceItemPictures,omitempty"`
}

// Description is what a picture is described by. Its text is stored.
type Description string

// The descriptions.
const (
	ByName  Description = "name" // of the item
	Nothing Description = "none"
)

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Pictures", Settings{ImageDescription: ByName}, checkSettings,
	shop.Setting{Names: []string{"syncItemImages"}, Does: "pictures of items go `to-shopify` or come `from-shopify`; blank: they stay where they are. Nothing of this needs the companion API; with it, pictures are not read again when the stock of their item has moved", Theirs: "blank"},
	shop.Setting{Names: []string{"imageDescription"}, Does: "what a picture is described by for those who cannot see it, when it is sent for the first time: `name` of the item, or `none`; what is changed in Shopify stays", New: "`name`", Theirs: "-"},
	shop.Setting{Names: []string{"deleteImages"}, Does: "a picture that Backroom has put there goes when the one that it came from goes", Theirs: "-"},
	shop.Setting{Names: []string{"replaceItemPictures"}, Does: "a picture from Shopify takes the place of all pictures of an item, also of those that are not from Shopify; an item may have several, of which Business Central's API shows the first", Theirs: "on"},
)

func checkSettings(c *shop.Checker, s Settings) {
	c.Word("syncItemImages", string(s.SyncItemImages), string(ToShopify), string(FromShopify))
	c.Word("imageDescription", string(s.ImageDescription), string(ByName), string(Nothing))
}

// toldBy are the settings of a card that ask for stamps of pictures.
func toldBy(card shop.Shop) ([]string, error) {
	s, err := shop.Of[Settings](card)
	if err != nil || s.SyncItemImages != ToShopify {
		return nil, err
	}
	return []string{"syncItemImages"}, nil
}

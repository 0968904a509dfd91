package images

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/outbound"
)

// Pair is an item, or an item variant, and the product, or the variant, that is linked
// with it.
type Pair struct {
	Item    string // number
	Code    string // of the item variant; "": the item itself
	Product string // numeric id
	Variant string // numeric id; "": the product itself
	Name    string // of the product, for people
}

// words are what a person calls the picture's owner.
func (p Pair) words() string {
	name := p.Name
	if name == "" {
		name = p.Product
	}
	if p.Code != "" {
		return fmt.Sprintf("%s (item %s, variant %s)", name, p.Item, p.Code)
	}
	return fmt.Sprintf("%s (item %s)", name, p.Item)
}

func split(id string) (product, variant string) {
	product, variant, _ = strings.Cut(id, "#")
	return product, variant
}

// Links say which items and products belong together. Errors carry a fault.Kind, as those
// of all interfaces here. One goroutine at a time calls them.
type Links interface {
	// OfItems are the pairs of items of these numbers; of variants too.
	OfItems(ctx context.Context, shop string, numbers []string) ([]Pair, error)
	// OfProducts are the pairs of products of these ids; of variants too.
	OfProducts(ctx context.Context, shop string, ids []string) ([]Pair, error)
}

// Item is an item, or a variant of it, of the company.
type Item struct {
	ID         string // guid, of the variant if Code is set
	Number     string
	Code       string
	Name       string
	ModifiedAt time.Time
	Has        bool // whether it has a picture; true where the company does not tell
}

// Picture is what was read as the picture of an item.
type Picture struct {
	Content []byte // nil: the item has none
	Err     error  // why it could not be read
}

// MaxItems is how many items a page has, and how many pictures are read at once.
const MaxItems = 100

// Items are the items of the company.
type Items interface {
	// ChangedItems lists at most limit items that have changed since from, the earliest
	// change first; ChangedVariants does the same for item variants, and reports false where
	// the company tells no pictures of variants.
	ChangedItems(ctx context.Context, from time.Time, limit int) ([]Item, error)
	ChangedVariants(ctx context.Context, from time.Time, limit int) (is []Item, told bool, err error)
	// ItemsOf reads items, or variants, by number and code, at most MaxItems. Those that
	// do not exist are left out.
	ItemsOf(ctx context.Context, ps []Pair) ([]Item, error)
}

// Company is where items have their pictures.
type Company interface {
	Items

	// Pictures reads the pictures of items, at most MaxItems, in their order.
	Pictures(ctx context.Context, is []Item) ([]Picture, error)
	// Stamps are what tells one picture of an item from another one, by id of the item; items
	// of which the company tells none, such as variants, are left out. At most MaxItems.
	Stamps(ctx context.Context, is []Item) (map[string]string, error)
	// SetPicture puts a picture in the place of all that the item has, DeletePicture takes
	// all away. Repeating either does no harm.
	SetPicture(ctx context.Context, i Item, content []byte) error
	DeletePicture(ctx context.Context, i Item) error
}

// State is how far Shopify is with a file.
type State string

// The states.
const (
	Working State = "working"
	Usable  State = "usable"
	Useless State = "useless" // it could not be processed
)

// File is a picture in Shopify.
type File struct {
	ID      string // numeric
	State   State
	Problem string // why it is useless
	Address string // of the picture; another one has another. "" while Shopify works on it
	Source  string // where it is downloaded as it was uploaded, for a short time; "": nowhere
	Bytes   int64  // of what was uploaded; 0: not known
}

// Upload is a picture to be sent.
type Upload struct {
	File    string // what it is called
	Mime    string
	Content []byte
	Alt     string
}

// Change is a change of a file: what is set of it.
type Change struct {
	ID      string
	Staged  string // address of an uploaded picture that takes its place
	Product string // a product that is to show it
}

// Shown is the first picture of a product or variant.
type Shown struct {
	Product, Variant string // Variant "": the product's own
	File             File   // without ID: it has none
}

// MaxFiles is how many files a request is about.
const MaxFiles = 50

// Files are the files of the shop. Lists of answers are in the order of what was asked for.
type Files interface {
	// Upload brings pictures to where files are made of them: an address each.
	Upload(ctx context.Context, us []Upload) ([]outbound.Created[string], error)
	// Create makes files of uploaded pictures. One whose name is taken is refused, see
	// NameTaken.
	Create(ctx context.Context, us []Upload, staged []string) ([]outbound.Created[File], error)
	// Named finds files by their names, Read by their ids; those that do not exist have
	// no ID. Read waits some seconds for those that Shopify works on.
	Named(ctx context.Context, names []string) ([]File, error)
	Read(ctx context.Context, ids []string) ([]File, error)
	Delete(ctx context.Context, ids []string) error
}

// NameTaken is the code of the error of a create whose name another file has.
const NameTaken = "FILENAME_TAKEN"

// Ties are what shows a file. Repeating a change does no harm.
type Ties interface {
	// Change changes files, an error each.
	Change(ctx context.Context, cs []Change) ([]error, error)
	// Show has variants of a product show files of it, by the variant's id. A variant that
	// shows another file is refused, with Own.
	Show(ctx context.Context, product string, files map[string]string) (map[string]error, error)
}

// Gone is the code of the error of a file that does not exist.
const Gone = "FILE_DOES_NOT_EXIST"

// Own is the code of the error of a variant that shows a picture of its own.
const Own = "VARIANT_HAS_MEDIA"

// Products are the products of the shop with their pictures.
type Products interface {
	cursor.Feed

	// Shown reads the first pictures of products, and those of variants.
	Shown(ctx context.Context, ps []Pair) ([]File, error)
	// Download reads a picture as it was uploaded, of at most so many bytes.
	Download(ctx context.Context, address string, most int64) ([]byte, error)
}

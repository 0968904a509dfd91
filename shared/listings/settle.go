package listings

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Field is what both sides say of a product or a variant. Its text is stored.
type Field string

// The fields.
const (
	Title    Field = "title"    // of the product; the item's description
	Type     Field = "type"     // of the product; the name of the item's category
	Vendor   Field = "vendor"   // of the product; the name of the item's vendor
	Body     Field = "body"     // of the product; the item's marketing text
	SKU      Field = "sku"      // of the variant; item number and variant code by the SKU mapping
	Barcode  Field = "barcode"  // of the variant; the item's GTIN, or a reference of it
	Mass     Field = "weight"   // of the variant; the item's gross weight
	HSCode   Field = "hs-code"  // of the variant; the item's tariff number
	Origin   Field = "origin"   // of the variant; the item's country of origin
	Taxable  Field = "taxable"  // of the variant; the card says it
	Oversell Field = "oversell" // of the variant; the card says it
)

// Owner says whose value of a field counts. Its text is stored.
type Owner string

// The owners.
const (
	OwnerShopify Owner = "shopify"
	OwnerBC      Owner = "business-central"
	OwnerFirst   Owner = "first"  // whichever side has changed it first since both agreed
	OwnerNobody  Owner = "nobody" // it is left alone
)

// Said is what the two sides say of a field now, and when the records that say it
// changed last.
type Said struct {
	BC, Shopify     string
	BCAt, ShopifyAt time.Time
}

// Course is what is done about a field.
type Course int

// The courses.
const (
	Leave     Course = iota // nothing is written
	ToShopify               // Shopify gets BC's value
	ToBC                    // BC gets Shopify's value
)

// Settle decides about a field. agreed is what both said when they were in step last,
// as [Agree] gives it; "" if they never were. conflict says that both have changed it
// since, to different values: the one that loses is shown to people.
//
// A value of which one side knows nothing ("") never wipes the other's. What was written
// and came back in another form (cut, trimmed) is agreed on as it is, so that no value
// goes back and forth: each side is held against what it said itself.
func Settle(o Owner, agreed string, s Said) (c Course, conflict bool) {
	if s.BC == s.Shopify || o == OwnerNobody || o == "" {
		return Leave, false
	}
	bcWas, shopifyWas, known := strings.Cut(agreed, ":")
	bcNew, shopifyNew := !known || bcWas != digest(s.BC), !known || shopifyWas != digest(s.Shopify)
	if !bcNew && !shopifyNew {
		return Leave, false
	}
	conflict = known && bcNew && shopifyNew && s.BC != "" && s.Shopify != ""
	switch o {
	case OwnerShopify:
		c = ToBC
	case OwnerBC:
		c = ToShopify
	case OwnerFirst:
		switch {
		case bcNew && !shopifyNew:
			c = ToShopify
		case shopifyNew && !bcNew:
			c = ToBC
		case s.ShopifyAt.Before(s.BCAt):
			c = ToBC
		default:
			c = ToShopify
		}
		if c == ToShopify && s.BC == "" && !known {
			c = ToBC
		}
		if c == ToBC && s.Shopify == "" && !known {
			c = ToShopify
		}
	case OwnerNobody:
	}
	if c == ToShopify && s.BC == "" || c == ToBC && s.Shopify == "" {
		return Leave, false // nothing is known there
	}
	return c, conflict
}

// Agree is what is kept of a field when the two sides are in step.
func Agree(s Said) string { return digest(s.BC) + ":" + digest(s.Shopify) }

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

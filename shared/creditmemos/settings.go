package creditmemos

import (
	"backroom/shared/documents"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about credit memos.
type Settings struct {
	RefundAccount          string         `json:"refundAccount,omitempty"`          // units that never shipped, and what lines do not come to; see documents.ItemOf
	NonRestockAccount      string         `json:"nonRestockAccount,omitempty"`      // units that are not taken back into stock
	ReturnLocation         string         `json:"returnLocation,omitempty"`         // code
	ReturnLocationPriority ReturnPriority `json:"returnLocationPriority,omitempty"` // where units are taken back
}

// ReturnPriority says where units are taken back. Its text is stored.
type ReturnPriority string

// Stored values; "" is the return location.
const (
	OriginalLocation ReturnPriority = "original" // where they came back to, if the card maps that
)

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Credit memos", Settings{}, check,
	shop.Setting{Names: []string{"refundAccount"}, Does: "the G/L account, or the item, of refunded units that were never shipped, and of what a refund's lines do not come to; without VAT, or with a tax code for the rate 0 in `taxCodes`"},
	shop.Setting{Names: []string{"nonRestockAccount"}, Does: "the G/L account, or the item, of refunded units that are not taken back into stock"},
	shop.Setting{Names: []string{"returnLocation", "returnLocationPriority"}, Does: "the code of the location that units are taken back to; `original`: it is where they came back to, if `locations` maps that"},
)

// Booked are the settings that name an account of lines, see documents.Card.
func (s Settings) Booked() []string { return []string{s.RefundAccount, s.NonRestockAccount} }

func check(c *shop.Checker, s Settings) {
	documents.CheckBooked(c, "refundAccount", s.RefundAccount)
	documents.CheckBooked(c, "nonRestockAccount", s.NonRestockAccount)
	c.Code("returnLocation", s.ReturnLocation)
	c.Word("returnLocationPriority", string(s.ReturnLocationPriority), string(OriginalLocation))
}

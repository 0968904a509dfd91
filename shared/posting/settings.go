package posting

import "backroom/shared/shop"

// Settings are those of the shop card about posting.
type Settings struct {
	// PostByQuantities allows jobs that only ship, or only invoice: API v2.0 has one
	// action, and what it posts follows from the quantities on the lines. That is read
	// in BC's source and was not seen live.
	PostByQuantities bool `json:"postByQuantities,omitempty"`
}

// Section is the card's section of posting.
var Section = shop.SectionOf(
	"Posting", Settings{}, nil,
	shop.Setting{Names: []string{"postByQuantities"}, Does: "jobs that post orders may ship only, or invoice only, by the quantities on the lines of an order; try it on an order of a test company first, since nobody has seen it with a live Business Central yet", Theirs: "-"},
)

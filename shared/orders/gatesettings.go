package orders

import (
	"fmt"
	"strings"

	"backroom/shared/shop"
)

// GateSettings are the settings of the shop card about when an order may get its
// document. Missing fields of an older card have working zero values.
type GateSettings struct {
	// OrderGates are by sales channel: the first that fits decides, so that one of every channel
	// comes last.
	OrderGates []Gate `json:"orderGates,omitempty"`
}

// GateSection is the card's section of them.
var GateSection = shop.SectionOf(
	"Hold of orders", GateSettings{}, checkGates,
	shop.Setting{Names: []string{"orderGates"}, Does: "what orders of a sales channel wait for before they get their document: `[{\"channel\": \"Online Store\", \"minutes\": 30, \"paid\": true, \"maxRisk\": \"LOW\", \"tags\": [\"hold\"]}]`. `minutes` are counted from when the order was placed; `paid` waits until all of it is received, authorised alone is not; a risk above `maxRisk` (`NONE`, `LOW`, `MEDIUM`) or one of `tags` holds an order until that changes or a person releases it (`orders release`). The first row that fits the channel decides; a row without channel is for all and comes last", Theirs: "-"},
)

// maxGateMinutes is the longest window: 60 days.
const maxGateMinutes = 60 * 24 * 60

func checkGates(c *shop.Checker, s GateSettings) {
	for i, g := range s.OrderGates {
		at := fmt.Sprintf("orderGates[%d].", i)
		if g.Minutes < 0 || g.Minutes > maxGateMinutes {
			c.Bad(at+"minutes", fmt.Sprint(g.Minutes), fmt.Sprintf("a number of minutes from 0 to %d", maxGateMinutes))
		}
		c.Word(at+"maxRisk", g.MaxRisk, "NONE", "LOW", "MEDIUM")
		for n, t := range g.Tags {
			if strings.TrimSpace(t) == "" || strings.Contains(t, ",") {
				c.Bad(fmt.Sprintf("%stags[%d]", at, n), t, "one tag of orders")
			}
		}
		for n, before := range s.OrderGates[:i] {
			switch {
			case before.Channel == "":
				c.Bad(at+"channel", g.Channel, fmt.Sprintf("before row %d, which is for all channels", n))
			case strings.EqualFold(before.Channel, g.Channel):
				c.Bad(at+"channel", g.Channel, fmt.Sprintf("another than that of row %d", n))
			}
		}
	}
}

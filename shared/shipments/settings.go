package shipments

import (
	"fmt"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about shipments. Missing fields of an
// older card have working zero values.
type Settings struct {
	// SendShippingConfirmation has Shopify write to the buyer about fulfilments.
	SendShippingConfirmation shop.OnByDefault `json:"sendShippingConfirmation,omitempty"`
	// ShippingAgents say what Shopify is told of the company's shipping agents.
	ShippingAgents []Carrier `json:"shippingAgents,omitempty"`
}

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Shipments", Settings{}, checkSettings,
	shop.Setting{Names: []string{"sendShippingConfirmation"}, Does: "Shopify writes to the buyer when a shipment is fulfilled, ready for pickup or tracked anew; not about one that was posted more than 14 days ago", New: "on", Theirs: "on"},
	shop.Setting{Names: []string{"shippingAgents"}, Does: "Shopify's tracking company and the address of a parcel by the shipping agent's code or name: `[{\"agent\": \"UPS-EU\", \"company\": \"UPS\", \"url\": \"https://parcels.example/%1\"}]`; an agent without a row goes by its name, which Shopify knows for most carriers"},
)

func checkSettings(c *shop.Checker, s Settings) {
	seen := map[string]bool{}
	for _, a := range s.ShippingAgents {
		agent := plainName(a.Agent)
		switch {
		case agent == "":
			c.Bad("shippingAgents", a.Agent, "an agent by its code or name in Business Central")
		case seen[agent]:
			c.Bad("shippingAgents", a.Agent, "each agent once")
		case a.URL != "" && (!strings.Contains(a.URL, "%1") || address(Parcel{Number: "1"}, a.URL) == ""):
			c.Bad("shippingAgents", a.URL, "an address such as https://parcels.example/%1, with %1 for the number")
		}
		seen[agent] = true
	}
}

// places are the location codes of the card's section of documents.
type places struct {
	Locations []struct {
		LocationID string `json:"locationID"`
		Code       string `json:"code"`
	} `json:"locations"`
}

// goesBy is what a card says about shipments.
type goesBy struct {
	Settings
	locations map[string]string // code by Shopify's location
}

func cardOf(card shop.Shop) (g goesBy, err error) {
	if g.Settings, err = shop.Of[Settings](card); err != nil {
		return g, err
	}
	ps, err := shop.Of[places](card)
	if err != nil {
		return g, fmt.Errorf("locations: %w", err)
	}
	g.locations = map[string]string{}
	for _, l := range ps.Locations {
		g.locations[l.LocationID] = bcapi.Code(l.Code)
	}
	return g, nil
}

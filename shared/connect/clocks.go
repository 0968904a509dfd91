package connect

import (
	"fmt"
	"time"

	"backroom/shared/clock"
	"backroom/shared/documents"
)

// clocked notes how far this machine's clock is from the shop's, there, and gives
// card with its time of connection by that one: the first import starts at it.
func (f *Found) clocked(card documents.Card, there time.Time) documents.Card {
	if there.IsZero() {
		return card
	}
	here := f.At
	if ahead := clock.Ahead(here, there); ahead > 0 {
		f.Ahead = ahead
	} else {
		f.Ahead = -clock.Ahead(there, here)
	}
	if f.Ahead != 0 {
		f.At = there
	}
	switch just := here.Sub(card.ConnectedAt).Abs() <= clock.Slack; {
	case just && f.Ahead != 0, clock.Ahead(card.ConnectedAt, there) > 0:
		card.ConnectedAt = there
	}
	return card
}

// clocks says that this machine's clock is wrong.
func clocks(_ documents.Card, found Found) []Finding {
	if found.Ahead == 0 {
		return nil
	}
	how := "ahead of"
	if found.Ahead < 0 {
		how = "behind"
	}
	return []Finding{{
		Weight: Note,
		Text:   fmt.Sprintf("This machine's clock is %s %s Shopify's: schedules follow it.", clock.Words(found.Ahead.Abs()), how),
		WayOut: "Set the clock, and let it be kept by a time server; what was stored meanwhile is set right by itself.",
	}}
}

package connect

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
)

// TestClocks: a shop is connected at a time of its own clock, whatever this
// machine's shows, and a wrong one is said.
func TestClocks(t *testing.T) {
	const day = 24 * time.Hour
	there := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name      string
		here      time.Duration // after there
		connected time.Duration // after here
		known     bool          // the shop tells the time
		want      time.Duration // when it was connected, after there
		says      string        // "": nothing
	}{
		{"clocks agree", 2 * time.Second, 0, true, 2 * time.Second, ""},
		{"connected long ago", 0, -90 * day, true, -90 * day, ""},
		{"400 days ahead at first connection", 400 * day, 0, true, 0, "400 days ahead of Shopify's"},
		{"400 days behind at first connection", -400 * day, 0, true, 0, "400 days behind Shopify's"},
		{"half an hour ahead at first connection", 30 * time.Minute, 0, true, 0, "30 minutes ahead of"},
		{"connected 400 days ahead, right now", 0, 400 * day, true, 0, ""},
		{"connected long ago, ahead now", 400 * day, -490 * day, true, -90 * day, "400 days ahead of"},
		{"connected long ago, behind now", -3 * time.Hour, -90 * day, true, -90*day - 3*time.Hour, "3 hours behind"},
		{"the shop does not tell the time", 400 * day, 0, false, 400 * day, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := usual()
			found.At = there.Add(tt.here)
			card := whole()
			card.ConnectedAt = found.At.Add(tt.connected)
			var told time.Time
			if tt.known {
				told = there
			}
			card = found.clocked(card, told)
			if got := card.ConnectedAt.Sub(there); got != tt.want {
				t.Errorf("connected %v after, want %v", got, tt.want)
			}
			var said []string
			for _, f := range clocks(documents.Card{}, found) {
				said = append(said, f.Text)
			}
			if text := strings.Join(said, " "); (text == "") != (tt.says == "") || !strings.Contains(text, tt.says) {
				t.Errorf("it says %q, want %q", text, tt.says)
			}
		})
	}
}

package orders

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
)

func TestDecide(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	euro := func(s string) money.Bag {
		return money.Bag{Shop: money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}}
	}
	o := Order{
		ID: "1", Name: "#1001", UpdatedAt: now.Add(-time.Hour), Channel: "Online Store", ShippingTotal: euro("4.90"),
		Lines: []Line{{ID: "7", CurrentQuantity: 2}},
	}
	hash, err := o.Hash()
	if err != nil {
		t.Fatal(err)
	}
	pos := Parameters{Channels: []string{"Point of Sale"}} // keeps o out
	all := Parameters{}
	named := Parameters{Names: []string{"#1001"}, Channels: pos.Channels}
	known := func(s State) Known {
		return Known{ID: "1", Version: 3, Name: "#1001", State: s, UpdatedAt: o.UpdatedAt, Hash: hash}
	}
	older := func(s State) Known { k := known(s); k.Hash = "other"; return k }
	with := func(k Known, f func(*Known)) Known { f(&k); return k }
	same := FactsOf(o)
	fewer := same
	fewer.Quantity = 1
	cheaper := same
	cheaper.Shipping = "0"
	for _, c := range []struct {
		name   string
		p      Parameters
		k      Known
		state  State
		stored bool         // a new copy
		reason string       // of the filter
		issue  issue.Reason // "": none
		clears bool
	}{
		{"new", all, Known{ID: "1"}, Ready, true, "", "", false},
		{"new and filtered", pos, Known{ID: "1"}, Filtered, true, "channel Online Store", "", true},
		{"new, asked for by name", named, Known{ID: "1"}, Ready, true, "", "", false},
		{"filtered, and the filter is gone", all, known(Filtered), Ready, false, "", "", false},
		{"filtered, and still is", pos, known(Filtered), Filtered, false, "channel Online Store", "", true},
		{"filtered, then asked for by name", named, known(Filtered), Ready, false, "", "", false},
		{"changed and now filtered", pos, older(Ready), Filtered, true, "channel Online Store", "", true},
		{"changed, but once asked for by name", pos, with(older(Ready), func(k *Known) { k.Named = true }), Ready, true, "", "", false},
		{"ready, unchanged, under a new filter", pos, known(Ready), Ready, false, "", "", false},
		{"needs attention and is unchanged", all, known(Attention), Attention, false, "", "", false},
		{"needs attention and changed: its issue stands until it is tried", all, older(Attention), Attention, true, "", "", false},
		{"needed attention and is filtered now", pos, older(Attention), Filtered, true, "channel Online Store", "", true},
		{"skipped and unchanged", all, with(known(Skipped), func(k *Known) { k.Reason = "a test" }), Skipped, false, "a test", "", false},
		{"skipped and changed", all, older(Skipped), Ready, true, "", "", false},
		{"unread, and readable now", all, with(older(Unread), func(k *Known) { k.Missed = true }), Ready, true, "", "", true},
		{"unread with an old copy, unchanged after all", all, with(known(Unread), func(k *Known) { k.Missed = true }), Ready, false, "", "", true},
		{"a create is under way", pos, with(older(Creating), func(k *Known) { k.Pinned = true }), Creating, true, "", "", false},
		{"a create is under way, with an issue", pos, with(older(Attention), func(k *Known) { k.Pinned = true }), Attention, true, "", "", false},
		{"processed and unchanged", pos, with(known(Processed), func(k *Known) { k.Facts = same }), Processed, false, "", "", false},
		{"processed, changed in what does not count", pos, with(older(Processed), func(k *Known) { k.Facts = same }), Processed, true, "", "", false},
		{"processed with fewer units", all, with(older(Processed), func(k *Known) { k.Facts = fewer }), Conflict, true, "", ChangedAfterProcessing, false},
		{"processed with cheaper shipping", all, with(older(Processed), func(k *Known) { k.Facts = cheaper }), Conflict, true, "", ChangedAfterProcessing, false},
		{"a conflict that goes on", all, with(known(Conflict), func(k *Known) { k.Facts = fewer }), Conflict, false, "", "", false},
		{"a conflict that is over", all, with(older(Conflict), func(k *Known) { k.Facts = same }), Processed, true, "", "", true},
		{"a conflict that could not be read", all, with(older(Conflict), func(k *Known) { k.Facts, k.Missed = fewer, true }), Conflict, true, "", ChangedAfterProcessing, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := decide(c.p, c.k, o, hash, now, now)
			var reason issue.Reason
			if g.Issue != nil {
				reason = g.Issue.Reason
			}
			if g.State != c.state || (g.Order != nil) != c.stored || g.Reason != c.reason || reason != c.issue || g.Clear != c.clears {
				t.Errorf("%s, copy stored %v, reason %q, issue %q, clears %v", g.State, g.Order != nil, g.Reason, reason, g.Clear)
			}
			if g.Young || g.Missed {
				t.Error("an order read an hour after its change is neither young nor missed")
			}
		})
	}
	if g := decide(all, Known{ID: "1"}, o, hash, o.UpdatedAt.Add(time.Second), now); !g.Young {
		t.Error("an order read in the second after its change is young")
	}
}

func TestSetAside(t *testing.T) {
	for _, c := range []struct {
		k     Known
		state State
		issue bool
	}{
		{Known{ID: "1"}, Unread, true},
		{Known{ID: "1", Version: 1, State: Ready}, Unread, true},
		{Known{ID: "1", Version: 1, State: Attention}, Unread, true},
		{Known{ID: "1", Version: 1, State: Attention, Pinned: true}, Attention, true},
		{Known{ID: "1", Version: 1, State: Creating, Pinned: true}, Creating, true},
		{Known{ID: "1", Version: 1, State: Processed}, Processed, true},
		{Known{ID: "1", Version: 1, State: Conflict}, Conflict, false},
	} {
		g := SetAside(c.k, errors.New("amount is no number"), time.Unix(1, 0))
		if g.State != c.state || (g.Issue != nil) != c.issue || !g.Missed || g.Order != nil || g.Clear {
			t.Errorf("%+v becomes %+v", c.k, g)
		}
		if g.Issue != nil && (g.Issue.Record != "1" || g.Issue.Name != "Order 1" || g.Issue.Detail != "amount is no number") {
			t.Errorf("issue %+v", g.Issue)
		}
	}
}

package orders

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Gate says what orders of a sales channel wait for before they get their document.
// What is blank or zero holds nobody.
type Gate struct {
	Channel string   `json:"channel,omitempty"` // "" is every channel
	Minutes int      `json:"minutes,omitempty"` // since the order was placed
	Paid    bool     `json:"paid,omitempty"`    // all of it is received
	MaxRisk string   `json:"maxRisk,omitempty"` // NONE, LOW or MEDIUM
	Tags    []string `json:"tags,omitempty"`    // with one of them an order waits
}

// Hold is why an order waits, and until when.
type Hold struct {
	Why   string    `json:"why,omitempty"`  // in words
	Until time.Time `json:"until,omitzero"` // when it is looked at again by itself; zero: when it changes
}

// PutOnHold is why an order waits that a person has put on hold.
const PutOnHold = "a person has put it on hold"

// IsZero reports whether nothing holds the order.
func (h Hold) IsZero() bool { return h == Hold{} }

// riskSettles is how long after an order was placed its risk may still be unknown.
// One that is older and has no assessment is of a channel that Shopify does not assess.
const riskSettles = time.Hour

// HoldOf is why o gets no document at now, zero if nothing is against it. The first
// gate that fits the order's channel decides; of one whose channel the app may not see,
// all that could be it. All that holds it is named; the time is when the last of it may
// end by itself.
func (s GateSettings) HoldOf(o Order, now time.Time) Hold {
	var all Hold
	unseen := slices.Contains(o.Hidden, "attribution")
	for _, g := range s.OrderGates {
		switch {
		case unseen:
			all = all.with(g.hold(o, now))
		case g.Channel == "" || strings.EqualFold(g.Channel, o.Channel):
			return g.hold(o, now)
		}
	}
	return all
}

// with is what holds an order that both hold.
func (h Hold) with(o Hold) Hold {
	switch {
	case o.IsZero():
		return h
	case h.IsZero():
		return o
	}
	if !strings.Contains(h.Why, o.Why) {
		h.Why += "; " + o.Why
	}
	switch {
	case h.Until.IsZero() || o.Until.IsZero():
		h.Until = time.Time{}
	case o.Until.After(h.Until):
		h.Until = o.Until
	}
	return h
}

func (g Gate) hold(o Order, now time.Time) Hold {
	var why []string
	var until time.Time
	forever := false // until it changes
	later := func(at time.Time) {
		if at.After(until) {
			until = at
		}
	}
	if end := o.CreatedAt.Add(time.Duration(g.Minutes) * time.Minute); now.Before(end) {
		why = append(why, fmt.Sprintf("the first %d minutes are not over", g.Minutes))
		later(end)
	}
	if due, got, ok := captured(o); g.Paid && !ok {
		why = append(why, fmt.Sprintf("%s of %s is received", got, due))
		forever = true
	}
	if g.MaxRisk != "" {
		at, text := risk(o, g.MaxRisk)
		if text != "" && (at.IsZero() || now.Before(at)) {
			why, forever = append(why, text), forever || at.IsZero()
			later(at)
		}
	}
	for _, t := range g.Tags {
		if slices.ContainsFunc(o.Tags, func(has string) bool { return strings.EqualFold(has, t) }) {
			why, forever = append(why, "it has the tag "+t), true
		}
	}
	if forever {
		until = time.Time{}
	}
	return Hold{Why: strings.Join(why, "; "), Until: until}
}

// risk is what of an order's risk is above most, "" if nothing is, and when that
// ends by itself; zero: it does not.
func risk(o Order, most string) (until time.Time, text string) {
	switch {
	case o.Risk == "":
		return o.CreatedAt.Add(riskSettles), "its risk is not known yet"
	case o.Risk == "PENDING":
		return time.Time{}, "its risk is not known yet"
	case !slices.Contains(risks, o.Risk):
		return time.Time{}, "its risk is " + o.Risk
	case slices.Index(risks, o.Risk) > slices.Index(risks, most):
		return time.Time{}, "its risk is " + o.Risk
	}
	return time.Time{}, ""
}

// captured holds what was received of an order against what it comes to, in the
// buyer's currency: the shop's amounts are of several days' rates. What is only
// authorised is not received, although nothing of it is outstanding. What went back
// counts: what the order comes to now is paid by what is left. One that was paid as it
// was placed is paid whatever went back, unless an edit has changed it.
func captured(o Order) (due, got money.Amount, all bool) {
	due, got = o.CurrentTotal.Add(o.CashRounding).Presentment, received(o)
	if due.Currency == "" {
		due = o.CurrentTotal.Presentment
	}
	placed := decimal.Max(o.Total.Add(o.CashRounding).Presentment.Value, due.Value)
	whole := !o.Edited && got.Value.GreaterThanOrEqual(placed)
	if !whole {
		got.Value = got.Value.Sub(o.Refunded.Presentment.Value)
	}
	got.Currency = due.Currency
	return due, got, whole || got.Value.GreaterThanOrEqual(due.Value)
}

// received is what has arrived of an order's payments. Copies of earlier releases
// have the payments alone.
func received(o Order) money.Amount {
	if o.Received.Presentment.Currency != "" {
		return o.Received.Presentment
	}
	var sum money.Amount
	for _, t := range o.Transactions {
		if (t.Kind == "SALE" || t.Kind == "CAPTURE") && t.Status == "SUCCESS" && !t.Test {
			sum.Value = sum.Value.Add(t.Amount.Presentment.Value)
		}
	}
	return sum
}

// Gates tells one set of gates from another; "": there are none.
func (s GateSettings) Gates() string {
	if len(s.OrderGates) == 0 {
		return ""
	}
	js, err := json.Marshal(s.OrderGates)
	if err != nil { // text and numbers
		return "?"
	}
	return digest(js)
}

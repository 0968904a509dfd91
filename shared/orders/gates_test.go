package orders_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/shop"
)

// What holds an order, and until when it does by itself.
func TestWhatHoldsAnOrder(t *testing.T) {
	placed := orderstest.Start
	after := func(minutes int) time.Time { return placed.Add(time.Duration(minutes) * time.Minute) }
	order := func(change func(*orders.Order)) orders.Order {
		o := orders.Order{
			ID: "1", CreatedAt: placed, Channel: "Online Store", Risk: "LOW", Tags: []string{"Priority"},
			CurrentTotal: orderstest.Amount("100"), Received: orderstest.Amount("100"), Refunded: orderstest.Amount("0"),
		}
		if change != nil {
			change(&o)
		}
		return o
	}
	received := func(sum string) func(*orders.Order) {
		return func(o *orders.Order) { o.Received = orderstest.Amount(sum) }
	}
	paid := func(kind, status string, test bool) func(*orders.Order) { // by a copy that has the payments alone
		return func(o *orders.Order) {
			o.Received = money.Bag{}
			o.Transactions = []orders.Transaction{{Kind: kind, Status: status, Test: test, Amount: orderstest.Amount("100")}}
		}
	}
	risk := func(level string) func(*orders.Order) { return func(o *orders.Order) { o.Risk = level } }
	for _, tt := range []struct {
		name  string
		gate  orders.Gate
		order orders.Order
		at    time.Time
		why   string // "": nothing holds it
		until time.Time
	}{
		{"no condition", orders.Gate{}, order(nil), placed, "", time.Time{}},
		{"in the window", orders.Gate{Minutes: 30}, order(nil), after(29), "the first 30 minutes", after(30)},
		{"at its end", orders.Gate{Minutes: 30}, order(nil), after(30), "", time.Time{}},
		{"another channel", orders.Gate{Channel: "Point of Sale", Minutes: 30}, order(nil), placed, "", time.Time{}},
		{"the channel, in other letters", orders.Gate{Channel: "online store", Minutes: 30}, order(nil), placed, "first 30", after(30)},
		{"received", orders.Gate{Paid: true}, order(nil), placed, "", time.Time{}},
		{"authorised: nothing is outstanding, nothing received", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			received("0")(o)
			o.Outstanding, o.FinancialStatus, o.FullyPaid = orderstest.Amount("0"), "AUTHORIZED", true
		}), after(9000), "0.00 EUR of 100.00 EUR is received", time.Time{}},
		{"received in part", orders.Gate{Paid: true}, order(received("99.99")), placed, "99.99 EUR of 100.00", time.Time{}},
		{"received to what cash is rounded to", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			received("99.95")(o)
			o.CashRounding = orderstest.Amount("-0.05")
		}), placed, "", time.Time{}},
		{"edited to more than was received", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			o.Edited, o.CurrentTotal = true, orderstest.Amount("120")
		}), placed, "100.00 EUR of 120.00", time.Time{}},
		{"edited to more than is left of it", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			o.Edited, o.Refunded = true, orderstest.Amount("20")
		}), placed, "80.00 EUR of 100.00", time.Time{}},
		{"received in part, and all of that went back", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			received("60")(o)
			o.Total, o.CurrentTotal, o.Refunded = orderstest.Amount("100"), orderstest.Amount("50"), orderstest.Amount("60")
		}), placed, "0.00 EUR of 50.00", time.Time{}},
		{"received in part, which is all that is left to pay", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			received("60")(o)
			o.Total, o.CurrentTotal, o.Refunded = orderstest.Amount("100"), orderstest.Amount("50"), orderstest.Amount("10")
		}), placed, "", time.Time{}},
		{"received whole, and some went back for nothing", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			o.Total, o.Refunded = orderstest.Amount("100"), orderstest.Amount("15")
		}), placed, "", time.Time{}},
		{"nothing to pay", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			received("0")(o)
			o.CurrentTotal = orderstest.Amount("0")
		}), placed, "", time.Time{}},
		{"received in the buyer's currency at another day's rate", orders.Gate{Paid: true}, order(func(o *orders.Order) {
			o.Received.Shop = orderstest.Amount("97").Shop
		}), placed, "", time.Time{}},
		{"an older copy: captured", orders.Gate{Paid: true}, order(paid("CAPTURE", "SUCCESS", false)), placed, "", time.Time{}},
		{"an older copy: authorised", orders.Gate{Paid: true}, order(paid("AUTHORIZATION", "SUCCESS", false)), placed, "0.00 EUR of", time.Time{}},
		{"an older copy: pending", orders.Gate{Paid: true}, order(paid("SALE", "PENDING", false)), placed, "0.00 EUR of", time.Time{}},
		{"an older copy: a test", orders.Gate{Paid: true}, order(paid("SALE", "SUCCESS", true)), placed, "0.00 EUR of", time.Time{}},
		{"as much risk as may be", orders.Gate{MaxRisk: "LOW"}, order(nil), placed, "", time.Time{}},
		{"more risk", orders.Gate{MaxRisk: "LOW"}, order(risk("MEDIUM")), after(9000), "its risk is MEDIUM", time.Time{}},
		{"a risk that is looked at", orders.Gate{MaxRisk: "MEDIUM"}, order(risk("PENDING")), after(9000), "not known yet", time.Time{}},
		{"a risk that nobody has looked at yet", orders.Gate{MaxRisk: "MEDIUM"}, order(risk("")), after(10), "not known yet", after(60)},
		{"a risk that nobody looks at", orders.Gate{MaxRisk: "MEDIUM"}, order(risk("")), after(60), "", time.Time{}},
		{"a level of a later version", orders.Gate{MaxRisk: "MEDIUM"}, order(risk("SEVERE")), after(60), "its risk is SEVERE", time.Time{}},
		{"a tag, in other letters", orders.Gate{Tags: []string{"vip", "PRIORITY"}}, order(nil), after(60), "the tag PRIORITY", time.Time{}},
		{"no such tag", orders.Gate{Tags: []string{"hold"}}, order(nil), placed, "", time.Time{}},
		{"the last of several times", orders.Gate{Minutes: 90, MaxRisk: "LOW"}, order(risk("")), after(10), "not known yet", after(90)},
		{"the last of several times, which comes first", orders.Gate{Minutes: 20, MaxRisk: "LOW"}, order(risk("")), after(10), "not known yet", after(60)},
		{"a time, and what has none", orders.Gate{Minutes: 90, Tags: []string{"priority"}}, order(nil), after(10), "the first 90 minutes are not over; it has the tag", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := orders.GateSettings{OrderGates: []orders.Gate{tt.gate}}.HoldOf(tt.order, tt.at)
			if (h.Why == "") != (tt.why == "") || !strings.Contains(h.Why, tt.why) || !h.Until.Equal(tt.until) || h.IsZero() != (tt.why == "") {
				t.Errorf("held %q until %v, want %q until %v", h.Why, h.Until, tt.why, tt.until)
			}
		})
	}
}

// The first gate that fits decides, however strict a later one is.
func TestFirstGateThatFits(t *testing.T) {
	s := orders.GateSettings{OrderGates: []orders.Gate{{Channel: "Point of Sale"}, {Channel: "Online Store", Minutes: 10}, {Minutes: 60}}}
	for channel, want := range map[string]time.Duration{"Point of Sale": 0, "Online Store": 10 * time.Minute, "Amazon": time.Hour} {
		var until time.Time
		if want > 0 {
			until = orderstest.Start.Add(want)
		}
		if h := s.HoldOf(orders.Order{Channel: channel, CreatedAt: orderstest.Start}, orderstest.Start); !h.Until.Equal(until) {
			t.Errorf("%s is held until %v, want %v", channel, h.Until, until)
		}
	}
}

// An order whose sales channel the app may not see waits for all that could hold it.
func TestGatesOfAHiddenChannel(t *testing.T) {
	at := func(minutes int) time.Time { return orderstest.Start.Add(time.Duration(minutes) * time.Minute) }
	s := orders.GateSettings{OrderGates: []orders.Gate{{Channel: "Point of Sale"}, {Channel: "Online Store", Minutes: 90}, {Minutes: 30, Tags: []string{"wait"}}}}
	for _, tt := range []struct {
		name  string
		tags  []string
		at    time.Time
		why   string
		until time.Time
	}{
		{"placed just now", nil, at(0), "the first 90 minutes are not over; the first 30 minutes are not over", at(90)},
		{"some time later", nil, at(60), "the first 90 minutes are not over", at(90)},
		{"after all windows", nil, at(90), "", time.Time{}},
		{"with a tag of a gate for all", []string{"wait"}, at(60), "the first 90 minutes are not over; it has the tag wait", time.Time{}},
	} {
		h := s.HoldOf(orders.Order{Channel: "web", Hidden: []string{"attribution"}, CreatedAt: orderstest.Start, Tags: tt.tags}, tt.at)
		if h.Why != tt.why || !h.Until.Equal(tt.until) {
			t.Errorf("%s: held %q until %v, want %q until %v", tt.name, h.Why, h.Until, tt.why, tt.until)
		}
	}
}

// Gates are told from others by all that they say.
func TestGatesAreToldApart(t *testing.T) {
	var seen []string
	for _, gs := range [][]orders.Gate{nil, {{}}, {{Channel: "a"}}, {{Minutes: 1}}, {{Paid: true}}, {{MaxRisk: "LOW"}}, {{Tags: []string{"a"}}}, {{Tags: []string{"a", "b"}}}, {{}, {}}} {
		id := orders.GateSettings{OrderGates: gs}.Gates()
		if slices.Contains(seen, id) || (id == "") != (gs == nil) {
			t.Errorf("%+v has %q, as others have: %q", gs, id, seen)
		}
		seen = append(seen, id)
	}
}

func TestWrongGates(t *testing.T) {
	for js, says := range map[string]string{
		`{"orderGates":[{"minutes":-1}]}`:                                            "orderGates[0].minutes",
		`{"orderGates":[{"minutes":86401}]}`:                                         "orderGates[0].minutes",
		`{"orderGates":[{"maxRisk":"HIGH"}]}`:                                        "orderGates[0].maxRisk",
		`{"orderGates":[{"tags":["a",""]}]}`:                                         "orderGates[0].tags[1]",
		`{"orderGates":[{"tags":["a,b"]}]}`:                                          "orderGates[0].tags[0]",
		`{"orderGates":[{"minutes":5},{"channel":"Online Store"}]}`:                  "before row 0",
		`{"orderGates":[{"channel":"Online Store"},{"channel":"online store"}]}`:     "another than that of row 0",
		`{"orderGates":[{"channel":"Online Store","minutes":5},{"hold":"forever"}]}`: "hold",
	} {
		if err := (shop.Sections{orders.GateSection}).Set(&shop.Shop{}, []byte(js)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error about %s", js, err, says)
		}
	}
}

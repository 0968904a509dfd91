package orders_test

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/orders"
	"backroom/shared/task"
)

func TestFilters(t *testing.T) {
	o := orders.Order{
		ID: "1", Name: "#1042", Number: 1042, FinancialStatus: "PAID", FulfillmentStatus: "UNFULFILLED", FullyPaid: true,
		Tags: []string{"Priority", "b2b"}, Channel: "Online Store", Risk: "LOW", Shipping: &orders.Address{Country: "DE"},
	}
	with := func(f func(*orders.Order)) orders.Order {
		c := o
		f(&c)
		return c
	}
	for _, c := range []struct {
		name   string
		filter string
		order  orders.Order
		says   string // "": it passes
	}{
		{"no filter", ``, o, ""},
		{"empty filter", `{}`, o, ""},
		{"financial status", `{"financialStatus":["PAID","PENDING"]}`, o, ""},
		{"other financial status", `{"financialStatus":["PENDING"]}`, o, "financial status PAID"},
		{"other fulfillment status", `{"fulfillmentStatus":["FULFILLED"]}`, o, "fulfillment status UNFULFILLED"},
		{"fully paid", `{"fullyPaid":true}`, o, ""},
		{"not fully paid", `{"fullyPaid":true}`, with(func(o *orders.Order) { o.FullyPaid = false }), "not fully paid"},
		{"a tag in other letters", `{"tags":["priority"]}`, o, ""},
		{"none of the tags", `{"tags":["vip","gift"]}`, o, "none of the tags vip, gift"},
		{"an unwanted tag", `{"notTags":["B2B"]}`, o, "one of the tags B2B"},
		{"no unwanted tag", `{"notTags":["wholesale"]}`, o, ""},
		{"channel", `{"channels":["Point of Sale"]}`, o, "channel Online Store"},
		{"country", `{"countries":["DE","AT"]}`, o, ""},
		{"other country", `{"countries":["AT"]}`, o, "country DE"},
		{"no address", `{"countries":["AT"]}`, with(func(o *orders.Order) { o.Shipping = nil }), "country"},
		{"risk up to medium", `{"maxRisk":"MEDIUM"}`, o, ""},
		{"too much risk", `{"maxRisk":"NONE"}`, o, "risk LOW"},
		{"risk not known yet", `{"maxRisk":"HIGH"}`, with(func(o *orders.Order) { o.Risk = "PENDING" }), "risk not known yet"},
		{"first number", `{"fromNumber":1042}`, o, ""},
		{"number too small", `{"fromNumber":1043}`, o, "number below 1043"},
		{"number too large", `{"toNumber":1041}`, o, "number above 1041"},
		{"all of several", `{"fullyPaid":true,"countries":["DE"],"tags":["b2b"]}`, o, ""},
		{"one of several fails", `{"fullyPaid":true,"countries":["FR"],"tags":["b2b"]}`, o, "country DE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := parse([]byte(c.filter))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(p.Refuses(c.order)); got != c.says {
				t.Errorf("refused for %q, want %q", got, c.says)
			}
		})
	}
}

func parse(js []byte) (orders.Parameters, error) {
	return task.Parameters[orders.Parameters](orders.TaskName, js)
}

func TestWrongParameters(t *testing.T) {
	for _, c := range []struct{ json, says string }{
		{`{"financialStatus":["PIAD"]}`, `financialStatus "PIAD": must be one of AUTHORIZED`},
		{`{"fulfillmentStatus":["done"]}`, `fulfillmentStatus "done": must be one of FULFILLED`},
		{`{"maxRisk":"LITTLE"}`, `maxRisk "LITTLE": must be one of NONE, LOW, MEDIUM, HIGH`},
		{`{"countries":["Germany"]}`, `countries "Germany": must be an ISO 3166-1 code`},
		{`{"countries":["de"]}`, `countries "de"`},
		{`{"names":[" "]}`, `names " ": must be the name of an order`},
		{`{"fromNumber":-1}`, `fromNumber "-1"`},
		{`{"fromNumber":9,"toNumber":3}`, `toNumber "3": must be fromNumber or larger`},
		{`{"colour":"red"}`, `unknown field "colour"`},
		{`{"from":"yesterday"}`, `byte`},
		{`{} {}`, `more than one JSON value`},
		{`{}]`, `more than one JSON value`},
		{`[]`, `all: is JSON array, must be a JSON object`},
		{`{"tags":"vip"}`, `tags: is JSON string, must be a list of texts`},
		{`{"fullyPaid":"yes"}`, `fullyPaid: is JSON string, must be true or false`},
		{`{"fromNumber":1.5}`, `fromNumber: is JSON number 1.5, must be a whole number`},
		{`{"tags":["vip",""]}`, `tags "": must be text`},
		{`{"channels":[" "]}`, `channels "": must be text`},
	} {
		_, err := parse([]byte(c.json))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want it to say %s", c.json, err, c.says)
		}
	}
	_, err := parse([]byte(`{"maxRisk":"x","countries":["y"]}`))
	if err == nil || !strings.Contains(err.Error(), "maxRisk") || !strings.Contains(err.Error(), "countries") {
		t.Errorf("%v, want both problems", err)
	}
}

func FuzzParameters(f *testing.F) {
	f.Add(`{"financialStatus":["PAID"],"from":"2026-01-01T00:00:00Z"}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parse([]byte(text))
		if err == nil {
			_ = p.Refuses(orders.Order{})
		}
	})
}

func TestHashKnowsContentAlone(t *testing.T) {
	a := orders.Order{ID: "1", Name: "#1", UpdatedAt: time.Unix(1, 0)}
	b := a
	b.UpdatedAt = time.Unix(2, 0)
	c := a
	c.Tags = []string{"x"}
	ha, err1 := a.Hash()
	hb, err2 := b.Hash()
	hc, err3 := c.Hash()
	if err1 != nil || err2 != nil || err3 != nil || ha != hb || ha == hc {
		t.Errorf("hashes %s %s %s", ha, hb, hc)
	}
}

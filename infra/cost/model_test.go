package main

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"backroom/infra/plan"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// One task that runs once in 20 minutes, with prices that make the sums easy;
// the wanted figures were worked out by hand.
func TestBillByHand(t *testing.T) {
	var in inputs
	in.Prices = prices{Scheduler: 1, SQS: 2, LambdaRequests: 3, GBSecond: 0.001, WriteUnits: 5, ReadUnits: 7, Storage: 0.5, Logs: 4, HTTPAPI: 1, Metric: 0.3, Alarm: 0.1, Key: 1}
	in.Workload.OrdersADay, in.Workload.OverlapMinutes, in.Workload.TableMBAShop = 72, 10, 1024 // one order a run
	in.Workload.WebhooksAnOrder, in.Workload.WebhookBytes = 2, 1<<29
	in.Times.Shopify, in.Times.TableUnit, in.Times.Start = 0.5, 0.01, 0.1
	in.MemoryMB.Task, in.MemoryMB.Dispatch, in.MemoryMB.Sweep = 1024, 512, 1024
	in.LogKBASlice, in.SweepEveryMinutes = 1024, 10
	in.Fixed.Metrics, in.Fixed.Alarms, in.Fixed.Keys = 10, 10, 1
	in.Tasks = []task{{Name: "built", MixMinutes: 20, EventsAnOrder: 1, Built: true}, {Name: "later", MixMinutes: 40, EventsAnOrder: 0}}
	m := measured{
		EmptyRun:     units{Slices: 1, Handled: 1, ReadUnits: 2, WriteUnits: 4, QueueCalls: 2, ShopifyRequests: 1},
		FirstOrder:   units{Slices: 1, Handled: 1, QueueCalls: 3},
		FurtherOrder: units{ReadUnits: 1}, OrderSeenOnce: units{ReadUnits: 2},
		SweepOfAShop: units{ReadUnits: 10},
	}
	b := compute(in, m, 2, 0)
	const month = 43830.0 // minutes
	runs := 2 * month / 20
	busy := 1 - 1/math.E
	near(t, "runs", b.Runs, runs)
	near(t, "busy runs", b.Busy, runs*busy)
	// Half of the orders are seen once more: 2 units each.
	reads := 2 + (1-busy)*1 + 0.5*2
	seconds := (1+busy)*0.1 + 0.5 + (reads+4)*0.01
	want := map[string]line{
		"task compute":          {Today: runs * seconds * 0.001, Floor: runs * 0.66 * 0.001, Assumed: runs / 2 * 0.66 * 0.001},
		"dispatcher compute":    {Today: runs * seconds * 0.0005, Floor: runs * 0.66 * 0.0005, Assumed: runs / 2 * 0.66 * 0.0005},
		"Lambda requests":       {Today: runs * 2 * (1 + busy) * 3 / 1e6, Floor: runs * 2 * 3 / 1e6, Assumed: runs / 2 * 2 * 3 / 1e6},
		"DynamoDB writes":       {Today: runs * 4 * 5 / 1e6, Floor: runs * 4 * 5 / 1e6, Assumed: runs / 2 * 4 * 5 / 1e6},
		"DynamoDB reads":        {Today: runs * reads * 7 / 1e6, Floor: runs * 2 * 7 / 1e6, Assumed: runs / 2 * 2 * 7 / 1e6},
		"SQS":                   {Today: runs * (3 + 3*busy) * 2 / 1e6, Floor: runs * 3 * 2 / 1e6, Assumed: runs / 2 * 3 * 2 / 1e6},
		"Scheduler":             {Today: runs / 1e6, Floor: runs / 1e6, Assumed: runs / 2 / 1e6},
		"logs":                  {Today: runs * (1 + busy) / 1024 * 4, Floor: runs / 1024 * 4, Assumed: runs / 2 / 1024 * 4},
		"sweeper":               {Today: 2 * month / 10 * (10*7/1e6 + 10*0.01*0.001), Floor: 2 * month / 10 * (10*7/1e6 + 10*0.01*0.001)},
		"DynamoDB storage":      {Today: 1, Floor: 1},
		"metrics, alarms, keys": {Today: 5, Floor: 5},
		"webhooks":              {Assumed: 2 * 72 * 2 * month / 1440 * (1 + 3 + 5) / 1e6},
	}
	var today, floor, assumed float64
	for _, l := range b.Lines {
		w, ok := want[l.Name]
		if !ok {
			t.Errorf("%s is not expected", l.Name)
		}
		near(t, l.Name, l.Today, w.Today)
		near(t, l.Name+" when all are empty", l.Floor, w.Floor)
		near(t, l.Name+", assumed", l.Assumed, w.Assumed)
		today, floor, assumed = today+w.Today, floor+w.Floor, assumed+w.Assumed
		delete(want, l.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	near(t, "bill", b.Today, today)
	near(t, "floor", b.Floor, floor)
	near(t, "assumed", b.Assumed, assumed)
	near(t, "webhook gigabytes", b.WebhookGBAMonth, 2*72*2*month/1440/2)
}

func TestCadences(t *testing.T) {
	for s, want := range map[string]float64{"mix": 60, "1": 1, "15": 15, "1440": 1440} {
		c, err := parseCadence(s)
		if err != nil || c.of(task{MixMinutes: 60}) != want {
			t.Errorf("%s: %v, %v", s, c, err)
		}
	}
	for _, s := range []string{"", "0", "-5", "1441", "15m", "1.5", "MIX"} {
		if _, err := parseCadence(s); err == nil || !strings.Contains(err.Error(), "CADENCE") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestReport(t *testing.T) {
	var w bytes.Buffer
	if err := report(&w, "100", "30"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"100 shops, cadence 30, 30 orders", "Largest drivers today:", "not built yet (assumed)", "if all were empty"} {
		if !strings.Contains(w.String(), want) {
			t.Errorf("%q is missing in\n%s", want, w.String())
		}
	}
	if n := strings.Count(w.String()[strings.Index(w.String(), "Largest"):], "%"); n != 5 {
		t.Errorf("%d drivers", n)
	}
	for _, shops := range []string{"", "0", "-1", "many", "10000001"} {
		if err := report(&w, shops, "mix"); err == nil || !strings.Contains(err.Error(), "SHOPS") {
			t.Errorf("%q: %v", shops, err)
		}
	}
	in, _, err := read()
	if err != nil {
		t.Fatal(err)
	}
	built := 0
	for _, k := range in.Tasks {
		if k.Built {
			built++
		}
	}
	if built == 0 || in.Dated == "" {
		t.Errorf("%d tasks are built, prices are of %q", built, in.Dated)
	}
}

// What the bill computes with is what is deployed.
func TestInputsAreThePlans(t *testing.T) {
	in, _, err := read()
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Deployed()
	for name, mb := range map[string]float64{"dispatch": in.MemoryMB.Dispatch, "sweep": in.MemoryMB.Sweep, "sync-orders": in.MemoryMB.Task} {
		if f, ok := p.Function(name); !ok || float64(f.MemoryMB) != mb {
			t.Errorf("%s has %d MB, the bill counts %v", name, f.MemoryMB, mb)
		}
	}
	if plan.SweepEvery.Minutes() != in.SweepEveryMinutes {
		t.Errorf("sweeps every %v, the bill counts %v minutes", plan.SweepEvery, in.SweepEveryMinutes)
	}
	// process-orders has no schedule: its runs follow those of sync-orders.
	recurring := map[string]bool{}
	for _, f := range p.Scheduled() {
		recurring[f.Name] = true
	}
	for _, k := range in.Tasks {
		if k.Built != recurring[k.Name] {
			t.Errorf("%s: built is %v, and it recurs in a new shop: %v", k.Name, k.Built, recurring[k.Name])
		}
		delete(recurring, k.Name)
	}
	if len(recurring) > 0 {
		t.Errorf("the bill leaves out %v", recurring)
	}
}

package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"

	"backroom/shared/strict"
)

// monthMinutes are those of an average month.
const monthMinutes = 365.25 / 12 * 24 * 60

//go:embed inputs.json
var inputsJSON []byte

// measuredJSON is written by infra/system's TestUnitsOfRuns, which fails when
// the code uses something else.
//
//go:embed measured.json
var measuredJSON []byte

// inputs are what nobody can measure here: prices, and what shops are like.
type inputs struct {
	Dated    string `json:"dated"`
	Region   string `json:"region"`
	Prices   prices `json:"prices"`
	Workload struct {
		OrdersADay      float64 `json:"ordersADay"`
		WebhooksAnOrder float64 `json:"webhooksAnOrder"`
		WebhookBytes    float64 `json:"webhookBytes"`
		OverlapMinutes  float64 `json:"overlapMinutes"` // an order is listed again by runs that begin within it
		TableMBAShop    float64 `json:"tableMBAShop"`
	} `json:"workload"`
	Times struct {
		Shopify   float64 `json:"shopifyRequestSeconds"`
		BC        float64 `json:"bcRequestSeconds"`
		TableUnit float64 `json:"tableUnitSeconds"`
		Start     float64 `json:"startSeconds"` // of a slice, warm and cold starts together
		Webhook   float64 `json:"webhookSeconds"`
	} `json:"times"`
	MemoryMB struct {
		Dispatch float64 `json:"dispatch"`
		Task     float64 `json:"task"`
		Sweep    float64 `json:"sweep"`
		Webhook  float64 `json:"webhook"`
	} `json:"memoryMB"`
	LogKBASlice       float64 `json:"logKBASlice"`
	SweepEveryMinutes float64 `json:"sweepEveryMinutes"`
	Fixed             struct {
		Metrics float64 `json:"metrics"`
		Alarms  float64 `json:"alarms"`
		Keys    float64 `json:"keys"`
	} `json:"fixed"`
	Tasks []task `json:"tasks"`
}

type prices struct {
	Scheduler      float64 `json:"schedulerPerMillion"`
	SQS            float64 `json:"sqsFifoPerMillion"`
	LambdaRequests float64 `json:"lambdaRequestsPerMillion"`
	GBSecond       float64 `json:"lambdaArmPerGBSecond"`
	WriteUnits     float64 `json:"dynamoWriteUnitsPerMillion"`
	ReadUnits      float64 `json:"dynamoReadUnitsPerMillion"`
	Storage        float64 `json:"dynamoStoragePerGBMonth"` // point-in-time recovery included
	Logs           float64 `json:"logsPerGB"`
	HTTPAPI        float64 `json:"httpAPIPerMillion"`
	Metric         float64 `json:"metricAMonth"`
	Alarm          float64 `json:"alarmAMonth"`
	Key            float64 `json:"keyAMonth"`
}

// task is one recurring task of a shop. What is not built yet is assumed to use
// what sync-orders uses, an event of it what an order does.
type task struct {
	Name          string  `json:"name"`
	MixMinutes    float64 `json:"mixMinutes"`
	EventsAnOrder float64 `json:"eventsAnOrder"`
	Built         bool    `json:"built"`
}

// units are what one run, or one event of it, uses.
type units struct {
	Slices          float64 `json:"slices"`
	Handled         float64 `json:"handled"` // deliveries
	ReadUnits       float64 `json:"readUnits"`
	WriteUnits      float64 `json:"writeUnits"`
	QueueCalls      float64 `json:"queueCalls"`
	OneTime         float64 `json:"oneTime"`
	ShopifyRequests float64 `json:"shopifyRequests"`
	BCRequests      float64 `json:"bcRequests"`
}

func (u units) plus(o units, times float64) units {
	return units{
		u.Slices + times*o.Slices, u.Handled + times*o.Handled, u.ReadUnits + times*o.ReadUnits, u.WriteUnits + times*o.WriteUnits,
		u.QueueCalls + times*o.QueueCalls, u.OneTime + times*o.OneTime, u.ShopifyRequests + times*o.ShopifyRequests, u.BCRequests + times*o.BCRequests,
	}
}

// measured is what runs use, by test.
type measured struct {
	EmptyRun      units `json:"emptyRun"`
	FirstOrder    units `json:"firstOrder"`    // of a run, beside the empty one
	FurtherOrder  units `json:"furtherOrder"`  // each
	OrderSeenOnce units `json:"orderSeenOnce"` // listed again, and as it is
	SweepOfAShop  units `json:"sweepOfAShop"`
}

func read() (inputs, measured, error) {
	var in inputs
	var m measured
	if err := strict.Decode(inputsJSON, &in); err != nil {
		return in, m, fmt.Errorf("inputs.json: %w", err)
	}
	if err := strict.Decode(measuredJSON, &m); err != nil {
		return in, m, fmt.Errorf("measured.json: %w", err)
	}
	return in, m, nil
}

// cadence is how often tasks run: minutes for all, or 0 for each task's own.
type cadence float64

// parseCadence reads "mix" or whole minutes.
func parseCadence(s string) (cadence, error) {
	if s == "mix" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1440 {
		return 0, fmt.Errorf("CADENCE %q: must be mix, or 1 to 1440 minutes between the runs of every task", s)
	}
	return cadence(n), nil
}

func (c cadence) of(t task) float64 {
	if c == 0 {
		return t.MixMinutes
	}
	return float64(c)
}

// line is one position of the bill, in dollars a month for all shops.
type line struct {
	Name    string
	Today   float64 // of what is built
	Floor   float64 // today's, if every run found nothing to do
	Assumed float64 // of what is not built yet
}

// bill is what AWS charges in a month.
type bill struct {
	Lines           []line
	Runs, Busy      float64 // of what is built: a month, and those that find something
	AssumedRuns     float64
	EmptyS, BusyS   float64 // seconds of an empty and of an average busy run
	Today, Floor    float64
	Assumed         float64
	WebhooksAMonth  float64
	WebhookGBAMonth float64
}

// busyShare is the part of runs that find something: events come by chance,
// independent of each other.
func busyShare(eventsARun float64) float64 { return 1 - math.Exp(-eventsARun) }

// compute makes the bill of shops that run at c.
func compute(in inputs, m measured, shops float64, c cadence) bill {
	var b bill
	sum := map[string]*line{}
	var order []string
	at := func(name string) *line {
		if sum[name] == nil {
			sum[name] = &line{Name: name}
			order = append(order, name)
		}
		return sum[name]
	}
	// charge adds n runs of u to one column.
	charge := func(u units, n float64, column func(*line) *float64) {
		add := func(name string, dollars float64) { *column(at(name)) += dollars }
		p := in.Prices
		seconds := in.seconds(u)
		add("task compute", n*seconds*in.MemoryMB.Task/1024*p.GBSecond)
		add("dispatcher compute", n*seconds*in.MemoryMB.Dispatch/1024*p.GBSecond)
		add("Lambda requests", n*(u.Slices+u.Handled)*p.LambdaRequests/1e6)
		add("DynamoDB writes", n*u.WriteUnits*p.WriteUnits/1e6)
		add("DynamoDB reads", n*u.ReadUnits*p.ReadUnits/1e6)
		// The send by Scheduler is a request as those are that the tasks' side makes.
		add("SQS", n*(u.QueueCalls+1)*p.SQS/1e6)
		add("Scheduler", n*(u.OneTime+1)*p.Scheduler/1e6)
		add("logs", n*u.Slices*in.LogKBASlice/(1<<20)*p.Logs)
	}
	today := func(l *line) *float64 { return &l.Today }
	floor := func(l *line) *float64 { return &l.Floor }
	assumed := func(l *line) *float64 { return &l.Assumed }
	for _, t := range in.Tasks {
		minutes := c.of(t)
		runs := shops * monthMinutes / minutes
		events := in.Workload.OrdersADay * t.EventsAnOrder * minutes / (24 * 60) // a run
		busy := busyShare(events)
		average := m.EmptyRun.plus(m.FirstOrder, busy).plus(m.FurtherOrder, events-busy).plus(m.OrderSeenOnce, events*in.Workload.OverlapMinutes/minutes)
		if !t.Built {
			charge(average, runs, assumed)
			b.AssumedRuns += runs
			continue
		}
		charge(average, runs, today)
		charge(m.EmptyRun, runs, floor)
		b.Runs, b.Busy = b.Runs+runs, b.Busy+runs*busy
		b.EmptyS = in.seconds(m.EmptyRun)
		b.BusyS = in.seconds(m.EmptyRun.plus(m.FirstOrder, 1).plus(m.FurtherOrder, events/busy-1))
	}
	in.rest(&b, at, m, shops)
	for _, name := range order {
		l := *sum[name]
		b.Lines = append(b.Lines, l)
		b.Today, b.Floor, b.Assumed = b.Today+l.Today, b.Floor+l.Floor, b.Assumed+l.Assumed
	}
	slices.SortStableFunc(b.Lines, func(x, y line) int { return cmp.Compare(y.Today, x.Today) })
	return b
}

// rest adds what does not depend on runs.
func (in inputs) rest(b *bill, at func(string) *line, m measured, shops float64) {
	p := in.Prices
	both := func(name string, dollars float64) {
		l := at(name)
		l.Today, l.Floor = l.Today+dollars, l.Floor+dollars
	}
	sweeps := shops * monthMinutes / in.SweepEveryMinutes
	both("sweeper", sweeps*(m.SweepOfAShop.ReadUnits*p.ReadUnits/1e6+m.SweepOfAShop.WriteUnits*p.WriteUnits/1e6+
		(m.SweepOfAShop.ReadUnits+m.SweepOfAShop.WriteUnits)*in.Times.TableUnit*in.MemoryMB.Sweep/1024*p.GBSecond))
	both("DynamoDB storage", shops*in.Workload.TableMBAShop/1024*p.Storage)
	both("metrics, alarms, keys", in.Fixed.Metrics*p.Metric+in.Fixed.Alarms*p.Alarm+in.Fixed.Keys*p.Key)
	b.WebhooksAMonth = shops * in.Workload.OrdersADay * in.Workload.WebhooksAnOrder * monthMinutes / (24 * 60)
	b.WebhookGBAMonth = b.WebhooksAMonth * in.Workload.WebhookBytes / (1 << 30)
	at("webhooks").Assumed += b.WebhooksAMonth * (p.HTTPAPI/1e6 + p.LambdaRequests/1e6 + in.Times.Webhook*in.MemoryMB.Webhook/1024*p.GBSecond + p.WriteUnits/1e6)
}

// seconds is how long the slices of u take: they mostly wait for others.
func (in inputs) seconds(u units) float64 {
	t := in.Times
	return u.Slices*t.Start + u.ShopifyRequests*t.Shopify + u.BCRequests*t.BC + (u.ReadUnits+u.WriteUnits)*t.TableUnit
}

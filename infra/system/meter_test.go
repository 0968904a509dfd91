package system_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// units are what AWS, Shopify and BC count of some work. Table units are
// DynamoDB's: 4 KB read, half of it where the read may trail; 1 KB written, each
// index once more, twice in a transaction.
type units struct {
	Slices          int     `json:"slices"` // invocations of a task
	Handled         int     `json:"handled"`
	ReadUnits       float64 `json:"readUnits"`
	WriteUnits      float64 `json:"writeUnits"`
	QueueCalls      int     `json:"queueCalls"`
	OneTime         int     `json:"oneTime"` // schedules
	ShopifyRequests int     `json:"shopifyRequests"`
	BCRequests      int     `json:"bcRequests"`
}

func (u units) minus(o units) units {
	return units{
		u.Slices - o.Slices, u.Handled - o.Handled, u.ReadUnits - o.ReadUnits, u.WriteUnits - o.WriteUnits, u.QueueCalls - o.QueueCalls,
		u.OneTime - o.OneTime, u.ShopifyRequests - o.ShopifyRequests, u.BCRequests - o.BCRequests,
	}
}

// per divides by n.
func (u units) per(n float64) map[string]float64 {
	return map[string]float64{
		"slices": float64(u.Slices) / n, "handled": float64(u.Handled) / n, "readUnits": u.ReadUnits / n, "writeUnits": u.WriteUnits / n,
		"queueCalls": float64(u.QueueCalls) / n, "oneTime": float64(u.OneTime) / n,
		"shopifyRequests": float64(u.ShopifyRequests) / n, "bcRequests": float64(u.BCRequests) / n,
	}
}

func blocks(bytes, size int) float64 { return float64(max((bytes+size-1)/size, 1)) }

// meteredTable counts units. The units of a put are those of the new item; a
// delete counts as one.
type meteredTable struct {
	table.Table
	*units
}

func (t meteredTable) Get(ctx context.Context, k table.Key) (table.Item, error) {
	it, err := t.Table.Get(ctx, k)
	t.ReadUnits += blocks(it.Size(), 4<<10)
	return it, err
}

func (t meteredTable) page(p table.Page, share float64) {
	size := 0
	for _, it := range p.Items {
		size += it.Size()
	}
	t.ReadUnits += blocks(size, 4<<10) * share
}

func (t meteredTable) Query(ctx context.Context, q table.Query) (table.Page, error) {
	p, err := t.Table.Query(ctx, q)
	t.page(p, 1)
	return p, err
}

func (t meteredTable) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	p, err := t.Table.Index(ctx, q)
	t.page(p, 0.5)
	return p, err
}

func (t meteredTable) Write(ctx context.Context, ops ...table.Op) error {
	each := 1.0
	if len(ops) > 1 {
		each = 2
	}
	for _, op := range ops {
		n := blocks(op.Item.Size(), 1<<10)
		t.WriteUnits += n * each
		for _, x := range []table.IndexKey{op.Item.Index1, op.Item.Index2} {
			if x != (table.IndexKey{}) {
				t.WriteUnits += n
			}
		}
	}
	return t.Table.Write(ctx, ops...)
}

type meteredQueue struct {
	queue.Queue
	*units
}

func (q meteredQueue) Send(ctx context.Context, group, dedup string, body []byte) error {
	q.QueueCalls++
	return q.Queue.Send(ctx, group, dedup, body)
}

// Receive counts what brings a message: on AWS the polls are not ours.
func (q meteredQueue) Receive(ctx context.Context, n int, visibility, wait time.Duration) ([]queue.Message, error) {
	ms, err := q.Queue.Receive(ctx, n, visibility, wait)
	if len(ms) > 0 {
		q.QueueCalls++
		q.Handled++
	}
	return ms, err
}

func (q meteredQueue) Extend(ctx context.Context, receipt string, d time.Duration) error {
	q.QueueCalls++
	return q.Queue.Extend(ctx, receipt, d)
}

func (q meteredQueue) Delete(ctx context.Context, receipt string) error {
	q.QueueCalls++
	return q.Queue.Delete(ctx, receipt)
}

type meteredSchedules struct {
	schedule.Schedules
	*units
}

func (s meteredSchedules) At(ctx context.Context, name string, at time.Time, t schedule.Target) error {
	s.OneTime++
	return s.Schedules.At(ctx, name, at, t)
}

type meteredInvoker struct {
	jobqueue.Invoker
	*units
}

func (i meteredInvoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	i.Slices++
	return i.Invoker.Invoke(ctx, r)
}

type meteredTransport struct {
	http.RoundTripper
	*units
}

func (t meteredTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case strings.Contains(r.URL.Path, "oauth"):
	case strings.Contains(r.URL.Path, "graphql"):
		t.ShopifyRequests++
	default:
		t.BCRequests++
	}
	return t.RoundTripper.RoundTrip(r)
}

package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/posting"
	"backroom/shared/shipments"
)

// runsLooked is how many runs are looked at for the history of an order: those before
// them are not named.
const runsLooked = 200

// longestRun is how long before an event its run may have started.
const longestRun = 12 * time.Hour

// inRuns names in the events of an order the runs that did them: those of the event's task
// that were going on at its time.
func (s *server) inRuns(ctx context.Context, shop string, es []Event) error {
	var first, last time.Time
	for _, e := range es {
		if doneBy(e.What) == "" {
			continue
		}
		if first.IsZero() || e.At.Before(first) {
			first = e.At
		}
		if e.At.After(last) {
			last = e.At
		}
	}
	if first.IsZero() {
		return nil
	}
	// Times of events are stored in seconds.
	l, err := s.Jobs.Client.Store.Log(ctx, jobstore.LogQuery{Shop: shop, Since: first.Add(-longestRun), Until: last.Add(time.Second), Limit: runsLooked})
	if err != nil {
		return err
	}
	for i, e := range es {
		at := slices.IndexFunc(l.Runs, func(r jobqueue.Run) bool {
			return r.Task == doneBy(e.What) && !r.Started.IsZero() && !r.Started.Truncate(time.Second).After(e.At) && (!r.Done() || !r.Ended.Before(e.At))
		})
		if at >= 0 {
			es[i].Run = l.Runs[at].ID
		}
	}
	return nil
}

// doneBy is the task that does what an event says; "" for what people and shops do, and
// where it is not told.
func doneBy(what string) string {
	switch {
	case what == "read":
		return orders.TaskName
	case what == "processed", what == "attention", strings.HasPrefix(what, "credit"):
		return documents.TaskName
	case strings.HasPrefix(what, "posting "):
		return posting.OrdersTask
	case strings.HasPrefix(what, "fulfilment "), strings.HasPrefix(what, "shipment "):
		return shipments.TaskName
	}
	for _, d := range []outbound.Did{outbound.DidIntend, outbound.DidSend, outbound.DidMake, outbound.DidLose, outbound.DidRefuse, outbound.DidWithdraw, outbound.DidFind} {
		if what == string(d) {
			return documents.TaskName
		}
	}
	return ""
}

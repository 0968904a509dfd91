package lambdafn

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"backroom/shared/jobqueue"
)

// requestLog adds the invocation's request id, by which AWS's own lines are found.
type requestLog struct{ slog.Handler }

func (h requestLog) Handle(ctx context.Context, r slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("requestId", lc.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestLog) WithAttrs(as []slog.Attr) slog.Handler {
	return requestLog{h.Handler.WithAttrs(as)}
}

func (h requestLog) WithGroup(name string) slog.Handler { return requestLog{h.Handler.WithGroup(name)} }

// Namespace of the metrics.
const Namespace = "Backroom"

type metric struct{ Name, Unit string }

// directive tells CloudWatch which fields of the line are metrics. The shop is
// a field and never a dimension: each combination of dimensions is billed.
type directive struct {
	Timestamp         int64
	CloudWatchMetrics []struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}
}

// ended logs the end of a run as a line that is a metric too.
func (f *Function) ended(r jobqueue.Run) {
	d := directive{Timestamp: f.world.Now().UnixMilli()}
	d.CloudWatchMetrics = append(d.CloudWatchMetrics, struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}{Namespace, [][]string{{"Task"}}, []metric{
		{"Runs", "Count"}, {"RunsFailed", "Count"}, {"RunSeconds", "Seconds"}, {"Created", "Count"}, {"RecordsFailed", "Count"},
	}})
	failed := 0
	if r.Outcome == jobqueue.Failed && r.Whose != "merchant" {
		failed = 1 // people are paged for causes on our side
	}
	f.Log.Info("run ended", "_aws", d, "Task", r.Task, "Runs", 1, "RunsFailed", failed, "RunSeconds", r.Ended.Sub(r.Started).Seconds(),
		"Created", r.Counts.Created, "RecordsFailed", r.Counts.Failed,
		"shop", r.Shop, "entry", r.Entry, "run", r.ID, "outcome", string(r.Outcome), "coalesced", r.Coalesced, "kind", r.ErrorKind, "err", r.Detail)
}

package alarmsim

import "time"

// Function is a Lambda function that publishes. Its metrics carry the time at
// which an invocation began and are sent when it ends.
type Function struct{ Name string }

// Ended publishes an invocation.
func (f Function) Ended(r *Recording, began, ended time.Time, failed bool) {
	s := func(name string) string { return Series("AWS/Lambda", name, "FunctionName", f.Name) }
	r.Value(began, ended, s("Invocations"), 1)
	r.Value(began, ended, s("Errors"), truth(failed))
	r.Value(began, ended, s("Duration"), float64(ended.Sub(began).Milliseconds()))
}

// Throttled publishes a call for which there was no room.
func (f Function) Throttled(r *Recording, at time.Time) {
	r.Value(at, at, Series("AWS/Lambda", "Throttles", "FunctionName", f.Name), 1)
}

// Dropped publishes a call that Lambda took for a loop and did not make.
func (f Function) Dropped(r *Recording, at time.Time) {
	r.Value(at, at, Series("AWS/Lambda", "RecursiveInvocationsDropped", "FunctionName", f.Name), 1)
}

// Queue is an SQS queue that publishes. It does so only while it is active: while
// it holds messages, or somebody has called it within six hours.
type Queue struct {
	Name string

	active, woke time.Time
}

const staysActive = 6 * time.Hour

// QueueMinute is what happened at a queue in one minute, and what it holds.
type QueueMinute struct {
	Visible, Sent, Deduplicated, Received, Deleted int
	Oldest                                         time.Duration
}

// Minute publishes a minute of the queue.
func (q *Queue) Minute(r *Recording, at time.Time, m QueueMinute) {
	if m.Visible > 0 || m.Sent > 0 || m.Received > 0 || m.Deleted > 0 {
		if q.active.IsZero() || at.Sub(q.active) > staysActive {
			q.woke = at
		}
		q.active = at
	}
	if q.active.IsZero() || at.Sub(q.active) > staysActive {
		return
	}
	awake := int64(at.Sub(q.woke) / time.Minute)
	for name, v := range map[string]float64{
		"ApproximateNumberOfMessagesVisible": float64(m.Visible), "ApproximateAgeOfOldestMessage": m.Oldest.Seconds(), "NumberOfMessagesSent": float64(m.Sent),
		"NumberOfDeduplicatedSentMessages": float64(m.Deduplicated), "NumberOfMessagesReceived": float64(m.Received), "NumberOfMessagesDeleted": float64(m.Deleted),
	} {
		r.add(event{series: r.id(Series("AWS/SQS", name, "QueueName", q.Name)), minute: minuteOf(at), arrives: minuteOf(at), bin: binOf([]float64{v}), awake: awake})
	}
}

// Scheduled publishes what became of a firing of a schedule.
func Scheduled(r *Recording, at time.Time, group string, failed, dead, dropped bool) {
	s := func(name string) string { return Series("AWS/Scheduler", name, "ScheduleGroup", group) }
	r.Value(at, at, s("InvocationAttemptCount"), 1)
	for name, is := range map[string]bool{"TargetErrorCount": failed, "InvocationsSentToDeadLetterCount": dead, "InvocationDroppedCount": dropped} {
		if is {
			r.Value(at, at, s(name), 1)
		}
	}
}

// TableThrottled publishes reads and writes of a table that were sent away, or of
// one of its indexes, which is counted by itself.
func TableThrottled(r *Recording, at time.Time, table, index string, reads, writes int) {
	of := []string{"TableName", table}
	if index != "" {
		of = append(of, "GlobalSecondaryIndexName", index)
	}
	for name, n := range map[string]int{"ReadThrottleEvents": reads, "WriteThrottleEvents": writes} {
		if n > 0 {
			r.Value(at, at, Series("AWS/DynamoDB", name, of...), float64(n))
		}
	}
	for operation, n := range map[string]int{"Query": reads, "PutItem": writes} {
		if n > 0 {
			r.Value(at, at, Series("AWS/DynamoDB", "ThrottledRequests", "TableName", table, "Operation", operation), float64(n))
		}
	}
}

// Answered publishes a request to an HTTP API and the status of its answer.
func Answered(r *Recording, at time.Time, api string, status int) {
	s := func(name string) string { return Series("AWS/ApiGateway", name, "ApiId", api) }
	r.Value(at, at, s("Count"), 1)
	r.Value(at, at, s("4xx"), truth(status/100 == 4))
	r.Value(at, at, s("5xx"), truth(status/100 == 5))
}

package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/queue"
	"backroom/shared/queue/queuetest"
	"backroom/shared/sqs"
	"backroom/shared/sqs/sqstest"
	"backroom/shared/testclock"
)

func open(c *testclock.Clock, f func(op string, n int) awswire.Fault) (*sqs.Queue, *awswire.Transport) {
	tr := &awswire.Transport{Handler: sqstest.New(c.Now), Fault: f}
	return sqs.New(awssqs.NewFromConfig(awswire.Config(tr)), sqstest.URL), tr
}

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(*testing.T) queuetest.Harness {
		c := testclock.New(testclock.Monday)
		q, _ := open(c, nil)
		return queuetest.Harness{Queue: q, Advance: c.Advance}
	})
}

func TestLostAnswers(t *testing.T) {
	ctx := t.Context()
	firstOf := func(ops ...string) func(string, int) awswire.Fault {
		return func(op string, n int) awswire.Fault {
			if n == 1 && slices.Contains(ops, op) {
				return awswire.Lost
			}
			return awswire.None
		}
	}
	q, tr := open(testclock.New(testclock.Monday), firstOf("SendMessage", "ReceiveMessage"))
	if err := q.Send(ctx, "g", "", []byte("1")); err != nil {
		t.Fatalf("a lost send is repeated: %v", err)
	}
	ms, err := q.Receive(ctx, 10, time.Minute, 0)
	if err != nil || len(ms) != 1 || ms[0].Receives != 1 || tr.Calls("ReceiveMessage") != 2 {
		t.Fatalf("a lost receive is asked for again: %v, %v", ms, err)
	}
	q, _ = open(testclock.New(testclock.Monday), func(string, int) awswire.Fault { return awswire.Lost })
	if err := q.Send(ctx, "g", "", []byte("1")); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("all answers lost: %v, want ErrUnknown", err)
	}
	q, _ = open(testclock.New(testclock.Monday), func(string, int) awswire.Fault { return awswire.Busy })
	if err := q.Send(ctx, "g", "", []byte("1")); fault.KindOf(err) != fault.Throttled || errors.Is(err, queue.ErrUnknown) {
		t.Errorf("throttled: %v", err)
	}
}

// decider answers what the test wants, and remembers what it was asked.
type decider struct {
	disposition dispatch.Disposition
	err         error
	handled     []queue.Message
}

func (d *decider) Handle(_ context.Context, m queue.Message) (dispatch.Disposition, error) {
	d.handled = append(d.handled, m)
	return d.disposition, d.err
}

// event is what an event source mapping makes of deliveries.
func event(ms []queue.Message) events.SQSEvent {
	var e events.SQSEvent
	for _, m := range ms {
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: string(m.Body), Attributes: sqstest.Attributes(m), EventSource: "aws:sqs",
		})
	}
	return e
}

func TestHandler(t *testing.T) {
	const queueVisibility = 900 * time.Second
	tests := []struct {
		name     string
		decide   decider
		after    time.Duration // until the message is visible again; <0: it is deleted
		failures int
	}{
		{"acknowledged: the mapping deletes it", decider{disposition: dispatch.Disposition{Ack: true}}, -1, 0},
		{"again at once", decider{}, 0, 1},
		{"again later", decider{disposition: dispatch.Disposition{After: 45 * time.Second}}, 45 * time.Second, 1},
		{"not known: soon, not after the queue's whole visibility", decider{err: errors.New("table is down")}, jobqueue.HoldTime, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := testclock.New(testclock.Monday)
			q, _ := open(c, nil)
			if err := q.Send(t.Context(), "acme#orders", "", []byte("{}")); err != nil {
				t.Fatal(err)
			}
			ms, err := q.Receive(t.Context(), 1, queueVisibility, 0)
			if err != nil {
				t.Fatal(err)
			}
			h := &sqs.Handler{Dispatcher: &tt.decide, Queue: q, Log: slog.New(slog.DiscardHandler)}
			out, err := h.Handle(t.Context(), event(ms))
			if err != nil || len(out.BatchItemFailures) != tt.failures || len(tt.decide.handled) != 1 {
				t.Fatalf("answered %+v, %v after %d messages", out, err, len(tt.decide.handled))
			}
			if js, err := json.Marshal(out); err != nil || tt.failures == 0 && string(js) != `{"batchItemFailures":[]}` {
				t.Errorf("answered %s, %v", js, err)
			}
			if m := tt.decide.handled[0]; m.Group != "acme#orders" || m.Receives != 1 || !m.Sent.Equal(c.Now()) || m.ID != ms[0].ID {
				t.Errorf("handled %+v", m)
			}
			if tt.after > 0 {
				c.Advance(tt.after - time.Second)
				if ms, err := q.Receive(t.Context(), 1, time.Minute, 0); err != nil || len(ms) > 0 {
					t.Errorf("visible before %v: %v, %v", tt.after, ms, err)
				}
				c.Advance(time.Second)
			}
			if tt.after >= 0 {
				if ms, err := q.Receive(t.Context(), 1, time.Minute, 0); err != nil || len(ms) != 1 {
					t.Errorf("not visible after %v: %v, %v", tt.after, ms, err)
				}
			}
		})
	}
}

func TestHandlerLeavesAStaleDeliveryAlone(t *testing.T) {
	c := testclock.New(testclock.Monday)
	q, _ := open(c, nil)
	if err := q.Send(t.Context(), "g", "", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	ms, err := q.Receive(t.Context(), 1, time.Minute, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(2 * time.Minute)
	d := &decider{disposition: dispatch.Disposition{Ack: true}}
	out, err := (&sqs.Handler{Dispatcher: d, Queue: q, Log: slog.New(slog.DiscardHandler)}).Handle(t.Context(), event(ms))
	if err != nil || len(out.BatchItemFailures) != 1 || len(d.handled) != 0 {
		t.Errorf("answered %+v, %v after handling %v", out, err, d.handled)
	}
}

func TestHandlerStopsABatchAtTheFirstThatComesAgain(t *testing.T) {
	c := testclock.New(testclock.Monday)
	q, _ := open(c, nil)
	for _, b := range []string{"1", "2", "3"} {
		if err := q.Send(t.Context(), "g", "", []byte(b)); err != nil {
			t.Fatal(err)
		}
	}
	ms, err := q.Receive(t.Context(), 3, time.Hour, 0)
	if err != nil || len(ms) != 3 {
		t.Fatal(ms, err)
	}
	d := &decider{}
	out, err := (&sqs.Handler{Dispatcher: d, Queue: q, Log: slog.New(slog.DiscardHandler)}).Handle(t.Context(), event(ms))
	if err != nil || len(out.BatchItemFailures) != 3 || len(d.handled) != 1 {
		t.Fatalf("answered %+v, %v after %d messages", out, err, len(d.handled))
	}
	if ms, err = q.Receive(t.Context(), 3, time.Hour, 0); err != nil || len(ms) != 3 || string(ms[0].Body) != "1" {
		t.Errorf("then received %v, %v", ms, err)
	}
}

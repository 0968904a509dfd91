package sqs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/queue"
)

// Dispatcher decides about messages; dispatch.Dispatcher is one.
type Dispatcher interface {
	Handle(ctx context.Context, m queue.Message) (dispatch.Disposition, error)
}

// Handler works on the messages that an event source mapping delivers.
//
// Its first act is to shorten the queue's long visibility to jobqueue.HoldTime,
// so that a function that dies frees the group soon. A message that is to come
// again gets its visibility from the dispatcher and is reported as failed,
// which is flow control and not an error: the mapping deletes all others. The
// mapping must have batch size 1 and ReportBatchItemFailures; of a larger batch
// everything after the first message that comes again is given back untouched.
type Handler struct {
	Dispatcher Dispatcher
	Queue      queue.Queue
	Log        *slog.Logger
}

// Handle is the function's handler. It never answers an error: then the
// message would stay hidden for the queue's whole visibility.
func (h *Handler) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	// An empty list and not null: the mapping takes both, others want the list.
	out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, rec := range e.Records {
		if h.one(ctx, rec) {
			continue
		}
		out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: rec.MessageId})
		for _, rest := range e.Records[i+1:] {
			h.hide(ctx, rest.ReceiptHandle, 0)
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: rest.MessageId})
		}
		break
	}
	return out, nil
}

// one handles one message and reports whether it is done with.
func (h *Handler) one(ctx context.Context, rec events.SQSMessage) bool {
	m, err := message(rec.MessageId, rec.ReceiptHandle, rec.Body, rec.Attributes)
	if err != nil {
		h.Log.ErrorContext(ctx, "message not read; it comes back", "err", err)
		return false
	}
	if !h.hide(ctx, m.Receipt, jobqueue.HoldTime) {
		return false // it is somebody else's by now
	}
	d, err := h.Dispatcher.Handle(ctx, m)
	switch {
	case err != nil:
		h.Log.ErrorContext(ctx, "message not handled; it comes back", "group", m.Group, "receives", m.Receives, "err", err)
		return false
	case d.Ack:
		return true
	}
	h.hide(context.WithoutCancel(ctx), m.Receipt, max(d.After, 0))
	return false
}

// hide sets the visibility, and reports whether the receipt is still good.
func (h *Handler) hide(ctx context.Context, receipt string, d time.Duration) bool {
	err := h.Queue.Extend(ctx, receipt, d)
	if err != nil {
		h.Log.WarnContext(ctx, "visibility not set", "seconds", int(d.Seconds()), "err", err)
	}
	return !errors.Is(err, queue.ErrStaleReceipt)
}

// Package sqs is the queue.Queue on an SQS FIFO queue, and the handler that
// works on its messages inside a Lambda function.
//
// The queue must have content-based deduplication and, for independent groups,
// high throughput: DeduplicationScope messageGroup, FifoThroughputLimit
// perMessageGroupId.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"

	"backroom/shared/awsfault"
	"backroom/shared/queue"
)

// maxPoll is the longest that SQS waits for a message.
const maxPoll = 20 * time.Second

// Queue is an SQS FIFO queue. Safe for concurrent use.
//
// SQS sometimes answers success to a stale receipt, without effect: success is
// no proof that the message was still the caller's.
type Queue struct {
	client *sqs.Client
	url    string
}

var (
	_ queue.Queue   = (*Queue)(nil)
	_ queue.Counter = (*Queue)(nil)
)

// New gives the queue at url.
func New(client *sqs.Client, url string) *Queue { return &Queue{client: client, url: url} }

// Send implements queue.Queue. A lost answer is repeated: SQS drops the duplicate.
func (q *Queue) Send(ctx context.Context, group, dedup string, body []byte) error {
	if err := queue.CheckSend(group, dedup, body); err != nil {
		return err
	}
	in := &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: aws.String(string(body)), MessageGroupId: &group}
	if dedup != "" {
		in.MessageDeduplicationId = &dedup
	}
	return q.call("queue.Send", func(o func(*sqs.Options)) error {
		_, err := q.client.SendMessage(ctx, in, o)
		return err
	})
}

// Receive implements queue.Queue; it waits at most 20 s. A lost answer is asked
// for again under the same attempt id.
func (q *Queue) Receive(ctx context.Context, maxMessages int, visibility, wait time.Duration) ([]queue.Message, error) {
	if err := queue.CheckReceive(maxMessages, visibility); err != nil {
		return nil, err
	}
	in := &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: int32(maxMessages), //nolint:gosec // checked above
		VisibilityTimeout: seconds(visibility), WaitTimeSeconds: seconds(min(max(wait, 0), maxPoll)),
		ReceiveRequestAttemptId: aws.String(uuid.NewString()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameMessageGroupId, types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
		},
	}
	var out *sqs.ReceiveMessageOutput
	err := q.call("queue.Receive", func(o func(*sqs.Options)) (err error) {
		out, err = q.client.ReceiveMessage(ctx, in, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	var ms []queue.Message
	for _, m := range out.Messages {
		msg, err := message(aws.ToString(m.MessageId), aws.ToString(m.ReceiptHandle), aws.ToString(m.Body), m.Attributes)
		if err != nil {
			return nil, fmt.Errorf("queue.Receive: %w", err)
		}
		ms = append(ms, msg)
	}
	return ms, nil
}

// message reads the attributes that a delivery carries.
func message(id, receipt, body string, attributes map[string]string) (queue.Message, error) {
	m := queue.Message{ID: id, Receipt: receipt, Body: []byte(body), Group: attributes["MessageGroupId"]}
	if m.Group == "" {
		return m, fmt.Errorf("message %s has no MessageGroupId: is the queue a FIFO queue?", id)
	}
	var err error
	if m.Receives, err = strconv.Atoi(attributes["ApproximateReceiveCount"]); err != nil {
		return m, fmt.Errorf("message %s: ApproximateReceiveCount: %w", id, err)
	}
	sent, err := strconv.ParseInt(attributes["SentTimestamp"], 10, 64)
	if err != nil {
		return m, fmt.Errorf("message %s: SentTimestamp: %w", id, err)
	}
	m.Sent = time.UnixMilli(sent).UTC()
	return m, nil
}

// Extend implements queue.Queue, in whole seconds, rounded up.
func (q *Queue) Extend(ctx context.Context, receipt string, d time.Duration) error {
	if d < 0 || d > queue.MaxVisibility {
		return fmt.Errorf("queue.Extend: %v, want 0 to %v: %w", d, queue.MaxVisibility, queue.ErrInvalid)
	}
	in := &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: &receipt, VisibilityTimeout: seconds(d)}
	return q.call("queue.Extend", func(o func(*sqs.Options)) error {
		_, err := q.client.ChangeMessageVisibility(ctx, in, o)
		return err
	})
}

// Delete implements queue.Queue.
func (q *Queue) Delete(ctx context.Context, receipt string) error {
	in := &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: &receipt}
	return q.call("queue.Delete", func(o func(*sqs.Options)) error {
		_, err := q.client.DeleteMessage(ctx, in, o)
		return err
	})
}

// Waiting implements queue.Counter: about how many messages are visible, those
// behind a message in flight included.
func (q *Queue) Waiting(ctx context.Context) (n int, err error) {
	name := types.QueueAttributeNameApproximateNumberOfMessages
	err = q.call("queue.Waiting", func(o func(*sqs.Options)) error {
		out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{name}}, o)
		if err == nil {
			n, err = strconv.Atoi(out.Attributes[string(name)])
		}
		return err
	})
	return n, err
}

func seconds(d time.Duration) int32 { return int32(math.Ceil(d.Seconds())) }

// call does one call and says in the contract's words how it failed. All calls
// may be repeated after a lost answer.
func (q *Queue) call(op string, do func(func(*sqs.Options)) error) error {
	w := awsfault.NewWatch(q.client.Options().Retryer, true)
	err := do(func(o *sqs.Options) { o.Retryer = w })
	if err == nil {
		return nil
	}
	if sentinel := refused(err); sentinel != nil {
		return fmt.Errorf("%s: %w: %w", op, sentinel, err)
	}
	if w.MayHaveWorked(err) {
		return fmt.Errorf("%s: %w: %w", op, queue.ErrUnknown, err)
	}
	return awsfault.Wrap(op, err)
}

// refused is what SQS's refusal means in the contract, nil for none of its
// sentinels. Codes come in the old form and in the new.
func refused(err error) error {
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return nil
	}
	code := strings.TrimPrefix(strings.TrimSuffix(e.ErrorCode(), "Exception"), "AWS.SimpleQueueService.")
	switch code {
	case "ReceiptHandleIsInvalid", "MessageNotInflight":
		return queue.ErrStaleReceipt
	case "InvalidParameterValue":
		if strings.Contains(e.ErrorMessage(), "ReceiptHandle") || strings.Contains(e.ErrorMessage(), "receipt handle") {
			return queue.ErrStaleReceipt
		}
		return queue.ErrInvalid
	case "InvalidMessageContents", "MissingParameter":
		return queue.ErrInvalid
	}
	return nil
}

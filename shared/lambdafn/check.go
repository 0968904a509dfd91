package lambdafn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"backroom/shared/awsfault"
	"backroom/shared/config"
)

// checkTime bounds the look at what the settings name. It is short: who cannot
// answer now is asked again by the first event.
const checkTime = 2 * time.Second

// Check asks the table and the queue once, side by side and without retries,
// whether they are what the settings say, so that a function with a wrong
// setting ends at its start and says so. All problems are joined into the error.
// An answer that proves nothing (throttled, unreachable) is no problem: the
// first event meets it, with all patience. The connections serve the first
// event, so a cold start does not pay for them twice.
func (f *Function) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	checks := []func(context.Context) error{f.checkTable}
	if f.config.QueueURL != "" {
		checks = append(checks, f.checkQueue)
	}
	problems := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() { problems[i] = check(ctx) })
	}
	wg.Wait()
	return errors.Join(problems...)
}

// checkTable reads a key that nothing has.
func (f *Function) checkTable(ctx context.Context) error {
	nobody := &types.AttributeValueMemberS{Value: "CHECK"}
	_, err := f.items.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &f.config.Table, Key: map[string]types.AttributeValue{"pk": nobody, "sk": nobody}, ConsistentRead: aws.Bool(true), // as all reads
	}, func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	want := "a table in " + f.config.Region + " with the text keys pk and sk, which the function's role may read"
	if awsfault.Code(err) == "ValidationException" { // other keys
		return problem("BACKROOM_TABLE", f.config.Table, want, err)
	}
	return f.verdict("BACKROOM_TABLE", f.config.Table, want, err)
}

// checkQueue reads the attributes of the queue.
func (f *Function) checkQueue(ctx context.Context) error {
	name, url := "BACKROOM_QUEUE_URL", f.config.QueueURL
	out, err := awssqs.NewFromConfig(f.aws).GetQueueAttributes(ctx, &awssqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll},
	}, func(o *awssqs.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return f.verdict(name, url, "the address of a FIFO queue in "+f.config.Region+" whose attributes the function's role may read", err)
	}
	for _, a := range []struct{ name, want, why string }{
		{"FifoQueue", "true", "the address of a FIFO queue"},
		{"ContentBasedDeduplication", "true", "the address of a queue with content-based deduplication: a schedule sends no id"},
		{"DeduplicationScope", "messageGroup", "the address of a queue with high throughput"},
		{"FifoThroughputLimit", "perMessageGroupId", "the address of a queue with high throughput"},
	} {
		if got := out.Attributes[a.name]; got != a.want {
			return problem(name, url, a.why, fmt.Errorf("its %s is %q, want %q", a.name, got, a.want))
		}
	}
	return nil
}

// verdict is the problem that err proves, nil if it proves none.
func (f *Function) verdict(name, value, want string, err error) error {
	switch {
	case awsfault.Misdeployed(err):
		return problem(name, value, want, err)
	case err != nil:
		f.Log.Warn("not checked at the start", "setting", name, "err", err)
	}
	return nil
}

func problem(name, value, want string, cause error) error {
	return fmt.Errorf("%w (%w)", config.Problem{Name: name, Value: value, Want: want}, cause)
}

package lambdafntest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"backroom/shared/awsfault"
	"backroom/shared/awsfault/awswire"
	"backroom/shared/dynamo"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/queue"
	"backroom/shared/scheduler/schedulertest"
	"backroom/shared/sqs"
	"backroom/shared/sqs/sqstest"
	"backroom/shared/table"
)

// TestGuard: each call works with its right, and without it is refused once, by
// the code that the SDK reports for that service, and has done nothing.
func TestGuard(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	k := table.Key{PK: "a", SK: "1"}
	item := table.Item{Key: k, Data: []byte("{}")}
	for _, tt := range []struct {
		name  string
		needs []string
		code  string
		call  func(context.Context, aws.Config) error
	}{
		{"a write", []string{"dynamodb:PutItem"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			return dynamo.New(dynamodb.NewFromConfig(c), "backroom").Write(ctx, table.Put(item, table.Absent))
		}},
		{"a transaction", []string{"dynamodb:PutItem", "dynamodb:ConditionCheckItem"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			return dynamo.New(dynamodb.NewFromConfig(c), "backroom").Write(ctx, table.Put(item, table.Absent), table.Check(table.Key{PK: "b", SK: "1"}, table.Absent))
		}},
		{"a query", []string{"dynamodb:Query"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			_, err := dynamo.New(dynamodb.NewFromConfig(c), "backroom").Query(ctx, table.Query{PK: "a"})
			return err
		}},
		{"a query of an index", []string{"dynamodb:Query on index1"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			_, err := dynamo.New(dynamodb.NewFromConfig(c), "backroom").Index(ctx, table.IndexQuery{N: 1, PK: "a"})
			return err
		}},
		{"a message", []string{"sqs:SendMessage"}, "AccessDenied", func(ctx context.Context, c aws.Config) error {
			var q queue.Queue = sqs.New(awssqs.NewFromConfig(c), sqstest.URL)
			return q.Send(ctx, "group", "one", []byte("{}"))
		}},
		{"a schedule's end", []string{"scheduler:DeleteSchedule"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			_, err := scheduler.NewFromConfig(c).DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: aws.String("one"), GroupName: aws.String(schedulertest.Group)})
			if awsfault.Code(err) == "ResourceNotFoundException" {
				return nil
			}
			return err
		}},
		{"a call", []string{"lambda:InvokeFunction"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			_, err := lambda.NewFromConfig(c).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("backroom-nobody")})
			if awsfault.Code(err) == "ResourceNotFoundException" {
				return nil
			}
			return err
		}},
		{"the secret", []string{"secretsmanager:GetSecretValue"}, "AccessDeniedException", func(ctx context.Context, c aws.Config) error {
			_, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(lambdafntest.Secret)})
			return err
		}},
	} {
		for missing := -1; missing < len(tt.needs); missing++ {
			a := lambdafntest.New(now)
			g := &lambdafntest.Guard{Role: "sweep", Allows: map[string]bool{}}
			for i, n := range tt.needs {
				g.Allows[n] = i != missing
			}
			err := tt.call(t.Context(), awswire.Config(g.Transport(a.Transport)))
			if missing < 0 {
				if err != nil || len(g.Refused()) > 0 || fmt.Sprint(len(g.Used())) != fmt.Sprint(len(tt.needs)) {
					t.Errorf("%s with its rights: %v, used %q, refused %q", tt.name, err, g.Used(), g.Refused())
				}
				continue
			}
			said := strings.ToLower(strings.Fields(tt.needs[missing])[0])
			if awsfault.Code(err) != tt.code || !awsfault.Misdeployed(err) || !strings.Contains(strings.ToLower(fmt.Sprint(err)), said) || fmt.Sprint(g.Refused()) != fmt.Sprint(tt.needs[missing:missing+1]) {
				t.Errorf("%s without %s: %v; refused %q", tt.name, tt.needs[missing], err, g.Refused())
			}
			for _, op := range []string{"PutItem", "TransactWriteItems", "Query", "SendMessage", "GetSecretValue"} {
				if n := a.Transport.Calls(op); n > 0 {
					t.Errorf("%s without %s reached the service", tt.name, tt.needs[missing])
				}
			}
		}
	}
}

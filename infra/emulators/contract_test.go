package emulators_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"backroom/infra/emulators"
	"backroom/shared/contract"
	"backroom/shared/dynamo"
	"backroom/shared/queue/queuetest"
	"backroom/shared/sqs"
	"backroom/shared/table/tabletest"
)

func config(url string) aws.Config {
	return aws.Config{
		Region: "eu-north-1", BaseEndpoint: aws.String(url),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "emulator", SecretAccessKey: "emulator"}, nil
		}),
	}
}

// started gives a server that runs until the test ends, or skips the test.
func started(t *testing.T, s *emulators.Server, err error) *emulators.Server {
	t.Helper()
	if errors.Is(err, emulators.ErrNotAsked) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// number makes names that differ.
var number atomic.Int64

// newTable creates a table as the deployed one is.
func newTable(t *testing.T, c *dynamodb.Client) (name string) {
	t.Helper()
	name = fmt.Sprintf("backroom-%d", number.Add(1))
	str := func(n string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &n, AttributeType: types.ScalarAttributeTypeS}
	}
	keys := func(pk, sk string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &pk, KeyType: types.KeyTypeHash}, {AttributeName: &sk, KeyType: types.KeyTypeRange}}
	}
	in := &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest, KeySchema: keys("pk", "sk"),
		AttributeDefinitions: []types.AttributeDefinition{str("pk"), str("sk"), str("x1pk"), str("x1sk"), str("x2pk"), str("x2sk")},
	}
	for n := 1; n <= 2; n++ {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(dynamo.IndexName(n)), KeySchema: keys(fmt.Sprintf("x%dpk", n), fmt.Sprintf("x%dsk", n)),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTableOnDynamoDBLocal(t *testing.T) {
	s, err := emulators.DynamoDB(t.Context())
	c := dynamodb.NewFromConfig(config(started(t, s, err).URL))
	contract.RunExcept(t, tabletest.Cases, func(t *testing.T) tabletest.Harness {
		t.Helper()
		return tabletest.Harness{Table: dynamo.New(c, newTable(t, c))}
	}, map[string]string{
		"a page ends before a megabyte": "DynamoDB Local ends a page with the item that passes a megabyte, DynamoDB before it",
	})
}

func TestQueueOnAnSQSServer(t *testing.T) {
	server, err := emulators.SQS(t.Context())
	s := started(t, server, err)
	c := awssqs.NewFromConfig(config(s.URL))
	contract.RunExcept(t, queuetest.Cases, func(t *testing.T) queuetest.Harness {
		t.Helper()
		out, err := c.CreateQueue(t.Context(), &awssqs.CreateQueueInput{
			QueueName: aws.String(fmt.Sprintf("backroom-%d.fifo", number.Add(1))),
			Attributes: map[string]string{
				"FifoQueue": "true", "ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
				"MaximumMessageSize": "1048576",
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return queuetest.Harness{Queue: sqs.New(c, *out.QueueUrl), Advance: func(d time.Duration) {
			if err := s.Advance(d); err != nil {
				t.Error(err)
			}
		}}
	}, map[string]string{
		"giving back keeps the head of the group (I7)":       "the server takes a receipt whose visibility was ended; SQS FIFO refuses it",
		"a stale receipt has no effect (I8)":                 "the server takes a receipt whose visibility is over; SQS FIFO refuses it",
		"a receipt is over once the message came again (I8)": "the server takes the receipt of an earlier receive; SQS FIFO refuses it",
		"deduplication is per group":                         "the server does not know DeduplicationScope messageGroup",
		"twelve hours since the receive are the end":         "the server extends a visibility without end; SQS stops at twelve hours",
	})
}

// A folder that is named and has nothing is an error, not a skip.
func TestMissingEmulators(t *testing.T) {
	t.Setenv(emulators.FolderVariable, t.TempDir())
	for name, start := range map[string]func() (*emulators.Server, error){
		"DynamoDB": func() (*emulators.Server, error) { return emulators.DynamoDB(t.Context()) },
		"SQS":      func() (*emulators.Server, error) { return emulators.SQS(t.Context()) },
	} {
		if _, err := start(); err == nil || errors.Is(err, emulators.ErrNotAsked) || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

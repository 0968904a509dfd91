// Package lambdafntest is an AWS account in this process: fakes of the services
// that the functions use, on the wire, joined as the template joins them.
package lambdafntest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/dynamo/dynamotest"
	"backroom/shared/lambdainvoke/lambdatest"
	"backroom/shared/queue"
	"backroom/shared/scheduler/schedulertest"
	"backroom/shared/sqs/sqstest"
)

// Settings of the account's functions.
const (
	Secret     = "backroom/apps"
	TaskPrefix = "backroom-"
	// visibility is the queue's own, as in the template.
	visibility = 900 * time.Second
)

// Account is one table, one queue, one group of schedules, functions and a
// secret. Safe for concurrent use.
type Account struct {
	// Transport is the way to the services, with faults on demand.
	Transport *awswire.Transport
	Queue     *sqstest.Server
	Schedules *schedulertest.Server
	Functions *lambdatest.Server
	Table     *dynamotest.Server
	// Apps is what the secret says.
	Apps map[string]string
}

// New makes an empty account with a clock.
func New(now func() time.Time) *Account {
	a := &Account{
		Queue: sqstest.New(now), Functions: &lambdatest.Server{Functions: map[string]lambda.Handler{}}, Table: dynamotest.New(now),
		Apps: map[string]string{"SHOPIFY_CLIENT_ID": "shopify-app", "SHOPIFY_CLIENT_SECRET": "shopify-hush", "BC_CLIENT_ID": "bc-app", "BC_CLIENT_SECRET": "bc-hush"},
	}
	a.Schedules = schedulertest.New(now, a.Queue.Queue)
	a.Transport = &awswire.Transport{Handler: http.HandlerFunc(a.serve)}
	return a
}

// serve leads a request to its service, as host names do.
func (a *Account) serve(w http.ResponseWriter, r *http.Request) {
	switch target := r.Header.Get("X-Amz-Target"); {
	case strings.HasPrefix(target, "DynamoDB_20120810."):
		a.Table.ServeHTTP(w, r)
	case strings.HasPrefix(target, "AmazonSQS."):
		a.Queue.ServeHTTP(w, r)
	case target == "secretsmanager.GetSecretValue":
		a.secret(w, r)
	case strings.HasPrefix(r.URL.Path, "/schedules/"):
		a.Schedules.ServeHTTP(w, r)
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
		a.Functions.ServeHTTP(w, r)
	default:
		awswire.Refuse(w, http.StatusBadRequest, "UnknownOperationException", target+" "+r.URL.Path)
	}
}

func (a *Account) secret(w http.ResponseWriter, r *http.Request) {
	var in struct {
		SecretID string `json:"SecretId"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.SecretID != Secret {
		awswire.Refuse(w, http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		return
	}
	js, err := json.Marshal(a.Apps)
	if err != nil {
		awswire.Refuse(w, http.StatusInternalServerError, "InternalServiceError", err.Error())
		return
	}
	awswire.Reply(w, http.StatusOK, map[string]string{"Name": Secret, "SecretString": string(js)})
}

// Environment is what the template and Lambda set for the dispatcher.
func (a *Account) Environment() map[string]string {
	env := a.TaskEnvironment()
	env["BACKROOM_QUEUE_URL"], env["BACKROOM_QUEUE_ARN"] = sqstest.URL, schedulertest.QueueARN
	env["BACKROOM_SCHEDULE_GROUP"], env["BACKROOM_SCHEDULE_ROLE"] = schedulertest.Group, schedulertest.RoleARN
	env["BACKROOM_TASK_PREFIX"] = TaskPrefix
	env["BACKROOM_DEAD_URL"], env["BACKROOM_DEAD_SCHEDULES_URL"] = sqstest.DeadURL, sqstest.DeadSchedulesURL
	return env
}

// TaskEnvironment is what they set for a task's function.
func (a *Account) TaskEnvironment() map[string]string {
	return map[string]string{
		"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "of nobody", "AWS_SESSION_TOKEN": "session",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_LAMBDA_FUNCTION_NAME": "backroom-test",
		"BACKROOM_TABLE": "backroom", "BACKROOM_SECRET": Secret,
	}
}

// Lookup reads an environment.
func Lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

// Deliver does what the event source mapping does with the next message: it
// receives, calls the function, and deletes what is not reported as failed. It
// reports whether there was a message.
func (a *Account) Deliver(ctx context.Context, dispatch lambda.Handler) (bool, error) {
	ms, err := a.Queue.Queue.Receive(ctx, 1, visibility, 0)
	if err != nil || len(ms) == 0 {
		return false, err
	}
	payload, err := json.Marshal(Event(ms...))
	if err != nil {
		return true, err
	}
	out, err := dispatch.Invoke(ctx, payload)
	if err != nil {
		return true, err
	}
	var answer events.SQSEventResponse
	if err := json.Unmarshal(out, &answer); err != nil || len(answer.BatchItemFailures) > 0 {
		return true, err
	}
	return true, a.Queue.Queue.Delete(ctx, ms[0].Receipt)
}

// Event is the event that the mapping makes of deliveries.
func Event(ms ...queue.Message) events.SQSEvent {
	var e events.SQSEvent
	for _, m := range ms {
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: string(m.Body), Attributes: sqstest.Attributes(m),
			EventSource: "aws:sqs", EventSourceARN: schedulertest.QueueARN, AWSRegion: "eu-north-1",
		})
	}
	return e
}

// Package lambdainvoke is the jobqueue.Invoker that runs each task in a Lambda
// function of its own, and that function's side of the call.
package lambdainvoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"backroom/shared/awsfault"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

// Invoker calls the function of a request's task and waits for its answer, up
// to 15 minutes. Safe for concurrent use.
type Invoker struct {
	client *lambda.Client
	name   func(task string) string
}

var _ jobqueue.Invoker = (*Invoker)(nil)

// New makes an invoker; name answers the function of a task. The client's HTTP
// client must have no time-out shorter than the functions'.
func New(client *lambda.Client, name func(task string) string) *Invoker {
	return &Invoker{client: client, name: name}
}

// defaultWait is how long a call that was not accepted waits for its next try,
// when Lambda does not say.
const defaultWait = 15 * time.Second

// Invoke implements jobqueue.Invoker. It never repeats a call: a function goes
// on running when its caller loses the answer.
func (i *Invoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return jobqueue.Result{}, &fault.Error{Op: "lambdainvoke", Kind: fault.Bug, Err: err}
	}
	name := i.name(r.Task)
	out, err := i.client.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &name, InvocationType: types.InvocationTypeRequestResponse, Payload: payload,
	}, func(o *lambda.Options) { o.Retryer = aws.NopRetryer{} })
	switch {
	case err != nil && notStarted(err):
		return jobqueue.Result{}, &fault.Error{Op: "lambdainvoke", Kind: fault.Throttled, Code: awsfault.Code(err), RetryAfter: wait(err), Err: fmt.Errorf("function %s: %w", name, err)}
	case err != nil:
		return jobqueue.Result{}, fmt.Errorf("function %s: %w", name, err)
	case out.FunctionError != nil: // HTTP 200 all the same
		return jobqueue.Result{}, fmt.Errorf("function %s: %s", name, crash(out.Payload))
	}
	var reply Reply
	if err := json.Unmarshal(out.Payload, &reply); err != nil {
		return jobqueue.Result{}, fmt.Errorf("function %s: its answer: %w", name, err)
	}
	return reply.Result, reply.Failure.err()
}

// notStarted reports whether Lambda had no room for the function, or could not
// be reached. A function that is missing or forbidden is not among these: its
// run must end up where somebody sees it.
func notStarted(err error) bool {
	if awsfault.Throttled(err) {
		return true
	}
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

func wait(err error) time.Duration {
	if e, ok := errors.AsType[*types.TooManyRequestsException](err); ok {
		if s, err := strconv.Atoi(aws.ToString(e.RetryAfterSeconds)); err == nil && s > 0 {
			return time.Duration(s) * time.Second
		}
	}
	return defaultWait
}

// crash says how a function ended that did not answer.
func crash(payload []byte) string {
	var e struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		return "ended without an answer"
	}
	return fmt.Sprintf("%s: %.300s", e.ErrorType, e.ErrorMessage)
}

// Command dispatch is the Lambda function that works on the queue's messages:
// it claims the category, has the task's function run a slice, and records the
// outcome.
package main

import (
	"backroom/shared/lambdafn"
	"backroom/shared/sqs"
	"backroom/shared/wiring"
)

func main() { lambdafn.Start(handler) }

func handler(f *lambdafn.Function) (any, error) {
	d, err := f.Dispatcher(wiring.Tasks(f.Options()).Tasks)
	if err != nil {
		return nil, err
	}
	h := &sqs.Handler{Dispatcher: d, Queue: d.Jobs.Queue, Log: f.Log}
	return h.Handle, nil
}

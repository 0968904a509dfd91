// Command api is the Lambda function behind the HTTP API: it runs a task now,
// and says how a run goes.
package main

import (
	"backroom/shared/apigateway"
	"backroom/shared/jobapi"
	"backroom/shared/lambdafn"
	"backroom/shared/wiring"
)

func main() { lambdafn.Start(handler) }

func handler(f *lambdafn.Function) (any, error) {
	d, err := f.Sender(wiring.Tasks(f.Options()).Tasks)
	if err != nil {
		return nil, err
	}
	h := &apigateway.Handler{Jobs: &jobapi.Jobs{Dispatcher: d}, Log: f.Log}
	return h.Handle, nil
}

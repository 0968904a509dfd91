// Command process-orders is the Lambda function that creates the sales orders of
// imported orders in Business Central,
// one slice a call.
package main

import (
	"backroom/shared/lambdafn"
	"backroom/shared/wiring"
)

func main() { lambdafn.Start(handler) }

func handler(f *lambdafn.Function) (any, error) {
	return f.Task("process-orders", wiring.Tasks(f.Options()).Tasks)
}

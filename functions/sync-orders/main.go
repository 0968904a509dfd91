// Command sync-orders is the Lambda function that imports a shop's orders from Shopify,
// one slice a call.
package main

import (
	"backroom/shared/lambdafn"
	"backroom/shared/wiring"
)

func main() { lambdafn.Start(handler) }

func handler(f *lambdafn.Function) (any, error) {
	return f.Task("sync-orders", wiring.Tasks(f.Options()).Tasks)
}

// Command sweep is the Lambda function that mends, every minute and in all
// shops, what crashes and lost calls leave behind.
package main

import (
	"backroom/shared/lambdafn"
	"backroom/shared/shop"
	"backroom/shared/wiring"
)

func main() { lambdafn.Start(handler) }

func handler(f *lambdafn.Function) (any, error) {
	wired := wiring.Tasks(f.Options())
	return f.Sweep(wired.Tasks, shop.Mending{Store: wired.Cards})
}

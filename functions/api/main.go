// Command api is the Lambda function behind the HTTP API: the one interface, for
// merchants and operators.
package main

import (
	"backroom/functions/api/host"
	"backroom/shared/lambdafn"
)

func main() { lambdafn.Start(host.Handler) }

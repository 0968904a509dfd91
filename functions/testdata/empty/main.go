// Command empty is a Lambda function that does nothing: what a cold start is
// measured against.
package main

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
)

var errRefused = errors.New("refused")

func main() {
	lambda.Start(func(context.Context, struct{}) (any, error) { return nil, errRefused })
}

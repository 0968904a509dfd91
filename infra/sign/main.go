// Command backroom-aws signs requests for a deployed stage, with the AWS credentials
// that the SDK's default chain finds: of the environment, a profile, single sign-on, a
// role. backroom starts it when a stage is named, so that whoever works on one machine
// alone has none of the SDK in the program, and credentials stay in here. It reads a
// request a line, as JSON, and answers each with the headers to send, until its input ends.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := serve(ctx, os.Stdin, os.Stdout, time.Now)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "backroom-aws:", err)
		os.Exit(1)
	}
}

// asked is a request to be signed.
type asked struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
	Hash   string      `json:"hash"`   // SHA-256 of the body, in hex
	Region string      `json:"region"` // "": that of the credentials
}

// answered is its answer.
type answered struct {
	Header http.Header `json:"header,omitempty"` // all that is to be sent
	Error  string      `json:"error,omitempty"`
}

func serve(ctx context.Context, in io.Reader, out io.Writer, now func() time.Time) error {
	c, err := config.LoadDefaultConfig(ctx)
	from, to := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var a asked
		if err := from.Decode(&a); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		answer := answered{}
		header, failed := sign(ctx, c, err, a, now())
		if answer.Header = header; failed != nil {
			answer.Error = failed.Error()
		}
		if err := to.Encode(answer); err != nil {
			return err
		}
	}
}

// sign gives the headers of a, signed with the credentials of c; unread is why there is none.
func sign(ctx context.Context, c aws.Config, unread error, a asked, now time.Time) (http.Header, error) {
	if unread != nil {
		return nil, fmt.Errorf("AWS credentials: %w", unread)
	}
	r, err := http.NewRequestWithContext(ctx, a.Method, a.URL, http.NoBody)
	if err != nil {
		return nil, err
	}
	if r.Header = a.Header; r.Header == nil {
		r.Header = http.Header{}
	}
	region := a.Region
	if region == "" {
		region = c.Region
	}
	if region == "" {
		return nil, fmt.Errorf("region of %s: not known from the address: set AWS_REGION", r.URL.Host)
	}
	got, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("no AWS credentials: sign in (aws sso login), or choose a profile with AWS_PROFILE: %w", err)
	}
	return r.Header, v4.NewSigner().SignHTTP(ctx, got, r, a.Hash, "execute-api", region, now)
}

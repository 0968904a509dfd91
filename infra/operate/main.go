// Command operate connects shops to a deployed stage, which needs more rights than its
// HTTP API gives: it reads the stage's secret and writes its table. It works with the
// operator's AWS credentials and the settings of the stage's own functions. All else
// is a command of backroom.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"backroom/infra/plan"
	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/lambdafn"
	"backroom/shared/orders"
	"backroom/shared/plain"
	"backroom/shared/wiring"
)

const usage = `usage: operate -stage STAGE connect CARD.json, with AWS_REGION and AWS credentials in the
environment. It adds a shop, or changes its card, and is safe to repeat; the answer is JSON. Everything else that is
done to a stage is a command of backroom: backroom --api APIADDRESS --shop SHOP …`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, plain.NewWriter(os.Stdout), os.Args[1:]); err != nil {
		fmt.Fprintln(plain.NewWriter(os.Stderr), "operate:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to undo
	}
}

// parse reads the command line.
func parse(args []string) (stage, card string, err error) {
	fs := flag.NewFlagSet("operate", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&stage, "stage", "", "")
	if err := fs.Parse(args); err != nil {
		return "", "", fmt.Errorf("%w\n%s", err, usage)
	}
	switch {
	case stage == "" || fs.NArg() == 0:
		return "", "", errors.New(usage)
	case fs.Arg(0) != "connect":
		return "", "", fmt.Errorf("command %q: there is none of that name\n%s", fs.Arg(0), usage)
	case fs.NArg() != 2:
		return "", "", fmt.Errorf("connect: %d arguments do not fit\n%s", fs.NArg()-1, usage)
	}
	return stage, fs.Arg(1), nil
}

// desk is the stage that a command works on.
type desk struct {
	function *lambdafn.Function
	wired    wiring.Wired
	jobs     *jobs.Client
}

func run(ctx context.Context, w io.Writer, args []string) error {
	stage, path, err := parse(args)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path) //nolint:gosec // the file that the operator names
	if err != nil {
		return err
	}
	if err := config.Unknown(os.LookupEnv, config.Names(os.Environ())); err != nil {
		return err
	}
	env, err := settings(ctx, stage, os.LookupEnv)
	if err != nil {
		return err
	}
	f, err := lambdafn.New(lambdafn.World{Log: io.Discard, Lookup: func(name string) (string, bool) {
		if v, ok := os.LookupEnv(name); ok {
			return v, true
		}
		v, ok := env[name]
		return v, ok
	}})
	if err != nil {
		return err
	}
	d := &desk{function: f, wired: wiring.Tasks(f.Options())}
	if d.jobs, err = f.Client(d.wired.Tasks); err != nil {
		return err
	}
	card, findings, err := connectShop(ctx, d, text, time.Now())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := connect.Write(os.Stderr, findings); err != nil { // beside the answer, which is JSON
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(card)
}

// settings are those of the stage's functions: the sweeper's, which makes
// schedules, and a task's, which knows the apps.
func settings(ctx context.Context, stage string, lookup func(string) (string, bool)) (map[string]string, error) {
	var missing []error
	get := func(name string) string {
		v, ok := lookup(name)
		if !ok || v == "" {
			missing = append(missing, fmt.Errorf("%s is not set", name))
		}
		return v
	}
	c := aws.Config{Region: get("AWS_REGION")}
	id, secret := get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")
	token, _ := lookup("AWS_SESSION_TOKEN")
	if url, ok := lookup("AWS_ENDPOINT_URL"); ok {
		c.BaseEndpoint = &url
	}
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}, nil
	})
	if err := errors.Join(missing...); err != nil {
		return nil, err
	}
	client := lambda.NewFromConfig(c)
	env := map[string]string{}
	for _, name := range []string{orders.TaskName, "sweep"} {
		function := plan.Prefix(stage) + name
		out, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function})
		if err != nil {
			return nil, fmt.Errorf("stage %q: function %s: %w", stage, function, err)
		}
		if out.Environment != nil {
			maps.Copy(env, out.Environment.Variables)
		}
	}
	return env, nil
}

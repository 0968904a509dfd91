// Command connect adds a shop to a deployed stage, or changes its card: it asks
// both sides what the card must know, stores it, and makes the job entries and
// schedules of all tasks. It works with the operator's AWS credentials and the
// settings of the stage's own functions. Calling it again is safe.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"backroom/infra/plan"
	"backroom/shared/lambdafn"
	"backroom/shared/shop"
	"backroom/shared/wiring"
)

func main() {
	stage := flag.String("stage", "", "the stage, such as dev")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *stage, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "connect:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to undo
	}
}

func run(ctx context.Context, w io.Writer, stage string, args []string) error {
	if stage == "" || len(args) != 1 {
		return errors.New("usage: connect -stage STAGE CARD.json, with AWS_REGION and AWS credentials in the environment")
	}
	given, err := os.ReadFile(args[0])
	if err != nil {
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
	card, err := connect(ctx, f, given, time.Now())
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	_, err = fmt.Fprintf(w, "shop %s is connected: %s, currency %s, time zone %s, company %s\n", card.Code, card.Domain, card.Currency, card.TimeZone, card.Company.ID)
	return err
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
	for _, name := range []string{"sync-orders", "sweep"} {
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

var code = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,40}$`)

// connect stores the card that given changes, and makes what it lacks.
func connect(ctx context.Context, f *lambdafn.Function, given []byte, now time.Time) (shop.Shop, error) {
	wired := wiring.Tasks(f.Options())
	var named struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(given, &named); err != nil {
		return shop.Shop{}, err
	}
	if !code.MatchString(named.Code) {
		return shop.Shop{}, fmt.Errorf("code %q: must be 1 to 40 of letters, digits and . _ -", named.Code)
	}
	card, err := wired.Cards.Get(ctx, named.Code)
	if errors.Is(err, shop.ErrNotFound) {
		card, err = shop.Shop{Enabled: true, ConnectedAt: now.UTC().Truncate(time.Second)}, nil
	}
	if err != nil {
		return card, err
	}
	d := json.NewDecoder(bytes.NewReader(given))
	d.DisallowUnknownFields()
	if err := d.Decode(&card); err != nil {
		return card, err
	}
	var missing []error
	for _, m := range []struct{ name, value string }{
		{"domain", card.Domain}, {"company.tenant", card.Company.Tenant}, {"company.environment", card.Company.Environment}, {"company.id", card.Company.ID},
	} {
		if m.value == "" {
			missing = append(missing, fmt.Errorf("%s is missing", m.name))
		}
	}
	if err := errors.Join(missing...); err != nil {
		return card, err
	}
	if card, err = wiring.Connect(ctx, f.Options(), card); err != nil {
		return card, err
	}
	jobs, err := f.Dispatcher(wired.Tasks)
	if err != nil {
		return card, err
	}
	if err := wired.Cards.Put(ctx, card); err != nil {
		return card, err
	}
	return card, jobs.Ensure(ctx, card.Code, card.Code, now.Add(time.Minute))
}

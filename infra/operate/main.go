// Command operate is what an operator does to a deployed stage: connect shops,
// steer their jobs, read the log, decide about orders. It works with the
// operator's AWS credentials and the settings of the stage's own functions.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"backroom/infra/plan"
	"backroom/shared/api"
	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/issue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/lambdafn"
	"backroom/shared/orders"
	"backroom/shared/plain"
	"backroom/shared/staging"
	"backroom/shared/wiring"
)

const usage = `usage: operate -stage STAGE [-shop SHOP] [-reason TEXT] [-everything] COMMAND, with AWS_REGION and AWS
credentials in the environment. Answers are JSON.

  connect CARD.json                    add a shop, or change its card; safe to repeat
  shop show                            the shop's card as "connect" takes it
  jobs                                 the shop's jobs
  show JOB                             one of them as "save" takes it
  save JOB.json                        make or change a job
  run JOB [PARAMETERS]                 one run now
  hold|ready|restart|cancel|delete JOB
  ready-failed                         all of the shop's jobs in error
  pause, resume                        the shop; -everything: all shops
  runs [outcome=failed,lost] [entry=JOB] [since=24h] [until=…] [limit=50] [page=…] [notes=true]
  run-of RUN                           how a run goes
  retry RUN                            one that failed, with its input
  orders [STATE], order NAME           what was imported
  accept|retry-order|unlink NAME       decide about an order
  issues                               what needs somebody`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, plain.NewWriter(os.Stdout), os.Args[1:]); err != nil {
		fmt.Fprintln(plain.NewWriter(os.Stderr), "operate:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to undo
	}
}

// given is the command line.
type given struct {
	stage, shop string
	order       api.ActionRequest
	command     string
	args        []string
}

func parse(args []string) (given, error) {
	var g given
	fs := flag.NewFlagSet("operate", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&g.stage, "stage", "", "")
	fs.StringVar(&g.shop, "shop", "", "")
	fs.StringVar(&g.order.Reason, "reason", "", "")
	fs.BoolVar(&g.order.Everything, "everything", false, "")
	if err := fs.Parse(args); err != nil {
		return g, fmt.Errorf("%w\n%s", err, usage)
	}
	if g.stage == "" || fs.NArg() == 0 {
		return g, errors.New(usage)
	}
	g.command, g.args = fs.Arg(0), fs.Args()[1:]
	c, ok := commands[g.command]
	switch {
	case !ok:
		return g, fmt.Errorf("command %q: there is none of that name\n%s", g.command, usage)
	case len(g.args) < c.least || len(g.args) > c.most:
		return g, fmt.Errorf("command %s: %d arguments do not fit\n%s", g.command, len(g.args), usage)
	case g.shop == "" && g.command != "connect" && !g.order.Everything:
		return g, fmt.Errorf("command %s: -shop is not set", g.command)
	case g.shop != "" && g.command != "connect":
		return g, api.CheckID("shop", g.shop)
	}
	return g, nil
}

// desk is the stage that a command works on.
type desk struct {
	given

	function *lambdafn.Function
	wired    wiring.Wired
	jobs     *api.Jobs
}

func (d *desk) arg(i int) string {
	if i < len(d.args) {
		return d.args[i]
	}
	return ""
}

// command is what one does, and how many arguments it takes.
type command struct {
	least, most int
	do          func(context.Context, *desk) (any, error)
}

func act(a jobs.Action) command {
	return command{1, 1, func(ctx context.Context, d *desk) (any, error) { return d.jobs.Act(ctx, d.shop, d.arg(0), a, d.order) }}
}

func decide(v staging.Decision) command {
	return command{1, 1, func(ctx context.Context, d *desk) (any, error) {
		return d.wired.Decide(ctx, d.jobs.Client, d.shop, d.arg(0), v)
	}}
}

var commands = map[string]command{
	"connect": {1, 1, func(ctx context.Context, d *desk) (any, error) {
		text, err := os.ReadFile(d.arg(0))
		if err != nil {
			return nil, err
		}
		card, findings, err := connectShop(ctx, d, text, time.Now())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.arg(0), err)
		}
		return card, connect.Write(os.Stderr, findings) // beside the answer, which is JSON
	}},
	"shop": {1, 1, func(ctx context.Context, d *desk) (any, error) {
		if d.arg(0) != "show" {
			return nil, fmt.Errorf("shop %s: there is only shop show", d.arg(0))
		}
		card, err := d.wired.Cards.Get(ctx, d.shop)
		if err != nil {
			return nil, err
		}
		shown, err := d.wired.Sections.Show(card)
		return json.RawMessage(shown), err
	}},
	"jobs": {0, 0, func(ctx context.Context, d *desk) (any, error) { return d.jobs.List(ctx, d.shop) }},
	"show": {1, 1, func(ctx context.Context, d *desk) (any, error) { return d.jobs.Form(ctx, d.shop, d.arg(0)) }},
	"save": {1, 1, func(ctx context.Context, d *desk) (any, error) {
		text, err := os.ReadFile(d.arg(0))
		if err != nil {
			return nil, err
		}
		return d.jobs.Save(ctx, d.shop, text)
	}},
	"run": {1, 2, func(ctx context.Context, d *desk) (any, error) {
		var body json.RawMessage
		if p := d.arg(1); p != "" {
			if body = json.RawMessage(p); !json.Valid(body) {
				return nil, fmt.Errorf("parameters %q: must be a JSON object", p)
			}
		}
		return d.jobs.Trigger(ctx, d.shop, d.arg(0), api.RunRequest{Parameters: body})
	}},
	"hold":    act(jobs.ToHold),
	"ready":   act(jobs.ToReady),
	"restart": act(jobs.Restart),
	"cancel":  act(jobs.ToCancel),
	"delete":  act(jobs.ToDelete),
	"ready-failed": {0, 0, func(ctx context.Context, d *desk) (any, error) {
		return d.jobs.ReleaseFailed(ctx, d.shop)
	}},
	"pause":  {0, 0, func(ctx context.Context, d *desk) (any, error) { return d.jobs.Pause(ctx, d.shop, d.order) }},
	"resume": {0, 0, func(ctx context.Context, d *desk) (any, error) { return d.jobs.Resume(ctx, d.shop, d.order) }},
	"runs": {0, 7, func(ctx context.Context, d *desk) (any, error) {
		q, err := url.ParseQuery(strings.Join(d.args, "&"))
		if err != nil {
			return nil, err
		}
		return d.jobs.Log(ctx, d.shop, q)
	}},
	"run-of": {1, 1, func(ctx context.Context, d *desk) (any, error) { return d.jobs.Run(ctx, d.shop, d.arg(0)) }},
	"retry":  {1, 1, func(ctx context.Context, d *desk) (any, error) { return d.jobs.Retry(ctx, d.shop, d.arg(0)) }},
	"orders": {0, 1, func(ctx context.Context, d *desk) (any, error) {
		state, err := orders.ParseState(d.arg(0))
		if err != nil {
			return nil, err
		}
		vs, _, err := d.wired.Orders.List(ctx, d.shop, state, "", 0)
		return append([]staging.View{}, vs...), err
	}},
	"order":       {1, 1, func(ctx context.Context, d *desk) (any, error) { return d.wired.Orders.Find(ctx, d.shop, d.arg(0)) }},
	"accept":      decide(staging.Accept),
	"retry-order": decide(staging.Retry),
	"unlink":      decide(staging.Unlink),
	"issues": {0, 0, func(ctx context.Context, d *desk) (any, error) {
		is, err := d.wired.Issues.List(ctx, d.shop)
		return append([]issue.Issue{}, is...), err
	}},
}

func run(ctx context.Context, w io.Writer, args []string) error {
	g, err := parse(args)
	if err != nil {
		return err
	}
	if err := config.Unknown(os.LookupEnv, config.Names(os.Environ())); err != nil {
		return err
	}
	env, err := settings(ctx, g.stage, os.LookupEnv)
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
	d := &desk{given: g, function: f, wired: wiring.Tasks(f.Options())}
	if d.jobs, err = desksJobs(f, d.wired); err != nil {
		return err
	}
	v, err := commands[g.command].do(ctx, d)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// desksJobs steers the stage's jobs.
func desksJobs(f *lambdafn.Function, w wiring.Wired) (*api.Jobs, error) {
	client, err := f.Client(w.Tasks)
	if err != nil {
		return nil, err
	}
	return &api.Jobs{Client: client, Zone: w.Cards.Zone}, nil
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

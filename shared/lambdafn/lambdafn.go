// Package lambdafn is what the main of every Lambda function would repeat:
// configuration, log, AWS clients, start.
package lambdafn

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"backroom/shared/config"
	"backroom/shared/dynamo"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/lambdainvoke"
	"backroom/shared/metrics"
	awsschedules "backroom/shared/scheduler"
	"backroom/shared/sqs"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

// Times of the AWS engine: a slice ends before its function (840 s), and that
// before the dispatcher's (900 s).
const (
	SliceTime = 13 * time.Minute
	// skew is how far the clocks of two functions may differ.
	skew = 5 * time.Second
)

// Function is what handlers are made from. Safe for concurrent use.
type Function struct {
	Log   *slog.Logger
	Table table.Table
	Jobs  *jobstore.Store
	// Metrics go where the log goes, whatever the log's level is.
	Metrics *metrics.Emitter

	config config.Function
	aws    aws.Config
	items  *dynamodb.Client
	world  World
	apps   apps
}

// World is what a test replaces. The zero value is the real one.
type World struct {
	Lookup func(string) (string, bool)                      // the environment
	Log    io.Writer                                        // standard output, which Lambda keeps
	AWS    http.RoundTripper                                // the way to AWS
	Shops  http.RoundTripper                                // the way to Shopify and Business Central
	Now    func() time.Time                                 // the clock
	Wait   func(ctx context.Context, d time.Duration) error // pauses of the two APIs' clients
	Retry  func() aws.Retryer                               // what repeats calls to AWS
}

// New reads the configuration and makes the clients; it calls nothing.
func New(w World) (*Function, error) {
	if w.Lookup == nil {
		w.Lookup = os.LookupEnv
	}
	if w.Log == nil {
		w.Log = os.Stdout
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Shops == nil {
		w.Shops = shops()
	}
	c, err := config.LoadFunction(w.Lookup)
	f := &Function{config: c, world: w, Log: slog.New(requestLog{slog.NewJSONHandler(w.Log, &slog.HandlerOptions{Level: c.LogLevel})})}
	if err != nil {
		return f, err
	}
	f.Metrics = &metrics.Emitter{Stage: c.Stage, W: w.Log, Now: w.Now}
	f.aws = aws.Config{Region: c.Region, Credentials: aws.CredentialsProviderFunc(f.credentials), Retryer: w.Retry}
	if w.AWS != nil {
		f.aws.HTTPClient = &http.Client{Transport: w.AWS}
	}
	if c.Endpoint != "" {
		f.aws.BaseEndpoint = &c.Endpoint
	}
	f.items = dynamodb.NewFromConfig(f.aws)
	f.Table = dynamo.New(f.items, c.Table)
	f.Jobs = jobstore.New(f.Table, w.Now)
	f.Jobs.Skew, f.Jobs.Keep = skew, c.KeepRuns
	return f, nil
}

// shops is the way to Shopify and Business Central: HTTP/1.1, for functions are built
// without HTTP/2, with a connection kept for each of the requests that run side by side.
func shops() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = 8
	return t
}

// credentials are the role's. An environment does not outlive them.
func (f *Function) credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{
		AccessKeyID: f.config.AccessKey, SecretAccessKey: f.config.SecretKey.Reveal(), SessionToken: f.config.SessionToken.Reveal(), Source: "environment",
	}, nil
}

// Start makes the handler and serves it until the process ends. A setting that
// is wrong ends the process before it takes an event.
func Start(handler func(*Function) (any, error)) {
	f, err := New(World{})
	var h any
	if err == nil {
		h, err = handler(f)
	}
	if err == nil {
		err = f.Check(context.Background())
	}
	if err != nil {
		f.Log.Error("the function cannot start", "err", err)
		os.Exit(1)
	}
	awslambda.Start(h)
}

var (
	errNoDispatch = errors.New("BACKROOM_QUEUE_ARN is not set: this function needs the queue and the schedules")
	errNoQueue    = errors.New("BACKROOM_QUEUE_URL is not set: this function sends to the queue")
)

// Dispatcher makes the dispatcher of tasks, each of which runs in its own function.
func (f *Function) Dispatcher(tasks *jobqueue.Registry) (*dispatch.Dispatcher, error) {
	client, err := f.Client(tasks)
	if err != nil {
		return nil, err
	}
	prefix := f.config.Dispatch.TaskPrefix
	invoker := lambdainvoke.New(lambda.NewFromConfig(f.aws), func(task string) string { return prefix + task })
	d := dispatch.New(client, f.Metrics.Throttled(invoker))
	d.SliceTime, d.OnEnd, d.OnUnrecorded = SliceTime, f.Metrics.Ended, f.Metrics.Unrecorded
	return d, nil
}

// Client makes what people and programs steer jobs with.
func (f *Function) Client(tasks *jobqueue.Registry) (*jobs.Client, error) {
	c := f.config.Dispatch
	if c == nil {
		return nil, errNoDispatch
	}
	if f.config.QueueURL == "" {
		return nil, errNoQueue
	}
	schedules := awsschedules.New(scheduler.NewFromConfig(f.aws), awsschedules.Config{
		Group: c.ScheduleGroup, QueueARN: c.QueueARN, RoleARN: c.ScheduleRole, DeadLetter: c.DeadSchedules, Now: f.world.Now,
	})
	return jobs.New(f.Jobs, tasks, sqs.New(awssqs.NewFromConfig(f.aws), f.config.QueueURL), schedules, f.Log), nil
}

// Task is the handler of the function that runs the registered task called name.
func (f *Function) Task(name string, wired wiring.Wired) (any, error) {
	reg, ok := wired.Tasks.Get(name)
	if !ok {
		return nil, errors.New("task " + name + " is not registered")
	}
	x := dispatch.NewExecutor(jobqueue.NewRegistry(reg), f.Jobs, f.Log)
	return lambdainvoke.Handler(f.Metrics.Tasks(x)), nil
}

// Options are what the tasks are made with.
func (f *Function) Options() wiring.Options {
	return wiring.Options{Table: f.Table, Jobs: f.Jobs, Now: f.world.Now, Wait: f.world.Wait, Every: f.config.Every, Shopify: f.shopify, BC: f.businessCentral}
}

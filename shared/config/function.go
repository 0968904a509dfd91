package config

import (
	"errors"
	"log/slog"
	"regexp"
	"time"
)

// Function is what the environment of a Lambda function says. The names are
// the template's; the AWS_ ones are set by Lambda itself.
type Function struct {
	Name         string // AWS_LAMBDA_FUNCTION_NAME
	Region       string // AWS_REGION
	AccessKey    string // AWS_ACCESS_KEY_ID, of the function's role
	SecretKey    Secret // AWS_SECRET_ACCESS_KEY
	SessionToken Secret // AWS_SESSION_TOKEN
	Endpoint     string // AWS_ENDPOINT_URL: an emulator; default AWS itself

	Stage    string        // BACKROOM_STAGE: dimension of the metrics; default dev
	Table    string        // BACKROOM_TABLE: name of the table
	Secret   string        // BACKROOM_SECRET: name or ARN of the secret with the apps' credentials; default: the environment has them
	Every    time.Duration // BACKROOM_EVERY: cadence of sync-orders in a new shop; default 10m
	KeepRuns time.Duration // BACKROOM_RUN_DAYS: how long ended runs stay in the log; default 30 days, 1 to 3650
	LogLevel slog.Level    // BACKROOM_LOG: debug, info, warn or error; default info
	QueueURL string        // BACKROOM_QUEUE_URL: the FIFO queue; "": the function only runs a task
	Dispatch *Dispatch     // nil when only the queue is set, or not even that: the function makes no schedules
}

// Dispatch is what a function needs that dispatches or sweeps.
type Dispatch struct {
	QueueURL      string // BACKROOM_QUEUE_URL: the FIFO queue
	QueueARN      string // BACKROOM_QUEUE_ARN: the same queue, as the target of schedules
	ScheduleGroup string // BACKROOM_SCHEDULE_GROUP
	ScheduleRole  string // BACKROOM_SCHEDULE_ROLE: ARN of the role that schedules send with
	DeadSchedules string // BACKROOM_SCHEDULE_DLQ: ARN of a standard queue for firings that cannot be delivered; default none
	TaskPrefix    string // BACKROOM_TASK_PREFIX: a task's function is called prefix + task
	// Addresses of the queues of dead letters, whose messages the sweep counts;
	// default: they are not counted.
	DeadURL          string // BACKROOM_DEAD_URL: of messages that were received too often
	DeadSchedulesURL string // BACKROOM_DEAD_SCHEDULES_URL: of firings
}

var (
	queueARN     = regexp.MustCompile(`^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+\.fifo$`)
	standardARN  = regexp.MustCompile(`^(arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+)?$`)
	roleARN      = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/.+$`)
	tableName    = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	groupName    = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,64}$`)
	stageName    = regexp.MustCompile(`^[a-z][a-z0-9]{1,11}$`)
	functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)
)

// LoadFunction reads the environment of a Lambda function. All problems are
// joined into the error; secrets are never part of it.
func LoadFunction(lookup func(string) (string, bool)) (Function, error) {
	r := reader{lookup: lookup}
	f := Function{
		Name:         r.text("AWS_LAMBDA_FUNCTION_NAME", ""),
		Region:       r.required("AWS_REGION", "the region; Lambda sets it"),
		AccessKey:    r.required("AWS_ACCESS_KEY_ID", "the access key of the function's role; Lambda sets it"),
		SecretKey:    Secret(r.required("AWS_SECRET_ACCESS_KEY", "the secret key of the function's role; Lambda sets it")),
		SessionToken: Secret(r.text("AWS_SESSION_TOKEN", "")),
		Stage:        r.stage("BACKROOM_STAGE"),
		Table:        r.match("BACKROOM_TABLE", tableName, "the name of the table"),
		Secret:       r.text("BACKROOM_SECRET", ""),
		Every:        r.minutes("BACKROOM_EVERY", 10*time.Minute),
		KeepRuns:     r.runDays(),
		LogLevel:     r.level("BACKROOM_LOG"),
	}
	if r.any("AWS_ENDPOINT_URL") {
		f.Endpoint = r.url("AWS_ENDPOINT_URL", "")
	}
	f.QueueURL = r.text("BACKROOM_QUEUE_URL", "")
	if r.any("BACKROOM_QUEUE_ARN", "BACKROOM_SCHEDULE_GROUP", "BACKROOM_SCHEDULE_ROLE", "BACKROOM_TASK_PREFIX") {
		f.Dispatch = &Dispatch{
			QueueURL:      r.required("BACKROOM_QUEUE_URL", "the address of the FIFO queue"),
			QueueARN:      r.match("BACKROOM_QUEUE_ARN", queueARN, "the ARN of the FIFO queue"),
			ScheduleGroup: r.match("BACKROOM_SCHEDULE_GROUP", groupName, "the name of the schedule group"),
			ScheduleRole:  r.match("BACKROOM_SCHEDULE_ROLE", roleARN, "the ARN of the role that schedules send with"),
			DeadSchedules: r.match("BACKROOM_SCHEDULE_DLQ", standardARN, "the ARN of a standard queue"),
			TaskPrefix:    r.match("BACKROOM_TASK_PREFIX", functionName, "what the names of the tasks' functions begin with"),

			DeadURL:          r.text("BACKROOM_DEAD_URL", ""),
			DeadSchedulesURL: r.text("BACKROOM_DEAD_SCHEDULES_URL", ""),
		}
	}
	return f, errors.Join(r.problems...)
}

func (r *reader) stage(name string) string {
	if !r.any(name) {
		return "dev"
	}
	return r.match(name, stageName, "2 to 12 lower case letters and digits, such as prod")
}

// Apps are the credentials of the two apps, for all shops: which shop and
// which company is on the shop's card.
type Apps struct {
	ShopifyID      string // SHOPIFY_CLIENT_ID
	ShopifySecret  Secret // SHOPIFY_CLIENT_SECRET
	ShopifyBaseURL string // SHOPIFY_BASE_URL: a proxy or simulator; default https://<shop>
	BCID           string // BC_CLIENT_ID
	BCSecret       Secret // BC_CLIENT_SECRET
	BCBaseURL      string // BC_BASE_URL: default https://api.businesscentral.dynamics.com/v2.0
	BCTokenURL     string // BC_TOKEN_URL: default the tenant's at login.microsoftonline.com
}

// LoadApps reads the apps' credentials, from a stored secret or from the
// environment.
func LoadApps(lookup func(string) (string, bool)) (Apps, error) {
	r := reader{lookup: lookup}
	a := Apps{
		ShopifyID:     r.required("SHOPIFY_CLIENT_ID", "the client id of the Shopify app"),
		ShopifySecret: Secret(r.required("SHOPIFY_CLIENT_SECRET", "the client secret of the Shopify app")),
		BCID:          r.required("BC_CLIENT_ID", "the client id of the Entra app"),
		BCSecret:      Secret(r.required("BC_CLIENT_SECRET", "the client secret of the Entra app")),
		BCBaseURL:     r.url("BC_BASE_URL", "https://api.businesscentral.dynamics.com/v2.0"),
	}
	if r.any("SHOPIFY_BASE_URL") {
		a.ShopifyBaseURL = r.url("SHOPIFY_BASE_URL", "")
	}
	if r.any("BC_TOKEN_URL") {
		a.BCTokenURL = r.url("BC_TOKEN_URL", "")
	}
	return a, errors.Join(r.problems...)
}

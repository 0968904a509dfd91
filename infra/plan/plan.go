// Package plan is the one list of what is deployed on AWS: the functions with
// what each needs, derived from the registered tasks. template.yaml, the events
// and the CDK app are made from it. It is plain data and imports no cloud library.
package plan

import (
	"slices"
	"strings"
	"time"

	"backroom/shared/task"
	"backroom/shared/wiring"
)

// Numbers of the queue and its functions; each holds only beside the others.
const (
	// TaskTimeout of a task's function: it must end before the dispatcher that
	// waits for it. A slice ends a minute earlier by itself.
	TaskTimeout = 840 * time.Second
	// DispatchTimeout is Lambda's longest.
	DispatchTimeout = 900 * time.Second
	// QueueVisibility is at least the dispatcher's time-out, or AWS refuses the
	// mapping. The dispatcher shortens it as its first act.
	QueueVisibility = 900 * time.Second
	// MaxReceiveCount is SQS's highest: redelivery is how a long run goes on,
	// and attempts are counted in the table.
	MaxReceiveCount = 1000
	// Retention of all queues is SQS's longest: nobody loses a message to a weekend.
	Retention = 14 * 24 * time.Hour
	// Concurrency of the mapping to start with. Each run takes two of the
	// account's 1,000 concurrent functions: raise it to at most half of what is left.
	Concurrency = 100
	// BatchSize is 1: SQS may put several messages of one group into a batch.
	BatchSize = 1
	// SweepEvery is Scheduler's finest; a lost message is found within it.
	SweepEvery = time.Minute
	// SweepTimeout lets a sweep of 10,000 shops end; the next may begin beside it.
	SweepTimeout = 5 * time.Minute
	// APITimeout is below the 30 s after which the HTTP API gives up; an answer waits
	// for a run for some seconds less.
	APITimeout = 29 * time.Second
	// LogRetentionDays is long enough to look into last month's run.
	LogRetentionDays = 30
)

// Route is one of the HTTP API. A route has one authorizer.
type Route struct {
	Path string // of any method
	IAM  bool   // the gateway lets signed requests through alone; else the function tells who calls
}

// Routes of the HTTP API: merchants' and operators'.
var Routes = []Route{{Path: "/v1/{proxy+}"}, {Path: "/operator/{proxy+}", IAM: true}}

// Kind is what calls a function.
type Kind string

// The kinds.
const (
	Dispatch Kind = "dispatch" // the queue's event source mapping
	Sweep    Kind = "sweep"    // a schedule, every SweepEvery
	API      Kind = "api"      // the HTTP API
	Task     Kind = "task"     // the dispatcher
)

// Resource is a kind of thing that a setting names or a right is for.
type Resource string

// The resources.
const (
	Table         Resource = "table"
	TableIndex1   Resource = "table's index1"
	TableIndex2   Resource = "table's index2"
	Queue         Resource = "queue"
	DeadLetters   Resource = "dead letters of the queue"
	DeadSchedules Resource = "dead letters of schedules"
	Schedules     Resource = "schedule group"    // its name; as a right, the schedules in it
	ScheduleRole  Resource = "role of schedules" // they send to the queue with it
	TaskFunctions Resource = "functions of tasks"
	AppsSecret    Resource = "secret of the apps"
	Logs          Resource = "function's own log group"
)

// Attribute of a resource, or of the deployment, that a variable has.
type Attribute string

// The attributes.
const (
	Name       Attribute = "name"
	URL        Attribute = "URL"
	ARN        Attribute = "ARN"
	StageName  Attribute = "stage"                          // of the deployment, without resource
	LogLevel   Attribute = "log level"                      // of the deployment, without resource
	RunDays    Attribute = "days that runs are kept"        // of the deployment, without resource
	NamePrefix Attribute = "prefix of the functions' names" // of the deployment, without resource
)

// Variable is one environment variable of a function.
type Variable struct {
	Name    string
	Of      Resource // "": of the deployment
	Value   Attribute
	Meaning string
}

// Right is what a function's role allows it.
type Right struct {
	Actions []string // "dynamodb:GetItem"
	On      Resource
	Why     string
}

// Function is one Lambda function.
type Function struct {
	Name        string // its folder under functions/, and the end of its name on AWS
	Kind        Kind
	Description string
	MemoryMB    int
	MemoryWhy   string
	Timeout     time.Duration
	Environment []Variable
	Rights      []Right
	// Definition is the task's; zero for other kinds.
	Definition task.Definition
}

// LogicalID is the function's name as CloudFormation writes names: SyncOrders.
func (f Function) LogicalID() string {
	var b strings.Builder
	for part := range strings.SplitSeq(f.Name, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// FunctionName is the function's name in a stage.
func (f Function) FunctionName(stage string) string { return Prefix(stage) + f.Name }

// LogGroup is the name of the function's log group in a stage.
func (f Function) LogGroup(stage string) string { return "/backroom/" + stage + "/" + f.Name }

// Prefix is what all names of a stage begin with.
func Prefix(stage string) string { return "backroom-" + stage + "-" }

// Plan is what is deployed.
type Plan struct {
	Functions []Function // dispatch, sweep, api, then tasks by name
	sample    string     // the job that sample events are about
}

// Deployed is the plan of the registered tasks.
func Deployed() Plan { return Of(wiring.Tasks(wiring.Options{}).Definitions...) }

// Of is the plan of tasks.
func Of(tasks ...task.Definition) Plan {
	p := Plan{Functions: []Function{dispatchFunction(), sweepFunction(), apiFunction()}}
	for _, d := range slices.SortedFunc(slices.Values(tasks), func(a, b task.Definition) int { return strings.Compare(a.Name, b.Name) }) {
		p.Functions = append(p.Functions, taskFunction(d))
	}
	if i := slices.IndexFunc(tasks, func(d task.Definition) bool { return d.Entry.Recurs() }); i >= 0 {
		p.sample = tasks[i].Name
	}
	return p
}

// Scheduled are the functions of tasks that run by themselves in a new shop.
func (p Plan) Scheduled() (out []Function) {
	for _, f := range p.Tasks() {
		if f.Definition.Entry.Recurs() {
			out = append(out, f)
		}
	}
	return out
}

// Function finds a function by name.
func (p Plan) Function(name string) (Function, bool) {
	for _, f := range p.Functions {
		if f.Name == name {
			return f, true
		}
	}
	return Function{}, false
}

// Tasks are the functions of tasks.
func (p Plan) Tasks() (out []Function) {
	for _, f := range p.Functions {
		if f.Kind == Task {
			out = append(out, f)
		}
	}
	return out
}

package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"backroom/shared/jobqueue/sweep"
	"backroom/shared/metrics"
)

// Severity is who an alarm is for.
type Severity string

// The severities.
const (
	Silent  Severity = ""        // tells nobody by itself: a composite does
	Page    Severity = "page"    // wakes somebody
	Warning Severity = "warning" // is read in the morning
)

// Metric is a metric, or one computed of others. A dimension that is one of the
// references below stands for a name that only the deployment knows.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	Statistic       string
	Period          time.Duration

	Expression string            // of the ids in Using, ten at most
	Using      map[string]Metric // nil: a plain metric
}

// References in dimensions.
const (
	TheTable = "{table}"
	TheAPI   = "{api}"
)

// Alarm is an alarm on a metric. It rings when Datapoints of the last Periods
// are above the threshold, or under it.
//
// CloudWatch looks at more periods than Periods where data is missing, and takes
// the newest real points: an alarm may last longer than its window, and ring on
// points that are farther apart. Its window slides by a minute.
//
// The newest points may be missing for two minutes, and missing ones count as good:
// an alarm on a metric of each minute has Periods of two more than Datapoints at
// least, or it never rings where CloudWatch looks at no more than Periods.
type Alarm struct {
	Name                string // after the stage's prefix
	Tells               Severity
	Metric              Metric
	Above               float64
	Under               float64 // if Above is zero and this is not
	Periods, Datapoints int
	// MissingRings: no data is trouble too. Such an alarm is silent for WarmUp
	// after its creation: at the first deployment nothing has reported yet.
	MissingRings bool
	WarmUp       time.Duration

	Meaning string // what it means, where to look, what to do
	Runbook string // section of docs/runbook.md
}

// Composite is an alarm that rings when one of others does.
type Composite struct {
	Name  string
	Tells Severity
	AnyOf []string
	// Unless is an alarm that holds it back; "": none. CloudWatch then waits for
	// Wait before it tells anybody, and forgets what ends within it. For Extension
	// after the end of Unless it still holds back.
	Unless          string
	Wait, Extension time.Duration

	Meaning, Runbook string
}

const minute = time.Minute

// ours is a metric of ours over all tasks.
func ours(stage, name, statistic string, period time.Duration) Metric {
	return Metric{Namespace: metrics.Namespace, Name: name, Dimensions: map[string]string{metrics.Stage: stage}, Statistic: statistic, Period: period}
}

// gauge is what each sweep says, once a minute. It may be told twice.
func gauge(stage, name string) Metric { return ours(stage, name, "Maximum", minute) }

func sumOf(namespace, name, dimension, of string, period time.Duration) Metric {
	return Metric{Namespace: namespace, Name: name, Dimensions: map[string]string{dimension: of}, Statistic: "Sum", Period: period}
}

// computed is made of metrics of one period.
func computed(expression string, using map[string]Metric) Metric {
	m := Metric{Expression: expression, Using: using}
	for _, u := range using {
		m.Period = u.Period
	}
	return m
}

// Alarms are those of a stage, by name.
func (p Plan) Alarms(stage string) []Alarm {
	as := slices.Concat(runAlarms(stage), shopAlarms(stage), sweepAlarms(stage), queueAlarms(stage), serviceAlarms())
	for _, f := range p.Functions {
		as = append(as, f.alarms(stage)...)
	}
	slices.SortFunc(as, func(a, b Alarm) int { return cmp.Compare(a.Name, b.Name) })
	return as
}

// Composites are those of a stage, by name. What fails for a passing cause is held
// back while a side is down for all, and for an hour after that: shops that fail
// are tried again within it, and who is on call knows already.
func (Plan) Composites() []Composite {
	const hour = time.Hour
	return []Composite{{
		Name: "missed-schedules", Tells: Page, AnyOf: []string{"overdue", "schedule-errors"}, Runbook: "missed-schedules",
		Meaning: "Slots, accepted runs or retries go by without a run, and what the sweep sends again does not help; or schedules cannot reach the queue. Look whether messages wait in the queue and whether the dispatcher fails.",
	}, {
		Name: "shop-failing", Tells: Warning, AnyOf: []string{"failing-hour"}, Unless: "sides-down", Wait: minute, Extension: hour, Runbook: "shop-failing",
		Meaning: "A shop has failed for an hour for a cause that should pass by itself. The lines \"run ended\" with the cause passing name it, and what the other side says.",
	}, {
		Name: "shop-failing-long", Tells: Page, AnyOf: []string{"failing-four-hours"}, Unless: "sides-down", Wait: minute, Extension: hour, Runbook: "shop-failing",
		Meaning: "A shop has failed for four hours for a cause that should have passed by itself: it is not served. The lines \"run ended\" with the cause passing name it, and what the other side says.",
	}, {
		Name: "shops-failing", Tells: Page, AnyOf: []string{"failing-now"}, Unless: "sides-down", Wait: 3 * minute, Extension: hour, Runbook: "shops-failing",
		Meaning: "More than 5 % of the shops that run a task, three at least, fail for a cause on our side that should pass by itself. Look at the dashboard whether one task or all fail.",
	}}
}

// runAlarms are about the ends of runs.
func runAlarms(stage string) []Alarm {
	const five, fifteen = 5 * minute, 15 * minute
	return []Alarm{{
		Name: "run-failed", Tells: Page, Metric: ours(stage, metrics.RunsFailed, "Sum", five), Periods: 1, Runbook: "run-failed",
		Meaning: "A run failed for a fault of ours that only a person mends, was lost, or its trigger made no sense. The log line \"run ended\" names shop, run and error.",
	}, {
		Name: "unrecorded", Tells: Page, Periods: 2, Runbook: "unrecorded",
		Metric: computed("IF(unrecorded >= 3 AND 20*unrecorded > runs + unrecorded, 1, 0)", map[string]Metric{
			"unrecorded": ours(stage, metrics.Unrecorded, "Sum", five), "runs": ours(stage, metrics.Runs, "Sum", five),
		}),
		Meaning: "The beginnings and ends of more than 5 % of the runs cannot be recorded, for ten minutes: the table refuses or is out of reach. Messages come back and nothing is lost, but nothing goes on.",
	}, {
		Name: "unrecorded-again", Tells: Warning, Metric: ours(stage, metrics.Unrecorded, "Sum", five), Periods: 6, Runbook: "unrecorded",
		Meaning: "Again and again, for half an hour, the beginning or the end of a run cannot be recorded. The sweep settles what can be settled; the line \"message not recorded\" names the group.",
	}, {
		Name: "throttles", Tells: Warning, Periods: 2, Runbook: "throttles",
		Metric: computed("IF(away >= 20 AND 5*away > runs + away, 1, 0)", map[string]Metric{
			"away": ours(stage, metrics.Throttles, "Sum", fifteen), "runs": ours(stage, metrics.Runs, "Sum", fifteen),
		}),
		Meaning: "More than a fifth of the slices are sent away because Lambda has no room or an API says wait. If Lambda's concurrency is used up, raise the account's quota or lower the mapping's maximum; else the budgets are too high.",
	}}
}

// shopAlarms are about how shops are served, as each sweep sees it.
func shopAlarms(stage string) []Alarm {
	return []Alarm{{
		Name: "sides-down", Tells: Page, Metric: gauge(stage, metrics.DownPercent), Above: sweep.DownFrom, Periods: 5, Datapoints: 3, Runbook: "sides-down",
		Meaning: "Of the shops that ran a task last, nearly all fail for a passing cause: Shopify, Business Central or the way to them is down. Look at their status pages; the runs repeat themselves. Pages of single shops are held back meanwhile.",
	}, {
		Name: "failing-now", Metric: gauge(stage, metrics.FailingPercent), Above: 5, Periods: 8, Datapoints: 6, Runbook: "shops-failing",
		Meaning: "More than 5 % of the shops that run a task, three at least, fail for a passing cause on our side. The composite alarm shops-failing tells of it, unless a side is down for all.",
	}, {
		Name: "failing-hour", Metric: gauge(stage, metrics.FailingHour), Periods: 5, Datapoints: 3, Runbook: "shop-failing",
		Meaning: "A shop has failed for an hour for a cause that should pass by itself. The composite alarm shop-failing tells of it, unless a side is down for all.",
	}, {
		Name: "failing-four-hours", Metric: gauge(stage, metrics.FailingFourHours), Periods: 5, Datapoints: 3, Runbook: "shop-failing",
		Meaning: "A shop has failed for four hours for a cause that should have passed by itself. The composite alarm shop-failing-long tells of it, unless a side is down for all.",
	}, {
		Name: "app-refused", Tells: Page, Metric: gauge(stage, metrics.AppRefused), Periods: 4, Datapoints: 2, Runbook: "app-refused",
		Meaning: "Shopify or Entra refuses the credentials of our app, which all shops share: nothing runs until the secret is right again. The line \"run ended\" with the cause app says which side.",
	}, {
		Name: "shops-refused", Tells: Page, Metric: gauge(stage, metrics.RefusedPercent), Above: 90, Periods: 6, Datapoints: 4, Runbook: "shops-refused",
		Meaning: "Every shop that runs a task, three at least, is refused for causes that merchants must mend. They did not all revoke their access in one night: a permission or a secret of ours has changed.",
	}, {
		Name: "many-refused", Tells: Warning, Metric: gauge(stage, metrics.RefusedPercent), Above: 50, Periods: 12, Datapoints: 10, Runbook: "shops-refused",
		Meaning: "More than half of the shops that run a task are refused for causes that merchants must mend (credentials, settings). If they began together, the cause is ours.",
	}, {
		Name: "jobs-stranded", Tells: Page, Metric: gauge(stage, metrics.JobsStranded), Periods: 4, Datapoints: 2, Runbook: "jobs-stranded",
		Meaning: "No next run follows from the schedule of a recurring job entry: it would never run again, and no run fails. The sweep's line \"job entry without a next run\" has the rule.",
	}}
}

// sweepAlarms are about what the sweep finds standing still, and about itself.
func sweepAlarms(stage string) []Alarm {
	return []Alarm{{
		Name: "overdue", Metric: gauge(stage, metrics.OverdueNow), Periods: 4, Datapoints: 2, Runbook: "missed-schedules",
		Meaning: "Slots, accepted runs or retries are nine minutes late though their category is free, and the sweep has sent them again. The composite alarm missed-schedules tells of it.",
	}, {
		Name: "stuck-categories", Tells: Page, Metric: gauge(stage, metrics.StuckCategories), Periods: 4, Datapoints: 2, Runbook: "stuck-categories",
		Meaning: "A run makes no progress ten minutes after its lease has ended, and its category stands still behind it. Look at the task's log at the run's last renewal, and at its memory and duration.",
	}, {
		// The window reaches as far back as CloudWatch may look for real points.
		Name: "sweeper-dead", Tells: Page, Metric: ours(stage, metrics.Sweeps, "Sum", minute), Under: 1, Periods: 8, MissingRings: true, WarmUp: 30 * minute, Runbook: "sweeper-dead",
		Meaning: "The sweeper has not reported, or reached no shop, for eight minutes. Nothing that is lost is made up, and most other alarms are blind. Look at its log and its schedule.",
	}, {
		// Schedules are compared by turns, each once in a quarter of an hour.
		Name: "sweep-problems", Tells: Warning, Metric: ours(stage, metrics.SweepProblems, "Maximum", 15*minute), Periods: 3, Runbook: "sweep-problems",
		Meaning: "A part of the sweeps fails again and again, for three quarters of an hour: something is not mended that should be. The sweep's log line has the error and whose it is.",
	}, {
		Name: "dead-letters", Tells: Page, Metric: gauge(stage, metrics.DeadLetters), Periods: 4, Datapoints: 2, Runbook: "dead-letters",
		Meaning: "A message was received a thousand times and never acknowledged. Its body names shop and entry; the dispatcher's log says why it came back.",
	}, {
		Name: "undelivered-schedules", Tells: Page, Metric: gauge(stage, metrics.UndeliveredSchedules), Periods: 4, Datapoints: 2, Runbook: "undelivered-schedules",
		Meaning: "Schedules fired and could not be delivered. The message's attributes say why: mostly the role of schedules or the queue's policy has changed.",
	}}
}

// queueAlarms are about the queue and the schedules, in AWS's own metrics.
func queueAlarms(stage string) []Alarm {
	const five, fifteen = 5 * minute, 15 * minute
	jobs, group := Prefix(stage)+"jobs.fifo", "backroom-"+stage
	schedules := func(name string) Metric { return sumOf("AWS/Scheduler", name, "ScheduleGroup", group, five) }
	queue := func(name string) Metric { return sumOf("AWS/SQS", name, "QueueName", jobs, fifteen) }
	age := queue("ApproximateAgeOfOldestMessage")
	age.Statistic = "Maximum"
	return []Alarm{{
		Name: "schedules-dropped", Tells: Page, Metric: schedules("InvocationDroppedCount"), Periods: 1, Runbook: "undelivered-schedules",
		Meaning: "Scheduler gave up on firings and had no dead letters to put them into. Check the role of schedules; the sweeper makes the missed runs up.",
	}, {
		Name: "schedule-errors", Periods: 2, Runbook: "undelivered-schedules",
		Metric:  computed("IF(2*errors > attempts, 1, 0)", map[string]Metric{"errors": schedules("TargetErrorCount"), "attempts": schedules("InvocationAttemptCount")}),
		Meaning: "More than half of what Scheduler sends to the queue is refused, for ten minutes, and repeated. Check SQS's health and the role of schedules. The composite alarm missed-schedules tells of it.",
	}, {
		Name: "old-messages", Tells: Warning, Metric: age, Above: (24 * time.Hour).Seconds(), Periods: 1, Runbook: "old-messages",
		Meaning: "A message is older than twice the longest run. A long first import keeps its message; if no run of its category shows progress, the category is stuck.",
	}, {
		Name: "duplicates", Tells: Warning, Above: 5, Periods: 3, Runbook: "duplicates",
		Metric:  computed("IF(sent > 100, 100*dropped/sent, 0)", map[string]Metric{"dropped": queue("NumberOfDeduplicatedSentMessages"), "sent": queue("NumberOfMessagesSent")}),
		Meaning: "The queue drops more than 5 % of what is sent as duplicates: something sends the same trigger again and again. No run is lost or doubled by it.",
	}}
}

// serviceAlarms are about the table and the HTTP API.
func serviceAlarms() []Alarm {
	throttled := map[string]Metric{}
	for _, at := range []string{"", "index1", "index2"} {
		for _, kind := range []string{"Read", "Write"} {
			m := sumOf("AWS/DynamoDB", kind+"ThrottleEvents", "TableName", TheTable, minute)
			if at != "" {
				m.Dimensions["GlobalSecondaryIndexName"] = at
			}
			throttled["on"+kind+at] = m
		}
	}
	filled := make([]string, 0, len(throttled))
	for _, id := range slices.Sorted(maps.Keys(throttled)) {
		filled = append(filled, "FILL("+id+",0)")
	}
	api := func(name string) Metric { return sumOf("AWS/ApiGateway", name, "ApiId", TheAPI, 5*minute) }
	return []Alarm{{
		// Filled: of a table, CloudWatch may keep the state where data is missing.
		Name: "table-throttled", Tells: Page, Metric: computed(strings.Join(filled, "+"), throttled), Periods: 15, Datapoints: 10, Runbook: "table-throttled",
		Meaning: "The table has refused requests in ten of fifteen minutes because there are too many. Runs repeat themselves and all is late. One key that is written too often, or a limit of the account.",
	}, {
		Name: "api-errors", Tells: Page, Periods: 2, Above: 5, Runbook: "api-errors",
		Metric:  computed("IF(errors >= 2, 100*errors/requests, 0)", map[string]Metric{"errors": api("5xx"), "requests": api("Count")}),
		Meaning: "More than 5 % of the requests to the HTTP API are answered with an error of ours, for ten minutes: nobody can have a task run or see how it goes. The log of the function api says why.",
	}}
}

// window is how far back an alarm on the function looks: Lambda's metrics carry
// the time at which an invocation began, and come when it has ended.
func (f Function) window() time.Duration {
	return (f.Timeout + 5*minute + 5*minute - 1).Truncate(5 * minute)
}

// alarms are those that each function has.
func (f Function) alarms(stage string) []Alarm {
	const five = 5 * minute
	of := func(name string, period time.Duration) Metric {
		return sumOf("AWS/Lambda", name, "FunctionName", f.FunctionName(stage), period)
	}
	unread := func(name string) Metric {
		return sumOf("AWS/Logs", name, "LogGroupName", f.LogGroup(stage), five)
	}
	as := []Alarm{{
		Name: "crashes-" + f.Name, Tells: Page, Periods: 1, Runbook: "crashes",
		Metric: computed("IF(errors >= 3 AND 20*errors > calls, 1, 0)", map[string]Metric{
			"errors": of("Errors", f.window()), "calls": of("Invocations", f.window()),
		}),
		Meaning: "More than 5 % of the calls of the function " + f.Name + ", three at least, crashed or could not start; a task that fails is an answer and does not count here. Its log's last lines say why; a setting that is wrong is named there.",
	}, {
		Name: "no-room-" + f.Name, Tells: Warning, Periods: 3, Runbook: "throttles",
		Metric: computed("IF(refused >= 3 AND 20*refused > calls + refused, 1, 0)", map[string]Metric{
			"refused": of("Throttles", five), "calls": of("Invocations", five),
		}),
		Meaning: "Lambda has no room for more than 5 % of the calls of the function " + f.Name + ". Nothing is lost, all is late: raise the account's quota of concurrent functions or lower the mapping's maximum.",
	}, {
		Name: "unread-metrics-" + f.Name, Tells: Warning, Periods: 1, Runbook: "unread-metrics",
		Metric:  computed("parsing + validation", map[string]Metric{"parsing": unread("EMFParsingErrors"), "validation": unread("EMFValidationErrors")}),
		Meaning: "CloudWatch cannot read metrics that the function " + f.Name + " writes into its log, so that alarms on them are blind. A release has changed how they are written.",
	}}
	if f.Kind == Dispatch {
		as = append(as, Alarm{
			Name: "recursion-stopped", Tells: Page, Metric: of("RecursiveInvocationsDropped", f.window()), Periods: 1, Runbook: "recursion-stopped",
			Meaning: "Lambda took a chain of follow-ups for a loop and dropped a call. No chain should be longer than eight hops: look for tasks that ask for each other.",
		})
	}
	if f.Kind == Dispatch || f.Kind == Task {
		duration := of("Duration", f.window())
		duration.Statistic = "Maximum"
		as = append(as, Alarm{
			Name: "near-timeout-" + f.Name, Tells: Warning, Metric: duration, Above: float64((f.Timeout - 30*time.Second).Milliseconds()), Periods: 1, Runbook: "near-timeout",
			Meaning: "The function " + f.Name + " came within 30 s of its time-out; slices end a minute before by themselves. Its log shows the call it waited for.",
		})
	}
	return as
}

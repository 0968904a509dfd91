package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/plan"
	"backroom/shared/metrics"
)

// alarm is one alarm of the whole; those of tasks come from the plan.
type alarm struct {
	name        string // after the stage's prefix
	severity    plan.Severity
	meaning     string // what it means, where to look, what to do
	runbook     string // section of docs/runbook.md
	metric      metric
	above       float64 // the alarm rings when the metric is greater
	periods     int     // in a row
	missingIsOK bool    // missing data is no trouble; else it rings too
}

// metric is a metric, or one computed of others by expression.
type metric struct {
	namespace, name string
	dimensions      map[string]string
	statistic       string
	period          time.Duration
	expression      string            // of the names in using
	using           map[string]metric // nil: a plain metric
}

// own is a metric of ours with the stage as its only dimension.
func (c *computing) own(name, statistic string, period time.Duration) metric {
	return metric{namespace: metrics.Namespace, name: name, dimensions: map[string]string{metrics.Stage: c.Name}, statistic: statistic, period: period}
}

// ofTasks adds a metric of ours up over all tasks.
func (c *computing) ofTasks(name string, period time.Duration) metric {
	m := metric{period: period, using: map[string]metric{}}
	var terms []string
	for i, t := range c.plan.Tasks() {
		id := fmt.Sprintf("t%d", i)
		one := c.own(name, "Sum", period)
		one.dimensions[metrics.Task] = t.Name
		m.using[id], terms = one, append(terms, "FILL("+id+",0)")
	}
	m.expression = strings.Join(terms, "+")
	return m
}

func (c *computing) whole() []alarm {
	const five = 5 * time.Minute
	queue := func(name, of string) metric {
		return metric{namespace: "AWS/SQS", name: name, dimensions: map[string]string{"QueueName": of}, statistic: "Maximum", period: five}
	}
	function := func(name, of, statistic string) metric {
		return metric{namespace: "AWS/Lambda", name: name, dimensions: map[string]string{"FunctionName": plan.Prefix(c.Name) + of}, statistic: statistic, period: five}
	}
	schedules := func(name string) metric {
		return metric{namespace: "AWS/Scheduler", name: name, dimensions: map[string]string{"ScheduleGroup": "backroom-" + c.Name}, statistic: "Sum", period: five}
	}
	as := []alarm{
		{
			name: "jobs-in-error", severity: plan.Page, metric: c.own(metrics.JobsInError, "Maximum", five), above: 0, periods: 6, runbook: "jobs-in-error",
			meaning: "Job entries have been in Error for half an hour for a cause on our side, so their shops are not served. The sweep's log line names how many; the run's log line \"run ended\" names shop, run and error.",
		},
		{
			name: "shops-failing", severity: plan.Page, metric: c.own(metrics.ShopsFailingShare, "Maximum", five), above: 2, periods: 3, missingIsOK: true, runbook: "shops-failing",
			meaning: "More than 2 % of all shops failed within 15 minutes for a cause on our side. Look at the dashboard whether one task or all fail, and whether Shopify or Business Central is down.",
		},
		{
			name: "missed-schedules", severity: plan.Page, metric: c.own(metrics.OverdueJobs, "Maximum", five), above: 0, periods: 2, runbook: "missed-schedules",
			meaning: "Slots go by without a run, or the sweeper itself does not report. Look whether messages wait in the queue, whether the dispatcher fails, and whether the sweep runs.",
		},
		{
			name: "dead-letters", severity: plan.Page, metric: queue("ApproximateNumberOfMessagesVisible", plan.Prefix(c.Name)+"dead.fifo"), above: 0, periods: 1, missingIsOK: true, runbook: "dead-letters",
			meaning: "A message was received a thousand times and never acknowledged. Its body names shop and entry; the dispatcher's log says why it came back.",
		},
		{
			name: "undelivered-schedules", severity: plan.Page, metric: queue("ApproximateNumberOfMessagesVisible", plan.Prefix(c.Name)+"dead-schedules"), above: 0, periods: 1, missingIsOK: true, runbook: "undelivered-schedules",
			meaning: "Schedules fired and could not be delivered. The message's attributes say why: mostly the role of schedules or the queue's policy has changed.",
		},
		{
			name: "schedules-dropped", severity: plan.Page, metric: schedules("InvocationDroppedCount"), above: 0, periods: 1, missingIsOK: true, runbook: "undelivered-schedules",
			meaning: "Scheduler gave up on firings and had no dead letters to put them into. Check the role of schedules; the sweeper makes the missed runs up.",
		},
		{
			name: "schedule-errors", severity: plan.Warning, metric: schedules("TargetErrorCount"), above: 0, periods: 3, missingIsOK: true, runbook: "undelivered-schedules",
			meaning: "Scheduler meets errors when it sends to the queue, and repeats them. Check SQS's health and the role of schedules.",
		},
		{
			name: "stuck-categories", severity: plan.Page, metric: c.own(metrics.LeasesExpiredInUse, "Sum", 15*time.Minute), above: 2, periods: 1, missingIsOK: true, runbook: "stuck-categories",
			meaning: "Leases end while their runs are in process: task functions die or stand still. Look at the task's log at the run's last renewal, and at its memory and duration.",
		},
		{
			name: "old-messages", severity: plan.Warning, metric: queue("ApproximateAgeOfOldestMessage", plan.Prefix(c.Name)+"jobs.fifo"), above: (24 * time.Hour).Seconds(), periods: 1, missingIsOK: true, runbook: "old-messages",
			meaning: "A message is older than twice the longest run. A long first import keeps its message; if no run of its category shows progress, the category is stuck.",
		},
		{
			name: "dispatcher-near-timeout", severity: plan.Warning, metric: function("Duration", "dispatch", "Maximum"), above: 870_000, periods: 1, missingIsOK: true, runbook: "near-timeout",
			meaning: "The dispatcher came within 30 s of its time-out: a task's function does not end its slice in time. Its log shows which.",
		},
		{
			name: "recursion-stopped", severity: plan.Page, metric: function("RecursiveInvocationsDropped", "dispatch", "Sum"), above: 0, periods: 1, missingIsOK: true, runbook: "recursion-stopped",
			meaning: "Lambda took a chain of follow-ups for a loop and dropped a call. No chain should be longer than eight hops: look for tasks that ask for each other.",
		},
		{
			name: "throttles", severity: plan.Warning, metric: c.ofTasks(metrics.Throttles, 15*time.Minute), above: 100, periods: 2, missingIsOK: true, runbook: "throttles",
			meaning: "Slices are sent away because Lambda has no room or an API says wait. If Lambda's concurrency is used up, raise the account's quota or lower the mapping's maximum; else the budgets are too high.",
		},
		{
			name: "duplicates", severity: plan.Warning, runbook: "duplicates", above: 5, periods: 3, missingIsOK: true,
			metric: metric{period: 15 * time.Minute, expression: "IF(sent > 100, 100*dropped/sent, 0)", using: map[string]metric{
				"dropped": {namespace: "AWS/SQS", name: "NumberOfDeduplicatedSentMessages", dimensions: map[string]string{"QueueName": plan.Prefix(c.Name) + "jobs.fifo"}, statistic: "Sum", period: 15 * time.Minute},
				"sent":    {namespace: "AWS/SQS", name: "NumberOfMessagesSent", dimensions: map[string]string{"QueueName": plan.Prefix(c.Name) + "jobs.fifo"}, statistic: "Sum", period: 15 * time.Minute},
			}},
			meaning: "The queue drops more than 5 % of what is sent as duplicates: something sends the same trigger again and again. No run is lost or doubled by it.",
		},
		{
			name: "sides-down", severity: plan.Page, metric: c.ofTasks(metrics.RunsRetried, 5*time.Minute), above: 50, periods: 2, missingIsOK: true, runbook: "sides-down",
			meaning: "Very many runs fail for passing reasons at once: Shopify, Business Central or the way to them is down. Look at their status pages; the runs repeat themselves. Pages of single tasks are held back meanwhile.",
		},
	}
	for _, f := range c.plan.Functions {
		if f.Kind == plan.Task {
			as = append(as, alarm{
				name: "near-timeout-" + f.Name, severity: plan.Warning, metric: function("Duration", f.Name, "Maximum"), above: float64((f.Timeout - 30*time.Second).Milliseconds()), periods: 1, missingIsOK: true, runbook: "near-timeout",
				meaning: "The function of " + f.Name + " came within 30 s of its time-out, a minute after its slice should have ended. Its log shows the call it waited for.",
			})
		}
		as = append(as, alarm{
			name: "crashes-" + f.Name, severity: plan.Page, metric: function("Errors", f.Name, "Sum"), above: 0, periods: 1, missingIsOK: true, runbook: "crashes",
			meaning: "The function " + f.Name + " crashed or could not start; a task that fails is an answer and does not count here. Its log's last lines say why; a setting that is wrong is named there.",
		}, alarm{
			name: "no-room-" + f.Name, severity: plan.Warning, metric: function("Throttles", f.Name, "Sum"), above: 0, periods: 3, missingIsOK: true, runbook: "throttles",
			meaning: "Lambda has no room for the function " + f.Name + ". Nothing is lost, all is late: raise the account's quota of concurrent functions or lower the mapping's maximum.",
		})
	}
	return as
}

// heldBack are the tasks' pages, which one composite alarm makes, unless a side is down.
const heldBack = "run-failed-"

func (c *computing) alarms() {
	made := map[string]awscloudwatch.Alarm{}
	add := func(a alarm, action awscloudwatch.IAlarmAction) {
		missing := awscloudwatch.TreatMissingData_BREACHING
		if a.missingIsOK {
			missing = awscloudwatch.TreatMissingData_NOT_BREACHING
		}
		al := awscloudwatch.NewAlarm(c.stack, jsii.String("Alarm-"+a.name), &awscloudwatch.AlarmProps{
			AlarmName: jsii.String(plan.Prefix(c.Name) + a.name), AlarmDescription: jsii.String(describe(a.meaning, a.runbook)), Metric: c.metric(a.metric),
			Threshold: jsii.Number(a.above), ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			EvaluationPeriods: jsii.Number(a.periods), TreatMissingData: missing,
		})
		al.AddAlarmAction(action)
		made[a.name] = al
	}
	page, warn := awscloudwatchactions.NewSnsAction(c.pages), awscloudwatchactions.NewSnsAction(c.warnings)
	to := func(s plan.Severity) awscloudwatch.IAlarmAction {
		if s == plan.Page {
			return page
		}
		return warn
	}
	for _, a := range c.whole() {
		add(a, to(a.severity))
	}
	var failed []awscloudwatch.IAlarmRule
	for _, a := range c.plan.Alarms {
		m := c.own(a.Metric, "Sum", a.Period)
		m.dimensions[metrics.Task] = a.Task
		action := to(a.Severity)
		held := a.Severity == plan.Page && strings.HasPrefix(a.Name, heldBack)
		if held {
			action = warn // the page is the composite's
		}
		add(alarm{name: a.Name, metric: m, above: a.Threshold - 1, periods: 1, missingIsOK: true, meaning: a.Description, runbook: a.Runbook}, action)
		if held {
			failed = append(failed, awscloudwatch.AlarmRule_FromAlarm(made[a.Name], awscloudwatch.AlarmState_ALARM))
		}
	}
	composite := awscloudwatch.NewCompositeAlarm(c.stack, jsii.String("Alarm-run-failed"), &awscloudwatch.CompositeAlarmProps{
		CompositeAlarmName: jsii.String(plan.Prefix(c.Name) + "run-failed"),
		AlarmDescription: jsii.String(describe("Runs failed for a cause on our side, and nobody else will mend it; the alarms of the tasks say which. "+
			"It is held back while Shopify or Business Central itself is down.", "run-failed")),
		AlarmRule: awscloudwatch.AlarmRule_AnyOf(failed...), ActionsSuppressor: made["sides-down"],
		// The suppressor may ring some minutes after the first failures, and its end is not the end of retries.
		ActionsSuppressorWaitPeriod: awscdk.Duration_Minutes(jsii.Number(10)), ActionsSuppressorExtensionPeriod: awscdk.Duration_Minutes(jsii.Number(15)),
	})
	composite.AddAlarmAction(page)
}

func describe(meaning, section string) string {
	return meaning + " Runbook: docs/runbook.md#" + section
}

func (c *computing) metric(m metric) awscloudwatch.IMetric {
	period := awscdk.Duration_Seconds(jsii.Number(m.period.Seconds()))
	if m.using != nil {
		using := map[string]awscloudwatch.IMetric{}
		for id, u := range m.using {
			using[id] = c.metric(u)
		}
		return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{Expression: &m.expression, UsingMetrics: &using, Period: period})
	}
	dimensions := map[string]*string{}
	for k, v := range m.dimensions {
		dimensions[k] = &v
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: &m.namespace, MetricName: &m.name, DimensionsMap: &dimensions, Statistic: &m.statistic, Period: period,
	})
}

package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/plan"
	"backroom/shared/jobqueue"
	"backroom/shared/metrics"
)

// dashboard is the page that the person on call opens first.
func (c *computing) dashboard() {
	const five = 5 * time.Minute
	d := awscloudwatch.NewDashboard(c.stack, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{DashboardName: jsii.String("backroom-" + c.Name)})
	graph := func(title string, ms ...awscloudwatch.IMetric) awscloudwatch.IWidget {
		return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{Title: &title, Left: &ms, Width: jsii.Number(12), Height: jsii.Number(6)})
	}
	perTask := func(name, statistic string) (out []awscloudwatch.IMetric) {
		for _, t := range c.plan.Tasks() {
			m := c.own(name, statistic)
			m.Dimensions[metrics.Task] = t.Name
			out = append(out, c.labelled(m, t.Name))
		}
		return out
	}
	whole := func(statistic string, names ...string) (out []awscloudwatch.IMetric) {
		for _, name := range names {
			out = append(out, c.labelled(c.own(name, statistic), name))
		}
		return out
	}
	var outcomes []awscloudwatch.IMetric
	for _, o := range []jobqueue.Outcome{jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Failed, jobqueue.Lost, jobqueue.Rejected} {
		m := c.own(metrics.Runs, "Sum")
		m.Dimensions[metrics.Outcome] = string(o)
		outcomes = append(outcomes, c.labelled(m, string(o)))
	}
	aws := func(namespace, name, dimension, of, statistic string) awscloudwatch.IMetric {
		return c.labelled(plan.Metric{Namespace: namespace, Name: name, Dimensions: map[string]string{dimension: of}, Statistic: statistic, Period: five}, name)
	}
	seconds := []awscloudwatch.IMetric{aws("AWS/Lambda", "Duration", "FunctionName", plan.Prefix(c.Name)+"dispatch", "Sum")}
	for _, f := range c.plan.Scheduled() {
		seconds = append(seconds, aws("AWS/Lambda", "Duration", "FunctionName", f.FunctionName(c.Name), "Sum"))
	}
	jobs := plan.Prefix(c.Name) + "jobs.fifo"
	table := func(name string) awscloudwatch.IMetric {
		return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("AWS/DynamoDB"), MetricName: &name, DimensionsMap: &map[string]*string{"TableName": c.table.TableName()},
			Statistic: jsii.String("Sum"), Label: &name,
		})
	}
	d.AddWidgets(graph("Runs by outcome", outcomes...), graph("Lateness, p99 seconds", perTask(metrics.LateSeconds, "p99")...))
	d.AddWidgets(
		graph("Shops, percent: failing for a passing cause, a side down, refused", whole("Maximum", metrics.FailingPercent, metrics.DownPercent, metrics.RefusedPercent)...),
		graph("Shops: failing, for an hour, for four, app refused", whole("Maximum", metrics.ShopsFailing, metrics.FailingHour, metrics.FailingFourHours, metrics.AppRefused)...),
	)
	d.AddWidgets(graph("Faults of ours", perTask(metrics.RunsFailed, "Sum")...), graph("Failures for passing causes, tried again", perTask(metrics.RunsRetried, "Sum")...))
	d.AddWidgets(graph("Failures for passing causes, given up", perTask(metrics.RunsGaveUp, "Sum")...), graph("Failures that merchants must mend", perTask(metrics.RunsRefused, "Sum")...))
	d.AddWidgets(
		graph("Queue: age of the oldest message, seconds", aws("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", jobs, "Maximum")),
		graph("Queue: messages", aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", jobs, "Maximum"), aws("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", jobs, "Maximum")),
	)
	d.AddWidgets(graph("Shopify points", perTask(metrics.Points, "Sum")...), graph("Business Central requests", perTask(metrics.BCCalls, "Sum")...))
	d.AddWidgets(
		graph("Cost: table units", table("ConsumedWriteCapacityUnits"), table("ConsumedReadCapacityUnits")),
		graph("Cost: function seconds", seconds...),
	)
	d.AddWidgets(
		graph("Sweep: repairs, overdue, stuck, in error, problems", whole("Maximum", metrics.Mended, metrics.OverdueNow, metrics.StuckCategories, metrics.JobsInError, metrics.SweepProblems)...),
		graph("Sweep: seconds", whole("Maximum", metrics.SweepSeconds)...),
	)
	d.AddWidgets(
		graph("Dead letters", whole("Maximum", metrics.DeadLetters, metrics.UndeliveredSchedules)...),
		graph("Deliveries that could not be recorded, slices sent away", whole("Sum", metrics.Unrecorded, metrics.Throttles)...),
	)
}

// own is a metric of ours with the stage as its only dimension.
func (c *computing) own(name, statistic string) plan.Metric {
	return plan.Metric{
		Namespace: metrics.Namespace, Name: name, Dimensions: map[string]string{metrics.Stage: c.Name}, Statistic: statistic, Period: 5 * time.Minute,
	}
}

func (c *computing) labelled(m plan.Metric, label string) awscloudwatch.IMetric {
	switch made := c.metric(m).(type) {
	case awscloudwatch.Metric:
		return made.With(&awscloudwatch.MetricOptions{Label: &label})
	case awscloudwatch.MathExpression:
		return made.With(&awscloudwatch.MathExpressionOptions{Label: &label})
	default:
		return made
	}
}

package main

import (
	"fmt"
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
			m := c.own(name, statistic, five)
			m.dimensions[metrics.Task] = t.Name
			out = append(out, c.labelled(m, t.Name))
		}
		return out
	}
	var outcomes []awscloudwatch.IMetric
	for k, o := range []jobqueue.Outcome{jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Failed, jobqueue.Lost, jobqueue.Rejected} {
		m := metric{period: five, using: map[string]metric{}}
		for i, t := range c.plan.Tasks() {
			one := c.own(metrics.Runs, "Sum", five)
			one.dimensions[metrics.Task], one.dimensions[metrics.Outcome] = t.Name, string(o)
			id := fmt.Sprintf("o%dt%d", k, i) // names differ within a graph
			m.using[id] = one
			if i > 0 {
				m.expression += "+"
			}
			m.expression += "FILL(" + id + ",0)"
		}
		outcomes = append(outcomes, c.labelled(m, string(o)))
	}
	aws := func(namespace, name, dimension, of, statistic string) awscloudwatch.IMetric {
		return c.labelled(metric{namespace: namespace, name: name, dimensions: map[string]string{dimension: of}, statistic: statistic, period: five}, name)
	}
	jobs := plan.Prefix(c.Name) + "jobs.fifo"
	table := func(name string) awscloudwatch.IMetric {
		return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("AWS/DynamoDB"), MetricName: &name, DimensionsMap: &map[string]*string{"TableName": c.table.TableName()},
			Statistic: jsii.String("Sum"), Label: &name,
		})
	}
	d.AddWidgets(graph("Runs by outcome", outcomes...), graph("Lateness, p99 seconds", perTask(metrics.LateSeconds, "p99")...))
	d.AddWidgets(graph("Failures on our side", perTask(metrics.RunsFailed, "Sum")...), graph("Failures that merchants must mend", perTask(metrics.RunsRefused, "Sum")...))
	d.AddWidgets(
		graph("Queue: age of the oldest message, seconds", aws("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", jobs, "Maximum")),
		graph("Queue: messages", aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", jobs, "Maximum"), aws("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", jobs, "Maximum")),
	)
	d.AddWidgets(graph("Shopify points", perTask(metrics.Points, "Sum")...), graph("Business Central requests", perTask(metrics.BCCalls, "Sum")...))
	d.AddWidgets(
		graph("Cost: table units", table("ConsumedWriteCapacityUnits"), table("ConsumedReadCapacityUnits")),
		graph("Cost: function seconds", aws("AWS/Lambda", "Duration", "FunctionName", plan.Prefix(c.Name)+"dispatch", "Sum"), aws("AWS/Lambda", "Duration", "FunctionName", plan.Prefix(c.Name)+"sync-orders", "Sum")),
	)
	d.AddWidgets(
		graph("Sweep: repairs, overdue, in error", c.labelled(c.own(metrics.Mended, "Sum", five), "repairs"), c.labelled(c.own(metrics.OverdueJobs, "Maximum", five), "overdue"), c.labelled(c.own(metrics.JobsInError, "Maximum", five), "in error")),
		graph("Sweep: seconds", c.labelled(c.own(metrics.SweepSeconds, "Maximum", five), "seconds")),
	)
}

func (c *computing) labelled(m metric, label string) awscloudwatch.IMetric {
	switch made := c.metric(m).(type) {
	case awscloudwatch.Metric:
		return made.With(&awscloudwatch.MetricOptions{Label: &label})
	case awscloudwatch.MathExpression:
		return made.With(&awscloudwatch.MathExpressionOptions{Label: &label})
	default:
		return made
	}
}

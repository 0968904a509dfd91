package main

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/plan"
)

// alarms makes the plan's alarms. Those that a composite tells of have no action.
func (c *computing) alarms() {
	topics := map[plan.Severity]awscloudwatch.IAlarmAction{
		plan.Page: awscloudwatchactions.NewSnsAction(c.pages), plan.Warning: awscloudwatchactions.NewSnsAction(c.warnings),
	}
	made := map[string]awscloudwatch.IAlarm{}
	for _, a := range c.plan.Alarms(c.Name) {
		al := c.alarm(a)
		if topic, ok := topics[a.Tells]; ok {
			al.AddAlarmAction(topic)
		}
		made[a.Name] = al
	}
	for _, a := range c.plan.Composites() {
		var rules []awscloudwatch.IAlarmRule
		for _, name := range a.AnyOf {
			rules = append(rules, awscloudwatch.AlarmRule_FromAlarm(made[name], awscloudwatch.AlarmState_ALARM))
		}
		props := &awscloudwatch.CompositeAlarmProps{
			CompositeAlarmName: jsii.String(plan.Prefix(c.Name) + a.Name), AlarmDescription: jsii.String(describe(a.Meaning, a.Runbook)), AlarmRule: awscloudwatch.AlarmRule_AnyOf(rules...),
		}
		if a.Unless != "" {
			props.ActionsSuppressor = made[a.Unless]
			props.ActionsSuppressorWaitPeriod = awscdk.Duration_Seconds(jsii.Number(a.Wait.Seconds()))
			props.ActionsSuppressorExtensionPeriod = awscdk.Duration_Seconds(jsii.Number(a.Extension.Seconds()))
		}
		awscloudwatch.NewCompositeAlarm(c.stack, jsii.String("Alarm-"+a.Name), props).AddAlarmAction(topics[a.Tells])
	}
}

// alarm makes one alarm, without an action.
func (c *computing) alarm(a plan.Alarm) awscloudwatch.Alarm {
	missing, operator, threshold := awscloudwatch.TreatMissingData_NOT_BREACHING, awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, a.Above
	if a.MissingRings {
		missing = awscloudwatch.TreatMissingData_BREACHING
	}
	if a.Under > 0 {
		operator, threshold = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, a.Under
	}
	al := awscloudwatch.NewAlarm(c.stack, jsii.String("Alarm-"+a.Name), &awscloudwatch.AlarmProps{
		AlarmName: jsii.String(plan.Prefix(c.Name) + a.Name), AlarmDescription: jsii.String(describe(a.Meaning, a.Runbook)), Metric: c.metric(a.Metric),
		Threshold: jsii.Number(threshold), ComparisonOperator: operator, TreatMissingData: missing,
		EvaluationPeriods: jsii.Number(a.Periods), DatapointsToAlarm: jsii.Number(cmp.Or(a.Datapoints, a.Periods)),
	})
	if a.WarmUp > 0 {
		raw, ok := al.Node().DefaultChild().(awscloudwatch.CfnAlarm)
		if !ok {
			panic("alarm " + a.Name + " is not what CDK made until now")
		}
		// The pinned cfn-lint does not know the property yet.
		raw.AddMetadata(jsii.String("cfn-lint"), map[string]any{"config": map[string]any{"ignore_checks": []string{"E3002"}}})
		raw.SetWarmUpConfiguration(&awscloudwatch.CfnAlarm_WarmUpConfigurationProperty{WarmUpPeriodDurationInMinutes: jsii.Number(a.WarmUp.Minutes())})
	}
	return al
}

func describe(meaning, section string) string {
	return meaning + " Runbook: docs/runbook.md#" + section
}

func (c *computing) metric(m plan.Metric) awscloudwatch.IMetric {
	period := awscdk.Duration_Seconds(jsii.Number(m.Period.Seconds()))
	if m.Using != nil {
		using := map[string]awscloudwatch.IMetric{}
		for id, u := range m.Using {
			using[id] = c.metric(u)
		}
		return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{Expression: &m.Expression, UsingMetrics: &using, Period: period})
	}
	dimensions := map[string]*string{}
	for k, v := range m.Dimensions {
		switch v {
		case plan.TheTable:
			dimensions[k] = c.table.TableName()
		case plan.TheAPI:
			dimensions[k] = c.httpAPI.ApiId()
		default:
			dimensions[k] = &v
		}
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: &m.Namespace, MetricName: &m.Name, DimensionsMap: &dimensions, Statistic: &m.Statistic, Period: period,
	})
}

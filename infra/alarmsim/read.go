package alarmsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// treatment of missing data.
type treatment string

const (
	missing      treatment = "missing"
	ignore       treatment = "ignore"
	breaching    treatment = "breaching"
	notBreaching treatment = "notBreaching"
)

// State of an alarm.
type State string

// The states.
const (
	OK           State = "OK"
	Alarm        State = "ALARM"
	Insufficient State = "INSUFFICIENT_DATA"
)

// query is one of an alarm's metrics: a metric, or an expression of others.
type query struct {
	id         string
	series     string
	statistic  string
	expression node // nil: a metric
}

// metricAlarm is an alarm on one series.
type metricAlarm struct {
	name, arn string
	n, m      int
	period    int64 // minutes
	compare   string
	threshold float64
	treat     treatment
	queries   []query
	result    string // id of the one that is compared
	actions   map[State][]string
	wallClock bool
	warmUp    int64 // minutes
	waitsFull bool  // through the warm-up, however much data there is
}

// properties that an alarm may have here; another is refused, for nobody has
// thought of what it changes.
var properties = map[string]bool{
	"AlarmName": true, "AlarmDescription": true, "AlarmActions": true, "OKActions": true, "InsufficientDataActions": true, "ActionsEnabled": true,
	"ComparisonOperator": true, "Threshold": true, "EvaluationPeriods": true, "DatapointsToAlarm": true, "TreatMissingData": true, "Period": true,
	"Namespace": true, "MetricName": true, "Dimensions": true, "Statistic": true, "Metrics": true, "Unit": false,
	"WarmUpConfiguration": true, "EvaluationWindow": true, "Tags": true,
	"AlarmRule": true, "ActionsSuppressor": true, "ActionsSuppressorWaitPeriod": true, "ActionsSuppressorExtensionPeriod": true,
}

// aws are AWS's own metrics that a Stage publishes, with the dimensions they have.
var aws = map[string][]string{
	"AWS/Lambda Invocations": {"FunctionName"}, "AWS/Lambda Errors": {"FunctionName"}, "AWS/Lambda Throttles": {"FunctionName"}, "AWS/Lambda Duration": {"FunctionName"},
	"AWS/Lambda RecursiveInvocationsDropped":     {"FunctionName"},
	"AWS/SQS ApproximateNumberOfMessagesVisible": {"QueueName"}, "AWS/SQS ApproximateAgeOfOldestMessage": {"QueueName"},
	"AWS/SQS NumberOfMessagesSent": {"QueueName"}, "AWS/SQS NumberOfMessagesReceived": {"QueueName"}, "AWS/SQS NumberOfMessagesDeleted": {"QueueName"},
	"AWS/SQS NumberOfDeduplicatedSentMessages": {"QueueName"},
	"AWS/Scheduler TargetErrorCount":           {"ScheduleGroup"}, "AWS/Scheduler InvocationDroppedCount": {"ScheduleGroup"}, "AWS/Scheduler InvocationAttemptCount": {"ScheduleGroup"},
	"AWS/Scheduler InvocationsSentToDeadLetterCount": {"ScheduleGroup"}, "AWS/Scheduler TargetErrorThrottledCount": {"ScheduleGroup"},
	"AWS/DynamoDB ReadThrottleEvents": {"TableName"}, "AWS/DynamoDB WriteThrottleEvents": {"TableName"}, // or of an index, see isAWS
	"AWS/DynamoDB ThrottledRequests": {"Operation", "TableName"}, "AWS/DynamoDB SystemErrors": {"Operation", "TableName"},
	"AWS/ApiGateway 5xx": {"ApiId"}, "AWS/ApiGateway 4xx": {"ApiId"}, "AWS/ApiGateway Count": {"ApiId"},
	"AWS/Logs EMFParsingErrors": {"LogGroupName"}, "AWS/Logs EMFValidationErrors": {"LogGroupName"},
}

const mostMetrics = 10 // of one alarm's mathematics

// alarmOf reads one metric alarm.
func (s *Stacks) alarmOf(id string) (a metricAlarm, err error) {
	p := s.resources[id].Properties
	for name := range p {
		if !properties[name] {
			return a, fmt.Errorf("%s: the property %s is not modelled", id, name)
		}
	}
	a = metricAlarm{
		name: s.name(id), arn: s.arn(id), n: int(number(p["EvaluationPeriods"])), m: int(number(p["DatapointsToAlarm"])), threshold: number(p["Threshold"]),
		compare: fmt.Sprint(p["ComparisonOperator"]), treat: missing,
	}
	if a.m == 0 {
		a.m = a.n
	}
	if t, ok := p["TreatMissingData"].(string); ok {
		a.treat = treatment(t)
	}
	if !slices.Contains([]treatment{missing, ignore, breaching, notBreaching}, a.treat) {
		return a, fmt.Errorf("%s: missing data are treated as %q", id, a.treat)
	}
	if _, ok := holds[a.compare]; !ok {
		return a, fmt.Errorf("%s: operator %s is not modelled", id, a.compare)
	}
	if a.actions, err = s.actions(p); err != nil {
		return a, fmt.Errorf("%s: %w", id, err)
	}
	if w, ok := p["WarmUpConfiguration"].(map[string]any); ok {
		a.warmUp = int64(number(w["WarmUpPeriodDurationInMinutes"]))
		a.waitsFull = fmt.Sprint(w["OnlyStartEvaluatingAfterWarmUpPeriodEnds"]) == "true"
	}
	if w, ok := p["EvaluationWindow"].(map[string]any); ok {
		a.wallClock = w["WallClockWindow"] != nil
	}
	seconds, err := s.queries(&a, p)
	if err != nil {
		return a, fmt.Errorf("%s: %w", id, err)
	}
	return a, a.check(seconds)
}

// check refuses what CloudWatch refuses.
func (a *metricAlarm) check(seconds float64) error {
	a.period = int64(seconds) / 60
	longest := 24.0 * 3600
	if seconds >= 3600 {
		longest *= 7
	}
	switch {
	case seconds < 60 || int64(seconds)%60 != 0:
		return fmt.Errorf("%s: a period of %v s is not modelled", a.name, seconds)
	case a.n < 1 || a.m < 1 || a.m > a.n:
		return fmt.Errorf("%s: %d of %d datapoints", a.name, a.m, a.n)
	case float64(a.n)*seconds > longest:
		return fmt.Errorf("%s: %d periods of %v s are longer than %v s", a.name, a.n, seconds, longest)
	}
	return nil
}

func number(v any) float64 {
	f, _ := v.(float64)
	return f
}

// queries reads what an alarm is about, and answers its period in seconds.
func (s *Stacks) queries(a *metricAlarm, p map[string]any) (seconds float64, err error) {
	list, ok := p["Metrics"].([]any)
	if !ok {
		q, err := s.metric("m", p, p["Statistic"])
		a.queries, a.result = []query{q}, "m"
		return number(p["Period"]), err
	}
	n := 0
	for _, x := range list {
		m, _ := x.(map[string]any)
		id := fmt.Sprint(m["Id"])
		if returned := m["ReturnData"]; returned == nil || returned == true {
			if a.result != "" {
				return 0, fmt.Errorf("both %s and %s are to be compared", a.result, id)
			}
			a.result = id
		}
		var q query
		if e, ok := m["Expression"].(string); ok {
			q = query{id: id}
			q.expression, err = parse(e)
		} else {
			stat, _ := m["MetricStat"].(map[string]any)
			of, _ := stat["Metric"].(map[string]any)
			n++
			if period := number(stat["Period"]); seconds != 0 && period != seconds {
				return 0, fmt.Errorf("periods of %v and %v s", seconds, period)
			} else if seconds = period; n > mostMetrics {
				return 0, fmt.Errorf("more than %d metrics", mostMetrics)
			}
			q, err = s.metric(id, of, stat["Stat"])
		}
		if err != nil {
			return 0, err
		}
		a.queries = append(a.queries, q)
	}
	if a.result == "" {
		return 0, fmt.Errorf("nothing is to be compared")
	}
	return seconds, a.order()
}

// metric reads a metric and its statistic.
func (s *Stacks) metric(id string, p map[string]any, statistic any) (query, error) {
	q := query{id: id, statistic: fmt.Sprint(statistic)}
	if _, ok := statistics[q.statistic]; !ok {
		return q, fmt.Errorf("statistic %q is not modelled", q.statistic)
	}
	var dims, names []string
	list, _ := p["Dimensions"].([]any)
	for _, x := range list {
		d, _ := x.(map[string]any)
		v, err := s.text(d["Value"])
		if err != nil {
			return q, err
		}
		dims, names = append(dims, fmt.Sprint(d["Name"]), v), append(names, fmt.Sprint(d["Name"]))
	}
	slices.Sort(names)
	namespace, name := fmt.Sprint(p["Namespace"]), fmt.Sprint(p["MetricName"])
	if strings.HasPrefix(namespace, "AWS/") && !isAWS(namespace+" "+name, names) {
		return q, fmt.Errorf("the metric %s %s by %v is not modelled", namespace, name, names)
	}
	q.series = Series(namespace, name, dims...)
	return q, nil
}

// isAWS reports whether AWS publishes a metric with dimensions of these names.
func isAWS(metric string, dimensions []string) bool {
	if strings.HasSuffix(metric, "ThrottleEvents") && len(dimensions) > 1 && dimensions[0] == "GlobalSecondaryIndexName" {
		dimensions = dimensions[1:] // a table's indexes are counted each by itself
	}
	return len(dimensions) > 0 && slices.Equal(dimensions, aws[metric])
}

// order puts each expression behind what it uses, and refuses what it does not find.
func (a *metricAlarm) order() error {
	left := map[string]query{}
	for _, q := range a.queries {
		if _, ok := left[q.id]; ok {
			return fmt.Errorf("two metrics are called %s", q.id)
		}
		left[q.id] = q
	}
	done := map[string]bool{}
	a.queries = nil
	for len(left) > 0 {
		moved := false
		for _, id := range slices.Sorted(maps.Keys(left)) {
			q := left[id]
			if q.expression != nil && slices.ContainsFunc(uses(q.expression), func(u string) bool { return !done[u] }) {
				continue
			}
			a.queries, done[id], moved = append(a.queries, q), true, true
			delete(left, id)
		}
		if !moved {
			return fmt.Errorf("%v use what there is not, or each other", slices.Sorted(maps.Keys(left)))
		}
	}
	return nil
}

// actions are the ARNs that are told of each state.
func (s *Stacks) actions(p map[string]any) (map[State][]string, error) {
	out := map[State][]string{}
	if p["ActionsEnabled"] == false {
		return out, nil
	}
	for property, state := range map[string]State{"AlarmActions": Alarm, "OKActions": OK, "InsufficientDataActions": Insufficient} {
		list, _ := p[property].([]any)
		for _, x := range list {
			arn, err := s.text(x)
			if err != nil {
				return nil, err
			}
			out[state] = append(out[state], arn)
		}
	}
	return out, nil
}

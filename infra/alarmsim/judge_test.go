package alarmsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// stage is a template of alarms, each told to one topic; a property of an alarm
// that is a text beginning with "{" is JSON.
func stage(t *testing.T, alarms map[string]map[string]any) *Judge {
	t.Helper()
	res := map[string]any{
		"Pages": map[string]any{"Type": "AWS::SNS::Topic", "Properties": map[string]any{"TopicName": "pages"}},
	}
	for name, p := range alarms {
		typ := "AWS::CloudWatch::Alarm"
		if p["AlarmRule"] != nil {
			typ = "AWS::CloudWatch::CompositeAlarm"
		} else if p["ComparisonOperator"] == nil {
			p["ComparisonOperator"] = "GreaterThanThreshold"
		}
		p["AlarmName"], p["AlarmActions"] = name, []any{map[string]any{"Ref": "Pages"}}
		res[name] = map[string]any{"Type": typ, "Properties": p}
	}
	js, err := json.Marshal(map[string]any{"Resources": res})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(js)
	if err != nil {
		t.Fatal(err)
	}
	j, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// errorsOf is an alarm on a function's errors.
func errorsOf(n, period int, treat string) map[string]any {
	return map[string]any{
		"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": []any{map[string]any{"Name": "FunctionName", "Value": "f"}}, "Statistic": "Sum",
		"EvaluationPeriods": n, "DatapointsToAlarm": 1, "Period": period, "Threshold": 0, "TreatMissingData": treat,
	}
}

var lambdaErrors = Series("AWS/Lambda", "Errors", "FunctionName", "f")

func judged(t *testing.T, j *Judge, r *Recording, hours int, rules Rules) []string {
	t.Helper()
	out, err := j.Judge(r, noon, noon.Add(time.Duration(hours)*time.Hour), rules)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range out.Changes {
		got = append(got, fmt.Sprintf("%s %s %d", c.Alarm, c.State, int(c.At.Sub(noon).Minutes())))
	}
	return got
}

// With a period of five minutes and windows that slide, one event is in view for
// five minutes, and a minute after it at the latest.
func TestOneEventIsInViewOfFiveEvaluations(t *testing.T) {
	r := NewRecording()
	r.Value(noon.Add(30*time.Minute), noon.Add(30*time.Minute), lambdaErrors, 1)
	got := judged(t, stage(t, map[string]map[string]any{"e": errorsOf(1, 300, "notBreaching")}), r, 1, Rules{})
	if want := []string{"e OK 0", "e ALARM 31", "e OK 36"}; !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	// Older points are fetched, and a real one counts before a gap: it lasts longer.
	got = judged(t, stage(t, map[string]map[string]any{"e": errorsOf(1, 300, "notBreaching")}), r, 1, Rules{Extra: 2})
	if want := []string{"e OK 0", "e ALARM 31", "e OK 46"}; !slices.Equal(got, want) {
		t.Errorf("with more periods fetched: changes %q, want %q", got, want)
	}
}

// A time-out after a quarter of an hour carries the minute in which it began: a
// window of five minutes never sees it, one of four periods does.
func TestATimeOutIsStampedWhereItBegan(t *testing.T) {
	r := NewRecording()
	for m := range 60 { // others are at work
		r.Value(noon.Add(time.Duration(m)*time.Minute), noon.Add(time.Duration(m)*time.Minute), lambdaErrors, 0)
	}
	r.Value(noon.Add(20*time.Minute), noon.Add(35*time.Minute), lambdaErrors, 1)
	for n, want := range map[int]bool{1: false, 4: true} {
		got := judged(t, stage(t, map[string]map[string]any{"e": errorsOf(n, 300, "notBreaching")}), r, 1, Rules{})
		if rang := strings.Contains(strings.Join(got, ";"), "ALARM"); rang != want {
			t.Errorf("1 of %d: changes %q", n, got)
		}
	}
}

// A new alarm begins without data, and its first state is a change that acts.
func TestANewAlarm(t *testing.T) {
	for treat, want := range map[string]int{"breaching": 1, "notBreaching": 0, "missing": 0, "ignore": 0} {
		j := stage(t, map[string]map[string]any{"e": errorsOf(2, 300, treat)})
		out, err := j.Judge(NewRecording(), noon, noon.Add(time.Hour), Rules{})
		if err != nil || len(out.Messages) != want {
			t.Errorf("missing data are %s: messages %v, %v", treat, out.Messages, err)
		}
	}
	warm := errorsOf(2, 300, "breaching")
	warm["WarmUpConfiguration"] = map[string]any{"WarmUpPeriodDurationInMinutes": 20}
	if got := judged(t, stage(t, map[string]map[string]any{"e": warm}), NewRecording(), 1, Rules{}); !slices.Equal(got, []string{"e ALARM 20"}) {
		t.Errorf("with a warm-up: %q", got)
	}
}

// Above a day, evaluation is hourly on data up to the full hour.
func TestLongWindowsAreEvaluatedHourly(t *testing.T) {
	r := NewRecording()
	r.Value(noon.Add(90*time.Minute), noon.Add(90*time.Minute), lambdaErrors, 1)
	got := judged(t, stage(t, map[string]map[string]any{"e": errorsOf(2, 24*3600, "notBreaching")}), r, 4, Rules{})
	if want := []string{"e OK 0", "e ALARM 120"}; !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
}

// A page that waits for a suppressor must outlast the wait.
func TestASwallowedPage(t *testing.T) {
	for minutes, want := range map[int]string{5: "", 15: "run-failed"} {
		alarms := map[string]map[string]any{
			"task": errorsOf(1, 60*minutes, "notBreaching"), "side": errorsOf(1, 300, "notBreaching"),
			"run-failed": {
				"AlarmRule": `ALARM("arn:aws:cloudwatch:eu-north-1:123456789012:alarm:task")`, "ActionsSuppressorWaitPeriod": 600, "ActionsSuppressorExtensionPeriod": 900,
				"ActionsSuppressor": map[string]any{"Fn::GetAtt": []any{"side", "Arn"}},
			},
		}
		alarms["side"]["Dimensions"] = []any{map[string]any{"Name": "FunctionName", "Value": "other"}}
		r := NewRecording()
		r.Value(noon.Add(30*time.Minute), noon.Add(30*time.Minute), lambdaErrors, 1)
		out, err := stage(t, alarms).Judge(r, noon, noon.Add(2*time.Hour), Rules{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range out.Messages {
			if m.Alarm == "run-failed" && m.State == Alarm {
				got = m.Alarm
			}
		}
		if got != want {
			t.Errorf("in alarm for %d minutes under a wait of ten: %q pages", minutes, got)
		}
	}
}

func TestMathematics(t *testing.T) {
	vs := func(ps ...any) vector {
		v := vector{}
		for _, p := range ps {
			f, ok := p.(float64)
			v.points = append(v.points, point{f, ok})
		}
		return v
	}
	in := &inputs{periods: 4, vectors: map[string]vector{"a": vs(1.0, nil, 3.0, nil), "b": vs(2.0, 0.0, nil, nil), "none": vs(nil, nil, nil, nil)}}
	for text, want := range map[string]string{
		"a + b":                        "3 0 3 -",
		"a / b":                        "0.5 - - -", // division by zero drops the point
		"100*a/b":                      "50 - - -",
		"IF(b > 1, a, 7)":              "1 7 - -", // no condition, no point
		"IF(b > 1, a, 0) + a * 0":      "1 0 0 -",
		"FILL(a, 0)":                   "1 0 3 0",
		"FILL(a, REPEAT)":              "1 3 3 -",
		"FILL(none, 0)":                "- - - -",
		"SUM([a, b])":                  "3 0 3 -",
		"MAX([FILL(a,0), b])":          "2 0 3 0",
		"-(a - 2) * 2 >= 2 AND a == 1": "1 - 0 -",
		"2 + 3":                        "5 5 5 5",
	} {
		n, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range n.eval(in).points {
			if p.is {
				got = append(got, fmt.Sprint(p.v))
			} else {
				got = append(got, "-")
			}
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s is %s, want %s", text, g, want)
		}
	}
	for _, text := range []string{"SEARCH('x')", "SUM(a)", "RUNNING_SUM(a)", "a +", "FILL(a, LINEAR)", "(a", "IF(a, b)", "a b"} {
		if n, err := parse(text); err == nil {
			t.Errorf("%s is read as %v", text, n)
		}
	}
}

func TestWhatCannotBeModelledIsRefused(t *testing.T) {
	many := []any{}
	sum := []string{}
	for i := range 11 {
		id := fmt.Sprintf("t%d", i)
		sum = append(sum, id)
		many = append(many, map[string]any{"Id": id, "ReturnData": false, "MetricStat": map[string]any{"Period": 300, "Stat": "Sum", "Metric": map[string]any{"Namespace": "Own", "MetricName": id}}})
	}
	many = append(many, map[string]any{"Id": "sum", "Expression": strings.Join(sum, "+")})
	for name, change := range map[string]map[string]any{
		"an eleventh metric":       {"Metrics": many},
		"a percentile":             {"Statistic": "p99"},
		"a metric AWS has not":     {"MetricName": "Failures"},
		"another dimension set":    {"Dimensions": []any{}},
		"a property nobody knows":  {"ThresholdMetricId": "x"},
		"more datapoints than are": {"DatapointsToAlarm": 5},
		"two days of five minutes": {"EvaluationPeriods": 577},
		"half a minute":            {"Period": 30},
		"no such operator":         {"ComparisonOperator": "About"},
		"no such treatment":        {"TreatMissingData": "good"},
	} {
		p := errorsOf(2, 300, "notBreaching")
		p["ComparisonOperator"] = "GreaterThanThreshold"
		maps.Copy(p, change)
		js, err := json.Marshal(map[string]any{"Resources": map[string]any{"a": map[string]any{"Type": "AWS::CloudWatch::Alarm", "Properties": p}}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Read(js)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(s); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// Each dimension set is a metric of its own, each element a sample, and a line
// that breaks a rule gives nothing and is counted.
func TestExtraction(t *testing.T) {
	line := func(metrics, fields string) string {
		return fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"Own","Dimensions":[["Stage"],["Stage","Task"]],"Metrics":[%s]}]},"Stage":"prod","Task":"t",%s}`,
			noon.UnixMilli(), metrics, fields)
	}
	some, err := extract([]byte(line(`{"Name":"N","Unit":"Count"}`, `"N":[1,2,5]`)), noon)
	if err != nil || len(some) != 2 || some[0].series != Series("Own", "N", "Stage", "prod") || some[1].series != Series("Own", "N", "Task", "t", "Stage", "prod") {
		t.Fatalf("samples %v, %v", some, err)
	}
	if b := binOf(some[0].values); b != (bin{3, 8, 1, 5}) {
		t.Errorf("an array of three is %v", b)
	}
	r := NewRecording()
	for i, l := range []string{
		line(`{"Name":"N"}`, `"N":"one"`), line(`{"Name":"N"}`, `"M":1`), line(strings.Repeat(`{"Name":"N"},`, 100)+`{"Name":"N"}`, `"N":1`),
		line(`{"Name":"N","Unit":"Furlongs"}`, `"N":1`), line(`{"Name":"N"}`, `"Task":7,"N":1`), line(`{"Name":"N"}`, `"Task":"","N":1`),
		strings.Replace(line(`{"Name":"N"}`, `"N":1`), fmt.Sprint(noon.UnixMilli()), fmt.Sprint(noon.Add(3*time.Hour).UnixMilli()), 1),
		`{"_aws":{"CloudWatchMetrics":[]}}`, `{"_aws":7}`,
	} {
		if r.Line(noon, "group", []byte(l), 1); len(r.Failed) != i+1 {
			t.Errorf("%s is taken", l)
		}
	}
	r.Line(noon, "group", []byte(`{"msg":"a line of the log"}`), 1)
	r.Line(noon, "group", []byte("no JSON"), 1)
	want := []string{Series("AWS/Logs", "EMFValidationErrors", "LogGroupName", "group"), Series("AWS/Logs", "EMFParsingErrors", "LogGroupName", "group")}
	if !slices.Equal(r.Published(), want) || len(r.Failed) != 9 {
		t.Errorf("published %q, failed %d", r.Published(), len(r.Failed))
	}
}

// A late value lands in its own minute; one that may count twice does so under
// the rule that says so.
func TestLateAndDoubled(t *testing.T) {
	j := stage(t, map[string]map[string]any{"sum": {"Namespace": "Own", "MetricName": "N", "Statistic": "Sum", "EvaluationPeriods": 1, "Period": 300, "Threshold": 7, "TreatMissingData": "notBreaching"}})
	r := NewRecording()
	for range doubled {
		r.Line(noon.Add(10*time.Minute), "g", fmt.Appendf(nil, `{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"Own","Dimensions":[[]],"Metrics":[{"Name":"N"}]}]},"N":1}`, noon.Add(10*time.Minute).UnixMilli()), 1)
	}
	for rules, want := range map[Rules][]string{
		{}:                                    {"sum OK 0"},
		{Twice: true}:                         {"sum OK 0", "sum ALARM 11", "sum OK 16"},
		{Twice: true, Delay: 2 * time.Minute}: {"sum OK 0", "sum ALARM 13", "sum OK 16"},
	} {
		if got := judged(t, j, r, 1, rules); !slices.Equal(got, want) {
			t.Errorf("%+v: %q, want %q", rules, got, want)
		}
	}
}

// A queue that wakes up publishes nothing at first.
func TestAQueueThatWakesUp(t *testing.T) {
	p := errorsOf(1, 300, "notBreaching")
	p["Namespace"], p["MetricName"], p["Dimensions"] = "AWS/SQS", "ApproximateNumberOfMessagesVisible", []any{map[string]any{"Name": "QueueName", "Value": "dead"}}
	j := stage(t, map[string]map[string]any{"depth": p})
	r := NewRecording()
	q := Queue{Name: "dead"}
	for m := range 60 {
		q.Minute(r, noon.Add(time.Duration(m)*time.Minute), QueueMinute{Visible: m / 30})
	}
	for idle, want := range map[time.Duration]int{0: 31, 15 * time.Minute: 46} {
		if got := judged(t, j, r, 1, Rules{Idle: idle}); !slices.Contains(got, fmt.Sprintf("depth ALARM %d", want)) {
			t.Errorf("idle by %v: %q, want ALARM at %d", idle, got, want)
		}
	}
}

// The documented default policy is gone as soon as there is another: a Deny
// alone lets no alarm publish.
func TestWhoMayPublish(t *testing.T) {
	const topic, alarm = "arn:aws:sns:eu-north-1:123456789012:pages", "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:backroom-prod-x"
	deny := `{"Effect":"Deny","Principal":"*","Action":"sns:Publish","Resource":{"Ref":"Pages"},"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
	allow := `{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:Publish","Resource":{"Ref":"Pages"},"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:cloudwatch:eu-north-1:123456789012:alarm:%s*"},"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}}`
	for statements, want := range map[string]bool{
		"": true, deny: false, deny + "," + fmt.Sprintf(allow, "backroom-prod-"): true, fmt.Sprintf(allow, "backroom-test-"): false,
		fmt.Sprintf(allow, "backroom-prod-") + "," + strings.Replace(deny, "false", "true", 1): false,
		strings.Replace(fmt.Sprintf(allow, "backroom-prod-"), "cloudwatch", "events", 1):       false,
	} {
		policy := ""
		if statements != "" {
			policy = `,"Policy":{"Type":"AWS::SNS::TopicPolicy","Properties":{"Topics":[{"Ref":"Pages"}],"PolicyDocument":{"Statement":[` + statements + `]}}}`
		}
		s, err := Read([]byte(`{"Resources":{"Pages":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":"pages"}}` + policy + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.mayPublish(topic, alarm); err != nil || got != want {
			t.Errorf("under %q: %v, %v", statements, got, err)
		}
	}
}

// Few rules have each value that all rules have.
func TestFewRulesHaveEachValue(t *testing.T) {
	values := func(rs []Rules) map[string]bool {
		out := map[string]bool{}
		for _, r := range rs {
			out[fmt.Sprint("extra ", r.Extra)], out[fmt.Sprint("delay ", r.Delay)], out[fmt.Sprint("idle ", r.Idle)] = true, true, true
			out[fmt.Sprint("twice ", r.Twice)], out[fmt.Sprint("fills ", r.FillsEmpty)], out[fmt.Sprint("unknown ", r.Unknown)] = true, true, true
		}
		return out
	}
	if few, all := values(Few()), values(All()); !maps.Equal(few, all) {
		t.Errorf("few have %v, all %v", few, all)
	}
}

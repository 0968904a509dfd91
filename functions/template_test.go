package functions_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"backroom/infra/plan"
	"backroom/shared/config"
	"backroom/shared/dynamo"
	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/wiring"
)

// template is template.yaml, its functions (!Ref, !Sub, !GetAtt) in long form.
type template struct {
	root map[string]any
}

func readTemplate(tb testing.TB) template {
	tb.Helper()
	js, err := plan.Deployed().Template() // what the file has, as a test of the plan says
	if err != nil {
		tb.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(js, &doc); err != nil {
		tb.Fatal(err)
	}
	v, err := long(doc.Content[0])
	if err != nil {
		tb.Fatal(err)
	}
	root, ok := v.(map[string]any)
	if !ok {
		tb.Fatalf("the template is a %T", v)
	}
	return template{root}
}

func long(n *yaml.Node) (any, error) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return nil, fmt.Errorf("line %d: CloudFormation reads no anchors and aliases", n.Line)
	}
	if tag, ok := strings.CutPrefix(n.Tag, "!"); ok && !strings.HasPrefix(tag, "!") {
		name := map[string]string{"Ref": "Ref", "Sub": "Fn::Sub", "GetAtt": "Fn::GetAtt"}[tag]
		if name == "" || n.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: tag !%s", n.Line, tag)
		}
		return map[string]any{name: n.Value}, nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := long(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			if _, twice := m[n.Content[i].Value]; twice {
				return nil, fmt.Errorf("line %d: %s occurs twice", n.Content[i].Line, n.Content[i].Value)
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		s := []any{}
		for _, c := range n.Content {
			v, err := long(c)
			if err != nil {
				return nil, err
			}
			s = append(s, v)
		}
		return s, nil
	default:
		var v any
		return v, n.Decode(&v)
	}
}

// at follows keys and list positions from the root; nil: there is nothing.
func at(v any, path ...any) any {
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[fmt.Sprint(p)]
		case []any:
			if i, ok := p.(int); ok && i < len(x) {
				v = x[i]
			} else {
				return nil
			}
		default:
			return nil
		}
	}
	return v
}

func (tpl template) props(resource string) any {
	return at(tpl.root, "Resources", resource, "Properties")
}

func (tpl template) resources(kind string) []string {
	var out []string
	all, _ := at(tpl.root, "Resources").(map[string]any)
	for name := range all {
		if at(all, name, "Type") == kind {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// function is the resource of the function called backroom-<stage>-<name>.
func (tpl template) function(tb testing.TB, name string) string {
	tb.Helper()
	for _, r := range tpl.resources("AWS::Serverless::Function") {
		if at(tpl.props(r), "FunctionName", "Fn::Sub") == "backroom-${Stage}-"+name {
			return r
		}
	}
	tb.Fatalf("no function is called backroom-${Stage}-%s", name)
	return ""
}

// role is the role of a function, by the function's own Role.
func (tpl template) role(tb testing.TB, name string) string {
	tb.Helper()
	arn, _ := at(tpl.props(tpl.function(tb, name)), "Role", "Fn::GetAtt").(string)
	role, ok := strings.CutSuffix(arn, ".Arn")
	if !ok || at(tpl.root, "Resources", role, "Type") != "AWS::IAM::Role" {
		tb.Fatalf("%s has role %q", name, arn)
	}
	return role
}

// allowed are the actions of a function's role; those on an index name it.
func (tpl template) allowed(tb testing.TB, name string) map[string]bool {
	tb.Helper()
	out := map[string]bool{}
	for _, s := range list(at(tpl.props(tpl.role(tb, name)), "Policies", 0, "PolicyDocument", "Statement")) {
		for _, r := range list(at(s, "Resource")) {
			on := ""
			if _, index, ok := strings.Cut(fmt.Sprint(at(r, "Fn::Sub")), "/index/"); ok {
				on = " on " + index
			}
			for _, a := range list(at(s, "Action")) {
				out[fmt.Sprint(a)+on] = true
			}
		}
	}
	return out
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func tasks(tb testing.TB) []jobqueue.Registration {
	tb.Helper()
	return wiring.Tasks(wiring.Options{}).Tasks.All()
}

func want(tb testing.TB, what string, got, want any) {
	tb.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		tb.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestEveryTaskHasFunctionRoleEventAndProgram(t *testing.T) {
	tpl := readTemplate(t)
	roles := map[string]string{}
	for _, reg := range tasks(t) {
		r := tpl.function(t, reg.Name)
		want(t, reg.Name+": CodeUri", at(tpl.props(r), "CodeUri"), "dist/"+reg.Name)
		role := tpl.role(t, reg.Name)
		if other, ok := roles[role]; ok {
			t.Errorf("%s and %s share role %s", reg.Name, other, role)
		}
		roles[role] = reg.Name
		logs := fmt.Sprint(at(tpl.props(r), "LoggingConfig", "LogGroup", "Ref"))
		want(t, reg.Name+": log group", at(tpl.props(logs), "LogGroupName", "Fn::Sub"), "/backroom/${Stage}/"+reg.Name)
		for _, file := range []string{filepath.Join(reg.Name, "main.go"), filepath.Join("..", "events", reg.Name+".json")} {
			if _, err := os.Stat(file); err != nil {
				t.Error(err)
			}
		}
		if !strings.Contains(fmt.Sprint(at(tpl.props("DispatchRole"), "Policies")), r+".Arn") {
			t.Errorf("the dispatcher may not invoke %s", r)
		}
	}
	want(t, "number of functions", len(tpl.resources("AWS::Serverless::Function")), len(tasks(t))+3) // dispatch, sweep, api
}

// A slice ends before its function, that before the dispatcher, and that
// before the message shows again.
func TestTimesNest(t *testing.T) {
	tpl := readTemplate(t)
	number := func(v any) int { n, _ := v.(int); return n }
	dispatch := number(at(tpl.props(tpl.function(t, "dispatch")), "Timeout"))
	if v := number(at(tpl.props("Queue"), "VisibilityTimeout")); v < dispatch || dispatch == 0 {
		t.Errorf("visibility %d s, dispatcher %d s", v, dispatch)
	}
	for _, reg := range tasks(t) {
		if s := number(at(tpl.props(tpl.function(t, reg.Name)), "Timeout")); s >= dispatch || s <= int(lambdafn.SliceTime.Seconds()) {
			t.Errorf("%s has %d s, between a slice's %v and the dispatcher's %d s", reg.Name, s, lambdafn.SliceTime, dispatch)
		}
	}
}

// Each function's variables are known, and enough for it to start.
func TestEnvironments(t *testing.T) {
	tpl := readTemplate(t)
	known := lambdafntest.New(nil).Environment()
	known["BACKROOM_STAGE"], known["BACKROOM_LOG"], known["BACKROOM_SCHEDULE_DLQ"] = "prod", "info", "arn:aws:sqs:eu-north-1:123456789012:backroom-dead"
	known["BACKROOM_RUN_DAYS"] = "30"
	shared, _ := at(tpl.root, "Globals", "Function", "Environment", "Variables").(map[string]any)
	for _, name := range append([]string{"dispatch", "sweep", "api"}, names(t)...) {
		env := map[string]string{}
		for k, v := range known {
			if strings.HasPrefix(k, "AWS_") { // Lambda's
				env[k] = v
			}
		}
		own, _ := at(tpl.props(tpl.function(t, name)), "Environment", "Variables").(map[string]any)
		for _, k := range slices.Concat(slices.Collect(maps.Keys(shared)), slices.Collect(maps.Keys(own))) {
			v, ok := known[k]
			if !ok {
				t.Errorf("%s: nothing reads %s", name, k)
			}
			env[k] = v
		}
		f, err := config.LoadFunction(lambdafntest.Lookup(env))
		task := slices.Contains(names(t), name)
		if err != nil || f.Stage != "prod" || (f.Dispatch != nil) == task || (f.QueueURL == "") != task || (f.Secret != "") != (task || name == "api") {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func names(tb testing.TB) (out []string) {
	tb.Helper()
	for _, reg := range tasks(tb) {
		out = append(out, reg.Name)
	}
	return out
}

func TestQueueIsWhatTheDispatcherReliesOn(t *testing.T) {
	tpl := readTemplate(t)
	for k, v := range map[string]any{
		"FifoQueue": true, "ContentBasedDeduplication": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
		"MessageRetentionPeriod": 14 * 24 * 3600, "SqsManagedSseEnabled": true,
	} {
		want(t, k, at(tpl.props("Queue"), k), v)
	}
	want(t, "maxReceiveCount", at(tpl.props("Queue"), "RedrivePolicy", "maxReceiveCount"), 1000)
	want(t, "dead letters", at(tpl.props("Queue"), "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt"), "DeadLetters.Arn")
	want(t, "dead letters of a FIFO queue", at(tpl.props("DeadLetters"), "FifoQueue"), true)
	want(t, "dead letters of schedules", at(tpl.props("DeadSchedules"), "FifoQueue"), nil)
	m := tpl.resources("AWS::Lambda::EventSourceMapping")
	if len(m) != 1 {
		t.Fatalf("mappings: %v", m)
	}
	want(t, "batch size", at(tpl.props(m[0]), "BatchSize"), 1)
	want(t, "response types", at(tpl.props(m[0]), "FunctionResponseTypes"), []string{"ReportBatchItemFailures"})
	want(t, "filter", at(tpl.props(m[0]), "FilterCriteria"), nil)
	if at(tpl.props(m[0]), "ScalingConfig", "MaximumConcurrency") == nil {
		t.Error("the mapping's concurrency has no limit")
	}
}

func TestTableIsWhatTheAdapterReliesOn(t *testing.T) {
	tpl := readTemplate(t)
	p := tpl.props("Table")
	keys := func(v any) string {
		return fmt.Sprint(at(v, "KeySchema", 0, "AttributeName"), at(v, "KeySchema", 0, "KeyType"), at(v, "KeySchema", 1, "AttributeName"), at(v, "KeySchema", 1, "KeyType"))
	}
	want(t, "key", keys(p), "pkHASHskRANGE")
	for n := 1; n <= 2; n++ {
		x := at(p, "GlobalSecondaryIndexes", n-1)
		want(t, "index name", at(x, "IndexName"), dynamo.IndexName(n))
		want(t, "index key", keys(x), fmt.Sprintf("x%dpkHASHx%dskRANGE", n, n))
		want(t, "projection", at(x, "Projection", "ProjectionType"), "ALL")
	}
	want(t, "TTL attribute", at(p, "TimeToLiveSpecification", "AttributeName"), "expires")
	want(t, "TTL", at(p, "TimeToLiveSpecification", "Enabled"), true)
	want(t, "point in time recovery", at(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), true)
	want(t, "deletion protection", at(p, "DeletionProtectionEnabled"), true)
	for _, kept := range []string{"Table", "Queue", "DeadLetters"} {
		want(t, kept+": deletion policy", at(tpl.root, "Resources", kept, "DeletionPolicy"), "RetainExceptOnCreate")
	}
}

func TestNoPolicyAllowsEverything(t *testing.T) {
	tpl := readTemplate(t)
	for _, r := range tpl.resources("AWS::IAM::Role") {
		for _, p := range list(at(tpl.props(r), "Policies")) {
			for _, s := range list(at(p, "PolicyDocument", "Statement")) {
				if at(s, "Effect") != "Allow" {
					continue
				}
				for _, a := range list(at(s, "Action")) {
					if strings.Contains(fmt.Sprint(a), "*") {
						t.Errorf("%s allows %v", r, a)
					}
				}
				for _, on := range list(at(s, "Resource")) {
					if on == "*" {
						t.Errorf("%s allows %v on everything", r, at(s, "Action"))
					}
				}
			}
		}
	}
}

func TestLogsEnd(t *testing.T) {
	tpl := readTemplate(t)
	groups := tpl.resources("AWS::Logs::LogGroup")
	want(t, "number of log groups", len(groups), len(tpl.resources("AWS::Serverless::Function")))
	for _, g := range groups {
		want(t, g+": retention", at(tpl.props(g), "RetentionInDays"), 30)
	}
}

var inSub = regexp.MustCompile(`\$\{([^}]+)\}`)

// Whatever is referred to exists.
func TestReferencesHold(t *testing.T) {
	tpl := readTemplate(t)
	var walk func(path string, v any)
	check := func(path, name string) {
		name, _, _ = strings.Cut(name, ".")
		if !strings.HasPrefix(name, "AWS::") && at(tpl.root, "Resources", name) == nil && at(tpl.root, "Parameters", name) == nil {
			t.Errorf("%s: there is no %s", path, name)
		}
	}
	walk = func(path string, v any) {
		switch x := v.(type) {
		case map[string]any:
			for k, v := range x {
				s, isText := v.(string)
				switch {
				case isText && (k == "Ref" || k == "Fn::GetAtt" || k == "DependsOn"):
					check(path, s)
				case isText && k == "Fn::Sub":
					for _, m := range inSub.FindAllStringSubmatch(s, -1) {
						check(path, m[1])
					}
				default:
					walk(path+"/"+k, v)
				}
			}
		case []any:
			for i, v := range x {
				walk(fmt.Sprintf("%s/%d", path, i), v)
			}
		}
	}
	walk("", tpl.root)
}

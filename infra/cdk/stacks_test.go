package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/cdk/policy"
	"backroom/infra/plan"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

var update = flag.Bool("update", false, "rewrite testdata/prod-*.json")

// templates are those of both stacks of a stage; one synthesis serves all tests.
type templates struct{ state, compute []byte }

var made = map[string]templates{}

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := os.MkdirTemp("", "backroom-code")
	if err == nil {
		err = programs(code, plan.Deployed())
	}
	for _, name := range []string{"dev", "prod"} {
		if err == nil {
			made[name], err = synthesise(map[string]any{"stage": name, "code": code}, plan.Deployed())
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(code)
	jsii.Close()
	os.Exit(status)
}

// programs writes what stands for the functions' programs.
func programs(code string, p plan.Plan) (err error) {
	for _, f := range p.Functions {
		err = errorsJoin(err, os.MkdirAll(filepath.Join(code, f.Name), 0o750), os.WriteFile(filepath.Join(code, f.Name, "bootstrap"), []byte(f.Name), 0o600))
	}
	return err
}

func errorsJoin(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// named are settings of a deployment, with those that others name.
func named(others map[string]any) map[string]any {
	all := map[string]any{"pages": "oncall@example.com", "warnings": "team@example.com", "table": "own", "concurrency": strconv.Itoa(plan.Concurrency), "runDays": 30.0, "logLevel": "info"}
	maps.Copy(all, others)
	return all
}

// synthesise shows what CDK panics with as an error.
func synthesise(context map[string]any, deployed plan.Plan) (t templates, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("stage %s: %v", context["stage"], p)
		}
	}()
	s, err := parseStage(named(context), deployed)
	if err != nil {
		return t, err
	}
	dir, err := os.MkdirTemp("", "backroom-cdk")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(dir)
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AnalyticsReporting: jsii.Bool(false)})
	build(app, s, deployed, nil)
	app.Synth(nil)
	state, errA := os.ReadFile(filepath.Join(dir, "State.template.json"))
	compute, errB := os.ReadFile(filepath.Join(dir, "Compute.template.json"))
	return templates{state, compute}, errorsJoin(errA, errB)
}

func parse(t *testing.T, js []byte) policy.Template {
	t.Helper()
	tpl, err := policy.Parse(js)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func ofType(t policy.Template, typ string) (out []policy.Resource) {
	for _, r := range t.Resources {
		if r.Type == typ {
			out = append(out, r)
		}
	}
	return out
}

func text(v any) string {
	js, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(js)
}

// TestPolicy is the gate: nothing that CDK makes may break a rule.
func TestPolicy(t *testing.T) {
	for stage, both := range made {
		for part, js := range map[string][]byte{"state": both.state, "compute": both.compute} {
			rules := policy.Rules
			if stage == "prod" {
				rules = slices.Concat(rules, policy.Kept)
			}
			for _, wrong := range policy.Check(parse(t, js), rules...) {
				t.Errorf("%s %s: %s", stage, part, wrong)
			}
		}
	}
}

// TestAlarmsMayPublish: whoever publishes by an alarm may, in each stage.
func TestAlarmsMayPublish(t *testing.T) {
	for stage, both := range made {
		for _, wrong := range policy.Unheard(parse(t, both.state), parse(t, both.compute)) {
			t.Errorf("%s: %s", stage, wrong)
		}
	}
}

// TestWhatStacksHold: what is stored is in the one, what works on it in the other.
func TestWhatStacksHold(t *testing.T) {
	stored := []string{"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::SNS::Topic"}
	for _, both := range made {
		state, compute := parse(t, both.state), parse(t, both.compute)
		for typ, want := range map[string]int{
			"AWS::DynamoDB::Table": 1, "AWS::SQS::Queue": 3, "AWS::KMS::Key": 1, "AWS::SecretsManager::Secret": 1, "AWS::SNS::Topic": 2, "AWS::Lambda::Function": 0,
		} {
			if got := len(ofType(state, typ)); got != want {
				t.Errorf("state has %d of %s, want %d", got, typ, want)
			}
		}
		functions := len(plan.Deployed().Functions)
		for typ, want := range map[string]int{
			"AWS::Lambda::Function": functions, "AWS::Logs::LogGroup": functions + 1, "AWS::IAM::Role": functions + 2,
			"AWS::Lambda::EventSourceMapping": 1, "AWS::Scheduler::ScheduleGroup": 1, "AWS::Scheduler::Schedule": 1, "AWS::CloudWatch::Dashboard": 1,
			"AWS::CloudWatch::CompositeAlarm": len(plan.Plan{}.Composites()), "AWS::CloudWatch::Alarm": len(plan.Deployed().Alarms("prod")), "AWS::ApiGatewayV2::Api": 1,
		} {
			if got := len(ofType(compute, typ)); got != want {
				t.Errorf("compute has %d of %s, want %d", got, typ, want)
			}
		}
		for id, r := range compute.Resources {
			if slices.Contains(stored, r.Type) {
				t.Errorf("compute has %s of %s: it would go with the stack", id, r.Type)
			}
		}
	}
}

// TestDeadLetters: each queue's are of the kind that its sender can use.
func TestDeadLetters(t *testing.T) {
	for _, q := range ofType(parse(t, made["prod"].state), "AWS::SQS::Queue") {
		redrive := text(q.Properties["RedrivePolicy"])
		switch name := text(q.Properties["QueueName"]); {
		case strings.Contains(name, "jobs.fifo"):
			if !strings.Contains(redrive, `"maxReceiveCount":1000`) || !strings.Contains(redrive, "DeadLetters") {
				t.Errorf("%s: %s", name, redrive)
			}
		case strings.Contains(name, "dead-schedules"):
			if q.Properties["FifoQueue"] != nil {
				t.Errorf("%s is FIFO: Scheduler takes no such queue", name)
			}
		}
	}
}

// TestRolesAreWhatFunctionsNeed: each role allows what the plan says, and that is
// what the function was seen to call.
func TestRolesAreWhatFunctionsNeed(t *testing.T) {
	compute := parse(t, made["prod"].compute)
	for _, f := range plan.Deployed().Functions {
		r := roleOf(t, compute, f.FunctionName("prod"))
		allowed := map[string]bool{}
		for _, m := range regexp.MustCompile(`"([a-z-]+:[A-Za-z]+)"`).FindAllStringSubmatch(text(r.Properties["Policies"]), -1) {
			if m[1] != "iam:PassedToService" {
				allowed[m[1]] = true
			}
		}
		planned := map[string]bool{}
		for _, right := range f.Rights {
			for _, a := range right.Actions {
				planned[a] = true
			}
		}
		for a := range allowed {
			if !planned[a] {
				t.Errorf("%s may %s, which the plan does not say", f.Name, a)
			}
		}
		for a := range planned {
			if !allowed[a] {
				t.Errorf("%s may not %s, which the plan says", f.Name, a)
			}
		}
		for _, a := range seen(t, f.Name) {
			if !allowed[a] {
				t.Errorf("%s was seen to call %s, and may not", f.Name, a)
			}
		}
	}
}

// seen are the actions that the tests of the functions have noted.
func seen(t *testing.T, name string) (out []string) {
	t.Helper()
	js, err := os.ReadFile(filepath.Join("..", "plan", "testdata", "calls", name+".json"))
	if os.IsNotExist(err) {
		t.Logf("the calls of %s have not been noted", name)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"([a-z-]+:[A-Za-z]+)[" ]`).FindAllStringSubmatch(string(js), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("no call of %s can be read from %s", name, js)
	}
	return out
}

// find answers the resource of a type in which a text occurs.
func find(t policy.Template, typ, what string) (policy.Resource, bool) {
	for _, r := range ofType(t, typ) {
		if strings.Contains(text(r.Properties), what) {
			return r, true
		}
	}
	return policy.Resource{}, false
}

// roleOf answers the role that a function has, by the function's name.
func roleOf(t *testing.T, compute policy.Template, function string) policy.Resource {
	t.Helper()
	f, _ := find(compute, "AWS::Lambda::Function", `"FunctionName":"`+function+`"`)
	m := regexp.MustCompile(`^\{"Fn::GetAtt":\["([A-Za-z0-9]+)","Arn"\]\}$`).FindStringSubmatch(text(f.Properties["Role"]))
	if m == nil || compute.Resources[m[1]].Type != "AWS::IAM::Role" {
		t.Fatalf("%s has the role %s", function, text(f.Properties["Role"]))
	}
	return compute.Resources[m[1]]
}

// TestFunctions: names, memory, timeouts and variables are the plan's, which
// template.yaml is made from too.
func TestFunctions(t *testing.T) {
	compute := parse(t, made["prod"].compute)
	for _, f := range plan.Deployed().Functions {
		r, ok := find(compute, "AWS::Lambda::Function", `"FunctionName":"`+f.FunctionName("prod")+`"`)
		if !ok {
			t.Errorf("%s is missing", f.Name)
			continue
		}
		if r.Properties["MemorySize"] != float64(f.MemoryMB) || r.Properties["Timeout"] != f.Timeout.Seconds() || r.Properties["RecursiveLoop"] != "Terminate" {
			t.Errorf("%s: memory %v, timeout %v, recursion %v", f.Name, r.Properties["MemorySize"], r.Properties["Timeout"], r.Properties["RecursiveLoop"])
		}
		env := text(r.Properties["Environment"])
		for _, v := range f.Environment {
			if !strings.Contains(env, `"`+v.Name+`":`) {
				t.Errorf("%s: %s is not set", f.Name, v.Name)
			}
		}
		if n := strings.Count(env, `"BACKROOM_`); n != len(f.Environment) {
			t.Errorf("%s: %d variables, the plan has %d", f.Name, n, len(f.Environment))
		}
	}
	for _, m := range ofType(compute, "AWS::Lambda::EventSourceMapping") {
		if !strings.Contains(text(m.Properties["ScalingConfig"]), fmt.Sprint(plan.Concurrency)) {
			t.Errorf("mapping %s", text(m.Properties))
		}
	}
}

// TestARegisteredTaskIsDeployed: whoever registers a task gets its function,
// role, log group and alarms, and the dispatcher may call it.
func TestARegisteredTaskIsDeployed(t *testing.T) {
	fake := task.Definition{Name: "water-plants", Title: "Water the plants", MemoryMB: 128, Entry: jobqueue.Entry{Category: "garden", MaxAttempts: 3}}
	p := plan.Of(fake)
	code := t.TempDir()
	if err := programs(code, p); err != nil {
		t.Fatal(err)
	}
	both, err := synthesise(map[string]any{"stage": "dev", "code": code}, p)
	if err != nil {
		t.Fatal(err)
	}
	compute := parse(t, both.compute)
	for _, wrong := range policy.Check(compute, policy.Rules...) {
		t.Error(wrong)
	}
	for typ, what := range map[string]string{
		"AWS::Lambda::Function":  `"FunctionName":"backroom-dev-water-plants"`,
		"AWS::Logs::LogGroup":    `/backroom/dev/water-plants"`,
		"AWS::CloudWatch::Alarm": `"AlarmName":"backroom-dev-crashes-water-plants"`,
	} {
		if _, ok := find(compute, typ, what); !ok {
			t.Errorf("there is no %s with %s", typ, what)
		}
	}
	roleOf(t, compute, "backroom-dev-water-plants")
	if rights := text(roleOf(t, compute, "backroom-dev-dispatch").Properties["Policies"]); !strings.Contains(rights, "WaterPlants") {
		t.Errorf("the dispatcher may call: %s", rights)
	}
}

// TestARestoredTable: what works goes over to it, in settings and rights, and the
// state stack stays as it is, so that either may be deployed first.
func TestARestoredTable(t *testing.T) {
	code := t.TempDir()
	if err := programs(code, plan.Deployed()); err != nil {
		t.Fatal(err)
	}
	both, err := synthesise(map[string]any{"stage": "prod", "code": code, "table": "backroom-prod-restored"}, plan.Deployed())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(both.state, made["prod"].state) {
		t.Error("the state stack changes")
	}
	compute := parse(t, both.compute)
	for _, wrong := range policy.Check(compute, policy.Rules...) {
		t.Error(wrong)
	}
	for _, f := range plan.Deployed().Functions {
		fn, _ := find(compute, "AWS::Lambda::Function", `"FunctionName":"`+f.FunctionName("prod")+`"`)
		if env := text(fn.Properties["Environment"]); !strings.Contains(env, `"BACKROOM_TABLE":"backroom-prod-restored"`) {
			t.Errorf("%s: %s", f.Name, env)
		}
		if rights := text(roleOf(t, compute, f.FunctionName("prod")).Properties["Policies"]); !strings.Contains(rights, ":table/backroom-prod-restored") || strings.Contains(rights, "FnGetAttTable") {
			t.Errorf("%s may: %s", f.Name, rights)
		}
	}
}

// TestWhoIsPaged: what has to wake somebody does, what has not does not.
func TestWhoIsPaged(t *testing.T) {
	compute := parse(t, made["prod"].compute)
	for name, topic := range map[string]string{
		"run-failed": "Pages", "sides-down": "Pages", "app-refused": "Pages", "dead-letters": "Pages", "stuck-categories": "Pages", "sweeper-dead": "Pages",
		"table-throttled": "Pages", "api-errors": "Pages", "crashes-dispatch": "Pages", "throttles": "Warnings", "near-timeout-dispatch": "Warnings",
		"failing-now": "null", "failing-hour": "null", "overdue": "null", // composites tell
	} {
		a, ok := find(compute, "AWS::CloudWatch::Alarm", `"AlarmName":"backroom-prod-`+name+`"`)
		if actions := text(a.Properties["AlarmActions"]); !ok || !strings.Contains(actions, topic) {
			t.Errorf("%s tells %s, want %s", name, actions, topic)
		}
		missing, warmUp := "notBreaching", "null"
		if name == "sweeper-dead" {
			missing, warmUp = "breaching", `{"WarmUpPeriodDurationInMinutes":30}`
		}
		if a.Properties["TreatMissingData"] != missing || text(a.Properties["WarmUpConfiguration"]) != warmUp {
			t.Errorf("%s: missing data is %v, it warms up %s", name, a.Properties["TreatMissingData"], text(a.Properties["WarmUpConfiguration"]))
		}
	}
	for name, want := range map[string][]string{
		"shops-failing":     {"Pages", "sidesdown", "failingnow", `"ActionsSuppressorWaitPeriod":180`, `"ActionsSuppressorExtensionPeriod":3600`},
		"shop-failing":      {"Warnings", "sidesdown", "failinghour", `"ActionsSuppressorWaitPeriod":60`},
		"shop-failing-long": {"Pages", "sidesdown", "failingfourhours"},
		"missed-schedules":  {"Pages", "overdue", "scheduleerrors"},
	} {
		c, ok := find(compute, "AWS::CloudWatch::CompositeAlarm", `"AlarmName":"backroom-prod-`+name+`"`)
		for _, w := range want {
			if !ok || !strings.Contains(strings.ReplaceAll(text(c.Properties), "-", ""), w) {
				t.Errorf("the composite %s has no %s: %s", name, w, text(c.Properties))
			}
		}
	}
}

// TestWhatAlarmsLookAt: names that only the deployment knows are resolved, also
// those of a restored table.
func TestWhatAlarmsLookAt(t *testing.T) {
	for name, want := range map[string][]string{
		"table-throttled":       {`{"Name":"TableName","Value":{"Fn::ImportValue":`, `"Value":"index1"`, `"MetricName":"WriteThrottleEvents"`},
		"api-errors":            {`{"Name":"ApiId","Value":{"Ref":"API`},
		"unread-metrics-sweep":  {`{"Name":"LogGroupName","Value":"/backroom/prod/sweep"}`},
		"crashes-sync-orders":   {`{"Name":"FunctionName","Value":"backroom-prod-sync-orders"}`, `"Period":1200`},
		"undelivered-schedules": {`"MetricName":"UndeliveredSchedules"`, `{"Name":"Stage","Value":"prod"}`},
	} {
		a, ok := find(parse(t, made["prod"].compute), "AWS::CloudWatch::Alarm", `"AlarmName":"backroom-prod-`+name+`"`)
		for _, w := range want {
			if js := text(a.Properties); !ok || !strings.Contains(js, w) || strings.Contains(js, "{table}") || strings.Contains(js, "{api}") {
				t.Errorf("%s has no %s: %s", name, w, js)
			}
		}
	}
}

// asset is a hash of code, which is no part of what the golden files hold.
var asset = regexp.MustCompile(`[0-9a-f]{64}`)

// TestGolden shows a change of the templates to whoever reviews it.
func TestGolden(t *testing.T) {
	for part, js := range map[string][]byte{"state": made["prod"].state, "compute": made["prod"].compute} {
		got := asset.ReplaceAll(js, []byte("HASH"))
		path := filepath.Join("testdata", "prod-"+part+".json")
		if *update {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s has changed: look at the change after `go test . -run TestGolden -update`", path)
		}
	}
}

// TestSweepIsNotRepeated: Lambda's own repeats would run beside the next sweeps.
func TestSweepIsNotRepeated(t *testing.T) {
	all := ofType(parse(t, made["prod"].compute), "AWS::Lambda::EventInvokeConfig")
	if len(all) != 1 || all[0].Properties["MaximumRetryAttempts"] != 0.0 || all[0].Properties["MaximumEventAgeInSeconds"] != 60.0 || !strings.Contains(text(all[0].Properties["FunctionName"]), "Sweep") {
		t.Errorf("asynchronous calls: %s", text(all))
	}
}

// TestFormerRoles: for one deployment the roles of before stay as they were,
// beside those without a name, which everything works with already.
func TestFormerRoles(t *testing.T) {
	code := t.TempDir()
	if err := programs(code, plan.Deployed()); err != nil {
		t.Fatal(err)
	}
	both, err := synthesise(map[string]any{"stage": "prod", "code": code, "formerRoles": "kept"}, plan.Deployed())
	if err != nil {
		t.Fatal(err)
	}
	with, without := parse(t, both.compute), parse(t, made["prod"].compute)
	var names []string
	for id, r := range with.Resources {
		has, ok := without.Resources[id]
		switch {
		case ok && text(has) == text(r):
		case r.Type != "AWS::IAM::Role" || ok:
			t.Errorf("%s (%s) differs", id, r.Type)
		default:
			names = append(names, text(r.Properties["RoleName"]))
		}
	}
	// What releases called them that named their roles.
	want := []string{`"backroom-prod-schedules"`, `"backroom-prod-sweep-schedule"`}
	for _, f := range plan.Deployed().Functions {
		want = append(want, `"backroom-prod-`+f.Name+`"`)
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("the roles of before are %s, want %s", names, want)
	}
	for _, id := range []string{"ScheduleRole", "DispatchRole", "SyncOrdersRole", "SweepScheduleRole"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(with.Resources)), regexp.MustCompile("^"+id+"[0-9A-F]{8}$").MatchString) {
			t.Errorf("there is no %s: another id would be another role", id)
		}
	}
}

// TestAFailedCreationLeavesNothing: what stays when a stack is deleted goes when
// its creation fails (the policy's rules), and what cannot be deleted is made when
// nothing else can fail any more.
func TestAFailedCreationLeavesNothing(t *testing.T) {
	for stage, both := range made {
		state := parse(t, both.state)
		for id, r := range state.Resources {
			if r.Type != "AWS::DynamoDB::Table" {
				continue
			}
			before := text(r.DependsOn)
			for other := range state.Resources {
				if other != id && !strings.Contains(before, `"`+other+`"`) {
					t.Errorf("%s: %s may be made before %s, and could not be deleted if that failed", stage, id, other)
				}
			}
		}
	}
}

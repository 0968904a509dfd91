// Package policy checks a synthesised CloudFormation template against what must
// never be deployed otherwise. It knows JSON and nothing of CDK, so that it also
// judges what CDK adds by itself.
package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Template is a CloudFormation template.
type Template struct {
	Resources map[string]Resource
	Outputs   map[string]Output
}

// Output is a value that a template shows, and may export by a name.
type Output struct {
	Value  any
	Export map[string]any
}

// Resource is one resource of it.
type Resource struct {
	Type                string
	Properties          map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
	DependsOn           any // one name, or a list of them

	composed bool // an alarm that a composite alarm tells of
}

// Parse reads a template.
func Parse(js []byte) (t Template, err error) {
	if err = json.Unmarshal(js, &t); err == nil && len(t.Resources) == 0 { //nolint:musttag // CloudFormation's own names
		err = fmt.Errorf("template: no resources")
	}
	return t, err
}

// Rule is one thing that must hold of every resource of a type.
type Rule struct {
	Name  string
	Type  string // "" for all
	Check func(r Resource, text func(any) string) string
}

// Rules hold in each stage; those of Kept in stages whose data outlives them.
var Rules = []Rule{
	{"no statement allows everything", "", wildcards},
	{"functions are arm64, log to a group that ends, and end before their caller", "AWS::Lambda::Function", function},
	{"environments hold no secrets", "AWS::Lambda::Function", environment},
	{"logs end", "AWS::Logs::LogGroup", required("RetentionInDays")},
	{"queues are encrypted and keep messages for 14 days", "AWS::SQS::Queue", queue},
	{"tables can be restored", "AWS::DynamoDB::Table", table},
	{"keys rotate", "AWS::KMS::Key", is("EnableKeyRotation", true)},
	{"the mapping takes one message, reports what comes again, and is bounded", "AWS::Lambda::EventSourceMapping", mapping},
	{"alarms tell somebody what to do", "AWS::CloudWatch::Alarm", alarm},
	{"composite alarms tell somebody what to do", "AWS::CloudWatch::CompositeAlarm", alarm},
	{"routes know their caller", "AWS::ApiGatewayV2::Route", route},
	{"roles have no rights by others' policies", "AWS::IAM::Role", role},
	{"roles have no name of their own", "AWS::IAM::Role", unnamed},
	{"schedules do not drift into another minute", "AWS::Scheduler::Schedule", schedule},
}

// Kept are the rules of stages whose data outlives their stack.
var Kept = []Rule{
	{"tables cannot be deleted by mistake", "AWS::DynamoDB::Table", is("DeletionProtectionEnabled", true)},
	{"tables outlive the stack", "AWS::DynamoDB::Table", retained},
	{"queues outlive the stack", "AWS::SQS::Queue", retained},
	{"keys outlive the stack", "AWS::KMS::Key", retained},
	{"secrets outlive the stack", "AWS::SecretsManager::Secret", retained},
}

// Forced are the wildcards that AWS forces, by a part of the resource, and why.
var Forced = map[string]string{
	"log-group:": "Lambda names the streams of a function's own group",
	"schedule/":  "the shops' schedules come and go in their group",
}

// Check answers what is wrong with t, by resource and rule.
func Check(t Template, rules ...Rule) (wrong []string) {
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		r := t.Resources[id]
		r.composed = t.composed(id)
		for _, rule := range rules {
			if rule.Type != "" && rule.Type != r.Type {
				continue
			}
			if what := rule.Check(r, text); what != "" {
				wrong = append(wrong, fmt.Sprintf("%s (%s): %s: %s", id, r.Type, rule.Name, what))
			}
		}
	}
	return wrong
}

// composed reports whether a composite alarm rings when the alarm id does.
func (t Template) composed(id string) bool {
	for _, r := range t.Resources {
		if r.Type == "AWS::CloudWatch::CompositeAlarm" && strings.Contains(text(r.Properties["AlarmRule"]), `"`+id+`"`) {
			return true
		}
	}
	return false
}

// text is a value with its references spelled out.
func text(v any) string {
	js, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(js)
}

func required(name string) func(Resource, func(any) string) string {
	return func(r Resource, _ func(any) string) string {
		if r.Properties[name] == nil {
			return name + " is missing"
		}
		return ""
	}
}

func is(name string, want any) func(Resource, func(any) string) string {
	return func(r Resource, _ func(any) string) string {
		if got := r.Properties[name]; got != want {
			return fmt.Sprintf("%s is %v, must be %v", name, got, want)
		}
		return ""
	}
}

// merchants is the key of the one route whose callers the function tells: by
// session tokens, which no authorizer of the gateway can check.
const merchants = "ANY /v1/{proxy+}"

func route(r Resource, text func(any) string) string {
	if r.Properties["RouteKey"] == merchants && r.Properties["AuthorizationType"] == "NONE" {
		return ""
	}
	return is("AuthorizationType", "AWS_IAM")(r, text)
}

func retained(r Resource, _ func(any) string) string {
	if r.DeletionPolicy != "RetainExceptOnCreate" || r.UpdateReplacePolicy != "Retain" {
		return fmt.Sprintf("deletion %q, must be RetainExceptOnCreate, or a failed creation leaves it; replacement %q, must be Retain", r.DeletionPolicy, r.UpdateReplacePolicy)
	}
	return ""
}

// documents are the policy documents anywhere inside v.
func documents(v any) (out []map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["Statement"]; ok {
			return []map[string]any{v}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, documents(v[k])...)
		}
	case []any:
		for _, e := range v {
			out = append(out, documents(e)...)
		}
	}
	return out
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func wildcards(r Resource, text func(any) string) string {
	for _, d := range documents(r.Properties) {
		for _, s := range list(d["Statement"]) {
			st, ok := s.(map[string]any)
			if !ok || st["Effect"] == "Deny" {
				continue
			}
			// A key's policy speaks of its own key as *, and AWS wants the account to keep the rights on it.
			key := r.Type == "AWS::KMS::Key"
			for _, a := range list(st["Action"]) {
				if strings.Contains(text(a), "*") && !key {
					return "action " + text(a)
				}
			}
			if st["NotAction"] != nil || st["NotResource"] != nil || st["NotPrincipal"] != nil {
				return "allows all but something"
			}
			for _, res := range list(st["Resource"]) {
				what := text(res)
				if !strings.Contains(what, "*") || key {
					continue
				}
				forced := false
				for part := range Forced {
					// The wildcard must be what follows, not what the part is in.
					if _, after, ok := strings.Cut(what, part); ok && strings.Count(what, "*") == strings.Count(after, "*") {
						forced = true
					}
				}
				if !forced {
					return "resource " + what
				}
			}
			for _, p := range list(st["Principal"]) {
				if strings.Contains(text(p), `"*"`) {
					return "principal *"
				}
			}
		}
	}
	return ""
}

func number(v any) float64 {
	n, _ := v.(float64)
	return n
}

func function(r Resource, text func(any) string) string {
	p := r.Properties
	switch {
	case text(p["Architectures"]) != `["arm64"]`:
		return "architectures " + text(p["Architectures"])
	case p["Runtime"] != "provided.al2023":
		return "runtime " + text(p["Runtime"])
	case !strings.Contains(text(p["LoggingConfig"]), "LogGroup") || !strings.Contains(text(p["LoggingConfig"]), "JSON"):
		return "logging " + text(p["LoggingConfig"])
	case number(p["Timeout"]) < 1 || number(p["Timeout"]) > 900:
		return "timeout " + text(p["Timeout"])
	case number(p["MemorySize"]) < 128:
		return "memory " + text(p["MemorySize"])
	}
	return ""
}

func environment(r Resource, text func(any) string) string {
	env, _ := r.Properties["Environment"].(map[string]any)
	vars, _ := env["Variables"].(map[string]any)
	for name, v := range vars {
		upper := strings.ToUpper(name)
		for _, word := range []string{"TOKEN", "PASSWORD", "CLIENT_SECRET", "_KEY"} {
			if strings.Contains(upper, word) {
				return name + " names a secret"
			}
		}
		if strings.Contains(text(v), "{{resolve:") {
			return name + " resolves a secret into the environment"
		}
	}
	return ""
}

func queue(r Resource, text func(any) string) string {
	p := r.Properties
	name := text(p["QueueName"])
	switch fifo := strings.HasSuffix(name, `.fifo"`); {
	case p["SqsManagedSseEnabled"] != true && p["KmsMasterKeyId"] == nil:
		return "not encrypted"
	case number(p["MessageRetentionPeriod"]) != 14*24*3600:
		return "retention " + text(p["MessageRetentionPeriod"])
	case fifo != (p["FifoQueue"] == true):
		return "its name and FifoQueue do not agree"
	case p["RedrivePolicy"] == nil:
		return "" // a queue of dead letters
	case !fifo || p["ContentBasedDeduplication"] != true || p["DeduplicationScope"] != "messageGroup" || p["FifoThroughputLimit"] != "perMessageGroupId":
		return "no FIFO queue of high throughput with content-based deduplication"
	case number(p["VisibilityTimeout"]) < 900:
		return "visibility " + text(p["VisibilityTimeout"]) + ", less than the dispatcher's time-out"
	}
	return ""
}

func table(r Resource, text func(any) string) string {
	p := r.Properties
	pitr, _ := p["PointInTimeRecoverySpecification"].(map[string]any)
	switch {
	case pitr["PointInTimeRecoveryEnabled"] != true:
		return "no point-in-time recovery"
	case p["BillingMode"] != "PAY_PER_REQUEST":
		return "billing " + text(p["BillingMode"])
	case !strings.Contains(text(p["TimeToLiveSpecification"]), `"expires"`):
		return "time to live " + text(p["TimeToLiveSpecification"])
	}
	return ""
}

func mapping(r Resource, text func(any) string) string {
	p := r.Properties
	scaling, _ := p["ScalingConfig"].(map[string]any)
	switch {
	case number(p["BatchSize"]) != 1:
		return "batch size " + text(p["BatchSize"])
	case text(p["FunctionResponseTypes"]) != `["ReportBatchItemFailures"]`:
		return "response types " + text(p["FunctionResponseTypes"])
	case number(scaling["MaximumConcurrency"]) < 2:
		return "maximum concurrency " + text(scaling["MaximumConcurrency"])
	case p["FilterCriteria"] != nil:
		return "a filter deletes what it does not match"
	}
	return ""
}

func alarm(r Resource, text func(any) string) string {
	p := r.Properties
	switch {
	case len(list(p["AlarmActions"])) == 0 && !r.composed:
		return "no action"
	case !strings.Contains(text(p["AlarmDescription"]), "docs/runbook.md#"):
		return "its description names no section of the runbook"
	case r.Type == "AWS::CloudWatch::Alarm" && p["TreatMissingData"] == nil:
		return "missing data is not decided about"
	}
	return ""
}

func role(r Resource, text func(any) string) string {
	if p := r.Properties["ManagedPolicyArns"]; p != nil {
		return "managed policies " + text(p)
	}
	return ""
}

// unnamed: names of roles are global in an account, and a fixed one keeps a stage
// out of a second region.
func unnamed(r Resource, text func(any) string) string {
	if n := r.Properties["RoleName"]; n != nil {
		return "name " + text(n)
	}
	return ""
}

func schedule(r Resource, text func(any) string) string {
	if w := text(r.Properties["FlexibleTimeWindow"]); w != `{"Mode":"OFF"}` {
		return "flexible window " + w
	}
	return ""
}

package policy

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// alarms is the principal that runs an alarm's actions.
const alarms = "cloudwatch.amazonaws.com"

// Unheard are the alarms whose action cannot succeed, each with the reason: its
// topic, or the topic's key, does not let CloudWatch publish for that alarm.
// CloudWatch itself checks no such thing: a refused action is a line of history.
// The templates are those that import each other's values.
func Unheard(ts ...Template) (wrong []string) {
	for _, t := range ts {
		for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
			r := t.Resources[id]
			if r.Type != "AWS::CloudWatch::Alarm" && r.Type != "AWS::CloudWatch::CompositeAlarm" {
				continue
			}
			name := flat(r.Properties["AlarmName"]) + flat(r.Properties["CompositeAlarmName"])
			arn := "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:" + name
			for _, kind := range []string{"AlarmActions", "OKActions", "InsufficientDataActions"} {
				for _, action := range list(r.Properties[kind]) {
					if what := refused(ts, t, action, arn); what != "" {
						wrong = append(wrong, id+" ("+name+"): "+what)
					}
				}
			}
		}
	}
	return wrong
}

// refused is why an alarm may not publish to the topic that action names; "": it may.
func refused(ts []Template, in Template, action any, alarm string) string {
	home, topic := resolve(ts, in, action)
	t, ok := home.Resources[topic]
	if !ok || t.Type != "AWS::SNS::Topic" {
		return "its action " + text(action) + " is no topic of these templates"
	}
	if key := t.Properties["KmsMasterKeyId"]; key != nil {
		khome, id := resolve(ts, home, key)
		k, ok := khome.Resources[id]
		if !ok || !admitted([]any{k.Properties["KeyPolicy"]}, "kms:Decrypt", "*", alarm) || !admitted([]any{k.Properties["KeyPolicy"]}, "kms:GenerateDataKey", "*", alarm) {
			return "the key of topic " + topic + " does not let " + alarms + " decrypt and make data keys"
		}
	}
	var policies []any
	for _, r := range home.Resources {
		if r.Type != "AWS::SNS::TopicPolicy" {
			continue
		}
		for _, of := range list(r.Properties["Topics"]) {
			if flat(of) == "${"+topic+"}" {
				policies = append(policies, r.Properties["PolicyDocument"])
			}
		}
	}
	// A topic without a policy of its own has the default, which admits the account.
	if len(policies) > 0 && !admitted(policies, "sns:Publish", "${"+topic+"}", alarm) {
		return "the policy of topic " + topic + " replaces the default and does not let " + alarms + " publish"
	}
	return ""
}

// resolve is the resource that a reference leads to, and the template it is in.
func resolve(ts []Template, in Template, v any) (home Template, id string) {
	if m, ok := v.(map[string]any); ok && m["Fn::ImportValue"] != nil {
		name := flat(m["Fn::ImportValue"])
		for _, t := range ts {
			for _, o := range t.Outputs {
				if flat(o.Export["Name"]) == name {
					return resolve(ts, t, o.Value)
				}
			}
		}
		return in, name
	}
	id = strings.TrimSuffix(strings.TrimPrefix(flat(v), "${"), "}")
	return in, strings.TrimSuffix(id, ".Arn")
}

// admitted decides as IAM does for a call over TLS that CloudWatch makes for an
// alarm of this account: no Deny applies, and an Allow does.
func admitted(documents []any, action, resource, alarm string) (ok bool) {
	for _, d := range documents {
		doc, _ := d.(map[string]any)
		for _, s := range list(doc["Statement"]) {
			st, _ := s.(map[string]any)
			if !names(st["Principal"]) || !matches(st["Action"], action) || !matches(st["Resource"], resource) {
				continue
			}
			switch applies := conditions(st["Condition"], alarm); {
			case st["Effect"] == "Deny" && applies:
				return false
			case st["Effect"] == "Allow" && applies:
				ok = true
			}
		}
	}
	return ok
}

// names reports whether a statement's principal takes in CloudWatch.
func names(principal any) bool {
	m, ok := principal.(map[string]any)
	if !ok {
		return principal == "*"
	}
	return m["AWS"] == "*" || matches(m["Service"], alarms)
}

// matches reports whether one of the patterns matches the text.
func matches(patterns any, text string) bool {
	return slices.ContainsFunc(list(patterns), func(p any) bool {
		ok, err := path.Match(strings.ReplaceAll(flat(p), "/", "|"), strings.ReplaceAll(text, "/", "|"))
		return ok && err == nil
	})
}

// conditions reports whether all hold. One that is not known holds not: nobody
// has thought about what it does to alarms.
func conditions(v any, alarm string) bool {
	given := map[string]string{"aws:SourceAccount": "${AWS::AccountId}", "aws:SourceArn": alarm, "aws:SecureTransport": "true"}
	all, _ := v.(map[string]any)
	for operator, keys := range all {
		m, _ := keys.(map[string]any)
		for key, want := range m {
			has, ok := given[key]
			switch operator {
			case "StringEquals", "Bool":
				ok = ok && slices.ContainsFunc(list(want), func(w any) bool { return flat(w) == has })
			case "ArnLike", "StringLike":
				ok = ok && matches(want, has)
			default:
				ok = false
			}
			if !ok {
				return false
			}
		}
	}
	return true
}

// flat is a value as one text, its references in the form of Fn::Sub.
func flat(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		if ref, ok := v["Ref"].(string); ok {
			return "${" + ref + "}"
		}
		if at := list(v["Fn::GetAtt"]); len(at) == 2 {
			return fmt.Sprintf("${%v.%v}", at[0], at[1])
		}
		if join := list(v["Fn::Join"]); len(join) == 2 {
			var parts []string
			for _, p := range list(join[1]) {
				parts = append(parts, flat(p))
			}
			return strings.Join(parts, flat(join[0]))
		}
	}
	return text(v)
}

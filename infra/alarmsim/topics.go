package alarmsim

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// topics are the names of the topics by ARN.
func (s *Stacks) topics() map[string]string {
	out := map[string]string{}
	for _, id := range s.of("AWS::SNS::Topic") {
		out[s.arn(id)] = s.name(id)
	}
	return out
}

// mayPublish reports whether CloudWatch may publish to a topic in the name of an
// alarm. A topic without a policy admits its account, and with it the account's alarms.
func (s *Stacks) mayPublish(topic, alarm string) (bool, error) {
	admitted, policies := false, 0
	for _, id := range s.of("AWS::SNS::TopicPolicy") {
		p := s.resources[id].Properties
		of, err := s.list(p["Topics"])
		if err != nil {
			return false, err
		}
		if !slices.Contains(of, topic) {
			continue
		}
		policies++
		doc, _ := p["PolicyDocument"].(map[string]any)
		list, _ := doc["Statement"].([]any)
		for _, x := range list {
			st, _ := x.(map[string]any)
			applies, err := s.applies(st, topic, alarm)
			switch {
			case err != nil:
				return false, err
			case applies && st["Effect"] == "Deny":
				return false, nil
			}
			admitted = admitted || applies
		}
	}
	return admitted || policies == 0, nil
}

// applies reports whether a statement is about an alarm's publishing to a topic.
func (s *Stacks) applies(st map[string]any, topic, alarm string) (bool, error) {
	actions, errA := s.list(st["Action"])
	on, errB := s.list(st["Resource"])
	if errA != nil || errB != nil {
		return false, fmt.Errorf("statement %v: %w, %w", st["Sid"], errA, errB)
	}
	to := func(action string) bool {
		return strings.EqualFold(action, "sns:publish") || action == "*" || strings.EqualFold(action, "sns:*")
	}
	if !slices.ContainsFunc(actions, to) || !slices.Contains(on, topic) && !slices.Contains(on, "*") {
		return false, nil
	}
	if who, ok := st["Principal"].(map[string]any); ok {
		services, err := s.list(who["Service"])
		if err != nil || !slices.Contains(services, "cloudwatch.amazonaws.com") {
			return false, err
		}
	} else if st["Principal"] != "*" {
		return false, nil
	}
	conditions, _ := st["Condition"].(map[string]any)
	for operator, x := range conditions {
		keys, _ := x.(map[string]any)
		for key, want := range keys {
			wants, err := s.list(want)
			if err != nil {
				return false, err
			}
			ok, err := condition(operator, key, wants, alarm)
			if err != nil || !ok {
				return false, err
			}
		}
	}
	return true, nil
}

// condition decides about one key of a request that an alarm makes.
func condition(operator, key string, wants []string, alarm string) (bool, error) {
	request := map[string]string{"aws:SourceArn": alarm, "aws:SourceAccount": pseudo["AWS::AccountId"], "aws:SecureTransport": "true"}
	v, ok := request[key]
	if !ok { // a key that the request has not: positive operators are false
		return false, nil
	}
	switch operator {
	case "StringEquals", "Bool":
		return slices.Contains(wants, v), nil
	case "ArnLike", "StringLike":
		return slices.ContainsFunc(wants, func(w string) bool { m, err := path.Match(w, v); return err == nil && m }), nil
	}
	return false, fmt.Errorf("operator %s is not modelled", operator)
}

// list is a text, or a list of them.
func (s *Stacks) list(v any) ([]string, error) {
	xs, ok := v.([]any)
	if !ok {
		if v == nil {
			return nil, nil
		}
		xs = []any{v}
	}
	out := make([]string, len(xs))
	for i, x := range xs {
		var err error
		if out[i], err = s.text(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

package alarmsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Pseudo parameters of the account that everything is in.
var pseudo = map[string]string{
	"AWS::Partition": "aws", "AWS::Region": "eu-north-1", "AWS::AccountId": "123456789012", "AWS::URLSuffix": "amazonaws.com",
}

type resource struct {
	Type       string
	Properties map[string]any
}

// Stacks are the synthesised templates of one stage, read together: what one
// exports, another imports.
type Stacks struct {
	resources map[string]resource
	exports   map[string]any
}

// Read reads templates in CloudFormation's JSON.
func Read(templates ...[]byte) (*Stacks, error) {
	s := &Stacks{resources: map[string]resource{}, exports: map[string]any{}}
	for _, js := range templates {
		var t struct {
			Resources map[string]resource
			Outputs   map[string]struct {
				Value  any
				Export struct{ Name any }
			}
		}
		if err := json.Unmarshal(js, &t); err != nil { //nolint:musttag // CloudFormation's own names
			return nil, err
		}
		for id, r := range t.Resources {
			if _, ok := s.resources[id]; ok {
				return nil, fmt.Errorf("two resources are called %s", id)
			}
			s.resources[id] = r
		}
		for _, o := range t.Outputs {
			if name, ok := o.Export.Name.(string); ok {
				s.exports[name] = o.Value
			}
		}
	}
	return s, nil
}

// of are the logical ids of a type's resources, in order.
func (s *Stacks) of(types ...string) (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(s.resources)) {
		if slices.Contains(types, s.resources[id].Type) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Name is the name of the one resource of a type, or of the first that ends so.
func (s *Stacks) Name(typ, ending string) (string, error) {
	for _, id := range s.of(typ) {
		if name := s.name(id); strings.HasSuffix(name, ending) {
			return name, nil
		}
	}
	return "", fmt.Errorf("no %s whose name ends with %q", typ, ending)
}

// nameOf are the properties that name resources of the types whose names matter.
var nameOf = map[string]string{
	"AWS::CloudWatch::Alarm": "AlarmName", "AWS::CloudWatch::CompositeAlarm": "AlarmName", "AWS::SNS::Topic": "TopicName",
	"AWS::DynamoDB::Table": "TableName", "AWS::DynamoDB::GlobalTable": "TableName", "AWS::Lambda::Function": "FunctionName", "AWS::SQS::Queue": "QueueName",
	"AWS::Logs::LogGroup": "LogGroupName", "AWS::Scheduler::ScheduleGroup": "Name", "AWS::IAM::Role": "RoleName",
}

// name is what a Ref to a resource gives, as far as it is a name.
func (s *Stacks) name(id string) string {
	r := s.resources[id]
	if name, err := s.text(r.Properties[nameOf[r.Type]]); err == nil && name != "" {
		return name
	}
	return id // CloudFormation makes one up
}

// arn is the ARN of a resource.
func (s *Stacks) arn(id string) string {
	name := s.name(id)
	where := pseudo["AWS::Region"] + ":" + pseudo["AWS::AccountId"] + ":"
	switch s.resources[id].Type {
	case "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm":
		return "arn:aws:cloudwatch:" + where + "alarm:" + name
	case "AWS::SNS::Topic":
		return "arn:aws:sns:" + where + name
	case "AWS::SQS::Queue":
		return "arn:aws:sqs:" + where + name
	}
	return "arn:aws:" + strings.ToLower(s.resources[id].Type) + ":" + where + name
}

// text is a value as CloudFormation makes it; nil is "".
func (s *Stacks) text(v any) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case string:
		return x, nil
	case float64, bool:
		return fmt.Sprint(x), nil
	case map[string]any:
		if len(x) == 1 {
			for f, arg := range x {
				return s.call(f, arg)
			}
		}
	}
	return "", fmt.Errorf("%v is no text", v)
}

func (s *Stacks) call(function string, arg any) (string, error) {
	switch a := arg.(type) {
	case string:
		switch function {
		case "Ref":
			return s.ref(a)
		case "Fn::ImportValue":
			v, ok := s.exports[a]
			if !ok {
				return "", fmt.Errorf("nothing exports %s", a)
			}
			return s.text(v)
		}
	case []any:
		switch function {
		case "Fn::GetAtt":
			return s.attribute(fmt.Sprint(a[0]), fmt.Sprint(a[1]))
		case "Fn::Join":
			return s.join(a)
		}
	}
	return "", fmt.Errorf("%s of %v is not modelled", function, arg)
}

func (s *Stacks) ref(id string) (string, error) {
	if v, ok := pseudo[id]; ok {
		return v, nil
	}
	r, ok := s.resources[id]
	switch {
	case !ok:
		return "", fmt.Errorf("no resource is called %s", id)
	case r.Type == "AWS::SNS::Topic":
		return s.arn(id), nil
	}
	return s.name(id), nil
}

func (s *Stacks) attribute(id, name string) (string, error) {
	if _, ok := s.resources[id]; !ok {
		return "", fmt.Errorf("no resource is called %s", id)
	}
	if name == "Arn" || name == "TopicArn" {
		return s.arn(id), nil
	}
	return s.name(id), nil
}

func (s *Stacks) join(args []any) (string, error) {
	parts, ok := args[len(args)-1].([]any)
	by, isText := args[0].(string)
	if len(args) != 2 || !ok || !isText {
		return "", fmt.Errorf("Fn::Join of %v", args)
	}
	out := make([]string, len(parts))
	for i, p := range parts {
		var err error
		if out[i], err = s.text(p); err != nil {
			return "", err
		}
	}
	return strings.Join(out, by), nil
}

package policy

import (
	"strings"
	"testing"
)

const (
	heardState = `{"Resources": {
"Pages": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "backroom-prod-pages"}},
"PagesPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Pages"}], "PolicyDocument": {"Statement": [
	{"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": {"Ref": "Pages"}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
	{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish", "Resource": {"Ref": "Pages"},
		"Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
			"ArnLike": {"aws:SourceArn": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":cloudwatch:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":alarm:backroom-prod-*"]]}}}}]}}}},
"Outputs": {"X": {"Value": {"Ref": "Pages"}, "Export": {"Name": "state:Pages"}}}}`
	heardCompute = `{"Resources": {
"One": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "backroom-prod-one", "AlarmActions": [{"Fn::ImportValue": "state:Pages"}]}},
"All": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmName": "backroom-prod-all", "AlarmActions": [{"Fn::ImportValue": "state:Pages"}]}}}}`
	key = `"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"},
	"Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}]}}}, "Pages"`
)

func TestUnheard(t *testing.T) {
	type change struct{ old, to string }
	encrypted := change{`"TopicName": "backroom-prod-pages"`, `"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}`}
	for name, c := range map[string]struct {
		state, compute []change
		want           int // alarms that nobody hears
	}{
		"all may": {},
		"only a Deny, which replaced the default": {state: []change{{`{"Effect": "Allow", "Principal": {"Service"`, `{"Effect": "Deny", "Principal": {"Service"`}}, want: 2},
		"a Deny beside the Allow":                 {state: []change{{`"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`}}, want: 2},
		"another service":                         {state: []change{{"cloudwatch.amazonaws.com", "events.amazonaws.com"}}, want: 2},
		"another right":                           {state: []change{{`amazonaws.com"}, "Action": "sns:Publish"`, `amazonaws.com"}, "Action": "sns:Subscribe"`}}, want: 2},
		"another topic's policy": {state: []change{{`"Resource": {"Ref": "Pages"},
		"Condition"`, `"Resource": {"Ref": "Other"},
		"Condition"`}}, want: 2},
		"another account":                      {state: []change{{`{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}`, `{"StringEquals": {"aws:SourceAccount": "123456789012"}`}}, want: 2},
		"an alarm outside of the names":        {compute: []change{{"backroom-prod-one", "prod-one"}}, want: 1},
		"a condition nobody has thought about": {state: []change{{`"StringEquals": {"aws:SourceAccount"`, `"StringNotEquals": {"aws:SourceAccount"`}}, want: 2},
		"no policy, so the default's":          {state: []change{{`"Topics": [{"Ref": "Pages"}]`, `"Topics": [{"Ref": "Other"}]`}}},
		"an action that is no topic":           {compute: []change{{`"backroom-prod-all", "AlarmActions": [{"Fn::ImportValue": "state:Pages"}]`, `"backroom-prod-all", "AlarmActions": ["x"]`}}, want: 1},
		"encrypted, and the key is missing":    {state: []change{encrypted}, want: 2},
		"encrypted, and the key admits":        {state: []change{encrypted, {`"Pages"`, key}}},
		"encrypted, and the key lacks a right": {state: []change{encrypted, {`"Pages"`, strings.Replace(key, `"kms:GenerateDataKey*"`, `"kms:Sign"`, 1)}}, want: 2},
	} {
		state, compute := heardState, heardCompute
		for _, x := range c.state {
			if !strings.Contains(state, x.old) {
				t.Fatalf("%s: %s is not in the template", name, x.old)
			}
			state = strings.Replace(state, x.old, x.to, 1)
		}
		for _, x := range c.compute {
			compute = strings.Replace(compute, x.old, x.to, 1)
		}
		a, errA := Parse([]byte(state))
		b, errB := Parse([]byte(compute))
		if errA != nil || errB != nil {
			t.Fatal(name, errA, errB)
		}
		if wrong := Unheard(a, b); len(wrong) != c.want {
			t.Errorf("%s: %q, want %d", name, wrong, c.want)
		}
	}
}

package policy

import (
	"strings"
	"testing"
)

const good = `{"Resources": {
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Architectures": ["arm64"], "Runtime": "provided.al2023", "Timeout": 840, "MemorySize": 256,
	"LoggingConfig": {"LogFormat": "JSON", "LogGroup": {"Ref": "Log"}}, "Environment": {"Variables": {"BACKROOM_SECRET": {"Ref": "Apps"}}}}},
"Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": [
	{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": {"Fn::GetAtt": ["Table", "Arn"]}},
	{"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": {"Fn::Join": ["", ["arn:aws:logs:log-group:/backroom/prod/sweep:*"]]}}]}}]}},
"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
"Queue": {"Type": "AWS::SQS::Queue", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain", "Properties": {"QueueName": "q.fifo", "FifoQueue": true, "SqsManagedSseEnabled": true,
	"MessageRetentionPeriod": 1209600, "ContentBasedDeduplication": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId", "VisibilityTimeout": 900, "RedrivePolicy": {}}},
"Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain", "Properties": {"BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
	"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}, "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true}}},
"Key": {"Type": "AWS::KMS::Key", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain", "Properties": {"EnableKeyRotation": true, "KeyPolicy": {"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": "root"}}]}}},
"Secret": {"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain", "Properties": {}},
"Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"BatchSize": 1, "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": 100}}},
"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": ["t"], "AlarmDescription": "x docs/runbook.md#x", "TreatMissingData": "breaching"}},
"Silent": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmDescription": "z docs/runbook.md#z", "TreatMissingData": "notBreaching"}},
"Composite": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmActions": ["t"], "AlarmDescription": "x docs/runbook.md#x", "AlarmRule": {"Fn::Join": ["", ["ALARM(", {"Fn::GetAtt": ["Silent", "Arn"]}, ")"]]}}},
"Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "ANY /operator/{proxy+}", "AuthorizationType": "AWS_IAM"}},
"Merchants": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "ANY /v1/{proxy+}", "AuthorizationType": "NONE"}},
"Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": {"FlexibleTimeWindow": {"Mode": "OFF"}}},
"TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": {"Statement": {"Effect": "Deny", "Action": "sns:*", "Resource": "*", "Principal": "*"}}}}
}}`

func check(t *testing.T, js string) []string {
	t.Helper()
	tpl, err := Parse([]byte(js))
	if err != nil {
		t.Fatalf("%v in %s", err, js)
	}
	return Check(tpl, append(Rules, Kept...)...)
}

func TestGoodTemplate(t *testing.T) {
	if wrong := check(t, good); wrong != nil {
		t.Errorf("%q", wrong)
	}
	if _, err := Parse([]byte(`{}`)); err == nil {
		t.Error("a template of nothing")
	}
}

// Each row changes the good template into one that a rule must refuse.
func TestEachRuleRefuses(t *testing.T) {
	caught := map[string]bool{}
	for _, c := range []struct{ old, bad, rule string }{
		{`["dynamodb:GetItem"]`, `["dynamodb:*"]`, "no statement allows everything"},
		{`["dynamodb:GetItem"]`, `"*"`, "no statement allows everything"},
		{`{"Fn::GetAtt": ["Table", "Arn"]}}`, `"*"}`, "no statement allows everything"},
		{`{"Fn::GetAtt": ["Table", "Arn"]}}`, `["arn:aws:dynamodb:::table/backroom-*"]}`, "no statement allows everything"},
		{`"arn:aws:logs:log-group:/backroom/prod/sweep:*"`, `"arn:aws:logs:*:log-group:/backroom"`, "no statement allows everything"},
		{`"Resource": {"Fn::GetAtt": ["Table", "Arn"]}`, `"NotResource": "x"`, "no statement allows everything"},
		{`{"Effect": "Deny", "Action": "sns:*", "Resource": "*"`, `{"Effect": "Allow", "Action": "sns:Publish", "Resource": "x"`, "no statement allows everything"},
		{`["arm64"]`, `["x86_64"]`, "functions are arm64"},
		{`provided.al2023`, `go1.x`, "functions are arm64"},
		{`"LogGroup": {"Ref": "Log"}`, `"X": 1`, "functions are arm64"},
		{`"Timeout": 840`, `"Timeout": 901`, "functions are arm64"},
		{`"MemorySize": 256`, `"MemorySize": 64`, "functions are arm64"},
		{`{"BACKROOM_SECRET": {"Ref": "Apps"}}`, `{"BC_CLIENT_SECRET": "x"}`, "environments hold no secrets"},
		{`{"BACKROOM_SECRET": {"Ref": "Apps"}}`, `{"X": "{{resolve:secretsmanager:x}}"}`, "environments hold no secrets"},
		{`"RetentionInDays": 30`, `"X": 1`, "logs end"},
		{`"SqsManagedSseEnabled": true`, `"X": 1`, "queues are encrypted"},
		{`1209600`, `345600`, "queues are encrypted"},
		{`"q.fifo"`, `"q"`, "queues are encrypted"},
		{`"ContentBasedDeduplication": true`, `"X": 1`, "queues are encrypted"},
		{`"perMessageGroupId"`, `"perQueue"`, "queues are encrypted"},
		{`"VisibilityTimeout": 900`, `"VisibilityTimeout": 30`, "queues are encrypted"},
		{`"PointInTimeRecoveryEnabled": true`, `"PointInTimeRecoveryEnabled": false`, "tables can be restored"},
		{`"PAY_PER_REQUEST"`, `"PROVISIONED"`, "tables can be restored"},
		{`"AttributeName": "expires"`, `"AttributeName": "ttl"`, "tables can be restored"},
		{`"EnableKeyRotation": true`, `"EnableKeyRotation": false`, "keys rotate"},
		{`"BatchSize": 1`, `"BatchSize": 10`, "the mapping takes one message"},
		{`["ReportBatchItemFailures"]`, `[]`, "the mapping takes one message"},
		{`"MaximumConcurrency": 100`, `"X": 1`, "the mapping takes one message"},
		{`"BatchSize": 1`, `"BatchSize": 1, "FilterCriteria": {}`, "the mapping takes one message"},
		{`"AlarmActions": ["t"], "AlarmDescription": "x docs/runbook.md#x", "TreatMissingData"`, `"AlarmDescription": "x docs/runbook.md#x", "TreatMissingData"`, "alarms tell somebody"},
		{`"x docs/runbook.md#x", "TreatMissingData"`, `"x", "TreatMissingData"`, "alarms tell somebody"},
		{`, "TreatMissingData": "breaching"`, ``, "alarms tell somebody"},
		{`{"AlarmActions": ["t"], "AlarmDescription": "x docs/runbook.md#x", "AlarmRule"`, `{"AlarmDescription": "x docs/runbook.md#x", "AlarmRule"`, "composite alarms tell somebody"},
		{`["Silent", "Arn"]`, `["Alarm", "Arn"]`, "alarms tell somebody"},
		{`"AWS_IAM"`, `"NONE"`, "routes know their caller"},
		{`"ANY /v1/{proxy+}"`, `"ANY /{proxy+}"`, "routes know their caller"},
		{`"AuthorizationType": "NONE"`, `"AuthorizationType": "JWT"`, "routes know their caller"},
		{`"AWS::IAM::Role", "Properties": {`, `"AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn"], `, "roles have no rights"},
		{`"AWS::IAM::Role", "Properties": {`, `"AWS::IAM::Role", "Properties": {"RoleName": "backroom-prod-dispatch", `, "roles have no name"},
		{`{"Mode": "OFF"}`, `{"Mode": "FLEXIBLE"}`, "schedules do not drift"},
		{`"DeletionProtectionEnabled": true`, `"DeletionProtectionEnabled": false`, "tables cannot be deleted"},
		{`"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate"`, `"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete"`, "tables outlive"},
		{`"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate"`, `"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"`, "tables outlive"},
		{`"Type": "AWS::SQS::Queue", "DeletionPolicy": "RetainExceptOnCreate"`, `"Type": "AWS::SQS::Queue"`, "queues outlive"},
		{`"Type": "AWS::KMS::Key", "DeletionPolicy": "RetainExceptOnCreate"`, `"Type": "AWS::KMS::Key"`, "keys outlive"},
		{`"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"`, `"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "RetainExceptOnCreate"`, "secrets outlive"},
	} {
		bad := strings.Replace(good, c.old, c.bad, 1)
		if bad == good {
			t.Errorf("%s is not in the template", c.old)
			continue
		}
		wrong := check(t, bad)
		if len(wrong) != 1 || !strings.Contains(wrong[0], c.rule) {
			t.Errorf("%s: refused for %q, want %s", c.bad, wrong, c.rule)
		}
		caught[c.rule] = true
	}
	for _, r := range append(Rules, Kept...) {
		found := false
		for c := range caught {
			found = found || strings.HasPrefix(r.Name, c)
		}
		if !found {
			t.Errorf("no template is refused for %q", r.Name)
		}
	}
}

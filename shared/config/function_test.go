package config

import (
	"strings"
	"testing"
	"time"
)

func function() map[string]string {
	return map[string]string{
		"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush", "BACKROOM_TABLE": "backroom",
		"BACKROOM_QUEUE_URL": "https://sqs.eu-north-1.amazonaws.com/123456789012/jobs.fifo", "BACKROOM_QUEUE_ARN": "arn:aws:sqs:eu-north-1:123456789012:jobs.fifo",
		"BACKROOM_SCHEDULE_GROUP": "backroom", "BACKROOM_SCHEDULE_ROLE": "arn:aws:iam::123456789012:role/backroom", "BACKROOM_TASK_PREFIX": "backroom-",
	}
}

func TestLoadFunction(t *testing.T) {
	f, err := LoadFunction(lookup(function()))
	if err != nil || f.Dispatch == nil || f.Dispatch.TaskPrefix != "backroom-" || f.Every != 10*time.Minute || f.Endpoint != "" {
		t.Errorf("loaded %+v, %v", f, err)
	}
	m := map[string]string{}
	for k, v := range function() {
		if !strings.HasPrefix(k, "BACKROOM_") || k == "BACKROOM_TABLE" {
			m[k] = v
		}
	}
	if f, err := LoadFunction(lookup(m)); err != nil || f.Dispatch != nil || f.QueueURL != "" || f.Stage != "dev" {
		t.Errorf("a task's function needs no queue: %+v, %v", f.Dispatch, err)
	}
	m["BACKROOM_QUEUE_URL"], m["BACKROOM_STAGE"] = function()["BACKROOM_QUEUE_URL"], "prod"
	if f, err := LoadFunction(lookup(m)); err != nil || f.Dispatch != nil || f.QueueURL != m["BACKROOM_QUEUE_URL"] || f.Stage != "prod" {
		t.Errorf("a function that only sends needs no schedules: %+v, %v", f, err)
	}
	m["BACKROOM_STAGE"] = "Production!"
	if _, err := LoadFunction(lookup(m)); err == nil || !strings.Contains(err.Error(), "BACKROOM_STAGE=") {
		t.Errorf("a stage that names cannot have: %v", err)
	}
}

func TestLoadFunctionNamesEveryProblemAtOnce(t *testing.T) {
	m := function()
	m["BACKROOM_TABLE"], m["BACKROOM_QUEUE_ARN"], m["BACKROOM_SCHEDULE_DLQ"] = "a table", "arn:aws:sqs:eu-north-1:123456789012:jobs", "arn:aws:sqs:eu-north-1:123456789012:dead.fifo"
	delete(m, "BACKROOM_SCHEDULE_ROLE")
	delete(m, "AWS_REGION")
	_, err := LoadFunction(lookup(m))
	if err == nil {
		t.Fatal("want problems")
	}
	for _, want := range []string{"BACKROOM_TABLE=", "BACKROOM_QUEUE_ARN=", "BACKROOM_SCHEDULE_DLQ=", "BACKROOM_SCHEDULE_ROLE is not set", "AWS_REGION is not set"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("a secret shows: %v", err)
	}
}

func TestLoadApps(t *testing.T) {
	m := map[string]string{"SHOPIFY_CLIENT_ID": "a", "SHOPIFY_CLIENT_SECRET": "b", "BC_CLIENT_ID": "c", "BC_CLIENT_SECRET": "d"}
	if a, err := LoadApps(lookup(m)); err != nil || a.BCSecret.Reveal() != "d" || a.ShopifyBaseURL != "" || a.BCTokenURL != "" {
		t.Errorf("loaded %+v, %v", a, err)
	}
	delete(m, "BC_CLIENT_SECRET")
	m["SHOPIFY_BASE_URL"] = "http://example.com"
	_, err := LoadApps(lookup(m))
	if err == nil || !strings.Contains(err.Error(), "BC_CLIENT_SECRET is not set") || !strings.Contains(err.Error(), "SHOPIFY_BASE_URL=") {
		t.Errorf("problems: %v", err)
	}
}

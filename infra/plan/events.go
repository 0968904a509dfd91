package plan

import (
	"encoding/json"
	"fmt"
	"strings"

	"backroom/shared/task"
)

// Event is an event that a function gets, as events/<name>.json has it: a shop
// called sample, on a Monday morning. job is what the queue and the API are asked for.
func (f Function) Event(job string) ([]byte, error) {
	var v any
	switch f.Kind {
	case Dispatch:
		v = dispatchEvent(job)
	case Sweep:
		v = map[string]any{}
	case API:
		v = apiEvent(job)
	case Task:
		v = taskEvent(f.Definition)
	default:
		return nil, fmt.Errorf("function %s: kind %q has no event", f.Name, f.Kind)
	}
	js, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("event of %s: %w", f.Name, err)
	}
	return append(js, '\n'), nil
}

// member keeps the order in which AWS writes objects.
type member struct {
	key   string
	value any
}

type object []member

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		k, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, k...), ':'), v...)
	}
	return append(out, '}'), nil
}

func dispatchEvent(job string) any {
	return object{{"Records", []any{object{
		{"messageId", "19dd0b57-b21e-4ac1-bd88-01bbb068cb78"},
		{"receiptHandle", "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a"},
		{"body", `{"v":1,"shop":"sample","entry":"` + job + `","trigger":"schedule","at":"2026-11-23T08:10:00Z"}`},
		{"attributes", object{
			{"ApproximateReceiveCount", "1"},
			{"SentTimestamp", "1795421405123"},
			{"SequenceNumber", "18849496460467696128"},
			{"MessageGroupId", "sample#orders"},
			{"SenderId", "AROAEXAMPLE:d41d8cd98f00b204e9800998ecf8427e"},
			{"MessageDeduplicationId", "9f2b1b6cf2a64c0e0f0d9f6f0c1f8f3c7a0f9a1d1b6f5f0e7c5c0a4d3b2a1f00"},
			{"ApproximateFirstReceiveTimestamp", "1795421405150"},
		}},
		{"messageAttributes", object{}},
		{"md5OfBody", "b5a1c2f1b4c7b0b0a0e2f6d9e2a4c7d1"},
		{"eventSource", "aws:sqs"},
		{"eventSourceARN", "arn:aws:sqs:eu-north-1:123456789012:backroom-jobs.fifo"},
		{"awsRegion", "eu-north-1"},
	}}}}
}

func taskEvent(d task.Definition) any {
	return object{
		{"shop", "sample"},
		{"entry", d.Name},
		{"task", d.Name},
		{"run", "06b9k2v4m8q0e1s5"},
		{"slice", 1},
		{"lease", object{
			{"scope", "sample"},
			{"category", d.Entry.Category},
			{"owner", "06b9k2v4m8q0e1t7"},
			{"fence", 42},
			{"version", 84},
			{"until", "2026-11-23T08:12:05Z"},
		}},
		{"deadline", "2026-11-23T08:23:05Z"},
	}
}

func apiEvent(job string) any {
	const route = "ANY /operator/{proxy+}"
	path := "/operator/v1/shops/sample/jobs/" + job + "/runs"
	return object{
		{"version", "2.0"},
		{"routeKey", route},
		{"rawPath", path},
		{"rawQueryString", ""},
		{"headers", object{
			{"content-type", "application/json"},
			{"host", "a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com"},
			{"x-forwarded-proto", "https"},
		}},
		{"requestContext", object{
			{"accountId", "123456789012"},
			{"apiId", "a1b2c3d4e5"},
			{"authorizer", object{{"iam", object{
				{"accessKey", "ASIAEXAMPLE"},
				{"accountId", "123456789012"},
				{"callerId", "AROAEXAMPLE:operator"},
				{"userArn", "arn:aws:sts::123456789012:assumed-role/operator/operator"},
				{"userId", "AROAEXAMPLE:operator"},
			}}}},
			{"domainName", "a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com"},
			{"domainPrefix", "a1b2c3d4e5"},
			{"http", object{
				{"method", "POST"}, {"path", path}, {"protocol", "HTTP/1.1"}, {"sourceIp", "192.0.2.1"}, {"userAgent", "curl/8.5.0"},
			}},
			{"requestId", "JKJaXmPLvHcESHA="},
			{"routeKey", route},
			{"stage", "$default"},
			{"time", "23/Nov/2026:08:10:05 +0000"},
			{"timeEpoch", 1795421405123},
		}},
		{"pathParameters", object{{"proxy", strings.TrimPrefix(path, "/operator/")}}},
		{"body", `{"parameters":{}}`},
		{"isBase64Encoded", false},
	}
}

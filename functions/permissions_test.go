package functions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
	"backroom/shared/schedule"
)

// permissions notes which IAM actions the requests of a function need.
type permissions struct {
	inner http.RoundTripper

	mu      sync.Mutex
	actions map[string]bool
	dead    func(action string) bool // the function's process is gone before it asks for this; nil: it lives
}

func (p *permissions) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	p.mu.Lock()
	for _, a := range actions(r, body) {
		p.actions[a] = true
		if p.dead != nil && p.dead(a) {
			p.mu.Unlock()
			return nil, awswire.ErrBroken
		}
	}
	p.mu.Unlock()
	return p.inner.RoundTrip(r)
}

func actions(r *http.Request, body []byte) []string {
	service, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case op == "TransactWriteItems": // needs what each of its actions needs
		var in struct{ TransactItems []map[string]json.RawMessage }
		if err := json.Unmarshal(body, &in); err != nil { //nolint:musttag // the service's own names
			return []string{"unreadable transaction"}
		}
		var out []string
		for _, item := range in.TransactItems {
			for verb := range item {
				if verb != "ConditionCheck" {
					verb = strings.TrimSuffix(verb, "Item")
				}
				out = append(out, "dynamodb:"+verb+"Item")
			}
		}
		return out
	case op == "Query" && bytes.Contains(body, []byte(`"IndexName":"index1"`)):
		return []string{"dynamodb:Query on index1"}
	case op == "Query" && bytes.Contains(body, []byte(`"IndexName":"index2"`)):
		return []string{"dynamodb:Query on index2"}
	case service == "DynamoDB_20120810":
		return []string{"dynamodb:" + op}
	case service == "AmazonSQS":
		return []string{"sqs:" + op}
	case service == "secretsmanager":
		return []string{"secretsmanager:" + op}
	case strings.HasPrefix(r.URL.Path, "/schedules/"):
		verb := map[string]string{http.MethodPost: "Create", http.MethodPut: "Update", http.MethodGet: "Get", http.MethodDelete: "Delete"}[r.Method]
		if verb == "Create" || verb == "Update" {
			return []string{"scheduler:" + verb + "Schedule", "iam:PassRole"}
		}
		return []string{"scheduler:" + verb + "Schedule"}
	}
	return []string{"lambda:InvokeFunction"}
}

// rare are actions that a day does not show, each with its reason.
var rare = map[string]string{
	"dispatch dynamodb:Query":            "a follow-up's entry that is not named after its task is searched for",
	"sweep dynamodb:PutItem":             "a run that no message brought back is closed",
	"sweep dynamodb:ConditionCheckItem":  "of that and a renewal of its lease, one is first",
	"process-orders dynamodb:UpdateItem": "an issue is written whatever was there before",
	"sync-orders dynamodb:DeleteItem":    "an order that became smaller leaves parts; an issue that is solved goes",
}

// needs are the IAM actions that a function needs, as they are kept in
// infra/plan/testdata/calls for those who write its role.
type needs struct {
	Seen []string          `json:"seen"`           // in a day with an outage
	Rare map[string]string `json:"rare,omitempty"` // with the reason
}

var updateCalls = flag.Bool("update-calls", false, "write what the functions were seen to call to infra/plan/testdata/calls")

// record compares what a function needs with what is kept, or keeps it.
func record(t *testing.T, name string, n needs) {
	t.Helper()
	path := filepath.Join("..", "infra", "plan", "testdata", "calls", name+".json")
	js, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	js = append(js, '\n')
	if *updateCalls {
		if err := os.WriteFile(path, js, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(kept, js) {
		t.Errorf("%s: the function calls\n%s\nwhich is not what is kept (%v): go test ./functions -run TestRoles -update-calls", path, js, err)
	}
}

// Each role allows what its function was seen to need in a day with an outage,
// and what is rare, and nothing else.
func TestRolesAllowWhatTheFunctionsNeed(t *testing.T) {
	tpl := readTemplate(t)
	w := newWorld(t)
	w.bc.SetDown(http.StatusInternalServerError)
	w.live(10 * time.Minute)
	w.bc.SetDown(0)
	w.live(time.Hour)
	w.runByHand(t)
	w.disorder(t)
	w.live(time.Hour)
	w.check()
	for name, p := range w.used {
		if name == "operator" {
			continue
		}
		n := needs{Seen: slices.Sorted(maps.Keys(p.actions)), Rare: map[string]string{}}
		for r, why := range rare {
			if a, ok := strings.CutPrefix(r, name+" "); ok {
				n.Rare[a] = why
			}
		}
		record(t, name, n)
		// Lambda's and the mapping's, on the function's behalf.
		p.actions["logs:CreateLogStream"], p.actions["logs:PutLogEvents"] = true, true
		if name == "dispatch" {
			p.actions["sqs:ReceiveMessage"], p.actions["sqs:DeleteMessage"], p.actions["sqs:GetQueueAttributes"] = true, true, true
		}
		for a := range n.Rare {
			p.actions[a] = true
		}
		used, allowed := slices.Sorted(maps.Keys(p.actions)), slices.Sorted(maps.Keys(tpl.allowed(t, name)))
		if !slices.Equal(used, allowed) {
			t.Errorf("%s needs\n%q, and is allowed\n%q", name, used, allowed)
		}
	}
}

// runByHand asks for a run over HTTP, and how it goes.
func (w *world) runByHand(t *testing.T) {
	t.Helper()
	ask := func(method, path string, want int) (run jobapi.Run) {
		r := events.APIGatewayV2HTTPRequest{RawPath: path}
		r.RequestContext.HTTP.Method = method
		js, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.api.Invoke(t.Context(), js)
		var answer events.APIGatewayV2HTTPResponse
		if err != nil || json.Unmarshal(out, &answer) != nil || answer.StatusCode != want || json.Unmarshal([]byte(answer.Body), &run) != nil {
			t.Fatalf("answered %s, %v; want %d", out, err, want)
		}
		return run
	}
	r := ask(http.MethodPost, "/v1/shops/sample/jobs/sync-orders/runs", http.StatusAccepted)
	w.live(time.Minute)
	r = ask(http.MethodGet, "/v1/shops/sample/runs/"+r.ID, http.StatusOK)
	if r.Outcome != jobqueue.Succeeded {
		t.Errorf("run by hand: %+v", r)
	}
}

// disorder lets the entry's schedule be missing, wrong and too much in turn,
// for the sweep to mend.
func (w *world) disorder(t *testing.T) {
	t.Helper()
	d := w.dispatcher
	e, err := d.Store.Entry(t.Context(), "sample", "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	save := func(status jobqueue.Status) {
		e.Status = status
		if err := d.Store.SaveEntry(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if e, err = d.Store.Entry(t.Context(), "sample", "sync-orders"); err != nil {
			t.Fatal(err)
		}
	}
	is := func(what string, want bool) {
		t.Helper()
		_, err := d.Schedules.Get(t.Context(), e.ScheduleName())
		if (err == nil) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	const turns = 20 * time.Minute // schedules take turns
	if err := d.Schedules.Delete(t.Context(), e.ScheduleName()); err != nil {
		t.Fatal(err)
	}
	w.live(turns)
	is("a schedule was missing", true)
	rec, _ := e.Grid()
	if err := d.Schedules.Every(t.Context(), e.ScheduleName(), rec, schedule.Target{Group: e.Group(), Body: "{}"}); err != nil {
		t.Fatal(err)
	}
	w.live(turns)
	if has, err := d.Schedules.Get(t.Context(), e.ScheduleName()); err != nil || has.Target.Body == "{}" {
		t.Errorf("a schedule was wrong: %+v, %v", has, err)
	}
	if e, err = d.Store.Entry(t.Context(), "sample", "sync-orders"); err != nil {
		t.Fatal(err)
	}
	save(jobqueue.OnHold)
	w.live(turns)
	is("a schedule was too much", false)
	save(jobqueue.Ready)
	w.live(turns)
	is("a schedule was missing after a hold", true)
}

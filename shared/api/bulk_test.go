package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/jobqueue"
)

// TestFiltersOfJobsAndRunsAreChecked: all that is wrong is said at once, and nothing is
// done.
func TestFiltersOfJobsAndRunsAreChecked(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		at, body string
		says     []string
	}{
		{"job-actions", `{"action":"hold"}`, []string{"no filter"}},
		{"job-actions", `{"action":"delete","job":"*"}`, []string{"must be hold, ready, restart or cancel"}},
		{"job-actions", `{"action":"ready","status":"asleep","job":"[","reason":"x"}`, []string{"status", "job", "hold alone"}},
		{"job-actions", `{"action":"hold","job":"*","jobs":[{"id":"sync-orders","as":"x"}]}`, []string{"take the place of a filter"}},
		{"job-actions", `{"action":"hold","jobs":[{"id":"../x","as":"x"}]}`, []string{"must be those of an earlier answer"}},
		{"job-actions", `{"action":"hold","jobs":[{"id":"sync-orders","as":""}]}`, []string{"must be those of an earlier answer"}},
		{"job-actions", `{"action":"hold","job":"*","page":"AAAA"}`, []string{"page"}},
		{"job-actions", `{"action":"hold","jobs":[` + strings.Repeat(`{"id":"x","as":"x"},`, 100) + `{"id":"x","as":"x"}]}`, []string{"100 at most"}},
		{"run-actions", `{"action":"retry"}`, []string{"no filter"}},
		{"run-actions", `{"action":"hold","task":"sync-orders"}`, []string{"must be retry or cancel"}},
		{"run-actions", `{"action":"cancel","outcome":"failed"}`, []string{"cannot be cancelled"}},
		{"run-actions", `{"action":"retry","outcome":"fine","since":"soon","until":"then"}`, []string{"outcome", "since", "until"}},
	} {
		a := r.do(call{method: "POST", path: "/v1/shops/acme/" + c.at, body: c.body, bearer: "k9-of-the-host"})
		for _, s := range c.says {
			if a.status != 400 || !strings.Contains(a.problem(t).Detail, s) {
				t.Errorf("%s %.80s: %d %s, want %q", c.at, c.body, a.status, a.body, s)
			}
		}
	}
	for _, j := range into[api.JobList](t, r.want(200, "GET", "/v1/shops/acme/jobs", "")).Jobs {
		if j.Status != jobqueue.Ready {
			t.Errorf("%s is %s", j.ID, j.Status)
		}
	}
}

// TestJobsAreActedOnByAFilter: what a dry run has shown is acted on and nothing else,
// each with its own row in the trail; what somebody has changed meanwhile is left out.
func TestJobsAreActedOnByAFilter(t *testing.T) {
	r := newRig(t)
	const at = "/v1/shops/acme/job-actions"
	post := func(body any) api.ActedJobs {
		t.Helper()
		js, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r.Advance(time.Second)
		return into[api.ActedJobs](t, r.want(200, "POST", at, string(js)))
	}
	for i := range 60 { // more than a part
		r.want(200, "PUT", fmt.Sprintf("/v1/shops/acme/jobs/night-%02d", i), `{"task":"sync-orders","category":"orders","every":"24h"}`)
	}
	r.want(200, "POST", "/v1/shops/acme/jobs/night-07/actions", `{"action":"hold","reason":"mine"}`)
	would := post(api.JobsAction{Action: "hold", Task: "sync-orders", Status: jobqueue.Ready, Job: "night-*", DryRun: true})
	if would.Count != 50 || would.Next == "" || len(would.Seen) != 50 {
		t.Fatalf("%d, next %q", would.Count, would.Next)
	}
	rest := post(api.JobsAction{Action: "hold", Task: "sync-orders", Status: jobqueue.Ready, Job: "night-*", DryRun: true, Page: would.Next})
	if rest.Count != 9 || rest.Next != "" { // night-07 is on hold
		t.Fatalf("%d, next %q", rest.Count, rest.Next)
	}
	r.want(200, "POST", "/v1/shops/acme/jobs/night-03/actions", `{"action":"hold","reason":"mine"}`)
	did := post(api.JobsAction{Action: "hold", Reason: "moving", Jobs: append(would.Seen, api.Seen{ID: "nobody", As: "x"})})
	if did.Count != 49 || !slices.Equal(did.Changed, []string{"night-03", "nobody"}) || did.Jobs[0].Status != jobqueue.OnHold {
		t.Errorf("%+v", did)
	}
	reasons := map[string]int{}
	for _, j := range into[api.JobList](t, r.want(200, "GET", "/v1/shops/acme/jobs?limit=100", "")).Jobs {
		reasons[string(j.Status)+" "+j.Why]++
	}
	if reasons["on hold moving"] != 49 || reasons["on hold mine"] != 2 || reasons["ready "] != 11 {
		t.Errorf("%v", reasons)
	}
	rows := 0
	for _, c := range into[api.TrailList](t, r.want(200, "GET", "/v1/shops/acme/trail?limit=1000", "")).Changes {
		switch {
		case c.Operation == "actOnJob" && c.Effect == string(jobqueue.OnHold) && c.By == "local" && c.Status == 200:
			rows++
		case c.Operation == "actOnJob" && strings.Contains(c.Path, "nobody") && c.Status != 404:
			t.Errorf("%+v", c)
		}
	}
	if rows != 51 { // two by hand
		t.Errorf("%d rows in the trail", rows)
	}
	// Without a preview, part by part: what is released fits the filter no more.
	n, next := 0, ""
	for more := true; more; more = next != "" {
		p := post(api.JobsAction{Action: "ready", Status: jobqueue.OnHold, Page: next})
		n += p.Count
		next = p.Next
	}
	if n != 51 {
		t.Errorf("%d were released", n)
	}
	if none := post(api.JobsAction{Action: "ready", Category: "orders", Job: "night-1*", DryRun: true}); none.Count != 0 || len(none.Refused) != 10 || !strings.Contains(none.Refused[0].Detail, "it runs by itself") {
		t.Errorf("%+v", none)
	}
}

// TestRunsAreActedOnByAFilter: a retry is about what failed and was not retried yet, a
// cancel about what has not ended.
func TestRunsAreActedOnByAFilter(t *testing.T) {
	r := newRig(t)
	post := func(body string) api.ActedRuns {
		t.Helper()
		r.Advance(time.Second)
		return into[api.ActedRuns](t, r.want(200, "POST", "/v1/shops/acme/run-actions", body))
	}
	var ids []string
	for _, job := range []string{"sync-orders", "process-orders"} {
		ids = append(ids, into[api.Run](t, r.want(202, "POST", "/v1/shops/acme/jobs/"+job+"/runs", "")).ID)
		ids = append(ids, into[api.Run](t, r.want(202, "POST", "/v1/shops/acme/jobs/"+job+"/runs", `{"parameters":{"tags":["a"]}}`)).ID)
	}
	if would := post(`{"action":"cancel","category":"orders","dryRun":true}`); would.Count != 4 || len(would.Seen) != 4 {
		t.Fatalf("%+v", would)
	}
	if did := post(`{"action":"cancel","job":"sync-*"}`); did.Count != 2 || did.Runs[0].Job != "sync-orders" {
		t.Fatalf("%+v", did)
	}
	r.work()
	outcome := func(id string) api.Run { return into[api.Run](t, r.want(200, "GET", "/v1/shops/acme/runs/"+id, "")) }
	for i, want := range []jobqueue.Outcome{jobqueue.Cancelled, jobqueue.Cancelled, jobqueue.Succeeded, jobqueue.Succeeded} {
		if got := outcome(ids[i]).Outcome; got != want {
			t.Errorf("run %d: %s, want %s", i, got, want)
		}
	}
	if none := post(`{"action":"retry","task":"sync-orders","dryRun":true}`); none.Count != 0 { // by themselves: failed and lost
		t.Errorf("%+v", none)
	}
	would := post(`{"action":"retry","task":"sync-orders","outcome":"cancelled","dryRun":true}`)
	if would.Count != 2 {
		t.Fatalf("%+v", would)
	}
	by := into[api.Run](t, r.want(202, "POST", "/v1/shops/acme/runs/"+ids[1]+"/retry", "")).ID
	if got := outcome(ids[1]).RetriedBy; got != by {
		t.Errorf("%q, want %q", got, by)
	}
	js, err := json.Marshal(api.RunsAction{Action: "retry", Runs: would.Seen})
	if err != nil {
		t.Fatal(err)
	}
	did := post(string(js))
	if did.Count != 1 || did.Runs[0].Run != ids[0] || !slices.Equal(did.Changed, []string{ids[1]}) {
		t.Fatalf("%+v", did)
	}
	if got := outcome(did.Runs[0].By); got.Repeats != ids[0] {
		t.Errorf("%+v", got)
	}
	r.want(200, "POST", "/v1/shops/acme/jobs/sync-orders/actions", `{"action":"hold","reason":"stocktaking"}`)
	r.work()
	if again := post(`{"action":"retry","outcome":"cancelled","job":"*"}`); again.Count != 0 || len(again.Refused) != 0 { // both were retried
		t.Errorf("%+v", again)
	}
	if held := post(`{"action":"retry","outcome":"skipped","since":"1h"}`); held.Count != 0 || len(held.Refused) == 0 || !strings.Contains(held.Refused[0].Detail, "stocktaking") {
		t.Errorf("%+v", held)
	}
}

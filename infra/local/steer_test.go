package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backroom/shared/api"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// jobCommands are commands on a shop of 12 simulated orders, without a server.
func jobCommands(t *testing.T) func(args ...string) (stdout, stderr string, status int) {
	t.Helper()
	i := simulate(t, 12)
	for _, kv := range environment(t, i, t.TempDir()) {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "SHOPIFY_") || strings.HasPrefix(k, "BC_") || strings.HasPrefix(k, "BACKROOM_") {
			t.Setenv(k, v)
		}
	}
	if out, errs, status := command(t, "run", "sync-orders", "--dry-run"); status != 0 { // connects
		t.Fatalf("%d\n%s%s", status, out, errs)
	}
	return func(args ...string) (string, string, int) { return command(t, args...) }
}

func TestJobsAreSteeredByCommands(t *testing.T) {
	do := jobCommands(t)
	for _, c := range []struct {
		args   string
		status int
		says   string // on either
	}{
		{"jobs hold sync-orders --reason stocktaking", 0, "sync-orders: on hold"},
		{"jobs", 0, "stocktaking"},
		{"run sync-orders", statusNotRun, "run: job sync-orders of"},
		{"jobs run sync-orders", statusNotRun, "is on hold: stocktaking: make it ready first"},
		{"jobs cancel sync-orders", 1, "no run of it is in process or waits to start"},
		{"jobs release sync-orders", 0, "sync-orders: ready."},
		{"jobs release sync-orders", 1, "is ready: it runs by itself"},
		{"jobs restart sync-orders", statusNotRun, "is ready: it runs by itself"},
		{"jobs hold process-orders", 0, "on hold"},
		{"jobs restart process-orders", 0, "process-orders: succeeded"},
		{"jobs release", 1, "name one, or all that fit a filter"},
		{"jobs release sync-orders --failed", 1, "--failed stands alone"},
		{"jobs release --task sync-orders --failed", 1, "--failed stands alone"},
		{"jobs hold sync-orders --category orders", 1, "name one, or all that fit a filter"},
		{"jobs hold sync-orders --dry-run", 1, "name one, or all that fit a filter"},
		{"jobs hold --category orders --dry-run", 0, "hold: 4 jobs can be acted on: process-orders, sync-companies, sync-customers, sync-orders"},
		{"jobs release --category orders --dry-run", 0, "release: 0 jobs can be acted on"},
		{"jobs hold --category orders --yes --reason moving", 0, "hold: 4 jobs done: process-orders, sync-companies, sync-customers, sync-orders"},
		{"jobs hold --category orders", 1, "pass --yes"},
		{"jobs", 0, "moving"},
		{"jobs release --status sleeping", 1, `status "sleeping": must be one of ready`},
		{"jobs cancel --name *-orders --dry-run", 0, "cancel: 0 jobs can be acted on"},
		{"jobs cancel --name *-orders --dry-run", 0, "no run of it is in process"},
		{"trail", 0, "jobs/process-orders/actions"},
		{"jobs release --status", 1, "flag needs an argument"},
		{"jobs release --name process-* --yes", 0, "release: 1 jobs done: process-orders"},
		{"jobs restart --name sync-o* --yes", 0, "restart: 1 jobs done: sync-orders"},
		{"jobs release --failed", 0, "0 made ready."},
		{"jobs hold sync-horses", 1, "no such entry"},
		{"jobs hold /etc", 1, "must be 1 to 40 of letters"},
		{"jobs pause --reason moving", 0, "paused since"},
		{"jobs", 0, "moving. Nothing starts until: backroom jobs resume"},
		{"run sync-orders", statusNotRun, "moving; resume it first"},
		{"jobs resume --everything", 1, "there is no pause of everything"},
		{"jobs resume", 0, "Jobs start again."},
		{"jobs resume", 1, "is not paused"},
		{"jobs pause --everything", 0, "All jobs are paused"},
		{"jobs resume", 1, "everything is: resume everything"},
		{"jobs resume --everything", 0, "Jobs start again."},
		{"orders import #4711", statusFailed, "There is no order #4711"},
		{"runs --outcome failed", 0, "sync-orders"},
		{"runs --outcome failed --until 24h", 0, "RUN"},
		{"runs --entry process-orders --since 1h", 0, "manual"},
		{"runs --outcome fine --since yesterday --limit 0", 1, `outcome "fine": must be one of succeeded`},
		{"runs --outcome fine --since yesterday --limit 0", 1, `since "yesterday": must be a time`},
		{"runs --page what", 1, "must be the next of an earlier answer"},
		{"jobs retry nope", 1, "no such entry or run"},
		{"jobs delete process-orders --yes", 1, "stays: hold it, and it does not run"},
		{"jobs --help", 0, "says the way out"},
		{"jobs save --help", 0, "Europe/Berlin"},
	} {
		out, errs, status := do(strings.Fields(c.args)...)
		if status != c.status || !strings.Contains(out+errs, c.says) {
			t.Errorf("%s: %d\n%s%s\nwant %d and %q", c.args, status, out, errs, c.status, c.says)
		}
	}
	// The failed import again, with its input: it fails as it did, and says of what it is the repeat.
	out, _, _ := do("runs", "--outcome", "failed", "--json")
	var failed []api.Run
	if err := json.Unmarshal([]byte(out), &failed); err != nil || len(failed) != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, errs, status := do("jobs", "retry", failed[0].ID); status != statusFailed || !strings.Contains(out, "There is no order #4711") {
		t.Errorf("retry: %d\n%s%s", status, out, errs)
	}
	if out, _, _ := do("runs", "--outcome", "failed"); !strings.Contains(out, "Repeats run "+failed[0].ID) {
		t.Errorf("the log does not name the repeated run:\n%s", out)
	}
	for _, c := range []struct{ args, says string }{
		{"runs cancel --task sync-orders --dry-run", "cancel: 0 runs can be acted on"},
		{"runs retry --task sync-orders --dry-run", "retry: 1 runs can be acted on"}, // the repeat; what it repeats was retried
		{"runs retry --outcome lost --since 1h --yes", "retry: 0 runs can be acted on"},
		{"runs retry --task sync-orders --yes", "retry: 1 runs done"},
		{"runs --outcome failed --limit 1", "There is no order #4711"}, // the engine of the command has done it
	} {
		if out, errs, status := do(strings.Fields(c.args)...); status != 0 || !strings.Contains(out+errs, c.says) {
			t.Errorf("%s: %d\n%s%s\nwant %q", c.args, status, out, errs, c.says)
		}
	}
	if out, _, _ := do("runs", failed[0].ID); !strings.Contains(out, "again by") {
		t.Errorf("the retried run does not name the one that repeats it:\n%s", out)
	}
}

func TestSaveAJob(t *testing.T) {
	do := jobCommands(t)
	file := filepath.Join(t.TempDir(), "job.json")
	save := func(js string) (string, int) {
		t.Helper()
		if err := os.WriteFile(file, []byte(js), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs, status := do("jobs", "save", file)
		return out + errs, status
	}
	said, status := save(`{"id":"night-orders","task":"sync-orders","every":"15m","startingTime":"22:00","endingTime":"06:00",
		"weekdays":["mon","fri"],"zone":"Europe/Berlin","idleLimit":"2h","parameters":{"financialStatus":["PAID"]}}`)
	if status != 0 || !strings.Contains(said, "night-orders: saved, version 1.") {
		t.Fatalf("%d %s", status, said)
	}
	shown, _, _ := do("jobs", "show", "night-orders")
	var f api.Form
	if err := json.Unmarshal([]byte(shown), &f); err != nil || f.Category != "orders" || f.MaxAttempts != 5 || f.EarliestStart == "" || f.Every != "15m0s" {
		t.Errorf("%+v, %v", f, err)
	}
	if said, status := save(shown); status != 0 || !strings.Contains(said, "version 2") {
		t.Errorf("what show printed: %d %s", status, said)
	}
	if again, _, _ := do("jobs", "show", "night-orders"); strings.Replace(again, `"version": 2`, `"version": 1`, 1) != shown {
		t.Errorf("saving what was shown has changed it:\n%s\n%s", shown, again)
	}
	if said, status := save(shown); status == 0 || !strings.Contains(said, "has changed since version 1, to version 2") {
		t.Errorf("what somebody else has changed: %d %s", status, said)
	}
	said, status = save(`{"id":"company-orders","task":"sync-orders","scope":"company","every":"1h"}`)
	if status != 0 || !strings.Contains(said, "warning: jobs company-orders and sync-orders may run at the same time, and both write imported orders and issues") {
		t.Errorf("a conflict: %d %s", status, said)
	}
	said, status = save(`{"id":"bad","task":"sync-orders","every":"often","category":"horses","zone":"Europe/Atlantis","startingTime":"8 o'clock",
		"earliestStart":"2026-12-01T00:00:00Z","expiration":"2026-11-01T00:00:00Z","maxAttempts":99,"parameters":{"colour":"red","financialStatus":["PIAD"]}}`)
	for _, want := range []string{
		"every often: must be a duration such as 30m", "category horses", "Europe/Atlantis", "8 o'clock", "expiration", "maximum attempts 99", "parameter colour",
	} {
		if status == 0 || !strings.Contains(strings.ReplaceAll(said, `"`, ""), want) {
			t.Errorf("%q is not said: %d\n%s", want, status, said)
		}
	}
	for js, want := range map[string]string{
		`{"id":"x","task":"sync-orders","speed":1}`: `field "speed": must be one of category`,
		`{"id":"x" `:               "ends too early",
		`{"id":"x","task":"nope"}`: "one of " + strings.Join(registered(t), ", "),
		`{"task":"sync-orders"}`:   `its id is missing`,
		`{"id":"x"} {}`:            "more than one JSON value",
	} {
		if said, status := save(js); status == 0 || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s, want %q", js, status, said, want)
		}
	}
	if out, _, _ := do("jobs"); strings.Contains(out, "bad") {
		t.Errorf("a wrong job was saved:\n%s", out)
	}
	if out, errs, status := do("jobs", "delete", "--yes", "night-orders"); status != 0 || !strings.Contains(out, "deleted; its runs stay in the log") {
		t.Errorf("delete: %d\n%s%s", status, out, errs)
	}
}

func TestJobsAreSteeredOverHTTP(t *testing.T) {
	e := at(t, simulate(t, 3))
	s := serving(t, e)
	call := func(method, path, body string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		js, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(js)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/jobs/sync-orders/actions", `{"action":"hold","reason":"stocktaking"}`, 200, `"status":"on hold"`},
		{"POST", "/jobs/sync-orders/runs", "", 409, "stocktaking"},
		{"POST", "/jobs/sync-orders/runs", "", 409, "Make it ready first"},
		{"POST", "/jobs/sync-orders/actions", `{"action":"ready"}`, 200, `"status":"ready"`},
		{"POST", "/jobs/sync-orders/actions", `{"action":"ready"}`, 409, "it runs by itself"},
		{"POST", "/jobs/sync-orders/actions", `{"action":"explode"}`, 400, "must be hold, ready"},
		{"POST", "/jobs/sync-orders/actions", `{"why":1}`, 400, "byte"},
		{"POST", "/jobs/sync-orders/runs", "", 202, `"id":"`},
		{"GET", "/runs?outcome=open", "", 200, `"state":"accepted"`},
		{"POST", "/jobs/sync-orders/actions", `{"action":"cancel"}`, 200, `"run":"`},
		{"GET", "/runs?outcome=fine", "", 400, "must be one of"},
		{"GET", "/runs?notes=true", "", 200, `"runs":[]`},
		{"GET", "/runs?notes=all", "", 400, "notes"},
		{"PUT", "/pause", `{"reason":"moving"}`, 200, `"paused":true`},
		{"GET", "/pause", "", 200, "moving"},
		{"DELETE", "/pause", "", 200, `"paused":false`},
		{"DELETE", "/pause", "", 409, "is not paused"},
		{"PUT", "/jobs/x", `{"id":"x","task":"sync-orders","every":"-5m"}`, 400, "every"},
		{"PUT", "/jobs/x", `{"id":"y","task":"sync-orders","every":"5m"}`, 400, "as the address says"},
		{"PUT", "/jobs/x", `{"task":"sync-orders","every":"5m"}`, 200, `"warnings":[]`},
		{"GET", "/jobs/x", "", 200, `"every":"5m0s"`},
		{"DELETE", "/jobs/x", "", 200, `"job":"x"`},
		{"DELETE", "/jobs/x", "", 404, "no such entry"},
		{"POST", "/runs/nope/retry", "", 404, "nope"},
		{"POST", "/release-failed", "", 200, `"count":0`},
	} {
		if status, js := call(c.method, "/v1/shops/"+e.card.Code+c.path, c.body); status != c.status || !strings.Contains(js, c.says) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", c.method, c.path, c.body, status, js, c.status, c.says)
		}
	}
	// The command's side of it.
	r := desked(t, s)
	ctx := t.Context()
	if d, err := r.Act(ctx, "process-orders", jobs.ToHold, api.ActionRequest{Reason: "x"}); err != nil || d.Status != jobqueue.OnHold {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := r.Act(ctx, "process-orders", jobs.RunNow, api.ActionRequest{}); err == nil || strings.Count(err.Error(), "\n") != 0 {
		t.Errorf("a refusal is one sentence: %v", err)
	}
	if _, err := r.Trigger(ctx, "sync-horses", ask{}); !errors.Is(err, jobstore.ErrNotFound) {
		t.Errorf("a job that is not there: %v", err)
	}
	if f, err := r.Form(ctx, "process-orders"); err != nil || f.Task != "process-orders" {
		t.Errorf("%+v, %v", f, err)
	}
	if rs, _, _, err := r.Log(ctx, map[string][]string{}, paging{limit: 1}); err != nil || len(rs) != 1 {
		t.Errorf("%+v, %v", rs, err)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/host"
	"backroom/shared/api"
	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
	"backroom/shared/wiring"
)

// registered are the names of the tasks.
func registered(t *testing.T) (names []string) {
	t.Helper()
	table := memory.NewTable(time.Now)
	for _, r := range wiring.Tasks(wiring.Options{Table: table, Now: time.Now, Jobs: jobstore.New(table, time.Now)}).Tasks.All() {
		names = append(names, r.Name)
	}
	return names
}

// simulate serves both simulators in this process.
func simulate(t *testing.T, orders int) host.Info {
	t.Helper()
	return simulateAs(t, host.Options{Orders: orders})
}

func simulateAs(t *testing.T, o host.Options) host.Info {
	t.Helper()
	o.Shopify, o.BC = "127.0.0.1:0", "127.0.0.1:0"
	ready, ended := make(chan host.Info, 1), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		ended <- host.Serve(ctx, o, slog.New(slog.DiscardHandler), func(i host.Info) { ready <- i })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case i := <-ready:
		return i
	case err := <-ended:
		t.Fatal(err)
	}
	return host.Info{}
}

const token = "a-token-of-the-test"

func serving(t *testing.T, e *engine) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config.Handler = e.api(s.Listener.Addr().String(), token)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// desked is the desk of what s serves.
func desked(t *testing.T, s *httptest.Server) *desk {
	t.Helper()
	d, err := (&running{Address: s.Listener.Addr().String(), Token: token}).desk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPIRefusals(t *testing.T) {
	e := at(t, simulate(t, 3))
	s := serving(t, e)
	addr, path := s.Listener.Addr().String(), "/v1/shops/"+e.card.Code
	good := map[string]string{"Authorization": "Bearer " + token}
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		says                     string
	}{
		{"no token", "GET", path + "/jobs", "", nil, 401, "Bearer"},
		{"wrong token", "GET", path + "/jobs", "", map[string]string{"Authorization": "Bearer guess"}, 401, "the token is wrong"},
		{"token without scheme", "GET", path + "/jobs", "", map[string]string{"Authorization": token}, 401, "Authorization: Bearer"},
		{"host of somebody else", "GET", path + "/jobs", "", map[string]string{"Authorization": "Bearer " + token, "Host": "evil.example"}, 421, `Host "evil.example"`},
		{"page of another site", "POST", path + "/jobs/sync-orders/runs", "", map[string]string{"Authorization": "Bearer " + token, "Origin": "https://evil.example"}, 403, `Origin "https://evil.example"`},
		{"opaque origin", "GET", path + "/jobs", "", map[string]string{"Authorization": "Bearer " + token, "Origin": "null"}, 403, `Origin "null"`},
		{"our own page", "GET", path + "/jobs", "", map[string]string{"Authorization": "Bearer " + token, "Origin": "http://" + addr}, 200, "sync-orders"},
		{"unknown path", "GET", "/v2/jobs", "", good, 404, ""},
		{"wrong method", "DELETE", path + "/jobs", "", good, 405, ""},
		{"unknown job", "POST", path + "/jobs/sync-horses/runs", "", good, 404, "sync-horses"},
		{"body no JSON", "POST", path + "/jobs/sync-orders/runs", "now!", good, 400, "byte"},
		{"unknown field", "POST", path + "/jobs/sync-orders/runs", `{"dryrun":1,"speed":2}`, good, 400, "byte"},
		{"two values", "POST", path + "/jobs/sync-orders/runs", `{} {}`, good, 400, "more than one JSON value"},
		{"body too large", "POST", path + "/jobs/sync-orders/runs", `{"parameters":"` + strings.Repeat("x", api.MaxBody) + `"}`, good, 413, "at most"},
		{"limit in words", "GET", path + "/runs?limit=many", "", good, 400, `limit "many": must be a number from 1 to 1000`},
		{"unknown state", "GET", path + "/orders?state=lost", "", good, 400, `state "lost": must be one of filtered`},
		{"job of dots", "GET", path + "/jobs/%2e%2e", "", good, 400, "not dots alone"},
		{"job of dots to be saved", "PUT", path + "/jobs/%2e%2e", `{"id":"..","task":"sync-orders"}`, good, 400, "not dots alone"},
		{"id of 5,000 characters", "POST", path + "/jobs/" + strings.Repeat("x", 5000) + "/runs", "", good, 400, "must be 1 to 40"},
		{"id that is not UTF-8", "POST", path + "/jobs/a%ff/actions", `{"action":"hold"}`, good, 400, "must be 1 to 40"},
		{"run of 5,000 characters", "POST", path + "/runs/" + strings.Repeat("x", 5000) + "/retry", "", good, 400, "must be 1 to 40"},
		{"run of dots", "GET", path + "/runs/%2e", "", good, 400, "not dots alone"},
		{"order of 5,000 characters", "GET", path + "/orders/" + strings.Repeat("%231", 2500), "", good, 400, "at most 255 bytes"},
		{"order that is not UTF-8", "POST", path + "/orders/%ff/decisions", `{"decision":"accept"}`, good, 400, "in UTF-8"},
		{"body that is not UTF-8", "POST", path + "/jobs/sync-orders/runs", "{\"parameters\":{\"tags\":[\"\xff\"]}}", good, 400, "byte 24: is not UTF-8"},
		{"reason that is not UTF-8", "POST", path + "/jobs/sync-orders/actions", "{\"action\":\"hold\",\"reason\":\"\xc3\"}", good, 400, "is not UTF-8"},
		{"unknown run", "GET", path + "/runs/nope", "", good, 404, "nope"},
		{"unknown order", "GET", path + "/orders/%239999", "", good, 404, "#9999"},
		{"decision on an unknown order", "POST", path + "/orders/%239999/decisions", `{"decision":"accept"}`, good, 404, "#9999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range c.header {
				req.Header.Set(k, v)
			}
			if h := c.header["Host"]; h != "" {
				req.Host = h
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if err := errors.Join(err, resp.Body.Close()); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status || !strings.Contains(string(body), c.says) && !strings.Contains(strings.ReplaceAll(string(body), `\"`, `"`), c.says) {
				t.Errorf("%d %s, want %d and %q", resp.StatusCode, body, c.status, c.says)
			}
			if strings.Contains(string(body), token) {
				t.Error("the token is in the answer")
			}
		})
	}
}

func TestSyncThroughTheServer(t *testing.T) {
	e := at(t, simulate(t, 0)) // the sample shop
	defer work(t, e)()
	s := serving(t, e)
	r := desked(t, s)
	ctx := t.Context()

	dry, err := r.Trigger(ctx, "sync-orders", ask{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if dry, err = follow(ctx, io.Discard, r, dry, false); err != nil || dry.Outcome != jobqueue.Succeeded {
		t.Fatal(dry.Outcome, err)
	}
	if vs, _, err := r.Orders(ctx, "", "", 10); err != nil || len(vs) != 0 {
		t.Errorf("a dry run stored %d orders, %v", len(vs), err)
	}
	var out bytes.Buffer
	summary(&out, dry)
	if !strings.Contains(out.String(), "#1001") || !strings.Contains(out.String(), "ready") {
		t.Errorf("the dry run says\n%s", out.String())
	}

	run, err := r.Trigger(ctx, "sync-orders", ask{})
	if err == nil {
		run, err = follow(ctx, io.Discard, r, run, false)
	}
	if err != nil || run.Outcome != jobqueue.Succeeded || run.Counts.Created != 200 {
		t.Fatal(run.Outcome, run.Detail, run.Counts, err)
	}
	settled(t, e)
	att, _, err := r.Orders(ctx, orders.Attention, "", 100)
	if err != nil || len(att) == 0 {
		t.Fatalf("%d orders need attention, %v; want some", len(att), err)
	}
	for _, o := range att {
		if o.Issue.Reason == "" || o.Issue.Text == "" || o.Issue.WayOut == "" {
			t.Errorf("order %s needs attention and does not say why: %+v", o.Name, o.Issue)
		}
	}
	is, _, err := r.Issues(ctx, "", 0)
	if err != nil || len(is) != len(att) {
		t.Errorf("%d issues for %d orders, %v", len(is), len(att), err)
	}
	for _, name := range []string{"#1001", "1001"} {
		if o, err := r.Order(ctx, name); err != nil || o.Order.State != api.OrderStateProcessed || o.Order.Document.ID == "" {
			t.Errorf("order %s = %+v, %v", name, o, err)
		}
	}
	if _, err := r.Decide(ctx, "#1001", api.OrderDecision{Decision: api.OrderDecisionDecisionAccept}); err == nil || !strings.Contains(err.Error(), "#1001 is processed") {
		t.Errorf("accepting what is in order: %v", err)
	}
	if o, err := r.Decide(ctx, att[0].Name, api.OrderDecision{Decision: api.OrderDecisionDecisionRetry}); err != nil || !orders.State(o.State).Waits() {
		t.Errorf("retry: %+v, %v", o, err)
	}
	settled(t, e)
	// A decision is stored whatever keeps its job from running.
	if _, err := r.Pause(ctx, api.ActionRequest{}); err != nil {
		t.Fatal(err)
	}
	if o, err := r.Decide(ctx, att[0].Name, api.OrderDecision{Decision: api.OrderDecisionDecisionRetry}); err != nil || !orders.State(o.State).Waits() {
		t.Errorf("retry while the shop is paused: %+v, %v", o, err)
	}
	if _, err := r.Resume(ctx, api.ActionRequest{}); err != nil {
		t.Fatal(err)
	}
	js, err := r.Jobs(ctx)
	if err != nil || len(js) != len(registered(t)) {
		t.Errorf("%d jobs, %v", len(js), err)
	}
}

func TestDryRunOfDocumentsPrintsThemWithTotals(t *testing.T) {
	i := simulate(t, 0)
	e := at(t, i)
	hold(t, e, "process-orders")
	defer work(t, e)()
	ctx := t.Context()
	once(t, e, "sync-orders", nil)
	settled(t, e)
	j, err := e.jobs.Store.Entry(ctx, e.card.Code, "process-orders")
	if err != nil {
		t.Fatal(err)
	}
	j.Status = jobqueue.Ready
	if err := e.jobs.Store.SaveEntry(ctx, j); err != nil {
		t.Fatal(err)
	}
	r, err := e.desk.Trigger(ctx, "process-orders", ask{DryRun: true})
	if err == nil {
		r, err = follow(ctx, io.Discard, e.desk, r, false)
	}
	if err != nil || r.Outcome == jobqueue.Failed {
		t.Fatal(r.Outcome, r.Detail, err)
	}
	var out bytes.Buffer
	summary(&out, r)
	for _, want := range []string{"#1001", "sales order", "No Business Central item", " EUR"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	var base struct {
		Companies []struct{ Orders int }
	}
	simulated(t, strings.TrimSuffix(i.BC, "/v2.0")+"/_sim/state", &base)
	if len(base.Companies) != 1 || base.Companies[0].Orders != 0 {
		t.Errorf("a dry run made documents: %+v", base)
	}
	if got, _, err := e.desk.Orders(ctx, orders.Ready, "", 0); err != nil || len(got) != 200 {
		t.Errorf("%d orders are ready, %v; want all as they were", len(got), err)
	}
}

// command runs backroom with arguments against simulators, as a real shop.
func command(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = execute(t.Context(), args, &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommands(t *testing.T) {
	i := simulate(t, 12)
	folder := t.TempDir()
	for _, kv := range environment(t, i, folder) {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "SHOPIFY_") || strings.HasPrefix(k, "BC_") || strings.HasPrefix(k, "BACKROOM_") {
			t.Setenv(k, v)
		}
	}
	out, errs, status := command(t, "orders", "import", "#1003")
	if status != 0 || !strings.Contains(out, "1 read, 1 created") {
		t.Fatalf("import: %d\n%s%s", status, out, errs)
	}
	if !strings.Contains(out, "process-orders: succeeded") {
		t.Errorf("the follow-up was not waited for:\n%s", out)
	}
	out, errs, status = command(t, "orders", "import", "#4711")
	if status != statusFailed || !strings.Contains(out, "There is no order #4711 in Shopify.") {
		t.Errorf("import of nothing: %d\n%s%s", status, out, errs)
	}
	if out, _, _ = command(t, "jobs"); strings.Contains(out, "error") {
		t.Errorf("a wish that could not be fulfilled stopped the job:\n%s", out)
	}
	if out, errs, status = command(t, "run", "sync-orders", "--dry-run"); status != 0 || !strings.Contains(out, "#1002") || !strings.Contains(out, "ready") {
		t.Errorf("dry run: %d\n%s%s", status, out, errs)
	}
	out, errs, status = command(t, "run", "sync-orders", "--json")
	var run jobqueue.Run
	if err := json.Unmarshal([]byte(out), &run); err != nil || status != 0 || run.Outcome != jobqueue.Succeeded || run.Counts.Read != 12 {
		t.Errorf("run --json: %d, %v\n%s%s", status, err, out, errs)
	}
	if out, errs, status = command(t, "run", "process-orders"); status != 0 {
		t.Errorf("process: %d\n%s%s", status, out, errs)
	}
	if out, errs, status = command(t, "orders", "--state", "processed"); status != 0 || strings.Count(out, "Order ") != 12 {
		t.Errorf("orders: %d\n%s%s", status, out, errs)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"jobs"}, "process-orders"},
		{[]string{"runs"}, "succeeded"},
		{[]string{"orders", "#1003"}, "#1003 is processed"},
		{[]string{"issues"}, "Nothing needs anybody."},
		{[]string{"--help"}, "backroom demo"},
	} {
		if out, errs, status := command(t, c.args...); status != 0 || !strings.Contains(out, c.says) {
			t.Errorf("%v: %d\n%s%s, want %q", c.args, status, out, errs, c.says)
		}
	}
	for _, list := range []string{"orders", "runs"} {
		for limit, more := range map[string]bool{"2": true, "100": false} {
			_, errs, status := command(t, list, "--limit", limit)
			if status != 0 || strings.Contains(errs, "--page 2 the next ones") != more || strings.Contains(errs, "2 of ") != more {
				t.Errorf("%s --limit %s: %d, %s", list, limit, status, errs)
			}
		}
		pagesAddUp(t, list)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "sync-horses"}, `task "sync-horses": must be one of ` + strings.Join(registered(t), ", ")},
		{[]string{"run", "sync-orders", "--parameters", "{"}, "must be a JSON object"},
		{[]string{"run", "sync-orders", "--parameters", `{"financialStatus":["PIAD"],"colour":"red"}`}, `parameter "colour": must be one of`},
		{[]string{"run", "sync-orders", "--parameters", `{"financialStatus":["PIAD"]}`}, `financialStatus "PIAD"`},
		{[]string{"orders", "--state", "lost"}, `state "lost": must be one of filtered`},
		{[]string{"orders", "accept", "#4711"}, `order "#4711"`},
		{[]string{"run", "sync-orders", "--parameters", "{\"tags\":[\"\xff\"]}"}, "is not UTF-8"},
		{[]string{"run", ".."}, "not dots alone"},
		{[]string{"run", strings.Repeat("x", 5000)}, "must be 1 to 40"},
		{[]string{"runs", strings.Repeat("x", 5000)}, "must be 1 to 40"},
		{[]string{"orders", strings.Repeat("1", 5000)}, "at most 255 bytes"},
		{[]string{"fly"}, "unknown command"},
	} {
		if _, errs, status := command(t, c.args...); status == 0 || !strings.Contains(errs, c.says) {
			t.Errorf("%v: %d %s, want %q", c.args, status, errs, c.says)
		}
	}
}

func TestWrongSettingsAreReportedTogether(t *testing.T) {
	for k, v := range map[string]string{
		"SHOPIFY_SHOP": "example.com", "BC_TENANT": "contoso.com", "BC_COMPANY_ID": "CRONUS", "BACKROOM_WORKERS": "many", "BACKROOM_LISTEN": "0.0.0.0:80",
		"SHOPIFY_ACCESS_TOKEN": "", "BC_CLIENT_SECRET": "hush-hush", "BACKROOM_DATA": t.TempDir(),
	} {
		t.Setenv(k, v)
	}
	_, errs, status := command(t, "serve")
	if status == 0 {
		t.Fatal("it started")
	}
	for _, name := range []string{"SHOPIFY_SHOP", "SHOPIFY_ACCESS_TOKEN", "BC_ENVIRONMENT", "BC_COMPANY_ID", "BC_CLIENT_ID", "BACKROOM_WORKERS", "BACKROOM_LISTEN"} {
		if !strings.Contains(errs, name) {
			t.Errorf("%s is not reported:\n%s", name, errs)
		}
	}
	if strings.Contains(errs, "hush-hush") {
		t.Errorf("a secret is printed:\n%s", errs)
	}
}

// TestDataOfEarlierReleases reads what earlier releases stored. A file is
// added with each release, and never changed.
func TestDataOfEarlierReleases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "release-*.db"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of releases, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			folder := t.TempDir()
			copyFile(t, f, filepath.Join(folder, "backroom.db"))
			e := reopen(t, folder)
			ctx := t.Context()
			vs, _, err := e.desk.Orders(ctx, "", "", 0)
			if err != nil || len(vs) != 200 {
				t.Fatalf("%d orders, %v; want 200", len(vs), err)
			}
			docs, issues := 0, 0
			for _, v := range vs {
				if v.State == api.OrderStateProcessed && v.Document.Number != "" {
					docs++
				}
				if v.Issue.Reason != "" {
					issues++
				}
				if _, err := e.desk.Order(ctx, v.ID); err != nil {
					t.Error(err)
				}
			}
			for _, s := range []orders.State{orders.Processed, orders.Attention, orders.Skipped} {
				want := 0
				for _, v := range vs {
					if v.State == api.OrderState(s) {
						want++
					}
				}
				if got, _, err := e.desk.Orders(ctx, s, "", 0); err != nil || len(got) != want || want == 0 {
					t.Errorf("%d orders listed as %s, %v; want %d", len(got), s, err, want)
				}
			}
			is, _, err := e.desk.Issues(ctx, "", 0)
			if err != nil || docs < 180 || issues == 0 || len(is) != issues {
				t.Errorf("%d documents, %d issues with orders, %d issues, %v", docs, issues, len(is), err)
			}
			js, err := e.desk.Jobs(ctx)
			did := slices.ContainsFunc(js, func(j api.Job) bool { return j.ID == orders.TaskName && j.LastOutcome != "" })
			if err != nil || len(js) != len(registered(t)) || !did {
				t.Errorf("jobs = %+v, %v", js, err)
			}
			rs, _, err := e.desk.Runs(ctx, "", 10)
			if err != nil || len(rs) < 2 || rs[0].Counts.Read == 0 {
				t.Errorf("%d runs, %v", len(rs), err)
			}
		})
	}
}

// reopen opens an engine on a file whose shop cannot be reached.
func reopen(t *testing.T, folder string) *engine {
	t.Helper()
	e, err := open(t.Context(), unreachable(t, folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// unreachable are settings that name the connection of the file in folder,
// where nobody answers.
func unreachable(t *testing.T, folder string) settings {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(folder, "backroom.db"))
	if err != nil {
		t.Fatal(err)
	}
	card, err := (&shop.Store{Table: db.Table()}).Get(t.Context(), "sample")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return settings{
		Config: config.Config{
			Data: folder, Workers: 1, Every: time.Hour,
			Shopify: &config.Shopify{Domain: card.Domain, AccessToken: "none", BaseURL: "http://127.0.0.1:1"},
			BC: &config.BC{
				Tenant: card.Company.Tenant, Environment: card.Company.Environment, Company: card.Company.ID, ClientID: "none", ClientSecret: "none",
				BaseURL: "http://127.0.0.1:1", TokenURL: "http://127.0.0.1:1",
			},
		},
		log: slog.New(slog.DiscardHandler), anchor: time.Now().Add(24 * time.Hour),
	}
}

// TestMain keeps the language of whoever runs the tests out of them.
func TestMain(m *testing.M) {
	if err := os.Setenv("LC_ALL", "C"); err != nil {
		panic(err)
	}
	m.Run()
}

// pagesAddUp fails where the pages of a list, by their numbers, are not the list.
func pagesAddUp(t *testing.T, list string) {
	t.Helper()
	ids := func(args ...string) (out []string) {
		t.Helper()
		js, errs, status := command(t, append([]string{list, "--json"}, args...)...)
		var rows []struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal([]byte(js), &rows); err != nil || status != 0 {
			t.Fatalf("%s %v: %d %s, %v", list, args, status, errs, err)
		}
		for line := range strings.Lines(errs) {
			if len(line) > connect.Width {
				t.Errorf("%s %v: a line of %d columns: %s", list, args, len(line), line)
			}
		}
		for _, r := range rows {
			out = append(out, r.ID)
		}
		return out
	}
	all := ids("--limit", "100")
	var pages []string
	for n := 1; n <= len(all); n++ {
		pages = append(pages, ids("--limit", "1", "--page", strconv.Itoa(n))...)
	}
	if !slices.Equal(all, pages) || len(all) < 2 {
		t.Errorf("%s: the pages have %v, the list %v", list, pages, all)
	}
	if past := ids("--limit", "100", "--page", "2"); len(past) != 0 {
		t.Errorf("%s: after the last page: %v", list, past)
	}
}

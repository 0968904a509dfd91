package system_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/awsfault/awswire"
	"backroom/shared/documents"
	"backroom/shared/dynamo"
	"backroom/shared/dynamo/dynamotest"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/queue"
	"backroom/shared/record"
	"backroom/shared/schedule"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/testsize"
)

// upgraded is a world that an earlier version has left in the midst of its work,
// in the hands of this one. testdata/upgrade/README.md tells what is in it.
type upgraded struct {
	*worlds.World
	docs []oldDocument
}

// oldDocument is a document that the earlier version made.
type oldDocument struct{ Number, External string }

// keptFile reads a file of testdata/upgrade.
func keptFile(t *testing.T, commit, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "upgrade", commit, name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func keptJSON(t *testing.T, commit, name string, out any) {
	t.Helper()
	if err := json.Unmarshal(keptFile(t, commit, name), out); err != nil {
		t.Fatal(name, err)
	}
}

// cloudDump is what the cloud engine keeps: the items of the table, the
// messages that nobody has deleted, and the schedules.
type cloudDump struct {
	Items []struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Version int64  `json:"v"`
		X1PK    string `json:"x1pk"`
		X1SK    string `json:"x1sk"`
		X2PK    string `json:"x2pk"`
		X2SK    string `json:"x2sk"`
		Expires int64  `json:"expires"`
		Data    []byte `json:"d"`
	}
	Messages [][2]string
	Armed    []struct {
		Name, Cron, Zone, Group, Body string
		Rate                          time.Duration
		Anchor, At                    time.Time
	}
}

// into writes the items, each as often as its version says.
func (d cloudDump) into(t *testing.T, tb table.Table) {
	t.Helper()
	for _, i := range d.Items {
		it := table.Item{
			Key: table.Key{PK: i.PK, SK: i.SK}, Data: i.Data,
			Index1: table.IndexKey{PK: i.X1PK, SK: i.X1SK}, Index2: table.IndexKey{PK: i.X2PK, SK: i.X2SK},
		}
		if i.Expires > 0 {
			it.Expires = time.Unix(i.Expires, 0).UTC()
		}
		for range i.Version {
			if err := tb.Write(t.Context(), table.Put(it, table.Always)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := tb.Get(t.Context(), it.Key); err != nil || got.Version != i.Version {
			t.Fatalf("%v: version %d, %v, want %d", it.Key, got.Version, err, i.Version)
		}
	}
}

// rest sends the messages and arms the schedules.
func (d cloudDump) rest(t *testing.T, q queue.Queue, s schedule.Schedules) {
	t.Helper()
	for _, m := range d.Messages {
		if err := q.Send(t.Context(), m[0], "", []byte(m[1])); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range d.Armed {
		var err error
		to := schedule.Target{Group: a.Group, Body: a.Body}
		if a.At.IsZero() {
			var zone *time.Location
			if a.Zone != "" {
				if zone, err = time.LoadLocation(a.Zone); err != nil {
					t.Fatal(err)
				}
			}
			err = s.Every(t.Context(), a.Name, schedule.Recurrence{Rate: a.Rate, Cron: a.Cron, Anchor: a.Anchor, Zone: zone}, to)
		} else {
			err = s.At(t.Context(), a.Name, a.At, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// leftBy opens what a commit has left, on one engine: "embedded", "cloud in
// memory", "cloud on DynamoDB"; "cloud, table alone" has lost messages and schedules.
func leftBy(t *testing.T, commit, engine string) *upgraded {
	t.Helper()
	var company struct{ At time.Time }
	keptJSON(t, commit, "company.json", &company)
	u := &upgraded{}
	d := new(data.Data)
	keptJSON(t, commit, "shop.json", d)
	u.World = worlds.New(t, worlds.Setup{
		Begin: company.At.Truncate(time.Minute).Add(2 * time.Minute), Shop: d, Company: businesscentral.Cronus("CRONUS International Ltd."),
		Card: documents.Card{Shop: shop.Shop{Code: "sample"}}, Connected: true,
		Engine: func(w *worlds.World) worlds.Engine { return leftOn(t, w, commit, engine) },
	})
	u.seed(t, commit)
	return u
}

// leftOn is the engine, with what the commit has left on it.
func leftOn(t *testing.T, w *worlds.World, commit, engine string) worlds.Engine {
	t.Helper()
	if engine == "embedded" {
		return embedded(t, w, commit)
	}
	var tb table.Table = memory.NewTable(w.Now)
	if engine == "cloud on DynamoDB" {
		tb = dynamo.New(dynamodb.NewFromConfig(awswire.Config(&awswire.Transport{Handler: dynamotest.New(w.Now)})), "backroom")
	}
	var d cloudDump
	keptJSON(t, commit, "cloud.json", &d)
	d.into(t, tb)
	q := memory.NewQueue(w.Now)
	s := memory.NewSchedules(w.Now, q)
	if engine != "cloud, table alone" {
		d.rest(t, q, s)
	}
	return worlds.Engine{Table: tb, Queue: q, Schedules: s}
}

// embedded opens the data file as serve does.
func embedded(t *testing.T, w *worlds.World, commit string) worlds.Engine {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backroom.db")
	if err := os.WriteFile(path, keptFile(t, commit, "embedded.db"), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), path, sqlite.WithNow(w.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	q := db.Queue("jobs")
	e := worlds.Engine{Table: db.Table(), Queue: q, Schedules: db.Schedules(q)}
	store := jobstore.New(e.Table, w.Now)
	if err := errors.Join(q.ReleaseAll(t.Context()), store.EndLeases(t.Context(), "sample", "resting")); err != nil {
		t.Fatal(err)
	}
	return e
}

// goOn lets minutes pass with all the work that falls due.
func (u *upgraded) goOn(t *testing.T, minutes int) {
	t.Helper()
	for range minutes {
		u.BC.RunDue()
		if _, err := u.Schedules.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			some, err := u.Dispatcher.Next(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			if !some {
				break
			}
		}
		s := sweep.New(u.Dispatcher, sweep.ShopList{"sample", "resting"})
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		u.Advance(time.Minute)
	}
}

func (u *upgraded) views(t *testing.T) map[string]staging.View {
	t.Helper()
	vs, next, err := u.Wired.Orders.List(t.Context(), "sample", "", "", 0)
	if err != nil || next != "" {
		t.Fatal(err, next)
	}
	out := map[string]staging.View{}
	for _, v := range vs {
		out[v.Name] = v
	}
	return out
}

// seed makes the customers and documents of the earlier version anew, over the
// API: ids and numbers of masters are the company's of today.
func (u *upgraded) seed(t *testing.T, commit string) {
	t.Helper()
	var was struct {
		Customers, SalesOrders []map[string]any
		Locations              []map[string]any
		ShipmentMethods        []map[string]any
		PaymentTerms           []map[string]any
	}
	keptJSON(t, commit, "company.json", &was)
	read := func(set string) []map[string]any { return worlds.Read[map[string]any](u.World, set) }
	has := map[any]bool{}
	for _, r := range read("customers") {
		has[r["number"]] = true
	}
	for _, r := range was.Customers {
		if !has[r["number"]] {
			u.post(t, "customers", only(r, "number", "displayName", "type", "addressLine1", "addressLine2", "city", "state", "country", "postalCode", "phoneNumber", "email"))
		}
	}
	now := map[any]any{} // id of today by id of then
	for set, rows := range map[string][]map[string]any{"locations": was.Locations, "shipmentMethods": was.ShipmentMethods, "paymentTerms": was.PaymentTerms} {
		for _, then := range rows {
			for _, r := range read(set) {
				if r["code"] == then["code"] {
					now[then["id"]] = r["id"]
				}
			}
		}
	}
	for _, r := range was.SalesOrders {
		u.seedOrder(t, r, now)
	}
	made := map[any]string{}
	for _, r := range read("salesOrders?$expand=salesOrderLines") {
		made[r["number"]] = sum(t, r)
	}
	for _, r := range was.SalesOrders {
		if then := sum(t, r); made[r["number"]] != then {
			t.Fatalf("document %v of %s is one of %s", r["number"], then, made[r["number"]])
		}
	}
}

func (u *upgraded) post(t *testing.T, set string, body fields) {
	t.Helper()
	js, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	u.Write(http.MethodPost, set, string(js))
}

func (u *upgraded) seedOrder(t *testing.T, r map[string]any, now map[any]any) {
	t.Helper()
	doc := only(r, "number", "externalDocumentNumber", "customerNumber", "orderDate", "postingDate", "shipToName", "shipToContact",
		"sellToAddressLine1", "sellToAddressLine2", "sellToCity", "sellToCountry", "sellToState", "sellToPostCode",
		"shipToAddressLine1", "shipToAddressLine2", "shipToCity", "shipToCountry", "shipToState", "shipToPostCode",
		"pricesIncludeTax", "requestedDeliveryDate", "phoneNumber", "email")
	for _, k := range []string{"paymentTermsId", "shipmentMethodId"} {
		if id, ok := now[r[k]]; ok {
			doc = doc.with(k, id)
		}
	}
	var lines []fields
	for _, l := range linesOf(t, r) {
		if l["lineType"] == "Comment" {
			lines = append(lines, only(l, "lineType", "description"))
			continue
		}
		line := only(l, "lineType", "lineObjectNumber", "taxCode", "description", "quantity", "unitPrice", "discountAmount")
		if id, ok := now[l["locationId"]]; ok {
			line = line.with("locationId", id)
		}
		lines = append(lines, line)
	}
	doc = doc.with("salesOrderLines", lines)
	u.post(t, "salesOrders", doc)
	u.docs = append(u.docs, oldDocument{Number: fmt.Sprint(r["number"]), External: fmt.Sprint(r["externalDocumentNumber"])})
}

func linesOf(t *testing.T, r map[string]any) (out []map[string]any) {
	t.Helper()
	lines, ok := r["salesOrderLines"].([]any)
	for _, x := range lines {
		l, is := x.(map[string]any)
		out, ok = append(out, l), ok && is
	}
	if !ok {
		t.Fatalf("lines of %v: %v", r["number"], r["salesOrderLines"])
	}
	return out
}

// sum is what the lines of a document come to: its header may trail them.
func sum(t *testing.T, r map[string]any) string {
	t.Helper()
	total := decimal.Zero
	for _, l := range linesOf(t, r) {
		n, err := decimal.NewFromString(fmt.Sprint(l["netAmountIncludingTax"]))
		if err != nil {
			t.Fatal(err)
		}
		total = total.Add(n)
	}
	return total.String()
}

// fields are a JSON object whose fields are applied in their order.
type fields []struct {
	name  string
	value any
}

func (f fields) with(name string, value any) fields {
	return append(f, struct {
		name  string
		value any
	}{name, value})
}

func (f fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, x := range f {
		js, err := json.Marshal(x.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s%q:%s", map[bool]string{true: "{", false: ","}[i == 0], x.name, js)
	}
	return append(b.Bytes(), '}'), nil
}

func only(r map[string]any, keys ...string) (out fields) {
	for _, k := range keys {
		if v, ok := r[k]; ok && v != "0001-01-01" {
			out = out.with(k, v)
		}
	}
	return out
}

// lefts are all that is kept, on every engine that could have it.
var lefts = []struct{ commit, engine string }{
	{"7a35f02", "embedded"},
	{"7a35f02", "cloud in memory"},
	{"7a35f02", "cloud on DynamoDB"},
	{"7a35f02", "cloud, table alone"},
	{"dbcd21e", "cloud in memory"},
	{"dbcd21e", "cloud on DynamoDB"},
	{"dbcd21e", "cloud, table alone"},
}

// TestGoesOnFromWhatEarlierVersionsLeft: this version opens what an earlier one
// has left in the midst of a run, and goes on: no order gets a second document,
// none is forgotten, none is in conflict because of the upgrade, and every job runs.
func TestGoesOnFromWhatEarlierVersionsLeft(t *testing.T) {
	for _, l := range lefts[:testsize.Of(len(lefts), len(lefts), 2)] {
		t.Run(l.commit+" "+l.engine, func(t *testing.T) {
			t.Parallel()
			u := leftBy(t, l.commit, l.engine)
			orders, jobs := u.views(t), u.jobs(t)
			running, err := u.Jobs.Store.Running(t.Context(), "sample")
			if err != nil || len(running) != 1 || running[0].Task != "process-orders" {
				t.Fatalf("in progress: %+v, %v", running, err)
			}
			since := u.Now()
			u.goOn(t, 85)
			u.checkOrders(t, orders)
			u.checkDocuments(t)
			u.checkJobs(t, jobs, since)
			if l.engine != "embedded" { // which has one shop
				u.checkAtRest(t)
			}
			u.checkRuns(t, jobs, running[0], l.engine == "cloud, table alone")
		})
	}
}

func (u *upgraded) jobs(t *testing.T) map[string]jobstore.Job {
	t.Helper()
	js, err := u.Jobs.Store.Jobs(t.Context(), "sample")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]jobstore.Job{}
	for _, j := range js {
		out[j.ID] = j
	}
	return out
}

// checkOrders: orders that were on their way have arrived, all others are where
// they were, with the issue that they had.
func (u *upgraded) checkOrders(t *testing.T, was map[string]staging.View) {
	t.Helper()
	seen := map[orders.State]bool{}
	is := u.views(t)
	for name, before := range was {
		seen[before.State] = true
		want := before.State
		if want == orders.Creating || want == orders.Ready {
			want = orders.Processed
		}
		now := is[name]
		if now.State != want {
			t.Errorf("%s was %s and is %s, want %s: %+v", name, before.State, now.State, want, now.Issue)
			continue
		}
		if before.Document != nil && (now.Document == nil || now.Document.Number != before.Document.Number) {
			t.Errorf("%s had document %s, and has %+v", name, before.Document.Number, now.Document)
		}
		if want != orders.Attention && want != orders.Conflict {
			continue
		}
		if now.Issue == nil || now.Issue.Reason != before.Issue.Reason || !now.Issue.FirstSeen.Equal(before.Issue.FirstSeen) {
			t.Errorf("%s: issue %+v, was %+v", name, now.Issue, before.Issue)
		}
	}
	if len(is) != len(was) {
		t.Errorf("%d orders, were %d", len(is), len(was))
	}
	for _, st := range []orders.State{orders.Filtered, orders.Creating, orders.Attention, orders.Skipped, orders.Processed, orders.Conflict} {
		if !seen[st] {
			t.Errorf("no order was %s", st)
		}
	}
}

// checkDocuments: every order that is processed has one document, the one that
// was there if there was one, and no other order has any; no buyer is a customer twice.
func (u *upgraded) checkDocuments(t *testing.T) {
	t.Helper()
	c := u.BC.Companies()[0]
	byNumber, byOrder := map[string]string{}, map[string]int{}
	for _, d := range c.SalesOrders() {
		byNumber[d.Number] = d.ExternalDocumentNumber
		byOrder[d.ExternalDocumentNumber[strings.LastIndexByte(d.ExternalDocumentNumber, '-')+1:]]++
	}
	for _, d := range u.docs {
		if byNumber[d.Number] != d.External {
			t.Errorf("document %s of %s is gone, or another's: %q", d.Number, d.External, byNumber[d.Number])
		}
	}
	for name, v := range u.views(t) {
		want := 0
		if v.State == orders.Processed || v.State == orders.Conflict {
			want = 1
			if v.Document == nil || byNumber[v.Document.Number] == "" {
				t.Errorf("%s has no document: %+v", name, v.Document)
			}
		}
		if byOrder[v.ID] != want {
			t.Errorf("%s, %s, has %d documents", name, v.State, byOrder[v.ID])
		}
		delete(byOrder, v.ID)
	}
	if len(byOrder) > 0 {
		t.Errorf("documents of no order: %v", byOrder)
	}
	nora := 0
	for _, cu := range c.Customers() {
		if cu.Email == "nora@example.org" {
			nora++
		}
	}
	if nora != 1 {
		t.Errorf("the buyer whose create was lost is a customer %d times", nora)
	}
}

// checkJobs: each job is there and has run as its rule says, but for those that
// somebody keeps from running.
func (u *upgraded) checkJobs(t *testing.T, was map[string]jobstore.Job, since time.Time) {
	t.Helper()
	if was["once-later"].ID == "" || was["again"].ID == "" || was["held"].Status != jobqueue.OnHold {
		t.Fatalf("jobs before: %+v", was)
	}
	is := u.jobs(t)
	for id, before := range was {
		now, ok := is[id]
		switch {
		case id == "once-later":
			if ok {
				t.Errorf("%s is still there: %+v", id, now)
			}
			continue
		case !ok:
			t.Errorf("job %s is gone", id)
			continue
		}
		before.Version = now.Version
		if now.Rule != before.Rule || now.Task != before.Task || now.Priority != before.Priority || string(now.Parameters) != string(before.Parameters) {
			t.Errorf("%s is %+v, was %+v", id, now.Entry, before.Entry)
		}
		want := jobqueue.Ready
		if id == "held" {
			want = jobqueue.OnHold
		}
		if now.Status != want || now.HoldReason != before.HoldReason || now.Attempts != 0 {
			t.Errorf("%s is %s (%s), attempts %d", id, now.Status, now.HoldReason, now.Attempts)
		}
		ran := !now.History.Started.Before(since)
		if rests := id == "held" || id == "daily"; ran == rests { // daily is due tomorrow
			t.Errorf("%s ran last at %s", id, now.History.Started)
		}
	}
	for _, id := range []string{"sync-orders", "office-hours", "drifts"} {
		if late := u.Now().Sub(is[id].History.Started); late > 45*time.Minute {
			t.Errorf("%s ran last %s ago: it is not armed", id, late)
		}
	}
}

// checkAtRest: a shop that somebody has paused is left alone.
func (u *upgraded) checkAtRest(t *testing.T) {
	t.Helper()
	p, paused, err := u.Jobs.Store.PausedNow(t.Context(), "resting")
	if err != nil || !paused || p.Reason != "stocktaking" {
		t.Errorf("the shop at rest: %+v %t %v", p, paused, err)
	}
	resting, err := u.Jobs.Store.Jobs(t.Context(), "resting")
	if err != nil || len(resting) != 2 || !resting[0].History.Started.IsZero() || !resting[1].History.Started.IsZero() {
		t.Errorf("jobs of the shop at rest: %+v %v", resting, err)
	}
}

// checkRuns: the run in progress has ended, and it or one after it has done the
// work; what was accepted has run; what had failed was repeated; none is open.
func (u *upgraded) checkRuns(t *testing.T, was map[string]jobstore.Job, progress jobqueue.Run, mayBeLost bool) {
	t.Helper()
	r, err := u.Jobs.Store.Run(t.Context(), "sample", progress.ID)
	if err != nil || r.Outcome != jobqueue.Succeeded && r.Outcome != jobqueue.SucceededWithIssues && (!mayBeLost || r.Outcome != jobqueue.Lost) {
		t.Errorf("the run in progress ended as %q, %v: %s", r.Outcome, err, r.Detail)
	}
	if was["drifts"].Queued == "" {
		t.Fatal("no run was accepted")
	}
	if r, err := u.Jobs.Store.Run(t.Context(), "sample", was["drifts"].Queued); err != nil || r.Outcome != jobqueue.Succeeded {
		t.Errorf("the accepted run ended as %q, %v: %s", r.Outcome, err, r.Detail)
	}
	log, err := u.Jobs.Store.Log(t.Context(), jobstore.LogQuery{Shop: "sample", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	retried, once := 0, 0
	for _, r := range log.Runs {
		if !r.Done() {
			t.Errorf("run %s of %s is open", r.ID, r.Entry)
		}
		if r.Entry == "again" && r.Trigger == jobqueue.ByRetry && r.Outcome == jobqueue.Succeeded {
			retried++
		}
		if r.Entry == "once-later" && r.Outcome == jobqueue.Succeeded {
			once++
		}
	}
	if retried != 1 || once != 1 {
		t.Errorf("%d retries, %d runs of the job for one run", retried, once)
	}
}

// TestWhatAnEarlierVersionLeftIsDecided: people settle what waited for them then,
// by the ways out that this version says, and each order has one document at most.
func TestWhatAnEarlierVersionLeftIsDecided(t *testing.T) {
	for _, l := range lefts[:testsize.Of(len(lefts), len(lefts), 2)] {
		if l.engine == "cloud on DynamoDB" {
			continue // the table decides nothing of it
		}
		t.Run(l.commit+" "+l.engine, func(t *testing.T) {
			t.Parallel()
			u := leftBy(t, l.commit, l.engine)
			u.goOn(t, 85)
			cards := &shop.Store{Table: u.Table}
			card, err := cards.Get(t.Context(), "sample")
			if err != nil {
				t.Fatal(err)
			}
			err = shop.Change(&card, func(s *documents.DocumentSettings) { s.PaymentTerms[0].Code = "30D" }) // which the company has
			if err == nil {
				err = cards.Put(t.Context(), card)
			}
			if err != nil {
				t.Fatal(err)
			}
			// One was changed after its document was made, one was refunded before it.
			for _, name := range []string{"#1200", "#1165"} {
				if _, err := u.Wired.Orders.Decide(t.Context(), "sample", name, staging.Accept); err != nil {
					t.Errorf("accept %s: %v", name, err)
				}
			}
			if _, err := u.Jobs.Release(t.Context(), "sample", "held"); err != nil {
				t.Error(err)
			}
			since := u.Now()
			u.goOn(t, 15)
			u.checkDocuments(t)
			for _, name := range []string{"#1200", "#1165", "#1177", "#1197"} {
				if v := u.views(t)[name]; v.State != orders.Processed {
					t.Errorf("%s is %s: %+v", name, v.State, v.Issue)
				}
			}
			if held := u.jobs(t)["held"]; held.Status != jobqueue.Ready || held.History.Started.Before(since) {
				t.Errorf("the job that was held is %s and ran last at %s", held.Status, held.History.Started)
			}
		})
	}
}

// TestCardsOfEarlierVersionsAreReadWhole: each setting and each row of a list is
// what it was, and is stored again as it was.
func TestCardsOfEarlierVersionsAreReadWhole(t *testing.T) {
	for _, l := range lefts {
		t.Run(l.commit+" "+l.engine, func(t *testing.T) {
			t.Parallel()
			u := leftBy(t, l.commit, l.engine)
			cards := &shop.Store{Table: u.Table}
			then := u.card(t)
			for _, list := range []string{"taxCodes", "locations", "shipmentMethods", "paymentTerms", "countryCustomers", "countries", "variants"} {
				if rows, ok := then[list].([]any); !ok || len(rows) == 0 {
					t.Errorf("the card has no %s", list)
				}
			}
			card, err := cards.Get(t.Context(), "sample")
			if err != nil {
				t.Fatal(err)
			}
			if err := cards.Put(t.Context(), card); err != nil {
				t.Fatal(err)
			}
			now := u.card(t)
			for field, value := range then {
				if !reflect.DeepEqual(now[field], value) {
					t.Errorf("%s was %v and is %v", field, value, now[field])
				}
			}
		})
	}
}

// card is the stored card as plain JSON.
func (u *upgraded) card(t *testing.T) (fields map[string]any) {
	t.Helper()
	it, err := u.Table.Get(t.Context(), table.Key{PK: "SHOP#sample", SK: "CARD"})
	if err == nil {
		err = record.Decode(it.Data, 1, &fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

package plan_test

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"backroom/infra/plan"
	"backroom/shared/apigateway"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/recurrence"
	"backroom/shared/shop"
	"backroom/shared/task"
)

func TestFilesAreInStep(t *testing.T) {
	files, err := plan.Deployed().Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the plan says (%v): make generate", name, err)
		}
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want, err := plan.Deployed().Readme(readme); err != nil || !bytes.Equal(readme, want) {
		t.Errorf("README.md does not have the tasks as they are (%v): make generate", err)
	}
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "tasks", "*.md"))
	if err != nil || len(pages) != len(plan.Deployed().Tasks()) {
		t.Errorf("%d tasks, pages %q, %v: remove what is left of a task", len(plan.Deployed().Tasks()), pages, err)
	}
	events, err := filepath.Glob(filepath.Join("..", "..", "events", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob(filepath.Join("..", "..", "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(plan.Deployed().Functions); len(events) != n || len(programs) != n {
		t.Errorf("%d functions, %d events, %d programs: remove what is left of a task", n, len(events), len(programs))
	}
	for _, p := range programs {
		if _, ok := plan.Deployed().Function(filepath.Base(filepath.Dir(p))); !ok {
			t.Errorf("%s is not in the plan", p)
		}
	}
}

// Whoever registers a task gets the rest: function, role, alarm, event,
// template entry, program and the job entry of a new shop.
func TestARegisteredTaskIsDeployed(t *testing.T) {
	fake := task.Definition{
		Name: "water-plants", Title: "Water the plants: all", Report: 30102, MemoryMB: 512, MemoryWhy: "leaves are large",
		Entry: jobqueue.Entry{Category: "garden", MaxAttempts: 3, Rule: recurrence.Rule{Every: time.Hour}},
		Parameters: task.Schema("water-plants", struct {
			Rows []string `json:"rows,omitempty"`
			Cans int      `json:"cans"`
		}{Cans: 2}),
		Scopes:      []task.Scope{{Name: "read_products", For: "which plants there are"}},
		Permissions: []task.Permission{{Set: "D365 READ", For: "how much water there is"}},
		Uses: func(json.RawMessage) []jobqueue.Use {
			return append(jobqueue.Reads(task.ShopCard), jobqueue.Writes("water")...)
		},
		Sections: shop.Sections{shop.SectionOf("Garden", struct {
			Hoses int `json:"hoses"`
			Can   int `json:"can"`
		}{}, nil)},
		Kinds:   []string{"plant"},
		Reasons: issue.Catalogue{"dry": {Side: fault.Merchant, Text: "{} is dry.", WayOut: "Water it."}},
	}
	p := plan.Of(fake)
	f, ok := p.Function("water-plants")
	if !ok || f.Kind != plan.Task || f.Timeout != plan.TaskTimeout || f.MemoryMB != 512 || f.LogicalID() != "WaterPlants" || f.FunctionName("dev") != "backroom-dev-water-plants" {
		t.Errorf("function %+v", f)
	}
	var on []string
	for _, r := range f.Rights {
		on = append(on, string(r.On))
		if r.Why == "" || len(r.Actions) == 0 {
			t.Errorf("right %+v", r)
		}
	}
	for _, want := range []plan.Resource{plan.Table, plan.AppsSecret, plan.Logs} {
		if !slices.Contains(on, string(want)) {
			t.Errorf("its role has no right on the %s", want)
		}
	}
	paged := slices.ContainsFunc(p.Alarms("prod"), func(a plan.Alarm) bool {
		return a.Name == "crashes-water-plants" && a.Tells == plan.Page
	})
	if !paged {
		t.Errorf("alarms %+v", p.Alarms("prod"))
	}
	js, err := f.Event("")
	var r jobqueue.Request
	if err != nil || json.Unmarshal(js, &r) != nil || r.Task != "water-plants" || r.Lease.Category != "garden" || r.Deadline.IsZero() {
		t.Errorf("event %s, %v", js, err)
	}
	files, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	var tpl struct {
		Resources map[string]struct {
			Type string `yaml:"Type"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(files["template.yaml"], &tpl); err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]string{"WaterPlants": "AWS::Serverless::Function", "WaterPlantsRole": "AWS::IAM::Role", "WaterPlantsLogs": "AWS::Logs::LogGroup"} {
		if tpl.Resources[name].Type != kind {
			t.Errorf("template: %s is a %q", name, tpl.Resources[name].Type)
		}
	}
	if !bytes.Contains(files["template.yaml"], []byte("Resource: [!GetAtt WaterPlants.Arn]")) {
		t.Error("template: the dispatcher may not invoke it")
	}
	said := string(files["docs/tasks/water-plants.md"])
	for _, want := range []string{
		"Water the plants: all", "report 30102", "| category | garden |", "| runs | every 1h0m |", "| `rows` | a list of texts | none |", "| `cans` | a whole number | 2 |", "`read_products`", "`D365 READ`",
		"| water | writes |", "| [`hoses`, `can`](../shop-card.md) | Garden |", "kind plant", "| `dry` | … is dry. | Water it. | the merchant |",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("its page of docs has no %q:\n%s", want, said)
		}
	}
	readme, err := p.Readme([]byte("a\n<!-- The tasks: generated by infra/plan; make generate. -->\nold\n<!-- End of the tasks. -->\nz\n"))
	if n := strings.Count(string(readme), "| not yet |"); err != nil || n != 9 || !strings.Contains(string(readme), "| 30102 | inventory | [`water-plants`](docs/tasks/water-plants.md) |") ||
		!strings.HasPrefix(string(readme), "a\n") || !strings.HasSuffix(string(readme), "\nz\n") || strings.Contains(string(readme), "old") {
		t.Errorf("README %s, %v", readme, err)
	}
	own := fake
	own.Report = 0
	readme, err = plan.Of(own).Readme(readme)
	if n := strings.Count(string(readme), "| not yet |"); err != nil || n != 10 || !strings.Contains(string(readme), "| none | Water the plants: all | [`water-plants`](docs/tasks/water-plants.md) |\n<!-- End") {
		t.Errorf("README %s, %v", readme, err)
	}
	if _, err := p.Readme([]byte("no place")); err == nil {
		t.Error("a table without place is written")
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "main.go", files["functions/water-plants/main.go"], parser.AllErrors); err != nil {
		t.Error(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	queue := memory.NewQueue(now)
	jobs := jobs.New(jobstore.New(memory.NewTable(now), now), task.Registry([]task.Definition{fake}), queue, memory.NewSchedules(now, queue), slog.New(slog.DiscardHandler))
	if err := jobs.Ensure(t.Context(), "acme", "acme", now()); err != nil {
		t.Fatal(err)
	}
	if e, err := jobs.Store.Entry(t.Context(), "acme", "water-plants"); err != nil || e.Category != "garden" || e.MaxAttempts != 3 || e.Status != jobqueue.Ready {
		t.Errorf("a new shop's job entry: %+v, %v", e, err)
	}
}

func TestTimesNest(t *testing.T) {
	if plan.TaskTimeout >= plan.DispatchTimeout || plan.DispatchTimeout > plan.QueueVisibility {
		t.Errorf("task %v, dispatcher %v, visibility %v", plan.TaskTimeout, plan.DispatchTimeout, plan.QueueVisibility)
	}
}

// What the gateway authorises by IAM is what the handler takes the prefix from,
// and nothing else is.
func TestRoutesAreTheHandlers(t *testing.T) {
	for _, r := range plan.Routes {
		if got := strings.HasPrefix(r.Path, apigateway.Prefix+"/"); got != r.IAM {
			t.Errorf("route %s: by IAM %t, below the operators' prefix %t", r.Path, r.IAM, got)
		}
	}
	if len(plan.Routes) != 2 {
		t.Errorf("routes %v, want the merchants' and the operators'", plan.Routes)
	}
}

// The CDK app imports this package: it must stay light.
func TestPlanImportsNoCloudLibrary(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(dep, "github.com/aws/") || strings.HasPrefix(dep, "modernc.org/") {
			t.Errorf("it imports %s", dep)
		}
	}
}

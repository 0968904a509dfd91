package plan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/plan"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/metrics"
)

type invoker struct{ err error }

func (i invoker) Invoke(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{}, i.err
}

// sets are the metrics that the functions write, with their dimensions: "Runs by Stage".
func sets(t *testing.T) map[string]bool {
	t.Helper()
	var b bytes.Buffer
	e := &metrics.Emitter{Stage: "prod", W: &b, Now: time.Now}
	e.Ended(jobqueue.Run{Task: "sync-orders", Outcome: jobqueue.Succeeded, Started: time.Now(), Ended: time.Now(), Scheduled: time.Now()})
	e.Swept(sweep.Swept{}, 0, false)
	e.Unrecorded("acme#orders", errors.New("no table"))
	full := &fault.Error{Op: "x", Kind: fault.Throttled, Err: errors.New("full")}
	if _, err := e.Throttled(invoker{full}).Invoke(t.Context(), jobqueue.Request{Task: "sync-orders"}); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if _, err := e.Tasks(invoker{}).Invoke(t.Context(), jobqueue.Request{Task: "sync-orders"}); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for l := range strings.Lines(b.String()) {
		var line struct {
			AWS struct {
				CloudWatchMetrics []struct {
					Dimensions [][]string
					Metrics    []struct{ Name string }
				}
			} `json:"_aws"`
		}
		if err := json.Unmarshal([]byte(l), &line); err != nil { //nolint:musttag // CloudWatch's own names
			t.Fatal(err)
		}
		for _, s := range line.AWS.CloudWatchMetrics {
			for _, m := range s.Metrics {
				for _, set := range s.Dimensions {
					slices.Sort(set)
					out[m.Name+" by "+strings.Join(set, ",")] = true
				}
			}
		}
	}
	return out
}

// TestMetricsAreInTheDocs: docs/sam.md has what is written, and nothing else.
func TestMetricsAreInTheDocs(t *testing.T) {
	js, err := os.ReadFile(filepath.Join("..", "..", "docs", "sam.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(js), "| dimensions | metrics |")
	table, _, _ = strings.Cut(table, "## ")
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("`([A-Za-z]+)`").FindAllStringSubmatch(table, -1) {
		told[m[1]] = true
	}
	written := map[string]bool{}
	for set := range sets(t) {
		name, _, _ := strings.Cut(set, " ")
		if written[name] = true; !told[name] {
			t.Errorf("docs/sam.md has no %s", name)
		}
	}
	for name := range told {
		if !written[name] {
			t.Errorf("docs/sam.md has %s, which nothing writes", name)
		}
	}
}

// TestNamesInTheDocs: what docs call by the name that a stage gives it is there,
// and what they call a composite is one.
func TestNamesInTheDocs(t *testing.T) {
	read := func(path ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	made := read("infra", "cdk", "testdata", "prod-state.json") + read("infra", "cdk", "testdata", "prod-compute.json")
	deploy, seen := read("docs", "deploy.md"), 0
	for _, m := range regexp.MustCompile("backroom-(?:dev|<stage>)-([a-z][a-z.-]*[a-z])").FindAllStringSubmatch(deploy+read("docs", "runbook.md"), -1) {
		seen++
		if name := "backroom-prod-" + m[1]; m[1] != "state" && m[1] != "compute" && !strings.Contains(made, `"`+name+`"`) {
			t.Errorf("docs name %s, and no template makes a %s", m[0], name)
		}
	}
	if seen < 5 {
		t.Errorf("%d names in the docs", seen)
	}
	_, after, _ := strings.Cut(deploy, "A composite alarm")
	m := regexp.MustCompile("`backroom-dev-([a-z-]+)`").FindStringSubmatch(after)
	if m == nil || !slices.ContainsFunc(plan.Deployed().Composites(), func(c plan.Composite) bool { return c.Name == m[1] }) {
		t.Errorf("docs/deploy.md says %v is a composite", m)
	}
}

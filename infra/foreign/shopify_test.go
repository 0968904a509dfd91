package foreign_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

// python is the interpreter of the scripts' environment, or the test is skipped.
func python(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("BACKROOM_FOREIGN")
	if dir == "" {
		t.Skip("BACKROOM_FOREIGN is not set: run make test-foreign")
	}
	return filepath.Join(dir, "bin", "python")
}

// run runs a script and returns how many checks it made and the exceptions it named.
func run(t *testing.T, script string, args ...string) (checks int, exceptions []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), python(t), append([]string{script}, args...)...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("%s: %v", script, err)
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		if strings.HasPrefix(line, "ok ") {
			checks++
		}
		if rest, ok := strings.CutPrefix(line, "exception "); ok {
			name, _, _ := strings.Cut(rest, ":")
			exceptions = append(exceptions, name)
		}
	}
	return checks, exceptions
}

// Shopify's own client lists, pages, writes and is refused as by the shop.
func TestShopifysOwnClient(t *testing.T) {
	python(t)
	clock := testclock.New(testclock.Monday)
	sim, err := shopify.New(shopify.Config{Now: clock.Now, Shops: []*data.Data{data.Sample(clock.Now())}})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(sim)
	defer s.Close()
	shop := sim.Shop("")
	checks, exceptions := run(t, "shopify_client.py", strings.TrimPrefix(s.URL, "http://"), shop.Info().Domain, shop.IssueToken(), "2026-07")
	if checks != 13 {
		t.Errorf("%d checks, want 13", checks)
	}
	if got := strings.Join(exceptions, ", "); got != "REST, authorization code" {
		t.Errorf("exceptions %q", got)
	}
	if m := shop.Meter(); m.Requests < 14 || m.Mutations != 3 || m.Refused != 1 {
		t.Errorf("the simulator saw %+v", m)
	}
}

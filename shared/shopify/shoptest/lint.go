package shoptest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// SharedFile is a file of the folder that BACKROOM_SHARED names.
func SharedFile(t *testing.T, parts ...string) string {
	t.Helper()
	dir := os.Getenv("BACKROOM_SHARED") //nolint:forbidigo // only tests ask
	if dir == "" {
		t.Skip("BACKROOM_SHARED is not set: it names the folder with the reference data")
	}
	return filepath.Join(append([]string{dir}, parts...)...)
}

var costLine = regexp.MustCompile(`(?:query|mutation) (\w+): cost (\d+)`)

// Lint runs shopify-lint, fails on any finding, and answers the costs.
func Lint(t *testing.T, args ...string) map[string]float64 {
	t.Helper()
	bin := SharedFile(t, "bin", "shopify-lint")
	//nolint:gosec // the program of that folder, and files of the test
	out, err := exec.CommandContext(t.Context(), bin, append([]string{"--deny-deprecated"}, args...)...).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("warning:")) {
		t.Fatalf("shopify-lint %v: %v\n%s", args, err, out)
	}
	found := map[string]float64{}
	for _, m := range costLine.FindAllStringSubmatch(string(out), -1) {
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		found[m[1]] = n
	}
	return found
}

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// cfnLint is the linter of the environment that BACKROOM_FOREIGN names, or of
// the path, or the test is skipped.
func cfnLint(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("BACKROOM_FOREIGN"); dir != "" {
		return filepath.Join(dir, "bin", "cfn-lint")
	}
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed: run make test-cdk")
	}
	return lint
}

// TestCfnLint: beside the policy, what AWS's own linter knows of resources.
func TestCfnLint(t *testing.T) {
	lint, dir := cfnLint(t), t.TempDir()
	write := func(name string, js []byte) string {
		file := filepath.Join(dir, name+".json")
		if err := os.WriteFile(file, js, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	// W3005: CDK names the role as a dependency that is one already.
	args := []string{"--ignore-checks", "W3005", "--", filepath.Join("..", "..", "template.yaml")}
	for stage, both := range made {
		args = append(args, write(stage+"-state", both.state), write(stage+"-compute", both.compute))
	}
	if out, err := exec.CommandContext(t.Context(), lint, args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
	// It would say so.
	bad := write("bad", bytes.Replace(made["prod"].state, []byte("1209600"), []byte("1209601"), 1))
	if out, err := exec.CommandContext(t.Context(), lint, "--", bad).CombinedOutput(); err == nil || !bytes.Contains(out, []byte("1209601")) {
		t.Errorf("a retention that SQS does not have: %v\n%s", err, out)
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestCfnLint: beside the policy, what AWS's own linter knows of resources.
func TestCfnLint(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed: pip install cfn-lint")
	}
	files := []string{filepath.Join("..", "..", "template.yaml")}
	for stage, both := range made {
		for part, js := range map[string][]byte{"state": both.state, "compute": both.compute} {
			file := filepath.Join(t.TempDir(), stage+"-"+part+".json")
			if err := os.WriteFile(file, js, 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	for _, file := range files {
		// W3005: CDK names the role as a dependency that is one already.
		out, err := exec.CommandContext(t.Context(), lint, "--ignore-checks", "W3005", "--template", file).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", filepath.Base(file), err, out)
		}
	}
}

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestTargetsAskNothing: what make hands to CDK's program, whose version is fixed
// and which is neither asked about nor asks.
func TestTargetsAskNothing(t *testing.T) {
	for target, want := range map[string][]string{
		"synth":  {"cdk@2.", " synth --quiet -c stage=\"prod\" -c stages=\"/etc/backroom\" -c table=\"restored\""},
		"diff":   {"cdk@2.", " diff -c stage=\"prod\""},
		"deploy": {"cdk@2.", " deploy Compute --exclusively --require-approval never -c stage=\"prod\"", "unprotect-failed.sh \"prod\""},
	} {
		cmd := exec.CommandContext(t.Context(), "make", "--dry-run", "--no-print-directory", target, "STAGE=prod", "STAGES=/etc/backroom", "STACKS=Compute", "TABLE=restored")
		cmd.Dir, cmd.Env = "../..", append(os.Environ(), "MAKEFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", target, err, out)
		}
		lines := strings.Join(strings.Fields(string(out)), " ")
		for _, w := range append(want, "npx --yes ") {
			if !strings.Contains(lines, w) {
				t.Errorf("%s does not run %q:\n%s", target, w, out)
			}
		}
		// An empty flag would stand beside the stage's file, and contradict it.
		if strings.Contains(lines, `=""`) {
			t.Errorf("%s gives empty settings:\n%s", target, out)
		}
	}
}

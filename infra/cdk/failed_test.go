package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// aws stands for the AWS CLI of an account with three kinds of stacks.
const aws = `#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
*describe-stacks*backroom-prod-state*) echo "$STATE" ;;
*describe-stacks*) echo "Stack does not exist" >&2; exit 254 ;;
esac
`

// TestFailedCreationsLoseTheirProtection: those, and no others.
func TestFailedCreationsLoseTheirProtection(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(aws), 0o700); err != nil {
		t.Fatal(err)
	}
	for state, lifted := range map[string]bool{
		"ROLLBACK_COMPLETE": true, "ROLLBACK_FAILED": false, "CREATE_COMPLETE": false, "UPDATE_ROLLBACK_COMPLETE": false, "REVIEW_IN_PROGRESS": false,
	} {
		calls := filepath.Join(t.TempDir(), "calls")
		cmd := exec.CommandContext(t.Context(), "./unprotect-failed.sh", "prod")
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CALLS="+calls, "STATE="+state)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", state, err, out)
		}
		seen, err := os.ReadFile(calls)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(seen), "update-termination-protection --stack-name backroom-prod-state --no-enable-termination-protection"); got != lifted {
			t.Errorf("%s: protection lifted: %v; calls:\n%s", state, got, seen)
		}
		if strings.Contains(string(seen), "update-termination-protection --stack-name backroom-prod-compute") {
			t.Errorf("%s: a stack that is not there:\n%s", state, seen)
		}
	}
}

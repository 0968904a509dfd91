package main

import (
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionOf(t *testing.T) {
	info := func(version string, pairs ...string) *debug.BuildInfo {
		b := &debug.BuildInfo{Main: debug.Module{Version: version}}
		for i := 0; i < len(pairs); i += 2 {
			b.Settings = append(b.Settings, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return b
	}
	const commit, at = "088645d0123456789abcdef0123456789abcdef0", "2026-11-28T01:02:03Z"
	for _, tt := range []struct {
		name string
		of   *debug.BuildInfo
		made string
		want string
	}{
		{"a release", info("v0.2.0", "vcs.revision", commit, "vcs.time", at), "x", "v0.2.0 (commit 088645d01234, of 2026-11-28)"},
		{"between two", info("v0.2.1-0.20261128010203-088645d01234+dirty", "vcs.revision", commit, "vcs.time", at, "vcs.modified", "true"), "", "v0.2.1-0.20261128010203-088645d01234+dirty (of 2026-11-28)"},
		{"a commit that go build does not number", info("(devel)", "vcs.revision", commit, "vcs.time", at, "vcs.modified", "true"), "x", "of no release (commit 088645d01234, of 2026-11-28, modified)"},
		{"a linked worktree, by make", info("(devel)"), "088645d of 2026-11-28, modified", "of no release (088645d of 2026-11-28, modified)"},
		{"nothing is known", info(""), "", "of no release"},
	} {
		if got := versionOf(tt.of, tt.made); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestNoSDKIsLinked: who tries the demo builds nothing of AWS.
func TestNoSDKIsLinked(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "modernc.org/sqlite") {
		t.Error("the list lacks what is linked")
	}
	for pkg := range strings.Lines(string(out)) {
		if strings.HasPrefix(pkg, "github.com/aws/") {
			t.Errorf("%s is linked", strings.TrimSpace(pkg))
		}
	}
}

package main

import (
	"runtime/debug"
	"strings"
)

// built is what the Makefile knows of the source: commit and date. It stands in where go
// build finds no version control.
var built string

// version is what --version says.
func version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return versionOf(&debug.BuildInfo{}, built)
	}
	return versionOf(b, built)
}

// versionOf is the version of the module, which has the time and the commit of a build
// between two releases, or what made says of the source; with the commit, its date and
// whether files were modified, as far as the version does not say it.
func versionOf(b *debug.BuildInfo, made string) string {
	set := map[string]string{}
	for _, s := range b.Settings {
		set[s.Key] = s.Value
	}
	out := b.Main.Version
	commit := set["vcs.revision"]
	if out == "" || out == "(devel)" {
		if out = "of no release"; commit == "" && made != "" {
			return out + " (" + made + ")"
		}
	}
	var more []string
	if commit = commit[:min(12, len(commit))]; commit != "" && !strings.Contains(out, commit) {
		more = append(more, "commit "+commit)
	}
	if day, _, ok := strings.Cut(set["vcs.time"], "T"); ok {
		more = append(more, "of "+day)
	}
	if set["vcs.modified"] == "true" && !strings.HasSuffix(out, "+dirty") {
		more = append(more, "modified")
	}
	if len(more) > 0 {
		out += " (" + strings.Join(more, ", ") + ")"
	}
	return out
}

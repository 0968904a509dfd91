package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"backroom/infra/plan"
)

// built is a folder of functions that stands for what make functions makes.
func built(t *testing.T) string {
	t.Helper()
	code := t.TempDir()
	if err := programs(code, plan.Deployed()); err != nil {
		t.Fatal(err)
	}
	return code
}

// want fails unless err is nil for an empty text, and names it otherwise.
func want(t *testing.T, err error, part string) {
	t.Helper()
	if part == "" && err != nil || part != "" && (err == nil || !strings.Contains(err.Error(), part)) {
		t.Errorf("%v, want %q", err, part)
	}
}

func TestStage(t *testing.T) {
	s, err := parseStage(named(map[string]any{
		"stage": "staging", "code": built(t), "pages": "a@example.com, b@example.com", "warnings": "none", "concurrency": 200.0, "runDays": "7", "logLevel": "debug",
		"@aws-cdk/core:newStyleStackSynthesis": true, "availability-zones:account=1:region=eu-north-1": []any{"a"}, "cli-telemetry": false,
	}), plan.Deployed())
	if err != nil {
		t.Fatal(err)
	}
	if !s.Kept || s.Concurrency != 200 || s.RunDays != 7 || s.LogLevel != "debug" || len(s.Pages) != 2 || len(s.Warnings) != 0 || s.Table != "" || s.FormerRoles {
		t.Errorf("%+v", s)
	}
	if s, err = parseStage(named(map[string]any{"stage": "dev", "code": built(t), "table": "backroom-dev-restored", "formerRoles": "kept"}), plan.Deployed()); err != nil || s.Kept || s.Table != "backroom-dev-restored" || !s.FormerRoles {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestSettings: each value is checked for its type and range.
func TestSettings(t *testing.T) {
	code := built(t)
	for _, c := range []struct {
		name string
		v    any
		bad  bool
	}{
		{"stage", "eu", false},
		{"stage", "customer12ab", false},
		{"stage", "d", true},
		{"stage", "1dev", true},
		{"stage", "customer12abc", true},
		{"stage", "a-b", true},
		{"stage", "Dev", true},
		{"stage", "", true},
		{"stage", 7.0, true},
		{"stage", nil, true},
		{"concurrency", 2.0, false},
		{"concurrency", "1000", false},
		{"concurrency", 1.0, true},
		{"concurrency", 1001.0, true},
		{"concurrency", 2.5, true},
		{"concurrency", "100 or so", true},
		{"concurrency", "+5", true},
		{"concurrency", "007", true},
		{"concurrency", "-5", true},
		{"concurrency", true, true},
		{"concurrency", "99999999999999999999", true},
		{"concurrency", 1e300, true},
		{"concurrency", []any{5.0}, true},
		{"concurrency", "", true},
		{"runDays", "1", false},
		{"runDays", 3650.0, false},
		{"runDays", "0", true},
		{"runDays", 3651.0, true},
		{"runDays", "ten", true},
		{"logLevel", "warn", false},
		{"logLevel", "loud", true},
		{"logLevel", "INFO", true},
		{"logLevel", true, true},
		{"logLevel", "", true},
		{"table", "own", false},
		{"table", "a b", true},
		{"table", "ab", true},
		{"table", strings.Repeat("t", 256), true},
		{"table", 12345.0, true},
		{"pages", "x@example.com", false},
		{"pages", "nobody", true},
		{"pages", "x@y", true},
		{"pages", "none,x@example.com", true},
		{"pages", "x@example.com,", true},
		{"pages", "Joe <x@example.com>", true},
		{"pages", "x@example.com, x@example.com", true},
		{"pages", []any{"x@example.com"}, true},
		{"pages", "", true},
		{"warnings", "none", false},
		{"warnings", "z", true},
		{"formerRoles", "kept", false},
		{"formerRoles", "yes", true},
		{"formerRoles", true, true},
		{"code", filepath.Join(code, "nowhere"), true},
		{"code", 5.0, true},
	} {
		settings := named(map[string]any{"stage": "prod", "code": code, c.name: c.v})
		_, err := parseStage(settings, plan.Deployed())
		if c.bad {
			want(t, err, c.name+" ")
		} else {
			want(t, err, "")
		}
	}
}

// TestAllProblemsAtOnce: with setting, value and what is allowed.
func TestAllProblemsAtOnce(t *testing.T) {
	_, err := parseStage(map[string]any{
		"stage": "Production-EU", "concurrency": "100 or so", "runDays": "ten", "logLevel": "loud", "table": "a b", "pages": "nobody", "warnings": "x@example.com, z",
		"conccurrency": 5.0, "code": "/nowhere",
	}, plan.Deployed())
	for _, part := range []string{
		`stage "Production-EU": must be 2 to 12`, `concurrency "100 or so": must be a whole number from 2 to 1000`, `runDays "ten"`, `logLevel "loud": must be debug, info`,
		`table "a b"`, `pages "nobody"`, `warnings "z"`, "context conccurrency 5: there is no setting of that name; there are concurrency, ", `code "/nowhere": there is no program of dispatch, sweep, api`,
	} {
		want(t, err, part)
	}
	// Each is said once.
	if n := strings.Count(err.Error(), "\n") + 1; n != 9 {
		t.Errorf("%d lines:\n%v", n, err)
	}
}

// TestNothingIsForgotten: in no stage does a setting go back because a flag is missing.
func TestNothingIsForgotten(t *testing.T) {
	code := built(t)
	for _, stage := range []string{"dev", "prod"} {
		for name := range kept {
			settings := named(map[string]any{"stage": stage, "code": code})
			delete(settings, name)
			_, err := parseStage(settings, plan.Deployed())
			want(t, err, "setting "+name+" is missing: ")
			want(t, err, "write them into "+filepath.Join("stages", stage+".json")+", as ")
		}
	}
	_, err := parseStage(map[string]any{"code": code}, plan.Deployed())
	want(t, err, "context stage is missing: must be 2 to 12")
}

// TestTheStagesFile holds the settings, so that none is forgotten; a flag cannot
// say otherwise for once.
func TestTheStagesFile(t *testing.T) {
	code, folder := built(t), t.TempDir()
	example, err := os.ReadFile("stage.example.json")
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, "prod.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(flags map[string]any) (stage, error) {
		all := map[string]any{"stage": "prod", "code": code, "stages": folder}
		maps.Copy(all, flags)
		return parseStage(all, plan.Deployed())
	}
	write(string(example))
	s, err := read(map[string]any{"concurrency": "100"})
	if err != nil || s.Concurrency != plan.Concurrency || s.RunDays != 30 || s.LogLevel != "info" {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = read(map[string]any{"table": "backroom-prod-restored"})
	want(t, err, `context table is "backroom-prod-restored", and `+filepath.Join(folder, "prod.json")+` says "own"`)

	write(`{"table": "backroom-prod-restored", "stage": "dev", "runDays": 0, "concurency": 5}`)
	_, err = read(nil)
	for _, part := range []string{"prod.json: stage ", "prod.json: concurency 5: there is no setting", "prod.json: runDays 0: must be", "setting pages is missing", "setting logLevel is missing"} {
		want(t, err, part)
	}
	for _, text := range []string{"", "[]", "{", `{"table": "own"} {}`} {
		write(text)
		_, err = read(nil)
		want(t, err, "prod.json: must be a JSON object of settings")
	}
}

// TestExampleNamesAll: whoever copies it has no setting left to find.
func TestExampleNamesAll(t *testing.T) {
	js, err := os.ReadFile("stage.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var has map[string]any
	if err := json.Unmarshal(js, &has); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range kept {
		if _, ok := has[name]; !ok {
			t.Errorf("%s is not in the example", name)
		}
		if !regexp.MustCompile("(?m)^\\| `" + name + "` \\|").Match(page) {
			t.Errorf("%s is not in the table of docs/deploy.md", name)
		}
	}
	if len(has) != len(kept) {
		t.Errorf("the example has %v", has)
	}
}

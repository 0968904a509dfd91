package main

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"backroom/infra/plan"
)

// stage is what differs between deployments.
type stage struct {
	Name string
	// Kept: what is stored outlives its stack, and cannot be deleted by mistake.
	Kept bool
	// Concurrency is how many runs go on at the same time.
	Concurrency int
	LogLevel    string
	// RunDays is how many days a run that has ended stays in the log.
	RunDays int
	// Pages and Warnings are e-mail addresses; pagers subscribe to the topics by themselves.
	Pages, Warnings []string
	// Table is the name of a restored table that is worked on instead of the state
	// stack's; "": that one.
	Table string
	// Code is the folder of the built functions.
	Code string
	// FormerRoles: the roles of before stay beside those that are used now.
	FormerRoles bool
}

// ownTable is what the setting table is called where none is restored.
const ownTable = "own"

var (
	stages  = regexp.MustCompile(`^[a-z][a-z0-9]{1,11}$`)
	levels  = []string{"debug", "info", "warn", "error"}
	address = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`)
	names   = regexp.MustCompile(`^[0-9A-Za-z_.-]{3,255}$`)
)

// parseStage reads the settings of a deployment of p from the CDK context and
// the stage's file. All problems are reported at once, each with its setting,
// value and what is allowed.
func parseStage(context map[string]any, p plan.Plan) (stage, error) {
	r := readSettings(context)
	s := stage{Name: r.text("stage", ""), Code: r.text("code", filepath.Join("..", "..", "dist"))}
	switch {
	case !r.has("stage"):
		r.bad("stage", "is missing")
	case s.Name != "" && !stages.MatchString(s.Name):
		r.bad("stage", spelled(s.Name))
	}
	s.Kept = s.Name != "dev"
	s.Concurrency, s.RunDays = r.number("concurrency", 2, 1000), r.number("runDays", 1, 3650)
	if s.LogLevel = r.text("logLevel", levels[0]); !slices.Contains(levels, s.LogLevel) {
		r.bad("logLevel", spelled(s.LogLevel))
	}
	if s.Table = r.text("table", ownTable); !names.MatchString(s.Table) {
		r.bad("table", spelled(s.Table))
	}
	if s.Table == ownTable {
		s.Table = ""
	}
	if s.FormerRoles = r.text("formerRoles", "") == "kept"; r.has("formerRoles") && !s.FormerRoles {
		r.bad("formerRoles", spelled(r.given["formerRoles"]))
	}
	s.Pages, s.Warnings = r.addresses("pages"), r.addresses("warnings")
	r.errs = append(r.errs, notBuilt(s.Code, p))
	return s, r.problems()
}

// addresses is a setting that is a list of e-mail addresses, or none.
func (r *settings) addresses(name string) (out []string) {
	text := r.text(name, "none")
	if strings.TrimSpace(text) == "none" {
		return nil
	}
	for a := range strings.SplitSeq(text, ",") {
		a = strings.TrimSpace(a)
		_, err := mail.ParseAddress(a)
		switch {
		case err != nil || !address.MatchString(a):
			r.bad(name, spelled(a))
		case slices.Contains(out, a):
			r.errs = append(r.errs, fmt.Errorf("%s %s %s: is named twice", r.from[name], name, spelled(a)))
		default:
			out = append(out, a)
		}
	}
	return out
}

// notBuilt says which functions have no program in the folder.
func notBuilt(code string, p plan.Plan) error {
	var missing []string
	for _, f := range p.Functions {
		if i, err := os.Stat(filepath.Join(code, f.Name, "bootstrap")); err != nil || i.IsDir() {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("context code %s: there is no program of %s; make functions builds them", spelled(code), strings.Join(missing, ", "))
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
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
}

var (
	stages  = regexp.MustCompile(`^[a-z][a-z0-9]{1,11}$`)
	levels  = []string{"debug", "info", "warn", "error"}
	address = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	names   = regexp.MustCompile(`^[0-9A-Za-z_.-]{3,255}$`)
)

// parseStage reads the CDK context. All problems are reported at once, each with
// its setting, value and what is allowed.
func parseStage(context func(name string) string) (stage, error) {
	s := stage{Name: context("stage"), Concurrency: plan.Concurrency, LogLevel: "info", RunDays: 30, Code: "../../dist"}
	var errs []error
	bad := func(name, value, want string) {
		errs = append(errs, fmt.Errorf("context %s %q: must be %s; set it by -c %s=…", name, value, want, name))
	}
	if !stages.MatchString(s.Name) {
		bad("stage", s.Name, "2 to 12 small letters and digits, a letter first, such as dev, staging or prod")
	}
	s.Kept = s.Name != "dev"
	if v := context("concurrency"); v != "" {
		if n, err := strconv.Atoi(v); err == nil && n >= 2 && n <= 1000 {
			s.Concurrency = n
		} else {
			bad("concurrency", v, "2 to 1000, at most half of the account's concurrent functions")
		}
	}
	if v := context("runDays"); v != "" {
		if n, err := strconv.Atoi(v); err == nil && n >= 1 && n <= 3650 {
			s.RunDays = n
		} else {
			bad("runDays", v, "1 to 3650 days")
		}
	}
	if v := context("logLevel"); v != "" {
		if s.LogLevel = v; !slices.Contains(levels, v) {
			bad("logLevel", v, strings.Join(levels, ", "))
		}
	}
	if v := context("table"); v != "" {
		if s.Table = v; !names.MatchString(v) {
			bad("table", v, "the name of a table, 3 to 255 of letters, digits and . _ -")
		}
	}
	if v := context("code"); v != "" {
		s.Code = v
	}
	list := func(name string) (out []string) {
		switch v := strings.TrimSpace(context(name)); {
		case v == "none":
			return nil
		case v == "" && s.Kept:
			// Left out at an upgrade, it would end the subscriptions of before.
			bad(name, "", "e-mail addresses, joined by commas, or none where others subscribe to the topic")
			return nil
		}
		for a := range strings.SplitSeq(context(name), ",") {
			if a = strings.TrimSpace(a); a == "" {
				continue
			}
			if _, err := mail.ParseAddress(a); err != nil || !address.MatchString(a) {
				bad(name, a, "e-mail addresses, joined by commas")
				continue
			}
			out = append(out, a)
		}
		return out
	}
	s.Pages, s.Warnings = list("pages"), list("warnings")
	return s, errors.Join(errs...)
}

// contextText is a context value as a text. cdk.json may have numbers; what is
// neither a number nor a text is shown as JSON, which no setting allows.
func contextText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	js, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%v", v)
	}
	return string(js)
}

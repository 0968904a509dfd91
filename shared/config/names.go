package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"backroom/shared/strict"
)

// settings are the names that the programs read.
var settings = []string{
	"BACKROOM_API", "BACKROOM_DATA", "BACKROOM_EVERY", "BACKROOM_IMPORT_FROM", "BACKROOM_LISTEN", "BACKROOM_LOG", "BACKROOM_RUN_DAYS", "BACKROOM_SHOP_FILE",
	"BACKROOM_TOKEN", "BACKROOM_WORKERS",
	"BC_BASE_URL", "BC_CLIENT_ID", "BC_CLIENT_SECRET", "BC_COMPANY_ID", "BC_ENVIRONMENT", "BC_TENANT", "BC_TOKEN_URL",
	"SHOPIFY_ACCESS_TOKEN", "SHOPIFY_BASE_URL", "SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET", "SHOPIFY_SHOP",
}

// others are names that functions, tests and builds read: known, and not suggested.
var others = []string{
	"BACKROOM_DEAD_SCHEDULES_URL", "BACKROOM_DEAD_URL", "BACKROOM_QUEUE_ARN", "BACKROOM_QUEUE_URL", "BACKROOM_SCHEDULE_DLQ", "BACKROOM_SCHEDULE_GROUP", "BACKROOM_SCHEDULE_ROLE", "BACKROOM_SECRET",
	"BACKROOM_STAGE", "BACKROOM_TABLE", "BACKROOM_TASK_PREFIX",
	"BACKROOM_EMULATORS", "BACKROOM_FOREIGN", "BACKROOM_SHARED", "BACKROOM_TEST_SIZE", "BC_PORT", "SHOPIFY_PORT",
}

var (
	ours = regexp.MustCompile(`^(BACKROOM|BC|SHOPIFY)_`)
	// foreign are names that other programs have a right to: the calculator bc,
	// Shopify's command line, and the addresses that container platforms set for a
	// service of our name.
	foreign = regexp.MustCompile(`^(BC_(ENV_ARGS|LINE_LENGTH|BANNER|SIGINT_RESET|TTY_MODE|PROMPT|EXPR_EXIT|DIGIT_CLAMP)|SHOPIFY_(CLI|FLAG)_.*|BACKROOM_(SERVICE_(HOST|PORT(_.*)?)|PORT_[0-9].*))$`)
)

// platform reports whether a container platform has set the variable for a
// service of our name. BACKROOM_PORT is also what a person may take for a setting
// of the port: the platform's is an address, tcp://10.0.0.1:8420.
func platform(name, value string) bool {
	return foreign.MatchString(name) || name == "BACKROOM_PORT" && strings.Contains(value, "://")
}

// called is what others call a setting of ours: its name is not spelled alike.
var called = map[string]string{ //nolint:gosec // names of settings, not their values
	"BACKROOM_PORT": "BACKROOM_LISTEN", "BACKROOM_ADDRESS": "BACKROOM_LISTEN", "BACKROOM_INTERVAL": "BACKROOM_EVERY", "BACKROOM_CARD": "BACKROOM_SHOP_FILE",
	"SHOPIFY_API_KEY": "SHOPIFY_CLIENT_ID", "SHOPIFY_API_SECRET": "SHOPIFY_CLIENT_SECRET", "SHOPIFY_API_SECRET_KEY": "SHOPIFY_CLIENT_SECRET",
	"SHOPIFY_DOMAIN": "SHOPIFY_SHOP", "SHOPIFY_STORE": "SHOPIFY_SHOP", "SHOPIFY_STORE_DOMAIN": "SHOPIFY_SHOP",
	"BC_URL": "BC_BASE_URL", "BC_AUTHORITY": "BC_TOKEN_URL",
}

// closest is the setting that name most likely means.
func closest(name string) string {
	if s, ok := called[strings.ToUpper(name)]; ok {
		return s
	}
	return strict.Closest(name, settings)
}

// Unknown is an error for each of names that looks like a setting of ours and is
// none, with the closest name that is one: a name with a slip in it would have no
// effect, and nobody would know. One that lookup has no text for is passed over.
func Unknown(lookup func(string) (string, bool), names []string) error {
	r := reader{lookup: lookup}
	r.unknown(names)
	return errors.Join(r.problems...)
}

// UnknownError is a name that no setting has.
type UnknownError struct{ Name, Closest string }

func (e UnknownError) Error() string {
	return fmt.Sprintf("%s: there is no setting of that name; is it %s? Unset it, or correct it", e.Name, e.Closest)
}

func (r *reader) unknown(names []string) {
	names = slices.Sorted(slices.Values(names))
	for _, n := range slices.Compact(names) {
		upper := strings.ToUpper(n)
		switch {
		case !ours.MatchString(upper) || platform(n, r.text(n, "")) || r.text(n, "") == "":
		case !slices.Contains(settings, n) && !slices.Contains(others, n):
			r.problems = append(r.problems, UnknownError{n, closest(n)})
		}
	}
}

// Names are the names in an environment as os.Environ gives it.
func Names(environ []string) []string {
	var out []string
	for _, kv := range environ {
		if name, _, _ := strings.Cut(kv, "="); name != "" {
			out = append(out, name)
		}
	}
	return out
}

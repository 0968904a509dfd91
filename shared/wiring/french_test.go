package wiring_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"backroom/shared/api"
	"backroom/shared/connect"
	"backroom/shared/identity"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/language"
	"backroom/shared/link"
	"backroom/shared/staging"
)

// places are where a French phrase has what differs.
var places = regexp.MustCompile(`\{[!&]?[0-9]?\}`)

// Each phrase names all that differs once, and the settings, scopes and numbers of the
// English one; a sentence stays a sentence.
func TestEveryPhraseSaysTheSame(t *testing.T) {
	all := language.Joined(registered.French, api.French, connect.French, identity.French, jobqueue.French, jobs.French, jobstore.French, link.French, staging.French)
	if len(all) < 400 {
		t.Errorf("%d phrases", len(all))
	}
	for english, french := range all {
		if a, b := strings.Count(english, "{}"), len(places.FindAllString(french, -1)); a != b {
			t.Errorf("%q has %d places, in French %d: %q", english, a, b, french)
		}
		if a, b := namesIn(english), namesIn(places.ReplaceAllString(french, "")); !slices.Equal(a, b) && !strings.Contains(english, "UTF-8") {
			t.Errorf("%q has the names %v, in French %v", english, a, b)
		}
		if strings.HasSuffix(english, ".") != strings.HasSuffix(french, ".") {
			t.Errorf("%q and %q do not end alike", english, french)
		}
		if len(strings.Fields(english)) > 4 && english == french {
			t.Errorf("%q is not translated", english)
		}
	}
}

// What rights are for is said in French, for each task.
func TestRightsInFrench(t *testing.T) {
	n := 0
	for _, d := range registered.Definitions {
		if d.French == nil {
			t.Logf("%s says its rights in English alone", d.Name)
			continue
		}
		var fors []string
		for _, s := range d.Scopes {
			fors = append(fors, s.For)
		}
		for _, p := range d.Permissions {
			fors = append(fors, p.For)
		}
		for _, text := range fors {
			if n++; d.French[text] == "" {
				t.Errorf("%s: no French for %q (French of its definition)", d.Name, text)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d rights", n)
	}
}

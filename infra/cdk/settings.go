package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kept are the settings that a deployment must name, each with what it must be.
// CDK knows nothing of what is deployed: one that is left out would go back to
// what it is in a new stage, and a restored table would be left again.
var kept = map[string]string{
	"pages":       "e-mail addresses joined by commas, or none where others subscribe to the topic",
	"warnings":    "e-mail addresses joined by commas, or none where others subscribe to the topic",
	"table":       "own, or the name of a restored table: 3 to 255 of letters, digits and . _ -",
	"concurrency": "a whole number from 2 to 1000, at most half of the account's concurrent functions; 100 in a new stage",
	"runDays":     "a whole number of days from 1 to 3650; 30 in a new stage",
	"logLevel":    "debug, info, warn or error; info in a new stage",
}

// once are the settings that count for one deployment, or are the same in all.
var once = map[string]string{
	"stage":       "2 to 12 small letters and digits, a letter first, such as dev, staging or prod",
	"stages":      "a folder with a file of settings for each stage, <stage>.json",
	"code":        "the folder of the built functions, of make functions",
	"formerRoles": "kept while roles of before are still in use, else left out",
}

// ofCDK are names that CDK's own program puts beside an app's; all its others
// have a sign that ours have not.
var (
	ofCDK = []string{"cli-telemetry", "acknowledged-issue-numbers"}
	ours  = regexp.MustCompile(`^[^:/@]*$`)
	whole = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)
)

// settings reads values, and gathers what is wrong with them.
type settings struct {
	given   map[string]any
	from    map[string]string // where each was given
	file    string            // the stage's; "": the stage has no name
	missing bool              // a setting that each deployment names
	errs    []error
}

// readSettings joins the context with the stage's file. A name is given in one
// of the two: a flag that says otherwise than the file would be forgotten at the
// next deployment.
func readSettings(context map[string]any) *settings {
	r := &settings{given: map[string]any{}, from: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(context)) {
		switch {
		case !ours.MatchString(name) || slices.Contains(ofCDK, name):
		case kept[name] == "" && once[name] == "":
			r.unknown("context "+name, context[name])
		default:
			r.given[name], r.from[name] = context[name], "context"
		}
	}
	stage, ok := r.given["stage"].(string)
	if !ok || !stages.MatchString(stage) {
		return r // said by whoever reads it
	}
	path := filepath.Join(r.text("stages", "stages"), stage+".json")
	r.file = path
	js, err := os.ReadFile(path) //nolint:gosec // the operator's own
	if errors.Is(err, fs.ErrNotExist) {
		return r
	}
	var file map[string]any
	if err == nil {
		err = json.Unmarshal(js, &file)
	}
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: must be a JSON object of settings: %w", path, err))
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		switch has, twice := r.given[name]; {
		case kept[name] == "":
			r.unknown(path+": "+name, file[name])
		case twice && fmt.Sprint(has) != fmt.Sprint(file[name]):
			r.errs = append(r.errs, fmt.Errorf("context %s is %s, and %s says %s: say it in the file alone, or the next deployment goes back", name, spelled(has), path, spelled(file[name])))
		default:
			r.given[name], r.from[name] = file[name], path+":"
		}
	}
	return r
}

func (r *settings) unknown(what string, v any) {
	names := slices.Concat(slices.Sorted(maps.Keys(kept)), slices.Sorted(maps.Keys(once)))
	r.errs = append(r.errs, fmt.Errorf("%s %s: there is no setting of that name; there are %s", what, spelled(v), strings.Join(names, ", ")))
}

// bad notes that a setting is not what it must be.
func (r *settings) bad(name, value string) {
	want, from := kept[name], r.from[name]
	if want == "" {
		want = once[name]
	}
	if from == "" {
		from = "context"
	}
	r.errs = append(r.errs, fmt.Errorf("%s %s %s: must be %s", from, name, value, want))
}

// has says that a setting is given; one that must be and is not is a problem.
func (r *settings) has(name string) bool {
	if _, ok := r.given[name]; ok {
		return true
	}
	if want := kept[name]; want != "" {
		r.missing = true
		r.errs = append(r.errs, fmt.Errorf("setting %s is missing: %s", name, want))
	}
	return false
}

// problems are all that is wrong, with the way out of what is missing.
func (r *settings) problems() error {
	if r.missing && r.file != "" {
		r.errs = append(r.errs, fmt.Errorf("each deployment names all settings, or they would go back: write them into %s, as infra/cdk/stage.example.json has them for a new stage, or give -c name=value", r.file))
	}
	return errors.Join(r.errs...)
}

// text is a setting that is a text.
func (r *settings) text(name, unset string) string {
	if !r.has(name) {
		return unset
	}
	v, ok := r.given[name].(string)
	if !ok || v == "" {
		r.bad(name, spelled(r.given[name]))
		return unset
	}
	return v
}

// number is a setting that is a whole number, in a flag as digits.
func (r *settings) number(name string, least, most int) int {
	if !r.has(name) {
		return least
	}
	var digits string
	switch v := r.given[name].(type) {
	case string:
		digits = v
	case float64:
		digits = strconv.FormatFloat(v, 'f', -1, 64)
	}
	n, err := strconv.Atoi(digits)
	if !whole.MatchString(digits) || err != nil || n < least || n > most {
		r.bad(name, spelled(r.given[name]))
		return least
	}
	return n
}

// spelled is a value as JSON writes it, clipped.
func spelled(v any) string {
	js, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%v", v)
	}
	return fmt.Sprintf("%.200s", js)
}

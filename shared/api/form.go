package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/recurrence"
	"backroom/shared/strict"
	"backroom/shared/table"
)

// Form is a job entry as people write it: what it does and when, and nothing
// of what its runs left behind. Times are RFC 3339, durations as in "1h30m".
// What is left out is as the task's entry of a new shop has it where the entry
// is new, and unset where it is not; the zone is then the shop's.
type Form struct {
	ID          string            `json:"id"`
	Version     int64             `json:"version,omitempty"` // as read; 0: whatever is stored is replaced
	Task        string            `json:"task"`
	Description string            `json:"description,omitempty"`
	Scope       string            `json:"scope,omitempty"`
	Category    string            `json:"category,omitempty"`
	Priority    jobqueue.Priority `json:"priority,omitempty"`
	Parameters  json.RawMessage   `json:"parameters,omitempty"`

	Every         string              `json:"every,omitempty"`
	Formula       string              `json:"formula,omitempty"`
	Drifting      bool                `json:"drifting,omitempty"`
	EarliestStart string              `json:"earliestStart,omitempty"`
	Expiration    string              `json:"expiration,omitempty"`
	StartingTime  recurrence.Clock    `json:"startingTime,omitempty"`
	EndingTime    recurrence.Clock    `json:"endingTime,omitempty"`
	Weekdays      recurrence.Weekdays `json:"weekdays,omitempty"`
	Zone          string              `json:"zone,omitempty"`
	IdleLimit     string              `json:"idleLimit,omitempty"`
	Once          bool                `json:"once,omitempty"`

	MaxAttempts   int    `json:"maxAttempts,omitempty"`
	RerunDelay    string `json:"rerunDelay,omitempty"`
	RunTimeout    string `json:"runTimeout,omitempty"`
	Resume        bool   `json:"resume,omitempty"`
	NotifySuccess bool   `json:"notifySuccess,omitempty"`
}

// FormOf is an entry as people write it: saving it changes nothing.
func FormOf(e jobqueue.Entry) Form {
	return Form{
		ID: e.ID, Version: e.Version, Task: e.Task, Description: e.Description, Scope: e.Scope, Category: e.Category, Priority: e.Priority,
		Parameters: e.Parameters, Every: span(e.Every), Formula: e.Formula, Drifting: e.Drifting, EarliestStart: moment(e.EarliestStart),
		Expiration: moment(e.Expiration), StartingTime: e.StartingTime, EndingTime: e.EndingTime, Weekdays: e.Weekdays, Zone: e.Zone,
		IdleLimit: span(e.IdleLimit), Once: e.Once, MaxAttempts: e.MaxAttempts, RerunDelay: span(e.RerunDelay), RunTimeout: span(e.RunTimeout),
		Resume: e.Resume, NotifySuccess: e.NotifySuccess,
	}
}

func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// formFields are the fields that a form may have.
var formFields = strict.Fields(reflect.TypeFor[Form]())

// ParseForm reads a form: one JSON object, of which a null is as if left out.
// All of its fields that are none, or cannot be read, are said at once.
func ParseForm(body []byte) (Form, []jobqueue.Problem, error) {
	var f Form
	if len(body) > MaxBody {
		return f, nil, refuse(http.StatusRequestEntityTooLarge, "body: %d bytes, %d at most", len(body), MaxBody)
	}
	var has map[string]json.RawMessage
	if err := strict.Decode(body, &has); err != nil {
		return f, nil, refuse(http.StatusBadRequest, "job entry, %w", err)
	}
	maps.DeleteFunc(has, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	var ps []jobqueue.Problem
	for _, w := range strict.Check(has, formFields) {
		p := jobqueue.Problem{Field: words(w.Field), Value: w.Value, Want: w.Want}
		if _, ok := formFields[w.Field]; !ok {
			p.Field, p.Value = "field", w.Field
		} else if w.Field == "weekdays" {
			p.Want = `a list such as ["mon", "fri"]`
		}
		ps = append(ps, p)
		delete(has, w.Field)
	}
	js, err := json.Marshal(has)
	if err == nil {
		err = json.Unmarshal(js, &f)
	}
	return f, ps, err
}

// words is a field's JSON name as problems have it: earliestStart is the earliest start.
func words(name string) string {
	switch name {
	case "maxAttempts":
		return "maximum attempts"
	case "formula":
		return "next run date formula"
	}
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// entry is what the form makes of e, the stored entry or a new one, and all
// texts of it that cannot be read.
func (f Form) entry(e jobqueue.Entry) (jobqueue.Entry, []jobqueue.Problem) {
	var ps []jobqueue.Problem
	spanOf := func(field, text string) time.Duration {
		if text == "" {
			return 0
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			ps = append(ps, jobqueue.Problem{Field: field, Value: text, Want: "a duration such as 30m or 1h30m"})
		}
		return d
	}
	timeOf := func(field, text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			ps = append(ps, jobqueue.Problem{Field: field, Value: text, Want: "a time in RFC 3339, such as 2026-11-23T08:00:00Z"})
		}
		return t.UTC()
	}
	e.Task, e.Description, e.Scope, e.Category, e.Priority, e.Parameters = f.Task, f.Description, f.Scope, f.Category, f.Priority, f.Parameters
	e.Rule = recurrence.Rule{
		Every: spanOf("every", f.Every), Formula: f.Formula, Drifting: f.Drifting, EarliestStart: timeOf("earliest start", f.EarliestStart),
		Expiration: timeOf("expiration", f.Expiration), StartingTime: f.StartingTime, EndingTime: f.EndingTime, Weekdays: f.Weekdays, Zone: f.Zone,
		IdleLimit: spanOf("idle limit", f.IdleLimit),
	}
	e.Once, e.MaxAttempts, e.RerunDelay, e.RunTimeout = f.Once, f.MaxAttempts, spanOf("rerun delay", f.RerunDelay), spanOf("run timeout", f.RunTimeout)
	e.Resume, e.NotifySuccess = f.Resume, f.NotifySuccess
	return e, ps
}

// filled is f with what a new entry need not say.
func (f Form) filled(reg jobqueue.Registration, shop string, now time.Time) Form {
	d := FormOf(reg.Default)
	if f.Description == "" {
		f.Description = d.Description
	}
	if f.Category == "" {
		f.Category = d.Category
	}
	if f.MaxAttempts == 0 {
		f.MaxAttempts = d.MaxAttempts
	}
	if f.RerunDelay == "" {
		f.RerunDelay = d.RerunDelay
	}
	if f.Scope == "" {
		f.Scope = shop
	}
	if f.EarliestStart == "" && (f.Once || f.Every != "" || f.Formula != "" || len(f.Weekdays) > 0) {
		f.EarliestStart = moment(f.first(now.Truncate(time.Minute).Add(time.Minute)))
	}
	return f
}

// first is when a new entry first runs, if nobody has said: soon, but at the
// date and time of its formula if it has one.
func (f Form) first(soon time.Time) time.Time {
	r := recurrence.Rule{Formula: f.Formula, StartingTime: f.StartingTime, Zone: f.Zone, EarliestStart: soon}
	if f.Formula == "" || len(r.Problems()) > 0 {
		return soon
	}
	r.EarliestStart = time.Time{}
	for _, end := range []time.Time{soon.AddDate(0, 0, -1), soon} {
		if t, ok := r.Next(end); ok && !t.Before(soon) {
			return t
		}
	}
	return soon
}

// others is what else is wrong with e when some of its fields could not be
// read, or its task is none: nothing that only that makes wrong.
func others(e jobqueue.Entry, unread []jobqueue.Problem, tasks *jobqueue.Registry) (out []jobqueue.Problem) {
	is := map[string]bool{"id": true} // which is said already
	for _, p := range unread {
		is[p.Field] = true
	}
	if _, known := tasks.Get(e.Task); !known { // whose entry has what was left out
		is["category"] = is["category"] || e.Category == ""
		is["maximum attempts"] = is["maximum attempts"] || e.MaxAttempts == 0
	}
	if is["every"] {
		e.Every = time.Minute
	}
	if is["earliest start"] || is["every"] && e.EarliestStart.IsZero() {
		e.EarliestStart = time.Unix(0, 0)
	}
	for _, p := range e.Problems(tasks) {
		if !is[p.Field] && p.Field != "rule" {
			out = append(out, p)
		}
	}
	return out
}

// Form reads a shop's entry as people write it.
func (j *Jobs) Form(ctx context.Context, shop, entry string) (Form, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("job entry", entry)); err != nil {
		return Form{}, err
	}
	e, err := j.Client.Store.Entry(ctx, shop, entry)
	return FormOf(e), err
}

// Save makes or changes a shop's entry. A new one is ready, a changed one
// keeps its status. Errors: all problems at once ([jobqueue.Problems]); a
// [Refusal] when the form's version is not the stored one's, or somebody else
// changes it at the same moment.
func (j *Jobs) Save(ctx context.Context, shop string, body []byte) (SavedJob, error) {
	f, unread, err := ParseForm(body)
	if err != nil {
		return SavedJob{}, err
	}
	badID := CheckID("job entry", f.ID)
	if slices.ContainsFunc(unread, func(p jobqueue.Problem) bool { return p.Field == "id" }) {
		badID = nil // said already, and no job is called ""
	}
	d := j.Client
	if f.Zone == "" && j.Zone != nil {
		zone, err := j.Zone(ctx, shop)
		if err != nil {
			return SavedJob{}, err
		}
		f.Zone = zone
	}
	e, err := jobqueue.Entry{}, jobstore.ErrNotFound
	if badID == nil && f.ID != "" {
		e, err = d.Store.Entry(ctx, shop, f.ID)
	}
	switch {
	case errors.Is(err, jobstore.ErrNotFound) && (f.Version == 0 || badID != nil || f.ID == ""):
		reg, _ := d.Tasks.Get(f.Task)
		f = f.filled(reg, shop, d.Store.Now())
		e = jobqueue.Entry{Shop: shop, ID: f.ID, Status: jobqueue.Ready}
	case err != nil:
		return SavedJob{}, err
	case f.Version != 0 && f.Version != e.Version:
		return SavedJob{}, refuse(http.StatusConflict, "job %s of %s has changed since version %d, to version %d: read it again", f.ID, shop, f.Version, e.Version)
	}
	e, bad := f.entry(e)
	_, known := d.Tasks.Get(e.Task)
	if unread = append(unread, bad...); badID != nil || len(unread) > 0 || !known {
		errs := []error{badID}
		what := strings.Join(strings.Fields("job entry "+f.ID+" of "+shop), " ")
		for _, p := range append(unread, others(e, unread, d.Tasks)...) {
			errs = append(errs, fmt.Errorf("%s: %w", what, p))
		}
		return SavedJob{}, errors.Join(errs...)
	}
	e, err = d.Save(ctx, e)
	if errors.Is(err, table.ErrConflict) { // since it was read above
		return SavedJob{}, refuse(http.StatusConflict, "job %s of %s was changed by somebody else at the same moment; nothing was saved: read it again", f.ID, shop)
	}
	if err != nil {
		return SavedJob{}, err
	}
	cs, err := d.Conflicts(ctx, e)
	out := SavedJob{Job: FormOf(e), Warnings: []string{}}
	for _, c := range cs {
		out.Warnings = append(out.Warnings, c.String())
	}
	return out, err
}

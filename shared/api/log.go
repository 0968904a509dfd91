package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// open is the word for runs that have not ended, where an outcome may be named.
const open = "open"

var outcomes = []jobqueue.Outcome{
	jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Failed, jobqueue.Cancelled, jobqueue.Lost, jobqueue.Rejected, jobqueue.Skipped,
}

// ParseLog reads what a query string asks of the log, and reports all that is
// wrong with it at once:
//
//	entry=ID outcome=failed,lost notes=true since=24h until=2026-11-23T08:00:00Z limit=50 page=…
//
// since and until are times, or durations before now. The outcome "open" asks
// for runs that have not ended.
func ParseLog(q url.Values, now time.Time) (jobstore.LogQuery, error) {
	out := jobstore.LogQuery{Entry: q.Get("entry"), Page: q.Get("page"), Limit: 50}
	var errs []error
	if out.Entry != "" {
		errs = append(errs, CheckID("entry", out.Entry))
	}
	for _, list := range q["outcome"] {
		for word := range strings.SplitSeq(list, ",") {
			switch o := jobqueue.Outcome(strings.TrimSpace(word)); {
			case o == "":
			case o == open:
				out.Open = true
			case slices.Contains(outcomes, o):
				out.Outcomes = append(out.Outcomes, o)
			default:
				errs = append(errs, fmt.Errorf("outcome %.40q: must be one of %s", word, names()))
			}
		}
	}
	at := func(field string) time.Time {
		t, err := ago(q.Get(field), now)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %w", field, err))
		}
		return t
	}
	out.Since, out.Until = at("since"), at("until")
	switch text := q.Get("notes"); text {
	case "", "false":
	case "true":
		out.Notes = true
	default:
		errs = append(errs, fmt.Errorf("notes %.40q: must be true or false", text))
	}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			errs = append(errs, fmt.Errorf("limit %.40q: must be 1 to 1000", text))
		}
		out.Limit = n
	}
	if err := errors.Join(errs...); err != nil {
		return out, &Refusal{Status: http.StatusBadRequest, Code: ProblemCodeBadQuery, Err: err}
	}
	return out, nil
}

func names() string {
	var ns []string
	for _, o := range outcomes {
		ns = append(ns, string(o))
	}
	return strings.Join(append(ns, open), ", ")
}

// ago reads a time, a day, or a duration before now.
func ago(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q: must be a time such as 2026-11-23T08:00:00Z, a day such as 2026-11-23, or a duration before now such as 24h", text)
}

// Log reads a page of a shop's runs.
func (j *Jobs) Log(ctx context.Context, shop string, query url.Values) (RunList, error) {
	q, err := ParseLog(query, j.Client.Store.Now())
	if err != nil {
		return RunList{}, err
	}
	q.Shop = shop
	p, err := j.Client.Store.Log(ctx, q)
	if errors.Is(err, table.ErrInvalid) {
		return RunList{}, badPage(q.Page)
	}
	out := RunList{Runs: []Run{}, Next: p.Next}
	for _, r := range p.Runs {
		out.Runs = append(out.Runs, j.view(r))
	}
	return out, err
}

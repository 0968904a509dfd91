package api

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
)

// List is the job entries of a shop, by id.
func (j *Jobs) List(ctx context.Context, shop string) ([]Job, error) {
	js, err := j.Client.Store.Jobs(ctx, shop)
	if err != nil {
		return nil, err
	}
	out := make([]Job, 0, len(js))
	for _, e := range js {
		v := Job{
			ID: e.ID, Description: e.Description, Status: e.State, Why: e.Why, Category: e.Category, Every: e.Formula, Next: e.NextAt, RetryAt: e.RetryAt,
			LastRun: e.History.Logged, LastStarted: e.History.Started, LastOutcome: e.History.Outcome, Attempts: e.Attempts, MaxAttempts: e.MaxAttempts,
		}
		switch {
		case e.Every > 0:
			v.Every = e.Every.String()
		case e.Once:
			v.Every = "once"
		}
		switch w := e.WaitsFor; {
		case e.Running != nil:
			v.Why = "run " + e.Running.ID + pace(*e.Running, j.Client.Store.Now())
		case w != nil:
			v.Why = "for run " + w.Run + " of " + w.Entry + ", which has category " + w.Category + " since " + w.Since.Local().Format(time.TimeOnly)
		}
		out = append(out, v)
	}
	return out, nil
}

// pace says how far a run is, as far as that is known.
func pace(r jobqueue.Run, now time.Time) string {
	p := r.Progress
	if p.Done == 0 {
		return ""
	}
	text := fmt.Sprintf(", %d done", p.Done)
	if p.Total > 0 {
		text = fmt.Sprintf(", %d of %d", p.Done, p.Total)
	}
	if _, left := r.Pace(now); left > 0 {
		text += fmt.Sprintf(", about %v left", left)
	}
	return text
}

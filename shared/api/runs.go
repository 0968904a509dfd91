package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"backroom/shared/orders"
	"backroom/shared/shop"
)

func runAddress(r Run) string {
	return "/v1/shops/" + url.PathEscape(r.Shop) + "/runs/" + url.PathEscape(r.ID)
}

// RunJob implements POST /v1/shops/{shop}/jobs/{job}/runs.
func (s *server) RunJob(ctx context.Context, q RunJobRequestObject) (RunJobResponseObject, error) {
	var body RunRequest
	if q.Body != nil {
		body = *q.Body
	}
	wait, background, err := s.waitFor(ctx, q.Shop, q.Params.Prefer)
	if err != nil {
		return nil, err
	}
	r, again, err := s.press(ctx, q.Shop, q.Job, body, q.Params.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	stateOf(ctx).effect = "run " + r.ID
	applied := ""
	if wait > 0 {
		if r, err = s.await(ctx, r, wait); err != nil {
			return nil, err
		}
		if background { // the caller's own wish was heeded
			applied = "wait=" + strconv.Itoa(int(wait/time.Second))
		}
	}
	return runAnswer{run: s.say(ctx).run(s.Jobs.view(r)), applied: applied, again: again}, nil
}

// runAnswer is the answer to a run request: 200 once the run has ended, 202 before.
type runAnswer struct {
	run     Run
	applied string // the preference that was heeded, "" for none
	again   int    // in how many seconds another run may be had; 0: now
}

// VisitRunJobResponse writes the answer.
func (a runAnswer) VisitRunJobResponse(w http.ResponseWriter) error {
	js, err := json.Marshal(a.run)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Location", runAddress(a.run))
	if a.applied != "" {
		h.Set("Preference-Applied", a.applied)
	}
	status := http.StatusOK
	if a.run.State != Ended {
		status = http.StatusAccepted
		if a.again > 0 {
			h.Set("Retry-After", strconv.Itoa(a.again))
		}
	}
	w.WriteHeader(status)
	_, err = w.Write(append(js, '\n'))
	return err
}

// RetryRun implements POST /v1/shops/{shop}/runs/{run}/retry.
func (s *server) RetryRun(ctx context.Context, q RetryRunRequestObject) (RetryRunResponseObject, error) {
	r, err := s.Jobs.Retry(ctx, q.Shop, q.Run)
	if err != nil {
		return nil, err
	}
	stateOf(ctx).effect = "run " + r.ID
	return RetryRun202JSONResponse{Body: s.say(ctx).run(r), Headers: RetryRun202ResponseHeaders{Location: runAddress(r)}}, nil
}

// CancelRun implements POST /v1/shops/{shop}/runs/{run}/cancel.
func (s *server) CancelRun(ctx context.Context, q CancelRunRequestObject) (CancelRunResponseObject, error) {
	if err := CheckID("run", q.Run); err != nil {
		return nil, err
	}
	if err := s.Jobs.Client.Cancel(ctx, q.Shop, q.Run); err != nil {
		return nil, err
	}
	r, err := s.Jobs.Run(ctx, q.Shop, q.Run)
	return CancelRun200JSONResponse(s.say(ctx).run(r)), err
}

// GetRun implements GET /v1/shops/{shop}/runs/{run}.
func (s *server) GetRun(ctx context.Context, q GetRunRequestObject) (GetRunResponseObject, error) {
	r, err := s.Jobs.Run(ctx, q.Shop, q.Run)
	if err != nil {
		return nil, err
	}
	r = s.say(ctx).run(r)
	js, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(js)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	for known := range strings.SplitSeq(q.Params.IfNoneMatch, ",") {
		if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == tag || known == "*" {
			return GetRun304Response{Headers: GetRun304ResponseHeaders{ETag: tag}}, nil
		}
	}
	return GetRun200JSONResponse{Body: r, Headers: GetRun200ResponseHeaders{ETag: tag}}, nil
}

// ListRuns implements GET /v1/shops/{shop}/runs.
func (s *server) ListRuns(ctx context.Context, q ListRunsRequestObject) (ListRunsResponseObject, error) {
	p := q.Params
	limit := limitOf(p.Limit)
	c := listOf("runs", q.Shop, p.Job, p.Outcome, strconv.FormatBool(p.Notes))
	page, err := c.page(p.Page)
	if err != nil {
		return nil, err
	}
	out, err := s.Jobs.Log(ctx, q.Shop, url.Values{
		"entry": {p.Job}, "outcome": {p.Outcome}, "notes": {strconv.FormatBool(p.Notes)}, "since": {p.Since}, "until": {p.Until},
		"limit": {strconv.Itoa(limit)}, "page": {page},
	})
	if err != nil {
		return nil, err
	}
	for i, r := range out.Runs {
		out.Runs[i] = s.say(ctx).run(r)
	}
	if out.Total = len(out.Runs); p.Page != "" {
		out.Total = 0
	} else if out.Next != "" {
		if out.Total, out.More, err = s.countRuns(ctx, q.Shop, p); err != nil {
			return nil, err
		}
	}
	out.Next = c.token(out.Next)
	return ListRuns200JSONResponse(out), nil
}

// mostCounted is how many runs are counted for the total of a list.
const mostCounted = 1000

// countRuns is how many runs of a shop a query asks for; more: at least so many.
func (s *server) countRuns(ctx context.Context, shop string, p ListRunsParams) (n int, more bool, err error) {
	l, err := s.Jobs.Log(ctx, shop, url.Values{
		"entry": {p.Job}, "outcome": {p.Outcome}, "notes": {strconv.FormatBool(p.Notes)}, "since": {p.Since}, "until": {p.Until}, "limit": {strconv.Itoa(mostCounted)},
	})
	return len(l.Runs), l.Next != "", err
}

// waitFor is how long an answer waits for its run: as the caller prefers, or to
// the limit where the shop card allows no background syncs.
func (s *server) waitFor(ctx context.Context, code, prefer string) (wait time.Duration, background bool, err error) {
	card, err := s.Cards.Get(ctx, code)
	if err != nil {
		return 0, false, err
	}
	set, err := shop.Of[orders.OrderSettings](card)
	if err != nil {
		return 0, false, err
	}
	if background = set.AllowBackgroundSyncs.On(); !background {
		wait = s.MaxWait
	}
	// RFC 7240: what cannot be read or is not known is no error.
	for word := range strings.SplitSeq(prefer, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		if n, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil && n >= 0 && strings.EqualFold(name, "wait") {
			return min(time.Duration(min(n, 3600))*time.Second, s.MaxWait), true, nil
		}
	}
	return wait, background, nil
}

// await reads a run until it has ended, for wait at most.
func (s *server) await(ctx context.Context, r runOfQueue, wait time.Duration) (runOfQueue, error) {
	end, pause := s.Now().Add(wait), 50*time.Millisecond
	for !r.Done() {
		left := end.Sub(s.Now())
		if left <= 0 {
			return r, nil
		}
		if err := s.pause(ctx, min(pause, left)); err != nil {
			return r, refuse(http.StatusBadRequest, "run %s goes on, and the caller has gone: %w", r.ID, err)
		}
		pause = min(2*pause, time.Second)
		now, err := s.Jobs.Client.Store.Run(ctx, r.Shop, r.ID)
		if err != nil {
			return r, err
		}
		r = now
	}
	return r, nil
}

func (s *server) pause(ctx context.Context, d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

var errGone = errors.New("the run of this key is in the log no more")

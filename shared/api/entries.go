package api

import (
	"context"
	"encoding/json"
	"net/http"

	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// ListJobs implements GET /v1/shops/{shop}/jobs.
func (s *server) ListJobs(ctx context.Context, q ListJobsRequestObject) (ListJobsResponseObject, error) {
	all, err := s.Jobs.List(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 { // a shop without a job is told from one that is none
		if _, err := s.Cards.Get(ctx, q.Shop); err != nil {
			return nil, err
		}
	}
	for i, j := range all {
		all[i].Why = s.say(ctx)(j.Why)
	}
	rows, next, err := slice(all, listOf("jobs", q.Shop), q.Params.Page, q.Params.Limit)
	return ListJobs200JSONResponse{Jobs: rows, Next: next}, err
}

// GetJob implements GET /v1/shops/{shop}/jobs/{job}.
func (s *server) GetJob(ctx context.Context, q GetJobRequestObject) (GetJobResponseObject, error) {
	f, err := s.Jobs.Form(ctx, q.Shop, q.Job)
	return GetJob200JSONResponse(f), err
}

// SaveJob implements PUT /v1/shops/{shop}/jobs/{job}.
func (s *server) SaveJob(ctx context.Context, q SaveJobRequestObject) (SaveJobResponseObject, error) {
	if _, err := s.Cards.Get(ctx, q.Shop); err != nil {
		return nil, err
	}
	var body []byte
	if q.Body != nil {
		body = *q.Body
	}
	body, err := withID(body, q.Job)
	if err != nil {
		return nil, err
	}
	saved, err := s.Jobs.Save(ctx, q.Shop, body)
	if err != nil {
		return nil, err
	}
	stateOf(ctx).effect = "saved"
	for i, w := range saved.Warnings {
		saved.Warnings[i] = s.say(ctx)(w)
	}
	return SaveJob200JSONResponse(saved), nil
}

// withID is a job entry under the id that the address says. What is no JSON object stays.
func withID(body []byte, id string) ([]byte, error) {
	var has map[string]json.RawMessage
	if err := json.Unmarshal(body, &has); err != nil || has == nil {
		return body, nil //nolint:nilerr // who reads it as an entry says what is wrong with it
	}
	js, err := json.Marshal(id)
	if err != nil {
		return nil, err
	}
	switch given := string(has["id"]); given {
	case "", "null":
		has["id"] = js
		return json.Marshal(has)
	case string(js):
		return body, nil
	default:
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "id %.60s: must be %.60q, as the address says", given, id)
	}
}

// DeleteJob implements DELETE /v1/shops/{shop}/jobs/{job}.
func (s *server) DeleteJob(ctx context.Context, q DeleteJobRequestObject) (DeleteJobResponseObject, error) {
	c, err := s.Jobs.Act(ctx, q.Shop, q.Job, jobs.ToDelete, ActionRequest{})
	return DeleteJob200JSONResponse(c), noted(ctx, "deleted", err)
}

// ActOnJob implements POST /v1/shops/{shop}/jobs/{job}/actions.
func (s *server) ActOnJob(ctx context.Context, q ActOnJobRequestObject) (ActOnJobResponseObject, error) {
	if q.Body == nil || !q.Body.Action.Valid() {
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "action: must be hold, ready, restart or cancel")
	}
	if err := checkReason(q.Body.Reason); err != nil {
		return nil, err
	}
	c, err := s.Jobs.Act(ctx, q.Shop, q.Job, jobs.Action(q.Body.Action), ActionRequest{Reason: q.Body.Reason})
	return ActOnJob200JSONResponse(c), noted(ctx, c.effect(), err)
}

// ReleaseFailed implements POST /v1/shops/{shop}/release-failed.
func (s *server) ReleaseFailed(ctx context.Context, q ReleaseFailedRequestObject) (ReleaseFailedResponseObject, error) {
	f, err := s.Jobs.ReleaseFailed(ctx, q.Shop)
	return ReleaseFailed200JSONResponse(f), err
}

// GetPause implements GET /v1/shops/{shop}/pause.
func (s *server) GetPause(ctx context.Context, q GetPauseRequestObject) (GetPauseResponseObject, error) {
	p, err := s.Jobs.Paused(ctx, q.Shop)
	return GetPause200JSONResponse(p), err
}

// PauseShop implements PUT /v1/shops/{shop}/pause.
func (s *server) PauseShop(ctx context.Context, q PauseShopRequestObject) (PauseShopResponseObject, error) {
	if _, err := s.Cards.Get(ctx, q.Shop); err != nil {
		return nil, err
	}
	p, err := s.paused(ctx, q.Shop, q.Body, false)
	return PauseShop200JSONResponse(p), err
}

// ResumeShop implements DELETE /v1/shops/{shop}/pause.
func (s *server) ResumeShop(ctx context.Context, q ResumeShopRequestObject) (ResumeShopResponseObject, error) {
	p, err := s.Jobs.Resume(ctx, q.Shop, ActionRequest{})
	return ResumeShop200JSONResponse(p), noted(ctx, "resumed", err)
}

// GetPauseOfAll implements GET /v1/pause.
func (s *server) GetPauseOfAll(ctx context.Context, _ GetPauseOfAllRequestObject) (GetPauseOfAllResponseObject, error) {
	p, err := s.Jobs.Paused(ctx, jobstore.Everything)
	return GetPauseOfAll200JSONResponse(p), err
}

// PauseAll implements PUT /v1/pause.
func (s *server) PauseAll(ctx context.Context, q PauseAllRequestObject) (PauseAllResponseObject, error) {
	p, err := s.paused(ctx, jobstore.Everything, q.Body, true)
	return PauseAll200JSONResponse(p), err
}

// ResumeAll implements DELETE /v1/pause.
func (s *server) ResumeAll(ctx context.Context, _ ResumeAllRequestObject) (ResumeAllResponseObject, error) {
	p, err := s.Jobs.Resume(ctx, jobstore.Everything, ActionRequest{Everything: true})
	return ResumeAll200JSONResponse(p), noted(ctx, "resumed", err)
}

func (s *server) paused(ctx context.Context, shop string, why *Reason, everything bool) (Pause, error) {
	a := ActionRequest{Everything: everything}
	if why != nil {
		a.Reason = why.Reason
	}
	if err := checkReason(a.Reason); err != nil {
		return Pause{}, err
	}
	p, err := s.Jobs.Pause(ctx, shop, a)
	return p, noted(ctx, "paused", err)
}

func checkReason(text string) error {
	if len(text) > 250 {
		return refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "reason: %d bytes, 250 at most", len(text))
	}
	return nil
}

// noted notes the effect of a change that has been made.
func noted(ctx context.Context, effect string, err error) error {
	if err == nil {
		stateOf(ctx).effect = effect
	}
	return err
}

package functions_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/jobqueue"
)

// A signed session token gives 202 and a run, the run gives documents, and roles
// say who may do what: through the functions, with their roles enforced.
func merchants(t *testing.T, w *world) {
	t.Helper()
	ctx, boss, clerk, operator := t.Context(), w.merchant("1001"), w.merchant("1002"), w.operator()

	run := answer[*client.RunJobResponse](t, http.StatusAccepted)(boss.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{IdempotencyKey: "k-1"}, api.RunRequest{})).JSON202
	again := answer[*client.RunJobResponse](t, http.StatusAccepted)(boss.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{IdempotencyKey: "k-1"}, api.RunRequest{})).JSON202
	if run.State != api.Accepted || again.ID != run.ID {
		t.Errorf("run %+v, repeated %+v", run, again)
	}
	answer[*client.RunJobResponse](t, http.StatusUnprocessableEntity)(boss.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{IdempotencyKey: "k-1"}, api.RunRequest{DryRun: true}))
	w.live(15 * time.Minute)
	ended := answer[*client.GetRunResponse](t, http.StatusOK)(boss.GetRunWithResponse(ctx, "sample", run.ID, &api.GetRunParams{})).JSON200
	if ended.State != api.Ended || ended.Outcome != jobqueue.Succeeded || ended.Counts.Created != orderCount {
		t.Errorf("run %+v", ended)
	}
	made := answer[*client.ListOrdersResponse](t, http.StatusOK)(boss.ListOrdersWithResponse(ctx, "sample", &api.ListOrdersParams{State: api.OrderStateProcessed, Limit: new(1)})).JSON200
	if len(made.Orders) != 1 || made.Orders[0].Document.Number == "" || made.Next == "" {
		t.Fatalf("orders with a document: %+v", made)
	}
	order := answer[*client.GetOrderResponse](t, http.StatusOK)(boss.GetOrderWithResponse(ctx, "sample", made.Orders[0].Name)).JSON200
	if len(order.Copy.Lines) == 0 || len(order.History) < 2 {
		t.Errorf("order %+v", order)
	}

	// One owner: the others look.
	answer[*client.SetRoleResponse](t, http.StatusOK)(boss.SetRoleWithResponse(ctx, "sample", "1001", api.RoleBody{Role: "owner"}))
	answer[*client.RunJobResponse](t, http.StatusForbidden)(clerk.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{}))
	answer[*client.ListJobsResponse](t, http.StatusOK)(clerk.ListJobsWithResponse(ctx, "sample", &api.ListJobsParams{}))
	answer[*client.SetRoleResponse](t, http.StatusOK)(boss.SetRoleWithResponse(ctx, "sample", "1002", api.RoleBody{Role: "operator"}))
	answer[*client.ActOnJobResponse](t, http.StatusOK)(clerk.ActOnJobWithResponse(ctx, "sample", "sync-orders", api.JobAction{Action: "hold", Reason: "stocktaking"}))
	answer[*client.ActOnJobResponse](t, http.StatusOK)(clerk.ActOnJobWithResponse(ctx, "sample", "sync-orders", api.JobAction{Action: "ready"}))
	answer[*client.SetMappingResponse](t, http.StatusForbidden)(clerk.SetMappingWithResponse(ctx, "sample", "taxCodes", "0.07", api.MappingValues{"code": "VAT7"}))
	answer[*client.SetMappingResponse](t, http.StatusOK)(boss.SetMappingWithResponse(ctx, "sample", "taxCodes", "0.07", api.MappingValues{"code": "VAT7"}))
	answer[*client.PauseAllResponse](t, http.StatusForbidden)(boss.PauseAllWithResponse(ctx, api.Reason{}))
	answer[*client.RemoveRoleResponse](t, http.StatusConflict)(boss.RemoveRoleWithResponse(ctx, "sample", "1001"))
	answer[*client.SetRoleResponse](t, http.StatusOK)(boss.SetRoleWithResponse(ctx, "sample", "1002", api.RoleBody{Role: "owner"}))
	answer[*client.RemoveRoleResponse](t, http.StatusOK)(boss.RemoveRoleWithResponse(ctx, "sample", "1002"))

	w.operate(t, operator, made.Orders[0].Name)
	unsigned := answer[*client.ListShopsResponse](t, http.StatusForbidden)(w.calling("https://api.test/operator", func(*http.Request) {}).ListShopsWithResponse(ctx, &api.ListShopsParams{}))
	if p := unsigned.ApplicationProblemJSONDefault; p != nil || string(unsigned.Body) != `{"message":"Forbidden"}` {
		t.Errorf("unsigned: %s, %+v", unsigned.Body, p)
	}
	trail := answer[*client.ListTrailResponse](t, http.StatusOK)(boss.ListTrailWithResponse(ctx, "sample", &api.ListTrailParams{Limit: new(1000)})).JSON200
	seen := map[string]bool{}
	for _, c := range trail.Changes {
		if c.Status == 0 || c.Effect == "" {
			t.Errorf("a change without an effect: %+v", c)
		}
		seen[string(c.Kind)+" "+c.Operation] = true
	}
	for _, want := range []string{"merchant runJob", "merchant setRole", "merchant actOnJob", "merchant setMapping", "operator saveJob", "operator decideOrder"} {
		if !seen[want] {
			t.Errorf("the trail lacks %s: %v", want, seen)
		}
	}
}

// operate does what the operator of a stage does.
func (w *world) operate(t *testing.T, c *client.ClientWithResponses, order string) {
	t.Helper()
	ctx := t.Context()
	answer[*client.SaveJobResponse](t, http.StatusOK)(c.SaveJobWithBodyWithResponse(ctx, "sample", "nightly", "application/json", strings.NewReader(`{"task":"sync-orders","every":"24h"}`)))
	form := answer[*client.GetJobResponse](t, http.StatusOK)(c.GetJobWithResponse(ctx, "sample", "nightly")).JSON200
	form.Every = "12h"
	js, err := json.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}
	answer[*client.SaveJobResponse](t, http.StatusOK)(c.SaveJobWithResponse(ctx, "sample", "nightly", js))
	answer[*client.DeleteJobResponse](t, http.StatusOK)(c.DeleteJobWithResponse(ctx, "sample", "nightly"))
	answer[*client.PauseAllResponse](t, http.StatusOK)(c.PauseAllWithResponse(ctx, api.Reason{Reason: "moving house"}))
	answer[*client.RunJobResponse](t, http.StatusConflict)(c.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{}))
	answer[*client.ResumeAllResponse](t, http.StatusOK)(c.ResumeAllWithResponse(ctx))
	answer[*client.DecideOrderResponse](t, http.StatusOK)(c.DecideOrderWithResponse(ctx, "sample", order, api.OrderDecision{Decision: "unlink"}))
	cues := answer[*client.GetCuesResponse](t, http.StatusOK)(c.GetCuesWithResponse(ctx, "sample")).JSON200
	if cues.Jobs["ready"] != len(w.dispatcher.Jobs.Tasks.All()) {
		t.Errorf("cues %+v", cues)
	}
	check := answer[*client.CheckConnectionResponse](t, http.StatusOK)(c.CheckConnectionWithResponse(ctx, "sample")).JSON200
	if len(check.Findings) == 0 {
		t.Errorf("the check of a bare card finds nothing")
	}
	list := answer[*client.ListShopsResponse](t, http.StatusOK)(c.ListShopsWithResponse(ctx, &api.ListShopsParams{})).JSON200
	if len(list.Shops) != 1 || list.Shops[0].Domain != w.shop.Shop.Domain {
		t.Errorf("shops %+v", list)
	}
	w.live(15 * time.Minute) // the document is made anew
}

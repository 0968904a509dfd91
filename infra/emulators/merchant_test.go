package emulators_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn/lambdafntest"
)

// gateway leads requests to the program of function api.
func (a *account) gateway() lambdafntest.Gateway {
	return lambdafntest.Gateway{Invoke: func(_ context.Context, event []byte) ([]byte, error) {
		ans := a.function("api").invoke(event)
		if ans.failed {
			a.t.Errorf("api: %s", ans.payload)
			return nil, errors.New("the function failed")
		}
		return ans.payload, nil
	}}
}

func (a *account) calling(url string, edit func(*http.Request)) *client.ClientWithResponses {
	a.t.Helper()
	c, err := client.NewClientWithResponses(url, client.WithHTTPClient(&http.Client{Transport: a.gateway()}),
		client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error { edit(r); return nil }))
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// user calls as a user of the shop, each time with a new session token that is
// signed with the secret.
func (a *account) user(id, secret string) *client.ClientWithResponses {
	a.t.Helper()
	s, n := a.shop.Shop, 0
	return a.calling("https://api.test", func(r *http.Request) {
		n++
		r.Header.Set("Authorization", "Bearer "+lambdafntest.SessionToken(s.ClientID, secret, s.Domain, id, fmt.Sprint(id, "-", n, "-", time.Now().UnixNano()), time.Now()))
	})
}

// status fails unless a call has come to it.
func status[A interface{ StatusCode() int }](t *testing.T, want int) func(A, error) A {
	t.Helper()
	return func(a A, err error) A {
		t.Helper()
		if err != nil || a.StatusCode() != want {
			t.Fatalf("answered %q, %v; want %d", fmt.Sprintf("%s", any(a)), err, want)
		}
		return a
	}
}

// merchant: a signed session token gives 202 and a run, the run gives documents,
// and roles say who may do what: through the programs, with their rights enforced.
func merchant(t *testing.T, a *account) {
	t.Helper()
	ctx, secret := t.Context(), a.shop.Shop.ClientSecret
	boss, clerk := a.user("1001", secret), a.user("1002", secret)
	a.run()
	a.connectAt(time.Now().Add(time.Hour)) // no slot, what runs is the merchant's

	forged := a.user("1001", "another app's secret")
	status[*client.RunJobResponse](t, http.StatusUnauthorized)(forged.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{}))
	nobody := a.calling("https://api.test", func(*http.Request) {})
	status[*client.RunJobResponse](t, http.StatusUnauthorized)(nobody.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{}))
	status[*client.SetRoleResponse](t, http.StatusOK)(boss.SetRoleWithResponse(ctx, "sample", "1001", api.RoleBody{Role: "owner"}))
	status[*client.RunJobResponse](t, http.StatusForbidden)(clerk.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{}))
	unsigned := a.calling("https://api.test/operator", func(*http.Request) {})
	status[*client.ListShopsResponse](t, http.StatusForbidden)(unsigned.ListShopsWithResponse(ctx, &api.ListShopsParams{}))
	if n := a.function("sync-orders").times(); n != 0 {
		t.Errorf("sync-orders ran %d times for people who may not", n)
	}

	run := status[*client.RunJobResponse](t, http.StatusAccepted)(boss.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{IdempotencyKey: "press-1"}, api.RunRequest{})).JSON202
	again := status[*client.RunJobResponse](t, http.StatusAccepted)(boss.RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{IdempotencyKey: "press-1"}, api.RunRequest{})).JSON202
	if again.ID != run.ID {
		t.Errorf("the same press gave runs %s and %s", run.ID, again.ID)
	}
	a.synced(time.Minute)
	if n := len(a.ended("sync-orders")); n != 1 {
		t.Errorf("%d runs of sync-orders for one press", n)
	}
	ended := status[*client.GetRunResponse](t, http.StatusOK)(clerk.GetRunWithResponse(ctx, "sample", run.ID, &api.GetRunParams{})).JSON200
	if ended.State != api.Ended || ended.Outcome != jobqueue.Succeeded || ended.Counts.Created != orderCount {
		t.Errorf("run %+v", ended)
	}
	made := status[*client.ListOrdersResponse](t, http.StatusOK)(boss.ListOrdersWithResponse(ctx, "sample", &api.ListOrdersParams{State: api.OrderStateProcessed, Limit: new(orderCount)})).JSON200
	numbers := map[string]bool{}
	for _, d := range a.bc.Companies()[0].SalesOrders() {
		numbers[d.Number] = true
	}
	for _, o := range made.Orders {
		if !numbers[o.Document.Number] {
			t.Errorf("order %s names document %q, which the company does not have", o.Name, o.Document.Number)
		}
	}
	if len(made.Orders) != orderCount {
		t.Errorf("%d orders have a document, want %d", len(made.Orders), orderCount)
	}
	if trail := status[*client.ListTrailResponse](t, http.StatusOK)(boss.ListTrailWithResponse(ctx, "sample", &api.ListTrailParams{})); !strings.Contains(string(trail.Body), "1001") {
		t.Errorf("the trail does not say who pressed: %s", trail.Body)
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/host"
)

// instruct sends a simulator a command, and reads its answer into v if v is not nil.
func instruct(ctx context.Context, method, url, body string, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	js, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: %d %s", url, resp.StatusCode, js)
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(js, v)
}

// document is what a simulator's page shows of an order or invoice.
type document struct {
	Number   string `json:"number"`
	External string `json:"externalDocumentNumber"`
}

// poster posts every sales order as soon as it is there, until ctx ends.
func poster(ctx context.Context, base string) error {
	for ctx.Err() == nil {
		var there []document
		err := instruct(ctx, http.MethodGet, base+"/_sim/orders", "", &there)
		for _, d := range there {
			err = errors.Join(err, instruct(ctx, http.MethodPost, base+"/_sim/orders/"+d.Number+"/post", "", nil))
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		pause(ctx, 20*time.Millisecond)
	}
	return nil
}

// Two programs with data of their own import from one shop into one company at the
// same time: every order becomes one document, on a series that takes numbers and on
// one that does not, posted meanwhile or not.
func TestTwoFoldersOneCompany(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and runs it for many seconds")
	}
	bin := program(t)
	for _, tt := range []struct{ manual, post bool }{{true, true}, {false, true}, {false, false}} {
		t.Run(fmt.Sprintf("manual %t posted %t", tt.manual, tt.post), func(t *testing.T) {
			info := simulators(t, bin, "--orders", fmt.Sprint(killOrders), "--latency", "20ms")
			base := strings.TrimSuffix(info.BC, "/v2.0")
			if err := instruct(t.Context(), http.MethodPost, base+"/_sim/masters", fmt.Sprintf(`{"series":{"orders":{"code":"S-ORD","prefix":"SO","digits":6,"last":101000,"manual":%t}}}`, tt.manual), nil); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			posted := make(chan error, 1)
			if tt.post {
				go func() { posted <- poster(ctx, base) }()
			} else {
				posted <- nil
			}
			here, there := t.TempDir(), t.TempDir()
			v := startVictim(t, bin, here, environment(t, info, here))
			defer v.kill()
			second := exec.CommandContext(t.Context(), bin, "run", "sync-orders")
			second.Env, second.Stderr = environment(t, info, there), os.Stderr
			if err := second.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := v.Trigger(t.Context(), "sync-orders", ask{}); err != nil {
				t.Fatal(err)
			}
			finishOrders(t, v)
			if err := second.Wait(); err != nil {
				t.Errorf("the second program: %v", err)
			}
			stop()
			if err := <-posted; err != nil {
				t.Error(err)
			}
			onceEach(t, info)
		})
	}
}

// onceEach holds the company's documents against the shop's orders.
func onceEach(t *testing.T, i host.Info) {
	t.Helper()
	var want []struct{ ID int64 }
	simulated(t, i.Shopify+"/_sim/orders", &want)
	base := strings.TrimSuffix(i.BC, "/v2.0")
	count := map[string]int{}
	for _, kind := range []string{"orders", "invoices"} {
		var got []document
		simulated(t, base+"/_sim/"+kind, &got)
		for _, d := range got {
			count[d.External[strings.LastIndex(d.External, "-")+1:]]++
		}
	}
	if len(want) != killOrders || len(count) != killOrders {
		t.Errorf("%d orders, documents of %d", len(want), len(count))
	}
	for _, o := range want {
		if n := count[fmt.Sprint(o.ID)]; n != 1 {
			t.Errorf("order %d has %d documents", o.ID, n)
		}
	}
}

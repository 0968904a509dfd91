package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/host"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
)

var points = flag.Int("points", 0, "at how many seeded points to kill the engine; 0 skips the test")

// program builds backroom with a settling time that suits a simulator which
// never works behind a client's back for longer than a moment.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "backroom")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-X backroom/shared/outbound.settle=3s", "-o", bin, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// compiled builds a package as a program of a name.
func compiled(t *testing.T, name, pkg string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), name)
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", bin, pkg).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// simulators starts them as a process that ends with the test.
func simulators(t *testing.T, bin string, args ...string) host.Info {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, append([]string{"simulators"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var info host.Info
	if err == nil {
		err = json.Unmarshal(line, &info)
	}
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// environment is the settings of a real connection that leads to the simulators.
func environment(t *testing.T, i host.Info, folder string) []string {
	t.Helper()
	sample, err := sampleCard(documents.Card{Shop: shop.Shop{ConnectedAt: time.Now()}}).Stored()
	if err != nil {
		t.Fatal(err)
	}
	js, err := documents.Sections.Show(sample)
	if err != nil {
		t.Fatal(err)
	}
	card := filepath.Join(folder, "card.json")
	if err := os.WriteFile(card, js, 0o600); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(),
		"SHOPIFY_SHOP="+i.Domain, "SHOPIFY_CLIENT_ID="+i.ClientID, "SHOPIFY_CLIENT_SECRET="+i.ClientSecret, "SHOPIFY_BASE_URL="+i.Shopify,
		"BC_TENANT="+i.Tenant, "BC_ENVIRONMENT="+i.Environment, "BC_COMPANY_ID="+i.Company, "BC_CLIENT_ID="+i.BCClient, "BC_CLIENT_SECRET="+i.BCSecret,
		"BC_BASE_URL="+i.BC, "BC_TOKEN_URL="+i.TokenURL,
		"BACKROOM_DATA="+folder, "BACKROOM_LISTEN=127.0.0.1:0", "BACKROOM_SHOP_FILE="+card, "BACKROOM_EVERY=24h", "BACKROOM_LOG=error",
	)
}

// victim is an engine process that may be killed.
type victim struct {
	*desk

	cmd *exec.Cmd
}

func startVictim(t *testing.T, bin, folder string, env []string) victim {
	t.Helper()
	_ = os.Remove(serverFile(folder))
	cmd := exec.CommandContext(t.Context(), bin, "serve")
	cmd.Env, cmd.Stderr = env, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); pause(t.Context(), 5*time.Millisecond) {
		if _, r := find(t.Context(), folder); r != nil {
			return victim{r, cmd}
		}
	}
	_ = cmd.Process.Kill()
	t.Fatal("the engine did not go on within 5 s")
	return victim{}
}

func (v victim) kill() {
	_ = v.cmd.Process.Kill() // SIGKILL
	_ = v.cmd.Wait()
}

// simulated reads what a simulator says under a control path.
func simulated(t *testing.T, url string, v any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatalf("%s: %v: %s", url, err, body)
	}
}

const killOrders = 50

// TestKilledEngine kills a real process at seeded moments of a sync, starts it
// again, and counts what it has made of 50 orders.
func TestKilledEngine(t *testing.T) {
	if *points == 0 {
		t.Skip("takes minutes and kills processes: make crash")
	}
	bin := program(t)
	kills := 0
	var slowest time.Duration
	for seed := uint64(1); kills < *points; seed++ {
		random := rand.New(rand.NewPCG(seed, 1))
		folder := t.TempDir()
		info := simulators(t, bin, "--orders", fmt.Sprint(killOrders), "--latency", "20ms")
		env := environment(t, info, folder)
		v := startVictim(t, bin, folder, env)
		if _, err := v.Trigger(t.Context(), "sync-orders", ask{}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			pause(t.Context(), time.Duration(random.IntN(700))*time.Millisecond)
			v.kill()
			kills++
			begin := time.Now()
			v = startVictim(t, bin, folder, env)
			slowest = max(slowest, time.Since(begin))
		}
		finishOrders(t, v)
		v.kill()
		checkDocuments(t, seed, info)
	}
	t.Logf("killed at %d points, 50 orders each time; slowest restart %v", kills, slowest.Round(time.Millisecond))
}

// finishOrders asks for runs until every order has its document.
func finishOrders(t *testing.T, v victim) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		vs, _, err := v.Orders(ctx, "processed", "", 1000)
		if err != nil {
			explain(t, v)
			t.Fatal(err)
		}
		if len(vs) >= killOrders {
			return
		}
		js, err := v.Jobs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		busy := false
		for _, j := range js {
			busy = busy || j.Status == jobqueue.InProcess || j.Status == jobqueue.Waiting
		}
		if !busy {
			if _, err := v.Trigger(ctx, "sync-orders", ask{}); err != nil {
				t.Fatal(err)
			}
		}
		pause(ctx, 200*time.Millisecond)
	}
}

// explain logs what an engine that does not come to an end is doing.
func explain(t *testing.T, v victim) {
	t.Helper()
	ctx := t.Context()
	js, err := v.Jobs(ctx)
	t.Logf("jobs %+v %v", js, err)
	rs, _, err := v.Runs(ctx, "", 10)
	for _, r := range rs {
		t.Logf("run %+v", r)
	}
	vs, _, err2 := v.Orders(ctx, "", "", 1000)
	for _, o := range vs {
		if o.State != "processed" {
			t.Logf("order %+v issue %+v", o, o.Issue)
		}
	}
	t.Log(err, err2)
}

// checkDocuments compares what both simulators hold: the totals are their own.
func checkDocuments(t *testing.T, seed uint64, i host.Info) {
	t.Helper()
	var want []struct {
		ID    int64
		Name  string
		Total string
	}
	simulated(t, i.Shopify+"/_sim/orders", &want)
	var got []struct {
		External string      `json:"externalDocumentNumber"`
		Total    json.Number `json:"totalAmountIncludingTax"`
	}
	base := strings.TrimSuffix(i.BC, "/v2.0")
	simulated(t, base+"/_sim/orders", &got)
	totals := map[string][]string{}
	for _, o := range got {
		_, id, _ := strings.Cut(o.External, "-")
		totals[id] = append(totals[id], o.Total.String())
	}
	if len(got) != len(want) || len(want) != killOrders {
		t.Errorf("seed %d: %d orders became %d sales orders", seed, len(want), len(got))
	}
	for _, o := range want {
		ts := totals[fmt.Sprint(o.ID)]
		if len(ts) != 1 || !sameAmount(ts[0], o.Total) {
			t.Errorf("seed %d: order %s of %s has sales orders of %v", seed, o.Name, o.Total, ts)
		}
	}
}

func sameAmount(a, b string) bool {
	trim := func(s string) string {
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	return trim(a) == trim(b)
}

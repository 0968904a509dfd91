package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"backroom/infra/sim/host"
	"backroom/shared/api"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
)

// withoutSettings are the environment's variables but those of a connection.
func withoutSettings(folder string) []string {
	env := []string{"BACKROOM_DATA=" + folder, "BACKROOM_LISTEN=127.0.0.1:0"}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "BACKROOM_") && !strings.HasPrefix(kv, "SHOPIFY_") && !strings.HasPrefix(kv, "BC_") {
			env = append(env, kv)
		}
	}
	return env
}

// served is a serve process without settings.
type served struct {
	*desk
	*running

	cmd  *exec.Cmd
	out  *bytes.Buffer
	sims host.Info
	gone chan error
}

var simulatedLine = regexp.MustCompile(`simulated (\S+) \(Shopify\)`)

func startServed(t *testing.T, bin, folder string) *served {
	t.Helper()
	v := &served{cmd: exec.CommandContext(t.Context(), bin, "serve"), out: new(bytes.Buffer), gone: make(chan error, 1)}
	log, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	v.cmd.Env, v.cmd.Stdout, v.cmd.Stderr = withoutSettings(folder), log, log
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { v.gone <- v.cmd.Wait() }()
	t.Cleanup(func() { _ = v.cmd.Process.Kill() })
	for end := time.Now().Add(20 * time.Second); ; pause(t.Context(), 10*time.Millisecond) {
		said, err := os.ReadFile(log.Name())
		if err != nil {
			t.Fatal(err)
		}
		if v.running, v.desk = find(t.Context(), folder); v.desk != nil {
			if m := simulatedLine.FindSubmatch(said); m != nil {
				if v.sims, err = host.Ask(t.Context(), string(m[1])); err != nil {
					t.Fatal(err)
				}
				v.out.Write(said)
				return v
			}
		}
		if len(v.gone) > 0 || time.Now().After(end) {
			t.Fatalf("it does not serve: %s", said)
		}
	}
}

// stopped ends the process and answers what it has said last.
func (v *served) stopped(t *testing.T, sig os.Signal) string {
	t.Helper()
	if err := v.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	<-v.gone
	f, ok := v.cmd.Stdout.(*os.File)
	if !ok {
		t.Fatal("no output")
	}
	said, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

// synced runs sync-orders and what follows, and answers how many orders it has
// created and how many documents there are.
func (v *served) synced(t *testing.T) (created, documents int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := v.Trigger(ctx, "sync-orders", ask{})
	for err == nil && r.State != api.Ended {
		pause(ctx, 20*time.Millisecond)
		r, err = v.Run(ctx, r.ID)
	}
	if err != nil || r.Outcome != jobqueue.Succeeded {
		t.Fatalf("%s %s %v", r.Outcome, r.Detail, err)
	}
	for {
		rs, _, err := v.Runs(ctx, "", 20)
		if err != nil {
			t.Fatal(err)
		}
		busy := false
		for _, r := range rs {
			busy = busy || r.State != api.Ended
		}
		if !busy {
			break
		}
		pause(ctx, 20*time.Millisecond)
	}
	var docs []any
	simulated(t, strings.TrimSuffix(v.sims.BC, "/v2.0")+"/_sim/orders", &docs)
	return r.Counts.Created, len(docs)
}

// A simulated shop outlives its serve, whether that is asked to stop or killed;
// nothing of it is read or changed without saying so, and nothing stays behind.
func TestSimulatedShopComesBack(t *testing.T) {
	bin, folder := program(t), filepath.Join(t.TempDir(), "data")
	v := startServed(t, bin, folder)
	instance := v.sims.Instance
	created, documents := v.synced(t)
	if created != 200 || documents == 0 {
		t.Fatalf("%d orders, %d documents", created, documents)
	}
	for n, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL, os.Interrupt} {
		said := v.stopped(t, sig)
		if kept := "The simulated shop is kept in " + keepFile(folder); strings.Contains(said, kept) != (sig != syscall.SIGKILL) {
			t.Errorf("%v: it says\n%s", sig, said)
		}
		waitFor(t, "its simulators end", func() bool {
			_, err := host.Ask(t.Context(), v.sims.Shopify)
			return err != nil && exists(keepFile(folder))
		})
		// Without a server the file is read, and a run starts the same shop.
		out, status := run(t, bin, folder, "orders", "--limit", "3")
		if status != 0 || !strings.HasPrefix(out, "Simulated data") || !strings.Contains(out, "#1200") {
			t.Errorf("orders: %d\n%s", status, out)
		}
		if out, status := run(t, bin, folder, "run", "sync-orders"); status != 0 || !strings.Contains(out, "0 created") {
			t.Errorf("run: %d\n%s", status, out)
		}
		v = startServed(t, bin, folder)
		if v.sims.Instance != instance || !v.sims.Restored || !strings.Contains(v.out.String(), "The simulated shop of the last start is back.") {
			t.Fatalf("start %d: %+v\n%s", n+2, v.sims, v.out)
		}
		if c, d := v.synced(t); c != 0 || d != documents {
			t.Errorf("start %d: %d orders created, %d documents; want 0 and %d", n+2, c, d, documents)
		}
	}
	// Simulators that are killed take their shop with them, which is said.
	if err := syscall.Kill(v.sims.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-v.gone
	if out, status := run(t, bin, folder, "run", "sync-orders"); status != 1 || !strings.Contains(out, "was not kept") {
		t.Errorf("run: %d\n%s", status, out)
	}
	if out, status := run(t, bin, folder, "jobs", "--json"); status != 0 || !strings.Contains(out, "sync-orders") || !strings.Contains(out, "Simulated data") {
		t.Errorf("jobs: %d\n%s", status, out)
	}
	v = startServed(t, bin, folder)
	if v.sims.Instance == instance || !strings.Contains(unwrapped(v.out.String()), "This is a new simulated shop. The one of before was not kept") {
		t.Errorf("%+v\n%s", v.sims, v.out)
	}
	if vs, _, err := v.Orders(t.Context(), orders.State(""), "", 5); err != nil || len(vs) != 0 {
		t.Errorf("%d orders of the shop of before, %v", len(vs), err)
	}
	v.stopped(t, os.Interrupt)
}

func unwrapped(s string) string { return strings.Join(strings.Fields(s), " ") }

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); pause(t.Context(), 10*time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until " + what)
		}
	}
}

// run runs a command without settings, and answers what it says.
func run(t *testing.T, bin, folder string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Env = withoutSettings(folder)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// Each serve has its simulators: that of other data neither uses nor ends them,
// and one that fails leaves none behind.
func TestEachServeHasItsSimulators(t *testing.T) {
	bin, folder := program(t), t.TempDir()
	first, second := startServed(t, bin, folder), startServed(t, bin, t.TempDir())
	if first.sims.Instance == second.sims.Instance || first.sims.Shopify == second.sims.Shopify || first.sims.BC == second.sims.BC {
		t.Errorf("they share simulators: %+v and %+v", first.sims, second.sims)
	}
	if out, status := run(t, bin, folder, "serve"); status != 1 || !strings.Contains(out, "a server runs on "+folder+" already, at http://"+first.Address) {
		t.Errorf("on the same data: %d\n%s", status, out)
	}
	// The address is taken: nothing was started for it.
	other := t.TempDir()
	cmd := exec.CommandContext(t.Context(), bin, "serve")
	cmd.Env = append(withoutSettings(other), "BACKROOM_LISTEN="+first.Address)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "BACKROOM_LISTEN: "+first.Address+" is taken") || exists(keepFile(other)+".lock") {
		t.Errorf("on the same address: %v\n%s", err, out)
	}
	first.stopped(t, os.Interrupt)
	if now, err := host.Ask(t.Context(), second.sims.Shopify); err != nil || now.PID != second.sims.PID {
		t.Errorf("the second's simulators: %+v, %v", now, err)
	}
	second.stopped(t, os.Interrupt)
	if _, err := host.Ask(t.Context(), second.sims.Shopify); err == nil {
		t.Error("the second's simulators stay behind")
	}
}

// Where nothing is stored there is nothing to show, to steer or to run, and
// nothing is invented.
func TestNothingIsInvented(t *testing.T) {
	for name, c := range map[string]struct {
		env   map[string]string
		files []string
		says  string
	}{
		"nothing":                  {nil, nil, `Start "backroom serve" in another terminal (a simulated shop`},
		"a real shop's data":       {nil, []string{"backroom.db"}, "no connection is set for"},
		"a simulated shop is gone": {nil, []string{"simulated-12.db"}, "was not kept: its simulators ended"},
	} {
		folder := t.TempDir()
		for _, f := range c.files {
			if err := os.WriteFile(filepath.Join(folder, f), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("BACKROOM_DATA", folder)
		for _, args := range []string{"run sync-orders", "orders import #1", "orders accept #1", "jobs restart sync-orders"} {
			if _, errs, status := command(t, strings.Fields(args)...); status != 1 || !strings.Contains(errs, c.says) || !strings.Contains(errs, folder) {
				t.Errorf("%s, %s: %d %s", name, args, status, errs)
			}
		}
		for _, args := range []string{"jobs", "runs", "orders", "issues", "jobs show sync-orders", "jobs hold sync-orders", "jobs pause", "orders #1"} {
			if out, errs, status := command(t, strings.Fields(args)...); status != 1 || out != "" || !strings.Contains(errs, "nothing is stored there") {
				t.Errorf("%s, %s: %d %s%s", name, args, status, out, errs)
			}
		}
		left, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range left {
			if base := filepath.Base(f); len(c.files) == 0 || !strings.HasPrefix(base, c.files[0]) {
				t.Errorf("%s: %s is left behind", name, base)
			}
		}
	}
}

// A real shop's data is looked into without its connection, and nothing stands in for it.
func TestRealDataIsReadWithoutConnection(t *testing.T) {
	i := simulate(t, 3)
	folder := t.TempDir()
	restore := set(t, environment(t, i, folder))
	if out, errs, status := command(t, "run", "sync-orders"); status != 0 {
		t.Fatalf("%d\n%s%s", status, out, errs)
	}
	restore()
	t.Setenv("BACKROOM_DATA", folder)
	t.Setenv("BACKROOM_LISTEN", "127.0.0.1:0")
	if out, errs, status := command(t, "orders"); status != 0 || strings.Count(out, "processed") != 3 || strings.Contains(out+errs, "Simulated") {
		t.Errorf("orders: %d\n%s%s", status, out, errs)
	}
	if out, errs, status := command(t, "jobs", "hold", "sync-orders", "--reason", "stocktaking"); status != 0 {
		t.Errorf("hold: %d\n%s%s", status, out, errs)
	}
	if out, _, _ := command(t, "jobs"); !strings.Contains(out, "stocktaking") {
		t.Errorf("jobs:\n%s", out)
	}
	if _, errs, status := command(t, "serve"); status != 1 || !strings.Contains(errs, "holds the data of a real shop, and no connection is set") {
		t.Errorf("serve: %d %s", status, errs)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "simulated*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// set gives the process the settings among env, until what it answers is called.
func set(t *testing.T, env []string) (restore func()) {
	t.Helper()
	var names []string
	for _, kv := range env {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "SHOPIFY_") || strings.HasPrefix(k, "BC_") || strings.HasPrefix(k, "BACKROOM_") && k != "BACKROOM_SHARED" {
			t.Setenv(k, v)
			names = append(names, k)
		}
	}
	return func() {
		for _, k := range names {
			if err := os.Unsetenv(k); err != nil {
				t.Error(err)
			}
		}
	}
}

// What a second serve meets on its address is named with the way out.
func TestTakenAddressIsNamed(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	t.Setenv("BACKROOM_DATA", t.TempDir())
	t.Setenv("BACKROOM_LISTEN", l.Addr().String())
	_, errs, status := command(t, "serve")
	if want := fmt.Sprintf("BACKROOM_LISTEN: %s is taken", l.Addr()); status != 1 || !strings.Contains(errs, want) {
		t.Errorf("%d %s, want %s", status, errs, want)
	}
}

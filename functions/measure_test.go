package functions_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/wiring"
)

var measure = flag.Bool("measure", false, "print figures of the programs, one a line")

func figure(name string, value float64, unit string) {
	fmt.Printf("%s %s %s\n", name, strconv.FormatFloat(value, 'f', 2, 64), unit)
}

// programs are the functions by name.
func programs(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("*/main.go")
	if err != nil || len(found) == 0 {
		t.Fatal("no functions here: ", err)
	}
	var names []string
	for _, f := range found {
		names = append(names, filepath.Dir(f))
	}
	return names
}

// compile builds programs as they are deployed, for an architecture, and answers their
// folder.
func compile(t *testing.T, arch string, folders ...string) (programs string) {
	t.Helper()
	return compileIn(t, ".", arch, folders)
}

// compileIn builds programs of a tree whose functions are in dir.
func compileIn(t *testing.T, dir, arch string, folders []string, env ...string) (programs string) {
	t.Helper()
	programs = t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc,timetzdata,nethttpomithttp2", "-trimpath", "-buildvcs=false", "-gcflags=all=-l", "-ldflags", "-s -w", "-o", programs+string(filepath.Separator))
	for _, f := range folders {
		cmd.Args = append(cmd.Args, "./"+f)
	}
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return programs
}

// The bars of a function: its program, and what its start may cost more than an empty one's.
const (
	maxZip    = 6_000_000
	worse     = 3 // percent that Go packs worse than zlib, which packs what is deployed: the API's program 6.02 MB against 5.84
	maxMemory = 64 << 20
)

// TestSizes builds every function as it is deployed, in this folder and, with a
// build cache of its own, from a copy in another one, which must give the same
// bytes; and small enough.
func TestSizes(t *testing.T) {
	if !*measure {
		t.Skip("builds all programs for arm64: make bench-aws")
	}
	elsewhere := t.TempDir()
	for _, part := range []string{"functions", "shared"} {
		if err := os.CopyFS(filepath.Join(elsewhere, "code", part), os.DirFS(filepath.Join("..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(elsewhere, "code", name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := programs(t)
	here := compile(t, "arm64", names...)
	there := compileIn(t, filepath.Join(elsewhere, "code", "functions"), "arm64", names, "GOCACHE="+filepath.Join(elsewhere, "cache"))
	for _, name := range names {
		bootstrap, err := os.ReadFile(filepath.Join(here, name))
		if err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(filepath.Join(there, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bootstrap, again) {
			t.Errorf("%s: built in another folder, it is not the same: %x and %x", name, sha256.Sum256(bootstrap), sha256.Sum256(again))
		}
		var packed bytes.Buffer
		z := zip.NewWriter(&packed)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
		w, err := z.Create("bootstrap")
		if err == nil {
			_, err = w.Write(bootstrap)
		}
		if err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		n := packed.Len()
		if n > maxZip+maxZip*worse/100 {
			t.Errorf("%s: %d bytes packed, at most %d", name, n, maxZip+maxZip*worse/100)
		}
		figure("zip_"+strings.ReplaceAll(name, "-", "_"), float64(n)/1e6, "MB")
	}
}

// started is a program under a Runtime API of its own.
type started struct {
	cmd     *exec.Cmd
	api     *runtimeAPI
	began   time.Time
	release func()
}

// start runs a program with one event, on one core where the machine can say so.
func start(t *testing.T, program string, env map[string]string, event string) *started {
	t.Helper()
	s := &started{api: &runtimeAPI{event: []byte(event), ended: make(chan struct{}), answers: make(chan string, 1)}}
	server := httptest.NewServer(s.api)
	args := []string{program}
	if taskset, err := exec.LookPath("taskset"); err == nil {
		args = []string{taskset, "-c", "0", program}
	}
	ctx, stop := context.WithCancel(t.Context())
	s.cmd = exec.CommandContext(ctx, args[0], args[1:]...)
	for k, v := range env {
		s.cmd.Env = append(s.cmd.Env, k+"="+v)
	}
	s.cmd.Env = append(s.cmd.Env, "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"))
	s.began = time.Now()
	if err := s.cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	s.release = func() {
		stop()
		_ = s.cmd.Wait() // it was killed
		close(s.api.ended)
		server.Close()
	}
	return s
}

// TestColdStart prints how long a process takes from its start to its answer to
// an event that it refuses once configuration and clients are there, beside a
// function that does nothing.
func TestColdStart(t *testing.T) {
	if !*measure {
		t.Skip("prints figures: make bench-aws")
	}
	a := lambdafntest.New(time.Now)
	services := httptest.NewServer(a.Transport.Handler)
	defer services.Close()
	env := a.Environment()
	env["AWS_ENDPOINT_URL"] = services.URL
	names := append([]string{"testdata/empty"}, programs(t)...)
	built := map[string]string{}
	for _, name := range names {
		built[name] = filepath.Join(compile(t, runtime.GOARCH, name), filepath.Base(name))
	}
	const rounds = 41
	took := map[string][]float64{}
	for range rounds { // side by side: a slow moment of the machine is everyone's
		for _, name := range names {
			s := start(t, built[name], env, `"refused"`)
			answer := <-s.api.answers
			took[name] = append(took[name], float64(time.Since(s.began).Microseconds())/1000)
			s.release()
			if !strings.Contains(answer, "/request-1/error ") {
				t.Fatalf("%s answered %s", name, answer)
			}
		}
	}
	median := func(name string) float64 {
		slices.Sort(took[name])
		return took[name][rounds/2]
	}
	empty, worst := median(names[0]), 0.0
	figure("cold_start_empty", empty, "ms")
	for _, name := range names[1:] {
		m := median(name)
		worst = max(worst, m-empty)
		figure("cold_start_"+strings.ReplaceAll(name, "-", "_"), m, "ms")
	}
	figure("cold_start_over_empty", worst, "ms")
}

// TestMemoryOfAWaitingDispatcher looks at the dispatcher's process while the
// function of its task runs.
func TestMemoryOfAWaitingDispatcher(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil || testing.Short() {
		t.Skip("builds a program, and reads /proc: ", err)
	}
	a := lambdafntest.New(time.Now)
	services := httptest.NewServer(a.Transport.Handler)
	defer services.Close()
	called, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	a.Functions.Functions[lambdafntest.TaskPrefix+"sync-orders"] = lambda.NewHandler(func(context.Context, json.RawMessage) (any, error) {
		close(called)
		<-release
		return struct{}{}, nil
	})
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(a.Environment()), AWS: a.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Dispatcher(wiring.Tasks(f.Options()).Tasks)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Jobs.Ensure(t.Context(), "sample", "sample", time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: "sample", Entry: "sync-orders", Trigger: jobqueue.ByHand}); err != nil {
		t.Fatal(err)
	}
	ms, err := a.Queue.Queue.Receive(t.Context(), 1, 15*time.Minute, 0)
	if err != nil || len(ms) != 1 {
		t.Fatalf("%d messages, %v", len(ms), err)
	}
	event, err := json.Marshal(lambdafntest.Event(ms...))
	if err != nil {
		t.Fatal(err)
	}
	env := a.Environment()
	env["AWS_ENDPOINT_URL"] = services.URL
	s := start(t, filepath.Join(compile(t, runtime.GOARCH, "dispatch"), "dispatch"), env, string(event))
	defer s.release()
	select {
	case <-called:
	case answer := <-s.api.answers:
		t.Fatalf("answered %s before its task was called", answer)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	bytesOf := func(field string) int {
		_, rest, _ := strings.Cut(string(status), field+":")
		n, err := strconv.Atoi(strings.Fields(rest + " -")[0])
		if err != nil {
			t.Fatalf("%s of %s: %v", field, status, err)
		}
		return n << 10
	}
	if peak := bytesOf("VmHWM"); peak > maxMemory {
		t.Errorf("the dispatcher has used %d bytes, at most %d", peak, maxMemory)
	}
	if *measure {
		figure("dispatcher_memory_waiting", float64(bytesOf("VmRSS"))/1e6, "MB")
		figure("dispatcher_memory_peak", float64(bytesOf("VmHWM"))/1e6, "MB")
	}
}

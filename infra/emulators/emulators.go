// Package emulators starts what stands in for AWS on one machine: DynamoDB
// Local, and an SQS server whose clock a test can move. `make test-aws` fetches
// them and names their folder in BACKROOM_EMULATORS.
package emulators

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FolderVariable names the folder of the emulators.
const FolderVariable = "BACKROOM_EMULATORS"

// ErrNotAsked means that FolderVariable is not set.
var ErrNotAsked = errors.New(FolderVariable + " is not set; `make test-aws` fetches the emulators and sets it")

func folder() (string, error) {
	dir := os.Getenv(FolderVariable)
	if dir == "" {
		return "", ErrNotAsked
	}
	if _, err := os.Stat(filepath.Join(dir, "fetched")); err != nil { //nolint:gosec // the folder is the user's own
		return "", fmt.Errorf("%s %q: the emulators are not there: %w", FolderVariable, dir, err)
	}
	return dir, nil
}

// Server is a running emulator. It ends with the context it was started with.
type Server struct {
	URL string

	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *bufio.Reader
	mu     sync.Mutex
}

// Stop ends the process at once: it has nothing to keep.
func (s *Server) Stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// DynamoDB starts DynamoDB Local with an empty memory.
func DynamoDB(ctx context.Context) (*Server, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, fmt.Errorf("DynamoDB Local needs a Java runtime: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, java, "-Xmx512m", "-Djava.library.path=DynamoDBLocal_lib", "-DDDBLocalTelemetry=0", //nolint:gosec // our own arguments
		"-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry", "-port", port)
	cmd.Dir = filepath.Join(dir, "dynamodb")
	s := &Server{URL: "http://127.0.0.1:" + port, cmd: cmd}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("DynamoDB Local: %w", err)
	}
	return s, s.await(ctx, "DynamoDB Local")
}

//go:embed clock.cjs
var clockJS []byte

// SQS starts the SQS server.
func SQS(ctx context.Context) (*Server, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	modules := filepath.Join(dir, "node_modules")
	node, err := findNode(ctx, modules)
	if err != nil {
		return nil, err
	}
	clock := filepath.Join(dir, "clock.cjs")
	if err := os.WriteFile(clock, clockJS, 0o600); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, node, "--require", clock, filepath.Join(modules, "fauxqs", "dist", "cli.js")) //nolint:gosec // our own arguments
	cmd.Env = append(os.Environ(), "FAUXQS_PORT="+port, "FAUXQS_HOST=127.0.0.1", "FAUXQS_LOGGER=false", "FAUXQS_DEFAULT_REGION=eu-north-1")
	s := &Server{URL: "http://127.0.0.1:" + port, cmd: cmd}
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	s.stderr = bufio.NewReader(stderr)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the SQS server: %w", err)
	}
	return s, s.await(ctx, "the SQS server")
}

// findNode is the Node that was fetched or, where the registry has none for
// this machine, one of the path that is new enough.
func findNode(ctx context.Context, modules string) (string, error) {
	arch := strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
	fetched := filepath.Join(modules, "node-"+runtime.GOOS+"-"+arch, "bin", "node")
	if _, err := os.Stat(fetched); err == nil {
		return fetched, nil
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("the SQS server needs Node 22: %w", err)
	}
	out, err := exec.CommandContext(ctx, node, "-p", "parseInt(process.versions.node)").Output() //nolint:gosec // node itself
	if v, convErr := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || convErr != nil || v < 22 {
		return "", fmt.Errorf("the SQS server needs Node 22 or later, %s is %q: %w", node, strings.TrimSpace(string(out)), errors.Join(err, convErr))
	}
	return node, nil
}

// Advance moves the clock of an SQS server forward.
func (s *Server) Advance(d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := fmt.Fprintln(s.stdin, d.Milliseconds()); err != nil {
		return fmt.Errorf("the SQS server's clock: %w", err)
	}
	for {
		line, err := s.stderr.ReadString('\n')
		if err != nil {
			return fmt.Errorf("the SQS server's clock: %w", err)
		}
		if strings.TrimSpace(line) == "at" {
			return nil
		}
	}
}

// await waits until the server answers anything.
func (s *Server) await(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, http.NoBody)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			return res.Body.Close()
		}
		select {
		case <-ctx.Done():
			s.Stop()
			return fmt.Errorf("%s did not start within a minute: %w", name, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // done at once
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

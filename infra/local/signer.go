package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// helper is the program that signs for a stage, with what the SDK's default chain of
// credentials finds. It is one of its own so that this one has no SDK in it.
const helper = "backroom-aws"

// signer has the helper sign, which it starts at the first request and which ends with
// this program. Safe for concurrent use.
type signer struct {
	path string // of the helper

	mu   sync.Mutex
	to   *json.Encoder // nil: it was not started yet
	from *json.Decoder
}

// toSign is a request in the helper's form.
type toSign struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
	Hash   string      `json:"hash"`   // SHA-256 of the body, in hex
	Region string      `json:"region"` // "": that of the credentials
}

// sign gives all headers that a request is sent with.
func (s *signer) sign(r toSign) (http.Header, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == nil {
		if err := s.start(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.path, err)
		}
	}
	var answer struct {
		Header http.Header `json:"header"`
		Error  string      `json:"error"`
	}
	err := s.to.Encode(r)
	if err == nil {
		err = s.from.Decode(&answer)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s ended, or is of another release: %w", s.path, err)
	case answer.Error != "":
		return nil, errors.New(answer.Error)
	}
	return answer.Header, nil
}

func (s *signer) start() error {
	cmd := exec.Command(s.path) //nolint:gosec,noctx // the program beside this one, which ends when its input does
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	s.to, s.from = json.NewEncoder(in), json.NewDecoder(out)
	return nil
}

// beside finds a program that belongs to this one: in its folder, or else where the
// shell looks.
func beside(name string) (string, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		if path := filepath.Join(filepath.Dir(self), name); exists(path) {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("a stage needs the program %s, beside this one or where the shell finds it: make build makes both", helper)
	}
	return path, nil
}

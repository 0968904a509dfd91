package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// operators is what operators put in front of each path of a stage.
const operators = "/operator"

// gatewayHost is the host of an HTTP API that has no domain of its own.
var gatewayHost = regexp.MustCompile(`^[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$`)

// far is the stage that a command is for and its shop, "" if it is for this machine.
func far(cmd *cobra.Command, s settings) (address, shop string, err error) {
	address, err1 := cmd.Flags().GetString("api")
	shop, err2 := cmd.Flags().GetString("shop")
	if address == "" {
		address = s.API
	}
	if err := errors.Join(err1, err2); err != nil {
		return "", "", err
	}
	if shop != "" && address == "" {
		return "", "", errors.New("--shop is for a stage with several shops: name it with --api or BACKROOM_API")
	}
	return address, shop, nil
}

// aboutAll marks a command that is about all shops, or one that it names.
const aboutAll = "about-all"

// ofAll reports whether a command is about all shops, so that none is chosen for it.
func ofAll(cmd *cobra.Command) bool {
	if cmd.Annotations[aboutAll] != "" {
		return true
	}
	for _, flag := range []string{"everything", allShops} {
		if all, err := cmd.Flags().GetBool(flag); err == nil && all {
			return true
		}
	}
	return false
}

// stage is the desk of a deployed stage; the shop is to be chosen. Credentials come from where the
// SDK looks for them: the environment, a profile, SSO, a role.
func stage(address string) (*desk, error) {
	u, err := stageAddress(address)
	if err != nil {
		return nil, err
	}
	region := ""
	if m := gatewayHost.FindStringSubmatch(u.Hostname()); m != nil {
		region = m[1]
	}
	path, err := beside(helper)
	if err != nil {
		return nil, err
	}
	d, err := deskAt(u.String()+operators, &signed{region: region, signer: &signer{path: path}, to: http.DefaultClient})
	if err != nil {
		return nil, err
	}
	d.at, d.poll = "stage at "+u.Host, time.Second
	return d, nil
}

// stageAddress is the address of a stage as a person gives it.
func stageAddress(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("stage %q: must be the APIAddress of a stage, such as https://abc123.execute-api.eu-central-1.amazonaws.com", address)
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// signed sends requests with a signature of an AWS principal (SigV4). Safe for
// concurrent use.
type signed struct {
	region string // "": that of the credentials
	signer *signer
	to     doer
}

// Do sends one.
func (s *signed) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	sum := sha256.Sum256(body)
	header, err := s.signer.sign(toSign{Method: r.Method, URL: r.URL.String(), Header: r.Header, Hash: hex.EncodeToString(sum[:]), Region: s.region})
	if err != nil {
		return nil, err
	}
	r.Header = header
	return s.to.Do(r)
}

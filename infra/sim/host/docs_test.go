package host

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

const page = "../../../docs/simulators.md"

// example is a call of the page, as a person types it.
var example = regexp.MustCompile(`(?m)^curl (?:-X ([A-Z]+) )?http://127\.0\.0\.1:(842[12])(/\S+)(?: -d '([^']*)')?`)

// The page's examples work, in their order, on the simulators that it starts.
func TestExamplesOfThePage(t *testing.T) {
	md, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan Info, 1), make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Options{Shopify: "127.0.0.1:0", BC: "127.0.0.1:0"}, slog.New(slog.DiscardHandler), func(i Info) { ready <- i })
	}()
	defer func() {
		stop()
		<-ended
	}()
	var at map[string]string
	select {
	case i := <-ready:
		at = map[string]string{"8421": i.Shopify, "8422": strings.TrimSuffix(i.BC, "/v2.0")}
	case err := <-ended:
		t.Fatal(err)
	}
	calls := example.FindAllStringSubmatch(string(md), -1)
	if want := strings.Count(string(md), "\ncurl "); len(calls) != want || want < 20 {
		t.Fatalf("%d of %d examples can be read", len(calls), want)
	}
	for _, c := range calls {
		method, body := c[1], io.Reader(http.NoBody)
		if method == "" {
			method = http.MethodGet
		}
		if c[4] != "" {
			body = strings.NewReader(c[4])
		}
		req, err := http.NewRequestWithContext(ctx, method, at[c[2]]+c[3], body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(c[0], err)
		}
		said, err := io.ReadAll(resp.Body)
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if err != nil || resp.StatusCode >= 300 {
			t.Errorf("%s\n%d %s %v", c[0], resp.StatusCode, said, err)
		}
	}
}

// Every control that the simulators have stands on the page.
func TestThePageNamesEveryControl(t *testing.T) {
	md, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	control := regexp.MustCompile(`(?m)^//\t\S+ +/_sim/([a-z]+)(?:/[A-Z]+/([a-z]+))?`)
	for _, file := range []string{"../shopify/control.go", "../businesscentral/control.go"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := control.FindAllStringSubmatch(string(src), -1)
		if len(found) < 10 {
			t.Fatalf("%s: %d controls found", file, len(found))
		}
		for _, c := range found {
			if !strings.Contains(string(md), "/_sim/"+c[1]) || c[2] != "" && !strings.Contains(string(md), "/"+c[2]) {
				t.Errorf("%s: %s is not on the page", file, strings.TrimPrefix(c[0], "//\t"))
			}
		}
	}
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/schedule"
	"backroom/shared/wiring"
)

// documented are the rights that docs/deploy.md gives whoever calls operate. A
// name without a service is of the one before it.
func documented(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "\n`operate` reads")
	part, _, end := strings.Cut(after, "A restore needs")
	if !ok || !end {
		t.Fatal("docs/deploy.md says nowhere what `operate` reads, up to what a restore needs")
	}
	rights, service := map[string]bool{}, ""
	for _, m := range regexp.MustCompile("`(?:([a-z]+):)?([A-Z][A-Za-z]+)`").FindAllStringSubmatch(part, -1) {
		if m[1] != "" {
			service = m[1]
		}
		rights[service+":"+m[2]] = true
	}
	return rights
}

// restoring are the rights that a command of the guide needs beyond the action of its own name, as
// the Service Authorization Reference and DynamoDB's guide to restores have them.
var restoring = map[string][]string{
	"dynamodb restore-table-to-point-in-time": {"BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan"},
	"dynamodb wait": {"DescribeTable"},
}

// TestRightsOfARestore: the section about restores names the right of each of its commands, and
// no other one.
func TestRightsOfARestore(t *testing.T) {
	text, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Backup and restore\n")
	section, _, end := strings.Cut(section, "\n## ")
	_, rest, says := strings.Cut(section, "Rights: ")
	said, _, paragraph := strings.Cut(rest, "\n\n")
	if !ok || !end || !says || !paragraph {
		t.Fatal("docs/deploy.md has no rights in its section about restores")
	}
	has, service := map[string]bool{}, ""
	for _, m := range regexp.MustCompile("`(?:([a-z]+):)?([A-Z][A-Za-z]+)`").FindAllStringSubmatch(said, -1) {
		if m[1] != "" {
			service = m[1]
		}
		has[service+":"+m[2]] = true
	}
	needs := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^aws ([a-z]+) ([a-z-]+)`).FindAllStringSubmatch(section, -1) {
		more := restoring[m[1]+" "+m[2]]
		if m[2] != "wait" {
			more = append(more, action(m[2]))
		}
		for _, a := range more {
			needs[m[1]+":"+a] = true
		}
	}
	if strings.Contains(section, "make deploy") {
		needs["sts:AssumeRole"] = true
	}
	if len(needs) < 10 || !maps.Equal(has, needs) {
		t.Errorf("docs/deploy.md says that a restore needs %v, its commands need %v", slices.Sorted(maps.Keys(has)), slices.Sorted(maps.Keys(needs)))
	}
}

// action is the action of a command of the AWS CLI: list-event-source-mappings is
// ListEventSourceMappings.
func action(command string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(command, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// TestRightsOfTheGuide: with the rights that the guide names, and no other one,
// shops are connected, changed and connected again; each of them is needed.
func TestRightsOfTheGuide(t *testing.T) {
	account, company := stage(t)
	services, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		t.Fatal(err)
	}
	rights := documented(t)
	guard := &lambdafntest.Guard{Role: "operator", Allows: maps.Clone(rights)}
	for _, index := range []string{"index1", "index2"} { // the guide says: on the table and its indexes
		guard.Allows["dynamodb:Query on "+index] = rights["dynamodb:Query"]
	}
	s := httptest.NewServer(guard.Handler(httputil.NewSingleHostReverseProxy(services)))
	t.Cleanup(s.Close)
	t.Setenv("AWS_ENDPOINT_URL", s.URL)

	connect := func(more string) {
		t.Helper()
		card := file(t, fmt.Sprintf(`{"code":"acme","domain":"sample.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}%s}`, company, more))
		if err := run(t.Context(), &bytes.Buffer{}, []string{"-stage", "dev", "connect", card}); err != nil {
			t.Errorf("connect%s: %v", more, err)
		}
	}
	left(t, account)
	connect("")
	connect(`,"tolerance":"0.05"`)
	disconnected(t, account)
	connect("")

	if refused := guard.Refused(); len(refused) > 0 {
		t.Errorf("docs/deploy.md lacks %v", refused)
	}
	used := map[string]bool{}
	for _, a := range guard.Used() {
		name, _, _ := strings.Cut(a, " ")
		used[name] = true
	}
	for _, right := range slices.Sorted(maps.Keys(rights)) {
		if !used[right] {
			t.Errorf("docs/deploy.md gives %s, which nothing needs", right)
		}
	}
}

// disconnected disconnects the shop, as the interface does it.
func disconnected(t *testing.T, account *lambdafntest.Account) {
	t.Helper()
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(account.Environment()), AWS: account.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	wired := wiring.Tasks(f.Options())
	c, err := f.Client(wired.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	was, err := wired.Cards.Hold(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wired.Cards.Disconnect(t.Context(), was, time.Now()); err != nil {
		t.Fatal(err)
	}
	if held, _, err := c.Disconnect(t.Context(), "acme"); err != nil || len(held) == 0 {
		t.Fatalf("held %v, %v", held, err)
	}
}

// left makes a schedule that a shop of the same code has left behind: it is replaced.
func left(t *testing.T, account *lambdafntest.Account) {
	t.Helper()
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(account.Environment()), AWS: account.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Client(wiring.Tasks(f.Options()).Tasks)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Schedules.Every(t.Context(), "acme.sync-orders", schedule.Recurrence{Rate: time.Hour, Anchor: time.Now()}, schedule.Target{Group: "acme#x", Body: "{}"})
	if err != nil {
		t.Fatal(err)
	}
}

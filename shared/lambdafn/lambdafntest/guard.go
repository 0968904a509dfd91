package lambdafntest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"backroom/shared/awsfault/awswire"
)

// Guard enforces a role on the requests of one function, and notes what it asks
// for. Safe for concurrent use once its fields are set.
type Guard struct {
	// Role is the function's name, which a refusal tells.
	Role string
	// Allows are the role's actions, "dynamodb:GetItem"; one on an index of the
	// table names it: "dynamodb:Query on index2". nil: everything.
	Allows map[string]bool
	// Dead reports that the function's process is gone before it asks for an
	// action; nil: it lives.
	Dead func(action string) bool

	mu            sync.Mutex
	used, refused map[string]bool
}

// Used are the actions that were asked for, by name.
func (g *Guard) Used() []string { return g.noted(&g.used) }

// Refused are those of them that the role does not allow.
func (g *Guard) Refused() []string { return g.noted(&g.refused) }

func (g *Guard) noted(m *map[string]bool) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(*m))
}

// verdict notes the actions, and answers the first that is not allowed ("": all are).
func (g *Guard) verdict(actions []string) (refused string, dead bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.used == nil {
		g.used, g.refused = map[string]bool{}, map[string]bool{}
	}
	for _, a := range actions {
		g.used[a] = true
		switch {
		case g.Dead != nil && g.Dead(a):
			return "", true
		case g.Allows != nil && !g.Allows[a]:
			g.refused[a] = true
			return a, false
		}
	}
	return "", false
}

// Transport is the guarded way of an in-process client.
func (g *Guard) Transport(inner http.RoundTripper) http.RoundTripper { return guarded{g, inner} }

type guarded struct {
	guard *Guard
	inner http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	actions, err := read(r)
	if err != nil {
		return nil, err
	}
	switch a, dead := t.guard.verdict(actions); {
	case dead:
		return nil, awswire.ErrBroken
	case a != "":
		w := httptest.NewRecorder()
		refuse(w, r, t.guard.Role, a)
		return w.Result(), nil
	}
	return t.inner.RoundTrip(r)
}

// Handler is the guarded way of a client on the network.
func (g *Guard) Handler(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actions, err := read(r)
		if err != nil {
			awswire.Refuse(w, http.StatusBadRequest, "SerializationException", err.Error())
			return
		}
		if a, _ := g.verdict(actions); a != "" {
			refuse(w, r, g.Role, a)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// read is what a request needs; its body can be read again afterwards.
func read(r *http.Request) ([]string, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return Actions(r, body), nil
}

// Actions are the IAM actions that a request needs, a transaction each of its parts'.
func Actions(r *http.Request, body []byte) []string {
	service, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case op == "TransactWriteItems": // needs what each of its actions needs
		var in struct{ TransactItems []map[string]json.RawMessage }
		if err := json.Unmarshal(body, &in); err != nil { //nolint:musttag // the service's own names
			return []string{"unreadable transaction"}
		}
		var out []string
		for _, item := range in.TransactItems {
			for verb := range item {
				if verb != "ConditionCheck" {
					verb = strings.TrimSuffix(verb, "Item")
				}
				out = append(out, "dynamodb:"+verb+"Item")
			}
		}
		return out
	case op == "TransactGetItems":
		return []string{"dynamodb:GetItem"}
	case op == "Query":
		var in struct{ IndexName string }
		if err := json.Unmarshal(body, &in); err != nil { //nolint:musttag // the service's own names
			return []string{"unreadable query"}
		}
		if in.IndexName != "" {
			return []string{"dynamodb:Query on " + in.IndexName}
		}
		return []string{"dynamodb:Query"}
	case service == "DynamoDB_20120810":
		return []string{"dynamodb:" + op}
	case service == "AmazonSQS":
		return []string{"sqs:" + strings.TrimSuffix(op, "Batch")}
	case service == "secretsmanager":
		return []string{"secretsmanager:" + op}
	case strings.HasPrefix(r.URL.Path, "/schedules/"):
		verb := map[string]string{http.MethodPost: "Create", http.MethodPut: "Update", http.MethodGet: "Get", http.MethodDelete: "Delete"}[r.Method]
		if verb == "Create" || verb == "Update" {
			return []string{"scheduler:" + verb + "Schedule", "iam:PassRole"}
		}
		return []string{"scheduler:" + verb + "Schedule"}
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/") && strings.HasSuffix(r.URL.Path, "/invocations"):
		return []string{"lambda:InvokeFunction"}
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/") && strings.HasSuffix(r.URL.Path, "/configuration"):
		return []string{"lambda:GetFunctionConfiguration"}
	}
	return []string{"unknown: " + r.Method + " " + r.URL.Path}
}

// refuse answers as the request's service does when IAM says no.
func refuse(w http.ResponseWriter, r *http.Request, role, action string) {
	service, _, _ := strings.Cut(action, ":")
	name, _, _ := strings.Cut(action, " ")
	if service == "sqs" {
		name = strings.ToLower(name)
	}
	say := fmt.Sprintf("User: arn:aws:sts::123456789012:assumed-role/%s/%s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		role, role, name, r.URL.Path, name)
	const coral = "com.amazon.coral.service#AccessDeniedException"
	switch {
	case r.Header.Get("X-Amz-Target") == "": // Scheduler and Lambda
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		awswire.Reply(w, http.StatusForbidden, map[string]string{"Message": say})
	case service == "sqs": // the header beats the body
		w.Header().Set("X-Amzn-Query-Error", "AccessDenied;Sender")
		awswire.Reply(w, http.StatusForbidden, map[string]string{"__type": coral, "message": say})
	default:
		awswire.Reply(w, http.StatusBadRequest, map[string]string{"__type": coral, "Message": say})
	}
}

package shopify

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"backroom/infra/sim/fault"
)

// document is a parsed and checked query text.
type document struct {
	doc  *ast.QueryDocument
	errs []*Error
}

// maxDocuments bounds the memory of clients that put values into the text.
const maxDocuments = 500

// LogEntry is one GraphQL call.
type LogEntry struct {
	At        time.Time `json:"at"`
	Operation string    `json:"operation"`
	Mutation  bool      `json:"mutation,omitempty"`
	Variables string    `json:"variables,omitempty"` // the first 500 bytes
	Requested int       `json:"requested"`           // points
	Actual    int       `json:"actual"`
	Throttled bool      `json:"throttled,omitempty"`
	Errors    []string  `json:"errors,omitempty"`  // their codes
	Explain   string    `json:"explain,omitempty"` // why it was refused, in the simulator's words
	Bytes     int       `json:"bytes"`             // of the answer
}

type request struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`

	base string // scheme and host that the client has called
}

// decode reads one JSON value that nothing follows.
func decode(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more after the JSON value")
	}
	return nil
}

// Describe tells a fault injector what a request is: its GraphQL operation by
// name (or its first root field), one write if it is a mutation. A token
// request is no write.
func Describe(r *http.Request, body []byte) fault.Call {
	c := fault.Call{Operation: r.URL.Path}
	if _, ok := graphqlPath(r.URL.Path); !ok {
		return c
	}
	var req request
	if decode(body, &req) != nil {
		return c
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil || doc == nil {
		return c
	}
	if op, e := operation(doc, req.OperationName); e == nil {
		c.Operation = operationName(op)
		if op.Operation == ast.Mutation {
			c.Writes = 1
		}
	}
	return c
}

func operation(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *Error) {
	if name == "" && len(doc.Operations) == 1 {
		return doc.Operations[0], nil
	}
	if name == "" {
		return nil, &Error{Message: "An operation name is required"}
	}
	if op := doc.Operations.ForName(name); op != nil {
		return op, nil
	}
	return nil, &Error{Message: fmt.Sprintf("No operation named %q", name)}
}

func operationName(op *ast.OperationDefinition) string {
	if op.Name != "" || len(op.SelectionSet) == 0 {
		return op.Name
	}
	if f, ok := op.SelectionSet[0].(*ast.Field); ok {
		return f.Name
	}
	return string(op.Operation)
}

// serveToken grants client credentials.
func (s *Shop) serveToken(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, text string) {
		s.srv.explain(w, r, r.URL.Path, fmt.Sprintf("%s: %s (2)", code, text))
		writeJSON(w, status, map[string]any{"error": code, "error_description": text})
	}
	form := map[string]string{}
	switch mediaType(r) {
	case "application/json":
		if json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&form) != nil {
			refuse(http.StatusBadRequest, "invalid_request", "The body is not a JSON object of strings.")
			return
		}
	case "application/x-www-form-urlencoded":
		r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
		if r.ParseForm() != nil {
			refuse(http.StatusBadRequest, "invalid_request", "The body is not a form.")
			return
		}
		for k := range r.PostForm {
			form[k] = r.PostForm.Get(k)
		}
	default:
		s.srv.refuseEdge(w, r, http.StatusUnsupportedMediaType, "Unsupported Media Type", "a token request is a form or JSON (2)")
		return
	}
	s.mu.RLock()
	info, uninstalled := s.info, s.uninstalled
	s.mu.RUnlock()
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	switch {
	case form["client_id"] == "" || form["client_secret"] == "" || form["grant_type"] == "":
		refuse(http.StatusBadRequest, "invalid_request", "client_id, client_secret and grant_type are required.")
	case form["grant_type"] != "client_credentials":
		refuse(http.StatusBadRequest, "unsupported_grant_type", "Only client_credentials is simulated.")
	case !same(form["client_id"], info.ClientID):
		refuse(http.StatusBadRequest, "shop_not_permitted", "The app and the shop belong to different organizations.")
	case !same(form["client_secret"], info.ClientSecret):
		refuse(http.StatusUnauthorized, "invalid_client", "The client secret is wrong.")
	case uninstalled:
		refuse(http.StatusBadRequest, "app_not_installed", "The app is not installed on this shop.")
	default:
		writeJSON(w, http.StatusOK, map[string]any{
			"access_token": s.IssueToken(), "scope": strings.Join(info.Scopes, ","), "expires_in": int(tokenLife / time.Second),
		})
	}
}

func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

func accepts(r *http.Request) bool {
	a := r.Header.Get("Accept")
	return a == "" || strings.Contains(a, "application/json") || strings.Contains(a, "application/*") || strings.Contains(a, "*/*")
}

func (s *Shop) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	now := s.srv.cfg.Now()
	if t, late := fault.At(r.Context()); late {
		now = t
	}
	req, ok := s.readRequest(w, r, now)
	if !ok {
		return
	}
	req.base = baseOf(r)
	a := s.answer(req, now, w.Header().Get("X-Request-Id"))
	b, err := a.encode()
	if err != nil {
		s.srv.refuseEdge(w, r, http.StatusInternalServerError, "Internal Server Error", err.Error())
		return
	}
	a.log.At, a.log.Bytes, a.log.Explain = now, len(b), a.explain()
	s.note(a.log, a.data != nil, a.cost)
	s.srv.explain(w, r, a.log.Operation, a.log.Explain)
	if a.status != 0 {
		fault.HTML(w, a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if _, err := w.Write(b); err != nil { //nolint:gosec // JSON, marked as such
		return // the client has gone
	}
}

// readRequest reads the body of a call with a good token and good headers. Not
// ok: it has been refused.
func (s *Shop) readRequest(w http.ResponseWriter, r *http.Request, now time.Time) (req request, ok bool) {
	s.mu.RLock()
	expires, known := s.tokens[r.Header.Get("X-Shopify-Access-Token")]
	s.mu.RUnlock()
	const unauthorized = "[API] Invalid API key or access token (unrecognized login or wrong password)"
	refuse := func(status int, text, why string) (request, bool) {
		s.srv.refuseEdge(w, r, status, text, why)
		return request{}, false
	}
	switch {
	case !known:
		return refuse(http.StatusUnauthorized, unauthorized, "the token in X-Shopify-Access-Token is missing, was never issued here, or was revoked (2, 5)")
	case now.After(expires):
		return refuse(http.StatusUnauthorized, unauthorized, "the token expired at "+expires.UTC().Format(time.RFC3339)+" (2)")
	case mediaType(r) != "application/json":
		return refuse(http.StatusUnsupportedMediaType, "Unsupported Media Type", "Content-Type must be application/json (1)")
	case !accepts(r):
		return refuse(http.StatusNotAcceptable, "Not Acceptable", "Accept must allow application/json (1)")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err == nil {
		err = decode(body, &req)
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "Bad Request", "the body is not one JSON object with query, variables and operationName (1): "+err.Error())
	}
	if req.Query == "" || len(req.Query) > maxQueryBytes {
		s.srv.explain(w, r, r.URL.Path, fmt.Sprintf("the query text has %d bytes, want 1 to %d (1)", len(req.Query), maxQueryBytes))
		writeJSON(w, http.StatusBadRequest, map[string]any{"errors": map[string]string{"query": "Required parameter missing or invalid"}})
		return request{}, false
	}
	return req, true
}

type answer struct {
	data     []byte // nil: no data at all
	errors   []*Error
	refusals []userError // of mutations that wrote nothing
	cost     *costReport
	search   []searchReport
	status   int // a page of HTML with this status in place of the answer
	log      LogEntry
}

func (a *answer) encode() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	sep := ""
	add := func(key string, v any) error {
		j, ok := v.([]byte)
		if !ok {
			var err error
			if j, err = marshal(v); err != nil {
				return err
			}
		}
		fmt.Fprintf(&b, "%s%q:", sep, key)
		b.Write(j)
		sep = ","
		return nil
	}
	if a.data != nil {
		if err := add("data", a.data); err != nil {
			return nil, err
		}
	}
	if len(a.errors) > 0 {
		if err := add("errors", a.errors); err != nil {
			return nil, err
		}
	}
	ext := map[string]any{}
	if a.cost != nil {
		ext["cost"] = a.cost
	}
	if len(a.search) > 0 {
		ext["search"] = a.search
	}
	if len(ext) > 0 {
		if err := add("extensions", ext); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (a *answer) refuse(errs ...*Error) *answer {
	a.errors = errs
	for _, e := range errs {
		code, ok := e.Extensions["code"].(string)
		if !ok {
			code = e.Message
		}
		a.log.Errors = append(a.log.Errors, code)
	}
	return a
}

// answer runs one request: parse, validate, coerce, price, charge, execute.
// requestID is what the answer's header names.
func (s *Shop) answer(req request, now time.Time, requestID string) *answer {
	a := &answer{}
	doc := s.srv.document(req.Query)
	if len(doc.errs) > 0 {
		return a.refuse(doc.errs...)
	}
	op, e := operation(doc.doc, req.OperationName)
	if e != nil {
		return a.refuse(e)
	}
	a.log.Operation, a.log.Mutation = operationName(op), op.Operation == ast.Mutation
	a.log.Variables = clip(asJSON(req.Variables))
	vars, errs := variables(s.srv.schema, op, req.Variables)
	if len(errs) > 0 {
		return a.refuse(errs...)
	}
	cost := Cost(s.srv.schema, op, vars)
	a.log.Requested = cost
	if e := tooLong(s.srv.schema, op, vars); e != nil {
		return s.chargeTooLong(a, e, cost, now)
	}

	if a.log.Mutation {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.charge(a, cost, now) {
			return a
		}
		x, points := s.run(op, vars, now, req.base)
		return s.settle(a, x, points, cost, requestID)
	}
	// A query holds the lock only for reading; its bucket has its own turn.
	s.mu.Lock()
	if !s.charge(a, cost, now) {
		s.mu.Unlock()
		return a
	}
	s.mu.Unlock()
	s.mu.RLock()
	x, points := s.run(op, vars, now, req.base)
	s.mu.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settle(a, x, points, cost, requestID)
}

func clip(s string) string {
	if len(s) > 500 {
		return strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

// chargeTooLong charges an input that is too long in full, although nothing runs:
// the answer's actual cost is null.
func (s *Shop) chargeTooLong(a *answer, e *Error, cost int, now time.Time) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.charge(a, cost, now) {
		return a
	}
	a.cost = &costReport{Requested: cost, Throttle: s.bucket.status()}
	a.log.Actual = cost
	return a.refuse(e)
}

// charge takes the requested cost or fills in why it cannot.
func (s *Shop) charge(a *answer, cost int, now time.Time) bool {
	if cost > maxOperationCost {
		e := fail(codeMaxCost, "Query cost is %d, which exceeds the single query max cost limit (%d).\n\nSee %s for more information on how the\n"+
			"cost of a query is calculated.\n", cost, maxOperationCost, docLimits)
		e.Extensions["cost"], e.Extensions["maxCost"], e.Extensions["documentation"] = cost, maxOperationCost, docLimits
		a.refuse(e)
		return false
	}
	if s.bucket.take(now, cost) {
		return true
	}
	e := fail(codeThrottled, "Throttled")
	e.Extensions["documentation"] = docLimits
	a.refuse(e)
	a.log.Throttled = true
	a.cost = &costReport{Requested: cost, Throttle: s.bucket.status()}
	return false
}

func (s *Shop) run(op *ast.OperationDefinition, vars map[string]any, now time.Time, base string) (x *execution, points float64) {
	x = &execution{selector: newSelector(s.srv.schema, vars), shop: s, now: now, base: base}
	x.faults = s.fields.armed()
	points = x.run(op)
	return x, points
}

func (s *Shop) settle(a *answer, x *execution, points float64, cost int, requestID string) *answer {
	if f := x.whole; f != nil { // such an answer has no cost, and took none
		s.bucket.giveBack(cost)
		a.log.Requested, a.status = 0, f.Status
		e := fail(codeInternal, "Internal error. Looks like something went wrong on our end.\nRequest ID: %s (include this in support requests).", requestID)
		e.Extensions["requestId"] = requestID
		e.explain = "a field fault on demand on " + or(f.ID, f.Type) + " spoils the whole answer"
		return a.refuse(e)
	}
	actual := min(int(points), cost)
	s.bucket.giveBack(cost - actual)
	a.data, a.search, a.refusals = x.out.Bytes(), x.search, x.refusals
	a.refuse(x.errors...)
	a.cost = &costReport{Requested: cost, Actual: &actual, Throttle: s.bucket.status()}
	a.log.Actual = actual
	return a
}

// document parses and validates a text once.
func (s *Server) document(text string) *document {
	s.mu.Lock()
	d := s.documents[text]
	s.mu.Unlock()
	if d != nil {
		return d
	}
	d = s.parse(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.documents) >= maxDocuments {
		s.documents = map[string]*document{}
	}
	s.documents[text] = d
	return d
}

func (s *Server) parse(text string) *document {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		e := fail(codeParse, "%s", parseMessage(err))
		return &document{errs: []*Error{e}}
	}
	if len(doc.Operations) == 0 {
		return &document{errs: []*Error{fail(codeParse, "syntax error, unexpected end of file")}}
	}
	d := &document{doc: doc}
	var ps places
	//nolint:staticcheck // the replacement needs a rule set of its own and checks the same
	for _, g := range validator.Validate(s.schema, doc) {
		if ps == nil { // the validator has put the definitions into the document by now
			ps = placesOf(s.schema, doc)
		}
		d.errs = append(d.errs, translate(ps, g))
	}
	if len(d.errs) == 0 {
		d.errs = literals(s.schema, placesOf(s.schema, doc))
	}
	return d
}

func parseMessage(err error) string {
	return "syntax error: " + strings.TrimPrefix(err.Error(), "input:")
}

// tooLong finds a list argument of more than 250 entries.
func tooLong(schema *ast.Schema, op *ast.OperationDefinition, vars map[string]any) *Error {
	s := newSelector(schema, vars)
	root := schema.Query
	if op.Operation == ast.Mutation {
		root = schema.Mutation
	}
	for _, f := range s.fields(op.SelectionSet, root) {
		if f.def == nil {
			continue
		}
		args := s.arguments(f)
		for _, name := range sortedKeys(args) {
			if n, path := longest(args[name], []any{f.key, name}); n > maxInputList {
				e := fail(codeInputSize, "The input array size of %d is greater than the maximum allowed of %d.", n, maxInputList)
				e.Path, e.Locations = path, at(f.node.Position)
				return e
			}
		}
	}
	return nil
}

func longest(v any, path []any) (int, []any) {
	n, where := 0, path
	switch v := v.(type) {
	case []any:
		n = len(v)
		for i, e := range v {
			if m, p := longest(e, append(slices.Clip(path), i)); m > n {
				n, where = m, p
			}
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if m, p := longest(v[k], append(slices.Clip(path), k)); m > n {
				n, where = m, p
			}
		}
	}
	return n, where
}

package businesscentral

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"backroom/infra/sim/fault"
)

// maxBody is BC's limit on a request, in bytes.
const maxBody = 350 << 20

// maxOperations is BC's limit on a batch.
const maxOperations = 100

// operation is one request to the API: alone or from a batch.
type operation struct {
	id     string
	method string
	url    string // relative to the API's root, with query
	header http.Header
	body   []byte
	root   string // absolute address of the API's root
	// companion: it goes to the companion API, which has sets of its own (7.2).
	companion bool
}

// Describe tells a fault injector what a request is: its entity set, action,
// $batch or token; a batch holds as many writes as it has operations other than GET.
func Describe(r *http.Request, body []byte) fault.Call {
	c := fault.Call{Operation: r.URL.Path}
	if _, ok := isToken(r.URL.Path); ok {
		c.Operation = "token"
		return c
	}
	_, rest, ok := strings.Cut(r.URL.Path, "/api/v2.0/")
	if !ok {
		return c
	}
	if rest != "$batch" {
		return describe(r.Method, rest)
	}
	c.Operation = rest
	var b batchRequest
	if json.Unmarshal(body, &b) == nil {
		for _, q := range b.Requests {
			if q.Method != http.MethodGet {
				c.Writes++
			}
		}
	}
	return c
}

func describe(method, path string) fault.Call {
	path, _, _ = strings.Cut(path, "?")
	last := path[strings.LastIndex(path, "/")+1:]
	last, _, _ = strings.Cut(last, "(")
	c := fault.Call{Method: method, Path: path, Operation: strings.TrimPrefix(last, "Microsoft.NAV.")}
	if method != http.MethodGet {
		c.Writes = 1
	}
	return c
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	if tenant, ok := isToken(r.URL.Path); ok {
		s.meters.tokens.Add(1)
		s.serveToken(w, r, tenant)
		return
	}
	s.meters.outer.Add(1)
	resp := s.answer(w, r)
	if resp.status == http.StatusTooManyRequests {
		s.meters.throttled.Add(1)
	}
	resp.write(w)
}

// answer is a request's way through gateway, limits and queue.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) response {
	language := r.Header.Get("Accept-Language")
	fail := func(err error) response {
		s.meters.refused.Add(1)
		return s.errorResponse(err, language)
	}
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	_, late := fault.At(r.Context()) // what happens now was let in before
	if down != nil && !late {
		return fail(down)
	}
	base, rest, ok := s.below(r.URL.EscapedPath())
	if !ok {
		return fail(refuse(http.StatusNotFound, codeNotFound, "The environment does not exist, or the address is wrong.").in("8"))
	}
	client, err := s.client(r)
	if err != nil {
		return fail(err)
	}
	group := "v2.0/"
	path, ok := strings.CutPrefix(rest, group)
	if !ok {
		group = s.o.CompanionRoot + "/"
		if path, ok = strings.CutPrefix(rest, group); !ok || len(s.Companion()) == 0 {
			return fail(refuse(http.StatusNotFound, codeNotFound, "Resource not found for the segment '%s'.", rest).in("7.2"))
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return fail(refuse(http.StatusRequestEntityTooLarge, "Unknown", "The request is too large."))
	}
	scheme := "http"
	if r.TLS != nil || r.URL.Scheme == "https" {
		scheme = "https"
	}
	root := scheme + "://" + r.Host + base + group
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	job := &job{srv: s, client: client, language: language, ops: []operation{{method: r.Method, url: path, header: r.Header, body: body, root: root, companion: group != "v2.0/"}}}
	if path == "$batch" {
		s.meters.batches.Add(1)
		if err := job.unpack(r, body, root); err != nil {
			return fail(err)
		}
	}
	s.meters.inner.Add(int64(len(job.ops)))
	if !late {
		if err := s.gate(client.ID).spend(s.o.Now(), s.o.Limits, len(job.ops)); err != nil {
			return fail(err)
		}
	}
	return job.run(r)
}

// below cuts the address of the environment off a path. The tenant can be left
// out: the token names it (9.8).
func (s *Server) below(path string) (base, rest string, ok bool) {
	for _, base = range []string{
		"/v2.0/" + url.PathEscape(s.o.Tenant) + "/" + url.PathEscape(s.o.Environment) + "/api/",
		"/v2.0/" + url.PathEscape(s.o.Environment) + "/api/",
	} {
		if rest, ok = strings.CutPrefix(path, base); ok {
			return base, rest, true
		}
	}
	return "", "", false
}

// job is what one HTTP request asks for.
type job struct {
	srv      *Server
	client   Client
	language string
	ops      []operation
	batch    bool
	goOn     bool // odata.continue-on-error
	snapshot bool
	multi    bool // multipart answer, for want of Accept
}

// duration is how long an operation takes.
func (s *Server) duration(o operation) time.Duration {
	if o.method == http.MethodGet {
		return s.o.Read
	}
	lines := bytes.Count(o.body, []byte(`"lineType"`))
	return s.o.Write + time.Duration(lines)*s.o.Line
}

// run waits for a place, takes its time, and does the work. Cut off after the
// run time, what was done stays; a client that goes meanwhile stops nothing.
func (j *job) run(r *http.Request) response {
	s, l := j.srv, j.srv.o.Limits
	arrived := s.o.Now()
	g := s.gate(j.client.ID)
	wait := s.o.Sleep
	if s.o.Overhead+s.o.Read+s.o.Write+s.o.Line == 0 { // nothing takes time, so no place stays taken
		wait = func(ctx context.Context, _ time.Duration) error {
			<-ctx.Done()
			return ctx.Err()
		}
	}
	if err := g.enter(r.Context(), l, wait); err != nil {
		s.meters.refused.Add(1)
		return s.errorResponse(err, j.language)
	}
	took, fits := s.o.Overhead, 0
	for _, o := range j.ops {
		d := s.duration(o)
		if took+d > l.RunTime {
			took = l.RunTime
			break
		}
		took += d
		fits++
	}
	cut := fits < len(j.ops)
	work := func(ctx context.Context) response {
		defer g.leave()
		resp := j.execute(ctx, fits)
		if cut {
			resp = s.errorResponse(refuse(http.StatusRequestTimeout, "Unknown", "The operation took longer than %v.", l.RunTime), j.language)
		}
		return resp
	}
	_, late := fault.At(r.Context())
	if took > 0 && !late {
		began := s.o.Now()
		if s.o.Sleep(patience(r.Context()), took) != nil {
			rest := max(took-s.o.Now().Sub(began), 0)
			s.faults.Later(rest, Describe(r, nil), func(ctx context.Context) { work(ctx) }) //nolint:contextcheck // runs on its own
			panic(http.ErrAbortHandler)
		}
	}
	resp := work(r.Context())
	if s.o.Now().Sub(arrived) > l.GatewayTime {
		return response{http.StatusGatewayTimeout, map[string]string{"Content-Type": "text/html"}, []byte("<html><body>Gateway Timeout</body></html>")}
	}
	return resp
}

// execute does the first n operations.
func (j *job) execute(ctx context.Context, n int) response {
	if !j.batch {
		if n == 0 {
			return response{status: http.StatusRequestTimeout}
		}
		resp := j.srv.one(ctx, j.client, j.ops[0], nil)
		j.srv.count(j.ops[0], resp)
		return resp
	}
	return j.executeBatch(ctx, n)
}

func (s *Server) count(o operation, r response) {
	if o.method != http.MethodGet {
		s.meters.writes.Add(1)
	}
	if r.status >= 400 {
		s.meters.refused.Add(1)
	}
}

// one does a single operation, in t or in a transaction of its own.
func (s *Server) one(ctx context.Context, client Client, o operation, t *tx) response {
	resp, err := s.try(ctx, client, o, t)
	if err != nil {
		return s.errorResponse(err, o.header.Get("Accept-Language"))
	}
	if resp.body != nil && strings.Contains(o.header.Get("Prefer"), "return-no-content") && o.method == http.MethodPost {
		resp.status, resp.body = http.StatusNoContent, nil
	}
	return resp
}

func metadata(all map[string]*set, names []string) response {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>` +
		`<Schema Namespace="Microsoft.NAV" xmlns="http://docs.oasis-open.org/odata/ns/edm">`)
	for _, n := range names {
		if st := all[n]; st != nil {
			fmt.Fprintf(&b, `<EntityType Name="%s"><Key><PropertyRef Name="id"/></Key>`, st.schema.entity)
			for _, p := range st.schema.props {
				fmt.Fprintf(&b, `<Property Name="%s" Type="%s"`, p.name, edm[p.kind])
				if p.max > 0 {
					fmt.Fprintf(&b, ` MaxLength="%d"`, p.max)
				}
				b.WriteString(`/>`)
			}
			b.WriteString(`</EntityType>`)
		}
	}
	b.WriteString(`<EntityContainer Name="NAV">`)
	for _, n := range names {
		entity := n
		if st := all[n]; st != nil {
			entity = st.schema.entity
		}
		fmt.Fprintf(&b, `<EntitySet Name="%s" EntityType="Microsoft.NAV.%s"/>`, n, entity)
	}
	b.WriteString(`</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`)
	return response{http.StatusOK, map[string]string{"Content-Type": "application/xml"}, []byte(b.String())}
}

type batchRequest struct {
	Requests []struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`

		DependsOn []string `json:"dependsOn"`
		Group     string   `json:"atomicityGroup"`
	} `json:"requests"`
}

var errBatch = errors.New("the body of a $batch must be {\"requests\":[…]}")

// unpack reads a batch. Nothing is inherited by the operations.
func (j *job) unpack(r *http.Request, body []byte, root string) error {
	if r.Method != http.MethodPost {
		return notAllowed(r.Method, "$batch").in("3")
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return refuse(http.StatusUnsupportedMediaType, codeBadRequest, "The content type of a $batch must be application/json.")
	}
	var b batchRequest
	if err := json.Unmarshal(body, &b); err != nil || b.Requests == nil {
		return badRequest("%s.", errBatch).in("3")
	}
	if len(b.Requests) > maxOperations {
		return refuse(http.StatusInternalServerError, "Unknown", "The batch has %d parts; the maximum is %d.", len(b.Requests), maxOperations).in("3")
	}
	companion := j.ops[0].companion
	j.batch, j.ops = true, nil
	j.goOn = strings.Contains(r.Header.Get("Prefer"), "odata.continue-on-error")
	j.snapshot = strings.EqualFold(r.Header.Get("Isolation"), "snapshot")
	j.multi = !strings.Contains(r.Header.Get("Accept"), "application/json")
	seen := map[string]bool{}
	for _, q := range b.Requests {
		if q.ID == "" || seen[q.ID] {
			return badRequest("Every request of a batch needs an id of its own: '%s'.", q.ID).in("3")
		}
		if q.DependsOn != nil || q.Group != "" {
			return badRequest("dependsOn and atomicityGroup are not supported.").in("3")
		}
		seen[q.ID] = true
		h := http.Header{}
		for k, v := range q.Headers {
			h.Set(k, v)
		}
		j.ops = append(j.ops, operation{id: q.ID, method: strings.ToUpper(q.Method), url: strings.TrimPrefix(q.URL, "/"), header: h, body: q.Body, root: root, companion: companion})
	}
	return nil
}

func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && t == "application/json"
}

// partial is the answer to an operation of a batch.
type partial struct {
	id string
	response
}

// executeBatch does the operations one after the other.
func (j *job) executeBatch(ctx context.Context, n int) response {
	s := j.srv
	var t *tx
	var home *Company
	if j.snapshot {
		home = s.companyOf(j.ops)
	}
	if home != nil {
		home.mu.Lock()
		defer home.mu.Unlock()
		t = home.begin(ctx)
	}
	var parts []partial
	for i, o := range j.ops[:n] {
		resp, lost := s.inBatch(ctx, j.client, o, t)
		resp = s.inText(resp)
		s.count(o, resp)
		if !lost {
			parts = append(parts, partial{o.id, resp})
		}
		if resp.status < 400 {
			continue
		}
		if t != nil { // what came before is undone, and still reported as done
			t.rollback()
			if i == 0 {
				parts = parts[:min(1, len(parts))]
			}
			break
		}
		if !j.goOn {
			break
		}
	}
	return j.assemble(parts)
}

// assemble makes the answer of a batch of its parts.
func (j *job) assemble(parts []partial) response {
	if j.multi {
		boundary := "batchresponse_" + j.srv.guid()
		var b bytes.Buffer
		for _, p := range parts {
			fmt.Fprintf(&b, "--%s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 %d %s\r\nContent-Type: %s\r\n\r\n%s\r\n",
				boundary, p.status, http.StatusText(p.status), p.header["Content-Type"], p.body)
		}
		fmt.Fprintf(&b, "--%s--\r\n", boundary)
		return response{http.StatusOK, map[string]string{"Content-Type": "multipart/mixed; boundary=" + boundary}, b.Bytes()}
	}
	var out []json.RawMessage
	for _, p := range parts {
		headers := object{}
		for _, k := range []string{"Content-Type", "Retry-After", "Location", explainHeader} {
			if v := p.header[k]; v != "" {
				headers.add(strings.ToLower(textproto.CanonicalMIMEHeaderKey(k)), quoteJSON(v))
			}
		}
		h, err := headers.MarshalJSON()
		if err != nil {
			h = []byte("{}")
		}
		o := object{{"id", quoteJSON(p.id)}, {"status", fmt.Append(nil, p.status)}, {"headers", h}}
		if p.body != nil {
			o.add("body", p.body)
		}
		b, err := o.MarshalJSON()
		if err != nil {
			continue // cannot be: the parts are JSON
		}
		out = append(out, b)
	}
	return jsonResponse(http.StatusOK, append(append([]byte(`{"responses":`), array(out)...), '}'))
}

// inBatch is one with the faults of [Server.FailInner].
func (s *Server) inBatch(ctx context.Context, client Client, o operation, t *tx) (resp response, lost bool) {
	do := func() response { return s.one(ctx, client, o, t) }
	rule := s.inner.Decide(describe(o.method, o.url))
	if rule == nil {
		return do(), false
	}
	status := rule.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	broken := s.errorResponse(refuse(status, codeServer, "%s", cmp.Or(rule.Body, "The operation failed.")), o.header.Get("Accept-Language"))
	switch rule.Mode {
	case fault.ErrorBefore:
		return broken, false
	case fault.ErrorAfter:
		do()
		return broken, false
	case fault.LostBefore:
		return response{}, true
	case fault.LostAfter:
		return do(), true
	case fault.Late:
		s.inner.Later(rule.Delay, describe(o.method, o.url), func(ctx context.Context) { s.one(ctx, client, o, nil) }) //nolint:contextcheck // runs on its own
		return response{}, true
	case fault.Throttle:
		return s.errorResponse(tooMany(s.o.Limits.Requests+1, s.o.Limits.Requests, max(rule.RetryAfter, 2)), o.header.Get("Accept-Language")), false
	default:
		return do(), false
	}
}

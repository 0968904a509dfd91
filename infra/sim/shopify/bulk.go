package shopify

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"backroom/infra/sim/shopify/data"
)

const (
	bulkPath       = "/bulk/"
	bulkSlots      = 5
	bulkConnection = 5 // connections of a query
	bulkDepth      = 2 // levels of connections below the root's
	bulkQueryBytes = 65_535
	bulkURLLife    = 7 * 24 * time.Hour
	// wholeConnection among the arguments of a connection asks for all of it.
	wholeConnection = "\x00whole"
)

// bulkOperation is one export, or a mutation of many rows. The rows of an export are made
// when they are fetched, of the shop as it is then.
type bulkOperation struct {
	shop     *Shop
	id       int64
	query    string
	op       *ast.OperationDefinition
	created  time.Time
	canceled time.Time
	failed   string // its error code
	roots    int    // rows of the root, counted when it has run; -1 before
	objects  int
	mutation bool
	lines    [][]byte // of a mutation: its rows
}

func (b *bulkOperation) typeName() string { return "BulkOperation" }

func (b *bulkOperation) ends() time.Time { return b.created.Add(b.shop.srv.cfg.BulkTakes) }

func (b *bulkOperation) status(now time.Time) string {
	switch {
	case !b.canceled.IsZero() && now.Before(b.canceled.Add(time.Second)):
		return "CANCELING"
	case !b.canceled.IsZero():
		return "CANCELED"
	case !now.After(b.created):
		return "CREATED"
	case now.Before(b.ends()):
		return "RUNNING"
	case b.failed != "":
		return "FAILED"
	case now.After(b.ends().Add(bulkURLLife)):
		return "EXPIRED"
	}
	return "COMPLETED"
}

func (b *bulkOperation) field(x *execution, name string, _ map[string]any) any {
	status := b.status(x.now)
	done := status == "COMPLETED"
	switch name {
	case "id":
		return gid("BulkOperation", b.id)
	case "status":
		return status
	case "type":
		if b.mutation {
			return "MUTATION"
		}
		return "QUERY"
	case "query":
		return b.query
	case "createdAt":
		return b.created
	case "completedAt":
		if done {
			return b.ends()
		}
		return nil
	case "errorCode":
		if status == "FAILED" {
			return b.failed
		}
		return nil
	case "objectCount", "rootObjectCount":
		if !done {
			return int64(0)
		}
		b.count(x)
		if name == "objectCount" {
			return int64(b.objects)
		}
		return int64(b.roots)
	case "url":
		if b.count(x); done && b.objects > 0 {
			return x.base + b.path(b.ends().Add(bulkURLLife))
		}
		return nil
	case "partialDataUrl":
		if status == "FAILED" && b.mutation && b.objects > 0 {
			return x.base + b.path(b.ends().Add(bulkURLLife))
		}
	}
	return nil // fileSize: not told
}

// path is the signed address of the rows.
func (b *bulkOperation) path(until time.Time) string {
	at := strconv.FormatInt(until.Unix(), 10)
	return bulkPath + strconv.FormatInt(b.id, 10) + ".jsonl?expires=" + at + "&signature=" + b.signature(at)
}

func (b *bulkOperation) signature(until string) string {
	return hexOf(Sign(b.shop.info.ClientSecret, fmt.Appendf(nil, "%d %s", b.id, until)))
}

func hexOf(s string) string { return fmt.Sprintf("%x", s) }

// count counts the rows once.
func (b *bulkOperation) count(x *execution) {
	if b.roots >= 0 {
		return
	}
	b.roots = 0
	if b.shop.flood != nil { // as many as there may be
		from, to := b.shop.span(b.query)
		b.roots, b.objects = max(to-from, 0), max(to-from, 0)
		return
	}
	b.rows(x.now, func(depth int, _ []byte) bool {
		if b.objects++; depth == 0 {
			b.roots++
		}
		return true
	})
}

func (s *Shop) bulk(id int64) *bulkOperation {
	for _, b := range s.bulks {
		if b.id == id {
			return b
		}
	}
	return nil
}

func (x *execution) bulkByID(id any) any {
	typ, n := splitGID(id)
	if typ != "BulkOperation" {
		return fail(codeNotFound, "Invalid id: %s", id)
	}
	if b := x.shop.bulk(n); b != nil {
		return b
	}
	return nil
}

func (x *execution) bulkRun(args map[string]any) any {
	const typ = "BulkOperationRunQueryPayload"
	query := asString(args["query"])
	deny := func(code, format string, args ...any) any {
		return refused(typ, userError{path: []string{"query"}, message: fmt.Sprintf(format, args...), code: code, typ: "BulkOperationUserError"})
	}
	op, wrong := x.shop.srv.bulkQuery(query)
	if wrong != "" {
		return deny("INVALID", "%s", wrong)
	}
	running := x.running(false)
	if len(running) >= bulkSlots {
		p := refused(typ, userError{message: "A bulk query operation for this app and shop is already in progress: " + strings.Join(running, ", ") + ".", code: "OPERATION_IN_PROGRESS", typ: "BulkOperationUserError"})
		return p
	}
	b := &bulkOperation{shop: x.shop, id: x.shop.next(), query: query, op: op, created: x.now.UTC(), roots: -1, failed: x.shop.bulkFails}
	if b.failed == "" {
		b.failed = x.bulkDenied(op)
	}
	x.shop.bulks = append(x.shop.bulks, b)
	return payload{typ: typ, fields: map[string]any{"bulkOperation": b}}
}

// bulkDenied is the error code of an operation whose root field the app may not read.
func (x *execution) bulkDenied(op *ast.OperationDefinition) string {
	if f, ok := op.SelectionSet[0].(*ast.Field); ok {
		if scope := rootScopes[f.Name]; scope != "" && !x.shop.has(scope) {
			return codeAccessDenied
		}
	}
	return ""
}

// FailBulk makes bulk operations that are started from now on fail with an error
// code: ACCESS_DENIED, INTERNAL_SERVER_ERROR, TIMEOUT. "": they succeed.
func (s *Shop) FailBulk(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bulkFails = code
}

func (x *execution) bulkCancel(id any) any {
	const typ = "BulkOperationCancelPayload"
	kind, n := splitGID(id)
	b := x.shop.bulk(n)
	if kind != "BulkOperation" || b == nil {
		return fail(codeNotFound, "Invalid id: %s", id)
	}
	if s := b.status(x.now); s != "CREATED" && s != "RUNNING" {
		return refused(typ, userError{message: "A bulk operation cannot be canceled when it is " + strings.ToLower(s)}).with("bulkOperation", b)
	}
	b.canceled = x.now.UTC()
	return payload{typ: typ, fields: map[string]any{"bulkOperation": b}}
}

// bulkQuery checks the text of a bulk query. wrong says what the userError says.
func (s *Server) bulkQuery(text string) (op *ast.OperationDefinition, wrong string) {
	if len(text) > bulkQueryBytes {
		return nil, "Bulk queries cannot be longer than 65535 bytes."
	}
	d := s.document(text)
	if len(d.errs) > 0 {
		return nil, "Invalid bulk query: " + d.errs[0].Message
	}
	op, e := operation(d.doc, "")
	switch {
	case e != nil:
		return nil, "Invalid bulk query: " + e.Message
	case op.Operation != ast.Query:
		return nil, "Only query operations are supported."
	case len(op.SelectionSet) != 1:
		return nil, "Bulk queries must have exactly one top-level field."
	}
	root, ok := op.SelectionSet[0].(*ast.Field)
	if !ok {
		return nil, "Bulk queries must have exactly one top-level field."
	}
	if root.Name == "node" || root.Name == "nodes" {
		return nil, "Bulk queries cannot contain a top-level `" + root.Name + "` field."
	}
	c := bulkCheck{schema: s.schema}
	c.selection(op.SelectionSet, s.schema.Query, 0, false, false)
	switch {
	case c.wrong != "":
		return nil, c.wrong
	case c.connections == 0:
		return nil, "Bulk queries must contain at least one connection."
	case c.connections > bulkConnection:
		return nil, "Bulk queries cannot contain more than 5 connections."
	}
	return op, ""
}

type bulkCheck struct {
	schema      *ast.Schema
	connections int
	wrong       string
}

func (c *bulkCheck) say(text string) {
	if c.wrong == "" {
		c.wrong = text
	}
}

// selection checks what is selected of an object of type t, below depth connections.
// inList: a list that is no connection is above. node: t is an entry of a connection.
func (c *bulkCheck) selection(sel ast.SelectionSet, t *ast.Definition, depth int, inList, node bool) {
	nested, id := false, false
	for _, f := range newSelector(c.schema, nil).fields(sel, t) {
		if f.def == nil {
			continue
		}
		of := c.schema.Types[f.def.Type.Name()]
		switch {
		case f.key == "id" && f.name == "id":
			id = true
		case isConnection(of):
			nested = true
			c.connection(f, of, depth, inList)
		case len(f.sel) > 0:
			c.selection(f.sel, of, depth, inList || f.def.Type.Elem != nil, false)
		}
	}
	if node && nested && !id {
		c.say("The parent 'node' field for a nested connection must select the 'id' field without an alias.")
	}
}

func (c *bulkCheck) connection(f *selected, of *ast.Definition, depth int, inList bool) {
	if c.connections++; depth > bulkDepth {
		c.say("Bulk queries cannot contain connections with a nesting depth greater than 2.")
	}
	if inList {
		c.say("Queries that contain a connection field within a list field are not currently supported.")
	}
	for _, g := range newSelector(c.schema, nil).fields(f.sel, of) {
		switch g.name {
		case "nodes":
			c.say("Connection fields must select their contents via the `edges` > `node` path.")
		case "edges":
			for _, n := range newSelector(c.schema, nil).fields(g.sel, c.schema.Types[g.def.Type.Name()]) {
				if n.name == "node" {
					c.selection(n.sel, c.schema.Types[n.def.Type.Name()], depth+1, false, true)
				}
			}
		}
	}
}

// serveBulk sends the rows of an operation to whoever has the signed address; no token
// is asked for. A range may begin anywhere.
func (s *Shop) serveBulk(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, bulkPath), ".jsonl")
	id, err := strconv.ParseInt(name, 10, 64)
	q := r.URL.Query()
	s.mu.RLock()
	b := s.bulk(id)
	s.mu.RUnlock()
	now := s.srv.cfg.Now()
	until, badTime := strconv.ParseInt(q.Get("expires"), 10, 64)
	switch {
	case r.Method != http.MethodGet || err != nil || b == nil:
		s.srv.refuseEdge(w, r, http.StatusNotFound, "Not Found", "no bulk operation has this address (9)")
		return
	case badTime != nil || subtle.ConstantTimeCompare([]byte(q.Get("signature")), []byte(b.signature(q.Get("expires")))) != 1 || now.Unix() > until:
		s.srv.refuseEdge(w, r, http.StatusForbidden, "Forbidden", "the signature is wrong, or the address has expired after 7 days (9)")
		return
	}
	var from int64
	if text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		if from, err = strconv.ParseInt(strings.TrimSuffix(text, "-"), 10, 64); err != nil || from < 0 {
			s.srv.refuseEdge(w, r, http.StatusRequestedRangeNotSatisfiable, "Range Not Satisfiable", "want bytes=N-")
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-/*", from))
	}
	w.Header().Set("Content-Type", "application/jsonl")
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	b.rows(now, func(_ int, line []byte) bool {
		line = append(line, '\n')
		if skip := min(from, int64(len(line))); skip > 0 {
			line, from = line[skip:], from-skip
		}
		_, err := w.Write(line) //nolint:gosec // rows of JSON, marked as what they are
		return err == nil
	})
}

// rows makes the rows of the operation, parents first, until f says that it is enough.
// depth is 0 at the root. The caller holds the lock.
func (b *bulkOperation) rows(now time.Time, f func(depth int, line []byte) bool) {
	for _, line := range b.lines {
		if !f(0, slices.Clone(line)) {
			return
		}
	}
	if b.mutation {
		return
	}
	x := &execution{selector: newSelector(b.shop.srv.schema, map[string]any{}), shop: b.shop, now: now}
	e := &bulkExport{x: x, emit: f}
	for _, root := range x.fields(b.op.SelectionSet, x.schema.Query) {
		e.connection(root, queryRoot{}, "", 0)
	}
}

type bulkExport struct {
	x    *execution
	emit func(depth int, line []byte) bool
	full bool // no more is wanted
}

// connection makes the rows of one connection of an object.
func (e *bulkExport) connection(f *selected, of object, parent string, depth int) {
	args := map[string]any{wholeConnection: true}
	for k, v := range e.x.arguments(f) {
		if k != "first" && k != "last" && k != "after" && k != "before" {
			args[k] = v
		}
	}
	def := e.x.schema.Types[f.def.Type.Name()]
	for _, edges := range e.x.fields(f.sel, def) {
		if edges.name != "edges" {
			continue
		}
		for _, n := range e.x.fields(edges.sel, e.x.schema.Types[edges.def.Type.Name()]) {
			if n.name != "node" {
				continue
			}
			if flood := e.x.shop.flood; flood != nil && f.name == "orders" && depth == 0 {
				e.flood(n, asString(args["query"]))
				return
			}
			p, ok := of.field(e.x, f.name, args).(*page)
			if !ok {
				return
			}
			for i := range p.items {
				if e.row(n, p.items[i].obj, parent, depth); e.full {
					return
				}
			}
		}
	}
}

// flood makes the rows of a flood's orders, one by one.
func (e *bulkExport) flood(n *selected, query string) {
	from, to := e.x.shop.span(query)
	for i := from; i < to && !e.full; i++ {
		o := e.x.shop.flood.At(i)
		fits, _, err := filter(e.x.clock(), orderFields, orderFree, query, []*data.Order{o})
		if err == nil && len(fits) == 1 && e.x.shop.visible(o, e.x.now) {
			e.row(n, newOrder(o), "", 0)
		}
	}
}

// row makes the row of an object and those of its connections.
func (e *bulkExport) row(n *selected, obj object, parent string, depth int) {
	x := e.x
	def := x.schema.Types[obj.typeName()]
	x.out.Reset()
	x.out.WriteByte('{')
	var nested []*selected
	sep := ""
	for _, f := range x.fields(n.sel, def) {
		if f.def != nil && isConnection(x.schema.Types[f.def.Type.Name()]) {
			nested = append(nested, f)
			continue
		}
		fmt.Fprintf(&x.out, "%s%q:", sep, f.key)
		sep = ","
		if f.def == nil {
			fmt.Fprintf(&x.out, "%q", def.Name)
			continue
		}
		start := x.out.Len()
		if _, ok := x.value(f, f.def.Type, x.resolve(f, obj), nil); !ok {
			x.out.Truncate(start)
			x.out.WriteString("null")
		}
	}
	if parent != "" {
		fmt.Fprintf(&x.out, "%s\"__parentId\":%q", sep, parent)
	}
	x.out.WriteByte('}')
	x.errors = nil
	if e.full = !e.emit(depth, slices.Clone(x.out.Bytes())); e.full {
		return
	}
	id := asString(obj.field(x, "id", nil))
	for _, f := range nested {
		if e.connection(f, obj, id, depth+1); e.full {
			return
		}
	}
}

// baseOf is the scheme and host that a request has called.
func baseOf(r *http.Request) string {
	if r.TLS == nil && !hostPattern.MatchString(r.Host) {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

package shopify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	maxBulkFile   = 100 << 20 // bytes (9)
	bulkVariables = "BULK_MUTATION_VARIABLES"
	bulkMime      = "text/jsonl"
	// bulkUploadPath is where forms with the variables of bulk mutations are posted to.
	bulkUploadPath = stagedPath + "bulk"
	minClientID    = 10
	maxClientID    = 255
)

// stageBulk makes the target of an upload of variables: one address for all, whose fields
// name the file.
func (x *execution) stageBulk(m map[string]any, i int) (object, *userError) {
	at := func(field string) []string { return []string{"input", strconv.Itoa(i), field} }
	switch {
	case asString(m["mimeType"]) != bulkMime:
		return nil, &userError{path: at("mimeType"), message: "mimeType must be text/jsonl"}
	case asString(m["httpMethod"]) != http.MethodPost:
		return nil, &userError{path: at("httpMethod"), message: "httpMethod must be POST"}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d bulk", x.shop.next()))
	key := "tmp/" + hex.EncodeToString(sum[:8]) + "/bulk/" + hex.EncodeToString(sum[8:16]) + "/" + asString(m["filename"])
	x.shop.gallery.Staged[key] = &stage{Filename: asString(m["filename"]), Mime: bulkMime}
	return bulkTarget{x.base + bulkUploadPath, key}, nil
}

type bulkTarget struct{ url, key string }

func (bulkTarget) typeName() string { return "StagedMediaUploadTarget" }

func (t bulkTarget) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "url":
		return t.url
	case "resourceUrl":
		return nil
	}
	return []object{
		stagedParameter{"Content-Type", bulkMime},
		stagedParameter{"success_action_status", "201"},
		stagedParameter{"acl", "private"},
		stagedParameter{"key", t.key},
		stagedParameter{"policy", "p"},
		stagedParameter{"x-goog-signature", "s"},
	}
}

// serveForm takes an upload of variables: a form with all the fields, and the file last.
func (s *Shop) serveForm(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, why string) { s.srv.refuseEdge(w, r, status, code, why) }
	form, err := r.MultipartReader()
	if err != nil {
		refuse(http.StatusBadRequest, "MalformedPOSTRequest", "want a multipart form (9)")
		return
	}
	fields := map[string]string{}
	var content []byte
	file := false
	for {
		part, err := form.NextPart()
		if err != nil {
			break
		}
		b, err := readPart(part)
		switch {
		case err != nil:
			refuse(http.StatusBadRequest, "EntityTooLarge", "the file has more than 100 MB (9)")
			return
		case file:
			refuse(http.StatusBadRequest, "InvalidPolicyDocument", "the file is the last field (9)")
			return
		case part.FormName() == "file":
			content, file = b, true
		default:
			fields[part.FormName()] = string(b)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.gallery.Staged[fields["key"]]
	switch {
	case st == nil || st.Mime != bulkMime:
		refuse(http.StatusForbidden, "AccessDenied", "nothing is to be uploaded under this key (9)")
	case fields["policy"] != "p" || fields["x-goog-signature"] != "s" || fields["Content-Type"] != bulkMime || fields["acl"] == "" || fields["success_action_status"] == "":
		refuse(http.StatusForbidden, "SignatureDoesNotMatch", "all the parameters of the target are fields of the form (9)")
	case !file:
		refuse(http.StatusBadRequest, "IncorrectNumberOfFilesInPostRequest", "the form has no file (9)")
	default:
		st.Content = content
		w.WriteHeader(http.StatusCreated)
	}
}

func readPart(p *multipart.Part) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(p, maxBulkFile+1))
	if err == nil && len(b) > maxBulkFile {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

// bulkMutate answers bulkOperationRunMutation. The rows are run when it begins; what they
// answered is shown when it ends. One that is to fail runs half of them.
func (x *execution) bulkMutate(args map[string]any) any {
	const typ, errTyp = "BulkOperationRunMutationPayload", "BulkMutationUserError"
	deny := func(code, format string, args ...any) any {
		return refused(typ, userError{message: fmt.Sprintf(format, args...), code: code, typ: errTyp})
	}
	st := x.shop.gallery.Staged[asString(args["stagedUploadPath"])]
	text, id := asString(args["mutation"]), asString(args["clientIdentifier"])
	op, wrong := x.shop.srv.bulkMutation(text)
	lines := [][]byte{}
	if st != nil {
		lines = slices.DeleteFunc(bytes.Split(st.Content, []byte("\n")), func(l []byte) bool { return len(bytes.TrimSpace(l)) == 0 })
	}
	switch running := x.running(true); {
	case st == nil || st.Mime != bulkMime || st.Content == nil:
		return deny("NO_SUCH_FILE", "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly for the stagedUploadPath mutation argument.")
	case wrong != "":
		return deny("INVALID_MUTATION", "%s", wrong)
	case len(running) >= bulkSlots:
		return deny("OPERATION_IN_PROGRESS", "A bulk mutation operation for this app and shop is already in progress: %s.", strings.Join(running, ", "))
	case len(lines) == 0:
		return deny("INVALID_STAGED_UPLOAD_FILE", "The JSONL file is empty.")
	case args["clientIdentifier"] != nil && (len(id) < minClientID || len(id) > maxClientID):
		return deny("", "Client identifier must be between 10 and 255 characters.")
	}
	b := &bulkOperation{shop: x.shop, id: x.shop.next(), query: text, op: op, created: x.now.UTC(), failed: x.shop.bulkFails, mutation: true}
	if root, ok := op.SelectionSet[0].(*ast.Field); ok && mutationScopes[root.Name] != "" && !x.shop.has(mutationScopes[root.Name]) {
		b.failed, lines = codeAccessDenied, nil
	}
	run := lines
	if b.failed != "" {
		run = lines[:len(lines)/2]
	}
	for n, line := range run {
		b.lines = append(b.lines, x.bulkRow(op, n, line))
	}
	// In no order (9).
	slices.Reverse(b.lines)
	b.roots, b.objects = len(b.lines), len(b.lines)
	x.shop.bulks = append(x.shop.bulks, b)
	return payload{typ: typ, fields: map[string]any{"bulkOperation": b}}
}

// running are the bulk operations that have not ended: mutations, or queries.
func (x *execution) running(mutations bool) (ids []string) {
	for _, b := range x.shop.bulks {
		if s := b.status(x.now); b.mutation == mutations && (s == "CREATED" || s == "RUNNING" || s == "CANCELING") {
			ids = append(ids, gid("BulkOperation", b.id))
		}
	}
	return ids
}

// bulkMutation checks the text of a bulk mutation. wrong says what the userError says.
func (s *Server) bulkMutation(text string) (op *ast.OperationDefinition, wrong string) {
	d := s.document(text)
	if len(d.errs) > 0 {
		return nil, "Invalid bulk mutation: " + d.errs[0].Message
	}
	op, e := operation(d.doc, "")
	switch {
	case e != nil:
		return nil, "Invalid bulk mutation: " + e.Message
	case op.Operation != ast.Mutation:
		return nil, "Only mutation operations are supported."
	case len(op.SelectionSet) != 1:
		return nil, "Bulk mutations must have exactly one top-level field."
	}
	root, ok := op.SelectionSet[0].(*ast.Field)
	if !ok || strings.HasPrefix(root.Name, "bulkOperation") {
		return nil, "This mutation cannot be run in bulk."
	}
	c := bulkCheck{schema: s.schema}
	if c.selection(op.SelectionSet, s.schema.Mutation, 0, false, false); c.connections > 1 {
		return nil, "Bulk mutations cannot contain more than 1 connection."
	}
	return op, ""
}

// bulkRow runs the mutation with the variables of one line.
func (x *execution) bulkRow(op *ast.OperationDefinition, n int, line []byte) []byte {
	failed := func(message string) []byte {
		b, err := marshal(map[string]any{"errors": []any{map[string]any{"message": message}}, "__lineNumber": n})
		if err != nil {
			return []byte("{}")
		}
		return b
	}
	given := map[string]any{}
	if err := decode(line, &given); err != nil {
		return failed("The line is not a JSON object: " + err.Error())
	}
	vars, errs := variables(x.shop.srv.schema, op, given)
	if len(errs) > 0 {
		return failed(errs[0].Message)
	}
	row := &execution{selector: newSelector(x.shop.srv.schema, vars), shop: x.shop, now: x.now, base: x.base}
	row.faults = x.shop.fields.armed()
	row.run(op)
	if len(row.errors) > 0 {
		return failed(row.errors[0].Message)
	}
	return fmt.Appendf(nil, `{"data":%s,"__lineNumber":%d}`, row.out.Bytes(), n)
}

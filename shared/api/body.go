package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"backroom/shared/strict"
)

// checkQuery refuses all parameters at once that the operation does not name, that
// come twice, or whose values are not of the document's form.
func checkQuery(r *http.Request, op operation) error {
	var errs []error
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		errs = append(errs, err)
	}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		i := slices.IndexFunc(op.Query, func(p parameter) bool { return p.Name == name })
		switch {
		case i < 0:
			errs = append(errs, fmt.Errorf("%.40q: %s", name, op.only()))
		case len(q[name]) > 1:
			errs = append(errs, fmt.Errorf("%s: it comes %d times", name, len(q[name])))
		default:
			if want := op.Query[i].want(q[name][0]); want != "" {
				errs = append(errs, fmt.Errorf("%s %.40q: must be %s", name, q[name][0], want))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return &Refusal{Status: http.StatusBadRequest, Code: ProblemCodeBadQuery, Err: err}
	}
	return nil
}

// only says which parameters there are.
func (op operation) only() string {
	if len(op.Query) == 0 {
		return "there are no parameters here"
	}
	var names []string
	for _, p := range op.Query {
		names = append(names, p.Name)
	}
	return "there are only " + strings.Join(names, ", ")
}

// want is what a value must be instead, "" if it is that. An empty value is as if left out.
func (p parameter) want(value string) string {
	switch {
	case value == "" && p.Type == "string":
		return ""
	case !utf8.ValidString(value):
		return "UTF-8"
	case p.Longest > 0 && len(value) > p.Longest:
		return fmt.Sprintf("%d bytes at most", p.Longest)
	case len(p.Words) > 0 && !slices.Contains(p.Words, value):
		return "one of " + strings.Join(p.Words, ", ")
	case p.Type == "boolean" && value != "true" && value != "false":
		return "true or false"
	case p.Type == "integer":
		if n, err := strconv.Atoi(value); err != nil || n < p.Min || n > p.Max {
			return fmt.Sprintf("a number from %d to %d", p.Min, p.Max)
		}
	}
	return ""
}

// bodies are empty values of the bodies that are read field by field, by
// operation. What is not here is read where it is used.
var bodies = map[string]func() any{
	"actOnJob":          func() any { return &JobAction{} },
	"decideOrder":       func() any { return &OrderDecision{} },
	"decideOrders":      func() any { return &OrdersDecision{} },
	"eraseCustomerData": func() any { return &CustomerErasure{} },
	"eraseShop":         func() any { return &ShopErasure{} },
	"findCustomerData":  func() any { return &CustomerNamed{} },
	"pauseAll":          func() any { return &Reason{} },
	"pauseShop":         func() any { return &Reason{} },
	"runJob":            func() any { return &RunRequest{} },
	"setLink":           func() any { return &LinkTarget{} },
	"setMapping":        func() any { return &map[string]string{} },
	"setRole":           func() any { return &RoleBody{} },
}

// checkBody reads the body whole, and refuses one that is too large, of another
// type, or not exactly one JSON value of known fields. The generated code, which
// is less strict, reads it again. An empty body stands for {}.
func checkBody(w http.ResponseWriter, r *http.Request, op operation) (*http.Request, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return r, refuseAs(http.StatusRequestEntityTooLarge, ProblemCodeBodyTooLarge, "body: more than %d bytes", MaxBody)
	}
	if err != nil {
		return r, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "body: %w", err)
	}
	body = bytes.TrimSpace(body)
	switch {
	case !op.Body && len(body) > 0:
		return r, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "body: %s takes none", op.ID)
	case !op.Body:
		return r, nil
	}
	if ct := r.Header.Get("Content-Type"); len(body) > 0 && ct != "" {
		if kind, _, err := mime.ParseMediaType(ct); err != nil || kind != "application/json" && kind != "application/x-www-form-urlencoded" {
			return r, refuseAs(http.StatusUnsupportedMediaType, ProblemCodeMediaType, "Content-Type %.60q: must be application/json", ct)
		}
	}
	if len(body) == 0 {
		body = []byte("{}")
	}
	if empty, ok := bodies[op.ID]; ok {
		if err := strict.Decode(body, empty()); err != nil {
			return r, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "body, %w", err)
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return r, nil
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"backroom/shared/identity"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/language"
	"backroom/shared/link"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// Refusal is an error whose answer is known.
type Refusal struct {
	Status int
	Code   ProblemCode // "": by the status
	Remedy string      // "": by the code
	Err    error
}

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap is the refused request's error.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(status int, format string, args ...any) error {
	return &Refusal{Status: status, Err: fmt.Errorf(format, args...)}
}

func refuseAs(status int, code ProblemCode, format string, args ...any) error {
	return &Refusal{Status: status, Code: code, Err: fmt.Errorf(format, args...)}
}

// byStatus is the code of a refusal that names none.
func byStatus(status int) ProblemCode {
	switch status {
	case http.StatusNotFound:
		return ProblemCodeNotFound
	case http.StatusConflict:
		return ProblemCodeRefused
	case http.StatusUnprocessableEntity:
		return ProblemCodeKeyReused
	case http.StatusBadGateway:
		return ProblemCodeUpstream
	case http.StatusInternalServerError:
		return ProblemCodeInternal
	}
	return ProblemCodeBadRequest
}

// problemOf is the answer to an error, in l. ours reports that the request could not
// help it: its text is not for who asked.
func problemOf(err error, l language.Tag, say sayer) (p Problem, ours bool) {
	status, code, remedy := classify(err)
	if code == "" {
		code = byStatus(status)
	}
	k := kinds[l][code]
	if remedy == "" {
		remedy = k.remedy
	} else {
		remedy = sentence(say(remedy))
	}
	p = Problem{
		Type: "urn:backroom:problem:" + string(code), Title: k.title, Status: status, Code: code, Detail: say.error(err), Remedy: remedy, Fields: fieldsOf(err),
	}
	for i, f := range p.Fields {
		p.Fields[i].Want = say(f.Want)
	}
	if code == ProblemCodeInternal {
		p.Detail, ours = failed[l], true
	}
	return p, ours
}

func classify(err error) (status int, code ProblemCode, remedy string) {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Status, r.Code, r.Remedy
	}
	if r, ok := errors.AsType[*jobs.Refusal](err); ok && r.WayOut != "" {
		return http.StatusConflict, ProblemCodeRefused, r.WayOut
	}
	if _, ok := errors.AsType[*link.UnderWayError](err); ok {
		return http.StatusConflict, ProblemCodeRefused, ""
	}
	if status, code := ofCaller(err); status != 0 {
		return status, code, ""
	}
	switch {
	case len(fieldsOf(err)) > 0:
		return http.StatusBadRequest, ProblemCodeBadBody, ""
	case errors.Is(err, jobstore.ErrNotFound), errors.Is(err, staging.ErrNotFound), errors.Is(err, shop.ErrNotFound), errors.Is(err, identity.ErrNoGrant):
		return http.StatusNotFound, ProblemCodeNotFound, ""
	case errors.Is(err, jobs.ErrBusy):
		return http.StatusTooManyRequests, ProblemCodeTooManyRuns, ""
	case errors.Is(err, staging.ErrNotNow), errors.Is(err, staging.ErrSeveral), errors.Is(err, jobs.ErrRefused), errors.Is(err, identity.ErrLastOwner):
		return http.StatusConflict, ProblemCodeRefused, ""
	case errors.Is(err, table.ErrConflict), errors.Is(err, shop.ErrChanged):
		return http.StatusConflict, ProblemCodeConflict, ""
	}
	return http.StatusInternalServerError, ProblemCodeInternal, ""
}

// ofCaller is the answer to an error about who calls; status 0: it is none.
func ofCaller(err error) (status int, code ProblemCode) {
	for _, c := range []struct {
		err  error
		code ProblemCode
	}{
		{identity.ErrNone, ProblemCodeNoToken},
		{identity.ErrExpired, ProblemCodeExpiredToken},
		{identity.ErrEarly, ProblemCodeExpiredToken},
		{identity.ErrReplayed, ProblemCodeReplayedToken},
		{identity.ErrToken, ProblemCodeBadToken},
		{identity.ErrMalformed, ProblemCodeBadToken},
		{identity.ErrAlgorithm, ProblemCodeBadToken},
		{identity.ErrApp, ProblemCodeBadToken},
		{identity.ErrSignature, ProblemCodeBadToken},
		{identity.ErrShop, ProblemCodeBadToken},
	} {
		if errors.Is(err, c.err) {
			return http.StatusUnauthorized, c.code
		}
	}
	return 0, ""
}

// sentence is a way out as one.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

// fieldsOf is all that is wrong with an entry, its parameters, or a shop card.
func fieldsOf(err error) (out []FieldProblem) {
	for _, p := range jobqueue.Problems(err) {
		out = append(out, FieldProblem{Field: p.Field, Value: strings.ToValidUTF8(p.Value, "?"), Want: p.Want})
	}
	return append(out, cardFields(err)...)
}

func cardFields(err error) (out []FieldProblem) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case shop.Problem:
		return []FieldProblem{{Field: e.Field, Value: strings.ToValidUTF8(e.Value, "?"), Want: e.Want}}
	case interface{ Unwrap() []error }:
		for _, u := range e.Unwrap() {
			out = append(out, cardFields(u)...)
		}
	case interface{ Unwrap() error }:
		return cardFields(e.Unwrap())
	}
	return out
}

// fail answers an error.
func (h *Host) fail(w http.ResponseWriter, r *http.Request, err error) {
	if h.Classify != nil {
		err = h.Classify(err)
	}
	state := stateOf(r.Context())
	l := languageOf(r.Context())
	p, ours := problemOf(err, l, h.sayer(l))
	p.Instance = state.request
	if ours {
		h.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "request", state.request, "err", err)
	}
	state.effect = strings.ToValidUTF8(err.Error(), "?") // the trail is in English, and said when it is read
	if ours {
		state.effect = failedInEnglish
	}
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="backroom"`)
		w.Header().Set("X-Shopify-Retry-Invalid-Session-Request", "1") // App Bridge sends it once more, with a new token
	case http.StatusTooManyRequests:
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "5")
		}
	}
	WriteProblem(w, p)
}

// WriteProblem answers p, as a host does to what never reaches the handler.
func WriteProblem(w http.ResponseWriter, p Problem) {
	js, err := json.Marshal(p)
	if err != nil {
		js = []byte(`{}`)
	}
	secure(w.Header())
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if _, err := w.Write(append(js, '\n')); err != nil {
		return // the client has gone
	}
}

// ProblemOf is the problem of a code that a host answers by itself.
func ProblemOf(status int, code ProblemCode, detail string) Problem {
	return ProblemFor(refuseAs(status, code, "%s", detail))
}

// ProblemFor is the answer to an error, in English.
func ProblemFor(err error) Problem {
	p, _ := problemOf(err, language.English, func(text string) string { return text })
	return p
}

type stateKey struct{}

// state is what the parts of a request tell each other.
type state struct {
	request string
	caller  identity.Caller
	speaks  language.Tag // what is answered in
	role    identity.Role
	effect  string // of a change
}

func stateOf(ctx context.Context) *state {
	if s, ok := ctx.Value(stateKey{}).(*state); ok {
		return s
	}
	return &state{speaks: language.English}
}

// languageOf is what a request is answered in.
func languageOf(ctx context.Context) language.Tag { return stateOf(ctx).speaks }

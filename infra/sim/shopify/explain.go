package shopify

import (
	"fmt"
	"net/http"
	"strings"

	"backroom/infra/sim/fault"
)

// maxExplain bounds the header that says in the simulator's own words why a
// request was refused: Shopify's are often too short to find the mistake by.
const maxExplain = 1000

// Why Shopify answers with a code, and the number of the rule's topic: 4 costs, 5
// errors, 7 searches.
var explanations = map[string]string{
	codeThrottled:                         "the bucket holds fewer points than the operation requests; nothing ran and nothing was charged (4)",
	codeMaxCost:                           "one operation may request at most 1000 points (4)",
	codeAccessDenied:                      "a scope or an approval is missing (3, 5)",
	codeBadRequest:                        "a rule for arguments that is checked when the operation runs (5, 7)",
	codeFieldArgs:                         "a rule across fields of an input (5)",
	codeVariable:                          "a variable does not fit its type; nothing ran (5)",
	codeNotFound:                          "an id of another type, or of nothing (5)",
	"NOT_FOUND":                           "an id of nothing, or a custom id without its definition (5, 7)",
	codeInputSize:                         "a list of an input is too long; nothing ran, and all of it was charged (4, 21.1)",
	codeParse:                             "the document is not GraphQL (5)",
	codeInternal:                          "Shopify could not answer (5)",
	codeLiterals:                          "a value in the document does not fit its type; nothing ran (5)",
	codeOneOf:                             "an input takes exactly one of its fields (5)",
	"undefinedField":                      "the version has no such field (5)",
	"argumentNotAccepted":                 "the field has no such argument (5)",
	"missingRequiredArguments":            "a required argument is missing (5)",
	"missingRequiredInputObjectAttribute": "a required field of an input is missing (5)",
	"selectionMismatch":                   "an object needs a selection, a scalar takes none (5)",
	"variableNotUsed":                     "every declared variable must be used (5)",
	codeUnquoted:                          "a time must be quoted, else it is read in the shop's own time zone (7)",
	"invalid_field":                       "the search does not know the field and goes on without the term: the data is not filtered by it (7)",
	"invalid_value":                       "the search does not know the value (7)",
}

// explainError is why e was answered.
func explainError(e *Error) string {
	code, _ := e.Extensions["code"].(string)
	why := e.explain
	if why == "" {
		why = explanations[code]
	}
	text := strings.Join(strings.Fields(e.Message), " ")
	if code != "" {
		text = code + ": " + text
	}
	if len(e.Path) > 0 {
		text += fmt.Sprintf(" at %v", e.Path)
	}
	if why != "" {
		text += ": " + why
	}
	return text
}

// explain joins what is wrong with an answer to the header's text.
func (a *answer) explain() string {
	var out []string
	for _, e := range a.errors {
		out = append(out, explainError(e))
	}
	for _, e := range a.refusals {
		out = append(out, fmt.Sprintf("userError %s: %s at %v: nothing was written", e.code, e.message, e.path))
	}
	for _, s := range a.search {
		for _, w := range s.Warnings {
			out = append(out, fmt.Sprintf("search %q: %s %s: %s: %s", s.Query, w.Field, w.Code, w.Message, explanations[w.Code]))
		}
	}
	return headerText(strings.Join(out, " | "))
}

// headerText is s as a header may carry it: printable ASCII in one line.
func headerText(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, s)
	if len(s) > maxExplain {
		s = s[:maxExplain] + "..."
	}
	return s
}

// refuseEdge is the answer of the edge: errors is text, not a list. why goes to
// the header and the log.
func (s *Server) refuseEdge(w http.ResponseWriter, r *http.Request, status int, text, why string) {
	s.explain(w, r, r.URL.Path, why)
	plainErrors(w, status, text)
}

// explain sets the header and logs.
func (s *Server) explain(w http.ResponseWriter, r *http.Request, operation, why string) {
	if why == "" {
		return
	}
	why = headerText(why)
	w.Header().Set(fault.ExplainHeader, why)
	s.cfg.Log.InfoContext(r.Context(), "shopify simulator: refused", "operation", operation, "why", why)
}

package shopify

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Error codes of the API.
const (
	codeThrottled     = "THROTTLED"
	codeMaxCost       = "MAX_COST_EXCEEDED"
	codeAccessDenied  = "ACCESS_DENIED"
	codeBadRequest    = "BAD_REQUEST"
	codeFieldArgs     = "INVALID_FIELD_ARGUMENTS"
	codeVariable      = "INVALID_VARIABLE"
	codeNotFound      = "RESOURCE_NOT_FOUND"
	codeInputSize     = "MAX_INPUT_SIZE_EXCEEDED"
	codeParse         = "PARSE_ERROR"
	codeInternal      = "INTERNAL_SERVER_ERROR"
	codeLiterals      = "argumentLiteralsIncompatible"
	codeOneOf         = "invalidOneOfInputObject"
	docAccess         = "https://shopify.dev/api/usage/access-scopes"
	docLimits         = "https://shopify.dev/api/usage/rate-limits"
	maxQueryBytes     = 50_000
	maxInputList      = 250
	maxPage           = 250
	paginationWindow  = 25_000
	maxOperationCost  = 1000
	defaultCountLimit = 10_000
)

type location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Error is one entry of the top-level errors.
type Error struct {
	Message    string         `json:"message"`
	Locations  []location     `json:"locations,omitempty"`
	Path       []any          `json:"path,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`

	explain string // why, if the code alone does not say it
}

func (e *Error) Error() string { return e.Message }

func fail(code, format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
}

func at(p *ast.Position) []location {
	if p == nil {
		return nil
	}
	return []location{{p.Line, p.Column}}
}

func denied(field, scope string) *Error {
	required := "`" + scope + "` access scope."
	e := fail(codeAccessDenied, "Access denied for %s field. Required access: %s", field, required)
	e.Extensions["documentation"] = docAccess
	e.Extensions["requiredAccess"] = required
	return e
}

var quoted = regexp.MustCompile(`"([^"]*)"`)

// translation is a finding of the validator on its way into Shopify's words.
type translation struct {
	*Error

	rule, message string
	quoted        []string // what the message quotes
}

func (t *translation) name(i int) string {
	if i < len(t.quoted) {
		return t.quoted[i]
	}
	return ""
}

func (t *translation) set(code, message string, kv ...string) {
	t.Message, t.Extensions["code"] = message, code
	for i := 0; i+1 < len(kv); i += 2 {
		t.Extensions[kv[i]] = kv[i+1]
	}
}

// translate puts a finding of the validator into Shopify's words. What it has
// no words for keeps the validator's, under the code "invalid".
func translate(ps places, g *gqlerror.Error) *Error {
	t := &translation{Error: &Error{Message: g.Message, Extensions: map[string]any{"code": "invalid"}}, rule: g.Rule, message: g.Message}
	for _, l := range g.Locations {
		t.Locations = append(t.Locations, location{l.Line, l.Column})
	}
	for _, m := range quoted.FindAllStringSubmatch(g.Message, -1) {
		t.quoted = append(t.quoted, m[1])
	}
	t.fields()
	t.variables()
	t.fragments()
	t.values()
	argument := ""
	switch t.Extensions["code"] {
	case "argumentNotAccepted":
		argument = t.name(0)
	case "missingRequiredInputObjectAttribute":
		_, argument, _ = strings.Cut(t.name(0), ".")
	}
	return ps.locate(t.Error, argument)
}

func (t *translation) fields() {
	switch t.rule {
	case "FieldsOnCorrectType":
		t.set("undefinedField", fmt.Sprintf("Field '%s' doesn't exist on type '%s'", t.name(0), t.name(1)), "typeName", t.name(1), "fieldName", t.name(0))
	case "KnownArgumentNames":
		owner, field, ok := strings.Cut(t.name(1), ".")
		if !ok {
			field = owner
		}
		t.set("argumentNotAccepted", fmt.Sprintf("Field '%s' doesn't accept argument '%s'", field, t.name(0)),
			"name", field, "typeName", "Field", "argumentName", t.name(0))
	case "ProvidedRequiredArguments":
		t.set("missingRequiredArguments", fmt.Sprintf("Field '%s' is missing required arguments: %s", t.name(0), t.name(1)),
			"className", "Field", "name", t.name(0), "arguments", t.name(1))
	case "ScalarLeafs":
		if strings.Contains(t.message, "must not have") {
			t.set("selectionMismatch", fmt.Sprintf("Selections can't be made on scalars (field '%s' returns %s but has selections)", t.name(0), t.name(1)),
				"nodeName", "field '"+t.name(0)+"'", "typeName", t.name(1))
			break
		}
		t.set("selectionMismatch", fmt.Sprintf("Field must have selections (field '%s' returns %s but has no selections. Did you mean '%s { ... }'?)",
			t.name(0), t.name(1), t.name(0)), "nodeName", "field '"+t.name(0)+"'", "typeName", t.name(1))
	case "OverlappingFieldsCanBeMerged":
		t.set("fieldConflict", t.message)
	}
}

func (t *translation) variables() {
	switch t.rule {
	case "NoUnusedVariables":
		t.set("variableNotUsed", fmt.Sprintf("Variable %s is declared by %s but not used", t.name(0), or(t.name(1), "anonymous query")),
			"variableName", strings.TrimPrefix(t.name(0), "$"))
	case "NoUndefinedVariables":
		t.set("variableNotDefined", fmt.Sprintf("Variable %s is used by %s but not declared", t.name(0), or(t.name(1), "anonymous query")),
			"variableName", strings.TrimPrefix(t.name(0), "$"))
	case "VariablesInAllowedPosition":
		t.set("variableMismatch", fmt.Sprintf("Type mismatch on variable %s (%s / %s)", t.name(0), t.name(1), t.name(2)),
			"variableName", strings.TrimPrefix(t.name(0), "$"), "typeName", t.name(1), "errorMessage", "Type mismatch")
	}
}

func (t *translation) fragments() {
	switch t.rule {
	case "KnownDirectives":
		t.set("undefinedDirective", fmt.Sprintf("Directive @%s is not defined", strings.TrimPrefix(t.name(0), "@")),
			"directiveName", strings.TrimPrefix(t.name(0), "@"))
	case "KnownTypeNames":
		t.set("undefinedType", fmt.Sprintf("No such type %s, so it can't be a fragment condition", t.name(0)), "typeName", t.name(0))
	case "KnownFragmentNames":
		t.set("useAndDefineFragment", fmt.Sprintf("Fragment %s was used, but not defined", t.name(0)), "fragmentName", t.name(0))
	case "NoUnusedFragments":
		t.set("useAndDefineFragment", fmt.Sprintf("Fragment %s was defined, but not used", t.name(0)), "fragmentName", t.name(0))
	case "PossibleFragmentSpreads":
		t.set("cannotSpreadFragment", t.message)
	}
}

func (t *translation) values() {
	if t.rule != "ValuesOfCorrectType" {
		return
	}
	switch {
	case strings.HasPrefix(t.message, "OneOf"):
		t.set(codeOneOf, fmt.Sprintf("'%s' requires exactly one argument", t.name(0)), "inputObjectType", t.name(0))
	case strings.Contains(t.message, "was not provided") || strings.Contains(t.message, "is required"):
		of, field, _ := strings.Cut(t.name(0), ".")
		t.set("missingRequiredInputObjectAttribute", fmt.Sprintf("Argument '%s' on InputObject '%s' is required. Expected type %s", field, of, t.name(1)),
			"argumentName", field, "argumentType", t.name(1), "inputObjectType", of)
	case strings.Contains(t.message, "is not defined by type"):
		t.set("argumentNotAccepted", fmt.Sprintf("InputObject '%s' doesn't accept argument '%s'", t.name(1), t.name(0)),
			"name", t.name(1), "typeName", "InputObject", "argumentName", t.name(0))
	default:
		t.set(codeLiterals, t.message, "typeName", "Field")
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

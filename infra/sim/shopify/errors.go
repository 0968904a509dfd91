package shopify

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Error codes of the API (shopify-admin-api.md 5).
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

// translate puts a finding of the validator into Shopify's words. What it has
// no words for keeps the validator's, under the code "invalid".
func translate(ps places, g *gqlerror.Error) *Error {
	e := &Error{Message: g.Message, Extensions: map[string]any{"code": "invalid"}}
	for _, l := range g.Locations {
		e.Locations = append(e.Locations, location{l.Line, l.Column})
	}
	var q []string
	for _, m := range quoted.FindAllStringSubmatch(g.Message, -1) {
		q = append(q, m[1])
	}
	name := func(i int) string {
		if i < len(q) {
			return q[i]
		}
		return ""
	}
	set := func(code, message string, kv ...string) {
		e.Message, e.Extensions["code"] = message, code
		for i := 0; i+1 < len(kv); i += 2 {
			e.Extensions[kv[i]] = kv[i+1]
		}
	}
	switch g.Rule {
	case "FieldsOnCorrectType":
		set("undefinedField", fmt.Sprintf("Field '%s' doesn't exist on type '%s'", name(0), name(1)), "typeName", name(1), "fieldName", name(0))
	case "KnownArgumentNames":
		owner, field, ok := strings.Cut(name(1), ".")
		if !ok {
			field = owner
		}
		set("argumentNotAccepted", fmt.Sprintf("Field '%s' doesn't accept argument '%s'", field, name(0)),
			"name", field, "typeName", "Field", "argumentName", name(0))
	case "ProvidedRequiredArguments":
		set("missingRequiredArguments", fmt.Sprintf("Field '%s' is missing required arguments: %s", name(0), name(1)),
			"className", "Field", "name", name(0), "arguments", name(1))
	case "ScalarLeafs":
		if strings.Contains(g.Message, "must not have") {
			set("selectionMismatch", fmt.Sprintf("Selections can't be made on scalars (field '%s' returns %s but has selections)", name(0), name(1)),
				"nodeName", "field '"+name(0)+"'", "typeName", name(1))
			break
		}
		set("selectionMismatch", fmt.Sprintf("Field must have selections (field '%s' returns %s but has no selections. Did you mean '%s { ... }'?)",
			name(0), name(1), name(0)), "nodeName", "field '"+name(0)+"'", "typeName", name(1))
	case "NoUnusedVariables":
		set("variableNotUsed", fmt.Sprintf("Variable %s is declared by %s but not used", name(0), or(name(1), "anonymous query")),
			"variableName", strings.TrimPrefix(name(0), "$"))
	case "NoUndefinedVariables":
		set("variableNotDefined", fmt.Sprintf("Variable %s is used by %s but not declared", name(0), or(name(1), "anonymous query")),
			"variableName", strings.TrimPrefix(name(0), "$"))
	case "VariablesInAllowedPosition":
		set("variableMismatch", fmt.Sprintf("Type mismatch on variable %s (%s / %s)", name(0), name(1), name(2)),
			"variableName", strings.TrimPrefix(name(0), "$"), "typeName", name(1), "errorMessage", "Type mismatch")
	case "KnownDirectives":
		set("undefinedDirective", fmt.Sprintf("Directive @%s is not defined", strings.TrimPrefix(name(0), "@")),
			"directiveName", strings.TrimPrefix(name(0), "@"))
	case "KnownTypeNames":
		set("undefinedType", fmt.Sprintf("No such type %s, so it can't be a fragment condition", name(0)), "typeName", name(0))
	case "KnownFragmentNames":
		set("useAndDefineFragment", fmt.Sprintf("Fragment %s was used, but not defined", name(0)), "fragmentName", name(0))
	case "NoUnusedFragments":
		set("useAndDefineFragment", fmt.Sprintf("Fragment %s was defined, but not used", name(0)), "fragmentName", name(0))
	case "PossibleFragmentSpreads":
		set("cannotSpreadFragment", g.Message)
	case "OverlappingFieldsCanBeMerged":
		set("fieldConflict", g.Message)
	case "ValuesOfCorrectType":
		switch {
		case strings.HasPrefix(g.Message, "OneOf"):
			set(codeOneOf, fmt.Sprintf("'%s' requires exactly one argument", name(0)), "inputObjectType", name(0))
		case strings.Contains(g.Message, "was not provided") || strings.Contains(g.Message, "is required"):
			of, field, _ := strings.Cut(name(0), ".")
			set("missingRequiredInputObjectAttribute", fmt.Sprintf("Argument '%s' on InputObject '%s' is required. Expected type %s", field, of, name(1)),
				"argumentName", field, "argumentType", name(1), "inputObjectType", of)
		case strings.Contains(g.Message, "is not defined by type"):
			set("argumentNotAccepted", fmt.Sprintf("InputObject '%s' doesn't accept argument '%s'", name(1), name(0)),
				"name", name(1), "typeName", "InputObject", "argumentName", name(0))
		default:
			set(codeLiterals, g.Message, "typeName", "Field")
		}
	}
	argument := ""
	switch e.Extensions["code"] {
	case "argumentNotAccepted":
		argument = name(0)
	case "missingRequiredInputObjectAttribute":
		_, argument, _ = strings.Cut(name(0), ".")
	}
	return ps.locate(e, argument)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

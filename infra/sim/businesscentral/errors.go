package businesscentral

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// apiError is an answer other than 2xx.
type apiError struct {
	status     int
	code       string
	message    string
	retryAfter int // seconds, 0 for none
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.message) }

func refuse(status int, code, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// Codes that several places answer.
const (
	codeBadRequest    = "BadRequest"
	codeNotFound      = "BadRequest_NotFound"
	codeNoRecord      = "BadRequest_ResourceNotFound"
	codeBadURL        = "BadRequest_InvalidRequestUrl"
	codeNotAllowed    = "BadRequest_MethodNotAllowed"
	codeReadOnly      = "BadRequest_InvalidOperation"
	codeDialog        = "Application_DialogException"
	codeField         = "Application_FieldValidationException"
	codeTooLong       = "Application_StringExceededLength"
	codeRelation      = "Internal_InvalidTableRelation"
	codeSameKey       = "Internal_EntityWithSameKeyExists"
	codeServer        = "Internal_ServerError"
	codeUnimplemented = "BadRequest_MethodNotImplemented"
)

func badRequest(format string, args ...any) *apiError {
	return refuse(http.StatusBadRequest, codeBadRequest, format, args...)
}

// dialog is AL's Error().
func dialog(format string, args ...any) *apiError {
	return refuse(http.StatusBadRequest, codeDialog, format, args...)
}

// testField is AL's TestField() and FieldError().
func testField(format string, args ...any) *apiError {
	return refuse(http.StatusBadRequest, codeField, format, args...)
}

// noRelation is a value that its table does not have.
func noRelation(field, value, table string) *apiError {
	return refuse(http.StatusBadRequest, codeRelation,
		"The field %s contains a value (%s) that cannot be found in the related table (%s).", field, value, table)
}

func sameKey(table, key string) *apiError {
	return refuse(http.StatusBadRequest, codeSameKey, "The record in table %s already exists. Identification fields and values: %s", table, key)
}

func noRecord(set, id string) *apiError {
	return refuse(http.StatusNotFound, codeNoRecord, "There is no %s with the id %s.", set, id)
}

func notAllowed(method, set string) *apiError {
	return refuse(http.StatusMethodNotAllowed, codeNotAllowed, "%s is not allowed on %s.", method, set)
}

// asAPIError makes any error one that can be answered.
func asAPIError(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	return refuse(http.StatusInternalServerError, "Unknown", "%s", err)
}

// errorResponse is err as BC words it: in the language asked for, else in the
// company's, with a correlation id. Only English texts are the documented ones.
func (s *Server) errorResponse(err error, language string) response {
	e := asAPIError(err)
	text := e.message
	if !strings.HasPrefix(strings.ToLower(language), "en") {
		text = "Der Vorgang wurde abgebrochen."
	}
	body, err := json.Marshal(map[string]any{"error": map[string]string{
		"code": e.code, "message": text + "  CorrelationId:  " + s.guid() + ".",
	}})
	if err != nil {
		body = nil
	}
	r := response{status: e.status, header: map[string]string{"Content-Type": jsonMinimal}, body: body}
	if e.retryAfter > 0 {
		r.header["Retry-After"] = fmt.Sprint(e.retryAfter)
	}
	return r
}

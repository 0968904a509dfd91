package businesscentral

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// apiError is an answer other than 2xx.
type apiError struct {
	status     int
	code       string
	message    string
	section    string // the number of the rule
	retryAfter int    // seconds, 0 for none
}

// in names the number of the rule that a refusal comes from.
func (e *apiError) in(section string) *apiError {
	e.section = section
	return e
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

// explainHeader says in English why a request was refused, after the number of
// the rule: what a log of the real server would
// tell, and its answer often does not.
const explainHeader = "X-Sim-Explain"

// sections are the numbers of the rules behind a code.
var sections = map[string]string{
	codeBadURL: "1.5", codeReadOnly: "9.1", codeDialog: "4.0", codeField: "4.5", codeUnimplemented: "1.5", "Request_EntityChanged": "5.5", "BadRequest_InvalidToken": "5.5",
	"Application_TooManyRequests": "2", "Authentication_InvalidCredentials": "1.2",
}

func (e *apiError) sectionOf() string { return cmp.Or(e.section, sections[e.code], "8") }

// explain is the header's text: ASCII, on one line.
func (e *apiError) explain() string {
	text := []rune(e.sectionOf() + ": " + e.message)
	for i, r := range text {
		if r < ' ' || r > '~' {
			text[i] = '?'
		}
	}
	return string(text[:min(len(text), 500)])
}

// german is the text in the company's language where it is known.
func (e *apiError) german() string {
	if i := slices.IndexFunc(germanTexts, func(g germanText) bool { return g.english.MatchString(e.message) }); i >= 0 {
		return germanTexts[i].english.ReplaceAllString(e.message, germanTexts[i].german)
	}
	return "Der Vorgang wurde abgebrochen."
}

type germanText struct {
	english *regexp.Regexp
	german  string
}

var germanTexts = []germanText{
	{regexp.MustCompile(`^The record in table (.+) already exists\. Identification fields and values: (.*)$`), "Der Datensatz in der Tabelle $1 ist bereits vorhanden. Identifizierungsfelder und -werte: $2"},
	{regexp.MustCompile(`^The field (.+) contains a value \((.*)\) that cannot be found in the related table \((.+)\)\.$`), "Das Feld $1 enthält einen Wert ($2), der in der verknüpften Tabelle ($3) nicht gefunden werden kann."},
	{regexp.MustCompile(`^(.+) must have a value in (.+)\. It cannot be zero or empty\.$`), "$1 muss einen Wert in $2 haben. Der Wert darf nicht null oder leer sein."},
	{regexp.MustCompile(`^(.+) must be equal to '(.+)' in (.+)\. Current value is '(.+)'\.$`), "$1 muss '$2' sein in $3. Aktueller Wert ist '$4'."},
	{regexp.MustCompile(`^You may not enter numbers manually\..* in No\. Series (.+)\.$`), "Sie dürfen Nummern nicht manuell eingeben. Aktivieren Sie dazu Manuelle Nr. in der Nummernserie $1."},
	{regexp.MustCompile(`^Another user has already changed the record\.$`), "Ein anderer Benutzer hat den Datensatz bereits geändert."},
}

// errorResponse is err as BC words it: in the language asked for, else in the
// company's, with a correlation id. Only English texts are the documented
// ones. The header X-Sim-Explain has the reason in any case, and so has the log.
func (s *Server) errorResponse(err error, language string) response {
	e := asAPIError(err)
	text := e.message
	if !strings.HasPrefix(strings.ToLower(language), "en") {
		text = e.german()
	}
	body, err := json.Marshal(map[string]any{"error": map[string]string{
		"code": e.code, "message": text + "  CorrelationId:  " + s.guid() + ".",
	}})
	if err != nil {
		body = nil
	}
	why := e.explain()
	s.o.Log.Info("refused", "status", e.status, "code", e.code, "section", e.sectionOf(), "reason", e.message)
	r := response{status: e.status, header: map[string]string{"Content-Type": jsonMinimal, explainHeader: why}, body: body}
	if e.retryAfter > 0 {
		r.header["Retry-After"] = fmt.Sprint(e.retryAfter)
	}
	return r
}

package shopify

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// reply is one answer, read defensively.
type reply struct {
	status    int
	header    http.Header
	bytes     int
	requestID string
	errs      apiErrors
	cost      *cost // nil if the answer tells none: nothing ran, or it is the edge's
	search    []searchNote
	hasData   bool
	notJSON   bool
	broken    error // the body could not be decoded
}

// apiError is one entry of errors[].
type apiError struct {
	Message    string `json:"message"`
	Path       path   `json:"path"`
	Extensions struct {
		Code           code            `json:"code"`
		RequiredAccess code            `json:"requiredAccess"`
		Problems       json.RawMessage `json:"problems"`
	} `json:"extensions"`
}

// node is the index of the node that e is inside of, in a list called nodes.
func (e apiError) node() (int, bool) {
	i := slices.Index(e.Path, "nodes")
	if i < 0 || i > 1 || len(e.Path) <= i+1 {
		return 0, false
	}
	n, err := strconv.Atoi(e.Path[i+1])
	return n, err == nil && n >= 0
}

// code is a text of extensions; anything else there reads as "".
type code string

func (c *code) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*c = code(s)
	}
	return nil
}

// path is where an error is, list indexes as text.
type path []string

func (p *path) UnmarshalJSON(b []byte) error {
	var parts []any
	if err := json.Unmarshal(b, &parts); err != nil {
		parts = nil // a path that we cannot read is no path
	}
	for _, e := range parts {
		switch e := e.(type) {
		case string:
			*p = append(*p, e)
		case float64:
			*p = append(*p, strconv.Itoa(int(e)))
		}
	}
	return nil
}

// apiErrors is errors[], which the edge sends as a string or an object too.
type apiErrors []apiError

func (e *apiErrors) UnmarshalJSON(b []byte) error {
	var list []apiError
	if json.Unmarshal(b, &list) == nil {
		*e = list
		return nil
	}
	text := string(b)
	if json.Unmarshal(b, &text) != nil {
		text = Clip(string(b), 200)
	}
	*e = apiErrors{{Message: text}}
	return nil
}

// cost is extensions.cost.
type cost struct {
	Requested float64  `json:"requestedQueryCost"`
	Actual    *float64 `json:"actualQueryCost"` // null when throttled
	Throttle  struct {
		Max       float64 `json:"maximumAvailable"`
		Available float64 `json:"currentlyAvailable"`
		Rate      float64 `json:"restoreRate"`
	} `json:"throttleStatus"`
}

func (c *cost) status(at time.Time) Status {
	if c == nil {
		return Status{}
	}
	return Status{Max: c.Throttle.Max, Available: c.Throttle.Available, Rate: c.Throttle.Rate, At: at}
}

// searchNote is an entry of extensions.search: a warning means that part of a
// search query was ignored.
type searchNote struct {
	Query    string `json:"query"`
	Warnings []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
		Code    string `json:"code"`
	} `json:"warnings"`
}

// presence notes that data is there and not null, and decodes it into v.
type presence struct {
	v   any
	has bool
}

func (p *presence) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	p.has = true
	return json.Unmarshal(b, p.v)
}

// read decodes body into data, as far as the body is an answer at all.
func read(status int, header http.Header, body []byte, data any) reply {
	r := reply{status: status, header: header, bytes: len(body), requestID: header.Get("X-Request-Id")}
	if ct := header.Get("Content-Type"); ct != "" {
		media, _, err := mime.ParseMediaType(ct)
		r.notJSON = err != nil || !strings.HasSuffix(media, "json")
	}
	if r.notJSON {
		return r
	}
	var envelope struct {
		Data       presence  `json:"data"`
		Errors     apiErrors `json:"errors"`
		Extensions struct {
			Cost   *cost        `json:"cost"`
			Search []searchNote `json:"search"`
		} `json:"extensions"`
	}
	envelope.Data.v = data
	r.broken = json.Unmarshal(body, &envelope)
	r.hasData = envelope.Data.has
	r.errs = envelope.Errors
	r.cost = envelope.Extensions.Cost
	r.search = envelope.Extensions.Search
	return r
}

// retryAfter is the header's wait in seconds, at least 1, at most an hour.
func retryAfter(h http.Header) time.Duration {
	s, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After")), 64)
	if err != nil || s != s {
		s = 2
	}
	return time.Duration(min(max(s, 1), 3600) * float64(time.Second))
}

// Clip cuts text from outside to n bytes, for errors and logs.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxAnswerBytes>>20)

// errNoAnswer says that a request got none in time.
var errNoAnswer = errors.New("no answer in time")

var _ graphql.Client = (*Exchange)(nil)

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"backroom/shared/jobapi"
	"backroom/shared/table"
)

// mostListed is how many rows of a list an answer of the server has at most.
const mostListed = 10_000

// listed is an answer that is a page of a list. More of it is said in a Link
// header (RFC 8288), so that the body stays the list alone.
type listed struct {
	rows any
	next string // the page after this one, "" if it is the last
}

// link sets the header of an answer to the request for u, if there are more.
func (l listed) link(h http.Header, u *url.URL) {
	if l.next == "" {
		return
	}
	q := u.Query()
	q.Set("page", l.next)
	h.Set("Link", "<"+u.Path+"?"+q.Encode()+`>; rel="next"`)
}

// nextPage is the page that a Link header names, "" without one.
func nextPage(link string) string {
	target, rel, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	u, err := url.Parse(target)
	if err != nil || !strings.Contains(rel, `rel="next"`) {
		return ""
	}
	return u.Query().Get("page")
}

// paged answers a page of a list: the one that the request names, with as many
// rows as it wants, 50 unless it says.
func paged(r *http.Request, list func(ctx context.Context, page string, limit int) (any, string, error)) (any, error) {
	q, limit := r.URL.Query(), 50
	if text := q.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > mostListed {
			return nil, &jobapi.Refusal{Status: http.StatusBadRequest, Err: fmt.Errorf("limit %.40q: must be 1 to %d", text, mostListed)}
		}
	}
	rows, next, err := list(r.Context(), q.Get("page"), limit)
	if errors.Is(err, table.ErrInvalid) {
		err = &jobapi.Refusal{Status: http.StatusBadRequest, Err: fmt.Errorf("page %.40q: must be the next of an earlier answer", q.Get("page"))}
	}
	return listed{rows, next}, err
}

package api

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"backroom/shared/table"
)

// defaultLimit is how many rows a page has unless the request says.
const defaultLimit = 50

// cursor makes tokens of pages opaque, and binds them to the list and the query
// that gave them.
type cursor struct{ of string }

// listOf is the cursor of a list, named by its operation, shop and filters.
func listOf(parts ...string) cursor {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return cursor{of: string(sum[:6])}
}

// token is the page's name for the caller, "" for the one after the last.
func (c cursor) token(next string) string {
	if next == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(c.of + next))
}

// page is what a token stands for. A token of another list is refused.
func (c cursor) page(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	next, ok := strings.CutPrefix(string(text), c.of)
	if err != nil || !ok || next == "" {
		return "", badPage(token)
	}
	return next, nil
}

func badPage(token string) error {
	return refuseAs(http.StatusBadRequest, ProblemCodeBadQuery, "page %.40q: must be the next of an earlier answer to the same query", token)
}

// orBadPage makes a refused token of the table one of the caller.
func orBadPage(token string, err error) error {
	if errors.Is(err, table.ErrInvalid) {
		return badPage(token)
	}
	return err
}

// limitOf is a limit that the request may have left out. What it has given is
// within the document's bounds.
func limitOf(limit *int) int {
	if limit == nil {
		return defaultLimit
	}
	return *limit
}

// slice is a page of a list that is in memory whole. Its tokens are positions: what
// is added or goes meanwhile shifts the rest.
func slice[V any](all []V, c cursor, token string, limit *int) (rows []V, next string, err error) {
	at := 0
	if token != "" {
		text, err := c.page(token)
		if err != nil {
			return nil, "", err
		}
		if at, err = strconv.Atoi(text); err != nil || at < 0 {
			return nil, "", badPage(token)
		}
	}
	at = min(at, len(all))
	end := min(at+limitOf(limit), len(all))
	rows = append([]V{}, all[at:end]...)
	if end < len(all) {
		next = c.token(strconv.Itoa(end))
	}
	return rows, next, nil
}

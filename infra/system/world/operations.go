package world

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Operations counts what is asked of a company's entity sets. Each operation
// inside a batch counts as one, the batch itself as none. The zero value is
// ready, and safe for concurrent use.
type Operations struct {
	mu    sync.Mutex
	bySet map[string]int // by method and set: "PATCH salesOrders"
}

// Count counts the requests that reach h, which is a server of BC's API or a
// proxy in front of one.
func (o *Operations) Count(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			o.batch(body)
		} else {
			o.one(r.Method, r.URL.Path)
		}
		h.ServeHTTP(w, r)
	})
}

func (o *Operations) batch(body []byte) {
	var b struct {
		Requests []struct {
			Method string `json:"method"`
			URL    string `json:"url"`
		} `json:"requests"`
	}
	if json.Unmarshal(body, &b) != nil {
		return // the server says so
	}
	for _, r := range b.Requests {
		o.one(r.Method, r.URL)
	}
}

var setOfCompany = regexp.MustCompile(`companies\([^)]*\)/([A-Za-z]+)`)

func (o *Operations) one(method, path string) {
	m := setOfCompany.FindStringSubmatch(path)
	if m == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bySet == nil {
		o.bySet = map[string]int{}
	}
	o.bySet[method+" "+m[1]]++
}

// Of is the number of operations on some entity sets so far.
func (o *Operations) Of(sets ...string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for what, times := range o.bySet {
		_, set, _ := strings.Cut(what, " ")
		if slices.Contains(sets, set) {
			n += times
		}
	}
	return n
}

// By is how often each method was used on each set: "PATCH salesOrders".
func (o *Operations) By() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.bySet)
}

// OnDocuments is the number of operations on sales orders and their lines so far:
// look-ups, creates, what is mended and what is read again.
func (o *Operations) OnDocuments() int { return o.Of("salesOrders", "salesOrderLines") }

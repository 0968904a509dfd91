package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// companyURL is the address of the company's entity sets.
func (w *World) companyURL() string {
	return fmt.Sprintf("%s/v2.0/%s/%s/api/v2.0/companies(%s)", bcURL, tenant, environment, w.Card.Company.ID)
}

// List reads all rows of an entity set of the company, page by page, over plain
// HTTP: path is the set with its query, such as "salesOrders?$expand=salesOrderLines".
// Each row is given to row as its JSON.
func (w *World) List(path string, row func(json.RawMessage) error) {
	w.tb.Helper()
	for next := w.companyURL() + "/" + strings.ReplaceAll(path, " ", "%20"); next != ""; {
		var page struct {
			Value []json.RawMessage `json:"value"`
			Next  string            `json:"@odata.nextLink"`
		}
		w.call(http.MethodGet, next, nil, &page)
		for _, v := range page.Value {
			if err := row(v); err != nil {
				w.tb.Fatal(err)
			}
		}
		next = page.Next
	}
}

// Read is [World.List] into values of one type.
func Read[T any](w *World, path string) []T {
	w.tb.Helper()
	var out []T
	w.List(path, func(js json.RawMessage) error {
		var v T
		if err := json.Unmarshal(js, &v); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, v)
		return nil
	})
	return out
}

// Write changes the company behind the product's back, as a person with another
// client would: body is JSON, path the entity. An etag of "*" is sent with PATCH
// and DELETE.
func (w *World) Write(method, path, body string) {
	w.tb.Helper()
	w.call(method, w.companyURL()+"/"+path, strings.NewReader(body), nil)
}

// call sends one request to BC and decodes its answer into out, if there is one.
func (w *World) call(method, address string, body io.Reader, out any) {
	w.tb.Helper()
	r, err := http.NewRequestWithContext(w.tb.Context(), method, address, body)
	if err != nil {
		w.tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.bcToken())
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPatch || method == http.MethodDelete {
		r.Header.Set("If-Match", "*")
	}
	js, status := w.send(r)
	if status >= http.StatusBadRequest {
		w.tb.Fatalf("%s %s: %d %s", method, address, status, js)
	}
	if out != nil {
		if err := json.Unmarshal(js, out); err != nil {
			w.tb.Fatalf("%s %s: %v", method, address, err)
		}
	}
}

func (w *World) send(r *http.Request) (body []byte, status int) {
	w.tb.Helper()
	resp, err := (&http.Client{Transport: w.bcTransport()}).Do(r)
	if err != nil {
		w.tb.Fatal(err)
	}
	body, err = io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		w.tb.Fatal(err)
	}
	return body, resp.StatusCode
}

// bcToken is a new token each time: the clock may have moved past the last one.
func (w *World) bcToken() string {
	w.tb.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {secret},
		"scope": {"https://api.businesscentral.dynamics.com/.default"},
	}
	r, err := http.NewRequestWithContext(w.tb.Context(), http.MethodPost, tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		w.tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	js, status := w.send(r)
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(js, &answer); err != nil || answer.Token == "" {
		w.tb.Fatalf("token: %d %s %v", status, js, err)
	}
	return answer.Token
}

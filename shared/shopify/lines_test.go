package shopify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
)

// files answers with a file, which breaks off after some bytes, until it is whole.
type files struct {
	text   string
	breaks []int // bytes that each answer gives at most; -1: all
	whole  bool  // ranges are not understood
	status int
	ranges []string
}

func (f *files) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("X-Shopify-Access-Token") != "" {
		return nil, errors.New("the token leaves Shopify")
	}
	f.ranges = append(f.ranges, r.Header.Get("Range"))
	status, text := http.StatusOK, f.text
	var from int
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 && !f.whole {
		status, text = http.StatusPartialContent, text[from:]
	}
	if f.status != 0 {
		status = f.status
	}
	body := io.Reader(strings.NewReader(text))
	if len(f.breaks) > 0 {
		if n := f.breaks[0]; n >= 0 {
			body = io.MultiReader(strings.NewReader(text[:min(n, len(text))]), broken{})
		}
		f.breaks = f.breaks[1:]
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(body), Request: r}, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func fileClient(t *testing.T, f *files) *Client {
	t.Helper()
	c, err := New(Config{
		Domain: "my-shop.myshopify.com", Tokens: StaticToken{Secret: "shpat_test"}, HTTP: &http.Client{Transport: f},
		Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each line comes once, however often the download breaks off.
func TestLines(t *testing.T) {
	const text = "one\ntwo\n\nthree\nthe last one"
	for _, tt := range []struct {
		name   string
		f      files
		ranges []string
	}{
		{"at once", files{}, []string{""}},
		{"broken off within a line", files{breaks: []int{6}}, []string{"", "bytes=4-"}},
		{"broken off behind a line", files{breaks: []int{8}}, []string{"", "bytes=8-"}},
		{"broken off again and again", files{breaks: []int{4, 5, 0, 6}}, []string{"", "bytes=4-", "bytes=9-", "bytes=9-", "bytes=15-"}},
		{"without ranges", files{breaks: []int{6}, whole: true}, []string{"", "bytes=4-"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.f.text = text
			var got []string
			err := fileClient(t, &tt.f).Lines(t.Context(), "X", "https://files.example/a?signature=1", func(line []byte) error {
				got = append(got, string(line))
				return nil
			})
			if want := []string{"one", "two", "three", "the last one"}; err != nil || !slices.Equal(got, want) || !slices.Equal(tt.f.ranges, tt.ranges) {
				t.Errorf("%q by %q, %v", got, tt.f.ranges, err)
			}
		})
	}
}

func TestLinesEnd(t *testing.T) {
	mine := errors.New("mine")
	for _, tt := range []struct {
		name, address string
		f             files
		err           error
		kind          fault.Kind
		asked         int
	}{
		{"for a failure of whoever reads", "https://files.example/a", files{}, mine, fault.Transient, 1},
		{"when nothing comes any more", "https://files.example/a", files{breaks: []int{0, 0, 0, 0, 0, 0, 0, 0}}, nil, fault.Transient, 6},
		{"when it has expired", "https://files.example/a", files{status: http.StatusForbidden}, nil, fault.Transient, 6},
		{"before an address that is not encrypted", "http://files.example/a", files{}, nil, fault.Bug, 0},
		{"before an address that is none", "nonsense", files{}, nil, fault.Bug, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.f.text = "one\n"
			err := fileClient(t, &tt.f).Lines(t.Context(), "X", tt.address, func([]byte) error { return tt.err })
			if err == nil || tt.err != nil && !errors.Is(err, tt.err) || tt.err == nil && fault.KindOf(err) != tt.kind || len(tt.f.ranges) != tt.asked {
				t.Errorf("%v after %d requests", err, len(tt.f.ranges))
			}
		})
	}
}

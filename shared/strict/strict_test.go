package strict_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"backroom/shared/strict"
)

type form struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	Tags  []string `json:"tags"`
	Lines []form   `json:"lines"`
	On    bool     `json:"on"`
}

func TestDecode(t *testing.T) {
	for js, want := range map[string]string{
		`{"name":"x","count":2,"tags":["a"],"lines":[{"on":true}]}`: "",
		` {} `:                   "",
		``:                       "byte 0: ends too early",
		`{"nom":"x"}`:            `byte 11: unknown field "nom"`,
		`{"count":"2"}`:          "byte 13: count: is JSON string, must be a whole number",
		`{"tags":"a"}`:           "byte 12: tags: is JSON string, must be a list of texts",
		`{"lines":{}}`:           "byte 12: lines: is JSON object, must be a list",
		`{"on":1}`:               "byte 8: on: is JSON number, must be true or false",
		`{"lines":[{"name":1}]}`: "byte 22: lines.name: is JSON number, must be text",
		`[]`:                     "byte 2: all: is JSON array, must be a JSON object",
		`{} {}`:                  "byte 4: more than one JSON value",
		`{}}`:                    "byte 2: more than one JSON value",
		`{"name":"x"`:            "byte 11: ends too early",
	} {
		got := ""
		if err := strict.Decode([]byte(js), new(form)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", js, got, want)
		}
	}
}

func TestClippedIsWholeLetters(t *testing.T) {
	got := strict.Clipped([]byte(strings.Repeat("ä", 60)))
	if !utf8.ValidString(got) || got != strings.Repeat("ä", 38)+"…" {
		t.Errorf("%q", got)
	}
}

func TestObject(t *testing.T) {
	ms, err := strict.Object([]byte(` {"a": 1, "b":{"a":[2]}, "a":null} `))
	var got []string
	for _, m := range ms {
		got = append(got, m.Name+"="+string(m.Value))
	}
	if want := `a=1 b={"a":[2]} a=null`; err != nil || strings.Join(got, " ") != want {
		t.Errorf("%q, %v", got, err)
	}
	for _, js := range []string{``, `{`, `{"a"`, `{"a":}`, `{"a":1}}`, `[1]`, `null`, `{1:2}`, "{\"a\xff\":1}"} {
		if _, err := strict.Object([]byte(js)); err == nil || !strings.HasPrefix(err.Error(), "byte ") {
			t.Errorf("%q: %v", js, err)
		}
	}
}

func TestClosest(t *testing.T) {
	names := []string{"BC_TENANT", "BC_COMPANY_ID", "BC_CLIENT_ID", "SHOPIFY_SHOP"}
	for name, want := range map[string]string{
		"BC_TENNANT": "BC_TENANT", "BC_TENANT_ID": "BC_TENANT", "BC_COPMANYID": "BC_COMPANY_ID", "BC_CLIENTID": "BC_CLIENT_ID", "shopify_shp": "SHOPIFY_SHOP",
		"BC_TENANT": "BC_TENANT", strings.Repeat("é", 5000): "BC_TENANT",
	} {
		if got := strict.Closest(name, names); got != want {
			t.Errorf("%.20s: %s, want %s", name, got, want)
		}
	}
	if got := strict.Closest("BC_ENV", append(names, "BC_ENVIRONMENT")); got != "BC_ENVIRONMENT" {
		t.Errorf("BC_ENV: %s", got)
	}
	if got := strict.Closest("tax", []string{"code", "taxMode", "taxCodes"}); got != "taxMode" {
		t.Errorf("tax: %s", got)
	}
	if got := strict.Closest("a", nil); got != "" {
		t.Errorf("of none: %q", got)
	}
}

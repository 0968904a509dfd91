package record

import (
	"encoding/json"
	"strings"
	"testing"
)

type Inner struct {
	Every int `json:"every,omitempty"`
}

// settings is what this release knows.
type settings struct {
	Inner
	Rest

	ID   string `json:"-"`
	Name string `json:"name,omitempty"`
	Odd  int
}

func stored(t *testing.T, js string) []byte {
	t.Helper()
	data, err := Encode(1, json.RawMessage(js))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFieldsOfANewerReleaseStay(t *testing.T) {
	tests := []struct{ name, was, want string }{
		{"nothing unknown", `{"every":5,"name":"a","Odd":1}`, `{"every":5,"name":"b","Odd":1}`},
		{"one of each kind", `{"name":"a","Odd":0,"z":null,"list":[1,2],"deep":{"name":"x"}}`, `{"name":"b","Odd":0,"deep":{"name":"x"},"list":[1,2],"z":null}`},
		{"an embedded field is known", `{"every":7,"Odd":0}`, `{"every":7,"name":"b","Odd":0}`},
		{"a name that JSON must quote", `{"Odd":0,"a\"b":1}`, `{"name":"b","Odd":0,"a\"b":1}`},
		{"a field that is ours, but not stored", `{"Odd":0,"-":true}`, `{"name":"b","Odd":0,"-":true}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s settings
			if err := Decode(stored(t, tt.was), 1, &s); err != nil {
				t.Fatal(err)
			}
			s.Name = "b"
			for _, v := range []any{s, &s} {
				data, err := Encode(1, v)
				if err != nil {
					t.Fatal(err)
				}
				var got json.RawMessage
				if err := Decode(data, 1, &got); err != nil || string(got) != tt.want {
					t.Errorf("stored again as %s, %v, want %s", got, err, tt.want)
				}
			}
			if js, err := json.Marshal(s); err != nil || len(js) > len(tt.want) { //nolint:musttag // as one field of it is
				t.Errorf("what is kept shows elsewhere: %s, %v", js, err)
			}
		})
	}
}

// What is kept belongs to the value that was read, and to no later one.
func TestRestIsReplacedByTheNextRead(t *testing.T) {
	var s settings
	for _, js := range []string{`{"new":1}`, `{"name":"a"}`} {
		if err := Decode(stored(t, js), 1, &s); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.fields) > 0 {
		t.Errorf("kept %v", s.fields)
	}
}

// FuzzOnlyKnown: the short look and the long one agree; where a name is written
// with an escape the short one may send us to the long one for nothing.
func FuzzOnlyKnown(f *testing.F) {
	for _, s := range []string{`{"name":"a","every":1}`, `{"name":{"other":[{"x":"}"}]}}`, `{"name":"\\\"","x\"y":1}`, `{"a" : 1}`, `{}`, `[{"a":1}]`, `"a"`} {
		f.Add(s)
	}
	ours := []string{"name", "every"}
	f.Fuzz(func(t *testing.T, js string) {
		var all map[string]json.RawMessage
		if json.Unmarshal([]byte(js), &all) != nil {
			return
		}
		delete(all, "name")
		delete(all, "every")
		got := onlyKnown([]byte(js), ours)
		if got && len(all) > 0 || !got && len(all) == 0 && !strings.Contains(js, `\`) {
			t.Errorf("%s: only known names: %v; others: %v", js, got, all)
		}
	})
}

package documents_test

import (
	"strings"
	"testing"
)

// A person who looks at an order sees what happened to the create of its document.
func TestLogOfAnOrder(t *testing.T) {
	o := newOffice(t, 0)
	if err := o.work(); err != nil {
		t.Fatal(err)
	}
	v := o.View("#1001")
	if v.Document == nil {
		t.Fatalf("the order is %s", v.State)
	}
	var did []string
	for _, e := range v.Log {
		did = append(did, strings.TrimSpace(string(e.Did)+" "+e.Says))
	}
	if got, want := strings.Join(did, ", "), "intended, sent, made order "+v.Document.Number; got != want {
		t.Errorf("the log says %q, want %q", got, want)
	}
}

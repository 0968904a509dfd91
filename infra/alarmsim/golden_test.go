package alarmsim

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// golden reads the golden templates of the stacks, as they are synthesised.
func golden(tb testing.TB) *Stacks {
	tb.Helper()
	var parts [][]byte
	for _, part := range []string{"state", "compute"} {
		js, err := os.ReadFile(filepath.Join("..", "cdk", "testdata", "prod-"+part+".json"))
		if err != nil {
			tb.Fatal(err)
		}
		parts = append(parts, js)
	}
	s, err := Read(parts...)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Every alarm of the stacks can be judged, tells somebody, and may.
func TestTheStacksAlarms(t *testing.T) {
	s := golden(t)
	j, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(j.metrics) < 20 || len(j.composites) == 0 || len(j.topics) != 2 {
		t.Fatalf("%d metric alarms, %d composites, topics %v", len(j.metrics), len(j.composites), j.topics)
	}
	for _, a := range j.metrics {
		for _, topics := range a.actions {
			for _, topic := range topics {
				if ok, err := s.mayPublish(topic, a.arn); err != nil || !ok || j.topics[topic] == "" {
					t.Errorf("%s may publish to %s: %v, %v", a.name, topic, ok, err)
				}
			}
		}
	}
	if _, err := j.Judge(NewRecording(), noon, noon.Add(time.Hour), Rules{}); err != nil {
		t.Error(err)
	}
}

package alarmsim_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/infra/alarmsim"
)

// planted are faults of the stacks, each with the scenario that must find it.
var planted = []struct {
	name, scenario string
	change         func(typ string, p map[string]any)
	says           string
}{
	{"nothing at all", "a bug", func(string, map[string]any) {}, ""},
	{"topics admit nobody", "a bug", func(typ string, p map[string]any) {
		if typ == "AWS::SNS::TopicPolicy" {
			doc, _ := p["PolicyDocument"].(map[string]any)
			list, _ := doc["Statement"].([]any)
			doc["Statement"] = list[:1] // the Deny
		}
	}, "may not tell"},
	{"alarms tell nobody", "a bug", func(_ string, p map[string]any) { delete(p, "AlarmActions") }, "no pages"},
	{"thresholds nobody reaches", "a bug", ofAlarms(func(p map[string]any) {
		if p["ComparisonOperator"] == "GreaterThanThreshold" {
			p["Threshold"] = 1e9
		}
	}), "no pages"},
	{"a dimension more", "a bug", ofAlarms(func(p map[string]any) {
		if dims, ok := p["Dimensions"].([]any); ok {
			p["Dimensions"] = append(dims, map[string]any{"Name": "Shop", "Value": "ill-0"})
		}
	}), ""},
	{"a window of three hours in a row", "a bug", ofAlarms(func(p map[string]any) {
		p["EvaluationPeriods"], p["DatapointsToAlarm"] = 36.0, 36.0
	}), "no pages"},
	{"missing data ring at once", "quiet night", ofAlarms(func(p map[string]any) {
		p["TreatMissingData"] = "breaching"
		delete(p, "WarmUpConfiguration")
	}), "after the first deployment"},
	{"thresholds anybody reaches", "quiet night", ofAlarms(func(p map[string]any) { p["Threshold"] = -1.0 }), "nobody is to be told"},
	{"suppressors that do not", "a side is down", func(_ string, p map[string]any) {
		for _, name := range []string{"ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"} {
			delete(p, name)
		}
	}, "pages: "},
}

func ofAlarms(change func(map[string]any)) func(string, map[string]any) {
	return func(typ string, p map[string]any) {
		if typ == "AWS::CloudWatch::Alarm" {
			change(p)
		}
	}
}

// A fault that is planted into the stacks is found: the scenarios can fail.
func TestPlantedFaultsAreFound(t *testing.T) {
	type heard struct {
		w        *world
		from, to time.Time
	}
	played := map[string]heard{}
	for _, tt := range planted[:(len(planted)+stride-1)/stride] {
		t.Run(tt.name, func(t *testing.T) {
			var s scenario
			for _, s = range scenarios {
				if s.name == tt.scenario {
					break
				}
			}
			h, ok := played[s.name]
			if !ok {
				h.w, h.from, h.to = s.play(t, s.fleets[len(s.fleets)-1])
				played[s.name] = h
			}
			j, err := alarmsim.New(changed(t, tt.change))
			if err != nil && tt.says == "" {
				return // refused before it is judged
			}
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, r := range alarmsim.Few() {
				out, err := j.Judge(h.w.rec, midnight, h.w.Now(), r)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, s.hold(out, h.from, h.to)...)
			}
			if found := strings.Join(all, "\n"); !strings.Contains(found, tt.says) || (found == "") != (tt.name == planted[0].name) {
				t.Errorf("found %q, want %q", found, tt.says)
			}
		})
	}
}

// changed are the stacks with a change to the properties of each resource.
func changed(t *testing.T, change func(typ string, p map[string]any)) *alarmsim.Stacks {
	t.Helper()
	var parts [][]byte
	for _, part := range []string{"state", "compute"} {
		js, err := os.ReadFile(filepath.Join("..", "cdk", "testdata", stageName+"-"+part+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var tpl map[string]any
		if err := json.Unmarshal(js, &tpl); err != nil {
			t.Fatal(err)
		}
		resources, _ := tpl["Resources"].(map[string]any)
		for _, x := range resources {
			r, _ := x.(map[string]any)
			typ, _ := r["Type"].(string)
			if p, ok := r["Properties"].(map[string]any); ok {
				change(typ, p)
			}
		}
		if js, err = json.Marshal(tpl); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, js)
	}
	s, err := alarmsim.Read(parts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

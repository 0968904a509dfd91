package plan

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"
)

//go:embed template.yaml.tmpl
var templateText string

// Template is template.yaml, AWS SAM's view of the plan.
func (p Plan) Template() ([]byte, error) {
	t, err := template.New("template.yaml").Funcs(template.FuncMap{
		"arn": p.arn, "value": value, "routes": func() []Route { return Routes },
		"seconds": func(d time.Duration) int { return int(d.Seconds()) },
		"minutes": func(d time.Duration) string {
			if d == time.Minute {
				return "1 minute" // Scheduler wants the singular
			}
			return strconv.Itoa(int(d.Minutes())) + " minutes"
		},
	}).Parse(templateText)
	if err != nil {
		return nil, fmt.Errorf("template.yaml.tmpl: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		Plan

		Concurrency, Visibility, MaxReceiveCount, Retention, LogRetentionDays, BatchSize int

		SweepEvery time.Duration
	}{p, Concurrency, int(QueueVisibility.Seconds()), MaxReceiveCount, int(Retention.Seconds()), LogRetentionDays, BatchSize, SweepEvery})
	if err != nil {
		return nil, fmt.Errorf("template.yaml.tmpl: %w", err)
	}
	return b.Bytes(), nil
}

// arn is what a right of f is for, in CloudFormation's words.
func (p Plan) arn(f Function, on Resource) (string, error) {
	switch on {
	case Table:
		return "!GetAtt Table.Arn", nil
	case TableIndex1:
		return `!Sub "${Table.Arn}/index/index1"`, nil
	case TableIndex2:
		return `!Sub "${Table.Arn}/index/index2"`, nil
	case Queue:
		return "!GetAtt Queue.Arn", nil
	case DeadLetters:
		return "!GetAtt DeadLetters.Arn", nil
	case DeadSchedules:
		return "!GetAtt DeadSchedules.Arn", nil
	case Schedules:
		return `!Sub "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${Schedules}/*"`, nil
	case ScheduleRole:
		return "!GetAtt SchedulerRole.Arn", nil
	case AppsSecret:
		return "!Ref AppsSecret", nil
	case Logs:
		return "!GetAtt " + f.LogicalID() + "Logs.Arn", nil
	case TaskFunctions:
		var all []string
		for _, t := range p.Tasks() {
			all = append(all, "!GetAtt "+t.LogicalID()+".Arn")
		}
		return strings.Join(all, ", "), nil
	}
	return "", fmt.Errorf("function %s has a right on %q, which the template does not know", f.Name, on)
}

// value is what a variable is set to, in CloudFormation's words.
func value(v Variable) (string, error) {
	switch (setting{v.Of, v.Value}) {
	case setting{Table, Name}:
		return "!Ref Table", nil
	case setting{Queue, URL}:
		return "!Ref Queue", nil
	case setting{Queue, ARN}:
		return "!GetAtt Queue.Arn", nil
	case setting{DeadLetters, URL}:
		return "!Ref DeadLetters", nil
	case setting{DeadSchedules, URL}:
		return "!Ref DeadSchedules", nil
	case setting{DeadSchedules, ARN}:
		return "!GetAtt DeadSchedules.Arn", nil
	case setting{Schedules, Name}:
		return "!Ref Schedules", nil
	case setting{ScheduleRole, ARN}:
		return "!GetAtt SchedulerRole.Arn", nil
	case setting{AppsSecret, ARN}:
		return "!Ref AppsSecret", nil
	case setting{"", StageName}:
		return "!Ref Stage", nil
	case setting{"", LogLevel}:
		return "!Ref LogLevel", nil
	case setting{"", RunDays}:
		return "!Ref RunDays", nil
	case setting{"", NamePrefix}:
		return "!Sub " + Prefix("${Stage}"), nil
	}
	return "", fmt.Errorf("variable %s is the %s of %q, which the template does not know", v.Name, v.Value, v.Of)
}

type setting struct {
	of Resource
	a  Attribute
}

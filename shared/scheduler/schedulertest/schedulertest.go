// Package schedulertest is a fake of EventBridge Scheduler on the wire: one
// group of schedules that fire into a queue when the test ticks.
package schedulertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/queue"
	"backroom/shared/schedule"
)

// What the fake knows of its account.
const (
	Group    = "backroom"
	QueueARN = "arn:aws:sqs:eu-north-1:123456789012:backroom-jobs.fifo"
	RoleARN  = "arn:aws:iam::123456789012:role/backroom-scheduler"
)

// Server is the group. Safe for concurrent use.
type Server struct {
	now   func() time.Time
	queue queue.Queue

	mu      sync.Mutex
	byName  map[string]*planned
	gone    map[string]bool // roles
	dropped int
}

// New makes an empty group whose firings go to q, by content-based
// deduplication.
func New(now func() time.Time, q queue.Queue) *Server {
	return &Server{now: now, queue: q, byName: map[string]*planned{}, gone: map[string]bool{}}
}

type planned struct {
	document

	next time.Time // zero: it has completed
	rec  schedule.Recurrence
}

// document is a schedule as it travels.
type document struct {
	Name                       string `json:",omitempty"`
	GroupName                  string
	Description                string
	ScheduleExpression         string
	ScheduleExpressionTimezone string
	StartDate                  *float64 `json:",omitempty"` // seconds since 1970
	ActionAfterCompletion      string
	State                      string `json:",omitempty"`
	ClientToken                string `json:",omitempty"`
	FlexibleTimeWindow         struct{ Mode string }
	Target                     struct {
		Arn, RoleArn, Input string
		SqsParameters       *struct {
			MessageGroupID string `json:"MessageGroupId"`
		}
		RetryPolicy      *struct{ MaximumEventAgeInSeconds int }
		DeadLetterConfig *struct{ Arn string } `json:",omitempty"`
	}
}

type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func invalid(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "ValidationException", fmt.Sprintf(format, args...)}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.serve(r)
	if e, ok := errors.AsType[*refusal](err); ok {
		awswire.Refuse(w, e.status, e.code, e.message)
		return
	}
	awswire.Reply(w, http.StatusOK, out)
}

func (s *Server) serve(r *http.Request) (any, error) {
	name, ok := strings.CutPrefix(r.URL.Path, "/schedules/")
	if !ok || schedule.CheckName(name) != nil {
		return nil, invalid("path %s", r.URL.Path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	has := s.byName[name]
	var d document
	group := r.URL.Query().Get("groupName")
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		dec := json.NewDecoder(r.Body)
		dec.DisallowUnknownFields()
		if err := dec.Decode(&d); err != nil { //nolint:musttag // the service's own names
			return nil, invalid("%v", err)
		}
		group = d.GroupName
	}
	switch {
	case group != Group:
		return nil, &refusal{http.StatusNotFound, "ResourceNotFoundException", "Schedule group " + group + " does not exist."}
	case r.Method == http.MethodPost && has != nil:
		return nil, &refusal{http.StatusConflict, "ConflictException", "Schedule " + name + " already exists."}
	case r.Method != http.MethodPost && has == nil:
		return nil, &refusal{http.StatusNotFound, "ResourceNotFoundException", "Schedule " + name + " does not exist."}
	}
	switch r.Method {
	case http.MethodGet:
		return has.document, nil
	case http.MethodDelete:
		delete(s.byName, name)
		return struct{}{}, nil
	case http.MethodPost, http.MethodPut:
	default:
		return nil, invalid("method %s", r.Method)
	}
	p, err := s.plan(d)
	if err != nil {
		return nil, err
	}
	p.Name, p.ClientToken = name, ""
	s.byName[name] = p
	return map[string]string{"ScheduleArn": "arn:aws:scheduler:eu-north-1:123456789012:schedule/" + Group + "/" + name}, nil
}

var expression = regexp.MustCompile(`^(rate|cron|at)\((.+)\)$`)

// plan refuses what the service refuses, and finds the first firing.
func (s *Server) plan(d document) (*planned, error) {
	zone, err := time.LoadLocation(d.ScheduleExpressionTimezone)
	m := expression.FindStringSubmatch(d.ScheduleExpression)
	switch {
	case err != nil || d.ScheduleExpressionTimezone == "Local":
		return nil, invalid("Invalid Schedule Expression Timezone: %s", d.ScheduleExpressionTimezone)
	case m == nil || len(d.ScheduleExpression) > 256:
		return nil, invalid("Invalid Schedule Expression %s.", d.ScheduleExpression)
	case d.ClientToken == "" || d.FlexibleTimeWindow.Mode != "OFF" || len(d.Description) > 512:
		return nil, invalid("token %q, window %q, description of %d", d.ClientToken, d.FlexibleTimeWindow.Mode, len(d.Description))
	case d.Target.Arn != QueueARN || d.Target.RoleArn != RoleARN:
		return nil, invalid("Provided Arn is not in correct format.")
	case d.Target.SqsParameters == nil || d.Target.SqsParameters.MessageGroupID == "":
		return nil, invalid("A FIFO queue needs a MessageGroupId.")
	case d.Target.RetryPolicy == nil || d.Target.RetryPolicy.MaximumEventAgeInSeconds < 60 || d.Target.RetryPolicy.MaximumEventAgeInSeconds > 86400:
		return nil, invalid("MaximumEventAgeInSeconds must be 60 to 86400")
	}
	p := &planned{document: d}
	now := s.now()
	start := now
	if d.StartDate != nil {
		if start = time.UnixMilli(int64(*d.StartDate * 1000)); start.Before(now) {
			start = now
		}
	}
	switch m[1] {
	case "at":
		if p.next, err = time.ParseInLocation("2006-01-02T15:04:05", m[2], zone); err != nil || p.next.Before(now) {
			return nil, invalid("Invalid Schedule Expression %s.", d.ScheduleExpression)
		}
	case "rate":
		n, unit, _ := strings.Cut(m[2], " ")
		minutes, err := strconv.Atoi(n)
		if err != nil || minutes < 1 || unit != map[bool]string{true: "minute", false: "minutes"}[minutes == 1] {
			return nil, invalid("Invalid Schedule Expression %s.", d.ScheduleExpression)
		}
		p.rec = schedule.Recurrence{Rate: time.Duration(minutes) * time.Minute, Anchor: start}
		p.next = start
	default:
		if p.rec, err = six(m[2], zone); err != nil {
			return nil, err
		}
		if start.After(now) {
			start = start.Add(-time.Nanosecond) // a firing at the start counts
		}
		p.next, _ = p.rec.Next(start)
	}
	return p, nil
}

// six reads the service's own cron.
func six(expr string, zone *time.Location) (schedule.Recurrence, error) {
	f := strings.Fields(expr)
	if len(f) != 6 || f[5] != "*" || (f[2] == "?") == (f[4] == "?") {
		return schedule.Recurrence{}, invalid("Invalid Schedule Expression cron(%s).", expr)
	}
	for _, i := range []int{2, 4} {
		if f[i] == "?" {
			f[i] = "*"
		}
	}
	var bad error
	f[4] = regexp.MustCompile(`\d+`).ReplaceAllStringFunc(f[4], func(day string) string {
		n, err := strconv.Atoi(day)
		if err != nil || n < 1 || n > 7 {
			bad = invalid("Invalid Schedule Expression cron(%s).", expr)
		}
		return strconv.Itoa(n - 1)
	})
	r := schedule.Recurrence{Cron: strings.Join(f[:5], " "), Zone: zone}
	if err := r.Validate(); err != nil && bad == nil {
		bad = invalid("Invalid Schedule Expression cron(%s).", expr)
	}
	return r, bad
}

// SendWith has the schedules that there are send with a role, as if they had
// been made with it.
func (s *Server) SendWith(role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.byName {
		p.Target.RoleArn = role
	}
}

// DeleteRole takes a role away: what a schedule sends with it arrives nowhere.
func (s *Server) DeleteRole(role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone[role] = true
}

// Dropped counts the firings that arrived nowhere.
func (s *Server) Dropped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// SendingWith are the names of the schedules that send with a role.
func (s *Server) SendingWith(role string) (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		if s.byName[name].Target.RoleArn == role {
			names = append(names, name)
		}
	}
	return names
}

// Tick fires what is due, each firing once, in the order of names.
func (s *Server) Tick(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		p := s.byName[name]
		for !p.next.IsZero() && !p.next.After(now) {
			body := schedule.Target{Body: p.Target.Input}.BodyAt(p.next)
			if s.gone[p.Target.RoleArn] {
				s.dropped++
			} else if err := s.queue.Send(ctx, p.Target.SqsParameters.MessageGroupID, "", body); err != nil {
				return err
			}
			if strings.HasPrefix(p.ScheduleExpression, "at(") {
				p.next = time.Time{}
				if p.ActionAfterCompletion == "DELETE" {
					delete(s.byName, name)
				}
				break
			}
			p.next, _ = p.rec.Next(p.next)
		}
	}
	return nil
}

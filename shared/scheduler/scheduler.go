// Package scheduler is the schedule.Schedules on EventBridge Scheduler, with
// the templated SQS target: a firing is one message on the FIFO queue.
package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"backroom/shared/awsfault"
	"backroom/shared/schedule"
)

// Config says where schedules are kept and where they send.
type Config struct {
	Group      string // schedule group, which must exist
	QueueARN   string // the FIFO queue; it must have content-based deduplication
	RoleARN    string // role that may send to it
	DeadLetter string // ARN of a standard queue for firings that could not be delivered; "" for none
	Now        func() time.Time
}

// Schedules is a group of schedules. Safe for concurrent use.
//
// Get answers a one-time schedule's body with the time filled in already.
type Schedules struct {
	client *scheduler.Client
	config Config
}

var _ schedule.Schedules = (*Schedules)(nil)

// New gives the schedules of a group.
func New(client *scheduler.Client, c Config) *Schedules {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Schedules{client: client, config: c}
}

// lead is how far ahead a time must be for EventBridge Scheduler to accept it;
// what is due sooner fires then.
const lead = 30 * time.Second

// asked is what the schedule was made from, kept in its description: an
// expression alone does not tell an anchor.
type asked struct {
	Rate   string     `json:"rate,omitempty"`
	Cron   string     `json:"cron,omitempty"`
	Zone   string     `json:"zone,omitempty"`
	Anchor *time.Time `json:"anchor,omitempty"`
	At     *time.Time `json:"at,omitempty"`
}

// Every implements schedule.Schedules.
func (s *Schedules) Every(ctx context.Context, name string, r schedule.Recurrence, t schedule.Target) error {
	sc := schedule.Schedule{Name: name, Recurrence: r, Target: t}
	if err := sc.Validate(); err != nil {
		return fmt.Errorf("schedule %s: %w", name, err)
	}
	now := s.config.Now()
	first, ok := r.Next(now)
	if !ok {
		return fmt.Errorf("schedule %s: Cron %q names no date that ever comes: %w", name, r.Cron, schedule.ErrInvalid)
	}
	in := &scheduler.CreateScheduleInput{ScheduleExpressionTimezone: aws.String("UTC"), ActionAfterCompletion: types.ActionAfterCompletionNone}
	a := asked{Anchor: &r.Anchor}
	age := 24 * time.Hour
	if r.Rate > 0 {
		// Without a start it would fire at once, and count from then.
		in.ScheduleExpression = aws.String(rate(r.Rate))
		in.StartDate = &first
		a.Rate = r.Rate.String()
		age = min(age, r.Rate) // an older trigger is of no use
	} else {
		expr, err := Cron(r.Cron)
		if err != nil {
			return fmt.Errorf("schedule %s: %w", name, err)
		}
		in.ScheduleExpression = &expr
		a.Cron = r.Cron
		if r.Zone != nil {
			a.Zone = r.Zone.String()
			in.ScheduleExpressionTimezone = &a.Zone
		}
		if a.Zone == "Local" {
			return fmt.Errorf("schedule %s: Zone: the machine's own, want one with a name: %w", name, schedule.ErrInvalid)
		}
		if r.Anchor.After(now) {
			in.StartDate = &r.Anchor
		}
	}
	if err := s.fill(in, name, a, t.Group, t.Body, age); err != nil {
		return err
	}
	return s.put(ctx, in)
}

// At implements schedule.Schedules.
func (s *Schedules) At(ctx context.Context, name string, at time.Time, t schedule.Target) error {
	sc := schedule.Schedule{Name: name, At: at, Target: t}
	if err := sc.Validate(); err != nil {
		return fmt.Errorf("schedule %s: %w", name, err)
	}
	when := at
	if soonest := s.config.Now().Add(lead); when.Before(soonest) {
		when = soonest
	}
	if up := when.Truncate(time.Second); up.Before(when) {
		when = up.Add(time.Second)
	}
	in := &scheduler.CreateScheduleInput{
		ScheduleExpression:         aws.String("at(" + when.UTC().Format("2006-01-02T15:04:05") + ")"),
		ScheduleExpressionTimezone: aws.String("UTC"), ActionAfterCompletion: types.ActionAfterCompletionDelete,
	}
	// The body carries the time that was asked for, whenever it fires.
	if err := s.fill(in, name, asked{At: &at}, t.Group, string(t.BodyAt(at)), 24*time.Hour); err != nil {
		return err
	}
	_, err := s.client.CreateSchedule(ctx, in)
	if _, exists := errors.AsType[*types.ConflictException](err); exists {
		return nil
	}
	return awsfault.Wrap("schedule "+name, err)
}

// fill sets what both kinds of schedules have.
func (s *Schedules) fill(in *scheduler.CreateScheduleInput, name string, a asked, group, body string, age time.Duration) error {
	js, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("schedule %s: %w", name, err)
	}
	in.Name, in.GroupName, in.Description = &name, &s.config.Group, aws.String(string(js))
	in.FlexibleTimeWindow = &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff}
	in.Target = &types.Target{
		Arn: &s.config.QueueARN, RoleArn: &s.config.RoleARN, Input: &body,
		SqsParameters: &types.SqsParameters{MessageGroupId: &group},
		RetryPolicy:   &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(int32(age / time.Second))}, //nolint:gosec // a day at most
	}
	if s.config.DeadLetter != "" {
		in.Target.DeadLetterConfig = &types.DeadLetterConfig{Arn: &s.config.DeadLetter}
	}
	return nil
}

// maxTries bounds the moves between creating and replacing, for a name that
// somebody else creates and deletes meanwhile.
const maxTries = 3

func (s *Schedules) put(ctx context.Context, in *scheduler.CreateScheduleInput) (err error) {
	for range maxTries {
		_, err = s.client.CreateSchedule(ctx, in)
		if _, exists := errors.AsType[*types.ConflictException](err); !exists {
			break
		}
		// An update replaces every field.
		_, err = s.client.UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{
			Name: in.Name, GroupName: in.GroupName, Description: in.Description, ScheduleExpression: in.ScheduleExpression,
			ScheduleExpressionTimezone: in.ScheduleExpressionTimezone, StartDate: in.StartDate, Target: in.Target,
			FlexibleTimeWindow: in.FlexibleTimeWindow, ActionAfterCompletion: in.ActionAfterCompletion, State: types.ScheduleStateEnabled,
		})
		if _, gone := errors.AsType[*types.ResourceNotFoundException](err); !gone {
			break
		}
	}
	return awsfault.Wrap("schedule "+aws.ToString(in.Name), err)
}

// Delete implements schedule.Schedules.
func (s *Schedules) Delete(ctx context.Context, name string) error {
	if err := schedule.CheckName(name); err != nil {
		return fmt.Errorf("schedule %s: %w", name, err)
	}
	_, err := s.client.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: &name, GroupName: &s.config.Group})
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		return nil
	}
	return awsfault.Wrap("schedule "+name, err)
}

// Get implements schedule.Schedules.
func (s *Schedules) Get(ctx context.Context, name string) (schedule.Schedule, error) {
	if err := schedule.CheckName(name); err != nil {
		return schedule.Schedule{}, fmt.Errorf("schedule %s: %w", name, err)
	}
	out, err := s.client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: &name, GroupName: &s.config.Group})
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		err = schedule.ErrNotFound
	}
	if err != nil {
		return schedule.Schedule{}, awsfault.Wrap("schedule "+name, err)
	}
	sc, err := read(name, aws.ToString(out.Description), out.Target)
	if err != nil {
		return schedule.Schedule{}, fmt.Errorf("schedule %s: description: %w", name, err)
	}
	sc.Outdated = s.outdated(out.Target)
	return sc, nil
}

// outdated reports whether a target is where, or how, this configuration would
// not send: queue, role and dead letters change in a deployment, and what is
// stored stays with those of before.
func (s *Schedules) outdated(t *types.Target) bool {
	if t == nil {
		return true
	}
	dead := ""
	if t.DeadLetterConfig != nil {
		dead = aws.ToString(t.DeadLetterConfig.Arn)
	}
	return aws.ToString(t.Arn) != s.config.QueueARN || aws.ToString(t.RoleArn) != s.config.RoleARN || dead != s.config.DeadLetter
}

func read(name, description string, t *types.Target) (schedule.Schedule, error) {
	sc := schedule.Schedule{Name: name}
	if t != nil {
		sc.Target.Body = aws.ToString(t.Input)
		if t.SqsParameters != nil {
			sc.Target.Group = aws.ToString(t.SqsParameters.MessageGroupId)
		}
	}
	var a asked
	err := json.Unmarshal([]byte(description), &a)
	if err != nil {
		return sc, err
	}
	if a.At != nil {
		sc.At = *a.At
		return sc, nil
	}
	sc.Recurrence.Cron = a.Cron
	if a.Anchor != nil {
		sc.Recurrence.Anchor = *a.Anchor
	}
	if a.Rate != "" {
		if sc.Recurrence.Rate, err = time.ParseDuration(a.Rate); err != nil {
			return sc, err
		}
	}
	if a.Zone != "" {
		sc.Recurrence.Zone, err = time.LoadLocation(a.Zone)
	}
	return sc, err
}

// rate is the expression of a rate in whole minutes. One minute is singular:
// EventBridge Scheduler refuses it otherwise.
func rate(every time.Duration) string {
	if every == time.Minute {
		return "rate(1 minute)"
	}
	return fmt.Sprintf("rate(%d minutes)", int64(every/time.Minute))
}

package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	"backroom/shared/strict"
	"backroom/shared/usage"
)

// Deps are what every task works with. All of it is safe for concurrent use.
type Deps struct {
	// Card reads the shop card of a shop.
	Card  func(ctx context.Context, shop string) (shop.Shop, error)
	Guard jobqueue.Guard
	Now   func() time.Time
	// Timeout is the longest that one request to the other side is waited for.
	Timeout time.Duration
	// Issues is read where an issue is said that may be known; nil: nothing is said.
	Issues *issue.Store
}

// Checked are parameters that may be wrong although their types are right. Check
// reports all that is wrong, each with name, value and what is allowed, as an error. Each
// slice has its own: no goroutines share them.
type Checked interface{ Check() error }

// Work is what a task does in one slice, under the lease of s. done says that
// nothing is left of the run; else the next slice goes on from s.Checkpoint. What is
// counted stays counted, and the checkpoint is kept, when err is not nil: a run that
// was only throttled goes on there. Errors carry a [fault.Kind].
type Work[P, C, S any] func(ctx context.Context, s *Slice[P, C], sides S) (done bool, err error)

// New makes the task called name, with parameters P and checkpoint C (each a struct
// with a stored JSON form), of its work. connect gives the sides that the shop's card
// names; it sends nothing. The task is safe for concurrent use for different shops if
// connect and work are.
//
// Errors besides those of work: fault.Rejected for parameters that are wrong, told to
// the merchant; fault.Bug for a checkpoint that cannot be read.
func New[P, C, S any](name string, d Deps, connect func(shop.Shop) (S, error), work Work[P, C, S]) jobqueue.Task {
	return jobqueue.TaskFunc(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		s := &Slice[P, C]{Request: r, name: name, deps: d}
		if err := s.decode(); err != nil {
			return jobqueue.Result{}, err
		}
		var err error
		if s.Card, err = d.Card(ctx, r.Shop); err != nil {
			return jobqueue.Result{}, err
		}
		sides, err := connect(s.Card)
		if err != nil {
			return jobqueue.Result{}, err
		}
		ctx, used := usage.Begin(ctx)
		done, err := work(ctx, s, sides)
		s.Counts.Requests, s.Counts.Points = used.Count().Requests(), used.Count().ShopifyPoints
		return s.result(done, err)
	})
}

// Schema is what parameters P a task called name takes, and their defaults.
func Schema[P any](name string, defaults P) jobqueue.Schema {
	return jobqueue.ParametersOf(defaults, func(js json.RawMessage) error {
		_, err := Parameters[P](name, js)
		return err
	})
}

// Parameters reads the parameters P of a task called name strictly. Its error names
// all that is wrong with them.
func Parameters[P any](name string, js json.RawMessage) (p P, err error) {
	if len(js) > 0 {
		err = strict.Decode(js, &p)
	}
	if c, ok := any(p).(Checked); ok && err == nil {
		err = c.Check()
	}
	if err != nil {
		return p, fmt.Errorf("parameters of %s: %w", name, err)
	}
	return p, nil
}

// decode reads parameters and checkpoint of the request.
func (s *Slice[P, C]) decode() (err error) {
	if s.Parameters, err = Parameters[P](s.name, s.Request.Parameters); err != nil {
		return &fault.Error{Op: s.name, Kind: fault.Rejected, Merchant: "The job's parameters are wrong: " + err.Error(), Err: err}
	}
	if len(s.Request.Checkpoint) > 0 {
		if err := json.Unmarshal(s.Request.Checkpoint, &s.Checkpoint); err != nil {
			return &fault.Error{Op: s.name, Kind: fault.Bug, Err: fmt.Errorf("checkpoint: %w", err)}
		}
	}
	return nil
}

// result is what the slice did.
func (s *Slice[P, C]) result(done bool, failure error) (jobqueue.Result, error) {
	res := jobqueue.Result{Counts: s.Counts}
	var err error
	// A slice that fails before it has got anywhere leaves the stored checkpoint as it is.
	if failure == nil && !done || failure != nil && !reflect.ValueOf(&s.Checkpoint).Elem().IsZero() {
		if res.Checkpoint, err = json.Marshal(s.Checkpoint); err != nil {
			return res, errors.Join(failure, err)
		}
	}
	if failure != nil {
		return res, failure
	}
	res.Done, res.Progress = done, s.progress
	if s.Request.DryRun {
		res.RowsLeft = s.rowsLeft
		res.Report, err = json.Marshal(s.rows)
		return res, err
	}
	if done {
		res.FollowUps = s.FollowUps
	}
	return res, nil
}

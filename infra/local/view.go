package main

import (
	"backroom/shared/api"
	"backroom/shared/jobqueue"
)

// jobView is a job entry as a person sees it.
type jobView = api.Job

// runView is a run as a person sees it.
type runView = api.Run

// orderView is an order as a person sees it.
type orderView = api.Order

// ask is a wish for one run.
type ask = api.RunRequest

// requests are those about the jobs of the shop.
func (e *engine) requests() *api.Jobs {
	return &api.Jobs{Client: e.jobs, Zone: e.Cards.Zone, Progress: e.progressOf}
}

// progressOf is how far a run of this process is.
func (e *engine) progressOf(run string) (jobqueue.Progress, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, ok := e.progress[run]
	return p, ok
}

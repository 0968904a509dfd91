package jobqueuetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"backroom/shared/recurrence"
	"backroom/shared/schedule"
)

// redeployed are schedules whose engine sends in another way since a moment: all
// that were there are outdated until they are made anew.
type redeployed struct {
	schedule.Schedules
	old map[string]bool
}

func (s *redeployed) Get(ctx context.Context, name string) (schedule.Schedule, error) {
	sc, err := s.Schedules.Get(ctx, name)
	sc.Outdated = err == nil && s.old[name]
	return sc, err
}

func (s *redeployed) Every(ctx context.Context, name string, r schedule.Recurrence, t schedule.Target) error {
	delete(s.old, name)
	return s.Schedules.Every(ctx, name, r, t)
}

func (s *redeployed) Delete(ctx context.Context, name string) error {
	delete(s.old, name)
	return s.Schedules.Delete(ctx, name)
}

// Of each kind the outdated schedule is made anew, once, and fires when it would
// have fired.
func TestSweepMakesOutdatedSchedulesAnew(t *testing.T) {
	for kind, rule := range map[string]recurrence.Rule{
		"grid":     {Every: 10 * time.Minute},
		"drifting": {Every: 2 * time.Hour, Drifting: true},
		"formula":  {Formula: "1D"},
	} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", done))
			rule.EarliestStart = r.Now().Add(30 * time.Minute)
			e := r.entry("sync-orders")
			e.ID, e.Rule, e.Version = "job", rule, 0
			if _, err := r.d.Jobs.Save(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			s := &redeployed{Schedules: r.schedules, old: map[string]bool{}}
			name := r.entry("job").ScheduleName()
			if kind != "grid" {
				name = fmt.Sprintf("%s.job.%s.at%d", shop, r.entry("job").Made, rule.EarliestStart.Unix())
			}
			want, err := r.schedules.Get(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			s.old[name], r.d.Jobs.Schedules = true, s
			swept, err := r.sweeper().Sweep(t.Context())
			if err != nil || swept.Aligned != 1 || swept.Mended() != 1 || len(s.old) != 0 {
				t.Errorf("%+v, %v, %d outdated; want one made anew", swept, err, len(s.old))
			}
			if got, err := s.Get(t.Context(), name); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
			if swept, err = r.sweeper().Sweep(t.Context()); err != nil || swept.Mended() != 0 {
				t.Errorf("a second sweep mended %+v, %v", swept, err)
			}
			r.pass(30 * time.Minute)
			if got := r.history("job").Started; !got.Equal(rule.EarliestStart) {
				t.Errorf("started at %v, want %v", got, rule.EarliestStart)
			}
		})
	}
}

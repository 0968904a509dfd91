package task_test

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// greetings of a run, and where it is.
type (
	greetings struct {
		Names []string `json:"names"`
	}
	position struct {
		Next int `json:"next,omitempty"`
	}
)

// nobody takes the lease.
type nobody struct{ jobqueue.Guard }

func (nobody) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// A task greets one name a step. Its second slice goes on where the first ended.
func ExampleNew() {
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	deps := task.Deps{
		Card: func(_ context.Context, code string) (shop.Shop, error) { return shop.Shop{Code: code}, nil },
		Now:  now, Guard: nobody{},
	}
	door := func(card shop.Shop) (string, error) { return "the door of " + card.Code, nil }
	greet := task.New("greet-guests", deps, door, func(ctx context.Context, s *task.Slice[greetings, position], door string) (bool, error) {
		names := s.Parameters.Names
		for ; s.Checkpoint.Next < len(names) && !s.Over(0); s.Checkpoint.Next++ {
			s.Step()
			fmt.Println("hello", names[s.Checkpoint.Next], "at", door)
			s.Counts.Read++
			s.Progress(ctx, jobqueue.Progress{Done: s.Checkpoint.Next + 1, Total: len(names)})
		}
		return s.Checkpoint.Next == len(names), nil
	})

	r := jobqueue.Request{Shop: "acme", Parameters: []byte(`{"names":["Ada","Eva","Isa"]}`), MaxPages: 2, Deadline: now().Add(time.Minute)}
	for done := false; !done; {
		res, err := greet.Run(context.Background(), r)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d of %d, then from %s\n", res.Progress.Done, res.Progress.Total, res.Checkpoint)
		done, r.Checkpoint = res.Done, res.Checkpoint
	}
	// Output:
	// hello Ada at the door of acme
	// hello Eva at the door of acme
	// 2 of 3, then from {"next":2}
	// hello Isa at the door of acme
	// 3 of 3, then from
}

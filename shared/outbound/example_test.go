package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
)

// shop is a store of intents, and the other side, in one map each.
type shop struct {
	intents map[string]outbound.Intent
	there   map[string]bool
	deaf    bool // the next answer is lost
}

func (s *shop) Intend(_ context.Context, names []string, i outbound.Intent) ([]string, error) {
	for _, n := range names {
		s.intents[n] = i
	}
	return names, nil
}

func (s *shop) Send(_ context.Context, names []string) (out []outbound.Created[string], err error) {
	for _, n := range names {
		s.there[n] = true
		out = append(out, outbound.Created[string]{Entity: "number of " + n})
	}
	if s.deaf {
		err = errors.New("no answer")
	}
	return out, err
}

func (s *shop) Withdraw(_ context.Context, names []string) error {
	for _, n := range names {
		delete(s.intents, n)
	}
	return nil
}

func (s *shop) Answered(_ context.Context, as []outbound.Answer[string, string]) error {
	for _, a := range as {
		fmt.Print(a.Log)
		switch a.Verdict {
		case outbound.Made:
			fmt.Println(a.Item, "is made")
			delete(s.intents, a.Item)
		case outbound.Lost, outbound.Taken:
			fmt.Println(a.Item, "may be there, and is looked for later")
		case outbound.Unsent, outbound.Refused:
			fmt.Println(a.Item, "is not made:", a.Err)
			delete(s.intents, a.Item)
		}
	}
	return nil
}

// always is a lease that nobody takes.
type always struct{ jobqueue.Guard }

func (always) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func ExampleCreates() {
	now := time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s := &shop{intents: map[string]outbound.Intent{}, there: map[string]bool{}}
	c := outbound.Creates[string, string]{
		Hold: outbound.Hold{
			Op: "example", Lease: &jobqueue.Lease{Until: now.Add(time.Hour)}, Guard: always{}, Now: clock, Timeout: 100 * time.Second,
		},
		Records: s, Name: func(number string) string { return number },
	}
	// A run looks each thing up first, and creates what is neither there nor under way.
	once := func(name string) {
		found := 0
		if s.there[name] {
			found = 1
		}
		i, intended := s.intents[name]
		switch outbound.Next(outbound.Sent(intended, i.There, now), found, now) {
		case outbound.Create:
			if err := c.Create(context.Background(), []string{name}); err != nil {
				fmt.Println(err)
			}
		case outbound.Adopt:
			fmt.Println(name, "is found and adopted")
			delete(s.intents, name)
		case outbound.Wait:
			fmt.Println(name, "is waited for")
		case outbound.Ambiguous:
			fmt.Println("which", name, "is meant?")
		}
	}
	once("a hat")
	s.deaf = true
	once("a coat")
	delete(s.there, "a coat") // it has not taken effect yet
	now = now.Add(time.Minute)
	once("a coat")
	s.there["a coat"] = true
	once("a coat")
	// Output:
	// 2026-07-02 08:00:00 UTC  sent
	// 2026-07-02 08:00:00 UTC  made: number of a hat
	// a hat is made
	// 2026-07-02 08:00:00 UTC  sent
	// 2026-07-02 08:00:00 UTC  no answer: no answer
	// a coat may be there, and is looked for later
	// a coat is waited for
	// a coat is found and adopted
}

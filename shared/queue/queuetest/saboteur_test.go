package queuetest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/queue/queuetest"
	"backroom/shared/testclock"
)

// saboteur is a good queue with one method spoilt.
type saboteur struct {
	queue.Queue
	send    func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error
	receive func(ctx context.Context, good queue.Queue, n int, visibility time.Duration) ([]queue.Message, error)
	extend  func(ctx context.Context, good queue.Queue, receipt string, d time.Duration) error
	remove  func(ctx context.Context, good queue.Queue, receipt string) error
}

func (s *saboteur) Send(ctx context.Context, group, dedup string, body []byte) error {
	if s.send == nil {
		return s.Queue.Send(ctx, group, dedup, body)
	}
	return s.send(ctx, s.Queue, group, dedup, body)
}

func (s *saboteur) Receive(ctx context.Context, n int, visibility, wait time.Duration) ([]queue.Message, error) {
	if s.receive == nil {
		return s.Queue.Receive(ctx, n, visibility, wait)
	}
	return s.receive(ctx, s.Queue, n, visibility)
}

func (s *saboteur) Extend(ctx context.Context, receipt string, d time.Duration) error {
	if s.extend == nil {
		return s.Queue.Extend(ctx, receipt, d)
	}
	return s.extend(ctx, s.Queue, receipt, d)
}

func (s *saboteur) Delete(ctx context.Context, receipt string) error {
	if s.remove == nil {
		return s.Queue.Delete(ctx, receipt)
	}
	return s.remove(ctx, s.Queue, receipt)
}

func TestEverySaboteurIsNoticed(t *testing.T) {
	tests := []struct {
		name string
		bad  func(c *testclock.Clock) *saboteur
	}{
		{"no group blocking", func(*testclock.Clock) *saboteur {
			n := 0
			return &saboteur{send: func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error {
				if n++; group == "g" {
					group = "g" + string(rune('0'+n%10))
				}
				return good.Send(ctx, group, dedup, body)
			}}
		}},
		{"one group for all", func(*testclock.Clock) *saboteur {
			return &saboteur{send: func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error {
				if group != "" && len(group) < 100 {
					dedup, group = queue.DedupID(dedup, body)+group, "one"
				}
				return good.Send(ctx, group, dedup, body)
			}}
		}},
		{"stale receipt accepted for delete", func(*testclock.Clock) *saboteur {
			return &saboteur{remove: func(ctx context.Context, good queue.Queue, receipt string) error {
				if err := good.Delete(ctx, receipt); !errors.Is(err, queue.ErrStaleReceipt) {
					return err
				}
				return nil
			}}
		}},
		{"stale receipt accepted for extend", func(*testclock.Clock) *saboteur {
			return &saboteur{extend: func(ctx context.Context, good queue.Queue, receipt string, d time.Duration) error {
				if err := good.Extend(ctx, receipt, d); !errors.Is(err, queue.ErrStaleReceipt) {
					return err
				}
				return nil
			}}
		}},
		{"deduplication forgotten", func(*testclock.Clock) *saboteur {
			n := 0
			return &saboteur{send: func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error {
				if n++; len(dedup) < 100 {
					dedup += string(rune('a' + n))
				}
				return good.Send(ctx, group, dedup, body)
			}}
		}},
		{"deduplication across groups", func(*testclock.Clock) *saboteur {
			seen := map[string]bool{}
			return &saboteur{send: func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error {
				if dedup != "" && seen[dedup] {
					return nil
				}
				seen[dedup] = true
				return good.Send(ctx, group, dedup, body)
			}}
		}},
		{"deduplication for ever", func(*testclock.Clock) *saboteur {
			seen := map[string]bool{}
			return &saboteur{send: func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error {
				if k := group + "/" + dedup; dedup != "" && seen[k] {
					return nil
				}
				seen[group+"/"+dedup] = true
				return good.Send(ctx, group, dedup, body)
			}}
		}},
		{"visibility ignored", func(*testclock.Clock) *saboteur {
			return &saboteur{receive: func(ctx context.Context, good queue.Queue, n int, _ time.Duration) ([]queue.Message, error) {
				return good.Receive(ctx, n, 0, 0)
			}}
		}},
		{"visibility too long", func(*testclock.Clock) *saboteur {
			return &saboteur{receive: func(ctx context.Context, good queue.Queue, n int, v time.Duration) ([]queue.Message, error) {
				return good.Receive(ctx, n, 2*v, 0)
			}}
		}},
		{"receives not counted", func(*testclock.Clock) *saboteur {
			return &saboteur{receive: func(ctx context.Context, good queue.Queue, n int, v time.Duration) ([]queue.Message, error) {
				ms, err := good.Receive(ctx, n, v, 0)
				for i := range ms {
					ms[i].Receives = 1
				}
				return ms, err
			}}
		}},
		{"order reversed in a batch", func(*testclock.Clock) *saboteur {
			return &saboteur{receive: func(ctx context.Context, good queue.Queue, n int, v time.Duration) ([]queue.Message, error) {
				ms, err := good.Receive(ctx, n, v, 0)
				slices.Reverse(ms)
				return ms, err
			}}
		}},
		{"giving back goes to the tail", func(*testclock.Clock) *saboteur {
			var bodies sync.Map // by receipt
			return &saboteur{
				receive: func(ctx context.Context, good queue.Queue, n int, v time.Duration) ([]queue.Message, error) {
					ms, err := good.Receive(ctx, n, v, 0)
					for _, m := range ms {
						bodies.Store(m.Receipt, m)
					}
					return ms, err
				},
				extend: func(ctx context.Context, good queue.Queue, receipt string, d time.Duration) error {
					if d == 0 {
						v, _ := bodies.Load(receipt)
						m, _ := v.(queue.Message)
						if err := good.Delete(ctx, receipt); err != nil {
							return err
						}
						return good.Send(ctx, m.Group, "again"+receipt, m.Body)
					}
					return good.Extend(ctx, receipt, d)
				},
			}
		}},
		{"extend does nothing", func(*testclock.Clock) *saboteur {
			return &saboteur{extend: func(context.Context, queue.Queue, string, time.Duration) error { return nil }}
		}},
		{"body limit ignored", func(*testclock.Clock) *saboteur {
			return &saboteur{send: func(ctx context.Context, good queue.Queue, group, dedup string, body []byte) error {
				return good.Send(ctx, group, dedup, body[:min(len(body), queue.MaxBodyBytes)])
			}}
		}},
	}
	var failed []string
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			failed = append(failed, contract.MustFail(t, queuetest.Cases, func(*testing.T) queuetest.Harness {
				c := testclock.New(testclock.Monday)
				s := tt.bad(c)
				s.Queue = memory.NewQueue(c.Now)
				return queuetest.Harness{Queue: s, Advance: c.Advance}
			})...)
		})
	}
	contract.Sabotaged(t, queuetest.Cases, failed)
}

func TestMemory(t *testing.T) {
	queuetest.Run(t, func(*testing.T) queuetest.Harness {
		c := testclock.New(testclock.Monday)
		return queuetest.Harness{Queue: memory.NewQueue(c.Now), Advance: c.Advance}
	})
}

package documents_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// stubborn is Shopify as far as it takes attributes: some orders it does not
// take, by their own error or so that the whole request fails.
type stubborn struct {
	*office
	own   map[string]error
	whole map[string]error
	sent  int // orders, in all requests
}

func (s *stubborn) SetAttributes(ctx context.Context, sets []orders.Attributes) ([]orders.Written, error) {
	s.sent += len(sets)
	for _, a := range sets {
		if err := s.whole[a.OrderID]; err != nil {
			return nil, err
		}
	}
	out, err := s.office.SetAttributes(ctx, sets)
	for i := range out {
		if err := s.own[out[i].OrderID]; err != nil {
			out[i] = orders.Written{OrderID: out[i].OrderID, Err: err}
		}
	}
	return out, err
}

func newStubborn(t *testing.T) *stubborn {
	t.Helper()
	s := &stubborn{office: newOffice(t, 0), own: map[string]error{}, whole: map[string]error{}}
	s.docs.Writer = func(shop.Shop) (orders.Writer, error) { return s, nil }
	return s
}

func (s *stubborn) issues() []issue.Issue {
	s.T.Helper()
	is, err := s.Stage.Issues.List(s.T.Context(), "acme")
	if err != nil {
		s.T.Fatal(err)
	}
	return slices.DeleteFunc(is, func(i issue.Issue) bool {
		return i.Reason != documents.NumberRefused && i.Reason != documents.NumberDenied
	})
}

func TestNumberThatShopifyDoesNotTake(t *testing.T) {
	refused := func(kind fault.Kind, code, text string) error {
		return &fault.Error{Op: "shopify.SetAttributes", Kind: kind, Code: code, Merchant: text, Err: errors.New(text + " (request 9c)")}
	}
	const own, whole = "5000", "5001"
	for _, c := range []struct {
		name   string
		id     string
		err    error
		reason issue.Reason
		all    bool // the whole request is: each order has the issue
	}{
		{"refused", own, refused(fault.Rejected, "USER_ERROR", "is too long"), documents.NumberRefused, false},
		{"denied", own, refused(fault.Blocked, "ACCESS_DENIED", "write_orders"), documents.NumberDenied, false},
		{"answered by null", own, refused(fault.Unknown, "INCOMPLETE", "no answer for it"), documents.NumberRefused, false},
		{"gone", own, refused(fault.Rejected, "NOT_FOUND", "does not exist"), documents.NumberRefused, false},
		{"spoils the request", whole, refused(fault.Rejected, "INVALID_VARIABLE", "bad value"), documents.NumberRefused, false},
		{"spoils the request as a bug", whole, refused(fault.Bug, "MAX_INPUT_SIZE_EXCEEDED", "too much"), documents.NumberRefused, false},
		{"denied as a whole", whole, refused(fault.Blocked, "ACCESS_DENIED", "write_orders"), documents.NumberDenied, true},
		{"forbidden", whole, refused(fault.Blocked, "HTTP_403", "write_orders"), documents.NumberDenied, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStubborn(t)
			if c.id == own {
				s.own[c.id] = c.err
			} else {
				s.whole[c.id] = c.err
			}
			if err := s.work(); err != nil {
				t.Fatal(err)
			}
			want := 1
			if c.all {
				want = sales - 2
			}
			is := s.issues()
			if len(is) != want || is[0].Reason != c.reason {
				t.Fatalf("%d issues, want %d: %+v", len(is), want, is)
			}
			v, err := s.Stage.Find(t.Context(), "acme", c.id)
			if err != nil || v.State != orders.Processed || v.Issue == nil || v.Issue.Reason != c.reason || v.Issue.Detail == "" || v.Document == nil {
				t.Errorf("%+v with %+v, %v", v, v.Issue, err)
			}
			// Said once, and not sent at every run.
			sent := s.sent
			for range 5 {
				if err := s.work(); err != nil {
					t.Fatal(err)
				}
			}
			if is := s.issues(); s.sent != sent || len(is) != want || is[0].Attempts != 1 {
				t.Errorf("%d sent anew, %d issues, %d times", s.sent-sent, len(is), is[0].Attempts)
			}
			// Once it is taken, all is in order by itself.
			delete(s.own, c.id)
			delete(s.whole, c.id)
			s.At = s.At.Add(25 * time.Hour)
			if err := s.work(); err != nil {
				t.Fatal(err)
			}
			if is := s.issues(); len(is) != 0 {
				t.Errorf("issues that stay: %+v", is)
			}
			if todo, err := s.Stage.Unwritten(t.Context(), "acme", 100); err != nil || len(todo) != 0 {
				t.Errorf("still to write: %+v, %v", todo, err)
			}
		})
	}
}

// A connection that does not work is the run's failure, and no order's.
func TestWriteBackWithoutConnection(t *testing.T) {
	for _, f := range []*fault.Error{
		{Kind: fault.Throttled, Code: "THROTTLED", Err: errors.New("no points")},
		{Kind: fault.Blocked, Code: "HTTP_401", Err: errors.New("no token")},
		{Kind: fault.Unknown, Code: "NO_ANSWER", Err: errors.New("no answer")},
	} {
		s := newStubborn(t)
		s.whole["5000"] = f
		if err := s.work(); fault.KindOf(err) != f.Kind {
			t.Errorf("%s: %v", f.Code, err)
		}
		if is := s.issues(); len(is) != 0 {
			t.Errorf("%s: %+v", f.Code, is)
		}
	}
}

// A person who has mended it does not have to wait a day.
func TestRetryOfANumber(t *testing.T) {
	s := newStubborn(t)
	s.own["5000"] = &fault.Error{Kind: fault.Rejected, Err: errors.New("too long")}
	if err := s.work(); err != nil {
		t.Fatal(err)
	}
	delete(s.own, "5000")
	if v, err := s.Stage.Decide(t.Context(), "acme", "#1001", staging.Retry); err != nil || v.State != orders.Processed {
		t.Fatalf("%+v, %v", v, err)
	}
	if err := s.work(); err != nil {
		t.Fatal(err)
	}
	v, err := s.Stage.Find(t.Context(), "acme", "#1001")
	if err != nil || v.Issue != nil || v.State != orders.Processed {
		t.Errorf("%+v with %+v, %v", v, v.Issue, err)
	}
}

// What was refused does not change by itself and is sent again a day later; an
// answer that did not come for the moment, an hour later.
func TestWhenANumberIsSentAgain(t *testing.T) {
	for kind, after := range map[fault.Kind]time.Duration{
		fault.Rejected: 24 * time.Hour, fault.Bug: 24 * time.Hour, fault.Blocked: 24 * time.Hour,
		fault.Unknown: time.Hour, fault.Transient: time.Hour, fault.Throttled: time.Hour,
	} {
		s := newStubborn(t)
		s.own["5000"] = &fault.Error{Kind: kind, Err: errors.New("not now")}
		if err := s.work(); err != nil {
			t.Fatal(err)
		}
		if todo, err := s.Stage.Unwritten(t.Context(), "acme", 100); err != nil || len(todo) != 0 || len(s.issues()) != 1 {
			t.Errorf("%s: %d to write at once, %d issues, %v", kind, len(todo), len(s.issues()), err)
		}
		s.At = s.At.Add(after / 2)
		if todo, err := s.Stage.Unwritten(t.Context(), "acme", 100); err != nil || len(todo) != 0 {
			t.Errorf("%s: %d to write after %v, %v", kind, len(todo), after/2, err)
		}
		s.At = s.At.Add(after / 2)
		if todo, err := s.Stage.Unwritten(t.Context(), "acme", 100); err != nil || len(todo) != 1 {
			t.Errorf("%s: %d to write after %v, %v", kind, len(todo), after, err)
		}
	}
}

package businesscentral_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/bctest"
	"backroom/shared/fault"
	"backroom/shared/sales"
	"backroom/shared/wiring"
)

// company is all that is asked of a fake's company.
func company(f *bctest.Fake, change ...func(*businesscentral.Config)) *wiring.Company {
	return wiring.NewCompany(f.Client(change...))
}

// A company that has no reason codes is not a wrong address: everything else of it
// is there, and the sentence says what is not.
func TestReasonCodesThatAreNotThere(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if strings.Contains(o.Path, "customerReturnReasons") {
			return bctest.Refusal(404, "BadRequest_NotFound", "Resource not found for the segment 'customerReturnReasons'.")
		}
		return bctest.Refusal(404, "BadRequest_NotFound", "Resource not found.")
	})
	c := company(f)
	merchant := func(err error) string {
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Blocked {
			t.Fatalf("%v, want a bctest.Refusal of the connection", err)
		}
		return e.Merchant
	}
	said := merchant(c.Claim(t.Context(), "BR1", func(string, time.Duration) (string, bool) { return "x", true }))
	if !strings.Contains(said, "customerReturnReasons") || strings.Contains(said, "does not know this environment") {
		t.Errorf("reason codes: %q", said)
	}
	_, err := c.Companies(t.Context())
	if said := merchant(err); !strings.Contains(said, "does not know this environment or company") {
		t.Errorf("anything else: %q", said)
	}
}

func TestFailedReads(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Refusal(402, "", "") })
	c := company(f)
	_, _, e1 := c.FindDocuments(t.Context(), []string{"1-1"})
	_, e2 := c.LocalCurrency(t.Context())
	_, e3 := c.UpdateCustomer(t.Context(), bctest.OrderID, nil)
	e4 := c.DeleteDocument(t.Context(), sales.Found{ID: bctest.OrderID, Mark: "a"})
	for i, err := range []error{e1, e2, e3, e4} {
		if fault.KindOf(err) != fault.Blocked {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if f.Count() != 4 {
		t.Errorf("%d requests, want 4: asking again cannot help", f.Count())
	}
	f.Answer = func(bctest.Op) bctest.Result { return bctest.Rows() }
	if _, err := c.LocalCurrency(t.Context()); fault.KindOf(err) != fault.Bug {
		t.Errorf("no set-up row: %v", err)
	}
}

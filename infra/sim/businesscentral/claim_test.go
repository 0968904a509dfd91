package businesscentral

import (
	"testing"
	"time"

	bc "backroom/shared/businesscentral"
	"backroom/shared/businesscentral/salesapi"
)

// reasons are the descriptions of all return reasons, by code.
func (w *world) reasons() map[string]string {
	c := w.Company("")
	c.mu.Lock()
	defer c.mu.Unlock()
	m := map[string]string{}
	for _, r := range c.tables[setReasons].rows {
		if r, ok := r.(*ReturnReason); ok {
			m[r.Code] = r.Description
		}
	}
	return m
}

// Two clients that decide at the same time: whoever is later is asked again, and
// sees what the other has written.
func TestClaimsExclude(t *testing.T) {
	w := newWorld(t)
	first, second := w.newClient(t), w.newClient(t)
	ctx := t.Context()
	write := func(text string) func(string, time.Duration) (string, bool) {
		return func(string, time.Duration) (string, bool) { return text, true }
	}
	for round, before := range []string{"", "first 0"} { // the row is made, then it is changed
		var seen []string
		err := second.Claim(ctx, "BRTEST", func(says string, _ time.Duration) (string, bool) {
			seen = append(seen, says)
			if len(seen) > 1 {
				return "", false
			}
			if err := first.Claim(ctx, "BRTEST", write([]string{"first 0", "first 1"}[round])); err != nil {
				t.Error(err)
			}
			return "second", true
		})
		if want := []string{"first 0", "first 1"}[round]; err != nil || len(seen) != 2 || seen[0] != before || seen[1] != want {
			t.Errorf("round %d: the second is asked about %q, %v", round, seen, err)
		}
		if got := w.reasons(); len(got) != 1 || got["BRTEST"] != []string{"first 0", "first 1"}[round] {
			t.Errorf("round %d: the company says %v", round, got)
		}
	}
	// What the first remembers of its own is refused once somebody else has written.
	if err := second.Claim(ctx, "BRTEST", write("second")); err != nil {
		t.Fatal(err)
	}
	var seen []string
	if err := first.Claim(ctx, "BRTEST", func(says string, _ time.Duration) (string, bool) {
		seen = append(seen, says)
		return "first 2", says == "first 1"
	}); err != nil || len(seen) != 2 || seen[1] != "second" || w.reasons()["BRTEST"] != "second" {
		t.Errorf("asked about %q, %v; the company says %v", seen, err, w.reasons())
	}
}

// The age is what the server's clock says, whatever the client's does.
func TestClaimsAgeByTheServersClock(t *testing.T) {
	w := newWorld(t)
	if err := w.client.Claim(t.Context(), "BRTEST", func(string, time.Duration) (string, bool) { return "held", true }); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(25 * time.Minute)
	client, err := bc.New(bc.Config{
		BaseURL: "https://bc.test/v2.0", Tenant: "contoso.com", Environment: "Production", CompanyID: w.Company("").ID(),
		ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://login.test/contoso.com/oauth2/v2.0/token",
		HTTP: w.Transport(), Wait: w.clock.Wait,
		Now: func() time.Time { return w.clock.Now().AddDate(0, 0, -400) }, // the host's clock is wrong
	})
	if err != nil {
		t.Fatal(err)
	}
	var age time.Duration
	err = salesapi.New(client).Claim(t.Context(), "BRTEST", func(_ string, old time.Duration) (string, bool) {
		age = old
		return "", false
	})
	if err != nil || age < 25*time.Minute-time.Second || age > 26*time.Minute {
		t.Errorf("age %v, %v", age, err)
	}
}

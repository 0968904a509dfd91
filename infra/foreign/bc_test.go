package foreign_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"backroom/infra/sim/businesscentral"
	"backroom/shared/testclock"
)

// A client made from an OpenAPI file lists, pages, writes and is refused as by
// BC, at the address without tenant that it has built in.
func TestBusinessCentralClient(t *testing.T) {
	python(t)
	clock := testclock.New(testclock.Monday)
	sim, err := businesscentral.New(businesscentral.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(sim)
	defer s.Close()
	checks, exceptions := run(t, "bc_client.py", s.URL+"/v2.0/Production/api/v2.0", sim.IssueToken("backroom"), sim.Company("").ID(), sim.Company("").Items()[0].ID)
	if checks != 16 {
		t.Errorf("%d checks, want 16", checks)
	}
	if got := strings.Join(exceptions, ", "); got != "next links, $limit, lineObjectNumber" {
		t.Errorf("exceptions %q", got)
	}
	if m := sim.Meters(); m.Writes != 6 || m.Refused != 4 {
		t.Errorf("the simulator saw %+v", m)
	}
}

package flood

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	bc "backroom/shared/businesscentral"
	"backroom/shared/clock"
	shopifyclient "backroom/shared/shopify"
)

var (
	proofs = flag.Int("proofs", 0, "prove so many orders against simulators of another process, and print figures; 0 skips")
	serve  = flag.String("serve", "", "be the simulators of such orders: days, orders and wrong ones")
)

// reached is how the simulators of another process are reached.
type reached struct {
	Shop    string `json:"shop"`
	Company string `json:"company"`
	Token   string `json:"token"`
	ID      string `json:"id"`
}

// wrong is how many of the measured orders have something wrong.
const wrong = 30

func measured(days, n int) *Flood {
	return New(time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -days), days, n, wrong)
}

// TestServe is the other process: it prints how it is reached, and ends with its input.
func TestServe(t *testing.T) {
	var days, n int
	if k, _ := fmt.Sscanf(*serve, "%d,%d", &days, &n); k != 2 {
		t.Skip("is started by TestMeasureProof")
	}
	s, err := simulate(measured(days, n), time.Now, 150*time.Millisecond, clock.Wait)
	if err != nil {
		t.Fatal(err)
	}
	shop, company := httptest.NewServer(s.shop), httptest.NewServer(s.company)
	defer shop.Close()
	defer company.Close()
	js, err := json.Marshal(reached{shop.URL, company.URL, s.shop.Shop("").IssueToken(), s.company.Companies()[0].ID()})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s\n", js)
	bufio.NewScanner(os.Stdin).Scan()
}

// TestMeasureProof prints how long a proof takes, what it costs and how much memory its
// process has had. The shop answers after 150 ms.
func TestMeasureProof(t *testing.T) {
	if *proofs == 0 {
		t.Skip("prints figures: make bench, make bench-long")
	}
	name, days := "proof_of_a_day", 1
	if *proofs > 10_000 {
		name, days = "proof_by_exports", 20
	}
	f := measured(days, *proofs)
	at := other(t, fmt.Sprintf("%d,%d", days, *proofs))
	p := newProver(t, f, ways{
		domain: "sample.myshopify.com", id: at.ID,
		shop: shopifyclient.Config{Domain: "sample.myshopify.com", BaseURL: at.Shop, Tokens: shopifyclient.StaticToken{Secret: shopifyclient.Secret(at.Token)}},
		bc: bc.Config{
			BaseURL: at.Company + "/v2.0", Tenant: "contoso.com", Environment: "Production", CompanyID: at.ID,
			ClientID: "backroom", ClientSecret: "secret", TokenURL: at.Company + "/contoso.com/oauth2/v2.0/token",
		},
	}, time.Now, clock.Wait)
	began := time.Now()
	counts, note := p.prove(fmt.Sprintf(`{"days":%d}`, days+1))
	took := time.Since(began)
	named := 0
	for id, reason := range wanted(f) {
		if p.said()[id] == reason {
			named++
		}
	}
	if said := len(p.said()); named != wrong || said != wrong || counts.Read != *proofs {
		t.Errorf("%d of %d are named, %d are said; %+v; %s", named, wrong, said, counts, note)
	}
	figure := func(what string, value float64, unit string) {
		fmt.Printf("%s_%s %s %s\n", name, what, strconv.FormatFloat(value, 'f', 3, 64), unit)
	}
	figure("orders", float64(counts.Read), "orders")
	figure("time", took.Seconds(), "s")
	figure("points", float64(counts.Points)/float64(counts.Read), "points/order")
	figure("requests", float64(counts.Requests), "requests")
	figure("memory", peak(t)/1024, "MB")
}

// other starts the simulators in a process of their own.
func other(t *testing.T, what string) (at reached) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServe$", "-serve="+what)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = t.Output()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // its end is what the other process waits for
		c.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if json.Unmarshal(lines.Bytes(), &at) == nil && at.Shop != "" {
			return at
		}
	}
	t.Fatal("the simulators do not start")
	return at
}

// peak is VmHWM of this process in kB.
func peak(t *testing.T) float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", "self", "status"))
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb
}

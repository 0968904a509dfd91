package businesscentral

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// journalLine is a line as a client sends it.
func journalLine(number int, account, amount, more string) string {
	return fmt.Sprintf(`{"lineNumber":%d,"accountType":"G_x002F_L_x0020_Account","accountNumber":%q,"postingDate":"2026-03-01","documentNumber":"PAYOUT-7","amount":%s%s}`, number, account, amount, more)
}

// ofBank is the other end of a line that moves money of a bank account.
func ofBank(number string) string {
	return fmt.Sprintf(`,"balanceAccountType":"Bank_x0020_Account","balancingAccountNumber":%q`, number)
}

func journalBody(code string, lines ...string) string {
	return `{"code":"` + code + `","displayName":"Payout 7","journalLines":[` + strings.Join(lines, ",") + `]}`
}

// ledgerOf are the sums of the ledger of a document number, by account.
func ledgerOf(c *Company, number string) map[string]string {
	sums := map[string]decimal.Decimal{}
	for _, e := range c.Entries() {
		if e.DocumentNo == number {
			sums[e.AccountNumber] = sums[e.AccountNumber].Add(e.Debit).Sub(e.Credit)
		}
	}
	out := map[string]string{}
	for a, s := range sums {
		out[a] = s.String()
	}
	return out
}

// A batch in local currency balances over all lines, one in another line by line (4.10,
// 10.9); posting leaves an empty line, and a reversal entries of the same number.
func TestJournalIsPosted(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{
			"local currency", []string{
				journalLine(10001, AccountTip, "-100", ""), journalLine(10002, AccountFee, "3", ""),
				strings.Replace(journalLine(10003, "GIRO", "97", ""), "G_x002F_L_x0020_Account", "Bank_x0020_Account", 1),
			}, "map[2920:97 6620:-100 6630:3]",
		},
		{"another", []string{journalLine(10001, AccountTip, "-100", ofBank("DOLLAR")), journalLine(10002, AccountFee, "3", ofBank("DOLLAR"))}, "map[2920:87.3 6620:-90 6630:2.7]"},
	} {
		w := newWorld(t)
		company := w.Company("")
		j := w.must(t, request{method: "POST", path: "journals?$expand=journalLines", body: journalBody("po7x", c.lines...)})
		if rows, _ := j["journalLines"].([]any); len(rows) != len(c.lines) || j["code"] != "PO7X" || j["templateDisplayName"] != "GENERAL" {
			t.Fatalf("%s: %v", c.name, j)
		}
		w.must(t, request{method: "POST", path: "journals(" + text(t, j, "id") + ")/Microsoft.NAV.post"})
		if got := fmt.Sprint(ledgerOf(company, "PAYOUT-7")); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		left := company.Journals()
		if len(left) != 1 || len(left[0].Lines) != 1 || left[0].Lines[0].LineNumber != 10_000 || !left[0].Lines[0].empty() {
			t.Errorf("%s leaves %+v", c.name, left)
		}
		company.Reverse("PAYOUT-7")
		for account, sum := range ledgerOf(company, "PAYOUT-7") {
			if sum != "0" {
				t.Errorf("%s: %s is %s after the reversal", c.name, account, sum)
			}
		}
		w.must(t, request{method: "DELETE", path: "journals(" + text(t, j, "id") + ")"})
		if len(company.Journals()) != 0 || len(company.tables[setJournalLines].rows) != 0 {
			t.Errorf("%s: the batch or a line is left", c.name)
		}
	}
}

// A list shows batches of the first template alone, unless it names another (4.10).
func TestJournalsAreListedByTemplate(t *testing.T) {
	w := newWorld(t)
	w.must(t, request{method: "POST", path: "journals", body: `{"code":"A"}`})
	other := w.must(t, request{method: "POST", path: "journals", body: `{"code":"A","templateDisplayName":"PAYMENTS"}`})
	for query, n := range map[string]int{"": 1, "?$filter=code eq 'A'": 1, "?$filter=templateDisplayName eq 'PAYMENTS'": 1, "?$filter=templateDisplayName eq 'GENERAL' and code eq 'B'": 0} {
		page := w.must(t, request{method: "GET", path: "journals" + query})
		if rows, _ := page["value"].([]any); len(rows) != n {
			t.Errorf("%q: %v", query, rows)
		}
	}
	if got := w.must(t, request{method: "GET", path: "journals(" + text(t, other, "id") + ")"}); got["templateDisplayName"] != "PAYMENTS" {
		t.Errorf("%v", got)
	}
}

// What a person does: BC's own job queue posts later, and a batch that ends in a digit
// gets another code.
func TestJournalsOfPeople(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	j := w.must(t, request{method: "POST", path: "journals", body: journalBody("PO7", journalLine(1, AccountTip, "-5", ofBank("GIRO")))})
	c.PostInBackground(true)
	w.must(t, request{method: "POST", path: "journals(" + text(t, j, "id") + ")/Microsoft.NAV.post"})
	if len(ledgerOf(c, "PAYOUT-7")) != 0 {
		t.Error("posted at once")
	}
	if err := c.PostScheduled(); err != nil {
		t.Fatal(err)
	}
	if got := ledgerOf(c, "PAYOUT-7"); got[AccountBank] != "5" || c.Journals()[0].Code != "PO8" {
		t.Errorf("%v in %s", got, c.Journals()[0].Code)
	}
}

// What BC refuses of journals. Each is refused whole: nothing of it is there.
func TestJournalRefusals(t *testing.T) {
	line := func(account, amount, more string) string { return journalLine(10001, account, amount, more) }
	post := func(lines ...string) string { return journalBody("PO7X", lines...) }
	closed := func(c *Company) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.setup.AllowPostingFrom = "2026-03-02"
	}
	for _, c := range []struct {
		name   string
		change func(*Company) // before it is posted
		path   string         // "": a batch is made, and posted
		body   string
		status int // of what is refused first
		code   string
	}{
		{"code longer than 10", nil, "journals", `{"code":"PAYOUT-1234"}`, 400, codeTooLong},
		{"no code", nil, "journals", `{"displayName":"x"}`, 400, codeField},
		{"template that does not exist", nil, "journals", `{"code":"A","templateDisplayName":"NONE"}`, 400, codeRelation},
		{"code that is taken", nil, "journals", `{"code":"TAKEN"}`, 400, codeSameKey},
		{"balancing account that is a bank account", nil, "journals", `{"code":"A","balancingAccountId":"11111111-1111-4111-8111-111111111111"}`, 400, codeDialog},
		{"line without journal", nil, "journalLines", line(AccountTip, "1", ""), 400, codeDialog},
		{"line number twice", nil, "journals", post(line(AccountTip, "1", ""), line(AccountTip, "-1", "")), 400, codeSameKey},
		{"account that does not exist", nil, "journals", post(line("4711", "1", "")), 400, codeRelation},
		{"bank account as a G/L account", nil, "journals", post(line("GIRO", "1", "")), 400, codeRelation},
		{"blocked account", nil, "journals", post(line(AccountBlocked, "1", "")), 400, codeField},
		{"account without direct posting", nil, "journals", post(line(AccountNoDirect, "1", "")), 400, codeField},
		{"heading", nil, "journals", post(line(AccountHeading, "1", "")), 400, codeField},
		{"blocked bank account", nil, "journals", post(line(AccountTip, "1", ofBank("CLOSED"))), 400, codeField},
		{"bank account that does not exist", nil, "journals", post(line(AccountTip, "1", ofBank("NONE"))), 400, codeRelation},
		{"currency without rate", nil, "journals", post(line(AccountTip, "1", ofBank("RATELESS"))), 400, codeField},
		{"currency of a line", nil, "journals", post(line(AccountTip, "1", `,"currencyCode":"USD"`)), 400, codeBadRequest},
		{"document number longer than 20", nil, "journals", post(strings.Replace(line(AccountTip, "1", ""), "PAYOUT-7", "PAYOUT-7890123456789012", 1)), 400, codeTooLong},
		{"action that journals do not have", nil, "journals({taken})/Microsoft.NAV.send", "", 404, codeNotFound},
		{"nothing to post", nil, "", post(), 400, codeDialog},
		{"out of balance", nil, "", post(line(AccountTip, "1", "")), 400, codeDialog},
		{"closed period", closed, "", post(line(AccountTip, "1", ofBank("GIRO"))), 400, codeDialog},
		{"account blocked since", func(c *Company) { _ = c.EditAccount(AccountTip, func(a *Account) { a.Blocked = true }) }, "", post(line(AccountTip, "1", ofBank("GIRO"))), 400, codeField},
		{"dimension is missing", func(c *Company) { _ = c.EditAccount(AccountTip, func(a *Account) { a.NeedsDimension = "AREA" }) }, "", post(line(AccountTip, "1", ofBank("GIRO"))), 400, codeDialog},
		{"bank account blocked since", func(c *Company) { _ = c.EditBankAccount("GIRO", func(b *BankAccount) { b.Blocked = true }) }, "", post(line(AccountTip, "1", ofBank("GIRO"))), 400, codeField},
		{"no document number", nil, "", post(strings.Replace(line(AccountTip, "1", ofBank("GIRO")), "PAYOUT-7", "", 1)), 400, codeField},
	} {
		w := newWorld(t)
		company := w.Company("")
		taken := w.must(t, request{method: "POST", path: "journals", body: `{"code":"TAKEN"}`})
		path, lines := strings.ReplaceAll(c.path, "{taken}", text(t, taken, "id")), 0
		if path == "" {
			j := w.must(t, request{method: "POST", path: "journals", body: c.body})
			path, c.body = "journals("+text(t, j, "id")+")/Microsoft.NAV.post", ""
			lines = len(company.Journals()[0].Lines)
		}
		if c.change != nil {
			c.change(company)
		}
		status, code, body := w.raw(t, request{method: "POST", path: path, body: c.body})
		if status != c.status || code != c.code {
			t.Errorf("%s: %d %s %v", c.name, status, code, body)
		}
		if len(company.tables[setJournalLines].rows) != lines || len(company.Entries()) != 0 {
			t.Errorf("%s: something of it is there", c.name)
		}
	}
}

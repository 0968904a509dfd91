package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"backroom/shared/api"
	"backroom/shared/issue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// payout stores payout 7001 with two transactions, as a run would, and its issue.
func (r *rig) payout() {
	r.tb.Helper()
	put := func(pk, sk, js string) table.Op {
		return record.Put(table.Key{PK: "SHOP#acme#" + pk, SK: fmt.Sprintf("%020s", sk)}, 1, json.RawMessage(js), table.Always)
	}
	said, err := r.host.Issues.Put(r.tb.Context(), issue.Issue{Shop: "acme", Kind: "payout", Record: "7001", Name: "Payout 7001", Reason: "payout-unbalanced", Text: "It differs."})
	if err != nil {
		r.tb.Fatal(err)
	}
	err = r.host.Table.Write(r.tb.Context(), said,
		put("PAYOUT", "7001", `{"issuedAt":"2026-03-01T05:00:00Z","status":"PAID","net":{"v":"12","c":"EUR"},"state":"open","moved":"9.5","movements":2,"sums":[{"kind":"charge","count":2,"gross":"10","fee":"0.5"}]}`),
		put("PAYOUT", "7002", `{"issuedAt":"2026-03-02T05:00:00Z","status":"PAID","withdrawal":true,"net":{"v":"-3","c":"EUR"},"state":"known","moved":"-3","movements":1}`),
		put("BALANCE#7001", "41", `{"type":"CHARGE","at":"2026-02-28T05:00:00Z","currency":"EUR","amount":"4","fee":"0.2","net":"3.8","orderName":"#1001"}`),
		put("BALANCE#7001", "42", `{"type":"CHARGE","at":"2026-02-28T05:00:00Z","currency":"EUR","amount":"6","fee":"0.3","net":"5.7"}`))
	if err != nil {
		r.tb.Fatal(err)
	}
}

func TestPayouts(t *testing.T) {
	r := newRig(t)
	r.payout()
	l := into[api.PayoutList](t, r.want(200, "GET", "/v1/shops/acme/payouts?limit=1", ""))
	if len(l.Payouts) != 1 || l.Payouts[0].ID != "7002" || l.Payouts[0].Kind != api.Withdrawal || !l.Payouts[0].Complete || l.Next == "" {
		t.Errorf("the latest: %+v", l)
	}
	l = into[api.PayoutList](t, r.want(200, "GET", "/v1/shops/acme/payouts?limit=1&page="+l.Next, ""))
	if len(l.Payouts) != 1 || l.Payouts[0].ID != "7001" || l.Payouts[0].Complete || l.Payouts[0].Issue.Reason != "payout-unbalanced" {
		t.Errorf("the one before: %+v", l)
	}
	d := into[api.PayoutDetail](t, r.want(200, "GET", "/v1/shops/acme/payouts/7001", ""))
	if d.Payout.Net != (api.Amount{Value: "12", Currency: "EUR"}) || d.Payout.Moved.Value != "9.5" || len(d.Sums) != 1 || d.Sums[0].Gross != "10" {
		t.Errorf("%+v", d)
	}
	b := into[api.BalanceTransactionList](t, r.want(200, "GET", "/v1/shops/acme/payouts/7001/transactions?limit=1", ""))
	if len(b.Transactions) != 1 || b.Transactions[0].ID != "41" || b.Transactions[0].Order != "#1001" {
		t.Errorf("its transactions: %+v", b)
	}
	b = into[api.BalanceTransactionList](t, r.want(200, "GET", "/v1/shops/acme/payouts/7001/transactions?limit=1&page="+b.Next, ""))
	if len(b.Transactions) != 1 || b.Transactions[0].ID != "42" || b.Next != "" {
		t.Errorf("its second page: %+v", b)
	}
	for _, at := range []string{"", "/transactions"} {
		r.want(404, "GET", "/v1/shops/acme/payouts/7003"+at, "")
		r.want(400, "GET", "/v1/shops/acme/payouts/x"+at, "")
	}
}

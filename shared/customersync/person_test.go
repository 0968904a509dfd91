package customersync_test

import (
	"encoding/json"
	"testing"
	"time"

	"backroom/shared/customersync"
	"backroom/shared/memory"
	"backroom/shared/privacy"
	"backroom/shared/record"
	"backroom/shared/table"
)

// TestWhatIsKnownOfACustomerIsErased: by the id in Shopify; one that is just being sent is left.
func TestWhatIsKnownOfACustomerIsErased(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	tb := memory.NewTable(func() time.Time { return now })
	put := func(sk, js string) {
		t.Helper()
		if err := tb.Write(t.Context(), record.Put(table.Key{PK: "SHOP#acme#CUSTSYNC", SK: sk}, 1, json.RawMessage(js), table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	put("in#7", `{"trouble":"customer-without-contact"}`)
	put("in#8", `{"trouble":"customer-without-contact"}`)
	put("in#9", `{"sentAt":"2026-11-23T07:59:00Z"}`)
	desk := &privacy.Desk{Table: tb, Now: func() time.Time { return now }, Kinds: []privacy.Kind{customersync.Stored(customersync.NewStore(tb))}}
	for _, tt := range []struct {
		id           string
		erased, left int
	}{{"7", 1, 0}, {"7", 0, 0}, {"9", 0, 1}, {"10", 0, 0}} {
		a, err := desk.Erase(t.Context(), "acme", privacy.Who{Customer: tt.id}, nil)
		if err != nil || a.Count != tt.erased || len(a.Left) != tt.left {
			t.Errorf("%s: %+v, %v", tt.id, a, err)
		}
	}
	p, err := tb.Query(t.Context(), table.Query{PK: "SHOP#acme#CUSTSYNC"})
	if err != nil || len(p.Items) != 2 {
		t.Errorf("%d are left, %v", len(p.Items), err)
	}
}

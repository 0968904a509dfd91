package shipmentapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/bctest"
	"backroom/shared/shipments"
)

const (
	head1 = `{"id":"s1","number":"S1","externalDocumentNumber":"#1-12345678","postingDate":"2026-07-01","lastModifiedDateTime":"2026-07-01T10:00:00.123Z"}`
	line1 = `{"id":"l1","documentId":"s1","documentNo":"S1","sequence":20000,"lineType":"Item","lineObjectNumber":"A","quantity":2.5}`
	line2 = `{"id":"l2","documentId":"s1","documentNo":"S1","sequence":10000,"lineType":"_x0020_","description":"TRACK:UPS:1Z","quantity":0}`
	line3 = `{"id":"l3","documentId":"s1","documentNo":"S1","sequence":30000,"lineType":"G_x002F_L_x0020_Account","lineObjectNumber":"6610","quantity":-1}`
)

func rows(rs ...string) bctest.Result {
	return bctest.Result{Status: http.StatusOK, Body: `{"value":[` + strings.Join(rs, ",") + `]}`}
}

func TestHeads(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result { return rows(head1) })
	s := New(f.Client())
	want := []shipments.Shipment{{ID: "s1", Number: "S1", External: "#1-12345678", Posted: "2026-07-01", ModifiedAt: time.Date(2026, 7, 1, 10, 0, 0, 123e6, time.UTC)}}
	got, err := s.Changed(t.Context(), time.Date(2026, 7, 1, 12, 0, 0, 0, time.FixedZone("", 7200)), 40)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if q := f.Ops[0].Query; q.Get("$filter") != "lastModifiedDateTime ge 2026-07-01T10:00:00.000Z" || q.Get("$orderby") != "lastModifiedDateTime" || q.Get("$top") != "40" {
		t.Errorf("%v", q)
	}
	if got, err = s.ByNumber(t.Context(), []string{"S1", "S'2", "S1"}); err != nil || len(got) != 1 || f.Ops[1].Query.Get("$filter") != "number eq 'S''2' or number eq 'S1'" {
		t.Errorf("%v, %v, %v", got, err, f.Ops[1].Query)
	}
}

func TestUndone(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result { return rows(`{"id":"l9","documentNo":"S1"}`) })
	s := New(f.Client())
	for from, want := range map[time.Time]string{{}: "quantity lt 0", time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC): "quantity lt 0 and shipmentDate ge 2026-07-01"} {
		got, err := s.Undone(t.Context(), from)
		if err != nil || len(got) != 1 || got[0] != (shipments.Negative{ID: "l9", Shipment: "S1"}) || f.Ops[len(f.Ops)-1].Query.Get("$filter") != want {
			t.Errorf("%v, %v, %v", got, err, f.Ops[len(f.Ops)-1].Query)
		}
	}
}

// Lines come with their parcels where a companion API tells them, and without where
// it is not installed, or not allowed.
func TestComplete(t *testing.T) {
	absent := bctest.Result{Status: http.StatusNotFound, Body: `{"error":{"code":"BadRequest_NotFound","message":"Resource not found."}}`}
	denied := bctest.Result{Status: http.StatusForbidden, Body: `{"error":{"code":"Authorization_RequestDenied","message":"no"}}`}
	dec := decimal.RequireFromString
	for _, tt := range []struct {
		name         string
		heads, lines bctest.Result
		tells        bool
		parcels      []shipments.Parcel
		place        string
	}{
		{"not installed", absent, absent, false, nil, ""},
		{"not allowed", denied, denied, false, nil, ""},
		{
			"heads alone", rows(`{"id":"s1","number":"S1","packageTrackingNumber":"1Z","shippingAgentCode":"UPS","shippingAgentName":"UPS Europe","trackingUrl":"https://ups.example/1Z"}`), absent, true,
			[]shipments.Parcel{{Number: "1Z", Agent: "UPS", AgentName: "UPS Europe", URL: "https://ups.example/1Z"}},
			"",
		},
		{
			"parcels of lines", rows(`{"id":"s1","number":"S1","packageTrackingNumber":"1Z","shippingAgentCode":"UPS"}`),
			rows(`{"id":"l1","documentId":"s1","locationCode":"EAST","packageTrackingNumber":"1Z2"}`, `{"id":"l2","documentId":"s1","packageTrackingNumber":"nothing"}`, `{"id":"other"}`), true,
			[]shipments.Parcel{{Number: "1Z", Agent: "UPS"}, {Number: "1Z2", Agent: "UPS"}},
			"EAST",
		},
		{
			"parcels of lines, with an address", rows(`{"id":"s1","number":"S1","packageTrackingNumber":"1 Z","shippingAgentCode":"HANS","trackingUrl":"https://hans.example/?n=1 Z&l=en"}`),
			rows(`{"id":"l1","documentId":"s1","locationCode":"EAST","packageTrackingNumber":"1Z2"}`, `{"id":"l2","documentId":"s1","packageTrackingNumber":"nothing"}`), true,
			[]shipments.Parcel{{Number: "1 Z", Agent: "HANS", URL: "https://hans.example/?n=1 Z&l=en"}, {Number: "1Z2", Agent: "HANS", URL: "https://hans.example/?n=1Z2&l=en"}},
			"EAST",
		},
		{
			"parcels of lines, with an address in which the number is not told", rows(`{"id":"s1","number":"S1","packageTrackingNumber":"1","shippingAgentCode":"HANS","trackingUrl":"https://hans1.example/1"}`),
			rows(`{"id":"l1","documentId":"s1","locationCode":"EAST","packageTrackingNumber":"1Z2"}`, `{"id":"l2","documentId":"s1","packageTrackingNumber":"nothing"}`), true,
			[]shipments.Parcel{{Number: "1", Agent: "HANS", URL: "https://hans1.example/1"}, {Number: "1Z2", Agent: "HANS"}},
			"EAST",
		},
		{"nothing entered", rows(`{"id":"s1","number":"S1"}`), rows(), true, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bctest.New(t, func(o bctest.Op) bctest.Result {
				switch {
				case strings.HasSuffix(o.Path, "salesShipmentLines"):
					return rows(line1, line2, line3)
				case strings.HasSuffix(o.Path, "shipmentLines"):
					return tt.lines
				}
				return tt.heads
			})
			ss := []shipments.Shipment{{ID: "s1", Number: "S1"}}
			tells, err := New(f.Client()).Complete(t.Context(), ss)
			if err != nil || tells != tt.tells {
				t.Fatalf("%t, %v", tells, err)
			}
			item := shipments.Line{Sequence: 20000, Kind: shipments.Item, Object: "A", Quantity: dec("2.5"), Location: tt.place}
			if tt.place != "" {
				item.Tracking = "1Z2"
			}
			want := []shipments.Line{{Sequence: 10000, Kind: shipments.Text, Description: "TRACK:UPS:1Z", Quantity: dec("0")}, item, {Sequence: 30000, Object: "6610", Quantity: dec("-1")}}
			if tt.place != "" {
				want[0].Tracking = "nothing"
			}
			if diff := cmp.Diff(want, ss[0].Lines); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.parcels, ss[0].Parcels); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

package salesapi

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/internal/lines"
)

// What BC sends comes back as it was: no field is dropped, renamed or moved,
// and no digit of a number is lost.
func TestRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		js   string
	}{
		{"sales order with lines", &salesOrder{}, `{"@odata.etag":"W/\"Jz\"","id":"o","number":"S1","externalDocumentNumber":"1-1","orderDate":"2026-03-01","postingDate":"2026-03-01",` +
			`"customerNumber":"C1","billToCustomerNumber":"C2","currencyCode":"EUR","pricesIncludeTax":false,"shipToName":"Ada","shipToContact":"A","sellToAddressLine1":"a","sellToAddressLine2":"b",` +
			`"sellToCity":"c","sellToCountry":"AT","sellToState":"d","sellToPostCode":"e","shipToAddressLine1":"f","shipToAddressLine2":"g","shipToCity":"h","shipToCountry":"AT","shipToState":"i",` +
			`"shipToPostCode":"j","paymentTermsId":"p","shipmentMethodId":"m","salesperson":"s","phoneNumber":"1","email":"e@x","salesOrderLines":[{"@odata.etag":"W/1","id":"l",` +
			`"sequence":10000,"lineType":"Item","lineObjectNumber":"A","itemVariantId":"v","locationId":"w","unitOfMeasureCode":"PCS","taxCode":"VAT","quantity":0,"unitPrice":0.00001,"discountAmount":1.10,` +
			`"description":"d","taxPercent":20,"netAmount":123456789012345678.90,"netTaxAmount":2,"netAmountIncludingTax":3,"shippedQuantity":0,"invoicedQuantity":0}],` +
			`"billToAddressLine1":"k","billToAddressLine2":"l","billToCity":"m","billToCountry":"AT","billToState":"n","billToPostCode":"o","discountAmount":0,"status":"Draft"}`},
		{"sales invoice", &salesInvoice{}, `{"id":"i","number":"PI","externalDocumentNumber":"1-1","orderNumber":"S1","status":"Open","totalAmountIncludingTax":1.80,"currencyCode":"EUR","customerNumber":"C1"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := json.NewDecoder(bytes.NewReader([]byte(tt.js)))
			d.DisallowUnknownFields()
			if err := d.Decode(tt.v); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(tt.v)
			if err != nil || string(got) != tt.js {
				t.Errorf("%v, came back as\n%s\nwant\n%s", err, got, tt.js)
			}
		})
	}
}

func TestEmptyDecimalIsLeftOut(t *testing.T) {
	got, err := json.Marshal(lines.Body{Quantity: lines.Decimal(decimal.Zero), LineType: new("Item")})
	if want := `{"lineType":"Item","quantity":0}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

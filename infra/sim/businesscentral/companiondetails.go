package businesscentral

import "github.com/shopspring/decimal"

// ItemDetails is what API v2.0 does not show of an item (7.1): it is for whoever reads the
// companion API.
type ItemDetails struct {
	Vendor        string          `json:"vendor,omitempty"` // its name
	VendorItem    string          `json:"vendorItem,omitempty"`
	GrossWeight   decimal.Decimal `json:"grossWeight,omitzero"`
	Tariff        string          `json:"tariff,omitempty"`
	Origin        string          `json:"origin,omitempty"` // ISO code of a country
	SalesBlocked  bool            `json:"salesBlocked,omitempty"`
	MarketingText string          `json:"marketingText,omitempty"` // HTML
}

// CompanionDetail is a row of itemDetails.
type CompanionDetail struct {
	Record
	Number        string          `json:"number" bc:"code:20,ro"`
	Vendor        string          `json:"vendorName" bc:"text:100,ro"`
	VendorItem    string          `json:"vendorItemNumber" bc:"text:50,ro"`
	GrossWeight   decimal.Decimal `json:"grossWeight" bc:"dec,ro"`
	Tariff        string          `json:"tariffNumber" bc:"code:20,ro"`
	Origin        string          `json:"originCode" bc:"code:2,ro"`
	SalesBlocked  bool            `json:"salesBlocked" bc:"bool,ro"`
	MarketingText string          `json:"marketingText" bc:"text,ro"`
}

func init() { //nolint:gochecknoinits // the view reads sets, which name it
	details := define[CompanionDetail]("itemDetails", "itemDetail", readOnly, nil)
	details.view = (*tx).companionDetails
	companionSets[details.name] = details
}

// companionDetails are the details of all items. A renamed vendor and a changed text do
// not move the stamp.
func (t *tx) companionDetails() (out []row) {
	for _, i := range t.inOrder() {
		d := i.Details
		out = append(out, &CompanionDetail{
			Record: Record{ID: i.ID, Modified: i.Modified, Rev: i.Rev}, Number: i.Number, Vendor: d.Vendor, VendorItem: d.VendorItem, GrossWeight: d.GrossWeight,
			Tariff: d.Tariff, Origin: d.Origin, SalesBlocked: d.SalesBlocked, MarketingText: d.MarketingText,
		})
	}
	return out
}

package itemapi

import (
	"context"
	"errors"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/listings"
)

// detail is a row of itemDetails of the companion API, without its text.
type detail struct {
	Item         string          `json:"number"`
	Vendor       string          `json:"vendorName"`
	VendorItem   string          `json:"vendorItemNumber"`
	Weight       decimal.Decimal `json:"grossWeight"`
	TariffNo     string          `json:"tariffNumber"`
	Origin       string          `json:"originCode"`
	SalesBlocked bool            `json:"salesBlocked"`
}

// text is the text of a row of itemDetails.
type text struct {
	Item string `json:"number"`
	Text string `json:"marketingText"`
}

// ref is a row of itemReferences of the companion API.
type ref struct {
	Item   string `json:"itemNumber"`
	Code   string `json:"variantCode"`
	Unit   string `json:"unitOfMeasureCode"`
	Type   string `json:"referenceType"`
	Number string `json:"referenceNumber"`
}

// absent reports whether err says that the companion API, or the permission for it,
// is not there.
func absent(err error) bool {
	return errors.Is(err, businesscentral.ErrNotFound) || fault.KindOf(err) == fault.Blocked
}

// companionRows are the rows of a set of the companion API: those whose field has one of
// values, all for nil.
func companionRows[T any](ctx context.Context, bc *businesscentral.Client, op, set, field string, values []string) (rows []T, err error) {
	c := bc.Companion()
	if values == nil {
		return businesscentral.Whole[T](ctx, c, businesscentral.Request{Op: op, Path: c.Path(set, "$select", businesscentral.Fields[T]()), Record: true})
	}
	for _, look := range businesscentral.Lookups[T](c, set, field, values) {
		part, err := businesscentral.Whole[T](ctx, c, businesscentral.Request{Op: op, Path: look.Path, Record: true})
		if err != nil {
			return nil, err
		}
		rows = append(rows, part...)
	}
	return rows, nil
}

// Details implements listings.Company, from the companion API.
func (l *Listed) Details(ctx context.Context, numbers []string) ([]listings.Details, bool, error) {
	const op = "businesscentral.ItemDetails"
	if numbers != nil {
		numbers = businesscentral.Distinct(numbers, bcapi.Code)
	}
	rows, err := companionRows[detail](ctx, l.Client, op, "itemDetails", "number", numbers)
	if err == nil {
		var refs []ref
		if refs, err = companionRows[ref](ctx, l.Client, op, "itemReferences", "itemNumber", numbers); err == nil {
			return detailsOf(rows, barcodes(refs)), true, nil
		}
	}
	if absent(err) {
		return nil, false, nil
	}
	return nil, false, err
}

func detailsOf(rows []detail, codes map[string]map[string]string) []listings.Details {
	same := map[string]string{} // many items have few vendors
	out := make([]listings.Details, len(rows))
	for i, r := range rows {
		if _, known := same[r.Vendor]; !known {
			same[r.Vendor] = r.Vendor
		}
		n := bcapi.Code(r.Item)
		out[i] = listings.Details{
			Item: n, Vendor: same[r.Vendor], VendorItem: r.VendorItem, Weight: r.Weight, TariffNo: r.TariffNo, Origin: r.Origin, SalesBlocked: r.SalesBlocked, Barcodes: codes[n],
		}
	}
	return out
}

// barcodes are the bar codes of items, by number and variant code: the last of those
// without unit of measure, for want of one the last of any.
func barcodes(refs []ref) map[string]map[string]string {
	out, exact := map[string]map[string]string{}, map[[2]string]bool{}
	for _, r := range refs {
		item, code := bcapi.Code(r.Item), bcapi.Code(r.Code)
		at := [2]string{item, code}
		if !strings.EqualFold(strings.ReplaceAll(r.Type, " ", ""), "BarCode") || exact[at] && r.Unit != "" {
			continue
		}
		if out[item] == nil {
			out[item] = map[string]string{}
		}
		out[item][code], exact[at] = r.Number, exact[at] || r.Unit == ""
	}
	return out
}

// Texts implements listings.Company, from the companion API.
func (l *Listed) Texts(ctx context.Context, numbers []string) (map[string]string, error) {
	out := map[string]string{}
	rows, err := companionRows[text](ctx, l.Client, "businesscentral.ItemTexts", "itemDetails", "number", businesscentral.Distinct(numbers, bcapi.Code))
	for _, r := range rows {
		if r.Text != "" {
			out[bcapi.Code(r.Item)] = r.Text
		}
	}
	if err != nil && absent(err) {
		return out, nil
	}
	return out, err
}

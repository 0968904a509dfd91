package documents

import (
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/money"
	"backroom/shared/shop"
)

// Verdict is what the comparison of totals says about a document.
type Verdict int

// The verdicts.
const (
	Equal     Verdict = iota + 1 // to the cent
	Roundable                    // within the tolerance, and there is an account to take it
	Differs                      // anything else
)

// Compare compares a created document with what it must come to. difference is
// what the document lacks, in its currency.
func Compare(card shop.Shop, d Document, got entity.SalesOrder) (v Verdict, difference decimal.Decimal, err error) {
	total, err := money.Parse(string(got.TotalAmountIncludingTax))
	if err != nil {
		return Differs, decimal.Zero, err
	}
	difference = d.Expected.Value.Sub(total).Round(d.Digits)
	switch {
	case difference.IsZero():
		return Equal, difference, nil
	case card.RoundingAccount != "" && difference.Abs().LessThanOrEqual(card.Tolerance):
		return Roundable, difference, nil
	}
	return Differs, difference, nil
}

// Agrees reports whether a document found in BC is the one that d describes:
// same number, customer (if d has one) and currency. The total is compared apart, by Compare.
func Agrees(card shop.Shop, d Document, got entity.SalesOrder) bool {
	lcy := func(c string) string {
		if strings.EqualFold(c, card.Company.LCY) {
			return ""
		}
		return strings.ToUpper(c)
	}
	return strings.EqualFold(got.ExternalDocumentNumber, d.Order.ExternalDocumentNumber) &&
		(d.Order.CustomerNumber == "" || strings.EqualFold(got.CustomerNumber, d.Order.CustomerNumber)) &&
		lcy(got.CurrencyCode) == lcy(d.Order.CurrencyCode)
}

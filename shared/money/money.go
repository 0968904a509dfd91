// Package money holds amounts as decimals with their currency. Nothing here
// or above ever turns an amount into a float.
package money

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Amount is a decimal of units, not of cents, in one currency (ISO 4217, upper case).
type Amount struct {
	Value    decimal.Decimal `json:"v"`
	Currency string          `json:"c"`
}

// Bag is one amount in the shop's currency and in the buyer's.
type Bag struct {
	Shop        Amount `json:"s"`
	Presentment Amount `json:"p"`
}

// Parse reads the decimal string of an API, in units of the currency: "12.50" is
// twelve and a half. Unlike decimal.NewFromString it
// refuses exponents: no API sends them, and 1e999999999 is an attack on memory.
func Parse(s string) (decimal.Decimal, error) {
	for i, r := range s {
		if (r < '0' || r > '9') && r != '.' && (r != '-' || i > 0) {
			return decimal.Decimal{}, fmt.Errorf("money: %q is not a decimal number", s)
		}
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("money: %q is not a decimal number", s)
	}
	return d, nil
}

// Digits is the number of minor-unit digits of a currency, 2 if it is unknown.
func Digits(currency string) int32 {
	if d, ok := digits[currency]; ok {
		return d
	}
	return 2
}

// ISO 4217 currencies whose minor unit is not 1/100.
var digits = map[string]int32{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Add is the sum; both bags have the same two currencies.
func (b Bag) Add(o Bag) Bag {
	return Bag{
		Shop:        Amount{b.Shop.Value.Add(o.Shop.Value), either(b.Shop.Currency, o.Shop.Currency)},
		Presentment: Amount{b.Presentment.Value.Add(o.Presentment.Value), either(b.Presentment.Currency, o.Presentment.Currency)},
	}
}

// Neg is the bag with both signs turned.
func (b Bag) Neg() Bag {
	b.Shop.Value = b.Shop.Value.Neg()
	b.Presentment.Value = b.Presentment.Value.Neg()
	return b
}

// Sub is b without o.
func (b Bag) Sub(o Bag) Bag { return b.Add(o.Neg()) }

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// String is the amount with its currency's digits, such as "12.50 EUR".
func (a Amount) String() string {
	return a.Value.StringFixed(max(Digits(a.Currency), -a.Value.Exponent())) + " " + a.Currency
}

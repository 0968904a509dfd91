// Package wire holds the Go types of Shopify's scalars and of the small objects
// that occur in every answer, each with the one selection we always make.
package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Uint64 is Shopify's UnsignedInt64: a string in answers, a number in some.
type Uint64 uint64

// UnmarshalJSON reads "12" and 12.
func (u *Uint64) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	s := string(b)
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &s); err != nil {
			return fmt.Errorf("wire.Uint64: %w", err)
		}
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("wire.Uint64: %w", err)
	}
	*u = Uint64(n)
	return nil
}

// MarshalJSON writes the string that Shopify writes.
func (u Uint64) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatUint(uint64(u), 10)), nil
}

// Money is a MoneyV2; Amount is the decimal as Shopify wrote it.
type Money struct {
	Amount       string `json:"amount"`
	CurrencyCode string `json:"currencyCode"`
}

// Bag is a MoneyBag.
type Bag struct {
	ShopMoney        Money `json:"shopMoney"`
	PresentmentMoney Money `json:"presentmentMoney"`
}

// Tax is a TaxLine. Rate is nil for a tax given as an amount.
type Tax struct {
	Title         string       `json:"title"`
	Rate          *json.Number `json:"rate"`
	ChannelLiable *bool        `json:"channelLiable"`
	PriceSet      Bag          `json:"priceSet"`
}

// Allocation is a DiscountAllocation.
type Allocation struct {
	AllocatedAmountSet Bag `json:"allocatedAmountSet"`
}

// Attribute is a custom attribute.
type Attribute struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// Address is a MailingAddress.
type Address struct {
	FirstName     *string `json:"firstName"`
	LastName      *string `json:"lastName"`
	Company       *string `json:"company"`
	Address1      *string `json:"address1"`
	Address2      *string `json:"address2"`
	City          *string `json:"city"`
	Zip           *string `json:"zip"`
	Province      *string `json:"province"`
	ProvinceCode  *string `json:"provinceCode"`
	CountryCodeV2 *string `json:"countryCodeV2"`
	Phone         *string `json:"phone"`
}

// Buyer is a PurchasingEntity. All are nil unless a company bought.
type Buyer struct {
	Typename string   `json:"__typename"`
	Company  *Company `json:"company,omitempty"`
	Contact  *Ref     `json:"contact,omitempty"`
	Location *Ref     `json:"location,omitempty"`
}

// Company is a B2B company.
type Company struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Ref is an object of which only the id is read.
type Ref struct {
	ID string `json:"id"`
}

// PageInfo says whether a connection goes on.
type PageInfo struct {
	HasNextPage bool    `json:"hasNextPage"`
	EndCursor   *string `json:"endCursor"`
}

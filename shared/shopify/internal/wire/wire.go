// Package wire holds the Go types of Shopify's scalars and of the small objects
// that occur in every answer, each with the one selection we always make.
package wire

import "encoding/json"

// Money is a MoneyV2; Amount is the decimal as Shopify wrote it.
type Money struct {
	Amount       string `json:"amount"`
	CurrencyCode string `json:"currencyCode"`
}

// Big is a BigInt: digits, which travel as text or as a number.
type Big string

// UnmarshalJSON reads either form.
func (b *Big) UnmarshalJSON(js []byte) error {
	var n json.Number // takes digits in quotes, too
	if err := json.Unmarshal(js, &n); err != nil {
		return err
	}
	*b = Big(n)
	return nil
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

// ReturnLine is units that come back. Those of no line of the order have no
// fulfilment line.
type ReturnLine struct {
	Quantity            int `json:"quantity"`
	FulfillmentLineItem *struct {
		LineItem struct {
			ID string `json:"id"`
		} `json:"lineItem"`
	} `json:"fulfillmentLineItem"`
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

package companysync

import (
	"strings"

	"backroom/shared/customers"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about companies. Missing fields of an older
// card have working zero values.
type Settings struct {
	CompanyImport              CompanyImport `json:"companyImport,omitempty"`
	AutoCreateUnknownCompanies bool          `json:"autoCreateUnknownCompanies,omitempty"`
	// ShopifyCanUpdateCompanies has the company's customers follow the shop.
	ShopifyCanUpdateCompanies bool `json:"shopifyCanUpdateCompanies,omitempty"`
	// CanUpdateShopifyCompanies has the shop follow the company: never both.
	CanUpdateShopifyCompanies bool `json:"canUpdateShopifyCompanies,omitempty"`
}

// CompanyImport says which companies of the shop are looked at; "" is WithOrderImport.
// Its text is stored.
type CompanyImport string

// Stored values.
const (
	ImportNone      CompanyImport = "none"
	WithOrderImport CompanyImport = "with-order-import"
	AllCompanies    CompanyImport = "all"
)

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Companies in step", Settings{}, checkSettings,
	shop.Setting{Names: []string{"companyImport"}, Does: "which companies of the shop (B2B) the job that keeps companies in step looks for among the company's customers: `none`, `with-order-import`: those that have ordered, or `all`. Found by tax id, else by the main contact's e-mail address; orders of a company that is found are booked on its customer, unless `companyCustomers` has a row for it", New: "blank, which is `with-order-import`", Theirs: "with order import"},
	shop.Setting{Names: []string{"autoCreateUnknownCompanies"}, Does: "a company of the shop that no customer is found for becomes a new customer, with the address, tax id and payment terms of its oldest location; its number is `customerNoPrefix`, `C` and the Shopify id"},
	shop.Setting{Names: []string{"shopifyCanUpdateCompanies"}, Does: "the job that keeps companies in step brings to Business Central what the shop changes of a company that is linked: name, address, phone, e-mail, tax id, payment terms. What Business Central changes stays until the shop changes the same; not together with `canUpdateShopifyCompanies`"},
	shop.Setting{Names: []string{"canUpdateShopifyCompanies"}, Does: "the job that keeps companies in step brings to the shop what Business Central changes of a customer that a company is linked with: name, address, phone, tax id, and payment terms that `paymentTerms` names", Theirs: "on"},
)

func checkSettings(c *shop.Checker, s Settings) {
	c.Word("companyImport", string(s.CompanyImport), string(ImportNone), string(WithOrderImport), string(AllCompanies))
	if s.ShopifyCanUpdateCompanies && s.CanUpdateShopifyCompanies {
		c.Bad("canUpdateShopifyCompanies", "true", "false while shopifyCanUpdateCompanies is true: one side follows the other")
	}
}

// termsMap is a row of paymentTerms, which is a setting of documents: companies have the
// same terms as their orders.
type termsMap struct {
	Type string `json:"type"`
	Name string `json:"name,omitempty"` // "": all of the type
	Code string `json:"code"`
}

// card is what a shop card says about companies.
type card struct {
	customers.Card
	Settings
	terms []termsMap
}

func cardOf(s shop.Shop) (c card, err error) {
	c.Shop = s
	if c.CustomerSettings, err = shop.Of[customers.CustomerSettings](s); err != nil {
		return c, err
	}
	of, err := shop.Of[struct {
		PaymentTerms []termsMap `json:"paymentTerms,omitempty"`
	}](s)
	if err != nil {
		return c, err
	}
	c.terms = of.PaymentTerms
	c.Settings, err = shop.Of[Settings](s)
	return c, err
}

// termsCode is BC's code of payment terms, "" for those that the card does not map.
func (c card) termsCode(t *customers.Terms) string {
	for _, m := range c.terms {
		if t != nil && strings.EqualFold(m.Type, t.Type) && (m.Name == "" || strings.EqualFold(m.Name, t.Name)) {
			return strings.ToUpper(m.Code)
		}
	}
	return ""
}

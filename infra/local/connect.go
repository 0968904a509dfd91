package main

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	simbc "backroom/infra/sim/businesscentral"
	"backroom/shared/businesscentral"
	"backroom/shared/config"
	"backroom/shared/documents"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/products"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

// code is our own code of the shop: the first part of its domain.
func (s settings) code() string {
	name, _, _ := strings.Cut(s.domain(), ".")
	if len(name) > 40 {
		name = name[:40]
	}
	return name
}

func (s settings) domain() string {
	if s.sims != nil {
		return s.sims.Domain
	}
	return s.Shopify.Domain
}

// bc is the connection to Business Central, the simulator's or the real one.
func (s settings) bc() config.BC {
	if i := s.sims; i != nil {
		return config.BC{
			Tenant: i.Tenant, Environment: i.Environment, Company: i.Company, ClientID: i.BCClient, ClientSecret: config.Secret(i.BCSecret),
			BaseURL: i.BC, TokenURL: i.TokenURL,
		}
	}
	return *s.BC
}

func (s settings) company() string {
	b := s.bc()
	return "company " + b.Company + " of " + b.Environment
}

// options say how the shop's clients are made.
func (s settings) options(t table.Table, jobs *jobstore.Store) wiring.Options {
	return wiring.Options{
		Table: t, Jobs: jobs, Now: time.Now, Every: s.Every,
		Shopify: func(card shop.Shop) (shopify.Config, error) {
			if err := ownerOf(card).against(s.owner(), "the shop "+card.Code); err != nil {
				return shopify.Config{}, err
			}
			var conn config.Shopify
			if i := s.sims; i != nil {
				conn = config.Shopify{Domain: i.Domain, ClientID: i.ClientID, ClientSecret: config.Secret(i.ClientSecret), BaseURL: i.Shopify}
			} else {
				conn = *s.Shopify
			}
			var tokens shopify.TokenSource = shopify.StaticToken{Secret: shopify.Secret(conn.AccessToken.Reveal())}
			if conn.AccessToken == "" {
				var err error
				secret := shopify.Secret(conn.ClientSecret.Reveal())
				if tokens, err = shopify.NewClientCredentials(conn.Domain, conn.BaseURL, conn.ClientID, secret, nil, nil); err != nil {
					return shopify.Config{}, err
				}
			}
			return shopify.Config{Domain: conn.Domain, BaseURL: conn.BaseURL, App: conn.ClientID, Tokens: tokens, Log: s.log}, nil
		},
		BC: func(card shop.Shop) (businesscentral.Config, error) {
			if err := ownerOf(card).against(s.owner(), "the shop "+card.Code); err != nil {
				return businesscentral.Config{}, err
			}
			b := s.bc()
			return businesscentral.Config{
				BaseURL: b.BaseURL, Tenant: b.Tenant, Environment: b.Environment, CompanyID: b.Company, TokenURL: b.TokenURL,
				ClientID: b.ClientID, ClientSecret: b.ClientSecret.Reveal(), Log: s.log,
			}, nil
		},
	}
}

// sampleCard are the settings that fit the simulated company.
func sampleCard(c documents.Card) documents.Card {
	c.ImportFrom = c.ConnectedAt.AddDate(0, 0, -60)
	c.ShopifyOrderNoOnDocLine = true
	c.ShippingChargesAccount, c.TipAccount, c.SoldGiftCardAccount = simbc.AccountShipping, simbc.AccountTip, simbc.AccountGiftCard
	c.CashRoundingsAccount, c.FeeAccount, c.RoundingAccount = simbc.AccountCashRounding, simbc.AccountFee, simbc.AccountRounding
	c.ChannelTaxAccount = simbc.AccountChannelTax
	c.UnknownItemAccount = simbc.AccountFee
	c.Tolerance = decimal.New(5, -2)
	c.AutoCreateUnknownCustomers = true
	c.DefaultCustomerNo = "WEB"
	c.SKUMapping, c.FindMappingByGTIN = products.SKUItemNo, true
	for _, t := range []struct {
		rate int64 // per mille
		code string
	}{{0, "NOVAT"}, {70, "VAT7"}, {100, "VAT10"}, {120, "VAT12"}, {190, "VAT19"}, {200, "VAT20"}, {250, "VAT25"}} {
		c.TaxCodes = append(c.TaxCodes, documents.TaxCodeMap{Rate: decimal.New(t.rate, -3), Code: t.code})
	}
	return c
}

// remains is what disconnecting the shop leaves to a person: the credentials are in the
// environment, and the data in its file.
func (s settings) remains() []string {
	if s.sims != nil {
		return nil
	}
	return []string{
		"The credentials are where SHOPIFY_* and BC_* are set: take them out there.",
		"Uninstall the app in the shop's Shopify admin (Settings, Apps), so that its access ends there too.",
		"Remove the app's permission sets in Business Central (Microsoft Entra Applications), if nothing else uses it.",
		"What is stored of the shop's orders is in " + realFile(s.Data) + ": keep it for a new connection (backroom serve --reconnect), or delete it.",
	}
}

package lambdafn

import (
	"time"

	"backroom/shared/connect"
	"backroom/shared/identity"
)

// secretKept is for how long the secret of the apps is believed where nothing is
// refused for it, so that a replaced one is known in time.
const secretKept = 5 * time.Minute

// Sessions checks session tokens of the Shopify app that the stage's secret names.
func (f *Function) Sessions() *identity.Sessions {
	return &identity.Sessions{Now: f.world.Now, Secret: func(app string) string {
		a, err := f.freshApps()
		if err != nil {
			f.Log.Error("session tokens cannot be checked", "err", err)
			return ""
		}
		if app != a.ShopifyID {
			return ""
		}
		return a.ShopifySecret.Reveal()
	}}
}

// StageNames are what the settings of the connection are called on a stage.
var StageNames = connect.Names{
	Domain: "domain on the card", ShopifyKey: "SHOPIFY_CLIENT_ID", ShopifyProof: "SHOPIFY_CLIENT_SECRET in the stage's secret", ShopifyURL: "SHOPIFY_BASE_URL in the stage's secret",
	Tenant: "company.tenant on the card", Environment: "company.environment on the card", Company: "company.id on the card",
	BCKey: "BC_CLIENT_ID in the stage's secret", BCProof: "BC_CLIENT_SECRET in the stage's secret", BCURL: "BC_BASE_URL in the stage's secret",
}

// Package host is the function api: the one interface, wired to the cloud engine.
package host

import (
	"context"
	"time"

	"backroom/shared/api"
	"backroom/shared/apigateway"
	"backroom/shared/connect"
	"backroom/shared/identity"
	"backroom/shared/lambdafn"
	"backroom/shared/link"
	"backroom/shared/shop"
	"backroom/shared/wiring"
)

const (
	coolDown = 30 * time.Second
	maxWait  = 25 * time.Second // the gateway gives up after 30
	admin    = "https://admin.shopify.com"
)

// remains is what disconnecting a shop leaves to a person: the apps' credentials are in
// the stage's secret, which all of its shops share and no function may write.
var remains = []string{
	"The stage's secret still holds the credentials of the apps: if no other shop uses them, take them out of it (docs/deploy.md says how).",
	"Uninstall the app in the shop's Shopify admin (Settings, Apps), so that its access ends there too.",
	"Remove the app's permission sets in Business Central (Microsoft Entra Applications), if no other shop of the company uses it.",
}

// Handler makes the function's handler.
func Handler(f *lambdafn.Function) (any, error) {
	o := f.Options()
	w := wiring.Tasks(o)
	client, err := f.Client(w.Tasks)
	if err != nil {
		return nil, err
	}
	return (&apigateway.Handler{HTTP: api.New(&api.Host{
		Jobs: &api.Jobs{Client: client, Zone: w.Cards.Zone}, Table: f.Table, Cards: w.Cards, Sections: w.Sections, Orders: w.Orders, Issues: w.Issues, Reasons: w.Reasons, French: w.French, Links: &link.Store{Table: f.Table}, People: w.People,
		Callers: &identity.Gateway{Sessions: f.Sessions()}, Now: o.Now, Log: f.Log, Wait: o.Wait, Origins: []string{admin},
		CarryOut: func(ctx context.Context, shop string) error { return w.CarryOut(ctx, client, shop) },
		Check: func(ctx context.Context, card shop.Shop) (connect.Report, error) {
			return connect.Check(ctx, o, lambdafn.StageNames, card)
		},
		Forget: w.Forget, Remains: remains,
		HandMade: w.HandMade,
		Limits: &identity.Limits{
			Reads: identity.Rate{PerSecond: 10, Burst: 50}, Changes: identity.Rate{PerSecond: 1, Burst: 20}, Now: o.Now,
		},
		CoolDown: coolDown, MaxWait: maxWait,
	})}).Handle, nil
}

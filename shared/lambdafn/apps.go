package lambdafn

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"backroom/shared/awsfault"
	"backroom/shared/businesscentral"
	"backroom/shared/config"
	"backroom/shared/shop"
	"backroom/shared/shopify"
)

// secretTime bounds the read of the secret.
const secretTime = 10 * time.Second

// apps keeps the two apps' credentials once they are read: not at the cold
// start, which a function that finds nothing to do should not pay for.
type apps struct {
	mu    sync.Mutex
	known *config.Apps
}

// credentialsOfApps reads the secret: a JSON object with the names of
// config.Apps. Without a secret the environment has them.
func (f *Function) credentialsOfApps() (config.Apps, error) {
	f.apps.mu.Lock()
	defer f.apps.mu.Unlock()
	if f.apps.known != nil {
		return *f.apps.known, nil
	}
	lookup := f.world.Lookup
	if f.config.Secret != "" {
		ctx, cancel := context.WithTimeout(context.Background(), secretTime) // shared by all later slices
		defer cancel()
		out, err := secretsmanager.NewFromConfig(f.aws).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &f.config.Secret})
		if err != nil {
			return config.Apps{}, awsfault.Wrap("BACKROOM_SECRET", err)
		}
		var values map[string]string
		if err := json.Unmarshal([]byte(aws.ToString(out.SecretString)), &values); err != nil {
			return config.Apps{}, fmt.Errorf("BACKROOM_SECRET: %s is no JSON object of texts", f.config.Secret) // the cause would quote it
		}
		lookup = func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	}
	a, err := config.LoadApps(lookup)
	if err != nil {
		return a, fmt.Errorf("credentials of the apps: %w", err)
	}
	f.apps.known = &a
	return a, nil
}

func (f *Function) shopify(card shop.Shop) (*shopify.Client, error) {
	a, err := f.credentialsOfApps()
	if err != nil {
		return nil, err
	}
	var hc *http.Client
	if f.world.Shops != nil {
		hc = &http.Client{Transport: f.world.Shops}
	}
	tokens, err := shopify.NewClientCredentials(card.Domain, a.ShopifyBaseURL, a.ShopifyID, shopify.NewSecret(a.ShopifySecret.Reveal()), hc, f.world.Now)
	if err != nil {
		return nil, err
	}
	return shopify.New(shopify.Config{Domain: card.Domain, BaseURL: a.ShopifyBaseURL, Tokens: tokens, HTTP: hc, Now: f.world.Now, Wait: f.world.Wait, Log: f.Log})
}

func (f *Function) businessCentral(card shop.Shop) (*businesscentral.Client, error) {
	a, err := f.credentialsOfApps()
	if err != nil {
		return nil, err
	}
	return businesscentral.New(businesscentral.Config{
		BaseURL: a.BCBaseURL, Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID, TokenURL: a.BCTokenURL,
		ClientID: a.BCID, ClientSecret: a.BCSecret.Reveal(), HTTP: f.world.Shops, Now: f.world.Now, Wait: f.world.Wait, Log: f.Log,
	})
}

package lambdafn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
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

const (
	// secretTime bounds the read of the secret.
	secretTime = 10 * time.Second
	// rereadAtMost is how often a refusal has the secret read again.
	rereadAtMost = time.Minute
)

// apps keeps the two apps' credentials once they are read: not at the cold
// start, which a function that finds nothing to do should not pay for.
type apps struct {
	mu    sync.Mutex
	known *config.Apps
	read  time.Time // when a read of them began last
}

// credentialsOfApps reads the secret: a JSON object with the names of
// config.Apps. Without a secret the environment has them.
func (f *Function) credentialsOfApps() (config.Apps, error) {
	f.apps.mu.Lock()
	defer f.apps.mu.Unlock()
	if f.apps.known != nil {
		return *f.apps.known, nil
	}
	return f.readApps()
}

// freshApps are the credentials of a read in the last minutes; those of before if
// the secret cannot be read now.
func (f *Function) freshApps() (config.Apps, error) {
	f.apps.mu.Lock()
	defer f.apps.mu.Unlock()
	if f.apps.known != nil && f.world.Now().Sub(f.apps.read) < secretKept {
		return *f.apps.known, nil
	}
	a, err := f.readApps()
	if err != nil && f.apps.known != nil {
		f.Log.Warn("credentials of the apps could not be read again", "err", err)
		return *f.apps.known, nil
	}
	return a, err
}

// otherApps are the credentials that replace refused ones, which differ(known)
// compares: those of a read since, or of one more, at most once a minute. It
// reports false if there are no others.
func (f *Function) otherApps(differ func(config.Apps) bool) (config.Apps, bool) {
	f.apps.mu.Lock()
	defer f.apps.mu.Unlock()
	if f.apps.known != nil && differ(*f.apps.known) {
		return *f.apps.known, true
	}
	if f.world.Now().Sub(f.apps.read) < rereadAtMost {
		return config.Apps{}, false
	}
	a, err := f.readApps()
	if err != nil {
		f.Log.Warn("refused credentials of an app could not be read again", "err", err)
		return a, false
	}
	return a, differ(a)
}

// readApps reads the credentials and keeps them. apps.mu is held.
func (f *Function) readApps() (config.Apps, error) {
	f.apps.read = f.world.Now()
	lookup := f.world.Lookup
	var names []string
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
		names = slices.Collect(maps.Keys(values))
	}
	a, err := config.LoadApps(lookup)
	unknown := config.Unknown(lookup, names)
	if err != nil {
		return a, fmt.Errorf("credentials of the apps: %w", errors.Join(err, unknown))
	}
	if unknown != nil { // said, and no more: all functions read it
		f.Log.Warn("credentials of the apps", "err", unknown)
	}
	f.apps.known = &a
	return a, nil
}

func (f *Function) shopify(card shop.Shop) (shopify.Config, error) {
	a, err := f.credentialsOfApps()
	if err != nil {
		return shopify.Config{}, err
	}
	var hc *http.Client
	if f.world.Shops != nil {
		hc = &http.Client{Transport: f.world.Shops}
	}
	tokens, err := shopify.NewClientCredentials(card.Domain, a.ShopifyBaseURL, a.ShopifyID, a.ShopifySecret, hc, f.world.Now)
	if err != nil {
		return shopify.Config{}, err
	}
	tokens.Renew = f.renewShopify
	return shopify.Config{Domain: card.Domain, BaseURL: a.ShopifyBaseURL, App: a.ShopifyID, Tokens: tokens, HTTP: hc, Log: f.Log}, nil
}

func (f *Function) businessCentral(card shop.Shop) (businesscentral.Config, error) {
	a, err := f.credentialsOfApps()
	if err != nil {
		return businesscentral.Config{}, err
	}
	return businesscentral.Config{
		BaseURL: a.BCBaseURL, Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID, TokenURL: a.BCTokenURL,
		ClientID: a.BCID, ClientSecret: a.BCSecret.Reveal(), Renew: f.renewBC, HTTP: f.world.Shops, Log: f.Log,
	}, nil
}

// renewShopify answers other credentials of the Shopify app than the refused ones.
func (f *Function) renewShopify(id string, secret shopify.Secret) (newID string, newSecret shopify.Secret, ok bool) {
	a, ok := f.otherApps(func(a config.Apps) bool { return a.ShopifyID != id || a.ShopifySecret != secret })
	return a.ShopifyID, a.ShopifySecret, ok
}

// renewBC answers other credentials of the Entra app than the refused ones.
func (f *Function) renewBC(id, secret string) (newID, newSecret string, ok bool) {
	a, ok := f.otherApps(func(a config.Apps) bool { return a.BCID != id || a.BCSecret.Reveal() != secret })
	return a.BCID, a.BCSecret.Reveal(), ok
}

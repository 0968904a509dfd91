package shopify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/secret"
	"backroom/shared/shopifyapi"
)

// Secret is a token or client secret. It prints, logs and marshals as "***".
type Secret = secret.Text

// TokenSource is where access tokens come from. Both methods are safe for
// concurrent use, and their errors are *fault.Error.
type TokenSource interface {
	// Token is a token that is good for at least some minutes.
	Token(ctx context.Context) (Secret, error)
	// Refresh is a token other than refused, which the API answered with 401.
	Refresh(ctx context.Context, refused Secret) (Secret, error)
}

// StaticToken is a token that never changes. A 401 ends its use.
type StaticToken struct{ Secret Secret }

// Token implements TokenSource.
func (s StaticToken) Token(context.Context) (Secret, error) { return s.Secret, nil }

// Refresh implements TokenSource: there is no other token.
func (s StaticToken) Refresh(context.Context, Secret) (Secret, error) {
	return "", refused(errors.New("the access token is refused and cannot be renewed"))
}

// refused is the fault of a connection whose token is not accepted any more.
func refused(err error) error {
	return &fault.Error{Op: "shopify.token", Kind: fault.Blocked, Code: shopifyapi.CodeUnauthorized, Merchant: merchantReconnect, Err: err}
}

// The times of the client credentials grant.
const (
	refreshEarly  = 5 * time.Minute // before the token's end
	refreshAtMost = time.Minute     // between two refreshes that a 401 forces
	tokenTimeout  = 20 * time.Second
	maxTokenBytes = 64 << 10
)

// ClientCredentials asks for tokens with the client credentials grant. Tokens
// live 24 h and are renewed 5 minutes before their end; while renewing fails
// for a passing cause, the old one is used to its end.
type ClientCredentials struct {
	// Renew is asked for other credentials when these are refused, and reports false
	// if it has no others. nil: there are none. Set before use.
	Renew func(id string, secret Secret) (newID string, newSecret Secret, ok bool)

	endpoint string
	http     *http.Client
	now      func() time.Time

	lock   chan struct{} // one refresher at a time; guards what follows
	id     string
	secret Secret
	token  Secret
	ends   time.Time
	forced time.Time
}

var (
	_ TokenSource = StaticToken{}
	_ TokenSource = (*ClientCredentials)(nil)
)

// NewClientCredentials asks the shop of domain, at baseURL if that is not "".
// A nil hc or now is the default of net/http and time.
func NewClientCredentials(domain, baseURL, id string, secret Secret, hc *http.Client, now func() time.Time) (*ClientCredentials, error) {
	base, err := endpoint(domain, baseURL)
	if err != nil {
		return nil, err
	}
	if id == "" || secret == "" {
		return nil, fmt.Errorf("shopify.NewClientCredentials(%s): client id and secret are both needed", domain)
	}
	if now == nil {
		now = time.Now
	}
	return &ClientCredentials{
		endpoint: base + "/admin/oauth/access_token", id: id, secret: secret,
		http: withoutRedirects(hc), now: now, lock: make(chan struct{}, 1),
	}, nil
}

// Token implements TokenSource.
func (c *ClientCredentials) Token(ctx context.Context) (Secret, error) {
	if err := c.acquire(ctx); err != nil {
		return "", err
	}
	defer c.release()
	now := c.now()
	if c.token != "" && now.Before(c.ends.Add(-refreshEarly)) {
		return c.token, nil
	}
	err := c.orOther(ctx, c.ask(ctx))
	if err != nil && c.token != "" && now.Before(c.ends) && fault.KindOf(err) != fault.Blocked {
		return c.token, nil
	}
	return c.token, err
}

// Refresh implements TokenSource, at most once a minute.
func (c *ClientCredentials) Refresh(ctx context.Context, old Secret) (Secret, error) {
	if err := c.acquire(ctx); err != nil {
		return "", err
	}
	defer c.release()
	now := c.now()
	if c.token != old && c.token != "" && now.Before(c.ends) {
		return c.token, nil // another caller was faster
	}
	var err error
	if ago := now.Sub(c.forced); !c.forced.IsZero() && ago < refreshAtMost {
		err = refused(fmt.Errorf("a new access token was refused too, the last was asked for %v ago", ago.Round(time.Second)))
	} else {
		c.forced = now
		err = c.ask(ctx)
	}
	if err = c.orOther(ctx, err); err != nil {
		return "", err
	}
	return c.token, nil
}

// orOther is err, or what comes of asking with other credentials if it says that
// these are refused and there are others by now.
func (c *ClientCredentials) orOther(ctx context.Context, err error) error {
	if c.Renew == nil || fault.KindOf(err) != fault.Blocked {
		return err
	}
	id, secret, ok := c.Renew(c.id, c.secret)
	if !ok {
		return err
	}
	c.id, c.secret = id, secret
	return c.ask(ctx)
}

func (c *ClientCredentials) acquire(ctx context.Context) error {
	select {
	case c.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &fault.Error{Op: "shopify.token", Kind: fault.Transient, Err: ctx.Err()}
	}
}

func (c *ClientCredentials) release() { <-c.lock }

// ask replaces the token. Nothing of the exchange is part of an error but the
// status and the error code, for the body holds secrets.
func (c *ClientCredentials) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {c.secret.Reveal()}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return &fault.Error{Op: "shopify.token", Kind: fault.Bug, Err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return &fault.Error{Op: "shopify.token", Kind: fault.Transient, Err: err}
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up, either way nothing depends on it
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxTokenBytes))
	if err != nil {
		return &fault.Error{Op: "shopify.token", Kind: fault.Transient, Err: err}
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"` // seconds
		Error       string `json:"error"`
	}
	decodeErr := json.Unmarshal(body, &answer)
	if resp.StatusCode != http.StatusOK {
		return tokenFault(resp.StatusCode, resp.Header, answer.Error)
	}
	if decodeErr != nil || answer.AccessToken == "" {
		return &fault.Error{Op: "shopify.token", Kind: fault.Transient, Err: errors.New("the answer holds no access token")}
	}
	life := 24 * time.Hour
	if answer.ExpiresIn > 0 {
		life = time.Duration(min(answer.ExpiresIn, int64(life/time.Second))) * time.Second
	}
	c.token, c.ends = Secret(answer.AccessToken), c.now().Add(life)
	return nil
}

func tokenFault(status int, h http.Header, code string) error {
	err := fmt.Errorf("HTTP %d", status)
	switch {
	case status == http.StatusTooManyRequests:
		return &fault.Error{Op: "shopify.token", Kind: fault.Throttled, Code: fault.HTTP(status), RetryAfter: retryAfter(h), Err: err}
	case status >= 500:
		return &fault.Error{Op: "shopify.token", Kind: fault.Transient, Code: fault.HTTP(status), Err: err}
	case code == shopifyapi.CodeNotInstalled:
		return &fault.Error{Op: "shopify.token", Kind: fault.Blocked, Code: code, Merchant: "The app is not installed in the shop any more; install it again.", Err: err}
	case code == shopifyapi.CodeNotPermitted:
		return &fault.Error{Op: "shopify.token", Kind: fault.Blocked, Code: code, Merchant: "The app and the shop belong to different organisations; use an app of the shop's own organisation.", Err: err}
	}
	merchant := merchantReconnect
	if status == http.StatusNotFound || status == http.StatusGone || status >= 300 && status < 400 {
		code, merchant = fault.HTTP(status), merchantGone
	}
	return &fault.Error{Op: "shopify.token", Kind: fault.Blocked, Code: Clip(code, 64), Merchant: merchant, Err: err}
}

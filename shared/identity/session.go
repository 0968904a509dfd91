// Package identity decides who a request comes from, and what they may do:
// merchants by the session tokens of Shopify's App Bridge, operators by IAM, the
// person at one machine by the token that the host prints.
package identity

import (
	"errors"
	"net/url"
	"regexp"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxToken bounds a session token, in bytes; Shopify's have about 600.
const MaxToken = 4 << 10

// Skew is how far the clocks of Shopify and of the host may differ.
const Skew = 10 * time.Second

// Session is what a session token says, after every check.
type Session struct {
	// Shop is the host of dest, as sample.myshopify.com: the one name of a
	// tenant that a request can give.
	Shop string
	// App is the client id that the token was made for.
	App string
	// User is the id of the shop's user who is signed in.
	User string
	// ID is the token's own id, for telling a replay.
	ID string
	// Expires is when the token ends, in whole seconds; it is taken until Skew later.
	Expires time.Time
}

// The reasons for which a session token is refused. App Bridge repeats a
// refused request once, with a new token.
var (
	ErrMalformed = errors.New("the session token cannot be read")
	ErrAlgorithm = errors.New("the session token is not signed with HS256")
	ErrApp       = errors.New("the session token is for another app")
	ErrSignature = errors.New("the session token's signature is wrong")
	ErrExpired   = errors.New("the session token has expired")
	ErrEarly     = errors.New("the session token is not valid yet")
	ErrShop      = errors.New("the session token names no shop, or two")
)

// shopHost is a shop's permanent name.
var shopHost = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com$`)

// Sessions checks session tokens. Safe for concurrent use.
type Sessions struct {
	// Secret is the client secret of an app, "" for one that is not ours. Who
	// may sign is decided by it alone: the claim aud selects the secret and
	// counts for nothing before the signature holds.
	Secret func(app string) string
	Now    func() time.Time
}

type claims struct {
	jwt.RegisteredClaims
	Dest string `json:"dest"`
}

// Verify is the session of token. Checked in this order: the form and the
// algorithm, the app, the signature, the times, the names of the shop. An error is one of the
// reasons above and holds nothing of the token.
func (s *Sessions) Verify(token string) (Session, error) {
	if token == "" || len(token) > MaxToken {
		return Session{}, ErrMalformed
	}
	var c claims
	p := jwt.NewParser(jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	if _, err := p.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		// The name alone is no proof of the method: both must be HMAC's.
		if _, ok := t.Method.(*jwt.SigningMethodHMAC); !ok || t.Method.Alg() != jwt.SigningMethodHS256.Alg() {
			return nil, ErrAlgorithm
		}
		if len(c.Audience) != 1 {
			return nil, ErrApp
		}
		secret := s.Secret(c.Audience[0])
		if secret == "" {
			return nil, ErrApp
		}
		return []byte(secret), nil
	}); err != nil {
		return Session{}, reason(err)
	}
	if err := c.at(s.Now()); err != nil {
		return Session{}, err
	}
	shop, err := c.shop()
	if err != nil {
		return Session{}, err
	}
	if c.Subject == "" || c.ID == "" {
		return Session{}, ErrMalformed
	}
	return Session{Shop: shop, App: c.Audience[0], User: c.Subject, ID: c.ID, Expires: c.ExpiresAt.Time}, nil
}

// reason is the refusal that err of the parser stands for.
func reason(err error) error {
	for _, r := range []error{ErrAlgorithm, ErrApp} {
		if errors.Is(err, r) {
			return r
		}
	}
	if errors.Is(err, jwt.ErrTokenSignatureInvalid) {
		return ErrSignature
	}
	if errors.Is(err, jwt.ErrTokenUnverifiable) {
		return ErrAlgorithm // of no known name
	}
	return ErrMalformed
}

// at says what is wrong with the token at now. A token without an end or a
// beginning would be valid for ever and is none.
func (c *claims) at(now time.Time) error {
	switch {
	case c.ExpiresAt == nil || c.NotBefore == nil:
		return ErrMalformed
	case !now.Before(c.ExpiresAt.Add(Skew)):
		return ErrExpired
	case now.Before(c.NotBefore.Add(-Skew)):
		return ErrEarly
	}
	return nil
}

// shop is the host that dest and iss agree on.
func (c *claims) shop() (string, error) {
	dest, err := url.Parse(c.Dest)
	if err != nil {
		return "", ErrShop
	}
	iss, err := url.Parse(c.Issuer)
	if err != nil {
		return "", ErrShop
	}
	if dest.Scheme != "https" || iss.Scheme != "https" || dest.Host != iss.Host || !shopHost.MatchString(dest.Host) {
		return "", ErrShop
	}
	return dest.Host, nil
}

package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash"
	"maps"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// secrets are the apps that are ours.
var secrets = map[string]string{"app-one": "secret one", "app-two": "secret two"}

func sessions() *Sessions {
	return &Sessions{Secret: func(app string) string { return secrets[app] }, Now: func() time.Time { return now }}
}

// good are the claims of a token that is taken.
func good() map[string]any {
	return map[string]any{
		"iss": "https://sample.myshopify.com/admin", "dest": "https://sample.myshopify.com", "aud": "app-one", "sub": "42",
		"exp": now.Add(time.Minute).Unix(), "nbf": now.Unix(), "iat": now.Unix(), "jti": "f8912129-1af6", "sid": "aaea182f",
	}
}

// sign writes a token by hand: nothing of what is tested makes it.
func sign(tb testing.TB, header string, claims map[string]any, secret string, h func() hash.Hash) string {
	tb.Helper()
	js, err := json.Marshal(claims)
	if err != nil {
		tb.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(js)
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

const hs256 = `{"alg":"HS256","typ":"JWT"}`

func TestVerify(t *testing.T) {
	s, err := sessions().Verify(sign(t, hs256, good(), "secret one", sha256.New))
	want := Session{Shop: "sample.myshopify.com", App: "app-one", User: "42", ID: "f8912129-1af6", Expires: now.Add(time.Minute)}
	if err != nil || !s.Expires.Equal(want.Expires) {
		t.Fatal(s, err)
	}
	s.Expires = want.Expires
	if s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestRefusedTokens(t *testing.T) {
	seconds := func(d time.Duration) int64 { return now.Add(d).Unix() }
	tests := []struct {
		name   string
		change map[string]any // nil removes a claim
		header string
		secret string
		hash   func() hash.Hash
		want   error
	}{
		{name: "as it comes"},
		{name: "of the second app", change: map[string]any{"aud": "app-two"}, secret: "secret two"},
		{name: "list of one app", change: map[string]any{"aud": []string{"app-one"}}},
		{name: "none", header: `{"alg":"none","typ":"JWT"}`, want: ErrAlgorithm},
		{name: "None in another case", header: `{"alg":"nOnE","typ":"JWT"}`, want: ErrAlgorithm},
		{name: "no algorithm", header: `{"typ":"JWT"}`, want: ErrAlgorithm},
		{name: "HS512 with the right secret", header: `{"alg":"HS512","typ":"JWT"}`, hash: sha512.New, want: ErrAlgorithm},
		{name: "RS256 signed as HMAC", header: `{"alg":"RS256","typ":"JWT"}`, want: ErrAlgorithm},
		{name: "another app's secret", secret: "secret two", want: ErrSignature},
		{name: "second app's name, first app's secret", change: map[string]any{"aud": "app-two"}, want: ErrSignature},
		{name: "empty secret of an app that is not ours", change: map[string]any{"aud": "app-three"}, secret: " ", want: ErrApp},
		{name: "no app", change: map[string]any{"aud": nil}, want: ErrApp},
		{name: "two apps", change: map[string]any{"aud": []string{"app-one", "app-two"}}, want: ErrApp},
		{name: "app is a number", change: map[string]any{"aud": 7}, want: ErrMalformed},
		{name: "ended within the skew", change: map[string]any{"exp": seconds(-9 * time.Second)}},
		{name: "ended", change: map[string]any{"exp": seconds(-10 * time.Second)}, want: ErrExpired},
		{name: "no end", change: map[string]any{"exp": nil}, want: ErrMalformed},
		{name: "end is text", change: map[string]any{"exp": "tomorrow"}, want: ErrMalformed},
		{name: "begins within the skew", change: map[string]any{"nbf": seconds(10 * time.Second)}},
		{name: "begins later", change: map[string]any{"nbf": seconds(11 * time.Second)}, want: ErrEarly},
		{name: "no beginning", change: map[string]any{"nbf": nil}, want: ErrMalformed},
		{name: "no user", change: map[string]any{"sub": nil}, want: ErrMalformed},
		{name: "no id", change: map[string]any{"jti": ""}, want: ErrMalformed},
		{name: "two shops", change: map[string]any{"iss": "https://other.myshopify.com/admin"}, want: ErrShop},
		{name: "no shop", change: map[string]any{"dest": nil}, want: ErrShop},
		{name: "no issuer", change: map[string]any{"iss": nil}, want: ErrShop},
		{name: "shop elsewhere", change: map[string]any{"dest": "https://sample.myshopify.com.evil.example", "iss": "https://sample.myshopify.com.evil.example/admin"}, want: ErrShop},
		{name: "shop behind a user", change: map[string]any{"dest": "https://sample.myshopify.com@evil.example", "iss": "https://sample.myshopify.com@evil.example/admin"}, want: ErrShop},
		{name: "shop without https", change: map[string]any{"dest": "http://sample.myshopify.com"}, want: ErrShop},
		{name: "shop with a port", change: map[string]any{"dest": "https://sample.myshopify.com:8443", "iss": "https://sample.myshopify.com:8443/admin"}, want: ErrShop},
		{name: "shop that is no address", change: map[string]any{"dest": "https://%zz"}, want: ErrShop},
		// The earliest check decides: nothing is said about a token that nobody of ours signed.
		{name: "unsigned, expired and of two shops", change: map[string]any{"exp": seconds(-time.Hour), "iss": "https://other.myshopify.com/admin"}, secret: "guess", want: ErrSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good()
			for k, v := range tt.change {
				if c[k] = v; v == nil {
					delete(c, k)
				}
			}
			header, secret, h := tt.header, tt.secret, tt.hash
			if header == "" {
				header = hs256
			}
			if secret == "" {
				secret = "secret one"
			}
			if h == nil {
				h = sha256.New
			}
			_, err := sessions().Verify(sign(t, header, c, secret, h))
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestRefusedForms(t *testing.T) {
	token := sign(t, hs256, good(), "secret one", sha256.New)
	parts := strings.Split(token, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	for name, text := range map[string]string{
		"empty": "", "a word": "token", "two parts": parts[0] + "." + parts[1], "no signature": parts[0] + "." + parts[1] + ".",
		"four parts": token + ".x", "padding": token + "=", "long": strings.Repeat("a", MaxToken+1), "unsigned": unsigned,
		"other claims": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"aud":"app-one","dest":"https://other.myshopify.com"}`)) + "." + parts[2],
	} {
		s, err := sessions().Verify(text)
		if err == nil || s != (Session{}) {
			t.Errorf("%s: got %+v, %v", name, s, err)
		} else if text != "" && len(text) > 10 && strings.Contains(err.Error(), text[:10]) {
			t.Errorf("%s: the error holds the token: %v", name, err)
		}
	}
}

// FuzzVerify holds the law that only who knows a secret of ours is somebody.
func FuzzVerify(f *testing.F) {
	f.Add(sign(f, hs256, good(), "secret one", sha256.New))
	f.Add(sign(f, `{"alg":"none"}`, good(), "", sha256.New))
	c := maps.Clone(good())
	c["aud"] = "app-two"
	f.Add(sign(f, hs256, c, "secret one", sha256.New))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		s, err := sessions().Verify(token)
		if err != nil {
			if s != (Session{}) {
				t.Fatalf("refused, and yet %+v", s)
			}
			return
		}
		i := strings.LastIndexByte(token, '.')
		m := hmac.New(sha256.New, []byte(secrets[s.App]))
		m.Write([]byte(token[:i]))
		sum, err := base64.RawURLEncoding.DecodeString(token[i+1:])
		if err != nil || !hmac.Equal(sum, m.Sum(nil)) || !strings.HasSuffix(s.Shop, ".myshopify.com") {
			t.Fatalf("%q was taken for %+v", token, s)
		}
	})
}

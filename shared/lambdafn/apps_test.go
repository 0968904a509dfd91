package lambdafn

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/fault"
	"backroom/shared/lambdafn/lambdafntest"
)

// doors are the token endpoints of both sides, each of which knows one secret.
type doors struct {
	secret map[string]string // by part of the host
	tried  int
}

func (d *doors) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	side := "microsoft"
	if strings.Contains(r.URL.Host, "myshopify") {
		side = "myshopify"
	}
	if !strings.Contains(r.URL.Path, "token") {
		return answer(http.StatusOK, `{"value":[]}`)
	}
	d.tried++
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, secret, _ := r.BasicAuth()
	if secret != d.secret[side] && !strings.Contains(string(body), "client_secret="+d.secret[side]) {
		return answer(http.StatusUnauthorized, `{"error":"invalid_client"}`)
	}
	return answer(http.StatusOK, `{"access_token":"t","token_type":"Bearer","expires_in":3600}`)
}

// A secret that is refused is read again, at most once a minute, and the one
// that has replaced it is used by the same call.
func TestRefusedSecretIsReadAgain(t *testing.T) {
	for _, side := range []string{"myshopify", "microsoft"} {
		t.Run(side, func(t *testing.T) {
			clock := now()
			a := lambdafntest.New(now)
			d := &doors{secret: map[string]string{"myshopify": "shopify-hush", "microsoft": "bc-hush"}}
			f, err := New(World{Lookup: lambdafntest.Lookup(a.Environment()), AWS: a.Transport, Shops: d, Log: &bytes.Buffer{}, Now: func() time.Time { return clock }, Retry: awswire.Config(nil).Retryer})
			if err != nil {
				t.Fatal(err)
			}
			call := func() error {
				if side == "myshopify" {
					shop, err := f.shopify(card())
					if err == nil {
						_, err = shop.Tokens.Token(t.Context())
					}
					return err
				}
				bc, err := f.Options().ConnectBC(card())
				if err == nil {
					_, err = bc.Companies(t.Context())
				}
				return err
			}
			reads := func(want int, when string) {
				t.Helper()
				if n := a.Transport.Calls("GetSecretValue"); n != want {
					t.Errorf("%s: the secret is read %d times, want %d", when, n, want)
				}
			}
			if err := call(); err != nil {
				t.Fatal(err)
			}
			d.secret = map[string]string{"myshopify": "new-hush", "microsoft": "new-hush"}
			clock = clock.Add(time.Hour)
			for range 3 {
				if err := call(); fault.KindOf(err) != fault.Blocked {
					t.Fatalf("refused: %v", err)
				}
			}
			reads(2, "refused three times in a minute")
			a.Apps["SHOPIFY_CLIENT_SECRET"], a.Apps["BC_CLIENT_SECRET"] = "new-hush", "new-hush"
			if err := call(); fault.KindOf(err) != fault.Blocked {
				t.Errorf("in the same minute: %v", err)
			}
			clock = clock.Add(rereadAtMost)
			if err := call(); err != nil {
				t.Errorf("after a minute: %v", err)
			}
			reads(3, "after a minute")
			if err := call(); err != nil {
				t.Error(err)
			}
			reads(3, "once it is right")
		})
	}
}

// A slip in a name of the secret is said: with the name that is missing for it, and
// for one that may be missing in the log, where functions go on.
func TestSlipsInTheSecretAreSaid(t *testing.T) {
	for _, tt := range []struct {
		slip, of string
		goes     bool
	}{{"BC_CLIENT_SECRT", "BC_CLIENT_SECRET", false}, {"BC_BASEURL", "BC_BASE_URL", true}} {
		a := lambdafntest.New(now)
		a.Apps[tt.slip] = "https://hush.example"
		if !tt.goes {
			delete(a.Apps, tt.of)
		}
		var log bytes.Buffer
		f, err := New(World{Lookup: lambdafntest.Lookup(a.Environment()), AWS: a.Transport, Log: &log, Now: now, Retry: awswire.Config(nil).Retryer})
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.credentialsOfApps()
		said := log.String()
		if err != nil {
			said = err.Error()
		}
		if (err == nil) != tt.goes || !strings.Contains(said, tt.slip+": there is no setting of that name; is it "+tt.of) || strings.Contains(said, "hush") {
			t.Errorf("%s: %v; %s", tt.slip, err, said)
		}
	}
}

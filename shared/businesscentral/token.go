package businesscentral

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"backroom/shared/fault"
)

// renewBefore is how long before its end a token is replaced.
const renewBefore = 5 * time.Minute

// tokens keeps one access token, so that a refused one can be dropped, which
// oauth2's own cache cannot do. Safe for concurrent use.
type tokens struct {
	source      oauth2.TokenSource        // or
	credentials *clientcredentials.Config // with
	http        *http.Client
	renew       func(id, secret string) (newID, newSecret string, ok bool) // nil: there are no others
	now         func() time.Time

	mu      sync.Mutex
	current *oauth2.Token
}

// get gives a token that is not refused. The lock is held while one is
// fetched: whoever else needs one waits for it instead of fetching a second.
func (t *tokens) get(ctx context.Context, refused string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if cur := t.current; cur != nil && cur.AccessToken != refused &&
		(cur.Expiry.IsZero() || t.now().Before(cur.Expiry.Add(-renewBefore))) {
		return cur.AccessToken, nil
	}
	tok, err := t.fetch(ctx)
	if err != nil && t.renew != nil && t.credentials != nil && fault.KindOf(tokenError(err)) == fault.Blocked {
		if id, secret, ok := t.renew(t.credentials.ClientID, t.credentials.ClientSecret); ok {
			t.credentials.ClientID, t.credentials.ClientSecret = id, secret
			tok, err = t.fetch(ctx)
		}
	}
	if err != nil {
		return "", tokenError(err)
	}
	t.current = tok
	return tok.AccessToken, nil
}

func (t *tokens) fetch(ctx context.Context) (*oauth2.Token, error) {
	if t.source != nil {
		return t.source.Token()
	}
	asked := t.now()
	tok, err := t.credentials.Token(context.WithValue(ctx, oauth2.HTTPClient, t.http))
	if err == nil && !tok.Expiry.IsZero() { // oauth2 takes it from the machine's clock; ours may be another
		tok.Expiry = asked.Add(time.Until(tok.Expiry))
	}
	return tok, err
}

// tokenError classifies a failure to get a token. Nothing has been sent to BC
// yet, so it is never Unknown. The answer's body is left out: it can repeat what was sent.
func tokenError(err error) error {
	e := &fault.Error{Op: "businesscentral.token", Kind: fault.Transient, Err: errors.New("no answer from the token endpoint")}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refused.Response == nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			e.Err = fmt.Errorf("no answer from the token endpoint: %w", ended(err))
		}
		return e
	}
	status := refused.Response.StatusCode
	e.Code = entraCode(refused)
	e.Err = fmt.Errorf("token endpoint answered %d", status)
	switch {
	case status == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = fault.Throttled, throttleWait
	case status >= 400 && status < 500:
		e.Kind = fault.Blocked
		e.Merchant = "Microsoft refuses the credentials of this connection; check the app's client id and secret."
	}
	return e
}

// entraCode is the number that Microsoft Entra gives its refusal, such as
// AADSTS700016, which tells an unknown app from an unknown tenant; after OAuth's
// name of the error where the app's own credentials are refused, and without a
// number the name alone.
func entraCode(refused *oauth2.RetrieveError) string {
	var body struct {
		Codes []int `json:"error_codes"`
	}
	if json.Unmarshal(refused.Body, &body) != nil || len(body.Codes) == 0 {
		return refused.ErrorCode
	}
	number := fmt.Sprintf("AADSTS%d", body.Codes[0])
	if refused.ErrorCode == fault.InvalidClient {
		return fault.InvalidClient + " " + number
	}
	return number
}

// ended is the plain context error in err's chain.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return context.DeadlineExceeded
}

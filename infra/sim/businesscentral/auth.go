package businesscentral

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/fault"
)

const (
	scope     = "https://api.businesscentral.dynamics.com/.default"
	tokenLife = 3599 * time.Second
)

type token struct {
	client string
	until  time.Time
}

// isToken: POST /{tenant}/oauth2/v2.0/token.
func isToken(path string) (tenant string, ok bool) {
	return strings.CutSuffix(strings.TrimPrefix(path, "/"), "/oauth2/v2.0/token")
}

// serveToken grants client credentials as Microsoft Entra does.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request, tenant string) {
	answer := func(status int, v map[string]any) {
		b, err := json.Marshal(v)
		if err != nil {
			b = nil
		}
		response{status, map[string]string{"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}, b}.write(w)
	}
	no := func(status int, code, text string) {
		number, _, _ := strings.Cut(strings.TrimPrefix(text, "AADSTS"), ":")
		n, err := strconv.Atoi(number)
		if err != nil {
			n = 0
		}
		answer(status, map[string]any{"error": code, "error_description": text, "error_codes": []int{n}, "correlation_id": s.guid()})
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		no(http.StatusBadRequest, "invalid_request", "AADSTS900561: The endpoint only accepts POST requests with a form.")
		return
	}
	f := r.PostForm
	var client *Client
	for i, c := range s.o.Clients {
		if c.ID == f.Get("client_id") {
			client = &s.o.Clients[i]
		}
	}
	switch {
	case tenant != s.o.Tenant:
		no(http.StatusBadRequest, "invalid_request", "AADSTS90002: Tenant not found.")
	case f.Get("grant_type") != "client_credentials":
		no(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The grant type is not supported.")
	case client == nil:
		no(http.StatusBadRequest, "unauthorized_client", "AADSTS700016: The application was not found.")
	case subtle.ConstantTimeCompare([]byte(client.Secret), []byte(f.Get("client_secret"))) != 1:
		no(http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
	case f.Get("scope") != scope:
		no(http.StatusBadRequest, "invalid_scope", "AADSTS70011: The scope is not valid.")
	default:
		answer(http.StatusOK, map[string]any{
			"token_type": "Bearer", "access_token": s.IssueToken(client.ID), "expires_in": int(tokenLife / time.Second), "ext_expires_in": int(tokenLife / time.Second),
		})
	}
}

// IssueToken makes an access token, as a token request would.
func (s *Server) IssueToken(clientID string) string {
	t := "eyJ0." + strings.ReplaceAll(s.guid(), "-", "")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[t] = token{clientID, s.o.Now().Add(tokenLife)}
	return t
}

// RevokeTokens makes all tokens invalid at once; new ones are issued.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]token{}
}

// client finds who sends a request.
func (s *Server) client(r *http.Request) (Client, error) {
	bad := refuse(http.StatusUnauthorized, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	t, known := s.tokens[text]
	s.mu.Unlock()
	_, late := fault.At(r.Context()) // it was accepted when it came
	if !ok || !known || !late && !s.o.Now().Before(t.until) {
		return Client{}, bad
	}
	for _, c := range s.o.Clients {
		if c.ID == t.client && !c.Disabled {
			return c, nil
		}
	}
	return Client{}, bad
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The chain's order is the SDK's: the environment before a profile. What is not found is
// said of each request, with the way out.
func TestServe(t *testing.T) {
	folder := t.TempDir()
	config, credentials := filepath.Join(folder, "config"), filepath.Join(folder, "credentials")
	for path, text := range map[string]string{
		config:      "[profile ops]\nregion = eu-north-1\n",
		credentials: "[ops]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = hush\naws_session_token = for-an-hour\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ours := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_REGION": "eu-central-1"}
	for _, tt := range []struct {
		name, region string
		env          map[string]string
		credential   string // in the signature; "": refused
		token        string
		says         string
	}{
		{"environment", "", ours, "AKIDENV/20261123/eu-central-1/execute-api/aws4_request", "", ""},
		{"region of the address", "us-east-1", ours, "AKIDENV/20261123/us-east-1/execute-api/aws4_request", "", ""},
		{"profile", "", map[string]string{"AWS_PROFILE": "ops"}, "AKIDPROFILE/20261123/eu-north-1/execute-api/aws4_request", "for-an-hour", ""},
		{"environment beside a profile", "", map[string]string{"AWS_PROFILE": "ops", "AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"}, "AKIDENV/20261123/eu-north-1/", "", ""},
		{"no such profile", "eu-north-1", map[string]string{"AWS_PROFILE": "nobody"}, "", "", "nobody"},
		{"no credentials", "eu-north-1", nil, "", "", "sign in (aws sso login)"},
		{"no region", "", map[string]string{"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"}, "", "", "set AWS_REGION"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"} {
				t.Setenv(name, tt.env[name])
			}
			t.Setenv("AWS_CONFIG_FILE", config)
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentials)
			t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			var in, out bytes.Buffer
			for range 2 {
				if err := json.NewEncoder(&in).Encode(asked{Method: "GET", URL: "https://api.test/operator/v1/shops", Hash: "e3b0", Region: tt.region}); err != nil {
					t.Fatal(err)
				}
			}
			if err := serve(t.Context(), &in, &out, func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), "hush") {
				t.Error("a secret leaves the program")
			}
			answers := json.NewDecoder(&out)
			n := 0
			for ; ; n++ {
				var a answered
				if err := answers.Decode(&a); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				signed := a.Header.Get("Authorization")
				if tt.credential == "" && (a.Error == "" || !strings.Contains(a.Error, tt.says)) || tt.credential != "" && (a.Error != "" || !strings.Contains(signed, "Credential="+tt.credential)) || a.Header.Get("X-Amz-Security-Token") != tt.token {
					t.Errorf("%+v", a)
				}
			}
			if n != 2 {
				t.Errorf("%d answers", n)
			}
		})
	}
	if err := serve(t.Context(), strings.NewReader("no JSON"), io.Discard, time.Now); err == nil {
		t.Error("what is no request is taken for one")
	}
}

package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestUnknownNames(t *testing.T) {
	for name, want := range map[string]string{ // "": nothing is said
		"SHOPIFY_SHOP": "", "BACKROOM_SHARED": "", "BACKROOM_TABLE": "", "PATH": "", "BCC_TENANT": "", "MY_BC_TENANT": "",
		"BC_ENV_ARGS": "", "SHOPIFY_CLI_NO_ANALYTICS": "", "BACKROOM_SERVICE_HOST": "", "BACKROOM_PORT_8420_TCP": "",
		"BC_TENNANT": "BC_TENANT", "BC_TENANT_ID": "BC_TENANT", "BC_COMPANY": "BC_COMPANY_ID", "BC_CLIENTSECRET": "BC_CLIENT_SECRET", "BC_ENV": "BC_ENVIRONMENT",
		"SHOPIFY_ACESS_TOKEN": "SHOPIFY_ACCESS_TOKEN", "SHOPIFY_TOKEN": "SHOPIFY_ACCESS_TOKEN", "SHOPIFY_DOMAIN": "SHOPIFY_SHOP", "SHOPIFY_SHOP_URL": "SHOPIFY_SHOP",
		"BACKROOM_IMPORTFROM": "BACKROOM_IMPORT_FROM", "BACKROOM_LOGLEVEL": "BACKROOM_LOG", "backroom_data": "BACKROOM_DATA", "BACKROOM_WORKER": "BACKROOM_WORKERS",
		"BACKROOM_PORT": "BACKROOM_LISTEN", "SHOPIFY_API_KEY": "SHOPIFY_CLIENT_ID", "SHOPIFY_STORE": "SHOPIFY_SHOP",
		"BACKROOM_LOG_LEVEL": "BACKROOM_LOG", "BACKROOM_RUNDAYS": "BACKROOM_RUN_DAYS",
	} {
		err := Unknown(lookup(map[string]string{name: "x"}), []string{name})
		if e, ok := errors.AsType[UnknownError](err); (err != nil) != (want != "") || err != nil && (!ok || e.Name != name) {
			t.Errorf("%s: %v", name, err)
		} else if want != "" && want != "SHOPIFY_SHOP" && e.Closest != want { // a domain is not spelled like a shop
			t.Errorf("%s: is it %s? want %s", name, e.Closest, want)
		}
	}
	if err := Unknown(lookup(map[string]string{"BACKROOM_PORT": "tcp://10.0.0.1:8420"}), []string{"BACKROOM_PORT"}); err != nil {
		t.Errorf("the address of a service: %v", err)
	}
	if err := Unknown(lookup(map[string]string{"BC_TENNANT": " "}), []string{"BC_TENNANT"}); err != nil {
		t.Errorf("one without text: %v", err)
	}
}

// Unknown names are reported with all that is wrong beside them, and no value is.
func TestLoadReportsUnknownNames(t *testing.T) {
	m := full()
	m["BC_TENNANT"], m["SHOPIFY_SECRET"], m["BACKROOM_WORKERS"] = "contoso.com", "hush-hush", "many"
	_, err := Load(lookup(m), Names([]string{"BC_TENNANT=contoso.com", "SHOPIFY_SECRET=hush-hush", "BACKROOM_WORKERS=many", "HOME=/", "=x"}))
	if err == nil {
		t.Fatal("all was taken")
	}
	for _, want := range []string{"BC_TENNANT: there is no setting of that name; is it BC_TENANT?", "SHOPIFY_SECRET: there is no", `BACKROOM_WORKERS="many"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("a value is printed: %v", err)
	}
	if _, err := Load(lookup(full()), nil); err != nil {
		t.Errorf("without them: %v", err)
	}
}

// A token and the app's credentials at once: one of them would count for nothing.
func TestTwoWaysInAreRefused(t *testing.T) {
	m := full()
	m["SHOPIFY_CLIENT_ID"] = "app"
	if _, err := Load(lookup(m), nil); err == nil || !strings.Contains(err.Error(), "SHOPIFY_ACCESS_TOKEN") || !strings.Contains(err.Error(), "SHOPIFY_CLIENT_ID") {
		t.Errorf("%v", err)
	}
}

// Every name that the repository speaks of is known, and every setting is explained.
func TestNamesOfTheRepositoryAreKnown(t *testing.T) {
	name := regexp.MustCompile(`\b(BACKROOM|BC|SHOPIFY)_[A-Z][A-Z_]*[A-Z]\b`)
	root := filepath.Join("..", "..")
	spoken := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "bin" || d.Name() == ".local") {
			return filepath.SkipDir
		}
		ext := filepath.Ext(path)
		read := slices.Contains([]string{".go", ".md", ".yaml", ".yml", ".sh", ".json", ".example"}, ext) || d.Name() == "Makefile"
		if d.IsDir() || !read || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, filepath.Join("config", "names.go")) {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, n := range name.FindAllString(string(text), -1) {
			spoken[n] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(spoken, "SHOPIFY_PAY") // a brand of Shopify's data
	for n, path := range spoken {
		if !slices.Contains(settings, n) && !slices.Contains(others, n) {
			t.Errorf("%s in %s is not known", n, path)
		}
	}
	for _, doc := range []string{"README.md", ".env.example"} {
		text, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range settings {
			if !strings.Contains(string(text), n) {
				t.Errorf("%s does not explain %s", doc, n)
			}
		}
	}
}

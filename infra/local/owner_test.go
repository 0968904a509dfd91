package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/shared/config"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/record"
	"backroom/shared/recurrence"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
	"backroom/shared/table"
)

// other are settings with one of their names changed.
func other(s settings, change func(*config.Shopify, *config.BC)) settings {
	sh, bc := *s.Shopify, *s.BC
	change(&sh, &bc)
	s.Shopify, s.BC = &sh, &bc
	return s
}

var changes = []struct {
	setting string
	change  func(*config.Shopify, *config.BC)
}{
	{"SHOPIFY_SHOP", func(s *config.Shopify, _ *config.BC) { s.Domain = "another.myshopify.com" }},
	{"BC_TENANT", func(_ *config.Shopify, b *config.BC) { b.Tenant = "fabrikam.com" }},
	{"BC_ENVIRONMENT", func(_ *config.Shopify, b *config.BC) { b.Environment = "Sandbox" }},
	{"BC_COMPANY_ID", func(_ *config.Shopify, b *config.BC) { b.Company = "11111111-2222-3333-4444-555555555555" }},
}

// fileItems is all that a data file says of the shops in it.
func fileItems(t *testing.T, path string) (shops []string, entries map[string]jobqueue.Entry) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	pks, err := db.Partitions(t.Context(), "SHOP#", "CARD")
	if err != nil {
		t.Fatal(err)
	}
	entries = map[string]jobqueue.Entry{}
	st := jobstore.New(db.Table(), time.Now)
	for _, pk := range pks {
		code := strings.TrimPrefix(pk, "SHOP#")
		c, err := (&shop.Store{Table: db.Table()}).Get(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		shops = append(shops, strings.Join([]string{c.Domain, c.Company.Tenant, c.Company.Environment, c.Company.ID}, " "))
		es, err := st.Entries(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			entries[code+" "+e.ID] = e
		}
	}
	return shops, entries
}

// A data file belongs to one shop, tenant, environment and company. Settings
// that name another are refused, and nothing is written; also in a file of an
// earlier release, whose card says whose it is.
func TestDataFileBelongsToOneConnection(t *testing.T) {
	files := map[string]func(*testing.T) settings{
		"new": func(t *testing.T) settings {
			t.Helper()
			s := credentials(t)
			if err := begin(t, s).close(); err != nil {
				t.Fatal(err)
			}
			return s
		},
		"of an earlier release": func(t *testing.T) settings {
			t.Helper()
			folder := t.TempDir()
			copyFile(t, filepath.Join("testdata", "release-0.1.0.db"), filepath.Join(folder, "backroom.db"))
			return unreachable(t, folder)
		},
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			s := file(t)
			shops, entries := fileItems(t, s.file())
			for _, c := range changes {
				_, err := open(t.Context(), other(s, c.change))
				if !errors.Is(err, errForeign) || !strings.Contains(err.Error(), c.setting+" is") || !strings.Contains(err.Error(), "BACKROOM_DATA") {
					t.Errorf("%s changed: %v", c.setting, err)
				}
			}
			now, after := fileItems(t, s.file())
			if len(now) != 1 || now[0] != shops[0] || len(after) != len(entries) {
				t.Errorf("the file holds %q with %d jobs, was %q with %d", now, len(after), shops, len(entries))
			}
			spelled := other(s, func(_ *config.Shopify, b *config.BC) {
				b.Company, b.Environment, b.Tenant = strings.ToUpper(b.Company), strings.ToLower(b.Environment), strings.ToUpper(b.Tenant)
			})
			for range 2 { // the first writes down whose it is, the second reads that
				e, err := open(t.Context(), spelled)
				if err != nil {
					t.Fatalf("spelled in another way: %v", err)
				}
				if err := e.close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A connection that could not be made leaves the folder to the next one.
func TestFailedConnectionOwnsNothing(t *testing.T) {
	s := credentials(t)
	if _, err := open(t.Context(), other(s, changes[3].change)); err == nil {
		t.Fatal("a company that does not exist was connected")
	}
	if err := begin(t, s).close(); err != nil {
		t.Error(err)
	}
}

// A file into which an earlier release has let two shops belongs to the one that
// was connected first. The jobs of the other are paused, and it gets no client.
func TestFileWithTwoShops(t *testing.T) {
	folder := t.TempDir()
	copyFile(t, filepath.Join("testdata", "release-0.1.0.db"), filepath.Join(folder, "backroom.db"))
	s := unreachable(t, folder)
	db, err := sqlite.Open(t.Context(), s.file())
	if err != nil {
		t.Fatal(err)
	}
	late := shop.Shop{Code: "later", ConnectedAt: time.Now(), Enabled: true, Domain: "later.myshopify.com"}
	late.Company = shop.Company{Tenant: s.BC.Tenant, Environment: s.BC.Environment, ID: s.BC.Company}
	if err := errors.Join((&shop.Store{Table: db.Table()}).Put(t.Context(), late), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), other(s, func(sh *config.Shopify, _ *config.BC) { sh.Domain = late.Domain })); !errors.Is(err, errForeign) {
		t.Errorf("the later shop: %v", err)
	}
	e := begin(t, s)
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	if _, ok, err := e.jobs.Store.PausedNow(t.Context(), "later"); !ok || err != nil {
		t.Errorf("the later shop's jobs go on, %v", err)
	}
	if len(e.said) != 1 || !strings.Contains(e.said[0], "later") {
		t.Errorf("said: %q", e.said)
	}
	o := s.options(e.db.Table(), e.jobs.Store)
	if _, err := o.Shopify(late); !errors.Is(err, errForeign) {
		t.Errorf("Shopify client for the later shop: %v", err)
	}
	late.Company.ID = "11111111-2222-3333-4444-555555555555"
	if _, err := o.BC(late); !errors.Is(err, errForeign) {
		t.Errorf("BC client for the later shop: %v", err)
	}
}

// A running server is not given commands that are meant for another connection.
func TestCommandsForAnotherConnection(t *testing.T) {
	s := credentials(t)
	e := begin(t, s)
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	r := desked(t, serving(t, e))
	if err := r.answers(t.Context(), s); err != nil {
		t.Errorf("its own: %v", err)
	}
	if err := r.answers(t.Context(), settings{}); err != nil {
		t.Errorf("settings that name none: %v", err)
	}
	for _, c := range changes {
		if err := r.answers(t.Context(), other(s, c.change)); !errors.Is(err, errForeign) || !strings.Contains(err.Error(), c.setting) {
			t.Errorf("%s changed: %v", c.setting, err)
		}
	}
}

// A changed BACKROOM_EVERY reaches the job that it has made, and not one whose
// times a person has set; either is said, once there is something to say.
func TestChangedCadence(t *testing.T) {
	const m = time.Minute
	plain := func(every time.Duration) recurrence.Rule { return recurrence.Rule{Every: every} }
	night := recurrence.Rule{Every: 10 * m, StartingTime: "22:00", EndingTime: "06:00", Zone: "Europe/Berlin"}
	for _, c := range []struct {
		name  string
		given time.Duration // what the settings gave last; 0: an earlier release did not note it
		rule  recurrence.Rule
		now   time.Duration
		want  time.Duration
		says  string
		noted time.Duration // as given from then on; 0: nothing
	}{
		{name: "as before", given: 10 * m, rule: plain(10 * m), now: 10 * m, want: 10 * m, noted: 10 * m},
		{name: "changed", given: 10 * m, rule: plain(10 * m), now: 5 * m, want: 5 * m, says: "every 5m", noted: 5 * m},
		{name: "changed, of an earlier release", rule: plain(10 * m), now: 60 * m, want: 60 * m, says: "every 1h", noted: 60 * m},
		{name: "a person's", given: 10 * m, rule: plain(30 * m), now: 5 * m, want: 30 * m, says: "30m", noted: 10 * m},
		{name: "a person's, setting as before", given: 10 * m, rule: plain(30 * m), now: 10 * m, want: 30 * m, noted: 10 * m},
		{name: "a person's, setting follows", given: 10 * m, rule: plain(30 * m), now: 30 * m, want: 30 * m, noted: 30 * m},
		{name: "a person's window", given: 10 * m, rule: night, now: 5 * m, want: 10 * m, says: "keeps the times", noted: 10 * m},
		{name: "a person's formula", given: 10 * m, rule: recurrence.Rule{Formula: "1D"}, now: 5 * m, want: 0, says: "a rule of its own", noted: 10 * m},
		{name: "a window, of an earlier release", rule: night, now: 5 * m, want: 10 * m, says: "keeps the times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			copyFile(t, filepath.Join("testdata", "release-0.1.0.db"), filepath.Join(folder, "backroom.db"))
			e := reopen(t, folder)
			ctx := t.Context()
			j, err := e.jobs.Store.Entry(ctx, e.card.Code, imports)
			if err != nil {
				t.Fatal(err)
			}
			start := j.EarliestStart
			set := func(r recurrence.Rule) {
				t.Helper()
				r.EarliestStart = start
				j.Rule = r
				if j, err = e.jobs.Save(ctx, j); err != nil {
					t.Fatal(err)
				}
			}
			if c.given > 0 {
				set(plain(c.given))
				if err := e.pace(ctx, c.given); err != nil {
					t.Fatal(err)
				}
				e.said = nil
			}
			set(c.rule)
			if err := e.pace(ctx, c.now); err != nil {
				t.Fatal(err)
			}
			got, err := e.jobs.Store.Entry(ctx, e.card.Code, imports)
			if err != nil {
				t.Fatal(err)
			}
			c.rule.Every, c.rule.EarliestStart = c.want, start
			if got.Rule != c.rule {
				t.Errorf("rule %+v, want %+v", got.Rule, c.rule)
			}
			said := strings.Join(e.said, " ")
			if !strings.Contains(said, c.says) || c.says == "" && said != "" {
				t.Errorf("said %q, want %q", said, c.says)
			}
			var noted cadence
			it, err := e.db.Table().Get(ctx, cadenceKey(e.card.Code))
			if err == nil {
				err = record.Decode(it.Data, cadenceSchema, &noted)
			}
			if noted.Every != c.noted || err != nil && !errors.Is(err, table.ErrNotFound) {
				t.Errorf("noted %s, %v, want %s", noted.Every, err, c.noted)
			}
		})
	}
}

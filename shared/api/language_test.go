package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/language"
	"backroom/shared/record"
	"backroom/shared/table"
)

// in sends a read of the person in a language, and wants a status and that the answer
// is in it.
func (r *rig) in(accept string, status int, path string) reply {
	r.tb.Helper()
	a := r.do(call{method: http.MethodGet, path: path, bearer: "k9-of-the-host", header: map[string]string{"Accept-Language": accept}})
	if want := string(language.Of(accept)); a.status != status || a.header.Get("Content-Language") != want || !strings.Contains(a.header.Get("Vary"), "Accept-Language") {
		r.tb.Fatalf("%s in %q: %d in %q, vary %q, want %d in %s", path, accept, a.status, a.header.Get("Content-Language"), a.header.Get("Vary"), status, want)
	}
	return a
}

// Issues and problems are said in the caller's language, English where it is none of
// ours; an issue of an earlier release as that has stored it.
func TestLanguages(t *testing.T) {
	r := newRig(t)
	was := documents.Explained.New(documents.TotalDiffers, "10 and 11")
	was.Shop, was.Kind, was.Record, was.Name, was.FirstSeen, was.LastSeen = "acme", "order", "5003", "#1003", r.Now(), r.Now()
	old := was
	old.Record, old.Name, old.Parts = "5004", "#1004", nil
	for _, i := range []issue.Issue{was, old} {
		op, err := r.host.Issues.Put(t.Context(), i)
		if err == nil {
			err = r.host.Table.Write(t.Context(), op)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	french := documents.Explained[documents.TotalDiffers].In[language.French]
	text := strings.ReplaceAll(french.Text, "{}", "10 et 11")
	for accept, want := range map[string][2]string{
		"": {was.Text, was.WayOut}, "de": {was.Text, was.WayOut}, "en-GB, fr;q=0.1": {was.Text, was.WayOut},
		"fr": {text, french.WayOut}, "de, fr-CH;q=0.5": {text, french.WayOut},
	} {
		is := into[api.IssueList](t, r.in(accept, http.StatusOK, "/v1/shops/acme/issues?reason=total-differs"))
		for _, i := range is.Issues {
			switch i.Record {
			case "5003":
				if i.Text != want[0] || i.WayOut != want[1] || i.Parts != nil {
					t.Errorf("%q: %+v", accept, i)
				}
			case "5004":
				if i.Text != was.Text || i.WayOut != was.WayOut {
					t.Errorf("%q, of an earlier release: %+v", accept, i)
				}
			}
		}
		if len(is.Issues) < 2 {
			t.Fatalf("%q: %d issues", accept, len(is.Issues))
		}
	}
	if p := r.in("fr", http.StatusNotFound, "/v1/shops/acme/runs/none").problem(t); p.Title != "Cela n'existe pas" || !strings.HasPrefix(p.Remedy, "Énumérez") || p.Code != api.ProblemCodeNotFound {
		t.Errorf("%+v", p)
	}
	if p := r.in("de", http.StatusNotFound, "/v1/shops/acme/runs/none").problem(t); p.Title != "There is no such thing" {
		t.Errorf("%+v", p)
	}
}

// An issue that the release before has stored is read without parts.
func TestIssueOfAnEarlierRelease(t *testing.T) {
	r := newRig(t)
	type before struct {
		Shop, Kind, Record, Name, Reason, Text, WayOut string
		FirstSeen, LastSeen                            time.Time
		Attempts                                       int
	}
	op := record.Put(table.Key{PK: "SHOP#acme#ISSUE", SK: "order#77"}, 1, before{"acme", "order", "77", "#77", "total-differs", "They differ.", "Accept.", r.Now(), r.Now(), 2}, table.Always)
	if err := r.host.Table.Write(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	for _, i := range into[api.IssueList](t, r.in("fr", http.StatusOK, "/v1/shops/acme/issues")).Issues {
		if i.Record == "77" && (i.Text != "They differ." || i.WayOut != "Accept." || i.Attempts != 2) {
			t.Errorf("%+v", i)
		}
	}
}

// Every problem has a title and a remedy in every language, with the same names.
func TestProblemsInEveryLanguage(t *testing.T) {
	english := api.Kinds[language.English]
	for _, l := range language.All {
		of := api.Kinds[l]
		if len(of) != len(english) || len(of) < 24 {
			t.Errorf("%d problems in %s, %d in English", len(of), l, len(english))
		}
		for code, k := range of {
			e := english[code]
			if !code.Valid() || k.Title() == "" || !strings.HasSuffix(k.Remedy(), ".") || l != language.English && (k.Title() == e.Title() || k.Remedy() == e.Remedy()) {
				t.Errorf("%s in %s: %q, %q", code, l, k.Title(), k.Remedy())
			}
			for _, name := range []string{"BACKROOM_TOKEN", "GET /v1/shops", "Retry-After", "Idempotency-Key", "Content-Type: application/json", "openapi.yaml", "65536", "Allow "} {
				if strings.Contains(k.Remedy(), name) != strings.Contains(e.Remedy(), name) {
					t.Errorf("%s in %s: %q does not name %q as English does", code, l, k.Remedy(), name)
				}
			}
		}
	}
}

// French is an answer all of whose texts for people are: problems with their fields, jobs,
// runs, the connection check, and why an order waits. What a person or a side has said
// is quoted. The trail is stored in English and said when it is read.
func TestAnswersInFrench(t *testing.T) {
	r := newRig(t)
	r.stage()
	r.host.French = language.Phrases{"orders": "achats"}
	post := func(method, path, body string) reply {
		return r.do(call{method: method, path: path, body: body, bearer: "k9-of-the-host", header: map[string]string{"Accept-Language": "fr"}})
	}
	const at = "/v1/shops/acme"
	post("POST", at+"/jobs/sync-orders/actions", `{"action":"hold","reason":"the stock is counted"}`)
	p := post("POST", at+"/jobs/sync-orders/runs", "").problem(t)
	if p.Detail != "run : la tâche sync-orders de acme est « on hold » : the stock is counted : rendez-la d'abord prête (release), ou relancez-la (restart)" || p.Remedy != "Rendez-la d'abord prête (release), ou relancez-la (restart)." {
		t.Errorf("%q, %q", p.Detail, p.Remedy)
	}
	p = post("PUT", at+"/jobs/x", `{"task":"sync-orders","every":"often","maxAttempts":99}`).problem(t)
	if !strings.Contains(p.Detail, "doit être une durée telle que 30m") || len(p.Fields) < 2 || p.Fields[0].Want != "une durée telle que 30m ou 1h30m" {
		t.Errorf("%q, %+v", p.Detail, p.Fields)
	}
	for path, want := range map[string]string{
		at + "/runs/none":           "exécution none de acme : cette tâche ou cette exécution n'existe pas",
		at + "/orders/%234711":      "commande \"#4711\" : aucune commande de ce nom n'est importée",
		at + "/runs?outcome=fine":   "outcome \"fine\" : doit être parmi succeeded, succeeded with issues, failed, cancelled, lost, rejected, skipped, open",
		at + "/jobs?page=AAAA":      "page \"AAAA\" : doit être le « next » d'une réponse antérieure à la même demande",
		at + "/nowhere":             "GET \"/v1/shops/acme/nowhere\" n'existe pas",
		at + "/jobs?limit=0":        "limit \"0\" : doit être un nombre de 1 à 1000",
		at + "/links/customer/7":    "customer 7 : n'a pas de lien",
		"/v1/shops/nobody/cues":     "boutique nobody : ",
		at + "/orders?state=purple": "doit être",
	} {
		if d := post("GET", path, "").problem(t).Detail; !strings.Contains(d, want) {
			t.Errorf("%s: %q, want %q", path, d, want)
		}
	}
	r.want(202, "POST", at+"/jobs/process-orders/runs", "")
	r.want(200, "POST", at+"/jobs/process-orders/actions", `{"action":"cancel"}`)
	r.work()
	rs := into[api.RunList](t, post("GET", at+"/runs", ""))
	if len(rs.Runs) == 0 || rs.Runs[0].Merchant != "L'exécution a été annulée avant de commencer." {
		t.Errorf("%+v", rs.Runs)
	}
	c := into[api.Check](t, post("GET", at+"/check", ""))
	if c.Sides[1].Text != "It refuses." || c.Rights[0].For != "achats" { // what the rig's side says is nobody's phrase
		t.Errorf("%+v", c)
	}
	cs := into[api.TrailList](t, post("GET", at+"/trail", "")).Changes
	english := into[api.TrailList](t, r.want(200, "GET", at+"/trail", "")).Changes
	says := []string{}
	for i, c := range cs {
		if says = append(says, c.Effect); c.Effect == english[i].Effect && c.Effect != "on hold" {
			t.Errorf("%q in both languages", c.Effect)
		}
	}
	if !slices.Contains(says, "ready, exécution "+rs.Runs[0].ID) || !slices.ContainsFunc(says, func(s string) bool {
		return strings.Contains(s, ": the stock is counted") || strings.Contains(s, "the stock is counted : rendez-la")
	}) {
		t.Errorf("%q", says)
	}
}

package pictureapi

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/bctest"
	"backroom/shared/fault"
	"backroom/shared/images"
	"backroom/shared/testsize"
)

const (
	item1    = `{"id":"i1","number":"I1","displayName":"Hat","lastModifiedDateTime":"2026-07-01T10:00:00.12Z"%s}`
	variant1 = `{"id":"v1","itemNumber":"I1","code":"RED","description":"Red hat","lastModifiedDateTime":"2026-07-01T11:00:00Z"%s}`
)

var (
	at      = time.Date(2026, 7, 1, 10, 0, 0, 12e7, time.UTC)
	refused = bctest.Result{Status: http.StatusBadRequest, Body: `{"error":{"code":"BadRequest","message":"Could not find a property named 'picture'."}}`}
)

func rows(rs ...string) bctest.Result {
	return bctest.Result{Status: http.StatusOK, Body: `{"value":[` + strings.Join(rs, ",") + `]}`}
}

func TestChangedItems(t *testing.T) {
	for width, want := range map[string]bool{`,"picture":{"width":40}`: true, `,"picture":{"width":0}`: false, ``: true, `,"picture":null`: true} {
		f := bctest.New(t, func(bctest.Op) bctest.Result { return rows(fmt.Sprintf(item1, width)) })
		got, err := New(f.Client()).ChangedItems(t.Context(), time.Date(2026, 7, 1, 12, 0, 0, 0, time.FixedZone("", 7200)), 40)
		if diff := cmp.Diff([]images.Item{{ID: "i1", Number: "I1", Name: "Hat", ModifiedAt: at, Has: want}}, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", width, err, diff)
		}
		q := f.Ops[0].Query
		if q.Get("$filter") != "lastModifiedDateTime ge 2026-07-01T10:00:00.000Z" || q.Get("$orderby") != "lastModifiedDateTime" || q.Get("$top") != "40" || q.Get("$expand") != withPicture || q.Get("$select") != "id,number,displayName,lastModifiedDateTime" {
			t.Errorf("%v", q)
		}
	}
}

// A company that does not tell pictures beside items is asked once for that.
func TestACompanyThatDoesNotExpand(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if o.Query.Has("$expand") {
			return refused
		}
		return rows(fmt.Sprintf(item1, ""))
	})
	p := New(f.Client())
	for n := range 2 {
		got, err := p.ChangedItems(t.Context(), at, 1)
		if err != nil || len(got) != 1 || !got[0].Has {
			t.Errorf("%v, %v", got, err)
		}
		if _, told, err := p.ChangedVariants(t.Context(), at, 1); told || err != nil {
			t.Errorf("variants: told %t, %v", told, err)
		}
		if want := 3 + n; f.Count() != want {
			t.Errorf("%d requests, want %d", f.Count(), want)
		}
	}
	// A failure of another kind is no proof.
	down := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Result{Status: http.StatusServiceUnavailable} })
	p = New(down.Client())
	if _, err := p.ChangedItems(t.Context(), at, 1); fault.KindOf(err) != fault.Transient {
		t.Errorf("%v", err)
	}
	if _, told, err := p.ChangedVariants(t.Context(), at, 1); !told || fault.KindOf(err) != fault.Transient || p.noVariants.Load() || p.noExpand.Load() {
		t.Errorf("told %t, %v", told, err)
	}
}

func TestItemsOf(t *testing.T) {
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if o.Path == "items" {
			return rows(fmt.Sprintf(item1, ""))
		}
		return rows(fmt.Sprintf(variant1, ""), strings.Replace(fmt.Sprintf(variant1, ""), "RED", "BLUE", 1))
	})
	got, err := New(f.Client()).ItemsOf(t.Context(), []images.Pair{{Item: "I1"}, {Item: "I1", Code: "RED"}, {Item: "O'1"}})
	want := []images.Item{{ID: "i1", Number: "I1", Name: "Hat", ModifiedAt: at, Has: true}, {ID: "v1", Number: "I1", Code: "RED", Name: "Red hat", ModifiedAt: at.Truncate(time.Second).Add(time.Hour), Has: true}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if q := f.Ops[0].Query.Get("$filter"); q != "number eq 'I1' or number eq 'O''1'" {
		t.Error(q)
	}
}

func things(n int) []images.Item {
	is := make([]images.Item, n)
	for i := range is {
		is[i].ID = fmt.Sprint(i)
	}
	return is
}

// Pictures come by a batch, in whatever form of base64; one without is none; what a batch
// does not give is asked for by itself; and each failure is its picture's.
func TestPictures(t *testing.T) {
	bytes := []byte{0xff, 0xfe, 0xfb, 0x00, 0x01}
	streams := map[string]string{
		"0": `"` + base64.StdEncoding.EncodeToString(bytes) + `"`, "1": `"` + base64.RawURLEncoding.EncodeToString(bytes) + `"`, "2": "", "3": `{"value":"no stream"}`,
	}
	batched := false
	f := bctest.New(t, nil)
	f.Answer = func(o bctest.Op) bctest.Result {
		id := o.Path[len("items("):strings.Index(o.Path, ")")]
		batched = len(f.Batches) > 0
		switch id {
		case "4":
			return bctest.Result{Status: http.StatusNotFound, Body: `{"error":{"code":"Internal_RecordNotFound","message":"gone"}}`}
		case "5":
			return bctest.Result{Status: http.StatusInternalServerError, Body: `{"error":{"code":"Internal_ServerError","message":"oops"}}`}
		case "2":
			return bctest.Result{Status: http.StatusNoContent}
		}
		return bctest.Result{Status: http.StatusOK, Body: streams[id]}
	}
	got, err := New(f.Client()).Pictures(t.Context(), things(6))
	if err != nil || !batched {
		t.Fatal(err)
	}
	for n, want := range []string{string(bytes), string(bytes), "", `{"value":"no stream"}`} {
		if string(got[n].Content) != want || got[n].Err != nil {
			t.Errorf("%d: %q, %v", n, got[n].Content, got[n].Err)
		}
	}
	if !errors.Is(got[4].Err, businesscentral.ErrNotFound) || fault.KindOf(got[5].Err) != fault.Transient || got[2].Content != nil {
		t.Errorf("%v, %v", got[4].Err, got[5].Err)
	}
	if len(f.Batches) != 1 || f.Count() != 1+2 { // the one without a stream, and the one that failed
		t.Errorf("%v batches, %d requests", f.Batches, f.Count())
	}
}

// A company whose batches hold no streams is not asked for one again.
func TestNoStreamsInBatches(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Result{Status: http.StatusOK, Body: `{"raw":1}`} })
	p := New(f.Client())
	for range 2 {
		got, err := p.Pictures(t.Context(), things(3))
		if err != nil || string(got[2].Content) != `{"raw":1}` {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if len(f.Batches) != 1 || f.Count() != 7 {
		t.Errorf("%v batches, %d requests", f.Batches, f.Count())
	}
}

// What is too large together is read in halves, and one that is too large alone is its own
// affair.
func TestLargePictures(t *testing.T) {
	if testsize.Race {
		t.Skip("many bytes, and one goroutine")
	}
	big := `"` + strings.Repeat("A", 12<<20) + `"`
	f := bctest.New(t, func(o bctest.Op) bctest.Result {
		if strings.Contains(o.Path, "(3)") {
			return bctest.Result{Status: http.StatusOK, Body: `"` + strings.Repeat("A", 40<<20) + `"`}
		}
		return bctest.Result{Status: http.StatusOK, Body: big}
	})
	got, err := New(f.Client()).Pictures(t.Context(), things(4))
	if err != nil {
		t.Fatal(err)
	}
	for n, g := range got {
		if n < 3 && (g.Err != nil || len(g.Content) != 9<<20) || n == 3 && !businesscentral.TooLarge(g.Err) {
			t.Errorf("%d: %d bytes, %v", n, len(g.Content), g.Err)
		}
	}
}

func TestSetPicture(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Result{Status: http.StatusNoContent} })
	p := New(f.Client())
	if err := p.SetPicture(t.Context(), images.Item{ID: "v1", Code: "RED"}, []byte("\x89PNG")); err != nil {
		t.Fatal(err)
	}
	if err := p.DeletePicture(t.Context(), images.Item{ID: "i1"}); err != nil {
		t.Fatal(err)
	}
	set, del := f.Ops[0], f.Ops[1]
	if set.Method != "PATCH" || set.Path != "itemVariants(v1)/picture/pictureContent" || set.Body != "\x89PNG" || set.Header.Get("If-Match") != "*" || set.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%+v", set)
	}
	if del.Method != "DELETE" || del.Path != "items(i1)/picture" || del.Header.Get("If-Match") != "*" {
		t.Errorf("%+v", del)
	}
	f.Answer = func(bctest.Op) bctest.Result { return bctest.Result{Status: http.StatusGatewayTimeout} }
	if err := p.SetPicture(t.Context(), images.Item{ID: "i1"}, []byte("x")); fault.KindOf(err) != fault.Unknown {
		t.Errorf("%v", err)
	}
}

// Stamps are those that the companion API tells; a company without it, or without the
// permission for it, is asked once.
func TestStamps(t *testing.T) {
	is := []images.Item{{ID: "g1", Number: "I1"}, {ID: "g2", Number: "i2"}, {ID: "g3", Number: "I3"}, {ID: "g4", Number: "I4", Code: "RED"}}
	f := bctest.New(t, func(bctest.Op) bctest.Result {
		return rows(`{"itemNumber":"I1","pictureId":"a1b2c3d4-0000-0000-0000-000000000000"}`, `{"itemNumber":"I2","pictureId":"0a1b2c3d-0000-0000-0000-00000000000e"}`, `{"itemNumber":"I3","pictureId":"00000000-0000-0000-0000-000000000000"}`)
	})
	got, err := New(f.Client()).Stamps(t.Context(), is)
	want := map[string]string{"g1": "a1b2c3d4-0000-0000-0000-000000000000", "g2": "0a1b2c3d-0000-0000-0000-00000000000e"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if q := f.Ops[0].Query; q.Get("$select") != "itemNumber,pictureId" || strings.Contains(q.Get("$filter"), "I4") {
		t.Errorf("%v", q)
	}
	for status, lost := range map[int]bool{http.StatusNotFound: false, http.StatusForbidden: false, http.StatusServiceUnavailable: true} {
		f := bctest.New(t, func(bctest.Op) bctest.Result {
			return bctest.Result{Status: status, Body: `{"error":{"code":"X","message":"no"}}`}
		})
		p := New(f.Client())
		for range 2 {
			if got, err := p.Stamps(t.Context(), is); (err != nil) != lost || len(got) > 0 {
				t.Errorf("%d: %v, %v", status, got, err)
			}
		}
		if n := len(f.Ops); !lost && n != 1 {
			t.Errorf("%d: asked %d times", status, n)
		}
	}
}

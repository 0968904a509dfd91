package imageapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/images"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

type obj = shoptest.Obj

var t0 = shoptest.At("2026-07-01T10:00:00Z")

// client is a client whose pauses are counted and take no time.
func client(f *shoptest.Fake, waits *[]time.Duration) *Client {
	f.Helper()
	c, err := shopify.New(shopify.Config{
		Domain: "my-shop.myshopify.com", Tokens: shopify.StaticToken{Secret: shopify.Secret("shpat_test")}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.Output(), nil)), Wait: func(_ context.Context, d time.Duration) error {
			if waits != nil {
				*waits = append(*waits, d)
			}
			return nil
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	return New(c)
}

func image(id, status string) obj {
	o := obj{"__typename": "MediaImage", "id": wire.GID("MediaImage", id), "fileStatus": status, "fileErrors": []any{}, "image": nil, "originalSource": nil}
	if status == "READY" {
		o["image"] = obj{"url": "https://cdn.shopify.com/s/files/" + id + ".png?v=1"}
		o["originalSource"] = obj{"url": "https://storage.example/" + id, "fileSize": 12}
	}
	return o
}

func usable(id string) images.File {
	return images.File{ID: id, State: images.Usable, Address: "https://cdn.shopify.com/s/files/" + id + ".png?v=1", Source: "https://storage.example/" + id, Bytes: 12}
}

func TestProducts(t *testing.T) {
	f := shoptest.New(t)
	c := client(f, nil)
	w := cursor.Window{From: t0, To: t0.Add(90*time.Minute + time.Millisecond)}
	want := "updated_at:>='2026-07-01T10:00:00Z' updated_at:<'2026-07-01T11:30:01Z'"
	f.On["ProductsCount"] = func(r shoptest.Request) shoptest.Answer {
		if v := r.Vars(t); v["query"] != want || v["limit"] != 5.0 {
			t.Errorf("%s", r.Variables)
		}
		return shoptest.OK(10, 10, obj{"productsCount": obj{"count": 7}})
	}
	if n, err := c.Count(t.Context(), w, 5); n != 5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	f.On["PictureProducts"] = func(r shoptest.Request) shoptest.Answer {
		v := r.Vars(t)
		if v["query"] != want {
			t.Errorf("%s", r.Variables)
		}
		end := obj{"hasNextPage": v["after"] == nil, "endCursor": "c"}
		return shoptest.OK(13, 13, obj{"products": obj{"pageInfo": end, "nodes": []any{obj{"id": wire.GID("Product", "1"), "updatedAt": t0}}}})
	}
	p, err := c.Changed(t.Context(), w, "")
	if diff := cmp.Diff(cursor.Page{Changes: []cursor.Change{{ID: "1", UpdatedAt: t0}}, Next: "c"}, p); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if p, err = c.Changed(t.Context(), w, "c"); p.Next != "" || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
	f.On["PictureProducts"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(13, 13, obj{"products": obj{"pageInfo": obj{"hasNextPage": true, "endCursor": "c"}, "nodes": []any{}}})
	}
	if _, err = c.Changed(t.Context(), w, "c"); fault.KindOf(err) != fault.Transient {
		t.Errorf("a list without an end: %v", err)
	}
}

func TestShown(t *testing.T) {
	f := shoptest.New(t)
	f.On["PicturesOf"] = func(r shoptest.Request) shoptest.Answer {
		if want := `["gid://shopify/Product/1","gid://shopify/ProductVariant/11","gid://shopify/Product/2","gid://shopify/ProductVariant/12","gid://shopify/Product/3"]`; !strings.Contains(string(r.Variables), want) {
			t.Errorf("%s", r.Variables)
		}
		return shoptest.OK(7, 7, obj{"nodes": []any{
			obj{"__typename": "Product", "id": "", "featuredMedia": image("91", "READY")},
			obj{"__typename": "ProductVariant", "id": "", "media": obj{"nodes": []any{image("92", "PROCESSING")}}},
			obj{"__typename": "Product", "id": "", "featuredMedia": obj{"__typename": "Video"}},
			obj{"__typename": "ProductVariant", "id": "", "media": obj{"nodes": []any{}}},
			nil,
		}})
	}
	got, err := client(f, nil).Shown(t.Context(), []images.Pair{{Product: "1"}, {Product: "1", Variant: "11"}, {Product: "2"}, {Product: "2", Variant: "12"}, {Product: "3"}})
	if diff := cmp.Diff([]images.File{usable("91"), {ID: "92", State: images.Working}, {}, {}, {}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// Files are waited for, a while.
func TestReadWaits(t *testing.T) {
	f := shoptest.New(t)
	var waits []time.Duration
	ready := 3
	f.On["PictureFiles"] = func(shoptest.Request) shoptest.Answer {
		status := "PROCESSING"
		if ready--; ready <= 0 {
			status = "READY"
		}
		failed := image("93", "FAILED")
		failed["fileErrors"] = []any{obj{"code": "INVALID_IMAGE_RESOLUTION", "message": "too many pixels", "details": nil}}
		return shoptest.OK(4, 4, obj{"nodes": []any{image("91", status), nil, failed, obj{"__typename": "Product"}}})
	}
	c := client(f, &waits)
	got, err := c.Read(t.Context(), []string{"91", "92", "93", "94"})
	want := []images.File{usable("91"), {}, {ID: "93", State: images.Useless, Problem: "INVALID_IMAGE_RESOLUTION: too many pixels"}, {}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" || len(waits) != 2 {
		t.Errorf("%v, %v\n%s", waits, err, diff)
	}
	ready, waits = 1000, nil
	if got, err = c.Read(t.Context(), []string{"91", "92", "93", "94"}); err != nil || got[0].State != images.Working || len(waits) != len(pauses) {
		t.Errorf("%v, %v, %v", got, waits, err)
	}
}

// A picture that takes the place of another is READY before it can be seen.
func TestReplacedPictures(t *testing.T) {
	f := shoptest.New(t)
	f.On["PictureFiles"] = func(shoptest.Request) shoptest.Answer {
		o := image("91", "READY")
		o["image"] = nil
		return shoptest.OK(4, 4, obj{"nodes": []any{o}})
	}
	if got, err := client(f, nil).Read(t.Context(), []string{"91"}); err != nil || got[0].State != images.Working {
		t.Errorf("%v, %v", got, err)
	}
}

func TestNamed(t *testing.T) {
	f := shoptest.New(t)
	f.On["PicturesNamed"] = func(r shoptest.Request) shoptest.Answer {
		nodes := []any{obj{"__typename": "GenericFile"}, image("90", "READY"), image("91", "READY")}
		switch r.Vars(t)["query"] {
		case "media_type:IMAGE filename:'new.png'":
			nodes = []any{image("95", "PROCESSING")}
		case "media_type:IMAGE filename:'91.png'":
		default:
			nodes = []any{}
		}
		return shoptest.OK(14, 14, obj{"files": obj{"nodes": nodes}})
	}
	got, err := client(f, nil).Named(t.Context(), []string{"91.png", "new.png", "none.png"})
	if diff := cmp.Diff([]images.File{usable("91"), {ID: "95", State: images.Working}, {}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestUpload(t *testing.T) {
	f := shoptest.New(t)
	f.On["StagePictures"] = func(r shoptest.Request) shoptest.Answer {
		want := `{"input":[{"fileSize":"3","filename":"a.png","httpMethod":"PUT","mimeType":"image/png","resource":"IMAGE"},{"fileSize":"4","filename":"b.jpg","httpMethod":"PUT","mimeType":"image/jpeg","resource":"IMAGE"}]}`
		if string(r.Variables) != want {
			t.Errorf("%s", r.Variables)
		}
		target := func(n int) obj {
			return obj{"url": fmt.Sprintf("https://upload.example/%d?signature=s", n), "resourceUrl": fmt.Sprintf("https://upload.example/%d", n), "parameters": []any{obj{"name": "acl", "value": "private"}}}
		}
		return shoptest.OK(11, 11, obj{"stagedUploadsCreate": obj{"stagedTargets": []any{target(1), target(2)}, "userErrors": []any{}}})
	}
	sent := map[string]string{}
	f.Elsewhere = func(r *http.Request, body []byte) shoptest.Answer {
		if sent[r.URL.String()] = string(body); r.Method != http.MethodPut || r.Header.Get("acl") != "private" || r.Header.Get("Content-Type") == "" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		if r.URL.Path == "/2" {
			return shoptest.Answer{Status: http.StatusForbidden}
		}
		return shoptest.Answer{Status: http.StatusCreated}
	}
	us := []images.Upload{{File: "a.png", Mime: "image/png", Content: []byte("abc")}, {File: "b.jpg", Mime: "image/jpeg", Content: []byte("defg")}}
	got, err := client(f, nil).Upload(t.Context(), us)
	if err != nil || got[0].Entity != "https://upload.example/1" || got[0].Err != nil || fault.KindOf(got[1].Err) != fault.Rejected || sent["https://upload.example/1?signature=s"] != "abc" {
		t.Errorf("%+v, %v, %v", got, err, sent)
	}
	f.On["StagePictures"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(11, 11, obj{"stagedUploadsCreate": obj{"stagedTargets": nil, "userErrors": []any{obj{"field": []any{"input", "0", "mimeType"}, "message": "no"}}}})
	}
	if _, err := client(f, nil).Upload(t.Context(), us); fault.KindOf(err) != fault.Rejected {
		t.Errorf("%v", err)
	}
}

// Addresses come from Shopify, and are still no reason to send anything in the clear; what
// fails for the moment is tried again, and no error repeats an address, which is a secret.
func TestTransfers(t *testing.T) {
	f := shoptest.New(t)
	c := client(f, nil)
	for _, address := range []string{"http://cdn.example/a", "ftp://cdn.example/a", "https://user@cdn.example/a", "/a", "", "https://"} {
		if _, err := c.core.Download(t.Context(), address, 10); fault.KindOf(err) != fault.Bug {
			t.Errorf("%q: %v", address, err)
		}
	}
	tries, status := 0, 0
	f.Elsewhere = func(*http.Request, []byte) shoptest.Answer {
		if tries++; tries < 3 {
			return shoptest.Answer{Status: status, Err: map[bool]error{true: errors.New("reset")}[status == 0]}
		}
		return shoptest.Answer{Body: "0123456789"}
	}
	for _, status = range []int{0, 408, 500, 503} {
		tries = 0
		if b, err := c.Download(t.Context(), "https://cdn.example/a?secret", 10); string(b) != "0123456789" || err != nil || tries != 3 {
			t.Errorf("%d: %q, %v, %d tries", status, b, err, tries)
		}
	}
	tries = 5
	if _, err := c.Download(t.Context(), "https://cdn.example/a?secret", 9); fault.KindOf(err) != fault.Rejected || strings.Contains(err.Error(), "secret") {
		t.Errorf("a byte more: %v", err)
	}
	f.Elsewhere = func(*http.Request, []byte) shoptest.Answer {
		return shoptest.Answer{Status: 429, Header: map[string]string{"Retry-After": "7"}}
	}
	if _, err := c.Download(t.Context(), "https://cdn.example/a", 9); fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err) != 7*time.Second {
		t.Errorf("too many: %v", err)
	}
	f.Elsewhere = func(*http.Request, []byte) shoptest.Answer { return shoptest.Answer{Status: 302} }
	if _, err := c.Download(t.Context(), "https://cdn.example/a?secret", 9); fault.KindOf(err) != fault.Rejected || strings.Contains(err.Error(), "secret") {
		t.Errorf("moved: %v", err)
	}
	if _, err := c.Download(t.Context(), "", 9); fault.KindOf(err) != fault.Transient {
		t.Errorf("nowhere: %v", err)
	}
}

func fileErr(code, message string, field ...any) obj {
	return obj{"code": code, "message": message, "field": field}
}

func made(ids ...string) []any {
	out := []any{}
	for _, id := range ids {
		out = append(out, obj{"__typename": "MediaImage", "id": wire.GID("MediaImage", id)})
	}
	return out
}

func TestCreate(t *testing.T) {
	us := []images.Upload{{File: "a.png", Alt: "A hat"}, {File: "b.png"}, {File: "c.png"}}
	staged := []string{"s1", "s2", "s3"}
	for name, tt := range map[string]struct {
		files  any
		errs   []any
		want   string // ids, or kinds of errors
		code   string // of the second
		answer any
	}{
		"all":                 {files: made("1", "2", "3"), want: "1 2 3"},
		"one refused":         {files: made("1", "3"), errs: []any{fileErr("UNACCEPTABLE_ASSET", "no", "files", "1", "originalSource")}, want: "1 rejected 3", code: "UNACCEPTABLE_ASSET"},
		"one taken":           {files: made("1", "3"), errs: []any{fileErr("FILENAME_ALREADY_EXISTS", "no", "files", "1", "filename")}, want: "1 rejected 3", code: images.NameTaken},
		"a refusal and a gap": {files: made("1"), errs: []any{fileErr("INVALID", "no", "files", "1", "alt")}, want: "1 rejected unknown", code: "INVALID"},
		"all refused":         {files: made(), errs: []any{fileErr("INVALID", "no", "files")}, want: "rejected rejected rejected", code: "INVALID"},
		"more than was asked": {files: made("1", "2", "3", "4"), want: "unknown unknown unknown", code: "INCOMPLETE"},
		"refused and made":    {files: made("1", "2", "3"), errs: []any{fileErr("INVALID", "no", "files", "1", "alt")}, want: "unknown unknown unknown", code: "INCOMPLETE"},
	} {
		f := shoptest.New(t)
		f.On["CreatePictures"] = func(r shoptest.Request) shoptest.Answer {
			if want := `{"files":[{"alt":"A hat","contentType":"IMAGE","duplicateResolutionMode":"RAISE_ERROR","filename":"a.png","originalSource":"s1"},{"alt":null,`; !strings.HasPrefix(string(r.Variables), want) {
				t.Errorf("%s", r.Variables)
			}
			return shoptest.OK(20, 20, obj{"fileCreate": obj{"files": tt.files, "userErrors": append([]any{}, tt.errs...)}})
		}
		got, err := client(f, nil).Create(t.Context(), us, staged)
		if err != nil {
			t.Fatal(err)
		}
		var is []string
		for _, g := range got {
			is = append(is, g.Entity.ID+string(fault.KindOf(g.Err)))
		}
		if strings.Join(is, " ") != tt.want || tt.code != "" && fault.Of(got[1].Err).Code != tt.code {
			t.Errorf("%s: %v, %v", name, is, got[1].Err)
		}
	}
}

func TestChange(t *testing.T) {
	f := shoptest.New(t)
	sent := 0
	f.On["ChangePictures"] = func(r shoptest.Request) shoptest.Answer {
		sent++
		errs := []any{}
		many := strings.Count(string(r.Variables), `"id"`) > 1
		switch {
		case many && strings.Contains(string(r.Variables), "/13"): // one that does not exist refuses all
			errs = append(errs, fileErr("FILE_DOES_NOT_EXIST", "File id 13 does not exist.", "files"))
		case strings.Contains(string(r.Variables), "/13"):
			errs = append(errs, fileErr("FILE_DOES_NOT_EXIST", "File id 13 does not exist.", "files"))
		case many:
			errs = append(errs, fileErr("NON_READY_STATE", "Non-ready files cannot be updated.", "files", "1", "id"))
		}
		return shoptest.OK(10, 10, obj{"fileUpdate": obj{"userErrors": errs}})
	}
	c := client(f, nil)
	errs, err := c.Change(t.Context(), []images.Change{{ID: "11", Staged: "s"}, {ID: "12", Product: "7"}})
	if err != nil || errs[0] != nil || fault.KindOf(errs[1]) != fault.Transient || sent != 1 {
		t.Errorf("%v, %v, %d sent", errs, err, sent)
	}
	errs, err = c.Change(t.Context(), []images.Change{{ID: "11"}, {ID: "13"}, {ID: "12"}})
	if err != nil || errs[0] != nil || fault.Of(errs[1]).Code != images.Gone || errs[2] != nil {
		t.Errorf("%v, %v", errs, err)
	}
	f.On["ChangePictures"] = func(shoptest.Request) shoptest.Answer { return shoptest.OK(10, 10, obj{"fileUpdate": nil}) }
	if _, err = c.Change(t.Context(), []images.Change{{ID: "11"}}); fault.KindOf(err) != fault.Unknown {
		t.Errorf("%v", err)
	}
}

func TestShow(t *testing.T) {
	f := shoptest.New(t)
	f.On["PicturesOf"] = func(shoptest.Request) shoptest.Answer {
		v := func(ms ...any) obj {
			return obj{"__typename": "ProductVariant", "id": "", "media": obj{"nodes": append([]any{}, ms...)}}
		}
		return shoptest.OK(7, 7, obj{"nodes": []any{v(image("91", "READY")), v(), v(), v(image("99", "READY"))}})
	}
	var asked []string
	f.On["ShowPictures"] = func(r shoptest.Request) shoptest.Answer {
		asked = append(asked, string(r.Variables))
		errs := []any{}
		if strings.Contains(string(r.Variables), "/13") {
			errs = append(errs, fileErr("INVALID_MEDIA_TYPE", "no", "variantMedia", "0", "mediaIds"))
		}
		return shoptest.OK(10, 10, obj{"productVariantAppendMedia": obj{"userErrors": errs}})
	}
	errs, err := client(f, nil).Show(t.Context(), "7", map[string]string{"11": "91", "12": "92", "13": "93", "14": "94"})
	if err != nil || errs["11"] != nil || errs["12"] != nil || fault.Of(errs["13"]).Code != "INVALID_MEDIA_TYPE" || fault.Of(errs["14"]).Code != images.Own || len(errs) != 2 {
		t.Errorf("%v, %v", errs, err)
	}
	if want := `{"product":"gid://shopify/Product/7","variants":[{"mediaIds":["gid://shopify/MediaImage/92"],"variantId":"gid://shopify/ProductVariant/12"}]}`; len(asked) != 3 || asked[1] != want {
		t.Errorf("%q", asked)
	}
}

func TestDelete(t *testing.T) {
	f := shoptest.New(t)
	errs := []any{}
	f.On["DeletePictures"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(10, 10, obj{"fileDelete": obj{"deletedFileIds": []any{}, "userErrors": errs}})
	}
	c := client(f, nil)
	if err := c.Delete(t.Context(), []string{"1"}); err != nil {
		t.Error(err)
	}
	errs = append(errs, fileErr("FILE_DOES_NOT_EXIST", "File id does not exist.", "fileIds"))
	if err := c.Delete(t.Context(), []string{"1"}); fault.Of(err).Code != images.Gone || fault.KindOf(err) != fault.Rejected {
		t.Errorf("%v", err)
	}
}

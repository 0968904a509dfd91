package businesscentral

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// png is a picture of 2 by 1 pixels.
var png = func() []byte {
	b, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADUlEQVR4nGNgYPj/HwADAgH/Zk6bAAAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return b
}()

func (w *world) itemID(t *testing.T, number string) string {
	t.Helper()
	for _, i := range w.Company("").Items() {
		if i.Number == number {
			return i.ID
		}
	}
	t.Fatalf("no item %s", number)
	return ""
}

func TestPictures(t *testing.T) {
	w := newWorld(t)
	c, id := w.Company(""), w.itemID(t, "1900-S")
	item := "items(" + id + ")"
	stamp := func() string { return text(t, w.must(t, request{method: "GET", path: item}), "lastModifiedDateTime") }
	rev := func() string { return text(t, w.must(t, request{method: "GET", path: item}), "@odata.etag") }

	facts := w.must(t, request{method: "GET", path: item + "/picture"})
	if facts["width"] != 0.0 || facts["id"] != id || facts["contentType"] != "" {
		t.Errorf("without a picture: %v", facts)
	}
	if status, _, body := w.raw(t, request{method: "GET", path: item + "/picture/pictureContent"}); status != http.StatusNoContent || body != nil {
		t.Errorf("its content: %d %v", status, body)
	}
	before := rev()
	put := request{method: "PATCH", path: item + "/picture/pictureContent", body: string(png), header: "Content-Type: application/octet-stream|If-Match: *"}
	if status, _, _ := w.raw(t, put); status != http.StatusNoContent {
		t.Fatalf("PATCH: %d", status)
	}
	if rev() == before || stamp() == "" {
		t.Error("the item's version stays")
	}
	facts = w.must(t, request{method: "GET", path: item + "/picture"})
	if facts["width"] != 2.0 || facts["height"] != 1.0 || facts["contentType"] != "image/png" || facts["parentType"] != "Item" {
		t.Errorf("%v", facts)
	}
	if got := w.must(t, request{method: "GET", path: item + "/picture/pictureContent"}); got["text"] != string(png) {
		t.Errorf("%q", got)
	}
	list := w.must(t, request{method: "GET", path: "items?$filter=number eq '1900-S'&$select=number&$expand=picture($select=width)"})
	if got := fmt.Sprint(list["value"]); !strings.Contains(got, "picture:map[") || !strings.Contains(got, "width:2") {
		t.Error(got)
	}
	// The API shows the first of several, and a write takes the place of all.
	if err := c.SetPictures("1900-S", "", []byte("first"), []byte("second")); err != nil {
		t.Fatal(err)
	}
	if got := w.must(t, request{method: "GET", path: item + "/picture/pictureContent"}); got["text"] != "first" {
		t.Errorf("%q", got)
	}
	w.raw(t, put)
	if ps := c.Pictures("1900-S", ""); len(ps) != 1 || !bytes.Equal(ps[0], png) {
		t.Errorf("%d pictures", len(ps))
	}
	if status, _, _ := w.raw(t, request{method: "DELETE", path: item + "/picture", header: "If-Match: *"}); status != http.StatusNoContent || len(c.Pictures("1900-S", "")) > 0 {
		t.Errorf("DELETE: %d", status)
	}
}

// A batch holds a stream as text.
func TestPicturesInBatches(t *testing.T) {
	w := newWorld(t)
	if err := w.Company("").SetPictures("1900-S", "", png); err != nil {
		t.Fatal(err)
	}
	company := "companies(" + w.Company("").ID() + ")/"
	batch := func() string {
		body := fmt.Sprintf(`{"requests":[{"id":"1","method":"GET","url":"%sitems(%s)/picture/pictureContent"}]}`, company, w.itemID(t, "1900-S"))
		return fmt.Sprint(w.must(t, request{method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: body}))
	}
	if got := batch(); !strings.Contains(got, base64.StdEncoding.EncodeToString(png)) {
		t.Error(got)
	}
	w.SetPictureSwitches(PictureSwitches{NoStreams: true})
	if got := batch(); !strings.Contains(got, "status:400") || strings.Contains(got, base64.StdEncoding.EncodeToString(png)) {
		t.Error(got)
	}
}

// TestRefusedPictures holds each refusal: status, code, and the rule that it follows.
func TestRefusedPictures(t *testing.T) {
	w := newWorld(t)
	item := "items(" + w.itemID(t, "1900-S") + ")"
	content := item + "/picture/pictureContent"
	octet := "Content-Type: application/octet-stream|If-Match: *"
	variant := "itemVariants(" + text(t, w.must(t, request{method: "POST", path: "itemVariants", body: `{"itemNumber":"1900-S","code":"PIC"}`}), "id") + ")"
	customer := "customers(" + w.Company("").Customers()[0].ID + ")"
	for _, tt := range []struct {
		name   string
		sw     PictureSwitches
		send   request
		status int
		code   string
	}{
		{"without its parent", PictureSwitches{}, request{method: "GET", path: "picture"}, 400, "Application_DialogException"},
		{"of an item that does not exist", PictureSwitches{}, request{method: "GET", path: "items(" + zeroGUID + ")/picture"}, 404, "BadRequest_ResourceNotFound"},
		{"of a set without pictures", PictureSwitches{}, request{method: "GET", path: "locations(" + zeroGUID + ")/picture"}, 404, "BadRequest_ResourceNotFound"},
		{"of a customer, which is not simulated", PictureSwitches{}, request{method: "GET", path: customer + "/picture"}, 404, "BadRequest_NotFound"},
		{"POST", PictureSwitches{}, request{method: "POST", path: content, body: "x", header: octet}, 405, "BadRequest_MethodNotAllowed"},
		{"PATCH of what is not the content", PictureSwitches{}, request{method: "PATCH", path: item + "/picture", body: "{}", header: "If-Match: *"}, 405, "BadRequest_MethodNotAllowed"},
		{"PATCH as JSON", PictureSwitches{}, request{method: "PATCH", path: content, body: "{}", header: "If-Match: *"}, 415, "BadRequest"},
		{"PATCH without If-Match", PictureSwitches{}, request{method: "PATCH", path: content, body: "x", header: "Content-Type: application/octet-stream"}, 400, "BadRequest_InvalidToken"},
		{"PATCH with a stale ETag", PictureSwitches{}, request{method: "PATCH", path: content, body: "x", header: `Content-Type: application/octet-stream|If-Match: W/"JzE="`}, 409, "Request_EntityChanged"},
		{"DELETE of the content", PictureSwitches{}, request{method: "DELETE", path: content, header: "If-Match: *"}, 405, "BadRequest_MethodNotAllowed"},
		{"a variant before version 28", PictureSwitches{NoVariants: true}, request{method: "GET", path: variant + "/picture"}, 404, "BadRequest_NotFound"},
		{"variants, told beside them, before version 28", PictureSwitches{NoVariants: true}, request{method: "GET", path: "itemVariants?$expand=picture"}, 400, "BadRequest"},
		{"items, told beside them", PictureSwitches{NoExpand: true}, request{method: "GET", path: "items?$expand=picture"}, 400, "BadRequest"},
	} {
		w.SetPictureSwitches(tt.sw)
		if status, code, body := w.raw(t, tt.send); status != tt.status || code != tt.code {
			t.Errorf("%s: %d %s %v", tt.name, status, code, body)
		}
	}
}

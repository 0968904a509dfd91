package shopify_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/shared/images"
)

// png is a picture of 2 by 1 pixels.
var png = func() []byte {
	b, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADUlEQVR4nGNgYPj/HwADAgH/Zk6bAAAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return b
}()

const (
	createFiles = `mutation C($files: [FileCreateInput!]!) { fileCreate(files: $files) { files { id fileStatus } userErrors { field message code } } }`
	updateFiles = `mutation U($files: [FileUpdateInput!]!) { fileUpdate(files: $files) { files { id } userErrors { field message code } } }`
	stageFiles  = `mutation S($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) { stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } } }`
	appendMedia = `mutation A($p: ID!, $v: [ProductVariantAppendMediaInput!]!) { productVariantAppendMedia(productId: $p, variantMedia: $v) { userErrors { field message code } } }`
	deleteFiles = `mutation D($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds userErrors { field message code } } }`
)

// staged uploads a picture, and gives its address.
func (w *world) staged(t *testing.T, name string, content []byte) string {
	t.Helper()
	r := w.send(t, call{query: stageFiles, vars: object{"input": []any{object{"resource": "IMAGE", "filename": name, "mimeType": "image/png", "fileSize": fmt.Sprint(len(content))}}}})
	target := at(t, r.json, "data", "stagedUploadsCreate", "stagedTargets", 0)
	url, _ := at(t, target, "url").(string)
	if status := w.put(t, url, "image/png", content); status != http.StatusOK {
		t.Fatalf("PUT %s: %d", url, status)
	}
	address, _ := at(t, target, "resourceUrl").(string)
	return address
}

func (w *world) put(t *testing.T, url, mime string, content []byte) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", mime)
	resp, err := w.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func (w *world) read(t *testing.T, url string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}

// made makes a file of a picture, which Shopify then works on.
func (w *world) made(t *testing.T, name string, content []byte) string {
	t.Helper()
	r := w.send(t, call{query: createFiles, vars: object{"files": []any{object{"originalSource": w.staged(t, name, content), "filename": name, "contentType": "IMAGE", "duplicateResolutionMode": "RAISE_ERROR"}}}})
	id, ok := at(t, r.json, "data", "fileCreate", "files", 0, "id").(string)
	if !ok {
		t.Fatal(r.text)
	}
	return id
}

func (w *world) product() string {
	return fmt.Sprintf("gid://shopify/Product/%d", w.shop.Products()[0].ID)
}

func (w *world) variant() string {
	return fmt.Sprintf("gid://shopify/ProductVariant/%d", w.shop.Products()[0].Variants[0].ID)
}

// A picture goes its whole way: uploaded, processed, shown by a product and a variant,
// replaced under the same id with another address, and deleted with all that shows it.
func TestAPictureGoesItsWay(t *testing.T) {
	w := newWorld(t)
	id := w.made(t, "a.png", png)
	const query = `query F($id: ID!) { node(id: $id) { ... on MediaImage { fileStatus image { url width height } originalSource { url fileSize } } } }`
	file := func() any {
		return at(t, w.send(t, call{query: query, vars: object{"id": id}}).json, "data", "node")
	}
	if f := file(); at(t, f, "fileStatus") != "PROCESSING" || at(t, f, "image") != nil {
		t.Errorf("%v", f)
	}
	w.Advance(3 * time.Second)
	f := file()
	url, _ := at(t, f, "image", "url").(string)
	if at(t, f, "fileStatus") != "READY" || at(t, f, "image", "width") != 2.0 || !strings.Contains(url, "/a.png?v=") || at(t, f, "originalSource", "fileSize") != float64(len(png)) {
		t.Errorf("%v", f)
	}
	original, _ := at(t, f, "originalSource", "url").(string)
	if status, b := w.read(t, original); status != http.StatusOK || !bytes.Equal(b, png) {
		t.Errorf("%d, %d bytes", status, len(b))
	}
	before := w.shop.Products()[0].UpdatedAt
	w.Advance(time.Minute)
	w.ask(t, updateFiles, object{"files": []any{object{"id": id, "referencesToAdd": []any{w.product()}}}})
	if r := w.send(t, call{query: appendMedia, vars: object{"p": w.product(), "v": []any{object{"variantId": w.variant(), "mediaIds": []any{id}}}}}); len(found(r)) > 0 {
		t.Fatal(r.text)
	}
	own, byVariant := w.shop.Shows(w.shop.Products()[0].ID)
	if len(own) != 1 || len(byVariant) != 1 || !w.shop.Products()[0].UpdatedAt.After(before) {
		t.Errorf("%v, %v", own, byVariant)
	}
	w.ask(t, updateFiles, object{"files": []any{object{"id": id, "originalSource": w.staged(t, "b.png", append(slices.Clone(png), 0))}}})
	if f := file(); at(t, f, "image") != nil {
		t.Errorf("replaced a moment ago: %v", f)
	}
	w.Advance(3 * time.Second)
	if again, _ := at(t, file(), "image", "url").(string); again == url {
		t.Errorf("another picture has the same address %s", again)
	}
	w.ask(t, deleteFiles, object{"ids": []any{id}})
	if own, byVariant := w.shop.Shows(w.shop.Products()[0].ID); len(own) > 0 || len(byVariant) > 0 {
		t.Errorf("shown after it is gone: %v, %v", own, byVariant)
	}
}

// TestRefusedFiles holds each refusal of files: the code, and the rule that it follows.
func TestRefusedFiles(t *testing.T) {
	w := newWorld(t)
	ready := w.made(t, "ready.png", png)
	broken := w.made(t, "broken.png", []byte("%PDF-1.7"))
	shown := w.made(t, "shown.png", png)
	w.Advance(time.Minute)
	w.ask(t, updateFiles, object{"files": []any{object{"id": shown, "referencesToAdd": []any{w.product()}}}})
	other := fmt.Sprintf("gid://shopify/ProductVariant/%d", w.shop.Products()[1].Variants[0].ID)
	if _, err := w.shop.AddPicture(w.shop.Products()[2].ID, w.shop.Products()[2].Variants[0].ID, "own.png", png); err != nil {
		t.Fatal(err)
	}
	young := w.made(t, "young.png", png)
	source := func(name string) string { return w.staged(t, name, png) }
	create := func(o object) call { return call{query: createFiles, vars: object{"files": []any{o}}} }
	update := func(o object) call { return call{query: updateFiles, vars: object{"files": []any{o}}} }
	show := func(product, variant string, ids ...any) call {
		return call{query: appendMedia, vars: object{"p": product, "v": []any{object{"variantId": variant, "mediaIds": ids}}}}
	}
	third := fmt.Sprintf("gid://shopify/Product/%d", w.shop.Products()[2].ID)
	thirds := fmt.Sprintf("gid://shopify/ProductVariant/%d", w.shop.Products()[2].Variants[0].ID)
	const none = "gid://shopify/MediaImage/1"
	for _, tt := range []struct {
		name string // and the section
		call call
		code string
	}{
		{"a source that is no upload (21.9)", create(object{"originalSource": "data:image/png;base64,iVBORw0KGgo="}), "INVALID_IMAGE_SOURCE_URL"},
		{"another extension, with case (21.9)", create(object{"originalSource": source("x.png"), "filename": "x.PNG"}), "MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE"},
		{"a description of 513 characters (21.9)", create(object{"originalSource": source("y.png"), "alt": strings.Repeat("ä", 513)}), "ALT_VALUE_LIMIT_EXCEEDED"},
		{"a name that is taken (16)", create(object{"originalSource": source("ready.png"), "filename": "ready.png", "duplicateResolutionMode": "RAISE_ERROR"}), "FILENAME_ALREADY_EXISTS"},
		{"REPLACE without a type (21.9)", create(object{"originalSource": source("z.png"), "duplicateResolutionMode": "REPLACE"}), "INVALID_DUPLICATE_MODE_FOR_TYPE"},
		{"REPLACE without a name (21.9)", create(object{"originalSource": source("z.png"), "duplicateResolutionMode": "REPLACE", "contentType": "IMAGE"}), "MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE"},
		{"a change of a file that Shopify works on (21.9)", update(object{"id": young, "alt": "x"}), "NON_READY_STATE"},
		{"a change of one that failed (21.9)", update(object{"id": broken, "alt": "x"}), "INVALID_FAILED_MEDIA_STATE"},
		{"a change of none (21.9)", update(object{"id": none, "alt": "x"}), "FILE_DOES_NOT_EXIST"},
		{"a change to a source that is none (21.9)", update(object{"id": ready, "originalSource": "https://x.example/a.png"}), "INVALID_IMAGE_SOURCE_URL"},
		{"a change to a long description (21.9)", update(object{"id": ready, "alt": strings.Repeat("x", 513)}), "ALT_VALUE_LIMIT_EXCEEDED"},
		{"a product that does not exist (21.9)", update(object{"id": ready, "referencesToAdd": []any{"gid://shopify/Product/1"}}), "REFERENCE_TARGET_DOES_NOT_EXIST"},
		{"a deletion of none (21.9)", call{query: deleteFiles, vars: object{"ids": []any{none}}}, "FILE_DOES_NOT_EXIST"},
		{"a variant of a product that does not exist (16)", show("gid://shopify/Product/1", w.variant(), ready), "PRODUCT_DOES_NOT_EXIST"},
		{"a variant of another product (16)", show(w.product(), other, shown), "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT"},
		{"two files for a variant (16)", show(w.product(), w.variant(), shown, ready), "TOO_MANY_MEDIA_PER_INPUT_PAIR"},
		{"a file that the product does not show (16)", show(w.product(), w.variant(), ready), "MEDIA_DOES_NOT_EXIST_ON_PRODUCT"},
		{"a variant that shows one already (16)", show(third, thirds, shown), "PRODUCT_VARIANT_ALREADY_HAS_MEDIA"},
		{"what is no picture, uploaded as one (16)", call{query: stageFiles, vars: object{"input": []any{object{"resource": "IMAGE", "filename": "a.pdf", "mimeType": "application/pdf"}}}}, ""},
	} {
		r := w.send(t, tt.call)
		if got := found(r); len(got) != 1 || got[0][0] != tt.code {
			t.Errorf("%s: %q, %s", tt.name, got, r.text)
		}
	}
	// What is right beside it is done.
	r := w.send(t, call{query: createFiles, vars: object{"files": []any{object{"originalSource": "x"}, object{"originalSource": source("good.png"), "filename": "good.png"}}}})
	if got := found(r); len(got) != 1 || !slices.ContainsFunc(w.shop.Files(), func(f *shopify.File) bool { return f.Name == "good.png" }) {
		t.Errorf("%s", r.text)
	}
	if status := w.put(t, "https://"+domain+"/_staged/none/a.png", "image/png", png); status != http.StatusForbidden {
		t.Errorf("an upload that nobody asked for: %d", status)
	}
	if status, _ := w.read(t, "https://"+domain+"/_cdn/1/a.png"); status != http.StatusNotFound {
		t.Errorf("a file that is not there: %d", status)
	}
}

// Large and strange pictures are taken in, and fail when they are processed.
func TestPicturesThatCannotBeProcessed(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		content []byte
		want    string
	}{{[]byte("%PDF"), "UNSUPPORTED_IMAGE_FILE_TYPE"}, {append(slices.Clone(png), make([]byte, 20<<20)...), "INVALID_IMAGE_FILE_SIZE"}} {
		id := w.made(t, tt.want+".png", tt.content)
		w.Advance(time.Minute)
		r := w.send(t, call{query: `query F($id: ID!) { node(id: $id) { ... on MediaImage { fileStatus fileErrors { code message } } } }`, vars: object{"id": id}})
		if at(t, r.json, "data", "node", "fileErrors", 0, "code") != tt.want {
			t.Errorf("%s", r.text)
		}
	}
}

// The product's client takes the same way.
func TestClientOfPictures(t *testing.T) {
	w := newWorld(t)
	c := connect(t, w).Pictures
	us := []images.Upload{{File: "hat-1.png", Mime: "image/png", Content: png, Alt: "A hat"}}
	up, err := c.Upload(t.Context(), us)
	if err != nil || up[0].Err != nil {
		t.Fatal(err, up[0].Err)
	}
	files, err := c.Create(t.Context(), us, []string{up[0].Entity})
	if err != nil || files[0].Err != nil {
		t.Fatal(err, files[0].Err)
	}
	again, err := c.Create(t.Context(), us, []string{up[0].Entity})
	if err != nil || again[0].Err == nil {
		t.Errorf("made twice: %v, %v", again, err)
	}
	id := files[0].Entity.ID
	read, err := c.Read(t.Context(), []string{id}) // waits
	if err != nil || read[0].State != images.Usable {
		t.Fatalf("%+v, %v", read, err)
	}
	if named, err := c.Named(t.Context(), []string{"hat-1.png", "hat-2.png"}); err != nil || named[0].ID != id || named[1].ID != "" {
		t.Errorf("%+v, %v", named, err)
	}
	p := w.shop.Products()[0]
	product, variant := fmt.Sprint(p.ID), fmt.Sprint(p.Variants[0].ID)
	if errs, err := c.Change(t.Context(), []images.Change{{ID: id, Product: product}, {ID: "1", Product: product}}); err != nil || errs[0] != nil || errs[1] == nil {
		t.Errorf("%v, %v", errs, err)
	}
	if errs, err := c.Show(t.Context(), product, map[string]string{variant: id}); err != nil || len(errs) > 0 {
		t.Errorf("%v, %v", errs, err)
	}
	shown, err := c.Shown(t.Context(), []images.Pair{{Product: product}, {Product: product, Variant: variant}, {Product: fmt.Sprint(w.shop.Products()[1].ID)}})
	if err != nil || shown[0].ID != id || shown[1].ID != id || shown[2].ID != "" {
		t.Errorf("%+v, %v", shown, err)
	}
	if b, err := c.Download(t.Context(), shown[0].Source, 1000); err != nil || !bytes.Equal(b, png) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if err := c.Delete(t.Context(), []string{id}); err != nil {
		t.Error(err)
	}
}

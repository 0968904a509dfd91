package shopify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"time"

	"backroom/shared/fault"
	"backroom/shared/usage"
)

// transferTime bounds one upload or download.
const transferTime = 90 * time.Second

// Upload sends content to the address that Shopify has named for it, with the headers that
// go with it. The address is a secret by itself: no token travels. Repeating it does no
// harm. Errors are [*fault.Error]s.
func (c *Client) Upload(ctx context.Context, address string, header map[string]string, content []byte) error {
	const op = "shopify.Upload"
	_, err := c.transfer(ctx, op, http.MethodPut, address, header, content, 1<<16)
	return err
}

// Download reads what is at an address that Shopify has named, at most so many bytes. No
// token travels. Errors are [*fault.Error]s; more bytes than that are rejected.
func (c *Client) Download(ctx context.Context, address string, most int64) ([]byte, error) {
	const op = "shopify.Download"
	b, err := c.transfer(ctx, op, http.MethodGet, address, nil, nil, most)
	if err == nil && int64(len(b)) > most {
		return nil, &fault.Error{Op: op, Kind: fault.Rejected, Code: "TOO_LARGE", Err: fmt.Errorf("more than %d bytes", most)}
	}
	return b, err
}

func (c *Client) transfer(ctx context.Context, op, method, address string, header map[string]string, content []byte, most int64) ([]byte, error) {
	if err := foreign(address); err != nil {
		return nil, &fault.Error{Op: op, Kind: fault.Bug, Err: err}
	}
	for try := 1; ; try++ {
		b, err := c.transferOnce(ctx, op, method, address, header, content, most)
		if fault.KindOf(err) != fault.Transient || try == readTries || c.wait(ctx, jitter(firstBackoff<<try)) != nil {
			return b, err
		}
	}
}

func (c *Client) transferOnce(ctx context.Context, op, method, address string, header map[string]string, content []byte, most int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, transferTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(content))
	if err != nil {
		return nil, &fault.Error{Op: op, Kind: fault.Bug, Err: errors.New("the address cannot be asked for")}
	}
	for name, v := range header {
		req.Header.Set(name, v)
	}
	usage.Add(ctx, usage.Count{ShopifyRequests: 1})
	resp, err := c.http.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the address: it is a secret by itself
		}
		return nil, &fault.Error{Op: op, Kind: fault.Transient, Err: err}
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up, either way nothing depends on it
	b, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	f := &fault.Error{Op: op, Kind: fault.Transient, Code: fault.HTTP(resp.StatusCode), Err: fmt.Errorf("HTTP %d", resp.StatusCode)}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		f.Kind, f.RetryAfter = fault.Throttled, pause(resp.Header.Get("Retry-After"))
		return nil, f
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusRequestTimeout:
		return nil, f
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		f.Kind = fault.Rejected
		return nil, f
	case err != nil:
		f.Err = err
		return nil, f
	}
	return b, nil
}

// pause is what a Retry-After says in seconds; else a few.
func pause(after string) time.Duration {
	if n, err := strconv.Atoi(after); err == nil && n > 0 && n < 3600 {
		return time.Duration(n) * time.Second
	}
	return 5 * time.Second
}

// foreign refuses an address that what is sent, or who asks, could be read on the way to:
// https alone, unless it is this machine.
func foreign(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("no address")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("an address of %s does not use https", u.Hostname())
}

// Pause waits for d by the client's clock, or until ctx ends, whose error it answers then.
func (c *Client) Pause(ctx context.Context, d time.Duration) error { return c.wait(ctx, d) }

// FormFile is a file in a form.
type FormFile struct {
	Name, Mime string
	Content    []byte
}

// UploadForm posts a form to the address that Shopify has named for it: its fields in
// their order, and the file after them. Otherwise it is as [Client.Upload].
func (c *Client) UploadForm(ctx context.Context, address string, fields [][2]string, file FormFile) error {
	const op = "shopify.UploadForm"
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	var errs []error
	for _, f := range fields {
		errs = append(errs, w.WriteField(f[0], f[1]))
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", `form-data; name="file"; filename="`+file.Name+`"`)
	h.Set("Content-Type", file.Mime)
	part, err := w.CreatePart(h)
	if err == nil {
		_, err = part.Write(file.Content)
	}
	if err := errors.Join(append(errs, err, w.Close())...); err != nil {
		return &fault.Error{Op: op, Kind: fault.Bug, Err: err}
	}
	_, err = c.transfer(ctx, op, http.MethodPost, address, map[string]string{"Content-Type": w.FormDataContentType()}, body.Bytes(), 1<<16)
	return err
}

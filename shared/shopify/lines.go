package shopify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"backroom/shared/fault"
	"backroom/shared/usage"
)

const (
	maxLine = 1 << 20
	// lineTries is how often a download goes on that has brought nothing new.
	lineTries = 5
)

// Lines calls f with each line of the file at a signed address that an answer has told,
// without its line break, and ends with the error of f. A download that breaks off goes
// on at the line where it was. No token is sent. f must not keep the line.
func (c *Client) Lines(ctx context.Context, op, address string, f func(line []byte) error) error {
	if err := c.fileAddress(address); err != nil {
		return &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Err: err}
	}
	d := download{client: c, op: op, address: address, f: f}
	for tries := 0; ; tries++ {
		from := d.at
		err := d.part(ctx)
		if d.at > from {
			tries = 0
		}
		switch {
		case d.failed != nil:
			return d.failed
		case err == nil:
			return nil
		case ctx.Err() != nil || tries >= lineTries || fault.KindOf(err) != fault.Transient:
			return err
		}
		if c.wait(ctx, firstBackoff<<tries+jitter(firstBackoff)) != nil {
			return err
		}
	}
}

// fileAddress checks an address that is not Shopify's own: it is encrypted, or the
// same host as the API's.
func (c *Client) fileAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("the address of a file is none")
	}
	own, err := url.Parse(c.url)
	if u.Scheme == "https" || err == nil && u.Scheme == own.Scheme && u.Host == own.Host {
		return nil
	}
	return fmt.Errorf("the address of a file is at %s, not encrypted", u.Host)
}

type download struct {
	client  *Client
	op      string
	address string
	f       func([]byte) error
	at      int64 // bytes of whole lines that were handed over
	failed  error // of f
}

// part downloads from where the last part ended.
func (d *download) part(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silent := time.AfterFunc(d.client.timeout, cancel)
	defer silent.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.address, http.NoBody)
	if err != nil {
		return d.broken(fault.Bug, err)
	}
	if d.at > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.at))
	}
	usage.Add(ctx, usage.Count{ShopifyRequests: 1})
	resp, err := d.client.http.Do(req)
	if err != nil {
		return d.broken(fault.Transient, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up
	switch {
	case d.at > 0 && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return nil // it has ended there
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent:
		return d.broken(fault.Transient, fmt.Errorf("HTTP %d", resp.StatusCode))
	case d.at > 0 && resp.StatusCode == http.StatusOK: // it begins at the beginning
		if _, err := io.CopyN(io.Discard, resp.Body, d.at); err != nil {
			return d.broken(fault.Transient, err)
		}
	}
	return d.lines(bufio.NewReaderSize(resp.Body, maxLine), func() { silent.Reset(d.client.timeout) })
}

func (d *download) lines(r *bufio.Reader, alive func()) error {
	for {
		line, err := r.ReadSlice('\n')
		alive()
		whole := err == nil
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return d.broken(fault.Bug, errors.New("a line of more than a megabyte"))
		case err != nil && !errors.Is(err, io.EOF):
			return d.broken(fault.Transient, err)
		}
		n := int64(len(line))
		if whole {
			line = line[:len(line)-1]
		}
		if len(line) > 0 {
			if d.failed = d.f(line); d.failed != nil {
				return d.failed
			}
		}
		if d.at += n; !whole {
			return nil
		}
	}
}

func (d *download) broken(kind fault.Kind, err error) error {
	return &fault.Error{Op: "shopify." + d.op, Kind: kind, Code: "DOWNLOAD", Err: err}
}

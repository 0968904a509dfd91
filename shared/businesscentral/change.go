package businesscentral

import (
	"context"
	"errors"
	"net/http"

	"backroom/shared/fault"
)

// changeTries bounds how often a change is made again on a fresh copy.
const changeTries = 3

func is(err, target error) bool { return errors.Is(err, target) }

func ifMatch(etag string) map[string]string {
	if etag == "" {
		etag = "*"
	}
	return map[string]string{"If-Match": etag}
}

// changed runs f, which reads a record and writes it with the ETag it read,
// again while somebody else was quicker, or while it is not known whether the
// write was: reading again shows it.
func (c *Client) changed(ctx context.Context, f func() error) error {
	var err error
	for n := range changeTries {
		if err = f(); !is(err, ErrChanged) && fault.KindOf(err) != fault.Unknown || ctx.Err() != nil {
			return err
		}
		if n < changeTries-1 && c.wait(ctx, jitter(firstWait)) != nil {
			return err
		}
	}
	return err
}

// patch reads the record at url, lets change decide on its ETag, the body to
// send and whether to send it, and gives the record as BC then has it.
func patch[T any](ctx context.Context, c *Client, op, url string, change func(T) (etag string, body any, ok bool)) (T, error) {
	var out T
	err := c.changed(ctx, func() error {
		var was T
		if err := c.get(ctx, about{op: op, record: true}, url, nil, &was); err != nil {
			return err
		}
		etag, body, ok := change(was)
		if !ok {
			out = was
			return nil
		}
		a := about{op: op, write: true, record: true}
		answer, err := c.send(ctx, call{about: a, method: http.MethodPatch, url: url, body: body, ops: 1, header: ifMatch(etag)})
		if err != nil {
			return err
		}
		var now T
		if err := unpack(a, answer, &now); err != nil {
			return err
		}
		out = now
		return nil
	})
	return out, err
}

package host

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// keepForm is the form of the file; another one is not read.
const keepForm = 1

// keeping is what outlives the process of both sides.
type keeping struct {
	Form     int               `json:"form"`
	Instance string            `json:"instance"`
	Goods    string            `json:"goods"` // what the shop was filled from
	Items    map[string]string `json:"items"`
	Shopify  json.RawMessage   `json:"shopify"`
	BC       json.RawMessage   `json:"bc"`
}

// keeper holds the file of one start: no other process reads or writes it
// meanwhile.
type keeper struct {
	path string
	lock *flock.Flock
	had  *keeping // by the process before, nil: nothing
	lost string   // why what was kept cannot be used
}

// lockWait is how long the process before may take to write the file.
const lockWait = 15 * time.Second

// newKeeper takes the file that o names.
func newKeeper(ctx context.Context, o Options) (*keeper, error) {
	path, k := o.Keep, &keeper{path: o.Keep}
	if path == "" {
		return k, nil
	}
	k.lock = flock.New(filepath.Clean(path+".lock"), flock.SetPermissions(0o600))
	wait, stop := context.WithTimeout(ctx, lockWait)
	defer stop()
	ours, err := k.lock.TryLockContext(wait, 20*time.Millisecond) // the kernel tells nobody
	switch {
	case wait.Err() != nil && !ours:
		return nil, errors.Join(fmt.Errorf("simulators: those of another process have %s", path), ctx.Err(), k.lock.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("simulators: %w", err), k.lock.Close())
	}
	goods, err := o.goods()
	if err == nil {
		err = k.read(goods, o.Catalog == "" && o.Orders == 0)
	}
	if err != nil {
		return nil, errors.Join(err, k.lock.Close())
	}
	return k, nil
}

// read reads what was kept: of a shop of these goods, or of any.
func (k *keeper) read(goods string, anyGoods bool) error {
	js, err := os.ReadFile(k.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var had keeping
	if err == nil {
		err = json.Unmarshal(js, &had)
	}
	switch {
	case err != nil:
		k.lost = err.Error()
	case had.Form != keepForm:
		k.lost = "another release has kept it"
	case had.Goods != goods && !anyGoods:
		return fmt.Errorf("the simulated shop that is kept in %s was filled from other goods: name the same catalogue, another data folder, or delete that file to start with a new shop", k.path)
	default:
		k.had = &had
	}
	return nil
}

// Kept is the instance that is kept in the file at path.
func Kept(path string) (instance string, err error) {
	js, err := os.ReadFile(filepath.Clean(path))
	var had struct{ Instance string }
	if err == nil {
		err = json.Unmarshal(js, &had)
	}
	if err != nil {
		return "", fmt.Errorf("simulators: %w", err)
	}
	return had.Instance, nil
}

// taken says that from now on the file is behind what is served: should this
// process end without writing it, nothing is kept.
func (k *keeper) taken() error {
	if k.path == "" {
		return nil
	}
	if err := os.Remove(k.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("simulators: %w", err)
	}
	return nil
}

// keep writes the file: whole, or not at all.
func (k *keeper) keep(what keeping) error {
	if k.path == "" {
		return nil
	}
	js, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("simulators: %w", err)
	}
	next := k.path + ".new"
	f, err := os.OpenFile(filepath.Clean(next), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(js)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(next, k.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("simulators: the shop is not kept: %w", err), os.Remove(next))
	}
	return nil
}

func (k *keeper) close() error {
	if k.lock == nil {
		return nil
	}
	return k.lock.Close()
}

// goods is a name of what a shop is filled from.
func (o Options) goods() (string, error) {
	switch {
	case o.Orders > 0:
		return fmt.Sprintf("%d plain orders", o.Orders), nil
	case o.Catalog == "":
		return "sample", nil
	}
	file, err := os.ReadFile(o.Catalog)
	if err != nil {
		return "", fmt.Errorf("catalogue: %w", err)
	}
	sum := sha256.Sum256(bytes.TrimSpace(file))
	return "catalogue " + hex.EncodeToString(sum[:8]), nil
}

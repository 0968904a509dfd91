package identity

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of what is stored here: 1, since the first release that stores it.
const schema = 1

// Grant is the role of one user of a shop, as somebody has set it. Stored under
// PK SHOP#<shop>, SK ROLE#<user>.
type Grant struct {
	User string    `json:"user"`
	Role Role      `json:"role"`
	By   string    `json:"by,omitempty"`
	At   time.Time `json:"at,omitzero"`

	version int64
}

// userID is the form of a user id of Shopify.
var userID = regexp.MustCompile(`^[0-9]{1,20}$`)

// IsUser reports whether text may be a user id of Shopify.
func IsUser(text string) bool { return userID.MatchString(text) }

// ErrLastOwner means that a shop would be left without an owner.
var ErrLastOwner = errors.New("this is the last owner of the shop")

// ErrNoGrant means that nobody has set a role of that user.
var ErrNoGrant = errors.New("no role is set for that user")

// Roles keeps the roles of shops' users. Safe for concurrent use.
type Roles struct {
	Table table.Table
	Now   func() time.Time
}

func rolesKey(shop, user string) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: "ROLE#" + user}
}

// List is the grants of a shop by user.
func (r *Roles) List(ctx context.Context, shop string) ([]Grant, error) {
	var out []Grant
	for it, err := range table.All(ctx, r.Table, table.Query{PK: "SHOP#" + shop, Prefix: "ROLE#"}) {
		if err != nil {
			return nil, fmt.Errorf("roles of %s: %w", shop, err)
		}
		g := Grant{version: it.Version}
		if err := record.Decode(it.Data, schema, &g); err != nil {
			return nil, fmt.Errorf("role %s of %s: %w", it.SK, shop, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// Of is a user's role. Who may open the app is Shopify's to decide: while a shop
// has no owner, each of its users is one; once it has, a user without a grant is
// a viewer.
func (r *Roles) Of(ctx context.Context, shop, user string) (Role, error) {
	gs, err := r.List(ctx, shop)
	if err != nil {
		return "", err
	}
	rest := Owner
	for _, g := range gs {
		if g.User == user {
			return g.Role, nil
		}
		if g.Role == Owner {
			rest = Viewer
		}
	}
	return rest, nil
}

// Set gives a user a role. Errors: ErrLastOwner, table.ErrConflict.
func (r *Roles) Set(ctx context.Context, shop, user string, role Role, by string) (Grant, error) {
	g := Grant{User: user, Role: role, By: by, At: r.Now().UTC().Truncate(time.Second)}
	was, ops, err := r.change(ctx, shop, user, role == Owner)
	if errors.Is(err, ErrNoGrant) {
		err = nil
	}
	if err != nil {
		return was, err
	}
	data, err := record.Encode(schema, g)
	if err != nil {
		return g, err
	}
	cond := table.Absent
	if was.version > 0 {
		cond = table.VersionIs(was.version)
	}
	return g, r.Table.Write(ctx, append(ops, table.Put(table.Item{Key: rolesKey(shop, user), Data: data}, cond))...)
}

// Remove takes a user's role away, and answers what it was. Errors: ErrNoGrant,
// ErrLastOwner, table.ErrConflict.
func (r *Roles) Remove(ctx context.Context, shop, user string) (Grant, error) {
	was, ops, err := r.change(ctx, shop, user, false)
	if err != nil {
		return was, err
	}
	return was, r.Table.Write(ctx, append(ops, table.Delete(rolesKey(shop, user), table.VersionIs(was.version)))...)
}

// change reads a user's grant before a change. Where the change takes an owner
// away, another one must stay: its item is checked in the same transaction, so
// that two owners cannot take each other away.
func (r *Roles) change(ctx context.Context, shop, user string, owner bool) (was Grant, ops []table.Op, err error) {
	gs, err := r.List(ctx, shop)
	if err != nil {
		return was, nil, err
	}
	found, others := false, []table.Op(nil)
	for _, g := range gs {
		switch {
		case g.User == user:
			was, found = g, true
		case g.Role == Owner && len(others) == 0:
			others = append(others, table.Check(rolesKey(shop, g.User), table.VersionIs(g.version)))
		}
	}
	if found && was.Role == Owner && !owner {
		if len(others) == 0 {
			return was, nil, ErrLastOwner
		}
		return was, others, nil
	}
	if !found {
		err = ErrNoGrant
	}
	return was, nil, err
}

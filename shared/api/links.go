package api

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"backroom/shared/identity"
	"backroom/shared/link"
)

// shopifyID is the form of a numeric id of Shopify.
var shopifyID = regexp.MustCompile(`^[1-9][0-9]{0,19}$`)

// linkNamed is the link that an address names.
func (s *server) linkNamed(ctx context.Context, code string, kind LinkKind, id string) (link.Link, error) {
	if !kind.Valid() {
		return link.Link{}, refuse(http.StatusNotFound, "links of kind %.40q: there are links of customers, companies, their locations (company-location) and variants", kind)
	}
	if !shopifyID.MatchString(id) {
		return link.Link{}, refuse(http.StatusBadRequest, "id %.40q: must be the numeric id in Shopify", id)
	}
	card, err := s.Cards.Get(ctx, code)
	if err != nil {
		return link.Link{}, err
	}
	return s.Links.Get(ctx, link.Link{Shop: code, Company: card.Company.Key(), Kind: link.Kind(kind), ID: id})
}

func linkOf(l link.Link) Link {
	out := Link{Kind: string(l.Kind), ID: l.ID, Number: l.Number, How: string(l.How), By: l.By, At: l.At}
	for _, c := range l.Trail {
		out.Trail = append(out.Trail, LinkChange{Number: c.Number, How: string(c.How), By: c.By, At: c.At})
	}
	return out
}

// ListLinks implements GET /v1/shops/{shop}/links/{kind}.
func (s *server) ListLinks(ctx context.Context, q ListLinksRequestObject) (ListLinksResponseObject, error) {
	if !q.Kind.Valid() {
		return nil, refuse(http.StatusNotFound, "links of kind %.40q: there are links of customers, companies, their locations (company-location) and variants", q.Kind)
	}
	if q.Params.Number != "" {
		return s.linksOfNumber(ctx, q)
	}
	limit := limitOf(q.Params.Limit)
	c := listOf("links", q.Shop, string(q.Kind))
	page, err := c.page(q.Params.Page)
	if err != nil {
		return nil, err
	}
	if q.Kind == Variant {
		v, err := s.variantLinks(ctx, q.Shop)
		if err != nil {
			return nil, err
		}
		ls, next, err := v.list(ctx, page, limit)
		return ListLinks200JSONResponse{Links: append([]Link{}, ls...), Next: c.token(next)}, orBadPage(q.Params.Page, err)
	}
	ls, next, err := s.Links.List(ctx, q.Shop, link.Kind(q.Kind), page, limit)
	out := LinkList{Links: []Link{}, Next: c.token(next)}
	for _, l := range ls {
		out.Links = append(out.Links, linkOf(l))
	}
	return ListLinks200JSONResponse(out), orBadPage(q.Params.Page, err)
}

// linksOfNumber are those with the record of a number.
func (s *server) linksOfNumber(ctx context.Context, q ListLinksRequestObject) (ListLinksResponseObject, error) {
	var all []Link
	card, err := s.Cards.Get(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	if q.Kind == Variant {
		v, err := s.variantLinks(ctx, q.Shop)
		if err != nil {
			return nil, err
		}
		if all, err = v.ofItem(ctx, q.Params.Number); err != nil {
			return nil, err
		}
	} else {
		at := link.Link{Shop: q.Shop, Company: card.Company.Key(), Kind: link.Kind(q.Kind)}
		held, err := s.Links.Held(ctx, at, q.Params.Number)
		if err != nil {
			return nil, err
		}
		for _, at.ID = range held.Of(q.Shop) {
			l, err := s.Links.Get(ctx, at)
			if err != nil {
				return nil, err
			}
			if strings.EqualFold(l.Number, q.Params.Number) {
				all = append(all, linkOf(l))
			}
		}
	}
	rows, next, err := slice(all, listOf("links", q.Shop, string(q.Kind), q.Params.Number), q.Params.Page, q.Params.Limit)
	return ListLinks200JSONResponse{Links: rows, Next: next}, err
}

// GetLink implements GET /v1/shops/{shop}/links/{kind}/{id}.
func (s *server) GetLink(ctx context.Context, q GetLinkRequestObject) (GetLinkResponseObject, error) {
	l, err := s.linkNamed(ctx, q.Shop, q.Kind, q.ID)
	if err == nil && q.Kind == Variant {
		v, err := s.variantLinks(ctx, q.Shop)
		if err != nil {
			return nil, err
		}
		one, ok, err := v.one(ctx, q.ID)
		if err == nil && !ok {
			err = refuse(http.StatusNotFound, "%s %s: it has no link", q.Kind, q.ID)
		}
		return GetLink200JSONResponse(one), err
	}
	if err == nil && l.Version == 0 {
		err = refuse(http.StatusNotFound, "%s %s: it has no link", q.Kind, q.ID)
	}
	return GetLink200JSONResponse(linkOf(l)), err
}

// bcNumber is the form of a record's number in BC.
var bcNumber = regexp.MustCompile(`^[^\s\x00-\x1f](?:[^\x00-\x1f]{0,18}[^\s\x00-\x1f])?$`)

// SetLink implements PUT /v1/shops/{shop}/links/{kind}/{id}.
func (s *server) SetLink(ctx context.Context, q SetLinkRequestObject) (SetLinkResponseObject, error) {
	l, err := s.linkNamed(ctx, q.Shop, q.Kind, q.ID)
	if err != nil {
		return nil, err
	}
	if q.Kind == Variant {
		return nil, errVariantRows(q.ID)
	}
	if q.Body == nil || !bcNumber.MatchString(q.Body.Number) || len([]rune(q.Body.Number)) > 20 {
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "number: must be a number in Business Central, of 20 characters at most")
	}
	l, err = s.Links.Set(ctx, l, q.Body.Number, "", stateOf(ctx).caller.String(), s.Now())
	return SetLink200JSONResponse(linkOf(l)), noted(ctx, "number "+l.Number, err)
}

// RemoveLink implements DELETE /v1/shops/{shop}/links/{kind}/{id}.
func (s *server) RemoveLink(ctx context.Context, q RemoveLinkRequestObject) (RemoveLinkResponseObject, error) {
	l, err := s.linkNamed(ctx, q.Shop, q.Kind, q.ID)
	if err == nil && q.Kind == Variant {
		err = errVariantRows(q.ID)
	}
	if err == nil && l.Version == 0 {
		err = refuse(http.StatusNotFound, "%s %s: it has no link", q.Kind, q.ID)
	}
	if err != nil {
		return nil, err
	}
	l, err = s.Links.Remove(ctx, l, stateOf(ctx).caller.String(), s.Now())
	return RemoveLink200JSONResponse(linkOf(l)), noted(ctx, "removed", err)
}

// ListTrail implements GET /v1/shops/{shop}/trail.
func (s *server) ListTrail(ctx context.Context, q ListTrailRequestObject) (ListTrailResponseObject, error) {
	l, err := s.trailOf(ctx, q.Shop, q.Params.Page, q.Params.Limit)
	return ListTrail200JSONResponse(l), err
}

// ListTrailOfAll implements GET /v1/trail.
func (s *server) ListTrailOfAll(ctx context.Context, q ListTrailOfAllRequestObject) (ListTrailOfAllResponseObject, error) {
	l, err := s.trailOf(ctx, "", q.Params.Page, q.Params.Limit)
	return ListTrailOfAll200JSONResponse(l), err
}

// trailOf is a page of a shop's trail; shop "" is what was about all.
func (s *server) trailOf(ctx context.Context, shop, token string, limit *int) (TrailList, error) {
	c := listOf("trail", shop)
	page, err := c.page(token)
	if err != nil {
		return TrailList{}, err
	}
	cs, next, err := s.trail().List(ctx, shop, page, limitOf(limit))
	for i, x := range cs {
		cs[i].Effect = s.say(ctx)(x.Effect)
	}
	return TrailList{Changes: append([]TrailEntry{}, cs...), Next: c.token(next)}, orBadPage(token, err)
}

// ListRoles implements GET /v1/shops/{shop}/roles.
func (s *server) ListRoles(ctx context.Context, q ListRolesRequestObject) (ListRolesResponseObject, error) {
	gs, err := s.roles().List(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	rows, next, err := slice(gs, listOf("roles", q.Shop), q.Params.Page, q.Params.Limit)
	return ListRoles200JSONResponse{Roles: rows, Next: next}, err
}

// SetRole implements PUT /v1/shops/{shop}/roles/{user}.
func (s *server) SetRole(ctx context.Context, q SetRoleRequestObject) (SetRoleResponseObject, error) {
	if err := s.userOf(ctx, q.Shop, q.User); err != nil {
		return nil, err
	}
	if q.Body == nil || !q.Body.Role.Valid() {
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "role: must be viewer, operator or owner")
	}
	g, err := s.roles().Set(ctx, q.Shop, q.User, q.Body.Role, stateOf(ctx).caller.String())
	return SetRole200JSONResponse(g), noted(ctx, string(g.Role), err)
}

// RemoveRole implements DELETE /v1/shops/{shop}/roles/{user}.
func (s *server) RemoveRole(ctx context.Context, q RemoveRoleRequestObject) (RemoveRoleResponseObject, error) {
	if err := s.userOf(ctx, q.Shop, q.User); err != nil {
		return nil, err
	}
	g, err := s.roles().Remove(ctx, q.Shop, q.User)
	return RemoveRole200JSONResponse(g), noted(ctx, "removed", err)
}

func (s *server) userOf(ctx context.Context, code, user string) error {
	if !identity.IsUser(user) {
		return refuse(http.StatusBadRequest, "user %.40q: must be the numeric id of a user in Shopify", user)
	}
	_, err := s.Cards.Get(ctx, code)
	return err
}

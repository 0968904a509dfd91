package businesscentral

import "strings"

// CompanionGroup is where the companion API stands below the environment's APIs:
// publisher, group and version. It is an extension that a partner may have installed,
// and shows what API v2.0 lacks.
const CompanionGroup = "backroom/shopify/v1.0"

// Companion is a client of the company's companion API, with c's tokens and budget.
// Where it is not installed every request is refused: a GET of a record, see
// [Request], by [ErrNotFound].
func (c *Client) Companion() *Client {
	return &Client{
		base: c.base, root: strings.TrimSuffix(c.root, "v2.0/") + CompanionGroup + "/", company: c.company,
		http: c.http, tokens: c.tokens, budget: c.budget, now: c.now, wait: c.wait, log: c.log,
	}
}

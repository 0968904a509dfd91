package api

import "fmt"

var english = map[ProblemCode]kind{
	ProblemCodeBadRequest:      {"The request cannot be read", "Correct what the detail names and send it again."},
	ProblemCodeBadQuery:        {"The query cannot be read", "Send only parameters that the operation names, each once, with values of their form."},
	ProblemCodeBadBody:         {"The body cannot be read", "Correct what the detail names and send it again."},
	ProblemCodeBodyTooLarge:    {"The body is too large", fmt.Sprintf("Send %d bytes at most.", MaxBody)},
	ProblemCodeMediaType:       {"The body is of another type", "Send JSON, with Content-Type: application/json."},
	ProblemCodeNoToken:         {"The request names no caller", "Send Authorization: Bearer, with a session token of App Bridge, or with BACKROOM_TOKEN or the token that the server printed."},
	ProblemCodeBadToken:        {"The token is wrong", "Send a session token of this app, or BACKROOM_TOKEN or the token that the server printed."},
	ProblemCodeExpiredToken:    {"The token is not valid at this time", "Send it again with a new session token."},
	ProblemCodeReplayedToken:   {"The token has been used", "Send it again with a new session token: each makes one change."},
	ProblemCodeWrongHost:       {"The request is for another server", "Use the address that the server printed."},
	ProblemCodeWrongOrigin:     {"A page of that origin may not call", "Call from the app in the admin of Shopify, or from no page at all."},
	ProblemCodeOtherShop:       {"The shop is not the caller's", "Use the code of a shop that GET /v1/shops lists."},
	ProblemCodeRole:            {"The caller's role does not allow it", "Ask an owner of the shop, or the operator."},
	ProblemCodeNoRoute:         {"There is no such address", "Use an address of the document, openapi.yaml."},
	ProblemCodeMethod:          {"The address does not take this method", "Use a method that Allow names."},
	ProblemCodeNotFound:        {"There is no such thing", "List what there is, and use a name or an id of that."},
	ProblemCodeConflict:        {"It was changed meanwhile", "Read it again, and repeat the change."},
	ProblemCodeRefused:         {"It is not possible as things are", "Do what the detail says first."},
	ProblemCodeKeyReused:       {"The key belongs to another request", "Send a new Idempotency-Key with a new request."},
	ProblemCodeTooManyRuns:     {"Too many runs wait to start", "Wait until one of them has started, or cancel some."},
	ProblemCodeTooManyRequests: {"Too many requests of this shop", "Wait as long as Retry-After says."},
	ProblemCodeDiskFull:        {"The disk is full", "Make room on the disk, and repeat the request."},
	ProblemCodeInternal:        {"It failed on our side", "Try again; if it goes on, ask with the id of the request."},
	ProblemCodeUpstream:        {"The other side refused or did not answer", "Do what the detail says, and repeat the request."},
}

const failedInEnglish = "The request failed on our side. Whether a change was made can be read in the trail and in what it is about."

// Package api is the one interface for people and programs, on every host: what
// openapi.yaml says, as one http.Handler. The server and the types of answers are
// generated from the document, the client is in package client. How a request
// reaches the handler, and who may send one, is the host's; package identity
// knows the kinds of callers.
package api

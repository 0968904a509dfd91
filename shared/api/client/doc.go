// Package client calls the interface of package api over HTTP. It is generated
// from the document; the answers' types are those of package api.
package client

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config client.yaml ../openapi.yaml

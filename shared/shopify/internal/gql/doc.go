// Package gql is generated from the documents in ../../queries; see genqlient.yaml.
package gql

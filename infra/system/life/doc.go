// Package life plays orders through their whole lives, in both systems, and measures
// what that takes.
package life

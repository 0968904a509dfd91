// Package source holds the source of the program to its rules: which package
// imports which (the table in table_test.go), who makes clients, what comments may
// refer to, and that the glossary speaks of what is there.
//
// The package has no code of its own outside its tests, which read every package of
// the repository, those of infra/cdk included.
package source

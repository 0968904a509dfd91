// Package system holds the tests of the whole: engine, tasks and both
// simulators together, on a clock of their own.
package system

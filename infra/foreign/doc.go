// Package foreign lets clients that others wrote read the simulators: a second
// reader, so that simulator and product cannot be wrong in the same way
// unnoticed. Where a client and the documentation of the API disagree the documentation decides,
// and the disagreement is a named exception that the client's script prints.
//
// The scripts are Python; `make test-foreign` makes their environment from
// requirements.txt and runs the tests, which start the simulators.
package foreign

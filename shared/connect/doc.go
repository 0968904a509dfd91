// Package connect joins a shop with a company: it reads from both sides what
// the shop card must know of them, and says before the first run what will
// wait and which setting mends it.
//
// [Read] asks both sides. [Findings] judges what was found under a shop card;
// it is pure. A rule is one function in the list of rules, with the sentences it
// may say beside it.
package connect

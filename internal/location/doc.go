// Package location looks after the locations of the organization: it adds and
// renews their content tokens and asks Apple what each token opens.
//
// It owns the tokens: sealed at rest, each bound to its location, never more
// than one for the same location of Apple's. It never reads or writes anything
// about people, and never shows a token to anyone but program.
package location

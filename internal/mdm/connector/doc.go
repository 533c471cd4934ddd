// Package connector speaks to MDM servers that a site has already: NanoMDM,
// MicroMDM and Fleet.
//
// It owns their addresses, words and quirks, and says what each cannot do
// instead of trying it. It never decides who gets a command, and keeps nothing.
package connector

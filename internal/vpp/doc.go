// Package vpp is the ground: the nouns of Apple's Volume Purchase Program as
// an administrator knows them, and the rules that hold between them.
//
// It owns the identifiers, the facts, and the pure functions that derive
// states from facts. It never reads a clock, a random source, a file or the
// network, and it imports nothing of rsvpp.
package vpp

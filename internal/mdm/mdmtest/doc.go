// Package mdmtest pretends the other side of the wire of an MDM server: Apple's
// push service, and devices that enroll, answer, refuse and go silent. Tests,
// the demo and rehearsals use it.
//
// It owns what pretend devices do. It never stands in for anything of ours:
// every message goes over HTTP to the server under test.
package mdmtest

// Package push wakes devices through Apple's push service, so that they ask
// their MDM server for commands.
//
// It owns the connection: HTTP/2 with the customer's push certificate, a cap
// on what is under way at once, tries again after GOAWAY, 429 and 5xx. It
// sends nothing but the PushMagic, and never takes a push for an answer: a
// device that was woken may still be silent.
package push

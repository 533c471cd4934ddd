// Package webhook tells other programs what happens here: each event is posted,
// signed, to the addresses that want it, until one takes it.
//
// It owns the webhooks, their secrets, how messages are signed, when they are
// tried again and when they are given up. It never decides what is an event:
// the acts that write facts write the messages with them.
package webhook

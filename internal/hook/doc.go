// Package hook is the door at which Apple's notifications arrive, and the
// reports of MDM servers that an organization has connected.
//
// It owns the check of the request's shape, its size and the patience with
// wrong secrets. It never works on what it is told: program notes a
// notification and wakes a read, and what is true is read from Apple; connect
// hands a report to whoever understands it.
package hook

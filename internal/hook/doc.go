// Package hook is the door at which Apple's notifications arrive.
//
// It owns the check of the request's shape, its size and the patience with
// wrong secrets. It never works on what it is told: program notes the
// notification and wakes a read, and what is true is read from Apple.
package hook

// Package courier posts messages to other people's servers over HTTP.
//
// It owns the way there: which addresses may be used, how long an attempt takes,
// how much of an answer is read. It never knows what a message says, and never
// tries again by itself.
package courier

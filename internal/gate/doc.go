// Package gate is the way in, and how errors leave.
//
// It owns what every request passes, whatever door it goes to: request ids,
// the access log, limits, security headers, cross-origin checks, sessions and
// API keys, the scope each route declares, and the one table from kinds of
// error to HTTP. It never knows what a door does, and keeps nothing itself.
package gate

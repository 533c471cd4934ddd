// Package operator looks after the people and keys that may use this server,
// and what each of them may do.
//
// It owns names, passwords, API keys, scopes, the set-up link, the throttling
// of sign-ins, preferences, and the reading of the history. It never sees a
// cookie or a header: the gate does.
package operator

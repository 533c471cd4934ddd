// Package applesim is a pretend Apple: the Apps and Books service (v2) over HTTP, for tests, demonstrations and rehearsals.
//
// It owns locations with their content tokens, users and their whole past, asynchronous events, notifications,
// the sign-in page behind an invitation, and switches for faults and for every point that Apple leaves unsaid.
// Its wire shapes are written from Apple's pages, independently of any client, so that one mistake cannot hide another.
//
// It never talks to the real Apple, never needs a real Apple Account, and serves no assets, assignments or
// subscriptions yet: their addresses stand in the service config, and asking them answers 404 (see route in apple.go).
package applesim

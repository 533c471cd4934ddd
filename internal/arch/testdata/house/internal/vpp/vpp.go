// Package vpp is a ground that breaks what a ground can break.
package vpp

import (
	"math/rand/v2" // breaks: internal/vpp imports math/rand/v2
	clock "time"

	"example.test/house/internal/store" // breaks: internal/vpp (ground) imports internal/store
	"github.com/google/uuid"
)

var (
	now = clock.Now    // breaks: clock.Now
	id  = uuid.NewV7   // breaks: uuid.NewV7
	ok  = uuid.NewSHA1 // derived from its input, so it may stay
	at  = clock.Unix
	_   = rand.N[int]
	_   = store.Open
)

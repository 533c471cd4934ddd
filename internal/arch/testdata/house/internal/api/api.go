// Package api is a door.
package api

import (
	"net/http"
	"time"

	"example.test/house/client"           // breaks: internal/api (doors) imports client
	"example.test/house/internal/console" // breaks: internal/api (doors) imports internal/console
	"example.test/house/internal/gate"
	"example.test/house/internal/queue" // breaks: internal/api (doors) imports internal/queue
	"example.test/house/internal/roster"
	"example.test/house/internal/store/storetest" // breaks: internal/api (doors) imports internal/store/storetest; internal/api imports internal/store/storetest
	"example.test/house/internal/vpp"
)

var _ = time.Now

// Package appsandbooks is for strangers too; it may speak HTTP.
package appsandbooks

import (
	"net/http"
	"time"

	"example.test/house/internal/vpp" // breaks: appsandbooks (public) imports internal/vpp
)

var _, _ = http.Get, time.Now

// Package invite is a service that knows its neighbours.
package invite

import (
	"crypto/rand"  // breaks: internal/invite imports crypto/rand
	"database/sql" // breaks: internal/invite imports database/sql
	"net/http"     // breaks: internal/invite imports net/http

	"example.test/house/appsandbooks"           // breaks: internal/invite (services) imports appsandbooks
	"example.test/house/internal/mail"          // breaks: internal/invite (services) imports internal/mail
	"example.test/house/internal/nowhere/known" // breaks: internal/invite (services) imports internal/nowhere/known
	"example.test/house/internal/roster/sheet"  // breaks: internal/invite (services) imports internal/roster/sheet
)

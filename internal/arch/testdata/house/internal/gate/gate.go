// Package gate knows services, and must not know walls or doors.
package gate

import (
	"flag" // breaks: internal/gate imports flag

	"example.test/house/internal/api" // breaks: internal/gate (gate) imports internal/api
	"example.test/house/internal/roster"
	"example.test/house/internal/seal" // breaks: internal/gate (gate) imports internal/seal
)

// Package roster is a service that keeps the rules.
package roster

import (
	"time"

	"example.test/house/internal/roster/sheet"
	"example.test/house/internal/vpp"
)

var (
	_ = sheet.Read
	_ = vpp.Error{}
	_ = time.Second
)

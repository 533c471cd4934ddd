// Package program is the one service that speaks to Apple, but not to the
// pretend one.
package program

import (
	"example.test/house/appsandbooks"
	"example.test/house/appsandbooks/applesim" // breaks: internal/program (services) imports appsandbooks/applesim
)

// Package applesim reads Apple's words for itself.
package applesim

import (
	"testing" // breaks: appsandbooks/applesim imports testing

	"example.test/house/appsandbooks" // breaks: appsandbooks/applesim (public) imports appsandbooks
)

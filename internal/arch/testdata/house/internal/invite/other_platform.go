//go:build plan9

package invite

import "os" // breaks: internal/invite imports os

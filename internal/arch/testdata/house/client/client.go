// Package client speaks to our API.
package client

import "os" // breaks: client imports os

// Package e2e runs the real thing.
package e2e

import "example.test/house/internal/store"

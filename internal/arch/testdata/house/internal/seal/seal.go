// Package seal uses C.
package seal

import "C" // breaks: internal/seal imports C

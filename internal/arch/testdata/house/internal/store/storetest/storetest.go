// Package storetest is a suite; it may ask its surroundings for a database.
package storetest

import (
	"os"
	"testing"
)

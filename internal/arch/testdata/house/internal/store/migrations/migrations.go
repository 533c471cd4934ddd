// Package migrations belongs to the store.
package migrations

import "github.com/pressly/goose/v3"

func init() {} // breaks: func init()

type table struct{}

func (table) init() {}

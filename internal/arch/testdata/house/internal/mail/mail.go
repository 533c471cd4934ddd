// Package mail is a wall whose driver is on the wrong side.
package mail

import (
	"github.com/jackc/pgx/v5"                             // breaks: internal/mail imports github.com/jackc/pgx/v5
	"github.com/riverqueue/river/riverdriver/riversqlite" // breaks: internal/mail imports github.com/riverqueue/river/riverdriver/riversqlite
	_ "modernc.org/sqlite"                                // breaks: internal/mail imports modernc.org/sqlite
	_ "modernc.org/sqliteinquotes"
)

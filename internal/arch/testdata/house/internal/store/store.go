// Package store is a wall that knows another.
package store

import (
	"database/sql"

	"example.test/house/internal/queue" // breaks: internal/store (walls) imports internal/queue
	"example.test/house/internal/store/migrations"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Rsvpp wires the rooms.
package main

import (
	"os"
	"os/signal"

	"example.test/house/client"
	"example.test/house/internal/api"
	"example.test/house/internal/invite"
	"example.test/house/internal/store"
	"github.com/jackc/pgx/v5" // breaks: cmd/rsvpp imports github.com/jackc/pgx/v5
)

func main() {}

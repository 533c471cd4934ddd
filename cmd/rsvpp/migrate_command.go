package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/store"
)

func (p *cli) migrateCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "migrate", Short: "Bring the database up to this program's version", Args: cobra.NoArgs,
		Long: `Bring the database up to this program's version, without starting a server.
The server does the same by itself when it starts; this is for those who do it
with other rights or at another time. Migrations go forward only.`,
	}
	found := p.settingsOf(c)
	c.RunE = p.does(func(ctx context.Context, _ []string) error {
		s, err := found.read()
		if err != nil {
			return err
		}
		if err := p.migrate(ctx, s); err != nil {
			return err
		}
		return p.println("The database is up to date.")
	})
	return c
}

func (p *cli) migrate(ctx context.Context, s settings) error {
	if err := makeDataDir(s); err != nil {
		return err
	}
	db, err := store.Open(ctx, s.database, time.Now, uuid.NewString)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = queue.New(ctx, db.SQLite(), db.Postgres(), queue.Config{Logger: p.logger(s), Clock: time.Now})
	return err
}

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
)

func (p *cli) sealCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "seal", Short: "Change the key that seals secrets"},
		p.sealWork("rotate", "Seal every secret anew with a new key", `Make a new key and seal everything anew with it: content tokens, invite codes,
notification secrets, the password for mail. Run it on the server's machine, as
the user that runs it, with the server's settings; the server may run on. Both
keys are accepted meanwhile, and links that are out keep working. If it is cut
off, run it again: it goes on where it was.`, (*rotation).run),
		p.sealWork("forget", "Take old keys out of the key file, when nothing needs them", `Take every key but the first out of the key file. It refuses while anything is
sealed with another key.`, (*rotation).forget),
		p.sealNew())
}

func (p *cli) sealWork(use, short, long string, work func(*rotation, context.Context) error) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Args: cobra.NoArgs}
	found := p.settingsOf(c)
	c.RunE = p.does(func(ctx context.Context, _ []string) error {
		s, err := found.read()
		if err != nil {
			return err
		}
		db, err := store.Open(ctx, s.database, time.Now, uuid.NewString)
		if err != nil {
			return err
		}
		r := &rotation{db: db, keys: keysOf(s), wait: sleep, say: func(format string, args ...any) error {
			return p.println(fmt.Sprintf(format, args...))
		}}
		if r.box, err = openBox(ctx, db, r.keys); err == nil {
			err = work(r, ctx)
		}
		_ = db.Close() // everything was committed
		return err
	})
	return c
}

func (p *cli) sealNew() *cobra.Command {
	c := &cobra.Command{
		Use: "new", Short: "Print a new key, for servers whose key is a setting", Args: cobra.NoArgs,
		Long: "Print a new key, for servers whose key comes from the setting seal-key. It is a\nsecret: it is stored nowhere.",
	}
	c.RunE = p.does(func(context.Context, []string) error {
		master, err := seal.NewMaster(rand.Reader)
		if err != nil {
			return err
		}
		return p.println(strings.TrimSuffix(seal.FormatMasters(master), "\n"))
	})
	return c
}

package main

import (
	"bytes"
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// tokenFile is a content token, to be sent.
func (p *cli) tokenFile(name string) (client.File, error) {
	text, err := p.readFile(name)
	if err != nil {
		return client.File{}, sayf(err, "The file %s cannot be read.", name)
	}
	return client.File{Name: filepath.Base(name), Reader: bytes.NewReader(text), Size: int64(len(text))}, nil
}

func (p *cli) tokenRenew() *cobra.Command {
	var sooner bool
	c := &cobra.Command{
		Use: "renew LOCATION FILE.vpptoken", Short: "Replace the content token of a location", Args: cobra.ExactArgs(2),
		Long: `Replace the content token of a location (its name or id) by a newer one of the
same location. People, invitations and history stay as they are, and everything
is read anew. A token of another location is refused.`,
	}
	c.Flags().BoolVar(&sooner, "sooner", false, "also when it expires before the token that is stored")
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		place, err := findLocation(ctx, server, args[0])
		if err != nil {
			return err
		}
		file, err := p.tokenFile(args[1])
		if err != nil {
			return err
		}
		l, err := server.RenewToken(ctx, place, file, sooner)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(l)
		}
		return p.println("Renewed " + clean(l.Name) + "; its token works until " + day(l.TokenExpiresAt) + ".")
	})
	return c
}

func (p *cli) tokenCheck() *cobra.Command {
	c := &cobra.Command{Use: "check [LOCATION]", Short: "Ask Apple again what a location's token opens", Args: cobra.MaximumNArgs(1)}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		place, err := findOrDefault(ctx, server, args)
		if err != nil {
			return err
		}
		l, err := server.CheckLocation(ctx, place)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(l)
		}
		return p.println("Apple accepts the token of " + clean(l.Name) + "; it works until " + day(l.TokenExpiresAt) + ". " + clean(l.TokenSentence))
	})
	return c
}

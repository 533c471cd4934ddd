package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) mailCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "mail", Short: "How letters leave the server"}, p.mailShow(), p.mailSet(), p.mailTest(), p.mailSigning(), p.mailBounce())
}

func (p *cli) mailSigning() *cobra.Command {
	var fresh, yes bool
	c := &cobra.Command{
		Use: "dkim", Short: "Show the DNS record by which signed letters are checked", Args: cobra.NoArgs,
		Long: `Show the DNS record by which recipients' servers check letters that are signed
(DKIM). With --new-key a key is made first, in place of the one there is: letters
are not signed then until signing is switched on again in the mail settings.`,
		Example: "  rsvpp mail dkim --new-key",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&fresh, "new-key", false, "make a new key")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		signing, err := server.Signing(ctx)
		if err != nil {
			return err
		}
		if fresh {
			if signing.Record != "" {
				if ok, err := p.confirm("Make a new key in place of the one there is?", yes); !ok || err != nil {
					return err
				}
			}
			if signing, err = server.MakeSigningKey(ctx); err != nil {
				return err
			}
		}
		if p.json {
			return p.printJSON(signing)
		}
		return p.showSigning(signing)
	})
	return c
}

func (p *cli) showSigning(s client.Signing) error {
	switch {
	case s.Record == "":
		return p.println("There is no key yet: make one with `rsvpp mail dkim --new-key`.")
	case s.Name == "":
		return p.println("Set the sender's address first: the record stands in the DNS of its domain.\n" + s.Record)
	}
	after := "Letters are not signed. Switch it on in the mail settings when the record is published."
	if s.On {
		after = "Letters are signed."
	}
	return p.println(s.Name + " TXT\n" + s.Record + "\n" + after)
}

func (p *cli) mailBounce() *cobra.Command {
	c := &cobra.Command{
		Use: "bounce", Short: "Tell the server of a letter that came back: the message on standard input", Args: cobra.NoArgs,
		Long: `Tell the server of a letter that came back, or that a reader reported as junk.
The message is read from standard input as it came, so that a mail server can hand
over everything that reaches the bounce address of the mail settings.`,
		Example: `  rsvpp mail bounce < message
  bounces: "|/usr/local/bin/rsvpp mail bounce"      (in /etc/aliases)`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		said, err := server.TakeBounce(ctx, p.in)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(said)
		}
		return p.println(clean(said.Sentence))
	})
	return c
}

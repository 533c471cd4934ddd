package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
)

func (p *cli) serveCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: cobra.NoArgs,
		Long: `Run the server until it is interrupted. On first start it prints a link that
creates the first administrator; it works once.

Several servers may run on one PostgreSQL: they share the work.`,
	}
	found := p.settingsOf(c)
	c.RunE = p.does(func(ctx context.Context, _ []string) error {
		s, err := found.read()
		if err != nil {
			return err
		}
		return p.serve(ctx, s)
	})
	return c
}

func (p *cli) serve(ctx context.Context, s settings) error {
	l, err := listen(ctx, &s)
	if err != nil {
		return err
	}
	server, err := openServer(ctx, s, serverOptions{logger: p.logger(s)})
	if err != nil {
		_ = l.Close() // nobody was served yet
		return err
	}
	if err := p.welcome(ctx, s, fromHere(l.Addr()), server); err != nil {
		_ = l.Close()
		return err
	}
	return server.serve(ctx, l)
}

// welcome says where the server is and, the first time, how to get in. It is
// written at once: who reads the address finds the link too.
func (p *cli) welcome(ctx context.Context, s settings, door string, server *server) error {
	here := "http://" + door
	if s.tlsCert != "" {
		here = "https://" + door
	}
	lines := []string{"rsvpp listens on " + here}
	if s.publicURL != here {
		lines = append(lines, "It is reached at "+s.publicURL)
	}
	if link, first := server.setupLink(); first {
		lines = append(lines, "", "There is no administrator yet. Open this link to create one; it works once:", "  "+link, "")
	}
	dead, err := server.invite.DeadLinks(ctx, true)
	if err != nil {
		return err
	}
	if dead != "" {
		lines = append(lines, dead)
	}
	return p.println(strings.Join(lines, "\n"))
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) vppCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "vpp", Short: "Sync people with Apple, adopt them, or delete them from VPP"}, p.vppSync(), p.vppDelete(), p.vppSchedule(), p.vppAdopt())
}

func (p *cli) vppSync() *cobra.Command {
	var o chosen
	var full, wait bool
	c := &cobra.Command{
		Use: "sync", Short: "Bring changed addresses to Apple and statuses back", Args: cobra.NoArgs,
		Long: `Bring changed addresses to Apple and statuses back: for everybody, or for the
people named. What changed in which direction is said at the end.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	c.Flags().BoolVar(&full, "full", false, "read everything at Apple, not only what changed")
	c.Flags().BoolVar(&wait, "wait", false, "wait until all is done")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		o.all = o.all || len(o.users) == 0 && o.from == ""
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		task, err := server.Sync(ctx, client.SyncRequest{Selection: who, Location: location, Full: full})
		if err != nil {
			return err
		}
		if wait {
			if task, err = p.await(ctx, server, task); err != nil {
				return err
			}
		}
		return p.finish(ctx, server, task, map[string]any{"task": task}, wait, nothing)
	})
	return c
}

func (p *cli) vppDelete() *cobra.Command {
	var o chosen
	var dryRun, yes, wait bool
	c := &cobra.Command{
		Use: "delete", Short: "Delete people from VPP", Args: cobra.NoArgs,
		Long: `Delete people from VPP: their record is retired at Apple and they are shown as
Removed. App licenses come back; books never do. They stay in rsvpp and can be
invited again.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, false)
	f := c.Flags()
	f.BoolVar(&dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&yes, "yes", false, "do not ask")
	f.BoolVar(&wait, "wait", false, "wait until all is done")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		return p.deleteFromVPP(ctx, server, client.DeleteRequest{Selection: who, Location: location}, dryRun, yes, wait)
	})
	return c
}

func (p *cli) deleteFromVPP(ctx context.Context, c *client.Client, who client.DeleteRequest, dryRun, yes, wait bool) error {
	removal, err := c.PreviewDelete(ctx, who)
	if err != nil {
		return err
	}
	if !p.json {
		if err := p.printRemoval(removal); err != nil {
			return err
		}
	}
	if dryRun || removal.Retired == 0 {
		return p.jsonOnly(map[string]any{"removal": removal})
	}
	if ok, err := p.confirm("Delete "+many(removal.Retired, "person", "people")+" from VPP?", yes); !ok || err != nil {
		return err
	}
	task, err := c.DeleteFromVPP(ctx, who)
	if err != nil {
		return err
	}
	if wait {
		if task, err = p.await(ctx, c, task); err != nil {
			return err
		}
	}
	return p.finish(ctx, c, task, map[string]any{"removal": removal, "task": task}, wait, nothing)
}

func (p *cli) printRemoval(r client.Removal) error {
	lines := []string{fmt.Sprintf("%s will be retired at Apple, %s of them registered.", many(r.Retired, "record", "records"), count(r.Registered))}
	if r.Nothing > 0 {
		lines = append(lines, many(r.Nothing, "person has", "people have")+" no record at Apple: nothing happens to them.")
	}
	if r.Busy > 0 {
		lines = append(lines, many(r.Busy, "person is", "people are")+" still being worked on by Apple.")
	}
	return p.println(append(lines, r.Notice)...)
}

func nothing() error { return nil }

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) vppCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "vpp", Short: "Sync people with Apple, adopt them, delete them from VPP, see what does not go together"},
		p.vppSync(), p.vppDelete(), p.taskDoes("undo TASK", "Undo a deletion before it is sent to Apple", p.undoTask), p.vppSchedule(), p.vppAdopt(), p.vppConflicts())
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
	var dryRun, yes, wait, atOnce bool
	c := &cobra.Command{
		Use: "delete", Short: "Delete people from VPP", Args: cobra.NoArgs,
		Long: `Delete people from VPP: their record is retired at Apple and they are shown as
Removed. App licenses come back; books never do. They stay in rsvpp and can be
registered again.

Nothing is sent to Apple for some minutes (the server's setting undo-time), in
which rsvpp vpp undo takes all of it back.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, false)
	f := c.Flags()
	f.BoolVar(&dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&yes, "yes", false, "do not ask")
	f.BoolVar(&wait, "wait", false, "wait until all is done")
	f.BoolVar(&atOnce, "at-once", false, "leave no time to undo it")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		return p.deleteFromVPP(ctx, server, client.DeleteRequest{Selection: who, Location: location, AtOnce: atOnce}, dryRun, yes, wait)
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
	if dryRun || removal.Retired+removal.Busy+removal.Taken == 0 {
		return p.jsonOnly(map[string]any{"removal": removal})
	}
	if ok, err := p.confirm("Delete "+many(removal.Retired+removal.Busy+removal.Taken, "person", "people")+" from VPP?", yes); !ok || err != nil {
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
		lines = append(lines, many(r.Busy, "person has", "people have")+" to wait until Apple has answered an earlier request.")
	}
	if r.Taken > 0 {
		lines = append(lines, many(r.Taken, "creation is", "creations are")+" taken back before Apple is asked.")
	}
	if err := p.println(append(lines, r.Notice)...); err != nil {
		return err
	}
	if r.Licenses == nil {
		if r.Retired+r.Busy == 0 {
			return nil
		}
		return p.println("What licenses they hold was never read from Apple: rsvpp vpp sync --full reads it.")
	}
	return p.printRemovedLicenses(*r.Licenses)
}

// printRemovedLicenses says what comes back, what never does, and with whom.
func (p *cli) printRemovedLicenses(l client.RemovedLicenses) error {
	err := p.println(
		fmt.Sprintf("As Apple said at %s: %s back, %s never.", when(l.ReadAt), many(l.ComeBack, "license comes", "licenses come"), count(l.Stay)),
		fmt.Sprintf("Apps stop working within 30 days for %s.", many(l.Losing, "person", "people")))
	if err != nil {
		return err
	}
	if l.Serves > 0 {
		if err := p.println(many(l.Serves, "wish of who waits in line is", "wishes of those who wait in line are") + " served from what comes back."); err != nil {
			return err
		}
	}
	assets := &table{header: []string{"ADAM ID", "KIND", "LICENSES", "PEOPLE", "SERVE IN LINE", ""}, right: []int{2, 3, 4}}
	for _, a := range l.Assets {
		kind, back := a.ProductType, "come back"
		if kind == "" {
			kind = "?"
		}
		if !a.Revocable {
			back = "never come back"
		}
		assets.add(a.AdamID, kind, count(a.Licenses), count(a.People), count(a.Serves), back)
	}
	keepers := &table{header: []string{"KEEPS", "E-MAIL", "BOOKS"}, right: []int{2}}
	for _, k := range l.Keepers {
		keepers.add(k.FullName, k.Email, count(k.Books))
	}
	for _, t := range []*table{assets, keepers} {
		if len(t.rows) > 0 {
			if err := t.write(p.out); err != nil {
				return err
			}
		}
	}
	if more := l.Keeping - len(l.Keepers); more > 0 {
		return p.println("and " + many(more, "person", "people") + " more with books.")
	}
	return nil
}

func nothing() error { return nil }

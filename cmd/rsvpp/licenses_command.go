package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (p *cli) licensesCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "licenses", Short: "Assign apps and books, take them back, see who waits"},
		p.licensesAssign(), p.licensesTakeBack(), p.licensesList(), p.licensesLine(), p.licensesOrder())
}

// asset is an app or book, as a command's argument and flag name it.
type asset struct{ pricing string }

func (a *asset) flag(c *cobra.Command) {
	c.Flags().StringVar(&a.pricing, "pricing", "", "`quality` of a book: STDQ (default) or PLUS")
}

func (p *cli) licensesAssign() *cobra.Command {
	var o chosen
	var a asset
	var hold, dryRun, yes, wait bool
	c := &cobra.Command{
		Use: "assign ADAM-ID", Short: "Assign an app or book to people", Args: cobra.ExactArgs(1),
		Long: `Assign an app or book to people. Who is registered gets a license in the order
in which they accepted, as far as licenses last; the others wait in line and are
served by themselves when one is free. Who is not registered is refused; with
--hold their wish is kept until they are (invite them as well).`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	a.flag(c)
	f := c.Flags()
	f.BoolVar(&hold, "hold", false, "keep the wish of who is not registered until they are")
	f.BoolVar(&dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&yes, "yes", false, "do not ask")
	f.BoolVar(&wait, "wait", false, "wait until everybody has it, waits in line, or was refused")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		r := client.LicenseRequest{Selection: who, Location: location, AdamID: args[0], PricingParam: a.pricing, Hold: hold}
		found, err := server.PreviewLicenses(ctx, r)
		if err != nil {
			return err
		}
		ask := "Assign " + args[0] + " to " + many(found.Assign["ready"]+found.Assign["held"]+found.Assign["paused"], "person", "people") + "?"
		return p.licenseTask(ctx, server, found, p.printAssign, ask, dryRun, yes, wait, func() (client.Task, error) { return server.AssignLicenses(ctx, r) })
	})
	return c
}

func (p *cli) licensesTakeBack() *cobra.Command {
	var o chosen
	var a asset
	var dryRun, yes, wait bool
	c := &cobra.Command{
		Use: "take-back ADAM-ID", Short: "Take an app back from people", Args: cobra.ExactArgs(1),
		Long: `Take an app back from people, and end their wishes for it. An app that stays
installed works for 30 days more. Books are never taken back.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	a.flag(c)
	f := c.Flags()
	f.BoolVar(&dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&yes, "yes", false, "do not ask")
	f.BoolVar(&wait, "wait", false, "wait until all is done")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		r := client.LicenseRequest{Selection: who, Location: location, AdamID: args[0], PricingParam: a.pricing}
		found, err := server.PreviewLicenses(ctx, r)
		if err != nil {
			return err
		}
		if found.TakeBack["taken"]+found.TakeBack["ended"]+found.TakeBack["kept"]+found.TakeBack["busy"] == 0 && !p.json {
			return p.println("None of them has a license of it or waits for one.")
		}
		ask := "Take " + args[0] + " back from " + many(found.TakeBack["taken"]+found.TakeBack["ended"], "person", "people") + "?"
		return p.licenseTask(ctx, server, found, p.printTakeBack, ask, dryRun, yes, wait, func() (client.Task, error) { return server.TakeBackLicenses(ctx, r) })
	})
	return c
}

// licenseTask says what would happen, asks, and begins it.
func (p *cli) licenseTask(ctx context.Context, c *client.Client, found client.LicensePreview, show func(client.LicensePreview) error, question string, dryRun, yes, wait bool, begin func() (client.Task, error)) error {
	if !p.json {
		if err := show(found); err != nil {
			return err
		}
	}
	if dryRun {
		return p.jsonOnly(map[string]any{"preview": found})
	}
	if ok, err := p.confirm(question, yes); !ok || err != nil {
		return err
	}
	task, err := begin()
	if err != nil {
		return err
	}
	if wait {
		if task, err = p.await(ctx, c, task); err != nil {
			return err
		}
	}
	return p.finish(ctx, c, task, map[string]any{"preview": found, "task": task}, wait, nothing)
}

func (p *cli) printAssign(f client.LicensePreview) error {
	lines := []string{fmt.Sprintf("%s can get a license now; %s in line.", many(f.Now, "person", "people"), many(f.Waiting, "waits", "wait"))}
	if some := slices.DeleteFunc(slices.Clone(f.Stocks), func(k client.Stock) bool { return k.Free == 0 }); len(some) > 1 && f.Now > 0 {
		lines = append(lines, "Several locations have some free: as each person gets one only where they are registered, it may be fewer now.")
	}
	for _, l := range []struct {
		n    int
		text string
	}{
		{f.Before, "in line already, in the order in which they accepted."},
		{f.Assign["held"], "held until they are registered."},
		{f.Assign["paused"], "kept until they are resumed."},
		{f.Assign["has"], "have it already."},
		{f.Assign["wished"], "were asked for before."},
	} {
		if l.n > 0 {
			lines = append(lines, count(l.n)+" "+l.text)
		}
	}
	for _, why := range sortedKeys(f.Refused) {
		lines = append(lines, count(f.Refused[why])+" refused: "+why)
	}
	if !f.Revocable {
		lines = append(lines, "A book never comes back once it is given.")
	}
	if err := p.println(lines...); err != nil {
		return err
	}
	return p.printStocks(f.Stocks)
}

func (p *cli) printTakeBack(f client.LicensePreview) error {
	lines := []string{fmt.Sprintf("%s back; %s.", many(f.TakeBack["taken"], "license is taken", "licenses are taken"), many(f.TakeBack["ended"], "wish ends", "wishes end"))}
	if n := f.TakeBack["kept"]; n > 0 {
		lines = append(lines, many(n, "person keeps", "people keep")+" it: Apple takes no book back.")
	}
	if n := f.TakeBack["busy"]; n > 0 {
		lines = append(lines, many(n, "person has", "people have")+" to wait until Apple has answered an earlier request.")
	}
	return p.println(lines...)
}

func sortedKeys(m map[string]int) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (p *cli) printStocks(stocks []client.Stock) error {
	out := &table{header: []string{"ORDER", "LOCATION", "TOTAL", "ASSIGNED", "ON THE WAY", "FREE"}, right: []int{2, 3, 4, 5}}
	for _, k := range stocks {
		order, total, free := "-", count(k.Total), count(k.Free)
		if k.Position > 0 {
			order = count(k.Position)
		}
		if k.Unlimited {
			total, free = "unlimited", "unlimited"
		}
		if !k.Usable {
			free = "none now"
		}
		out.add(order, k.Name, total, count(k.Assigned), count(k.Asked), free)
	}
	return out.write(p.out)
}

func (p *cli) licensesList() *cobra.Command {
	c := &cobra.Command{
		Use: "list PERSON", Short: "List what a person is to have, and how it stands", Args: cobra.ExactArgs(1),
		Long: `List the apps and books that a person is to have or had to give back, and how
each stands. Nothing is called assigned before Apple shows it.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		user, err := server.FindUser(ctx, args[0])
		if err != nil {
			return err
		}
		all, err := server.Wishes(ctx, user.ID)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		if len(all) == 0 {
			return p.println("Nothing was assigned to this person here.")
		}
		out := &table{header: []string{"APPLE'S NUMBER", "QUALITY", "STATE", "PLACE", "ASKED FOR", "BY", "WHY NOT"}, right: []int{3}}
		for _, w := range all {
			out.add(w.AdamID, w.PricingParam, vpp.WishState(w.State).Word(), place(w), when(w.WantedAt), w.WantedBy, w.Why)
		}
		return out.write(p.out)
	})
	return c
}

func place(w client.Wish) string {
	if w.Position == 0 {
		return ""
	}
	return count(w.Position)
}

func (p *cli) licensesLine() *cobra.Command {
	var a asset
	c := &cobra.Command{
		Use: "line ADAM-ID", Short: "List who waits for an app or book", Args: cobra.ExactArgs(1),
		Long: `List who waits for an app or book, first who is served first: licenses go out
in the order in which people accepted. Who is held stands behind all others.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	a.flag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		var all []client.Wish
		for w, err := range server.Line(ctx, args[0], a.pricing) {
			if err != nil {
				return err
			}
			all = append(all, w)
		}
		if p.json {
			return p.printJSON(items{all})
		}
		if len(all) == 0 {
			return p.println("Nobody waits for it.")
		}
		out := &table{header: []string{"PLACE", "NAME", "E-MAIL", "STATE", "ASKED FOR", "WHY NOT"}, right: []int{0}}
		for _, w := range all {
			out.add(place(w), w.FullName, w.Email, vpp.WishState(w.State).Word(), when(w.WantedAt), w.Why)
		}
		return out.write(p.out)
	})
	return c
}

func (p *cli) licensesOrder() *cobra.Command {
	var a asset
	var set []string
	var reset bool
	c := &cobra.Command{
		Use: "order ADAM-ID", Short: "See or change from which locations an app or book is taken", Args: cobra.ExactArgs(1),
		Long: `See from which locations an app or book is taken, one after the other, and what
each has. With --set the order is changed: locations that are left out give none.
With --reset every location gives it again, the default one first.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	a.flag(c)
	c.Flags().StringArrayVar(&set, "set", nil, "a `location`, by name or id; repeat it for the next")
	c.Flags().BoolVar(&reset, "reset", false, "forget the order")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		if len(set) > 0 && reset {
			return usagef("say either --set or --reset, not both")
		}
		var order []string
		for _, text := range set {
			l, err := oneLocation(ctx, server, text)
			if err != nil {
				return err
			}
			order = append(order, l.ID)
		}
		read := func() (client.LicenseStocks, error) { return server.LicenseStocks(ctx, args[0], a.pricing) }
		if len(set) > 0 || reset {
			read = func() (client.LicenseStocks, error) { return server.SetLicenseOrder(ctx, args[0], a.pricing, order) }
		}
		found, err := read()
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(found)
		}
		return p.printStocks(found.Stocks)
	})
	return c
}

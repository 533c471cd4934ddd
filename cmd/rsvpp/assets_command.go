package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) assetsCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "assets", Short: "See apps and books and their licenses"}, p.assetsList())
}

func (p *cli) assetsList() *cobra.Command {
	var o chosen
	c := &cobra.Command{
		Use: "list", Short: "List apps and books with their licenses", Args: cobra.NoArgs,
		Long: `List the apps and books of a location with their licenses, as Apple counted
them last. A license of a book never comes back once it is given; RETIRED counts
those that stayed with people who were removed.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.locationFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		l, err := oneLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		all, err := server.Assets(ctx, l.ID)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		if len(all) == 0 {
			return p.println(clean(l.Name) + " has no apps or books, or they were not read yet.")
		}
		return p.printAssets(all)
	})
	return c
}

func (p *cli) printAssets(all []client.Asset) error {
	out := &table{header: []string{"APPLE'S NUMBER", "KIND", "QUALITY", "TOTAL", "ASSIGNED", "AVAILABLE", "RETIRED", "COMES BACK", "FOR"}, right: []int{3, 4, 5, 6}}
	for _, a := range all {
		total, available, back := count(a.Total), count(a.Available), "yes"
		if a.Unlimited {
			total, available = "unlimited", "unlimited"
		}
		if !a.Revocable {
			back = "never"
		}
		out.add(a.AdamID, a.ProductType, a.PricingParam, total, count(a.Assigned), available, count(a.Retired), back, strings.Join(a.Platforms, ", "))
	}
	return out.write(p.out)
}

// oneLocation finds a location by id, Apple's uId or name; "" is the default one.
func oneLocation(ctx context.Context, c *client.Client, text string) (client.Location, error) {
	id, err := findLocation(ctx, c, text)
	if err != nil {
		return client.Location{}, err
	}
	all, err := c.Locations(ctx)
	for _, l := range all {
		if l.ID == id || id == "" && l.Default {
			return l, err
		}
	}
	if err == nil {
		err = sayf(nil, "There is no location yet: add a content token with rsvpp token add.")
	}
	return client.Location{}, err
}

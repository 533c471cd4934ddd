package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) vppSchedule() *cobra.Command {
	var every, fullEvery string
	var pause, resume bool
	c := &cobra.Command{
		Use: "schedule LOCATION", Short: "Say how often a location is read by itself", Args: cobra.ExactArgs(1),
		Long: `Say how often a location, named by its name or id, is read at Apple by itself;
without a flag, say how it is set. What changed is read often; everything is
read now and then, because changes do not tell of everything. While it is
paused, it is read when somebody asks for it and when Apple notifies.`,
		Example: `  rsvpp vpp schedule "North School" --every 15m --full-every 24h
  rsvpp vpp schedule "North School" --every usual
  rsvpp vpp schedule "North School" --pause`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	f := c.Flags()
	f.StringVar(&every, "every", "", "read what changed every such `span` (1m to 168h), or usual for the server's own")
	f.StringVar(&fullEvery, "full-every", "", "read everything every such `span` (10m to 720h), or usual for the server's own")
	f.BoolVar(&pause, "pause", false, "read only when asked, and when Apple notifies")
	f.BoolVar(&resume, "resume", false, "go on")
	c.MarkFlagsMutuallyExclusive("pause", "resume")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		l, err := oneLocation(ctx, server, args[0])
		if err != nil {
			return err
		}
		if every != "" || fullEvery != "" || pause || resume {
			s := l.Schedule
			s.Every, s.FullEvery = usual(every, s.Every), usual(fullEvery, s.FullEvery)
			s.Paused = pause || s.Paused && !resume
			if l, err = server.SetSchedule(ctx, l.ID, s); err != nil {
				return err
			}
		}
		if p.json {
			return p.printJSON(l)
		}
		return p.printSchedule(l)
	})
	return c
}

// usual is what a flag makes of what was set.
func usual(flag, was string) string {
	switch flag {
	case "":
		return was
	case "usual":
		return ""
	}
	return flag
}

func (p *cli) printSchedule(l client.Location) error {
	out := &table{}
	span := func(text string) string {
		if text == "" {
			return "the server's own span"
		}
		return "every " + text
	}
	out.add("Location", l.Name)
	out.add("What changed", span(l.Schedule.Every), "last "+orNever(when(l.ReadAt)), "next "+next(l.Schedule.Paused, when(l.NextReadAt)))
	out.add("Everything", span(l.Schedule.FullEvery), "last "+orNever(when(l.FullReadAt)), "next "+next(l.Schedule.Paused, when(l.NextFullAt)))
	return out.write(p.out)
}

func orNever(text string) string {
	if text == "" {
		return "never"
	}
	return text
}

func next(paused bool, text string) string {
	switch {
	case paused:
		return "not by itself: it is paused"
	case text == "":
		return "soon"
	}
	return text
}

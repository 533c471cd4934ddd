package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) usersShow() *cobra.Command {
	var o chosen
	c := &cobra.Command{
		Use: "show PERSON", Short: "Show a person, the whole story, and what to do next", Args: cobra.ExactArgs(1),
		Long: `Show a person, named by e-mail address, user name or external id: why they are
or are not registered, everything that happened, and the best thing to do next.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.locationFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		location, err := findLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		found, err := server.FindUser(ctx, args[0])
		if err != nil {
			return err
		}
		story, err := server.Story(ctx, found.ID, location)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(story)
		}
		return p.printStory(story)
	})
	return c
}

func (p *cli) printStory(s client.Story) error {
	facts := &table{}
	line := func(name, value string) {
		if value != "" {
			facts.add(name, value)
		}
	}
	line("Name", s.User.FullName)
	line("E-mail", s.User.Email)
	line("Managed Apple Account", s.User.ManagedAppleID)
	line("User name", s.User.UserName)
	line("External id", s.User.ExternalID)
	line("Groups", strings.Join(s.User.Groups, ", "))
	line("Location", s.Location)
	line("VPP status", statusWord(s.Place.VPPStatus)+ofApple(s.Place))
	line("Since", when(s.Place.Since))
	line("Licenses", s.Place.NotAssignable)
	line("Paused", when(s.User.PausedAt))
	line("Why", s.Why)
	line("Next", nextStep(s.Next))
	if err := facts.write(p.out); err != nil || len(s.Events) == 0 {
		return err
	}
	if err := p.println("", "What happened, the newest first:"); err != nil {
		return err
	}
	return timeline(s.Events).write(p.out)
}

// ofApple puts Apple's own word beside ours (trap 1).
func ofApple(p client.Place) string {
	if p.AppleStatus == "" {
		return " (no record at Apple)"
	}
	return " (Apple says " + p.AppleStatus + ")"
}

func nextStep(n client.NextStep) string {
	if n.Label == "" {
		return n.Why
	}
	return strings.TrimSpace(n.Label + ". " + n.Why)
}

func timeline(events []client.Event) *table {
	out := &table{}
	for _, e := range events {
		mark := map[string]string{"good": "+", "warn": "!", "bad": "x"}[e.Tone]
		text := e.Title
		if e.Detail != "" {
			text += ": " + e.Detail
		}
		if e.By != "" {
			text += " (" + e.By + ")"
		}
		out.add("  "+when(e.At), mark, text)
	}
	return out
}

package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// inviteRule invites people when their devices enroll (F-28).
func (p *cli) inviteRule() *cobra.Command {
	return p.group(&cobra.Command{
		Use: "rule", Short: "Invite people by themselves when their devices enroll",
		Long: `Invite the owner of a device on it, once it is enrolled and can be reached.
Devices that enrolled before the rule was switched on, and people who are
registered already, are left alone.`,
	}, p.ruleShow(), p.ruleOn(), p.ruleOff())
}

func (p *cli) ruleCommand(use, short string, work func(context.Context, *client.Client) (client.EnrollRule, error)) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		rule, err := work(ctx, server)
		if err != nil {
			return err
		}
		return p.printRule(rule)
	})
	return c
}

func (p *cli) ruleShow() *cobra.Command {
	return p.ruleCommand("show", "Show the rule", func(ctx context.Context, c *client.Client) (client.EnrollRule, error) { return c.EnrollRule(ctx) })
}

func (p *cli) ruleOn() *cobra.Command {
	var after time.Duration
	next := client.EnrollRule{On: true}
	c := p.ruleCommand("on", "Switch the rule on, or change it", func(ctx context.Context, c *client.Client) (client.EnrollRule, error) {
		if after%time.Minute != 0 {
			return next, usagef("--after is in whole minutes")
		}
		next.AfterMinutes = int(after / time.Minute)
		return c.SaveEnrollRule(ctx, next)
	})
	c.Flags().DurationVar(&after, "after", 0, "how long after the device can be reached")
	c.Flags().StringArrayVar(&next.Groups, "group", nil, "only members of this `group`; may be repeated (default: everybody)")
	c.Flags().BoolVar(&next.ElseMail, "else-mail", false, "an e-mail where the device does not take the invitation")
	return c
}

func (p *cli) ruleOff() *cobra.Command {
	return p.ruleCommand("off", "Switch the rule off", func(ctx context.Context, c *client.Client) (client.EnrollRule, error) {
		rule, err := c.EnrollRule(ctx)
		if err != nil {
			return rule, err
		}
		rule.On = false
		return c.SaveEnrollRule(ctx, rule)
	})
}

func (p *cli) printRule(r client.EnrollRule) error {
	if p.json {
		return p.printJSON(r)
	}
	if !r.On {
		return p.println("Off: nobody is invited because a device was enrolled.")
	}
	who, moment, instead := "everybody", "at once", "."
	if len(r.Groups) > 0 {
		who = "members of " + strings.Join(r.Groups, ", ")
	}
	if r.AfterMinutes > 0 {
		moment = (time.Duration(r.AfterMinutes) * time.Minute).String() + " later"
	}
	if r.ElseMail {
		instead = "; an e-mail goes out where the device does not take it."
	}
	return p.println("On: " + who + " with a newly enrolled device is invited on it, " + moment + instead)
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

type inviting struct {
	chosen
	narrow                    inviteNarrowing
	audience, via             string
	devices                   []string
	elseMail, tryAgain        bool
	resend, dryRun, yes, wait bool
}

func (p *cli) inviteCommand() *cobra.Command {
	var o inviting
	c := &cobra.Command{
		Use: "invite", Short: "Invite people, or send their invitations again", Args: cobra.NoArgs,
		Long: `Invite people to Apple's Volume Purchase Program. First it is shown who would be
reached, how, and who not and why; then it is asked.`,
		Example: `  rsvpp invite --all --dry-run
  rsvpp invite --all --yes --wait
  rsvpp invite --user anna.richter --via link --yes --wait
  rsvpp invite --all --via device --else-mail
  rsvpp invite --user anna.richter --via device --device DMPXK1ABCDEF
  rsvpp invite --all --group "class 5a"
  rsvpp invite --all --resend --older-than 14d
  rsvpp invite --all --audience removed --dry-run`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	o.narrow.flags(c)
	f := c.Flags()
	f.StringVar(&o.audience, "audience", "not-invited", "of these people: not-invited, not-registered for the invited too, or removed to register them again")
	f.StringVar(&o.via, "via", "mail", "mail, device to show it on people's devices, both, or link to hand it over yourself")
	f.BoolVar(&o.elseMail, "else-mail", false, "with --via device: an e-mail to those whom no device takes it for")
	f.StringArrayVar(&o.devices, "device", nil, "with --via device and one --user: only this `device`, by serial number, name or id; may be repeated")
	f.BoolVar(&o.tryAgain, "try-again", false, "letters to addresses that a mail server refused before, too")
	f.BoolVar(&o.resend, "resend", false, "again to those who were invited and have not accepted")
	f.BoolVar(&o.dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.wait, "wait", false, "wait until all is done")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		return p.invite(ctx, server, o)
	})
	c.AddCommand(p.inviteRule(), p.inviteWithdraw())
	return c
}

// request turns the flags into the API's words.
func (o inviting) request(ctx context.Context, p *cli, c *client.Client) (client.InvitationRequest, error) {
	r := client.InvitationRequest{Audience: o.audience, Channel: o.via, ElseMail: o.elseMail, TryAgain: o.tryAgain, Resend: o.resend}
	if (o.elseMail || len(o.devices) > 0) && o.via != "device" {
		return r, usagef("--else-mail and --device go with --via device")
	}
	var err error
	if r.Selection, r.Location, err = o.of(ctx, p, c); err != nil {
		return r, err
	}
	for _, name := range o.devices {
		d, err := findDevice(ctx, c, name)
		if err != nil {
			return r, err
		}
		r.Devices = append(r.Devices, d.ID)
	}
	if o.resend || len(o.devices) > 0 {
		r.Audience = "not-registered"
	}
	r.Selection, err = o.narrow.of(ctx, c, r, time.Now())
	return r, err
}

// invited is what --json prints.
type invited struct {
	Diagnosis client.Diagnosis `json:"diagnosis"`
	Task      *client.Task     `json:"task,omitempty"`
	Links     []handedLink     `json:"links,omitempty"`
}

func (p *cli) invite(ctx context.Context, c *client.Client, o inviting) error {
	request, err := o.request(ctx, p, c)
	if err != nil {
		return err
	}
	out := invited{}
	if s := request.Selection; !s.All && len(s.Users)+len(s.Names) == 0 {
		if p.json {
			return p.printJSON(out)
		}
		return p.println("Nobody was invited longer ago than " + o.narrow.olderThan + " and has not accepted.")
	}
	if out.Diagnosis, err = c.Examine(ctx, request); err != nil {
		return err
	}
	if err := p.showDiagnosis(out.Diagnosis); err != nil {
		return err
	}
	if o.dryRun || out.Diagnosis.Acting == 0 {
		return p.jsonOnly(out)
	}
	question := "Invite " + many(out.Diagnosis.Reachable, "person", "people") + "?"
	if o.audience == "removed" {
		question = "Register " + many(out.Diagnosis.Reachable, "person", "people") + " again?"
	}
	if ok, err := p.confirm(question, o.yes); !ok || err != nil {
		return err
	}
	task, err := c.Invite(ctx, request)
	if err != nil {
		return err
	}
	if o.wait {
		if task, err = p.await(ctx, c, task); err != nil {
			return err
		}
	}
	out.Task = &task
	if o.wait && o.via == "link" {
		if out.Links, err = linksOf(ctx, c, task, request.Location); err != nil {
			return err
		}
	}
	return p.finish(ctx, c, task, out, o.wait, p.printLinks(out.Links))
}

// showDiagnosis shows the doctor's table, unless JSON will.
func (p *cli) showDiagnosis(d client.Diagnosis) error {
	if p.json {
		return nil
	}
	out := &table{header: []string{"PEOPLE", "BY", "WHAT WILL HAPPEN"}, right: []int{0}}
	for _, f := range d.Verdicts {
		by := f.Channel
		if !f.Reachable {
			by = "-"
		}
		out.add(count(f.People), strings.ReplaceAll(by, "both", "mail, device"), f.Sentence)
	}
	if err := out.write(p.out); err != nil {
		return err
	}
	for _, notice := range []string{d.SharedText, d.Notice} {
		if notice == "" {
			continue
		}
		if err := p.println(clean(notice)); err != nil {
			return err
		}
	}
	return p.println(fmt.Sprintf("%s of %s will be reached%s.", count(d.Reachable), many(d.People, "person", "people"), waysOf(d)))
}

// waysOf says how many are reached which way, where devices are among them.
func waysOf(d client.Diagnosis) string {
	if d.OnDevice == 0 {
		return ""
	}
	return fmt.Sprintf(": %s on devices, %s by e-mail", count(d.OnDevice), count(d.ByMail))
}

func (p *cli) jsonOnly(v any) error {
	if p.json {
		return p.printJSON(v)
	}
	return nil
}

// handedLink is one invitation's link. Whoever holds it can accept it.
type handedLink struct {
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
	client.Link
}

func linksOf(ctx context.Context, c *client.Client, t client.Task, location string) ([]handedLink, error) {
	var links []handedLink
	for i, err := range c.TaskItems(ctx, t.ID, "done") {
		if err != nil {
			return links, err
		}
		link, err := c.CopyLink(ctx, i.UserID, location)
		switch {
		case isConflict(err): // linked by the Managed Apple Account: no link is needed
		case err != nil:
			return links, err
		default:
			links = append(links, handedLink{i.FullName, i.Email, link})
		}
	}
	return links, nil
}

func (p *cli) printLinks(links []handedLink) func() error {
	return func() error {
		out := &table{}
		for _, l := range links {
			out.add(l.FullName, l.Email, l.URL)
		}
		return out.write(p.out)
	}
}

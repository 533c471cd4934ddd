package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) letterCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "letter", Short: "What the invitation by e-mail says"},
		p.letterShow(), p.letterSet(), p.letterPreview(), p.letterTest())
}

func (p *cli) letterShow() *cobra.Command {
	c := &cobra.Command{Use: "show", Short: "Show the letter, with its variables", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		l, err := server.Letter(ctx)
		if err != nil {
			return err
		}
		return p.showLetter(l)
	})
	return c
}

func (p *cli) showLetter(l client.Letter) error {
	if p.json {
		return p.printJSON(l)
	}
	if err := p.println("Subject: "+clean(l.Subject), ""); err != nil {
		return err
	}
	return p.println(cleanLines(l.Text))
}

// letterFlags are a letter, as flags say it.
type letterFlags struct{ subject, text, html string }

func (o *letterFlags) flags(f *pflag.FlagSet) {
	f.StringVar(&o.subject, "subject", "", "the subject")
	f.StringVar(&o.text, "text", "", "`file` with the text; - for standard input")
	f.StringVar(&o.html, "html", "", "`file` with the HTML part; empty to have it made from the text")
}

// into changes what flags were given for.
func (o *letterFlags) into(p *cli, f *pflag.FlagSet, l *client.Letter) error {
	given(f, "subject", &l.Subject, o.subject)
	for _, part := range []struct {
		flag, file string
		to         *string
	}{{"text", o.text, &l.Text}, {"html", o.html, &l.HTML}} {
		if !f.Changed(part.flag) {
			continue
		}
		*part.to = ""
		if part.file == "" {
			continue
		}
		text, err := p.readAll(part.file)
		if err != nil {
			return err
		}
		*part.to = string(text)
	}
	return nil
}

// changed says whether a letter was given at all.
func (o *letterFlags) changed(f *pflag.FlagSet) bool {
	return f.Changed("subject") || f.Changed("text") || f.Changed("html")
}

// letter is the saved one with what flags say, or nil when they say nothing.
func (o *letterFlags) letter(ctx context.Context, p *cli, c *client.Client, f *pflag.FlagSet) (*client.Letter, error) {
	if !o.changed(f) {
		return nil, nil //nolint:nilnil // nil is the API's word for the saved one
	}
	l, err := c.Letter(ctx)
	if err == nil {
		err = o.into(p, f, &l)
	}
	return &l, err
}

func (p *cli) letterSet() *cobra.Command {
	var o letterFlags
	c := &cobra.Command{
		Use: "set", Short: "Change the letter; one without the link is refused", Args: cobra.NoArgs,
		Long: `Change the letter. Only what is given changes. Variables are written
{{.FirstName}}; {{.Link}} must be in it.`,
		Example: "  rsvpp letter show --json > letter.json\n  rsvpp letter set --subject \"Your apps, {{.FirstName}}\" --text letter.txt",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c.Flags())
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		l, err := o.letter(ctx, p, server, c.Flags())
		if err != nil {
			return err
		}
		if l == nil {
			return usagef("nothing to change was given (see --help)")
		}
		saved, err := server.SaveLetter(ctx, *l)
		if err != nil {
			return err
		}
		return p.showLetter(saved)
	})
	return c
}

// letterTrial says for whom a letter is filled in.
type letterTrial struct {
	letterFlags
	at   chosen
	user string
}

func (p *cli) letterTrialFlags(c *cobra.Command, o *letterTrial) {
	p.serverFlags(c)
	p.jsonFlag(c)
	o.letterFlags.flags(c.Flags())
	o.at.locationFlag(c)
	c.Flags().StringVar(&o.user, "user", "", "filled in for this `person`; with invented values without")
}

// of turns the flags into the API's words.
func (o *letterTrial) of(ctx context.Context, p *cli, c *client.Client, f *pflag.FlagSet) (out client.LetterPreview, err error) {
	if out.Letter, err = o.letter(ctx, p, c, f); err != nil {
		return out, err
	}
	if out.Location, err = findLocation(ctx, c, o.at.location); err != nil || o.user == "" {
		return out, err
	}
	found, err := c.FindUser(ctx, o.user)
	out.User = found.ID
	return out, err
}

func (p *cli) letterPreview() *cobra.Command {
	var o letterTrial
	c := &cobra.Command{Use: "preview", Short: "Show the letter filled in, saved or as the flags change it", Args: cobra.NoArgs}
	p.letterTrialFlags(c, &o)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		request, err := o.of(ctx, p, server, c.Flags())
		if err != nil {
			return err
		}
		l, err := server.PreviewLetter(ctx, request)
		if err != nil {
			return err
		}
		return p.showLetter(l)
	})
	return c
}

func (p *cli) letterTest() *cobra.Command {
	var o letterTrial
	c := &cobra.Command{
		Use: "test ADDRESS", Short: "Send the letter, filled in, to yourself", Args: cobra.ExactArgs(1),
		Long: `Send the letter, saved or as the flags change it, to an address of yours. Its
link leads nowhere. The command fails when no mail server took it.`,
	}
	p.letterTrialFlags(c, &o)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		request, err := o.of(ctx, p, server, c.Flags())
		if err != nil {
			return err
		}
		t, err := server.TestLetter(ctx, client.LetterTest{To: args[0], Letter: request.Letter, User: request.User, Location: request.Location})
		if err != nil {
			return err
		}
		if p.json {
			err = p.printJSON(t)
		} else {
			err = p.println(clean(t.Outcome + ". " + t.Sentence))
		}
		if err != nil {
			return err
		}
		return tookIt(t.Outcome)
	})
	return c
}

package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// tokenConsentText shows or changes what administrators confirm (F-58).
func (p *cli) tokenConsentText() *cobra.Command {
	var file string
	var usual, anew bool
	c := &cobra.Command{
		Use: "consent-text", Short: "Show or change what is confirmed before people's data goes to Apple", Args: cobra.NoArgs,
		Long: `Show what an administrator confirms before people's data goes to Apple, or put it
in your organization's own words. What was confirmed before stays in force,
unless --ask-anew: then nothing is written at a location before somebody
confirms the new words with "rsvpp token consent".`,
		Example: `  rsvpp token consent-text
  rsvpp token consent-text --set words.txt --ask-anew
  rsvpp token consent-text --default`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	f := c.Flags()
	f.StringVar(&file, "set", "", "`file` with your own words; - for standard input")
	f.BoolVar(&usual, "default", false, "the words that rsvpp brings along")
	f.BoolVar(&anew, "ask-anew", false, "have it confirmed anew where other words were")
	c.MarkFlagsMutuallyExclusive("set", "default")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		form, err := p.consentForm(ctx, server, file, usual, anew)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(form)
		}
		return p.printConsentForm(form)
	})
	return c
}

// consentForm reads the words, or saves them first.
func (p *cli) consentForm(ctx context.Context, server *client.Client, file string, usual, anew bool) (client.ConsentForm, error) {
	switch {
	case usual:
		return server.SaveConsentText(ctx, "", anew)
	case file != "":
		text, err := p.readAll(file)
		if err != nil {
			return client.ConsentForm{}, err
		}
		if strings.TrimSpace(string(text)) == "" {
			return client.ConsentForm{}, usagef("the file is empty: say --default for the words that rsvpp brings along")
		}
		return server.SaveConsentText(ctx, string(text), anew)
	case anew:
		now, err := server.ConsentText(ctx)
		if err != nil {
			return now, err
		}
		return server.SaveConsentText(ctx, now.Text, true)
	}
	return server.ConsentText(ctx)
}

func (p *cli) printConsentForm(f client.ConsentForm) error {
	whose := "These are the words that rsvpp brings along"
	if f.Own {
		whose = "These are your own words, saved " + when(f.SavedAt)
	}
	lines := []string{cleanLines(f.Text), "", whose + " (version " + f.Version + ")."}
	if f.Asked > 0 {
		lines = append(lines, "It is asked for anew at "+many(f.Asked, "location", "locations")+": nothing is written there before somebody confirms it.")
	}
	return p.println(lines...)
}

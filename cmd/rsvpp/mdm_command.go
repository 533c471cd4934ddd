package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) mdmCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "mdm", Short: "Look after the MDM server inside, and connect others"},
		append(p.mdmServers(), p.mdmStatus(), p.mdmPushCert(), p.mdmProfile())...)
}

func (p *cli) mdmStatus() *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "Show how the MDM server inside stands, and what is missing before devices can enroll", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		state, err := server.MDM(ctx)
		if err != nil {
			return err
		}
		return p.printMDM(state)
	})
	return c
}

func (p *cli) printMDM(s client.MDMState) error {
	if p.json {
		return p.printJSON(s)
	}
	facts := &table{}
	facts.add("Devices reach it at", s.Address)
	if s.Topic != "" {
		facts.add("Topic", s.Topic)
		facts.add("Push certificate expires", day(s.ExpiresAt))
	}
	facts.add("Devices", count(s.Devices))
	for _, missing := range s.Missing {
		facts.add("Missing", missing)
	}
	if s.Warning != "" {
		facts.add("Warning", s.Warning)
	}
	if s.Problem != "" {
		facts.add("Devices are not woken", s.Problem+" Since "+day(s.ProblemAt)+".")
	}
	return facts.write(p.out)
}

func (p *cli) mdmPushCert() *cobra.Command {
	c := &cobra.Command{
		Use: "push-cert CERTIFICATE KEY", Short: "Upload or renew the push certificate", Args: cobra.ExactArgs(2),
		Long: `Upload or renew the push certificate by which devices are woken: the file that
identity.apple.com/pushcert gives, and the key that its request was made with,
both as PEM, the key without a passphrase. A renewal must have the topic of the
present certificate: renew it with the Apple Account that made it.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		var files [2]string
		for i, name := range args {
			text, err := p.readFile(name)
			if err != nil {
				return sayf(err, "The file %s cannot be read.", name)
			}
			files[i] = string(text)
		}
		state, err := server.SetPushCertificate(ctx, files[0], files[1])
		if err != nil {
			return err
		}
		return p.printMDM(state)
	})
	return c
}

func (p *cli) mdmProfile() *cobra.Command {
	var person string
	c := &cobra.Command{
		Use: "profile", Short: "Write an enrollment profile, good for one device", Args: cobra.NoArgs,
		Long: `Write an enrollment profile to standard output. It is good for one device, which
then belongs to the person named, or to nobody yet.`,
		Example: "  rsvpp mdm profile --user anna@example.org > enroll.mobileconfig",
	}
	p.serverFlags(c)
	c.Flags().StringVar(&person, "user", "", "whose device it will be, by e-mail address, user name or external id")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		id := ""
		if person != "" {
			found, err := server.FindUser(ctx, person)
			if err != nil {
				return err
			}
			id = found.ID
		}
		return server.Profile(ctx, id, p.out)
	})
	return c
}

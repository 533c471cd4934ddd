package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// mdmServers are the commands for MDM servers that the organization has.
func (p *cli) mdmServers() []*cobra.Command {
	return []*cobra.Command{p.mdmList(), p.mdmAdd(), p.mdmTest(), p.mdmSync(), p.mdmRemove()}
}

func (p *cli) mdmList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the MDM servers that are connected, and what each cannot do", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		all, err := server.MDMServers(ctx)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		out := &table{header: []string{"NAME", "KIND", "ADDRESS", "DEVICES", "LAST ANSWER", "DEVICES READ", "NOTE"}, right: []int{3}}
		for _, s := range all {
			out.add(s.Name, s.Kind, s.URL, count(s.Devices), when(s.CheckedAt), when(s.SyncedAt), s.Problem)
			for _, cannot := range s.Cannot {
				out.add("", "", "", "", "", "", cannot)
			}
		}
		return out.write(p.out)
	})
	return c
}

func (p *cli) mdmAdd() *cobra.Command {
	var in client.MDMServerInput
	var keyFile string
	c := &cobra.Command{
		Use: "add NAME", Short: "Connect an MDM server that you have: NanoMDM, MicroMDM or Fleet", Args: cobra.ExactArgs(1),
		Long: `Connect an MDM server that you have: NanoMDM, MicroMDM or Fleet. It is asked for
something harmless first. What is printed must then be set there as the address
of its webhook, so that it reports what devices answer. Fleet reports nothing
and is asked.`,
		Example: "  rsvpp mdm add School --kind nanomdm --url https://mdm.example.org --key-file nanomdm.key",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	f := c.Flags()
	f.StringVar(&in.Kind, "kind", "", "nanomdm, micromdm or fleet")
	f.StringVar(&in.URL, "url", "", "the server's address")
	f.StringVar(&keyFile, "key-file", "", "a file with the API key; of Fleet with the token of an API-only user")
	f.BoolVar(&in.Signed, "signed", false, "it signs its reports (NanoMDM's -webhook-hmac-key): others are refused")
	for _, name := range []string{"kind", "url", "key-file"} {
		_ = c.MarkFlagRequired(name)
	}
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		key, err := p.readFile(keyFile)
		if err != nil {
			return sayf(err, "The file %s cannot be read.", keyFile)
		}
		in.Name, in.Key = args[0], strings.TrimSpace(string(key))
		s, err := server.AddMDMServer(ctx, in)
		if err != nil {
			return err
		}
		return p.printMDMServer(s, "Connected "+s.Name+".")
	})
	return c
}

// printMDMServer says how a server stands, and what must be set there.
func (p *cli) printMDMServer(s client.MDMServer, first string) error {
	if p.json {
		return p.printJSON(s)
	}
	lines := []string{clean(first)}
	if s.ReportURL != "" {
		lines = append(lines, "Set there as the address of its webhook (a secret): "+s.ReportURL)
	}
	if s.SignKey != "" {
		lines = append(lines, "Set there as -webhook-hmac-key (a secret): "+s.SignKey)
	}
	return p.println(append(lines, s.Cannot...)...)
}

// onMDMServer makes a command that does something with the server named.
func (p *cli) onMDMServer(c *cobra.Command, do func(ctx context.Context, server *client.Client, s client.MDMServer) error) *cobra.Command {
	c.Args = cobra.ExactArgs(1)
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		all, err := server.MDMServers(ctx)
		if err != nil {
			return err
		}
		var found []client.MDMServer
		for _, s := range all {
			if s.ID == args[0] || strings.EqualFold(s.Name, args[0]) {
				found = append(found, s)
			}
		}
		switch len(found) {
		case 0:
			return sayf(nil, "No MDM server is called %s: look with `rsvpp mdm list`.", args[0])
		case 1:
			return do(ctx, server, found[0])
		}
		return sayf(nil, "Several MDM servers are called %s: name it by its id, which `rsvpp mdm list --json` shows.", args[0])
	})
	return c
}

func (p *cli) mdmTest() *cobra.Command {
	return p.onMDMServer(&cobra.Command{Use: "test NAME", Short: "Ask a connected MDM server for something harmless"},
		func(ctx context.Context, server *client.Client, s client.MDMServer) error {
			s, err := server.TestMDMServer(ctx, s.ID)
			if err != nil {
				return err
			}
			return p.printMDMServer(s, s.Name+" answers, and takes the key.")
		})
}

func (p *cli) mdmSync() *cobra.Command {
	return p.onMDMServer(&cobra.Command{Use: "sync NAME", Short: "Read the devices of a connected MDM server now"},
		func(ctx context.Context, server *client.Client, s client.MDMServer) error {
			s, err := server.SyncMDMServer(ctx, s.ID)
			if err != nil {
				return err
			}
			return p.printMDMServer(s, s.Name+" has "+many(s.Devices, "device", "devices")+".")
		})
}

func (p *cli) mdmRemove() *cobra.Command {
	var yes bool
	c := p.onMDMServer(&cobra.Command{Use: "remove NAME", Short: "Disconnect an MDM server; there nothing changes"},
		func(ctx context.Context, server *client.Client, s client.MDMServer) error {
			if ok, err := p.confirm("Disconnect "+s.Name+"? Its "+many(s.Devices, "device is", "devices are")+" gone here.", yes); !ok || err != nil {
				return err
			}
			if err := server.RemoveMDMServer(ctx, s.ID); err != nil {
				return err
			}
			return p.printMDMServer(client.MDMServer{}, "Disconnected "+s.Name+".")
		})
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

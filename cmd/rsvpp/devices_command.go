package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (p *cli) devicesCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "devices", Short: "List and show devices, say whose they are, ask who is signed in"},
		p.devicesList(), p.devicesShow(), p.devicesAssign(), p.devicesAsk())
}

func (p *cli) devicesList() *cobra.Command {
	var f client.DeviceFilter
	var limit int
	var owner string
	c := &cobra.Command{Use: "list", Short: "List devices, whose they are, and whether an invitation reaches them there", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	flags := c.Flags()
	flags.StringVar(&f.Platform, "platform", "", "iphone, ipad, mac, appletv, vision, watch or ipod")
	flags.StringVar(&f.Search, "search", "", "the begin of a name, or a serial number")
	flags.StringVar(&f.MDM, "mdm", "", "of one MDM server: builtin, or a connector's id")
	flags.StringVar(&owner, "user", "", "of one person, by e-mail address, user name or external id")
	flags.StringVar(&f.Account, "account", "", "who is signed in, compared with who accepted: other, right, signed-in, signed-out or unknown")
	flags.BoolVar(&f.Unowned, "unowned", false, "only those that are nobody's")
	flags.BoolVar(&f.Unsuitable, "unsuitable", false, "only those on which no invitation reaches whose they are")
	flags.IntVar(&limit, "limit", 1000, "how many at most")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		f.Account = strings.ReplaceAll(f.Account, "-", "_")
		if owner != "" {
			found, err := server.FindUser(ctx, owner)
			if err != nil {
				return err
			}
			f.Owner = found.ID
		}
		all, err := someDevices(ctx, server, f, limit)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		return deviceTable(all).write(p.out)
	})
	return c
}

// someDevices reads as many as are wanted, page by page.
func someDevices(ctx context.Context, server *client.Client, f client.DeviceFilter, limit int) ([]client.Device, error) {
	all := []client.Device{}
	for page := (client.Page{}); len(all) < limit; {
		page.Limit = min(limit-len(all), 1000)
		list, err := server.ListDevices(ctx, f, page)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Items...)
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	return all, nil
}

func deviceTable(devices []client.Device) *table {
	out := &table{header: []string{"NAME", "MODEL", "SYSTEM", "SERIAL", "OWNER", "INVITATION", "LAST SEEN"}}
	for _, d := range devices {
		out.add(d.Name, deviceModel(d), d.OSVersion, d.SerialNumber, d.OwnerName, reachWord(d), when(d.SeenAt))
	}
	return out
}

func deviceModel(d client.Device) string {
	for _, name := range []string{d.ModelName, d.Product, d.Platform} {
		if name != "" {
			return name
		}
	}
	return ""
}

// reachWord is one word for a column; the sentence is in `devices show`.
func reachWord(d client.Device) string {
	if d.Suitable {
		return "yes, by " + map[string]string{"device": "device", "user": "user channel", "later": "device, after setup"}[d.Reach]
	}
	return "no: " + strings.ReplaceAll(d.Reach, "_", " ")
}

func (p *cli) devicesShow() *cobra.Command {
	c := &cobra.Command{
		Use: "show DEVICE", Short: "Show a device, what it may receive, and who is signed in", Args: cobra.ExactArgs(1),
		Long: `Show a device, named by serial number, id or the whole name: what is known of
it, whether the invitation reaches its owner there and, if not, the rule that
forbids it, and who is signed in to its App Store.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		d, err := findDevice(ctx, server, args[0])
		if err != nil {
			return err
		}
		return p.printDevice(d)
	})
	return c
}

func (p *cli) printDevice(d client.DevicePage) error {
	if p.json {
		return p.printJSON(d)
	}
	facts := &table{}
	line := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			facts.add(name, value)
		}
	}
	line("Name", d.Name)
	line("Model", deviceModel(d.Device))
	line("System", d.OSVersion)
	line("Serial number", d.SerialNumber)
	line("Owner", d.OwnerName)
	line("MDM server", d.MDM)
	line("Enrolled", when(d.EnrolledAt))
	line("Last seen", when(d.SeenAt))
	line("Invitation", d.ReachText+" "+d.ReachNext)
	line("Account", d.AccountText+" "+d.AccountNext)
	line("Answered", when(d.ReadAt))
	if !d.CertificateEnds.IsZero() {
		line("Certificate ends", day(d.CertificateEnds))
	}
	for _, c := range d.Channels {
		if c.User {
			line("User channel", c.LongName+" "+c.ShortName)
		}
	}
	return facts.write(p.out)
}

// findDevice finds one device by serial number, name or id.
func findDevice(ctx context.Context, server *client.Client, name string) (client.DevicePage, error) {
	list, err := server.ListDevices(ctx, client.DeviceFilter{Search: name}, client.Page{Limit: 100})
	if err != nil {
		return client.DevicePage{}, err
	}
	var found []string
	for _, d := range list.Items {
		if strings.EqualFold(d.SerialNumber, name) || strings.EqualFold(d.Name, name) {
			found = append(found, d.ID)
		}
	}
	switch len(found) {
	case 0:
		return server.Device(ctx, name)
	case 1:
		return server.Device(ctx, found[0])
	}
	return client.DevicePage{}, usagef("%d devices are named %q: give the serial number or the id", len(found), name)
}

func (p *cli) devicesAssign() *cobra.Command {
	var from string
	var nobody bool
	c := &cobra.Command{
		Use: "assign [DEVICE PERSON]", Short: "Say whose devices are, one by one or by a list", Args: cobra.MaximumNArgs(2),
		Long: `Say whose a device is, or with --from whose many are: lines of a serial number
and a person (e-mail address, user name or external id), separated by a comma,
a semicolon or a tab; "-" reads them from standard input. What became of each
line is printed.`,
		Example: "  rsvpp devices assign DMPXK1ABCDEF anna@example.org\n  rsvpp devices assign DMPXK1ABCDEF --nobody\n  rsvpp devices assign --from serials.csv",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().StringVar(&from, "from", "", "file with a list, - for standard input")
	c.Flags().BoolVar(&nobody, "nobody", false, "take the device away from whom it is assigned to")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		switch {
		case from != "" && len(args) == 0 && !nobody:
			return p.assignList(ctx, server, from)
		case from == "" && nobody && len(args) == 1:
			args = append(args, "")
		case from != "" || nobody || len(args) != 2:
			return usagef("name a device and a person, a device and --nobody, or --from a list (see --help)")
		}
		found, err := findDevice(ctx, server, args[0])
		if err != nil {
			return err
		}
		d, err := server.AssignDevice(ctx, found.ID, args[1])
		if err != nil {
			return err
		}
		return p.printDevice(d)
	})
	return c
}

func (p *cli) assignList(ctx context.Context, server *client.Client, from string) error {
	var text []byte
	var err error
	if from == "-" {
		text, err = io.ReadAll(p.in)
	} else {
		text, err = p.readFile(from)
	}
	if err != nil {
		return sayf(err, "The list %s cannot be read.", from)
	}
	lines, err := server.AssignDevices(ctx, string(text))
	if err != nil {
		return err
	}
	failed := 0
	out := &table{header: []string{"SERIAL", "PERSON", "DEVICE", "RESULT"}}
	for _, l := range lines {
		result := "assigned"
		if !l.Assigned {
			failed++
			result = l.Reason
		}
		out.add(l.SerialNumber, l.User, l.Device, result)
	}
	if p.json {
		err = p.printJSON(items{lines})
	} else {
		err = out.write(p.out)
	}
	if err == nil && failed > 0 {
		err = vpp.Errorf(vpp.Invalid, "%s of %s could not be assigned.", count(failed), many(len(lines), "line", "lines"))
	}
	return err
}

func (p *cli) devicesAsk() *cobra.Command {
	c := &cobra.Command{
		Use: "ask DEVICE", Short: "Ask a device who is signed in to its App Store", Args: cobra.ExactArgs(1),
		Long: `Ask a device, named by serial number, id or the whole name, who is signed in to
its App Store. The answer comes when the device does: see it with devices show.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		found, err := findDevice(ctx, server, args[0])
		if err != nil {
			return err
		}
		d, err := server.AskDevice(ctx, found.ID)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(d)
		}
		return p.println(clean(d.Name) + " is asked. The answer comes when the device does: rsvpp devices show " + clean(args[0]))
	})
	return c
}

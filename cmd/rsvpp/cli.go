package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is one run of rsvpp: what it may touch of the world, and what was
// asked of it in general.
type cli struct {
	in        io.Reader
	out, err  io.Writer
	env       func(string) (string, bool)
	readFile  func(string) ([]byte, error)
	configDir func() (string, error)
	asks      bool // somebody is there to answer a question
	draws     bool // a progress bar can be drawn

	verbose bool
	json    bool
	started bool // the command line was understood
	called  *cobra.Command
	server  serverFlags
}

// run does what the command line says and returns the exit status.
func (p *cli) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	var err error
	if p.called, err = root.ExecuteContextC(ctx); err == nil {
		return exitOK
	}
	p.explain(err)
	if isUsage(err) || !p.started {
		return exitUsage
	}
	return exitFailed
}

// root is the tree of all commands.
func (p *cli) root() *cobra.Command {
	root := p.group(&cobra.Command{
		Use:   "rsvpp",
		Short: "Invite people to Apple's Volume Purchase Program and see who registered",
		Long: `rsvpp brings people in, invites them to Apple's Volume Purchase Program, and
shows who is not invited, invited, registered or removed, and why.

Try it without any account:   rsvpp demo
Run the server:               rsvpp serve
Use a server from here:       rsvpp login https://rsvpp.example.org`,
		SilenceErrors: true, SilenceUsage: true,
	})
	root.PersistentFlags().BoolVar(&p.verbose, "verbose", false, "also print the cause of an error")
	root.AddGroup(&cobra.Group{ID: "server", Title: "The server:"}, &cobra.Group{ID: "people", Title: "People and invitations (through a running server):"},
		&cobra.Group{ID: "try", Title: "Trying things out:"})
	p.add(root, "server", p.serveCommand(), p.configCommand(), p.migrateCommand(), p.adminCommand(), p.sealCommand(), p.exportCommand(), p.versionCommand())
	p.add(root, "people", p.loginCommand(), p.tokenCommand(), p.locationCommand(), p.claimCommand(), p.moveCommand(), p.usersCommand(), p.inviteCommand(), p.vppCommand(), p.assetsCommand(), p.licensesCommand(), p.devicesCommand(), p.mdmCommand(), p.mailCommand(), p.letterCommand(), p.tasksCommand(), p.keysCommand(), p.operatorsCommand(), p.webhooksCommand(), p.historyCommand(), p.explainCommand())
	p.add(root, "try", p.demoCommand(), p.rehearseCommand(), p.applesimCommand())
	p.completeFlags(root)
	return root
}

func (p *cli) add(parent *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		parent.AddCommand(c)
	}
}

// group is a command that only holds others: alone it shows its help, and an
// unknown word below it is a mistake.
func (p *cli) group(c *cobra.Command, children ...*cobra.Command) *cobra.Command {
	c.Args = cobra.NoArgs
	c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	c.AddCommand(children...)
	return c
}

// does makes a command's work: from here on a failure is no longer one of usage.
func (p *cli) does(work func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p.started = true
		return work(cmd.Context(), args)
	}
}

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) moveCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "move", Short: "Take a location and its people from one server to another"}, p.moveOut(), p.moveIn(), p.moveKey())
}

func (p *cli) moveOut() *cobra.Command {
	var yes bool
	var output string
	c := &cobra.Command{
		Use: "out LOCATION", Short: "Let a location go, and save the file that the next server reads", Args: cobra.ExactArgs(1),
		Long: `Let a location go: nothing is written there any more, what was not sent is
dropped, open letters and links are withdrawn, and this server's claim at Apple
is taken away. The file that is saved holds the people, their states and their
names at Apple; no invite codes and no tokens. Saying it again saves the file
again.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.Flags().StringVarP(&output, "output", "o", "", "`file` to save (default: hand-over-UID.jsonl)")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		l, err := p.location(ctx, server, args[0])
		if err != nil {
			return err
		}
		if l.MovedAt.IsZero() {
			if ok, err := p.confirm("Move "+clean(l.Name)+" out? This server then changes nothing there any more.", yes); !ok || err != nil {
				return err
			}
		}
		if l, err = server.MoveOut(ctx, l.ID); err != nil {
			return err
		}
		if output == "" {
			output = "hand-over-" + filepath.Base(l.UID) + ".jsonl"
		}
		if err := saveHandOver(ctx, server, l.ID, output); err != nil {
			return err
		}
		key, err := server.Signer(ctx)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]any{"location": l, "file": output, "fingerprint": key})
		}
		return p.println("Moved out "+clean(l.Name)+". The next server reads "+output+".", "It is signed with the key "+key+".")
	})
	return c
}

// saveHandOver writes the file beside and renames it: half of one is none.
func saveHandOver(ctx context.Context, server *client.Client, location, name string) error {
	f, err := os.OpenFile(name+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return sayf(err, "The file %s cannot be written.", name)
	}
	err = errors.Join(server.HandOver(ctx, location, f), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return sayf(err, "The file %s cannot be written.", name)
	}
	return nil
}

func (p *cli) moveIn() *cobra.Command {
	var yes, wait bool
	var fingerprint string
	c := &cobra.Command{
		Use: "in FILE LOCATION", Short: "Take over the people of a location from another server", Args: cobra.ExactArgs(2),
		Long: `Take over the people of a location from the server that managed it: from the
file that "rsvpp move out" saved there, or from a CSV file with a column
client_user_id. Their records at Apple become theirs here; nobody is retired and
nobody is invited again. Then everything at Apple is read.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&wait, "wait", false, "wait until all is done")
	c.Flags().StringVar(&fingerprint, "fingerprint", "", "of the `key` that must have signed the file")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		location, err := findLocation(ctx, server, args[1])
		if err != nil {
			return err
		}
		f, err := os.Open(args[0])
		if err != nil {
			return sayf(err, "The file %s cannot be read.", args[0])
		}
		defer f.Close()
		file, err := server.MoveIn(ctx, location, fingerprint, client.File{Name: filepath.Base(args[0]), Reader: f})
		if err != nil {
			return err
		}
		seen, err := server.PreviewImport(ctx, file.ID, location, 20)
		if err != nil {
			return err
		}
		if !p.json {
			if err := p.printMove(seen); err != nil {
				return err
			}
		}
		if ok, err := p.confirm("Move "+many(seen.Total-seen.Failed, "person", "people")+" in?", yes); !ok || err != nil {
			return err
		}
		task, err := server.RunImport(ctx, file.ID, location)
		if err != nil {
			return err
		}
		if wait {
			if task, err = p.await(ctx, server, task); err != nil {
				return err
			}
		}
		return p.finish(ctx, server, task, map[string]any{"import": file, "task": task}, wait, nothing)
	})
	return c
}

func (p *cli) printMove(seen client.Preview) error {
	lines := []string{
		many(seen.New, "person is", "people are") + " new here, " + many(seen.Changed, "is", "are") + " changed or given their record, " +
			many(seen.Unchanged, "is", "are") + " here as they are, " + many(seen.Failed, "row cannot", "rows cannot") + " be taken.",
	}
	for _, r := range seen.Problems {
		lines = append(lines, "  row "+count(r.Row)+": "+clean(r.Problem))
	}
	return p.println(lines...)
}

func (p *cli) moveKey() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Show the fingerprint of the key by which the server signs hand-over files", Args: cobra.NoArgs}
	p.serverFlags(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		key, err := server.Signer(ctx)
		if err != nil {
			return err
		}
		return p.println(key)
	})
	return c
}

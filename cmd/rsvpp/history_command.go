package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// historyFlags narrow the history.
type historyFlags struct {
	client.HistoryFilter
	from, to string
	limit    int
	csv      string
}

func (p *cli) historyCommand() *cobra.Command {
	var o historyFlags
	c := &cobra.Command{
		Use: "history", Short: "Show who did what and when, the newest first", Args: cobra.NoArgs,
		Example: `  rsvpp history --actor anna --from 2026-09-01
  rsvpp history --action user.update --limit 500 --json
  rsvpp history --csv history.csv`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	f := c.Flags()
	f.StringVar(&o.Object, "object", "", "only about this, such as user:ID")
	f.StringVar(&o.Action, "action", "", "only this, such as user.update")
	f.StringVar(&o.Actor, "actor", "", "only what they did, by name; server for what it did by itself")
	f.StringVar(&o.from, "from", "", "since this `day` or moment, such as 2026-09-01 or 2026-09-01T08:00:00Z")
	f.StringVar(&o.to, "to", "", "until before this `day` or moment")
	f.IntVar(&o.limit, "limit", 100, "how many at most")
	f.StringVar(&o.csv, "csv", "", "write all of it to this `file`, before and after included; - for standard output")
	c.MarkFlagsMutuallyExclusive("csv", "json")
	c.MarkFlagsMutuallyExclusive("csv", "limit")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		var err error
		if o.From, err = moment(o.from); err == nil {
			o.To, err = moment(o.to)
		}
		if err != nil {
			return err
		}
		return p.history(ctx, server, o)
	})
	return c
}

func (p *cli) history(ctx context.Context, c *client.Client, o historyFlags) error {
	switch o.csv {
	case "":
	case "-":
		return c.ExportHistory(ctx, o.HistoryFilter, p.out)
	default:
		return writeFile(o.csv, func(w io.Writer) error { return c.ExportHistory(ctx, o.HistoryFilter, w) })
	}
	entries := []client.Entry{}
	if o.limit > 0 {
		for e, err := range c.History(ctx, o.HistoryFilter) {
			if err != nil {
				return err
			}
			if entries = append(entries, e); len(entries) == o.limit {
				break
			}
		}
	}
	if p.json {
		return p.printJSON(items{entries})
	}
	out := &table{header: []string{"WHEN", "WHO", "FROM", "ACTION", "WHAT"}}
	for _, e := range entries {
		out.add(when(e.At), e.Actor, e.From, e.Action, e.Summary)
	}
	return out.write(p.out)
}

// moment reads a day, which begins here at midnight, or a moment.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, usagef("%q is no day or moment, such as 2026-09-01 or 2026-09-01T08:00:00Z", text)
	}
	return at, nil
}

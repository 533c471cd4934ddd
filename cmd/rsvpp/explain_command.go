package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// explained is what --json prints of a number.
type explained struct {
	Number   int      `json:"number"`
	Kind     vpp.Kind `json:"kind"`
	Sentence string   `json:"sentence"`
	Cause    string   `json:"cause"`
	Next     string   `json:"next"`
}

// explainCommand reads the table that all doors speak from; no server is asked.
func (p *cli) explainCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "explain NUMBER …", Short: "Explain an error number of Apple's", Args: cobra.MinimumNArgs(1),
		Long: `Explain error numbers of Apple's: what is wrong, why that happens, and what to
do. No server is asked.`,
		Example: "  rsvpp explain 9635",
	}
	p.jsonFlag(c)
	c.RunE = p.does(func(_ context.Context, args []string) error {
		list := make([]vpp.AppleProblem, len(args))
		for i, arg := range args {
			n, err := strconv.Atoi(strings.TrimPrefix(arg, "#"))
			if err != nil {
				return usagef("%q is no number such as 9635", arg)
			}
			list[i] = vpp.ExplainApple(n)
		}
		return p.printExplained(list)
	})
	return c
}

func (p *cli) printExplained(list []vpp.AppleProblem) error {
	if p.json {
		out := make([]explained, len(list))
		for i, a := range list {
			out[i] = explained{a.Number, a.Kind, a.Sentence, a.Cause, a.Next}
		}
		return p.printJSON(items{out})
	}
	for i, a := range list {
		if i > 0 {
			if err := p.println(""); err != nil {
				return err
			}
		}
		out := &table{}
		out.add(a.Name(), a.Sentence)
		out.add("Why", a.Cause)
		out.add("What to do", a.Next)
		if err := out.write(p.out); err != nil {
			return err
		}
	}
	return nil
}

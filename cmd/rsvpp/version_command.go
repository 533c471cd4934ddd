package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is what this program was built from.
type version struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	BuiltAt  string `json:"built_at,omitempty"` // time of the revision
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func readVersion() version {
	v := version{Version: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.BuiltAt = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (p *cli) versionCommand() *cobra.Command {
	c := &cobra.Command{Use: "version", Short: "Print what this program was built from", Args: cobra.NoArgs}
	p.jsonFlag(c)
	c.RunE = p.does(func(context.Context, []string) error {
		v := readVersion()
		if p.json {
			return p.printJSON(v)
		}
		line := fmt.Sprintf("rsvpp %s (%s, %s)", v.Version, v.Go, v.Platform)
		if v.Revision != "" {
			line += " from " + v.Revision
		}
		if v.Modified {
			line += ", modified"
		}
		return p.println(line)
	})
	return c
}

// Package main is the program rsvpp: the server, its demonstration and
// rehearsal, and the administrator's commands.
//
// It owns the settings, wires the rooms, runs and stops them. It is the only
// place that reads the environment. It never decides: services do.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	p := &cli{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		env: os.LookupEnv, readFile: os.ReadFile, configDir: os.UserConfigDir,
		asks:  term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		draws: term.IsTerminal(int(os.Stderr.Fd())),
	}
	os.Exit(p.run(ctx, os.Args[1:]))
}

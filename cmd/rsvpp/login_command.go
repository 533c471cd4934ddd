package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// login is what `rsvpp login` keeps in the user's settings folder.
type login struct {
	Server string `json:"server"`
	APIKey string `json:"api_key"`
}

func (p *cli) loginCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "login URL", Short: "Remember a server and an API key for the other commands", Args: cobra.ExactArgs(1),
		Long: `Remember a server and an API key for the other commands, in a file that only
you can read. Make the key in the console under Settings, API keys, or on the
server with rsvpp admin key. It is asked for, or read from standard input, or
from --api-key-file.`,
		Example: "  rsvpp login https://rsvpp.example.org\n  rsvpp login http://127.0.0.1:8080 < key.txt",
	}
	c.Flags().StringVar(&p.server.keyFile, "api-key-file", "", "`file` with the API key")
	c.RunE = p.does(func(ctx context.Context, args []string) error { return p.login(ctx, args[0]) })
	return c
}

func (p *cli) login(ctx context.Context, address string) error {
	key, err := p.givenKey()
	if err == nil && key == "" {
		key, err = p.askSecret("The API key")
	}
	if err != nil {
		return err
	}
	if key == "" {
		return usagef("no API key was given")
	}
	c, err := p.client(address, key)
	if err != nil {
		return err
	}
	me, err := c.Me(ctx) // shows that the key is good
	if err != nil {
		return err
	}
	if err := p.saveLogin(login{strings.TrimRight(address, "/"), key}); err != nil {
		return err
	}
	return p.println("Signed in to " + address + " as " + clean(me.Name) + ".")
}

// askSecret asks without showing what is typed, or reads a line.
func (p *cli) askSecret(what string) (string, error) {
	in, ok := p.in.(*os.File)
	if !p.asks || !ok {
		line, err := bufio.NewReader(io.LimitReader(p.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", sayf(err, "%s cannot be read.", what)
		}
		return strings.TrimSpace(line), nil
	}
	_, _ = fmt.Fprint(p.err, what+" (not shown): ")
	typed, err := term.ReadPassword(int(in.Fd()))
	_, _ = fmt.Fprintln(p.err)
	if err != nil {
		return "", sayf(err, "%s cannot be read.", what)
	}
	return strings.TrimSpace(string(typed)), nil
}

func (p *cli) loginFile() (string, error) {
	dir, err := p.configDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "rsvpp", "login.json"), nil
}

// savedLogin is empty when nobody has signed in, or where there is no home.
func (p *cli) savedLogin() (login, error) {
	var saved login
	name, err := p.loginFile()
	if err != nil {
		return saved, nil //nolint:nilerr // a service without a home has no login
	}
	text, err := p.readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return saved, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &saved)
	}
	if err != nil {
		return saved, sayf(err, "The saved login %s cannot be read. Run `rsvpp login URL` again.", name)
	}
	return saved, nil
}

func (p *cli) saveLogin(l login) error {
	name, err := p.loginFile()
	if err != nil {
		return sayf(err, "There is no settings folder to save the login in. Set RSVPP_SERVER and RSVPP_API_KEY_FILE instead.")
	}
	text, err := json.Marshal(l)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o700)
	}
	if err == nil {
		err = writePrivate(name, text)
	}
	if err != nil {
		return sayf(err, "The login cannot be saved in %s.", name)
	}
	return nil
}

// writePrivate replaces a file in one step; nobody else can ever read it.
func writePrivate(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".login-*") // made with 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

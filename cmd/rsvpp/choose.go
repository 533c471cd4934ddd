package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// chosen is who a command is about, as its flags say it.
type chosen struct {
	all      bool
	users    []string
	from     string
	location string
}

func (o *chosen) flags(c *cobra.Command, all bool) {
	f := c.Flags()
	if all {
		f.BoolVar(&o.all, "all", false, "everybody at the location")
	}
	f.StringArrayVar(&o.users, "user", nil, "a `person`, by e-mail address, user name or external id; may be repeated")
	f.StringVar(&o.from, "from", "", "`file` with such a name on each line; - for standard input")
	o.locationFlag(c)
}

func (o *chosen) locationFlag(c *cobra.Command) {
	c.Flags().StringVar(&o.location, "location", "", "a `location`, by name or id (default: the default location)")
}

const mostNames = 1000 // that the API looks up in one request

// of turns the flags into the API's words.
func (o chosen) of(ctx context.Context, p *cli, c *client.Client) (who client.Selection, location string, err error) {
	if location, err = findLocation(ctx, c, o.location); err != nil {
		return who, "", err
	}
	names := slices.Clone(o.users)
	if o.from != "" {
		more, err := p.readNames(o.from)
		if err != nil {
			return who, "", err
		}
		names = append(names, more...)
	}
	switch {
	case o.all && len(names) > 0:
		return who, "", usagef("say either --all or who is meant, not both")
	case !o.all && len(names) == 0:
		return who, "", usagef("nobody is chosen: say --user or --from (see --help)")
	case len(names) > mostNames:
		who.Users, err = p.lookUp(ctx, c, names)
		return who, location, err
	}
	who.All, who.Names = o.all, names
	return who, location, nil
}

// lookUp finds people one by one: for lists that are too long for one request.
func (p *cli) lookUp(ctx context.Context, c *client.Client, names []string) ([]string, error) {
	show := p.progress("Looking up")
	defer show.end()
	ids := make([]string, 0, len(names))
	for i, name := range names {
		user, err := c.FindUser(ctx, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, user.ID)
		show.set(i+1, len(names))
	}
	return ids, nil
}

// readNames reads one name per line; blank lines and # comments are left out.
func (p *cli) readNames(file string) ([]string, error) {
	text, err := p.readAll(file)
	if err != nil {
		return nil, err
	}
	var names []string
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			names = append(names, line)
		}
	}
	return names, lines.Err()
}

// readAll reads a file, or standard input for "-".
func (p *cli) readAll(file string) ([]byte, error) {
	read := func() ([]byte, error) { return p.readFile(file) }
	if file == "-" {
		read = func() ([]byte, error) { return io.ReadAll(p.in) }
	}
	text, err := read()
	if err != nil {
		return nil, sayf(err, "The file %s cannot be read.", file)
	}
	return text, nil
}

// findLocation finds a location by id, Apple's uId or name; "" stays "".
func findLocation(ctx context.Context, c *client.Client, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	all, err := c.Locations(ctx)
	if err != nil {
		return "", err
	}
	var names []string
	for _, l := range all {
		if l.ID == text || l.UID == text || strings.EqualFold(l.Name, text) {
			return l.ID, nil
		}
		names = append(names, l.Name)
	}
	return "", usagef("there is no location %q; there are: %s", text, strings.Join(names, ", "))
}

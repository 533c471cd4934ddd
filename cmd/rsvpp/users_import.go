package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

type peopleImport struct {
	dryRun   bool
	columns  []string
	failed   string
	location chosen
}

func (p *cli) usersImport() *cobra.Command {
	var o peopleImport
	c := &cobra.Command{
		Use: "import FILE.csv", Short: "Bring people in from a CSV file", Args: cobra.ExactArgs(1),
		Long: `Bring people in from a CSV file. The exports of Google Workspace, Microsoft Entra
ID, Apple School Manager, Jamf Pro and Knox Manage are recognized by their
headers; for another, say with --map which column holds what. People who are
there already, by external id or else user name, are brought up to date.

Fields: ` + strings.Join(importFields(), ", ") + `.`,
		Example: "  rsvpp users import people.csv --dry-run\n  rsvpp users import list.csv --map email=Mail --map full_name=3",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "only say what would happen")
	c.Flags().StringArrayVar(&o.columns, "map", nil, "`field=column`, the column by its header or its number from 1; may be repeated")
	c.Flags().StringVar(&o.failed, "failed", "", "write the rows that failed, each with the reason, to this `file`")
	o.location.locationFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		return p.importPeople(ctx, server, args[0], o)
	})
	return c
}

func importFields() []string {
	return []string{"external_id", "user_name", "first_name", "last_name", "full_name", "email", "managed_apple_id", "groups", "location", "locale", "notes"}
}

func (p *cli) importPeople(ctx context.Context, c *client.Client, name string, o peopleImport) error {
	location, err := findLocation(ctx, c, o.location.location)
	if err != nil {
		return err
	}
	upload, err := p.upload(ctx, c, name)
	if err != nil {
		return err
	}
	if len(o.columns) > 0 {
		mapping, err := mapColumns(upload, o.columns)
		if err != nil {
			return err
		}
		if upload, err = c.MapImport(ctx, upload.ID, mapping); err != nil {
			return err
		}
	}
	if !upload.Usable {
		return usagef("the columns of %s do not say who people are: name them with --map (the header is: %s)", name, strings.Join(upload.Header, ", "))
	}
	if o.dryRun {
		return p.previewImport(ctx, c, upload, location)
	}
	return p.runImport(ctx, c, upload, location, o.failed)
}

func (p *cli) upload(ctx context.Context, c *client.Client, name string) (client.Import, error) {
	f, err := os.Open(name)
	if err != nil {
		return client.Import{}, sayf(err, "The file %s cannot be read.", name)
	}
	defer f.Close()
	size := int64(0)
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	show := p.progress("Sending")
	defer show.end()
	sent := func(done, total int64) { show.set(int(done>>10), int(total>>10)) }
	return c.UploadImport(ctx, client.File{Name: filepath.Base(name), Reader: f, Size: size, Progress: sent})
}

// mapColumns lays what was said by hand over what was recognized.
func mapColumns(upload client.Import, said []string) (map[string]int, error) {
	mapping := map[string]int{}
	maps.Copy(mapping, upload.Mapping)
	for _, one := range said {
		field, column, ok := strings.Cut(one, "=")
		field = strings.ReplaceAll(strings.TrimSpace(field), "-", "_")
		if !ok || !slices.Contains(importFields(), field) {
			return nil, usagef("--map %s: say field=column; the fields are %s", one, strings.Join(importFields(), ", "))
		}
		at := slices.IndexFunc(upload.Header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(column)) })
		if n, err := strconv.Atoi(column); at < 0 && err == nil {
			at = n - 1
		}
		if at < 0 || at >= len(upload.Header) {
			return nil, usagef("--map %s: there is no column %q; there are %s", one, column, strings.Join(upload.Header, ", "))
		}
		mapping[field] = at
	}
	return mapping, nil
}

func (p *cli) previewImport(ctx context.Context, c *client.Client, upload client.Import, location string) error {
	preview, err := c.PreviewImport(ctx, upload.ID, location, 20)
	if err != nil {
		return err
	}
	if p.json {
		err = p.printJSON(map[string]any{"import": upload, "preview": preview})
	} else {
		err = p.printPreview(upload, preview)
	}
	if err == nil && preview.Failed > 0 {
		return sayf(nil, "%s would fail.", many(preview.Failed, "row", "rows"))
	}
	return err
}

func (p *cli) printPreview(upload client.Import, v client.Preview) error {
	source := ""
	if upload.Source != "" {
		source = " (" + upload.Source + ")"
	}
	if err := p.println(
		fmt.Sprintf("%s%s: %s. Nothing was changed.", clean(upload.Filename), source, many(v.Total, "row", "rows")),
		"Columns: "+mappingWords(upload),
		fmt.Sprintf("%s new, %s changed, %s unchanged, %s would fail.", count(v.New), count(v.Changed), count(v.Unchanged), count(v.Failed)),
	); err != nil || len(v.Problems) == 0 {
		return err
	}
	out := &table{header: []string{"ROW", "WHERE", "PROBLEM"}, right: []int{0}}
	for _, r := range v.Problems {
		out.add(strconv.Itoa(r.Row), r.Field, r.Problem)
	}
	return out.write(p.out)
}

func mappingWords(upload client.Import) string {
	var words []string
	for _, field := range importFields() {
		if at, ok := upload.Mapping[field]; ok && at >= 0 && at < len(upload.Header) {
			words = append(words, field+" from "+strconv.Quote(upload.Header[at]))
		}
	}
	return strings.Join(words, ", ")
}

func (p *cli) runImport(ctx context.Context, c *client.Client, upload client.Import, location, failed string) error {
	task, err := c.RunImport(ctx, upload.ID, location)
	if err != nil {
		return err
	}
	if task, err = p.await(ctx, c, task); err != nil {
		return err
	}
	if upload, err = c.Import(ctx, upload.ID); err != nil {
		return err
	}
	if failed != "" && upload.Failed > 0 {
		if err := writeFile(failed, func(w io.Writer) error { return c.ImportFailures(ctx, upload.ID, w) }); err != nil {
			return err
		}
	}
	if p.json {
		err = p.printJSON(map[string]any{"import": upload, "task": task})
	} else {
		err = p.println(fmt.Sprintf("%s created, %s changed, %s unchanged, %s failed.", count(upload.Created), count(upload.Changed), count(upload.Unchanged), count(upload.Failed)))
	}
	switch {
	case err != nil:
		return err
	case upload.Failed > 0 && failed == "":
		return sayf(nil, "%s failed. Import again with --failed FILE to get them with the reasons.", many(upload.Failed, "row", "rows"))
	case upload.Failed > 0:
		return sayf(nil, "%s failed; they stand in %s with the reasons.", many(upload.Failed, "row", "rows"), failed)
	}
	return outcome(task)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"
)

func (p *cli) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&p.json, "json", false, "print JSON, for other programs")
}

func (p *cli) println(lines ...string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(p.out, line); err != nil {
			return err
		}
	}
	return nil
}

// printJSON prints a value for other programs: names in snake_case, times in
// RFC 3339, nothing left to a reader's eye.
func (p *cli) printJSON(v any) error {
	e := json.NewEncoder(p.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// items is a whole list as JSON: the same shape as a page of one.
type items struct {
	Items any `json:"items"`
}

// table is printed with aligned columns and without any drawing.
type table struct {
	header []string
	rows   [][]string
	right  []int // columns of numbers
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write aligns by what a terminal shows, not by bytes: names come in all scripts.
func (t *table) write(w io.Writer) error {
	rows := t.rows
	if t.header != nil {
		rows = append([][]string{t.header}, rows...)
	}
	widths := t.clean(rows)
	for _, row := range rows {
		if _, err := fmt.Fprintln(w, t.line(row, widths)); err != nil {
			return err
		}
	}
	return nil
}

// clean makes cells fit to be shown and returns how wide the columns are.
func (t *table) clean(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i] = clean(row[i])
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(row[i]))
		}
	}
	return widths
}

func (t *table) line(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		pad := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
		if i > 0 {
			b.WriteString("  ")
		}
		if t.isNumber(i) {
			b.WriteString(pad + cell)
			continue
		}
		b.WriteString(cell + pad)
	}
	return strings.TrimRight(b.String(), " ")
}

func (t *table) isNumber(column int) bool {
	return slices.Contains(t.right, column)
}

// clean keeps strangers' text from steering the terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return '\uFFFD'
		}
		return r
	}, text)
}

// cleanLines does the same for a text that keeps its lines.
func cleanLines(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// when writes a time for people; "" for never.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

// many is a number with its noun.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + more
}

// count writes a number with its thousands apart.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

package main

import (
	"strings"
	"testing"
	"time"
)

// Columns stand straight for names of all scripts, and names cannot steer the terminal.
func TestTable(t *testing.T) {
	out := &table{header: []string{"NAME", "PEOPLE", "STATUS"}, right: []int{1}}
	out.add("Zoë Groß", "7", "invited")
	out.add("山田 花子", "1,234", "registered")
	out.add("e\u0301 \x1b[31mred\u202e", "12", "a\nb")
	var b strings.Builder
	if err := out.write(&b); err != nil {
		t.Fatal(err)
	}
	want := "NAME         PEOPLE  STATUS\n" +
		"Zoë Groß          7  invited\n" +
		"山田 花子     1,234  registered\n" +
		"e\u0301 \uFFFD[31mred\uFFFD      12  a b\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := count(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if when(time.Time{}) != "" {
		t.Error("never has a time")
	}
}

// Without a terminal progress is a line at each tenth, not a stream.
func TestProgressInPlainLines(t *testing.T) {
	var b strings.Builder
	show := (&cli{err: &b}).progress("Import")
	show.set(0, 0)
	for i := range 1001 {
		show.set(i, 1000)
	}
	show.end()
	if lines := strings.Count(b.String(), "\n"); lines != 11 || !strings.HasSuffix(b.String(), "Import: 1,000 of 1,000\n") {
		t.Errorf("%d lines:\n%s", lines, b.String())
	}
}

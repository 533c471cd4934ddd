package mail

import (
	"errors"
	htmltemplate "html/template"
	"regexp"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	largestText = 64 << 10
	largestHTML = 100 << 10 // Gmail cuts letters off at 102 kB
)

// Compile checks a template and makes it ready. The error joins one *vpp.Error
// per fault (kind Invalid, Field subject, text or html; see Faults).
func Compile(t Template) (*Compiled, error) {
	subject := part{field: "subject", name: "the subject", source: t.Subject, most: longestSubject}
	text := part{field: "text", name: "the text", source: t.Text, most: largestText, wantsLink: true}
	html := part{field: "html", name: "the HTML", source: t.HTML, most: largestHTML, wantsLink: true}

	faults := []error{subject.parse(), subject.checkLine(), text.parse()}
	if t.HTML != "" {
		faults = append(faults, html.parse())
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return assemble(subject, text, html)
}

// assemble builds what executes, and tries it: html/template finds out only
// then whether every variable stands where it can be made safe.
func assemble(subject, text, html part) (*Compiled, error) {
	c := &Compiled{}
	var err error
	if c.subject, err = texttemplate.New("subject").AddParseTree("subject", subject.tree); err != nil {
		return nil, subject.fault(0, "%s", oneLine(err.Error(), longestAnswer))
	}
	if c.text, err = texttemplate.New("text").AddParseTree("text", text.tree); err != nil {
		return nil, text.fault(0, "%s", oneLine(err.Error(), longestAnswer))
	}
	if html.tree != nil {
		if c.html, err = htmltemplate.New("html").AddParseTree("html", html.tree); err != nil {
			return nil, html.fault(0, "%s", oneLine(err.Error(), longestAnswer))
		}
	}
	return c, c.try(html)
}

func (c *Compiled) try(html part) error {
	sample, err := c.Preview()
	if err != nil {
		if wrapped, ok := errors.AsType[*vpp.Error](err); ok {
			err = wrapped.Err
		}
		return html.unsafe(err)
	}
	if !strings.Contains(sample.HTML, SampleData().Link) {
		return html.fault(0, "{{.Link}} stands where nobody can see or follow it, such as in a comment. Put it into the text or into href.")
	}
	return nil
}

// part is one of subject, text and HTML, while it is being checked.
type part struct {
	field, name string
	source      string
	most        int
	wantsLink   bool
	tree        *parse.Tree
}

// parse reads the part and refuses everything but variables and choices.
func (p *part) parse() error {
	switch {
	case strings.TrimSpace(p.source) == "":
		return p.fault(0, "it is empty. Write something.")
	case len(p.source) > p.most:
		return p.fault(0, "it is too large (%d bytes). At most %d are possible.", len(p.source), p.most)
	case !utf8.ValidString(p.source) || strings.ContainsRune(p.source, 0):
		return p.fault(0, "it holds bytes that are no text. Paste it again as UTF-8.")
	}
	if scriptTag.MatchString(p.source) {
		return p.fault(0, "it holds a script. Mail programs do not run scripts and distrust letters that have them; take it out.")
	}
	trees, err := parse.Parse(p.field, p.source, "", "", map[string]any{"not": true, "and": true, "or": true})
	if err != nil {
		return p.fromParser(err)
	}
	if len(trees) > 1 {
		return p.fault(0, "{{define}} and {{block}} cannot be used. Write the text out.")
	}
	p.tree = trees[p.field]
	if p.tree == nil || p.tree.Root == nil {
		return p.fault(0, "it is empty. Write something.")
	}
	return errors.Join(p.checkList(p.tree.Root), p.checkLink())
}

// checkLine: a subject is one line.
func (p *part) checkLine() error {
	if hasControl(p.source) {
		return p.fault(0, "it must be a single line, without line breaks or tabs.")
	}
	return nil
}

// checkLink wants {{.Link}} outside of every choice: everybody needs it.
func (p *part) checkLink() error {
	if !p.wantsLink {
		return nil
	}
	for _, node := range p.tree.Root.Nodes {
		if action, ok := node.(*parse.ActionNode); ok && isField(action.Pipe, "Link") {
			return nil
		}
	}
	return p.fault(0, "the link is missing. Put {{.Link}} where the person shall click, outside of any {{if}}.")
}

func isField(pipe *parse.PipeNode, name string) bool {
	if len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return false
	}
	field, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode)
	return ok && slices.Equal(field.Ident, []string{name})
}

var scriptTag = regexp.MustCompile(`(?i)<script`)

// unsafe says why html/template cannot make a variable safe where it stands.
func (p *part) unsafe(err error) error {
	var fault *htmltemplate.Error
	if !errors.As(err, &fault) {
		return p.fromParser(err)
	}
	switch fault.ErrorCode {
	case htmltemplate.ErrEndContext:
		return p.fault(fault.Line, "it ends inside a tag, a quotation mark or a style. Close what was opened.")
	case htmltemplate.ErrBranchEnd:
		return p.fault(fault.Line, "an {{if}} begins a tag or a quotation mark that its other way does not. Put whole tags inside of {{if}}.")
	}
	return p.fault(fault.Line, "a variable stands where it cannot be made safe. Put it into text, or into an attribute between quotation marks.")
}

var parserLine = regexp.MustCompile(`^(?:html/)?template: ?\w*:(\d+):(?:\d+:)? *(.*)$`)

// fromParser turns the parser's message into one that names line and part.
func (p *part) fromParser(err error) error {
	found := parserLine.FindStringSubmatch(oneLine(err.Error(), longestAnswer))
	if found == nil {
		return p.fault(0, "%s.", oneLine(err.Error(), longestAnswer))
	}
	return p.faultAt(found[1], "%s. Variables are written like {{.FirstName}}.", found[2])
}

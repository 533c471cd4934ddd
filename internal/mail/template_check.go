package mail

import (
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// checkList refuses the first thing in the list that is neither text, nor a
// variable, nor a choice.
func (p *part) checkList(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		if err := p.checkNode(node); err != nil {
			return err
		}
	}
	return nil
}

func (p *part) checkNode(node parse.Node) error {
	switch node := node.(type) {
	case *parse.TextNode, *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		return p.checkValue(node.Pipe)
	case *parse.IfNode:
		if err := p.checkPipe(node.Pipe); err != nil {
			return err
		}
		if err := p.checkList(node.List); err != nil {
			return err
		}
		return p.checkList(node.ElseList)
	}
	return p.fault(p.line(node), "%s cannot be used. Only variables like {{.FirstName}} and {{if}}…{{else}}…{{end}} can.", oneLine(node.String(), 40))
}

// checkValue: what is printed is one variable, bare.
func (p *part) checkValue(pipe *parse.PipeNode) error {
	if len(pipe.Decl) == 0 && len(pipe.Cmds) == 1 && len(pipe.Cmds[0].Args) == 1 {
		if field, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode); ok {
			return p.checkField(field)
		}
	}
	return p.fault(p.line(pipe), "{{%s}} cannot be used. Write one variable between the brackets, like {{.FirstName}}.", oneLine(pipe.String(), 40))
}

// checkPipe: a condition is a variable, or variables joined by not, and, or.
func (p *part) checkPipe(pipe *parse.PipeNode) error {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 {
		return p.fault(p.line(pipe), "{{if %s}} is too much. Ask for one variable, like {{if .ExpiresOn}}.", oneLine(pipe.String(), 40))
	}
	for i, arg := range pipe.Cmds[0].Args {
		if err := p.checkArg(i, arg); err != nil {
			return err
		}
	}
	return nil
}

func (p *part) checkArg(i int, arg parse.Node) error {
	switch arg := arg.(type) {
	case *parse.FieldNode:
		return p.checkField(arg)
	case *parse.PipeNode:
		return p.checkPipe(arg)
	case *parse.IdentifierNode:
		if i == 0 {
			return nil // not, and, or: the parser knows no other
		}
	}
	return p.fault(p.line(arg), "%s cannot stand in a condition. Ask for one variable, like {{if .ExpiresOn}}.", oneLine(arg.String(), 40))
}

func (p *part) checkField(field *parse.FieldNode) error {
	known := Variables()
	if len(field.Ident) == 1 && slices.Contains(known, field.Ident[0]) {
		return nil
	}
	name := oneLine(strings.Join(field.Ident, "."), 40)
	for _, one := range known {
		if strings.EqualFold(one, name) {
			return p.fault(p.line(field), "there is no variable {{.%s}}. Did you mean {{.%s}}?", name, one)
		}
	}
	return p.fault(p.line(field), "there is no variable {{.%s}}. There are %s.", name, strings.Join(known, ", "))
}

// line counts from the source: the parser keeps byte positions only.
func (p *part) line(node parse.Node) int {
	at := min(int(node.Position()), len(p.source))
	return 1 + strings.Count(p.source[:at], "\n")
}

func (p *part) fault(line int, format string, args ...any) error {
	if line == 0 {
		return p.faultAt("", format, args...)
	}
	return p.faultAt(strconv.Itoa(line), format, args...)
}

func (p *part) faultAt(line, format string, args ...any) error {
	where := strings.ToUpper(p.name[:1]) + p.name[1:]
	if line != "" {
		where = "Line " + line + " of " + p.name
	}
	fault := vpp.Errorf(vpp.Invalid, where+": "+format, args...)
	fault.Field = p.field
	return fault
}

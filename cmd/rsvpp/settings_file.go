package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// parseSettings reads a settings file: lines of `name = value`, blank lines,
// and lines that begin with #. A value may stand in double quotes. All faults
// are reported at once.
func parseSettings(text []byte) (map[string]string, error) {
	found := map[string]string{}
	var faults []error
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		_, twice := found[name]
		switch {
		case !ok || name == "":
			faults = append(faults, fmt.Errorf("line %d of the settings file is not `name = value`", i+1))
		case twice:
			faults = append(faults, fmt.Errorf("line %d of the settings file sets %s for the second time", i+1, name))
		default:
			found[name] = unquote(value)
		}
	}
	return found, errors.Join(faults...)
}

func unquote(value string) string {
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}

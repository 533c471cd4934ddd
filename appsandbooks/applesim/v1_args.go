package applesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// v1Args are the parameters of a call of version 1. They come as a JSON object whatever the Content-Type says, as a form
// (apple_vpp sends one), or in the query; a value may be a string or a primitive; null means not given.
// https://developer.apple.com/documentation/devicemanagement/managing-apps-and-books-through-web-services-legacy
type v1Args map[string]any // string, json.Number, bool, []any or map[string]any

var errV1Args = errors.New("applesim: the parameters cannot be read")

// readV1Args reads the query, then the body over it.
func readV1Args(query string, body []byte) (v1Args, error) {
	args := v1Args{}
	if err := args.addForm(query); err != nil {
		return v1Args{}, err
	}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return args, nil
	}
	if body[0] != '{' {
		return args, args.addForm(string(body))
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var object map[string]any
	if err := in.Decode(&object); err != nil {
		return v1Args{}, errV1Args
	}
	if _, err := in.Token(); err != io.EOF {
		return v1Args{}, errV1Args
	}
	for name, value := range object {
		if value != nil {
			args[name] = value
		}
	}
	return args, nil
}

// addForm reads key=value&list[]=a&list[]=b.
func (a v1Args) addForm(text string) error {
	form, err := url.ParseQuery(text)
	if err != nil || len(form) > 1000 {
		return errV1Args
	}
	for name, values := range form {
		if plain, ok := strings.CutSuffix(name, "[]"); ok || len(values) > 1 {
			list := make([]any, 0, len(values))
			for _, v := range values {
				list = append(list, v)
			}
			a[plain] = list
			continue
		}
		a[name] = values[0]
	}
	return nil
}

// text is a string or a primitive as it was written; false if it was not given or is neither.
func (a v1Args) text(name string) (string, bool) {
	switch v := a[name].(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// number is an int64; false if it was not given. A wrong one is 9602.
func (a v1Args) number(name string) (int64, bool, *wireError) {
	if a[name] == nil || a[name] == "" {
		return 0, false, nil
	}
	text, ok := a.text(name)
	n, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return 0, false, fail(9602)
	}
	return n, true, nil
}

// flag is true, "true", 1 or "1".
func (a v1Args) flag(name string) bool {
	text, _ := a.text(name)
	on, err := strconv.ParseBool(strings.ToLower(text))
	return on && err == nil
}

// list is an array of strings or primitives; a single one counts as an array of one.
func (a v1Args) list(name string) ([]string, *wireError) {
	list, ok := a[name].([]any)
	if !ok && a[name] != nil {
		list = []any{a[name]}
	}
	out := make([]string, 0, len(list))
	for _, v := range list {
		text, ok := v1Args{"": v}.text("")
		if !ok || text == "" {
			return nil, fail(9602)
		}
		out = append(out, text)
	}
	return out, nil
}

// token is sToken as it stands in the .vpptoken file, freed from what shells and forms do to it.
func (a v1Args) token() (string, *wireError) {
	text, _ := a.text("sToken")
	text = strings.ReplaceAll(strings.TrimSpace(text), " ", "+")
	if text == "" {
		return "", fail(9601)
	}
	return text, nil
}

// writes says whether a call with these parameters changes anything.
func (a v1Args) writes(e Endpoint) bool {
	switch e {
	case V1UserRegister, V1UserEdit, V1UserRetire, V1Manage:
		return true
	case V1ClientConfig:
		return a["clientContext"] != nil || slices.ContainsFunc(v1PushTokens(), func(name string) bool { return a[name] != nil })
	}
	return false
}

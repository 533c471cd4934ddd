package main

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// quirkNames lists the switches of applesim.Quirks: the-name, or the-name=5m.
func quirkNames() []string {
	var names []string
	t := reflect.TypeFor[applesim.Quirks]()
	for field := range t.Fields() {
		names = append(names, field.Name)
	}
	return names
}

// setQuirk turns one on: "NullMDMInfo", "ReadLag=2s", "SameAccount=1".
func setQuirk(q *applesim.Quirks, text string) error {
	name, value, given := strings.Cut(text, "=")
	field := reflect.ValueOf(q).Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, name) })
	if !field.IsValid() {
		return usagef("there is no quirk %q; there are %s", name, strings.Join(quirkNames(), ", "))
	}
	var err error
	switch field.Kind() {
	case reflect.Bool:
		on := true
		if given {
			on, err = strconv.ParseBool(value)
		}
		field.SetBool(on)
	case reflect.Int64: // time.Duration
		var d time.Duration
		d, err = time.ParseDuration(value)
		field.SetInt(int64(d))
	default:
		var n int
		n, err = strconv.Atoi(value)
		field.SetInt(int64(n))
	}
	if err != nil {
		return usagef("the quirk %s cannot be set to %q", name, value)
	}
	return nil
}

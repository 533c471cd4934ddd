package applesim

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// QuirkNames lists the members of Quirks, as Set takes them.
func QuirkNames() []string {
	var names []string
	for field := range reflect.TypeFor[Quirks]().Fields() {
		names = append(names, field.Name)
	}
	return names
}

// Set sets one quirk by its name, in any case: "NullMDMInfo", "NullMDMInfo=false", "ReadLag=2s", "SameAccount=1".
func (q *Quirks) Set(text string) error {
	name, value, given := strings.Cut(text, "=")
	field := reflect.ValueOf(q).Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, name) })
	if !field.IsValid() {
		return fmt.Errorf("there is no quirk %q; there are %s", name, strings.Join(QuirkNames(), ", "))
	}
	if field.Kind() == reflect.Bool && !given {
		value = "true"
	}
	if err := setField(field, value); err != nil {
		return fmt.Errorf("the quirk %s cannot be set to %q", name, value)
	}
	return nil
}

func setField(field reflect.Value, value string) error {
	switch field.Interface().(type) {
	case bool:
		on, err := strconv.ParseBool(value)
		field.SetBool(on)
		return err
	case time.Duration:
		d, err := time.ParseDuration(value)
		field.SetInt(int64(d))
		return err
	}
	n, err := strconv.Atoi(value)
	field.SetInt(int64(n))
	return err
}

// Quirks returns the quirks as they are now.
func (a *Apple) Quirks() Quirks {
	a.lock()
	defer a.unlock()
	return a.quirks
}

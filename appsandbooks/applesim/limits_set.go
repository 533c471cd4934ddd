package applesim

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// LimitNames lists the members of Limits by Apple's keys, as Set takes them.
func LimitNames() []string {
	var names []string
	for field := range reflect.TypeFor[Limits]().Fields() {
		names = append(names, limitKey(field))
	}
	return names
}

// Set sets one limit by Apple's key, in any case: "maxUsers=10". Numbers that make no sense are taken: clients must cope.
func (l *Limits) Set(text string) error {
	name, value, _ := strings.Cut(text, "=")
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil {
		return fmt.Errorf("the limit %s cannot be set to %q: it is a number", name, value)
	}
	for i, known := range LimitNames() {
		if strings.EqualFold(name, known) {
			reflect.ValueOf(l).Elem().Field(i).SetInt(n)
			return nil
		}
	}
	return fmt.Errorf("there is no limit %q; there are %s", name, strings.Join(LimitNames(), ", "))
}

func limitKey(field reflect.StructField) string {
	if key := field.Tag.Get("v1"); key != "" {
		return key
	}
	key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return key
}

// Limits returns the limits as they are now.
func (a *Apple) Limits() Limits {
	a.lock()
	defer a.unlock()
	return a.limits
}

// SetLatency changes what is added to every answer from now on.
func (a *Apple) SetLatency(r Range) {
	a.lock()
	defer a.unlock()
	a.options.Latency = r
}

// SetEventDelay changes how long requests that are accepted from now on stay PENDING.
func (a *Apple) SetEventDelay(r Range) {
	a.lock()
	defer a.unlock()
	a.options.EventDelay = r
}

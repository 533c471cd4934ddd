// Package view draws the pages that an invited person sees.
//
// It owns their models, templates and style sheet. It never says where
// Apple's own link leads in a place that is logged or cached, and it shows
// nothing about one person to another.
package view

import (
	_ "embed" // for the style sheet
)

//go:generate go tool -modfile=../../../tools/go.mod templ generate

//go:embed welcome.css
var styles string

// Styles is the style sheet of all pages.
func Styles() string { return styles }

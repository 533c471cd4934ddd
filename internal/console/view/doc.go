// Package view draws the console: every page and part of it as a templ
// component over a plain struct.
//
// It owns the view models, the templates, the icons and the words on screen.
// It never asks a service, a clock or a request for anything: who renders a
// page hands everything in, and every text is escaped on its way out.
package view

//go:generate go tool -modfile=../../../tools/go.mod templ generate
